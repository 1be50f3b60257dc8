package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Guide is an item as one tenant offers it, with the origin of every field.
type Guide struct {
	Item    Item
	Version Version
	Body    Body // effective: overrides folded in
	Source  Source
	Own     Fields     // what the asking tenant itself changes
	OwnSeen int        // version counter of that override; 0 when there is none
	Chain   []Override // what the levels change, from the top down

	Suspended string // why nobody may apply for a while (暂停办理); empty: they may

	// Names says what the tenants in Source are called; only Guide fills it.
	Names map[tenancy.ID]string
}

// Guide resolves an item that is in force, or suspended, for the tenant in scope;
// NotFound when it is neither there.
func (s *Service) Guide(ctx context.Context, itemID string) (g Guide, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if g, err = s.read(ctx, tx, itemID); err != nil {
			return err
		}
		g.Names, err = tree.In(tx).Names(ctx, slices.Collect(maps.Values(g.Source)))
		return err
	})
	return g, err
}

// Resolve is Guide inside a transaction of the caller's, of an item that may be
// applied for: Precondition (item_suspended) while it is suspended.
func (s *Service) Resolve(ctx context.Context, tx *db.Tx, itemID string) (g Guide, err error) {
	if g, err = s.read(ctx, tx, itemID); err == nil && g.Item.State == StateSuspended {
		err = fault.New(fault.Precondition, "item_suspended").With(g.Suspended)
	}
	return g, err
}

// ResolveAt is Resolve of a version that was in force, for whoever began with it:
// what has become of the item since does not matter, unless it is suspended. An
// empty versionID means the one in force.
func (s *Service) ResolveAt(ctx context.Context, tx *db.Tx, itemID, versionID string) (g Guide, err error) {
	if g, err = s.readAt(ctx, tx, itemID, versionID); err == nil && g.Item.State == StateSuspended {
		err = fault.New(fault.Precondition, "item_suspended").With(g.Suspended)
	}
	return g, err
}

// GuideAt is Guide of a version that was in force.
func (s *Service) GuideAt(ctx context.Context, itemID, versionID string) (g Guide, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		g, err = s.readAt(ctx, tx, itemID, versionID)
		return err
	})
	return g, err
}

func (s *Service) readAt(ctx context.Context, tx *db.Tx, itemID, versionID string) (g Guide, err error) {
	st := store{tx}
	if g.Item, err = st.item(ctx, itemID); err != nil {
		return g, err
	}
	if versionID == "" || g.Item.LiveID != nil && *g.Item.LiveID == versionID && g.Item.State != StateWithdrawn {
		return s.read(ctx, tx, itemID)
	}
	if g.Version, err = st.itemVersion(ctx, versionID); err != nil {
		return g, err
	}
	if g.Version.ItemID != itemID || g.Version.PublishedAt == nil || g.Item.List != ImplementingList || !inForce(tx.Scope, g.Item.TenantID) {
		return g, fault.New(fault.NotFound, "item_not_offered")
	}
	err = s.refine(ctx, tx, &g)
	return g, err
}

func (s *Service) read(ctx context.Context, tx *db.Tx, itemID string) (g Guide, err error) {
	st := store{tx}
	if g.Item, err = st.item(ctx, itemID); err != nil {
		return g, err
	}
	if g.Item.List != ImplementingList || g.Item.State != StatePublished && g.Item.State != StateSuspended || g.Item.LiveID == nil || !inForce(tx.Scope, g.Item.TenantID) {
		return g, fault.New(fault.NotFound, "item_not_offered")
	}
	if g.Version, err = st.itemVersion(ctx, *g.Item.LiveID); err != nil {
		return g, err
	}
	err = s.refine(ctx, tx, &g)
	return g, err
}

// refine folds into a guide what the levels on the way down change.
func (s *Service) refine(ctx context.Context, tx *db.Tx, g *Guide) (err error) {
	st := store{tx}
	if g.Item.State == StateSuspended {
		if g.Suspended, err = st.suspension(ctx, g.Item); err != nil {
			return err
		}
	}
	byItem, err := st.overrides(ctx, []string{g.Item.ID}, tx.Scope.Ancestors)
	if err != nil {
		return err
	}
	g.Chain = byItem[g.Item.ID]
	g.Body, g.Source = fold(g.Version.Body, g.Item.TenantID, g.Chain)
	for _, o := range byItem[g.Item.ID] {
		if o.TenantID == tx.Scope.Tenant {
			g.Own, g.OwnSeen = o.Fields, o.Version
		}
	}
	return nil
}

// suspension is why an item is suspended.
func (s store) suspension(ctx context.Context, i Item) (reason string, err error) {
	err = s.tx.NewRaw(`select coalesce((select reason from item_versions where tenant_id = ? and item_id = ? and act = 'suspend' and published_at is not null order by number desc limit 1), '')`, i.TenantID, i.ID).Scan(ctx, &reason)
	if err != nil {
		return "", fmt.Errorf("suspension of item %s: %w", i.ID, err)
	}
	return reason, nil
}

// inForce reports whether an item of owner applies where the scope stands.
func inForce(s tenancy.Scope, owner tenancy.ID) bool {
	return slices.Contains(s.Ancestors, owner)
}

// Offered lists what may be applied for at the tenant in scope.
func (s *Service) Offered(ctx context.Context, q Query) (p Page[Row], err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		q.Span, q.List = SpanHere, ImplementingList
		p, err = store{tx}.list(ctx, q, true)
		return err
	})
	return p, err
}

// Kept lists items with what is not published yet: those of q.Span, and of the
// implementing list unless q.List says otherwise.
func (s *Service) Kept(ctx context.Context, q Query) (p Page[Row], err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		if q.List == "" {
			q.List = ImplementingList
		}
		p, err = store{tx}.list(ctx, q, false)
		return err
	})
	return p, err
}

// Departments lists the departments (部门) that items in force here name.
func (s *Service) Departments(ctx context.Context) (names []string, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		names, err = store{tx}.departments(ctx)
		return err
	})
	return names, err
}

// History returns an item with all its versions, newest first; what has ended is
// told in the words of the time when it was published.
func (s *Service) History(ctx context.Context, itemID string) (i Item, vs []Version, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if i, err = st.item(ctx, itemID); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": i.TenantID, "published": i.State == StatePublished}); err != nil {
			return err
		}
		if vs, err = st.versions(ctx, itemID); err != nil {
			return err
		}
		for k := range vs {
			if vs[k].PublishedAt != nil && vs[k].EndedAt != nil {
				vs[k].Body.book = vs[k].Body.book.On(*vs[k].PublishedAt)
			}
		}
		return nil
	})
	return i, vs, err
}
