package wire

import (
	"testing"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/tree"
)

// Assisted filing offers what may be filed at the level where the clerk stands.
func TestShelfOffersWhatMayBeFiledHere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publish(t) // from villages only
	s := shelf{w.items, tree.New(w.db, nil)}
	for at, want := range map[tenancy.ID]int{dbtest.Village: 1, dbtest.Village3: 1, dbtest.Township: 0, dbtest.County: 0, dbtest.League: 0} {
		got, total, err := s.Search(as(t, at, "11", policies.Clerk), "草原", 1, 10)
		if err != nil || total != want || len(got) != want || want == 1 && got[0].ID != item {
			t.Errorf("at %s: %v of %d, %v", at, got, total, err)
		}
	}
}
