package catalog

import (
	"context"
	"reflect"
	"slices"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// checkEntry looks at what an entry of the basic list (目录) must say: who may
// implement it. It has no organ, no limit and no flow of its own.
func (b Body) checkEntry(bad map[string]string) {
	if len(b.ExerciseLevels) == 0 {
		bad["exercise_levels"] = "item_exercise_levels_missing"
	}
	for _, l := range b.ExerciseLevels {
		if !slices.Contains(tree.Levels(), l) {
			bad["exercise_levels"] = "item_level_unknown"
		}
	}
}

// Locked lists what an implementing item has from its entry of the basic list and
// may not say otherwise, by the keys of the elements.
func Locked() []string { return []string{"name", "basic_code", "type", "legal_basis"} }

// taken is a body with what is locked taken over from an entry.
func (b Body) taken(entry Body) Body {
	b.Name, b.BasicCode, b.Kind, b.LegalBasis = entry.Name, entry.BasicCode, entry.Kind, slices.Clone(entry.LegalBasis)
	return b
}

// departs lists what is locked and said otherwise by now.
func (b Body) departs(now Body) (keys []string) {
	a, c := normal(b), normal(now)
	for _, key := range Locked() {
		if !reflect.DeepEqual(a.value(key), c.value(key)) {
			keys = append(keys, key)
		}
	}
	return keys
}

// keepsEntry refuses what departs from the entry that an item was taken from. What
// the draft has from an older version of the entry may stay.
func (s store) keepsEntry(ctx context.Context, i Item, was, now Body) error {
	if i.BasicID == nil {
		return nil
	}
	changed := was.departs(now)
	if len(changed) == 0 {
		return nil
	}
	entry, err := s.entry(ctx, *i.BasicTenant, *i.BasicID)
	if err != nil {
		return err
	}
	bad := map[string]string{}
	for _, key := range entry.Body.departs(now) {
		if slices.Contains(changed, key) {
			bad[key] = "item_basic_locked"
		}
	}
	return fault.InvalidFields(bad)
}

// entry is the version in force of an entry of the basic list, the last one that
// was when it is withdrawn.
func (s store) entry(ctx context.Context, tenant tenancy.ID, id string) (v Version, err error) {
	err = s.tx.NewSelect().Model(&v).Where("tenant_id = ?", tenant).Where("item_id = ?", id).
		Where("published_at IS NOT NULL").Order("number DESC").Limit(1).Scan(ctx)
	return v, err
}

// Entry returns what the entry of the basic list says now that an item was taken
// from; ok is false when it was taken from none.
func (s *Service) Entry(ctx context.Context, i Item) (e Entry, ok bool, err error) {
	if i.BasicID == nil {
		return e, false, nil
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if e.Item, err = st.item(ctx, *i.BasicID); err != nil {
			return err
		}
		if e.Version, err = st.entry(ctx, e.Item.TenantID, e.Item.ID); err != nil {
			return err
		}
		e.Owner, err = tree.In(tx).Get(ctx, e.Item.TenantID)
		return err
	})
	if f, isFault := fault.As(err); isFault && f.Kind == fault.NotFound {
		return e, false, nil // moved out of sight
	}
	return e, err == nil, err
}

// Entry (目录) is one entry of the basic list as it is in force.
type Entry struct {
	Item    Item
	Version Version
	Owner   tree.Node
}

// Moved lists what the entry says otherwise than an item that was taken from it.
func (e Entry) Moved(b Body) []string { return b.departs(e.Version.Body) }

// MayKeep reports whether the actor may start entries of her tenant's basic list.
func (s *Service) MayKeep(ctx context.Context) (may bool) {
	err := s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.mayStart(ctx, tx, BasicList) })
	return err == nil
}
