package catalog

import (
	"testing"

	"pgregory.net/rapid"

	"liandong/tenancy"
)

// Folding any overrides never lengthens a promise, never adds a material and
// never touches what the law fixes.
func TestFoldNeverLoosens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := Body{Name: "n", PromisedDays: rapid.IntRange(1, 60).Draw(t, "promise"), StatutoryDays: 60, Materials: []Material{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
		best := b.PromisedDays
		var overrides []Override
		for i := range rapid.IntRange(0, 6).Draw(t, "levels") {
			days := rapid.IntRange(1, 90).Draw(t, "days")
			overrides = append(overrides, Override{TenantID: tenancy.ID(i + 1), Fields: Fields{PromisedDays: &days, DropMaterials: rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "x"})).Draw(t, "drop")}})
			best = min(best, days)
		}
		got, _ := fold(b, 0, overrides)
		if got.PromisedDays != best {
			t.Fatalf("promise %d, want the shortest %d", got.PromisedDays, best)
		}
		if len(got.Materials) > len(b.Materials) || len(b.Materials) != 3 {
			t.Fatal("materials grew, or the version itself was changed")
		}
		if got.Name != b.Name || got.StatutoryDays != b.StatutoryDays {
			t.Fatal("what the law fixes moved")
		}
	})
}
