package finder

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestRunsOfWhatIsTyped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"养老baoxian": "养老|baoxian", " ＡＢＣ，结婚! ": "abc|结婚", "yang'lao": "yanglao", "80岁": "八十岁", "15天": "十五天", "20年": "二十年", "000164001000": "000164001000",
	} {
		if got := strings.Join(runs(numerals(normal(text))), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"jiehun", "jiehun", 0}, {"jiehum", "jiehun", 1}, {"jiheun", "jiehun", 1}, {"jiehu", "jiehun", 1}, {"", "abc", 3}, {"yinyezhizhao", "yingyezhizhao", 1}} {
		if got := apart(c.a, c.b, 9); got != c.want {
			t.Errorf("%s and %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// Every rune is read as one syllable, so that places in a reading are places in the text.
func TestSpellKeepsPlaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := fold(rapid.StringOf(rapid.RuneFrom(append([]rune("草原调解银行（）a1 Ω·"), '\n'))).Draw(t, "text"))
		read := spell(s)
		if len(read) != utf8.RuneCountInString(s) || len(initials(read)) != len(read) || syllables(written(read), 0, len(written(read))) != len(read) {
			t.Fatalf("%q is read %q", s, read)
		}
	})
}

// Whatever is typed, a search ends, and marks lie inside the name, in order.
func TestSearchTakesAnything(t *testing.T) {
	t.Parallel()
	shards := []*Shard{Build([]Doc{{ID: "1", Name: "草原作业许可（盟级）", Keywords: []string{"放牧", "Wi-Fi"}}, {ID: "2", Name: "结婚登记", Result: "结婚证"}}, []Synonym{{"草场", "草原"}, {"环", "环"}, {"", "x"}})}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("草原结婚登记场环级（盟caoyunjhdeif0169 '’％\x00\n"))).Draw(t, "text")
		for _, m := range Search(shards, text, nil, nil) {
			at, n := 0, utf8.RuneCountInString(m.Doc.Name)
			for _, s := range m.Marks {
				if s.From < at || s.To <= s.From || s.To > n {
					t.Fatalf("%q: marks %v in %s", text, m.Marks, m.Doc.Name)
				}
				at = s.To
			}
		}
	})
}

// The keep that a search is given is the last word.
func TestNothingIsFoundThatMustNot(t *testing.T) {
	t.Parallel()
	shards := []*Shard{Build([]Doc{{ID: "1", Name: "结婚登记"}, {ID: "2", Name: "离婚登记"}}, nil)}
	ms := Search(shards, "登记", nil, func(d *Doc) bool { return d.ID == "2" })
	if len(ms) != 1 || ms[0].Doc.ID != "2" || slices.ContainsFunc(Related(shards, "1", 5, nil), func(m Match) bool { return m.Doc.ID == "1" }) {
		t.Errorf("%v", ms)
	}
}

// Every text that contains the needle is met, at its first place.
func TestEachTextIsMet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("草原厡ab")), 0, 6, -1)
		texts, needle := rapid.SliceOfN(word, 1, 8).Draw(t, "texts"), rapid.StringOfN(rapid.SampledFrom([]rune("草原厡ab")), 1, 3, -1).Draw(t, "needle")
		met := map[int]int{}
		join(texts).each(needle, func(i, at int) bool { met[i] = at; return true })
		for i, s := range texts {
			at, ok := met[i]
			if want := strings.Index(s, needle); ok != (want >= 0) || ok && at != want {
				t.Fatalf("%q in %q: %d, %t", needle, s, at, ok)
			}
		}
	})
}
