package catalog

import (
	"reflect"
	"strconv"
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
	for i := range rapid.IntRange(0, 2).Draw(t, "fees") {
		b.Fees = append(b.Fees, Fee{string(rune('a'+i)) + word.Draw(t, "fee name"), word.Draw(t, "standard"), word.Draw(t, "basis"), rapid.Bool().Draw(t, "reducible"), line.Draw(t, "reduction")})
		b.Specials = append(b.Specials, Special{Name: word.Draw(t, "special"), Kind: one(codes.SpecialProcedure), Days: i, Charged: rapid.Bool().Draw(t, "charged")})
	}
	b.PowerSource, b.Groups, b.LifeEvents = one(codes.PowerSource), some(codes.Group, 3), some(codes.LifeEvent, 3)
	b.CoDepartments, b.Terminal, b.PerDay = rapid.SliceOfN(word, 0, 3).Draw(t, "departments"), rapid.Bool().Draw(t, "terminal"), rapid.IntRange(0, 90).Draw(t, "per day")
	for i := range rapid.IntRange(0, 3).Draw(t, "rows") {
		b.Materials = append(b.Materials, Material{
			Name: string(rune('a'+i)) + word.Draw(t, "material"), Need: one(codes.MaterialNeed), Source: one(codes.MaterialSource), Form: one(codes.MaterialForm), Copies: i, Note: line.Draw(t, "note"),
			Type: one(codes.MaterialType), Code: one(codes.StandardMaterial), Originals: i, Issuer: line.Draw(t, "issuer"),
		})
		effect := Effect{Materials: []string{b.Materials[i].Name}, Days: i}
		b.Handlings = append(b.Handlings, Handling{"h" + strconv.Itoa(i+1), string(rune('a'+i)) + word.Draw(t, "handling"), effect})
		b.Situations = append(b.Situations, Situation{Question: word.Draw(t, "question"), Many: rapid.Bool().Draw(t, "many"), When: []string{"h1"}, Options: []Option{{strconv.Itoa(i) + "a", word.Draw(t, "option"), effect}, {strconv.Itoa(i) + "b", word.Draw(t, "option"), Effect{}}}})
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
		got, bad := decode(Body{}, keys, b.Cells(), "legacy", ImplementingList)
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
	b, bad := decode(Body{}, keys, line, "local", ImplementingList)
	if len(bad) > 0 || len(b.Materials) != 3 || len(b.Origins) != 2 || b.check(ImplementingList) != nil {
		t.Errorf("%v, %v: %+v", bad, b.check(ImplementingList), b)
	}
}
