package catalog

import (
	"context"
	"maps"
	"slices"

	"liandong/modules/catalog/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Change is what a lower level asks for. Locked names fields that the caller
// tried to change although this type has no room for them (legal basis, name…):
// policy refuses them with the reason instead of dropping them silently.
type Change struct {
	Fields
	Locked []string
	Added  []string // materials that the caller wants on top of the inherited ones: never allowed
	Seen   int      // version counter of the override that the editor was shown; 0 when there was none
}

// Override sets what the actor's tenant changes of an inherited item; it applies
// to that tenant and to all below it from the commit on. Forbidden with a reason
// when a field is locked or a limit would get longer. An element that stays as it
// was is asked about no more than one that is given back.
func (s *Service) Override(ctx context.Context, itemID string, in Change) (g Guide, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, err := s.standing(ctx, tx, itemID)
		if err != nil {
			return err
		}
		if st.Item.TenantID == tx.Scope.Tenant {
			return fault.New(fault.Precondition, "item_own_override")
		}
		if err := s.authz.Allow(ctx, policies.ItemsOverride, st.asked(tx, in)); err != nil {
			return err
		}
		if err := in.check(st.Inherited); err != nil {
			return err
		}
		if err := s.saveOverride(ctx, tx, st, in.Fields, in.Seen); err != nil {
			return err
		}
		g, err = s.read(ctx, tx, itemID)
		return err
	})
	return g, err
}

// ResetElement gives one element back to what is said above; seen as in Change.
func (s *Service) ResetElement(ctx context.Context, itemID, element string, seen int) error {
	return s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, err := s.standing(ctx, tx, itemID)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsOverride, st.asked(tx, Change{Fields: st.Own.without(element)})); err != nil {
			return err
		}
		if !slices.Contains(st.Own.Elements(), element) {
			return nil // it is as above already
		}
		return s.saveOverride(ctx, tx, st, st.Own.without(element), seen)
	})
}

// saveOverride is the one road by which a tenant's changes are kept: it remembers
// what they stand upon, closes the questions that they settle, and tells of them.
func (s *Service) saveOverride(ctx context.Context, tx *db.Tx, st Standing, f Fields, seen int) error {
	own := tx.Scope.Tenant
	was := Override{TenantID: own, Fields: st.Own, Base: st.Base}
	o := Override{TenantID: own, ItemID: st.Item.ID, ItemTenant: st.Item.TenantID, Fields: f, Base: was.rebase(f, st.Inherited), UpdatedAt: tx.Now, UpdatedBy: tx.Scope.Actor.Name}
	if err := (store{tx}).saveOverride(ctx, &o, seen); err != nil {
		return err
	}
	if err := (store{tx}).changed(ctx, own, itemChange{Item: o.ItemID, What: ChangedBelow}); err != nil {
		return err
	}
	if err := (store{tx}).settle(ctx, st, o); err != nil {
		return err
	}
	tx.Record(db.Audit{Action: string(policies.ItemsOverride), Kind: "item", Object: o.ItemID, Detail: map[string]any{"fields": f, "changes": changesOf(st, f)}})
	tx.Emit(events.ItemOverridden{ItemID: o.ItemID, Tenant: own})
	return nil
}

// changesOf tells the record what each element said before and says now.
func changesOf(st Standing, f Fields) (out []Difference) {
	for _, key := range Changeable() {
		if was, now := st.Own.Spell(key), f.Spell(key); was != now {
			out = append(out, Difference{Element: key, Was: was, Now: now})
		}
	}
	return out
}

// settle closes the open tasks of a change that nothing asks for any more.
func (s store) settle(ctx context.Context, st Standing, o Override) error {
	var open []Task
	if err := s.tx.NewSelect().Model(&open).Where("tenant_id = ?", o.TenantID).Where("item_id = ?", o.ItemID).Where("state = 'open'").
		Where("kind IN (?)", list([]string{TaskCollides, TaskLocked})).Scan(ctx); err != nil {
		return err
	}
	wants := st.ground.wants(o)
	for _, t := range open {
		asked := slices.ContainsFunc(wants, func(w want) bool { return w.kind == t.Kind && w.element == t.Element })
		if asked || t.ID == st.answered {
			continue
		}
		if err := s.close(ctx, &t, AnswerEdited, s.tx.Scope.Actor.Name, ""); err != nil {
			return err
		}
	}
	return nil
}

// Inherited resolves a published item as it would be without what the actor's
// own tenant changes; NotFound when it is not in force there.
func (s *Service) Inherited(ctx context.Context, itemID string) (b Body, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, err := s.standing(ctx, tx, itemID)
		b = st.Inherited
		return err
	})
	return b, err
}

// asked is what policy must know about a change: the elements that it touches.
func (st Standing) asked(tx *db.Tx, c Change) policies.Resource {
	r := c.resource(st.Inherited, st.Own)
	r["tenant"] = tx.Scope.Tenant
	var locks []map[string]any
	for _, key := range slices.Sorted(maps.Keys(st.Locks)) {
		l := st.Locks[key]
		locks = append(locks, map[string]any{"field": key, "name": ElementName(key), "by": l.TenantName, "reason": l.Reason})
	}
	r["locks"] = locks
	return r
}

func (c Change) resource(inherited Body, was Fields) policies.Resource {
	fields := slices.Clone(c.Locked)
	promised := inherited.PromisedDays
	if c.PromisedDays != nil && c.Spell(ElementPromise) != was.Spell(ElementPromise) {
		promised = *c.PromisedDays
	}
	for _, key := range c.Elements() {
		if c.Spell(key) != was.Spell(key) {
			fields = append(fields, key)
		}
	}
	slices.Sort(fields)
	return policies.Resource{
		"fields": fields, "promised_days": promised, "inherited_days": inherited.PromisedDays,
		"added_materials": len(c.Added), "locked_fields": c.Locked,
	}
}

// maxOverride bounds a text of a lower level, in characters.
const maxOverride = 500

func (c Change) check(inherited Body) error {
	bad := map[string]string{}
	if c.PromisedDays != nil && *c.PromisedDays < 1 {
		bad["promised_days"] = "item_days_range"
	}
	for _, name := range c.DropMaterials {
		if !slices.ContainsFunc(inherited.Materials, func(m Material) bool { return m.Name == name }) {
			bad["materials"] = "item_material_unknown"
		}
	}
	for key, v := range c.Values {
		if col, ok := column(key); !ok || !col.Open {
			bad[key] = "item_field_unknown"
		} else if err, ok := fault.As(inherited.SetElement(key, v)); ok {
			bad[key] = err.Fields[key]
		} else if len([]rune(v)) > maxOverride {
			bad[key] = "item_text_too_long"
		}
	}
	return fault.InvalidFields(bad)
}
