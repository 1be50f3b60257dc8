package notices_test

import (
	"bytes"
	"context"
	"testing"

	cases "liandong/modules/cases/events"
	"liandong/modules/notices"
	supervision "liandong/modules/supervision/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
)

// audience is who watches which case.
type audience map[string][]notices.Watcher

func (a audience) Watchers(_ context.Context, _ *db.Tx, caseID string) ([]notices.Watcher, error) {
	return a[caseID], nil
}

// TestWatchersAreTold tells whoever watches a case that it ended or got a card, once
// however often an event is delivered, and nobody else.
func TestWatchersAreTold(t *testing.T) {
	t.Parallel()
	o, c := newOffice(t), aCase()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{5}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	const her, other = "00000000-0000-7000-8000-0000000000d1", "00000000-0000-7000-8000-0000000000d2"
	watching := audience{c.CaseID: {{Tenant: dbtest.County, Subject: her}}}
	words := func(kind string, _ map[string]string) string { return kind }
	o.svc = notices.New(o.db, engine, notices.Asks{Contacts: phones(""), Sealer: sealer, Words: words, Watchers: watching}, o.post)
	card := func(colour, scope string) supervision.CardRaised {
		return supervision.CardRaised{Card: supervision.Card{CardID: db.NewID(), Tenant: dbtest.Village, CaseID: c.CaseID, CaseNo: c.No, ItemName: c.ItemName, Colour: colour, Scope: scope}}
	}
	elsewhere := c
	elsewhere.CaseID = db.NewID()
	told := []db.Event{cases.CaseCompleted{Case: c}, cases.CaseRefused{Case: c}, cases.CaseWithdrawn{Case: c}, cases.CaseVoided{Case: c}, card("yellow", "case"), card("yellow", "step"), card("red", "case"), card("red", "step")}
	untold := []db.Event{cases.CaseFiled{Case: c}, cases.CaseDecided{Case: c}, card("warning", "case"), cases.CaseCompleted{Case: elsewhere}}
	for _, e := range append(told, untold...) {
		id := db.NewID()
		o.deliver(id, e)
		o.deliver(id, e)
	}
	staff := func(at tenancy.ID, id string) context.Context {
		return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: id, Name: "人"})
	}
	list, total, err := o.svc.List(staff(dbtest.County, her), notices.Query{Size: 50})
	if err != nil || total != len(told) {
		t.Errorf("she is told %d times, want %d; %v", total, len(told), err)
	}
	kinds := map[string]bool{}
	for _, n := range list {
		kinds[n.Kind] = true
		if n.Link != "/cases/"+c.CaseID || n.Params["no"] != c.No {
			t.Errorf("%+v", n)
		}
	}
	if len(kinds) != len(told) {
		t.Errorf("kinds %v", kinds)
	}
	for who, ctx := range map[string]context.Context{"a colleague": staff(dbtest.County, other), "she in another post": staff(dbtest.League, her)} {
		if n := o.unread(ctx); n != 0 {
			t.Errorf("%s is told %d times", who, n)
		}
	}
}
