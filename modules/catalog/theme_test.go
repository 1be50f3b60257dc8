package catalog

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	aPart = "01980f3e-0000-7000-8000-000000000001"
	bPart = "01980f3e-0000-7000-8000-000000000002"
)

func aTheme() Body {
	return Body{
		StatutoryDays: 45,
		Situations:    []Situation{{Question: "q", Options: []Option{{ID: "s1a", Label: "a"}, {ID: "s1b", Label: "b"}}}},
		Parts: []ThemePart{
			{Key: "food", Item: aPart, Name: "food", Stage: 1},
			{Key: "sign", Item: bPart, Name: "sign", Stage: 2, When: []string{"s1a"}, Reviews: []string{ReviewVisit}},
		},
	}
}

func TestWrongPartsAreNamed(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*Body){
		"statutory_days=item_theme_days": func(b *Body) { b.StatutoryDays = 46 },
		"parts.1=item_theme_key":         func(b *Body) { b.Parts[1].Key = "food" },
		"parts.0=item_theme_key":         func(b *Body) { b.Parts[0].Key = "Food" },
		"parts.0=item_theme_item":        func(b *Body) { b.Parts[0].Item = "x" },
		"parts.1=item_theme_twice":       func(b *Body) { b.Parts[1].Item = aPart },
		"parts.1=item_theme_stage":       func(b *Body) { b.Parts[1].Stage = 10 },
		"parts.1=item_theme_when":        func(b *Body) { b.Parts[1].When = []string{"gone"} },
		"parts.1=item_theme_review":      func(b *Body) { b.Parts[1].Reviews = []string{"tea"} },
		"parts=item_too_many_rows":       func(b *Body) { b.Parts = slices.Repeat(b.Parts, 20) },
	} {
		b, bad := aTheme(), map[string]string{}
		if b.checkTheme(bad); len(bad) > 0 {
			t.Fatalf("a sound theme is blamed: %v", bad)
		}
		spoil(&b)
		b.checkTheme(bad)
		field, key, _ := strings.Cut(want, "=")
		if bad[field] != key {
			t.Errorf("want %s, got %v", want, bad)
		}
	}
}

func TestPartsFollowChoices(t *testing.T) {
	t.Parallel()
	b := aTheme()
	for _, c := range []struct {
		choices []string
		want    string
	}{{nil, "food"}, {[]string{"s1a"}, "food sign"}, {[]string{"s1b"}, "food"}} {
		var keys []string
		for _, p := range b.For(c.choices).Parts {
			keys = append(keys, p.Key)
		}
		if got := strings.Join(keys, " "); got != c.want {
			t.Errorf("%v: parts %q, want %q", c.choices, got, c.want)
		}
	}
}

// What is exchanged as a cell comes back as it was.
func TestPartsSurviveExchange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z|\\;]{1,6}`)
		var b, back Body
		for i := range rapid.IntRange(0, 4).Draw(t, "n") {
			p := ThemePart{Key: string(rune('a' + i)), Item: aPart, Name: word.Draw(t, "name"), Stage: 1 + i}
			if rapid.Bool().Draw(t, "asked") {
				p.When, p.Choices, p.Reviews = []string{"s1a", "s1b"}, []string{"h1"}, []string{ReviewVisit}
			}
			b.Parts = append(b.Parts, p)
		}
		if why := back.setParts(b.Element("parts")); why != "" {
			t.Fatalf("cell is refused: %s", why)
		}
		if len(back.Parts) != len(b.Parts) {
			t.Fatalf("%d parts come back of %d", len(back.Parts), len(b.Parts))
		}
		for i, p := range back.Parts {
			if w := b.Parts[i]; p.Name != w.Name || p.Key != w.Key || p.Stage != w.Stage || !slices.Equal(p.When, w.When) || !slices.Equal(p.Reviews, w.Reviews) {
				t.Fatalf("%+v comes back as %+v", w, p)
			}
		}
	})
}
