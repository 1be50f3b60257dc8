package files

import (
	"context"
	"fmt"
	"io"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// UploadForItem stores a blank form (空白表格) or a sample (样表) of an item of the
// actor's tenant: her tenant reads it at once, everybody below when a version that
// names it is in force. The content is judged as Upload does; Forbidden for whoever
// is no staff.
func (s *Service) UploadForItem(ctx context.Context, name string, r io.Reader) (f File, err error) {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return f, err
	}
	if sc.Actor.Kind != tenancy.Staff {
		return f, fault.New(fault.Forbidden, "forbidden")
	}
	return s.put(ctx, File{Name: name, ForItem: true}, r)
}

// OfItems returns those of ids that a tenant has uploaded for its items.
func (s *Service) OfItems(ctx context.Context, tx *db.Tx, tenant tenancy.ID, ids []string) (known []string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = tx.NewSelect().Model((*File)(nil)).Column("id").Where("tenant_id = ?", tenant).Where("for_item").Where("id IN (?)", bun.List(ids)).Scan(ctx, &known)
	if err != nil {
		return nil, fmt.Errorf("files for items of %s: %w", tenant, err)
	}
	return known, nil
}

// PublishForItem lets everybody below a tenant read uploads for its items. There is
// no way back: older versions go on naming them.
func (s *Service) PublishForItem(ctx context.Context, tx *db.Tx, tenant tenancy.ID, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*File)(nil)).Set("published = true").Where("tenant_id = ?", tenant).
		Where("for_item").Where("NOT published").Where("id IN (?)", bun.List(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("publish files of %s: %w", tenant, err)
	}
	return nil
}

// Named are the files for items among ids that the actor may read, in no order.
func (s *Service) Named(ctx context.Context, ids []string) (fs []File, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewSelect().Model(&fs).Where("for_item").Where("id IN (?)", bun.List(ids)).Scan(ctx)
	})
	return fs, err
}
