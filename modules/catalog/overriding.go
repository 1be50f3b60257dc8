package catalog

import (
	"context"
	"maps"
	"slices"

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
// when a field is locked or a limit would get longer.
func (s *Service) Override(ctx context.Context, itemID string, in Change) (g Guide, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if g, err = s.Resolve(ctx, tx, itemID); err != nil {
			return err
		}
		if g.Item.TenantID == tx.Scope.Tenant {
			return fault.New(fault.Precondition, "item_own_override")
		}
		inherited, err := s.inherited(ctx, tx, g)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsOverride, in.resource(tx, inherited)); err != nil {
			return err
		}
		if err := in.check(inherited); err != nil {
			return err
		}
		o := Override{TenantID: tx.Scope.Tenant, ItemID: itemID, ItemTenant: g.Item.TenantID, Fields: in.Fields, UpdatedAt: tx.Now, UpdatedBy: tx.Scope.Actor.Name}
		if err := (store{tx}).saveOverride(ctx, &o, in.Seen); err != nil {
			return err
		}
		if err := (store{tx}).changed(ctx, o.TenantID, itemChange{Item: itemID, What: ChangedBelow}); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsOverride), Kind: "item", Object: itemID, Detail: map[string]any{"fields": in.Fields}})
		g, err = s.Resolve(ctx, tx, itemID)
		return err
	})
	return g, err
}

// Inherited resolves a published item as it would be without what the actor's
// own tenant changes; NotFound when it is not in force there.
func (s *Service) Inherited(ctx context.Context, itemID string) (b Body, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		g, err := s.Resolve(ctx, tx, itemID)
		if err != nil {
			return err
		}
		b, err = s.inherited(ctx, tx, g)
		return err
	})
	return b, err
}

// inherited is the body as it would be without the actor's own override.
func (s *Service) inherited(ctx context.Context, tx *db.Tx, g Guide) (Body, error) {
	byItem, err := store{tx}.overrides(ctx, []string{g.Item.ID}, tx.Scope.Ancestors[:len(tx.Scope.Ancestors)-1])
	b, _ := fold(g.Version.Body, g.Item.TenantID, byItem[g.Item.ID])
	return b, err
}

func (c Change) resource(tx *db.Tx, inherited Body) policies.Resource {
	fields := slices.Clone(c.Locked)
	promised := inherited.PromisedDays
	if c.PromisedDays != nil {
		fields, promised = append(fields, "promised_days"), *c.PromisedDays
	}
	fields = append(fields, slices.Collect(maps.Keys(c.Values))...)
	if len(c.DropMaterials) > 0 {
		fields = append(fields, "materials")
	}
	slices.Sort(fields)
	return policies.Resource{
		"tenant": tx.Scope.Tenant, "fields": fields, "promised_days": promised, "inherited_days": inherited.PromisedDays,
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
