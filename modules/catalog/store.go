package catalog

import (
	"context"
	"fmt"
	"strings"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// store is the only place that spells SQL for the catalogue.
type store struct{ tx *db.Tx }

// isID reports whether s is spelled like a UUID: anything else is not there, and
// is not worth a complaint of the database's.
func isID(s string) bool {
	return len(s) == 36 && strings.Count(s, "-") == 4 && strings.Trim(s, "0123456789abcdef-") == "" && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}

func notFound() error { return fault.New(fault.NotFound, "not_found") }

// changedMeanwhile says that somebody else was faster.
func changedMeanwhile() error { return fault.New(fault.Conflict, "item_changed") }

func (s store) item(ctx context.Context, id string) (Item, error) {
	var i Item
	if !isID(id) {
		return i, notFound()
	}
	if err := s.tx.NewSelect().Model(&i).Where("id = ?", id).Scan(ctx); err != nil {
		return i, fmt.Errorf("get item %s: %w", id, err)
	}
	return i, nil
}

func (s store) itemVersion(ctx context.Context, id string) (Version, error) {
	var v Version
	if !isID(id) {
		return v, notFound()
	}
	if err := s.tx.NewSelect().Model(&v).Where("id = ?", id).Scan(ctx); err != nil {
		return v, fmt.Errorf("get item version %s: %w", id, err)
	}
	return v, nil
}

// versions returns all of an item, newest first; NotFound when there are none to see.
func (s store) versions(ctx context.Context, itemID string) (vs []Version, err error) {
	if !isID(itemID) {
		return nil, notFound()
	}
	err = s.tx.NewSelect().Model(&vs).Where("item_id = ?", itemID).Order("number DESC").Scan(ctx)
	if err == nil && len(vs) == 0 {
		err = notFound()
	}
	return vs, err
}

func (s store) insertItem(ctx context.Context, i *Item) error {
	_, err := s.tx.NewInsert().Model(i).Exec(ctx)
	if db.IsDuplicate(err, "items_tenant_id_basic_code_key") {
		return fault.InvalidField("basic_code", "item_basic_code_taken")
	}
	return err
}

func (s store) insertVersion(ctx context.Context, v *Version) error {
	_, err := s.tx.NewInsert().Model(v).Exec(ctx)
	return err
}

// saveVersion writes v if nobody has written it since it was read.
func (s store) saveVersion(ctx context.Context, v *Version) error {
	res, err := s.tx.NewUpdate().Model(v).ExcludeColumn("tenant_id", "id", "item_id", "number", "version", "author_id", "author_name").
		Set("version = version + 1").WherePK().Where("version = ?", v.Version).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save item version %s: %w", v.ID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fault.New(fault.Conflict, "item_changed")
	}
	v.Version++
	return nil
}

func (s store) saveItem(ctx context.Context, i *Item) error {
	res, err := s.tx.NewUpdate().Model(i).Column("name", "kind", "state", "live_id").
		Set("version = version + 1").WherePK().Where("version = ?", i.Version).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save item %s: %w", i.ID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fault.New(fault.Conflict, "item_changed")
	}
	i.Version++
	return nil
}

// rename lets an item that was never published be called what its draft says.
func (s store) rename(ctx context.Context, v *Version) error {
	_, err := s.tx.NewUpdate().Model((*Item)(nil)).Set("name = ?", v.Body.Name).Set("kind = ?", v.Body.Kind).Set("basic_code = ?", v.Body.BasicCode).
		Where("tenant_id = ?", v.TenantID).Where("id = ?", v.ItemID).Where("state = ?", StateDraft).Exec(ctx)
	if db.IsDuplicate(err, "items_tenant_id_basic_code_key") {
		return fault.InvalidField("basic_code", "item_basic_code_taken")
	}
	return err
}

func (s store) replaceLive(ctx context.Context, i Item, state string) error {
	if i.LiveID == nil {
		return nil
	}
	_, err := s.tx.NewUpdate().Model((*Version)(nil)).Set("state = ?", state).Set("ended_at = ?", s.tx.Now).
		Where("tenant_id = ?", i.TenantID).Where("id = ?", *i.LiveID).Where("state = ?", StatePublished).Exec(ctx)
	return err
}

// overrides returns what the tenants of chain change, in the order of chain.
func (s store) overrides(ctx context.Context, itemIDs []string, chain []tenancy.ID) (map[string][]Override, error) {
	var rows []Override
	if len(itemIDs) == 0 || len(chain) == 0 {
		return nil, nil
	}
	// A label sorts before everything below it, so ascending labels on one
	// path are the path from the top down.
	err := s.tx.NewSelect().Model(&rows).Where("item_id IN (?)", list(itemIDs)).Where("tenant_id IN (?)", list(chain)).
		Order("tenant_id").Scan(ctx)
	byItem := map[string][]Override{}
	for _, o := range rows {
		byItem[o.ItemID] = append(byItem[o.ItemID], o)
	}
	return byItem, err
}

func (s store) saveOverride(ctx context.Context, o *Override, seen int) error {
	if seen == 0 {
		o.Version = 1
		_, err := s.tx.NewInsert().Model(o).Exec(ctx)
		if db.IsDuplicate(err, "") {
			return fault.New(fault.Conflict, "item_changed")
		}
		return err
	}
	res, err := s.tx.NewUpdate().Model(o).Column("fields", "base", "updated_at", "updated_by").Set("version = version + 1").
		WherePK().Where("version = ?", seen).Exec(ctx)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return changedMeanwhile()
	}
	o.Version = seen + 1
	return nil
}
