package codes_test

import (
	"slices"
	"testing"

	"liandong/modules/catalog/codes"
)

func TestEveryListNamesItsOrigin(t *testing.T) {
	t.Parallel()
	sure := []codes.Certainty{codes.Standard, codes.Practice, codes.Inferred, codes.Memory}
	ids := map[string]bool{}
	for _, s := range codes.Systems() {
		if s.Name == "" || s.Source == "" || !slices.Contains(sure, s.Certainty) || ids[s.ID] || len(s.Codes) == 0 {
			t.Errorf("%q: %+v", s.ID, s)
		}
		ids[s.ID] = true
		seen := map[string]bool{}
		for _, c := range s.Codes {
			if c.Code == "" || c.Name == "" || seen[c.Code] || seen[c.Name] || c.Certainty != "" && !slices.Contains(sure, c.Certainty) {
				t.Errorf("%s: %+v", s.ID, c)
			}
			seen[c.Code], seen[c.Name] = true, true
			for _, said := range append(c.Aliases, c.Code, c.Name) {
				if got, ok := codes.Find(s.ID, said); !ok || got != c.Code {
					t.Errorf("%s: %q finds %q, want %q", s.ID, said, got, c.Code)
				}
			}
		}
	}
}

func TestNamedSystemsExist(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		codes.ItemType, codes.Level, codes.LevelDigit, codes.ProjectType, codes.Audience, codes.HandleForm, codes.MaterialNeed, codes.MaterialSource,
		codes.MaterialForm, codes.ResultType, codes.TopicPerson, codes.TopicLegal, codes.PowerSource, codes.OrganType, codes.HandleArea, codes.SpecialProcedure, codes.Scheme,
	} {
		if s, ok := codes.About(id); !ok || len(codes.List(id)) != len(s.Codes) {
			t.Errorf("no list %q", id)
		}
	}
	for _, c := range codes.List(codes.Level) {
		if _, ok := codes.Get(codes.LevelDigit, c.SameAs); !ok {
			t.Errorf("level %s stands for %q", c.Code, c.SameAs)
		}
	}
}

func TestConflictingListsStandBesideEachOther(t *testing.T) {
	t.Parallel()
	if a, b := codes.Name(codes.Audience, "6"), codes.Name("audience_gb", "6"); a == b {
		t.Errorf("both lists call 6 %s", a)
	}
	if codes.Name(codes.ItemType, "77") != "77" || codes.List("none") != nil {
		t.Error("what no list has is not left alone")
	}
	for _, said := range []string{"1", "01", " 行政许可 "} {
		if c, ok := codes.Find(codes.ItemType, said); !ok || c != "01" {
			t.Errorf("%q finds %q", said, c)
		}
	}
	if c, ok := codes.Find(codes.ItemType, ""); ok {
		t.Errorf("nothing finds %q", c)
	}
	if n := len(codes.Applied(codes.ItemType)); n != 7 {
		t.Errorf("%d kinds are applied for", n)
	}
}
