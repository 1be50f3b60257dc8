package catalog

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/catalog/codes"
)

// drawn is any body that an editor can save.
func drawn(t *rapid.T) Body {
	word := rapid.StringMatching(`[\p{Han}a-z0-9|｜\\，（]{1,12}`)
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.TrimSpace(rapid.SampledFrom([]string{"", "\n"}).Draw(t, "break") + word.Draw(t, "line") + `\n`)
	})
	some := func(system string, n int) []string {
		var all []string
		for _, c := range codes.List(system) {
			if system != codes.Level || c.Use == "apply" {
				all = append(all, c.Code)
			}
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, n, rapid.ID[string]).Draw(t, system)
	}
	one := func(system string) string { return append(some(system, 1), "")[0] }
	b := Body{
		Name: "名" + word.Draw(t, "name"), BasicCode: "000116001000", Kind: "01", Level: one(codes.Level), Origins: some(codes.Level, 4),
		Department: word.Draw(t, "department"), StatutoryDays: rapid.IntRange(0, 500).Draw(t, "days"), ProjectType: one(codes.ProjectType),
		Audience: some(codes.Audience, 3), Forms: some(codes.HandleForm, 3), TopicsPerson: some(codes.TopicPerson, 5), TopicsLegal: some(codes.TopicLegal, 5),
		Conditions: rapid.SliceOfN(word, 0, 3).Draw(t, "conditions"), Result: Result{one(codes.ResultType), word.Draw(t, "result")},
		Address: line.Draw(t, "address"), Remedy: line.Draw(t, "remedy"), OnsiteTimes: rapid.IntRange(0, 5).Draw(t, "visits"),
		Keywords: rapid.SliceOfN(rapid.StringMatching(`[\p{Han}a-z]{1,5}`), 0, 3).Draw(t, "keywords"),
	}
	if rapid.Bool().Draw(t, "fee") {
		b.Fee = &Fee{word.Draw(t, "fee name"), word.Draw(t, "standard"), word.Draw(t, "basis")}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "rows") {
		b.Materials = append(b.Materials, Material{
			Name: string(rune('a'+i)) + word.Draw(t, "material"), Need: one(codes.MaterialNeed), Source: one(codes.MaterialSource), Form: one(codes.MaterialForm), Copies: i, Note: line.Draw(t, "note"),
		})
		b.LegalBasis = append(b.LegalBasis, LegalBasis{word.Draw(t, "law"), word.Draw(t, "article"), line.Draw(t, "text")})
		b.Questions = append(b.Questions, Question{word.Draw(t, "question"), line.Draw(t, "answer")})
		b.LocalCodes = append(b.LocalCodes, LocalCode{"local", string(rune('a'+i)) + ":" + word.Draw(t, "code")})
	}
	return b
}

// What is exported comes back as it was.
func TestCellsComeBack(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, c := range Columns() {
		keys = append(keys, c.Key)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := drawn(t)
		got, bad := decode(Body{}, keys, b.Cells(), "legacy")
		if len(bad) > 0 {
			t.Fatalf("%v of %q", bad, b.Cells())
		}
		if !reflect.DeepEqual(normal(got), normal(b)) {
			t.Fatalf("%+v came back as %+v", b, got)
		}
	})
}

func TestColumnsAreGuessed(t *testing.T) {
	t.Parallel()
	for _, c := range Columns() {
		for _, h := range append(c.Aliases, c.Header, " "+strings.ToUpper(c.Header)+"* ") {
			if got := guess([]string{h, h, "?"}); got[0] != c.Key || got[1] != "" || got[2] != "" {
				t.Errorf("%q means %v, want %s", h, got, c.Key)
			}
		}
		if c.List != "" && codes.List(c.List) == nil {
			t.Errorf("%s: no list %s", c.Key, c.List)
		}
	}
}

func TestTemplateExampleIsRight(t *testing.T) {
	t.Parallel()
	var keys, line []string
	for _, c := range Columns() {
		keys, line = append(keys, c.Key), append(line, c.Example)
	}
	b, bad := decode(Body{}, keys, line, "local")
	if len(bad) > 0 || len(b.Materials) != 2 || len(b.Origins) != 2 || b.check() != nil {
		t.Errorf("%v, %v: %+v", bad, b.check(), b)
	}
}
