package cases_test

import (
	"context"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

const itemOne, itemTwo = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"

func figure(t *testing.T, d *db.DB, at tenancy.ID, month, item, kind string, n, promised, came, over int) {
	t.Helper()
	if err := d.InTx(dbtest.As(t, at, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`insert into case_figure_deltas (tenant_id, id, month, department, item_id, item_name, kind, channel, mode, n, promised, came, over) values (?, ?, ?, '农牧局', ?, '事项', ?, 'window', '', ?, ?, ?, ?)`,
			at, db.NewID(), month, item, kind, n, promised, came, over).Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func figuresOf(t *testing.T, s *cases.Service, at, unit tenancy.ID, q cases.FigureQuery) (cases.Figures, cases.Figure) {
	t.Helper()
	q.Unit = unit
	if q.To.IsZero() {
		q.To = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	}
	f, err := s.Figures(dbtest.As(t, at, tenancy.Staff), q)
	if err != nil {
		t.Fatal(err)
	}
	var sum cases.Figure
	for _, c := range f.Cells {
		sum = sum.Plus(c.Figure)
	}
	return f, sum
}

// Figures stand at every level once they are folded, for its own subtree alone; periods, items and
// the units below divide them without a rest.
func TestFiguresOfASubtree(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := cases.New(d, engine, cases.Asks{})
	figure(t, d, dbtest.Village, "2026-03-01", itemOne, "instant", 3, 3, 4, 1)
	figure(t, d, dbtest.Village, "2026-04-01", itemTwo, "promise", 2, 0, 0, 0)
	figure(t, d, dbtest.Village2, "2026-03-01", itemOne, "instant", 5, 5, 5, 0)
	figure(t, d, dbtest.Township, "2026-03-01", itemOne, "escalate", 1, 0, 1, 1)
	figure(t, d, dbtest.Village3, "2026-03-01", itemOne, "instant", 7, 7, 7, 0)
	if _, err := s.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, sum := figuresOf(t, s, dbtest.League, 0, cases.FigureQuery{})
	if want := (cases.Figure{N: 18, Promised: 15, Came: 17, Over: 2}); sum != want || len(f.Months) != 4-1 {
		t.Errorf("the league counts %+v in %d months and kinds, want %+v", sum, len(f.Months), want)
	}
	if _, sum := figuresOf(t, s, dbtest.League, 0, cases.FigureQuery{From: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}); sum.N != 2 {
		t.Errorf("from April on %d", sum.N)
	}
	f, sum = figuresOf(t, s, dbtest.League, dbtest.Township, cases.FigureQuery{})
	units := int64(0)
	for _, u := range f.Units {
		units += u.Sum.N
	}
	if units != sum.N || !f.Units[0].Own || f.Units[0].Sum.N != 1 || f.Path[len(f.Path)-1].Over.Lo != dbtest.Township {
		t.Errorf("%d in the township, %d in its units; %+v", sum.N, units, f.Units)
	}
	f, _ = figuresOf(t, s, dbtest.League, dbtest.Township, cases.FigureQuery{ItemID: itemTwo})
	if len(f.Months) != 1 || f.Months[0].N != 2 {
		t.Errorf("one item: %+v", f.Months)
	}
	if _, err := s.Figures(dbtest.As(t, dbtest.County2, tenancy.Staff), cases.FigureQuery{Unit: dbtest.Village}); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.NotFound {
		t.Errorf("another county reads them: %v", err)
	}
	if _, sum := figuresOf(t, s, dbtest.Village2, 0, cases.FigureQuery{}); sum.N != 5 {
		t.Errorf("a village counts %d", sum.N)
	}
	operator := dbtest.As(t, tenancy.Platform, tenancy.System)
	moved, err := tree.New(d, nil, cases.Moved).Move(operator, tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 1, Reason: "区划调整"})
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[tenancy.ID]int64{moved.ID: 11, dbtest.County: 0, dbtest.County2: 18, dbtest.League: 18} {
		if _, sum := figuresOf(t, s, at, 0, cases.FigureQuery{}); sum.N != want {
			t.Errorf("after the move %s counts %d, want %d", at, sum.N, want)
		}
	}
}
