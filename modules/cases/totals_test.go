package cases_test

import (
	"context"
	"sync"
	"testing"

	"liandong/modules/cases"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/tree"
)

func change(t *testing.T, d *db.DB, at tenancy.ID, n int) {
	t.Helper()
	if err := d.InTx(dbtest.As(t, at, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`insert into case_deltas (tenant_id, id, day, measure, n) values (?, ?, '2026-03-04', 'submitted', ?)`, at, db.NewID(), n).Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Every change reaches its tenant and all its ancestors once, though two workers
// fold at the same moment, and nobody else.
func TestFoldReachesEveryAncestorOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	s := cases.New(d, nil, cases.Asks{})
	for range 20 {
		change(t, d, dbtest.Village, 1)
		change(t, d, dbtest.Village3, 1)
	}
	change(t, d, dbtest.Village, -1)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := s.Fold(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n, err := s.Fold(t.Context()); err != nil || n != 0 {
		t.Errorf("a fold after the fold: %d, %v", n, err)
	}
	for at, want := range map[tenancy.ID]int64{
		dbtest.Village: 19, dbtest.Township: 19, dbtest.County: 19, dbtest.Village3: 20, dbtest.County2: 20, dbtest.League: 39, tenancy.Platform: 39,
		dbtest.Village2: 0, dbtest.Township2: 0,
	} {
		got, err := s.Totals(dbtest.As(t, at, tenancy.Staff))
		if err != nil || got["submitted"] != want {
			t.Errorf("total of %s is %d, want %d; %v", at, got["submitted"], want, err)
		}
		days, err := s.Days(dbtest.As(t, at, tenancy.Staff), dbtest.Now(), dbtest.Now())
		if err != nil || want > 0 && (len(days) != 1 || days[0].N != want) {
			t.Errorf("days of %s are %v, want %d; %v", at, days, want, err)
		}
	}
}

// Who moves takes along what it counts; a merged tenant brings it to the other.
func TestTotalsFollowTheTree(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	s := cases.New(d, nil, cases.Asks{})
	change(t, d, dbtest.Village, 5)
	change(t, d, dbtest.Village2, 2)
	change(t, d, dbtest.Village3, 1)
	if _, err := s.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	operator := dbtest.As(t, tenancy.Platform, tenancy.System)
	nodes := tree.New(d, nil, cases.Moved)
	moved, err := nodes.Move(operator, tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 1, Reason: "区划调整"})
	if err != nil {
		t.Fatal(err)
	}
	wantTotals(t, s, map[tenancy.ID]int64{moved.ID: 7, dbtest.County: 0, dbtest.County2: 8, dbtest.League: 8, dbtest.Township3: 1})
	merged, err := nodes.Merge(operator, tree.Removal{ID: dbtest.Township3, To: moved.ID, Version: 1, Reason: "撤并"})
	if err != nil {
		t.Fatal(err)
	}
	wantTotals(t, s, map[tenancy.ID]int64{moved.ID: 8, merged.ID: 0, dbtest.County2: 8, dbtest.League: 8, tenancy.Platform: 8})
}

func wantTotals(t *testing.T, s *cases.Service, want map[tenancy.ID]int64) {
	t.Helper()
	for at, n := range want {
		scope := tenancy.Scope{Tenant: at, Over: tenancy.Interval{Lo: at, Hi: at}, Actor: tenancy.Actor{Kind: tenancy.System}}
		got, err := s.Totals(tenancy.With(t.Context(), scope))
		if err != nil || got["submitted"] != n {
			t.Errorf("total of %s is %d, want %d; %v", at, got["submitted"], n, err)
		}
	}
}
