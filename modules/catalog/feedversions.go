package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Editions lists the versions of an item that were ever in force where the scope
// stands, newest first: drafts and reviews are not among them. What was published
// stays published, after it was replaced or withdrawn too. NotFound when there are none.
func (s *Service) Editions(ctx context.Context, itemID string) (vs []Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		vs, err = store{tx}.editions(ctx, itemID, 0)
		return err
	})
	return vs, err
}

// Edition is one of Editions by its number; what it says never changes.
func (s *Service) Edition(ctx context.Context, itemID string, number int) (v Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		vs, err := store{tx}.editions(ctx, itemID, number)
		if err == nil {
			v = vs[0]
		}
		return err
	})
	return v, err
}

// editions are those of Editions, or the one with a number.
func (s store) editions(ctx context.Context, itemID string, number int) (vs []Version, err error) {
	if !isID(itemID) {
		return nil, notFound()
	}
	q := s.tx.NewSelect().Model(&vs).Where("item_id = ?", itemID).Where("tenant_id IN (?)", list(s.tx.Scope.Ancestors)).
		Where("exists (select from items i where i.tenant_id = version.tenant_id and i.id = version.item_id and i.list = ?)", ImplementingList).
		Where("state IN (?)", list([]string{StatePublished, StateReplaced, StateWithdrawn})).Order("number DESC")
	if number != 0 {
		q = q.Where("number = ?", number)
	}
	if err = q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("editions of item %s: %w", itemID, err)
	}
	if len(vs) == 0 {
		return nil, notFound()
	}
	return vs, nil
}

// CodesInForce are the codes that some items have now, by item.
func (s *Service) CodesInForce(ctx context.Context, items []string) (byItem map[string][]GivenCode, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		byItem = make(map[string][]GivenCode, len(items))
		if len(items) == 0 {
			return nil
		}
		var rows []GivenCode
		err := tx.NewSelect().Model(&rows).Where("item_id IN (?)", list(items)).Where("ended_at IS NULL").OrderExpr("item_id, length(code), code").Scan(ctx)
		for _, c := range rows {
			byItem[c.ItemID] = append(byItem[c.ItemID], c)
		}
		return err
	})
	return byItem, err
}

// Stamp changes whenever what the tenant in scope offers may have changed: with the
// marks and names of its chain, and every day in China. It costs one indexed read.
func (s *Service) Stamp(ctx context.Context) (stamp string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []struct {
			TenantID tenancy.ID
			Name     string
			N        int64
		}
		err := tx.NewRaw(`select t.tenant_id, t.name, coalesce(m.n, 0) as n from tenants t left join item_marks m on m.tenant_id = t.tenant_id
			where t.tenant_id in (?) order by t.tenant_id`, list(tx.Scope.Ancestors)).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("stamp of a chain: %w", err)
		}
		h := sha256.New()
		_, _ = fmt.Fprint(h, rows, tx.Now.In(calendar.Zone()).Format(time.DateOnly)) // a hash never fails
		stamp = base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
		return nil
	})
	return stamp, err
}
