package catalog

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// Standing is an item as the actor's tenant offers it, with everything that says
// where each element comes from and who holds it.
type Standing struct {
	Guide

	Inherited     Body              // without what the tenant itself changes
	InheritedFrom Source            // where that comes from
	Base          map[string]string // what its changes were made upon
	Locks         map[string]Lock   // of levels above, by element: these bind the tenant
	OwnLocks      map[string]Lock   // what the tenant itself holds fast for those below
	Tasks         map[string]Task   // open questions of the tenant, by element; those without one under ""

	ground   ground
	answered string // the task that is being answered
}

// Standing resolves a published item for the tenant in scope; NotFound when it is
// not in force there.
func (s *Service) Standing(ctx context.Context, itemID string) (st Standing, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if st, err = s.standing(ctx, tx, itemID); err != nil {
			return err
		}
		ids := append(slices.Collect(maps.Values(st.Source)), slices.Collect(maps.Values(st.InheritedFrom))...)
		if st.Names, err = tree.In(tx).Names(ctx, ids); err != nil {
			return err
		}
		var open []Task
		err := tx.NewSelect().Model(&open).Where("tenant_id = ?", tx.Scope.Tenant).Where("item_id = ?", itemID).Where("state = 'open'").Order("opened_at").Scan(ctx)
		for _, t := range open {
			st.Tasks[t.Element] = t
		}
		return err
	})
	return st, err
}

// standing is Standing inside a transaction, without names and tasks.
func (s *Service) standing(ctx context.Context, tx *db.Tx, itemID string) (st Standing, err error) {
	if st.Guide, err = s.read(ctx, tx, itemID); err != nil {
		return st, err
	}
	locks, err := store{tx}.locks(ctx, tx.Scope.Ancestors)
	if err != nil {
		return st, err
	}
	own := tx.Scope.Tenant
	st.ground = ground{item: itemID, owner: st.Item.TenantID, body: st.Version.Body, locks: locks}
	for _, o := range st.Chain {
		if o.TenantID == own {
			st.Base = o.Base
		}
		st.ground.layers = append(st.ground.layers, layer{Override: o, Hi: tx.Scope.Over.Hi}) // all of them reach the actor's tenant
	}
	st.Inherited, st.InheritedFrom = st.ground.above(own)
	st.Locks, st.OwnLocks, st.Tasks = st.ground.locksOn(own), map[string]Lock{}, map[string]Task{}
	for _, l := range locks {
		if l.TenantID == own && (l.ItemID == nil || *l.ItemID == itemID) {
			st.OwnLocks[l.Element] = l
		}
	}
	return st, nil
}

// ElementName is what an element is called in lists; a key that no list has stands
// for itself.
func ElementName(key string) string {
	if c, ok := column(key); ok {
		return c.Header
	}
	return key
}

// OverrideEntry is one line of what a tenant did to its changes of an item.
type OverrideEntry struct {
	At      time.Time
	By      string
	Changes []Difference
	Answer  string // the task that it answered, if any
}

// OverrideHistory lists what the actor's tenant changed of an item, newest first,
// out of the record (审计); at most fifty.
func (s *Service) OverrideHistory(ctx context.Context, itemID string) (out []OverrideEntry, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []struct {
			At        time.Time
			ActorName string
			Detail    json.RawMessage
		}
		if !isID(itemID) {
			return notFound()
		}
		err := tx.NewRaw(`select at, actor_name, detail::text as detail from audit_rows where tenant_id = ? and kind = 'item' and object = ? and action in (?, ?) order by at desc limit 50`,
			tx.Scope.Tenant, itemID, string(policies.ItemsOverride), string(policies.ItemsTask)).Scan(ctx, &rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			e := OverrideEntry{At: r.At, By: r.ActorName}
			var d struct {
				Changes []Difference `json:"changes"`
				Answer  string       `json:"answer"`
			}
			if err := json.Unmarshal(r.Detail, &d); err != nil {
				return err
			}
			if e.Changes, e.Answer = d.Changes, d.Answer; len(e.Changes) > 0 || e.Answer != "" {
				out = append(out, e)
			}
		}
		return nil
	})
	return out, err
}

// lawful reports whether a change of one element may stay as it is: it is not
// locked and makes nothing longer than above.
func (st Standing) lawful(own tenancy.ID, key string) bool {
	if _, locked := st.ground.lock(own, key); locked {
		return false
	}
	return key != ElementPromise || st.Own.PromisedDays == nil || *st.Own.PromisedDays <= st.Inherited.PromisedDays
}
