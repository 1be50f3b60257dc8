package wire

import (
	"context"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/cases/events"
	"liandong/modules/notices"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// deliver gives every event of a name to the subscriber twice, as a courier might.
func (w town) deliver(t *testing.T, name string, on func(context.Context, *db.Tx, db.Delivery) error) (n int) {
	t.Helper()
	var all []db.Delivery
	courier := tenancy.Scope{Actor: tenancy.Actor{Kind: tenancy.Relay, Name: "test"}}
	if err := w.db.InTx(tenancy.With(t.Context(), courier), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		rows, err := tx.QueryContext(ctx, `select tenant_id, id, name, body::text from outbox where name = ?`, name)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var d db.Delivery
			var body string
			if err := rows.Scan(&d.Tenant, &d.ID, &d.Name, &body); err != nil {
				return err
			}
			d.Body = []byte(body)
			all = append(all, d)
		}
		return rows.Err()
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, d := range all {
			if err := w.db.InTx(dbtest.As(t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return on(ctx, tx, d) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	return len(all)
}

// Whoever holds the step is told once that she is urged, however often the news
// arrives and the applicant presses the button; nobody else is.
func TestUrgingTellsTheHolderOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	citizen := as(t, dbtest.Village, "10")
	c := must[cases.Case](t, "file")(w.cases.File(citizen, filing(w.publish(t), "k")))
	c = must[cases.Case](t, "accept")(w.cases.Accept(as(t, dbtest.Village, "11", policies.Clerk), c.ID, c.Version, "齐全"))
	if err := w.cases.Urge(citizen, c.ID, "请尽快"); err != nil {
		t.Fatal(err)
	}
	if err := w.cases.Urge(citizen, c.ID, "再催"); fault.KindOf(err) != fault.Precondition {
		t.Errorf("urged twice in a day: %v", err)
	}
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	svc := notices.New(w.db, engine, notices.Asks{}, nil)
	if n := w.deliver(t, events.CaseUrged{}.EventName(), svc.On); n != 1 {
		t.Fatalf("%d events", n)
	}
	for name, who := range map[string]struct {
		ctx  context.Context
		want int
	}{
		"the township's reviewer": {as(t, dbtest.Township, "12", policies.Reviewer), 1},
		"its clerk":               {as(t, dbtest.Township, "13", policies.Clerk), 0},
		"another township's":      {as(t, dbtest.Township2, "14", policies.Reviewer), 0},
		"the county's":            {as(t, dbtest.County, "15", policies.Reviewer), 0},
		"the village's clerk":     {as(t, dbtest.Village, "11", policies.Clerk), 0},
		"the applicant":           {citizen, 0},
	} {
		got, n, err := svc.List(who.ctx, notices.Query{})
		if err != nil || n != who.want || n == 1 && got[0].Kind != "case_urged" {
			t.Errorf("%s was told %+v, %v", name, got, err)
		}
	}
}
