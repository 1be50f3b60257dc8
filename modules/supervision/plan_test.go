package supervision

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"liandong/modules/supervision/internal/plant"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// The sweep must find what falls due by the indexes of due times, however many
// cases there are: of 30,000 open ones only those before the horizon are read.
func TestSweepGoesAlongTheIndexes(t *testing.T) {
	t.Parallel()
	name := dbtest.Clone(t)
	d, err := db.Open(dbtest.DSN(name), 4, dbtest.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	system := dbtest.As(t, dbtest.League, tenancy.System)
	w, err := plant.New(system, d, dbtest.League)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put(system, d, plant.Case{
		ID: db.NewID(), No: "1", Item: "i", Born: dbtest.Village, At: dbtest.Village, Limit: 20, StepLimit: 3, Seq: 1,
		Accepted: dbtest.Now(), Entered: dbtest.Now(),
	}, dbtest.Now()); err != nil {
		t.Fatal(err)
	}
	multiply(t, name)
	err = d.InTx(system, func(ctx context.Context, tx *db.Tx) error {
		for _, b := range []struct {
			band
			index string
		}{
			{band{scope: CaseScope, long: false, horizon: horizon(standard(), false, tx.Now)}, "cases_due"},
			{band{scope: CaseScope, long: true, horizon: horizon(standard(), true, tx.Now)}, "cases_due_long"},
			{band{scope: StepScope, long: false, horizon: horizon(standard(), false, tx.Now)}, "cases_step_due"},
			{band{scope: StepScope, long: true, horizon: horizon(standard(), true, tx.Now)}, "cases_step_due_long"},
		} {
			c, over := begin(), tx.Scope.Over
			var lines []string
			if err := tx.NewRaw("explain "+b.query(), b.scope, b.horizon, c.tenant, c.at, c.id, over.Lo, over.Hi, batchSize).Scan(ctx, &lines); err != nil {
				return err
			}
			plan := strings.Join(lines, "\n")
			if !strings.Contains(plan, "using "+b.index+" on cases c") || strings.Contains(plan, "Seq Scan on cases") {
				t.Errorf("%s, long %v does not go along %s:\n%s", b.scope, b.long, b.index, plan)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// multiply spreads copies of the one case there is over two years of due times.
func multiply(t *testing.T, name string) {
	t.Helper()
	admin, err := sql.Open("pgx", dbtest.AdminDSN(name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	for _, q := range []string{
		`insert into cases select r.* from cases c, generate_series(1, 30000) n, lateral jsonb_populate_record(c, jsonb_build_object(
			'id', gen_random_uuid(), 'no', n::text || 'x', 'due_at', c.created_at + n * interval '36 minutes', 'step_due_at', c.created_at + n * interval '36 minutes',
			'promised_days', case when n % 50 = 0 then 60 else 20 end)) r`,
		`analyze cases`,
	} {
		if _, err := admin.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

// A clock whose suspensions overlap, touch or begin before it does still counts every day once.
func TestJoinedSuspensions(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2026, time.March, day, 10, 0, 0, 0, calendar.Zone()) }
	halt := func(from, to int) calendar.Interval {
		v := calendar.Interval{From: at(from), Kind: calendar.Suspended}
		if to > 0 {
			end := at(to)
			v.To = &end
		}
		return v
	}
	for name, c := range map[string]struct{ in, want []calendar.Interval }{
		"none":            {nil, nil},
		"before":          {[]calendar.Interval{halt(1, 2)}, nil},
		"cut":             {[]calendar.Interval{halt(1, 6)}, []calendar.Interval{halt(4, 6)}},
		"same twice":      {[]calendar.Interval{halt(5, 6), halt(5, 6)}, []calendar.Interval{halt(5, 6)}},
		"overlap":         {[]calendar.Interval{halt(7, 9), halt(5, 8)}, []calendar.Interval{halt(5, 9)}},
		"touch":           {[]calendar.Interval{halt(5, 6), halt(6, 7)}, []calendar.Interval{halt(5, 7)}},
		"apart":           {[]calendar.Interval{halt(8, 9), halt(5, 6)}, []calendar.Interval{halt(5, 6), halt(8, 9)}},
		"open swallows":   {[]calendar.Interval{halt(5, 0), halt(6, 7)}, []calendar.Interval{halt(5, 0)}},
		"closed and open": {[]calendar.Interval{halt(5, 7), halt(6, 0)}, []calendar.Interval{halt(5, 0)}},
	} {
		got := joined(at(4), c.in)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", name, got)
			continue
		}
		for i := range got {
			same := got[i].To == nil && c.want[i].To == nil || got[i].To != nil && c.want[i].To != nil && got[i].To.Equal(*c.want[i].To)
			if !got[i].From.Equal(c.want[i].From) || !same {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}
