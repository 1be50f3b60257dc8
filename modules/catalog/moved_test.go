package catalog_test

import (
	"context"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/catalog/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// settled delivers what the move left and lets the safety net run, twice each.
func (b *bureau) settled(scope context.Context) {
	b.t.Helper()
	for _, d := range b.stored() {
		if d.Name != (events.SubtreeMoved{}).EventName() {
			continue
		}
		for range 2 {
			if err := b.db.InTx(scope, func(ctx context.Context, tx *db.Tx) error { return b.OnChangedAbove(ctx, tx, d) }); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

// TestMovedSubtreeInheritsAnew moves a township to another county: what it offers
// and what it is asked are those of its new levels, and again those of the old ones
// when it comes back.
func TestMovedSubtreeInheritsAnew(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	trees := tree.New(b.db, nil, catalog.Moved)
	id := published(t, b.Service)
	own := publish(t, b.Service, dbtest.County, named("旗县自己的事项", "000116077000"))
	days := 6
	for at, f := range map[tenancy.ID]catalog.Fields{
		dbtest.County2:  {Values: map[string]string{"phone": "0479-2222222"}},
		dbtest.Township: {PromisedDays: &days, Values: map[string]string{"phone": "0479-1111111"}},
	} {
		if err := b.override(at, id, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.override(dbtest.Township, own, catalog.Fields{Values: map[string]string{"phone": "0479-3333333"}}); err != nil {
		t.Fatal(err)
	}
	b.deliver()
	for _, c := range []struct {
		to           tenancy.ID
		tasks, found int
	}{{dbtest.County2, 1, 1}, {dbtest.County, 0, 2}} {
		system := tenancy.With(t.Context(), tenancy.Scope{Over: tenancy.Whole(), Ancestors: []tenancy.ID{tenancy.Platform}, Actor: tenancy.Actor{Kind: tenancy.System, Name: "test"}})
		at, err := trees.ByCode(t.Context(), "152502200000")
		if err != nil {
			t.Fatal(err)
		}
		if at, err = trees.Move(system, tree.Removal{ID: at.ID, To: c.to, Version: at.Version, Reason: "区划调整"}); err != nil {
			t.Fatal(err)
		}
		in := func(k tenancy.Kind) context.Context {
			sc, err := trees.ScopeFor(t.Context(), at.ID, tenancy.Actor{Kind: k, ID: "00000000-0000-7000-8000-000000000004", Name: "人4", Roles: []string{"item_editor"}})
			if err != nil {
				t.Fatal(err)
			}
			return tenancy.With(t.Context(), sc)
		}
		b.settled(in(tenancy.System))
		for range 2 { // the safety net finds nothing that was missed
			if n, err := b.Settle(in(tenancy.System)); err != nil || n != 2 {
				t.Errorf("settled %d items, %v", n, err)
			}
		}
		if p, err := b.Tasks(in(tenancy.Staff), catalog.TaskQuery{State: catalog.TaskOpen}); err != nil || p.Total != c.tasks {
			t.Errorf("under %s asked %d times, want %d, %v", c.to, p.Total, c.tasks, err)
		}
		g, err := b.Guide(in(tenancy.Public), id)
		if err != nil || g.Body.Phone != "0479-1111111" || g.Body.PromisedDays != days {
			t.Errorf("under %s: %s, %d, %v", c.to, g.Body.Phone, g.Body.PromisedDays, err)
		}
		if _, err := b.Guide(in(tenancy.Public), own); (err == nil) != (c.to == dbtest.County) || err != nil && fault.KindOf(err) != fault.NotFound {
			t.Errorf("the county's own item under %s: %v", c.to, err)
		}
		if d, err := b.Browse(in(tenancy.Public), catalog.Browse{}); err != nil || d.Total != c.found {
			t.Errorf("under %s %d items, want %d, %v", c.to, d.Total, c.found, err)
		}
	}
}
