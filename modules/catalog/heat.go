package catalog

import (
	"context"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// How much a use of an item counts.
const (
	opened = 1
	filed  = 5
)

// Opened counts that somebody read a guide. It is not worth failing a page for,
// and a crash of the database may lose some.
func (s *Service) Opened(ctx context.Context, i Item) error { return s.used(ctx, i, opened) }

// OpenedBy counts, like Opened, several readers at once.
func (s *Service) OpenedBy(ctx context.Context, i Item, readers int) error {
	return s.used(ctx, i, readers*opened)
}

// Filed counts, like Opened, that somebody applied for an item.
func (s *Service) Filed(ctx context.Context, i Item) error { return s.used(ctx, i, filed) }

func (s *Service) used(ctx context.Context, i Item, n int) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `set local synchronous_commit = off`); err != nil {
			return err
		}
		return store{tx}.count(ctx, i, n)
	})
}

func (s store) count(ctx context.Context, i Item, n int) error {
	_, err := s.tx.NewRaw(`insert into item_opens (tenant_id, id, item_tenant, item_id, day, n) values (?, ?, ?, ?, ?, ?)`,
		s.tx.Scope.Tenant, db.NewID(), i.TenantID, i.ID, s.tx.Now.In(calendar.Zone()).Format("2006-01-02"), n).Exec(ctx)
	if err != nil {
		return fmt.Errorf("count use of item %s: %w", i.ID, err)
	}
	return nil
}

const heatBatch = 5_000 // uses folded in one transaction

// heatSQL takes uses away and adds them to the day of their item, at every place from
// where they happened up to the tenant that defines it.
const heatSQL = `with recursive gone as (
		delete from item_opens where (tenant_id, id) in (select tenant_id, id from item_opens order by id limit ? for update skip locked)
		returning tenant_id as site, item_tenant, item_id, day, n),
	way (site, place, up) as (
		select g.site, t.tenant_id, t.parent_id from (select distinct site from gone) g join tenants t on t.tenant_id = g.site
		union all select w.site, t.tenant_id, t.parent_id from way w join tenants t on t.tenant_id = w.up),
	kept as (insert into item_heat (tenant_id, item_tenant, item_id, day, n)
		select w.place, g.item_tenant, g.item_id, g.day, sum(g.n) from gone g join way w on w.site = g.site
		join tenants o on o.tenant_id = g.item_tenant and w.place between o.tenant_id and o.hi
		group by 1, 2, 3, 4 order by 1, 3, 4
		on conflict (tenant_id, item_id, day) do update set n = item_heat.n + excluded.n)
	select count(*) from gone`

// FoldHeat adds what was opened and filed since the last fold to the counts of
// items and places, each use once, drops days that no longer count, and returns how many
// uses there were. It is a job: it makes its own scope, that of the courier.
func (s *Service) FoldHeat(ctx context.Context) (folded int, err error) {
	courier := tenancy.Scope{Actor: tenancy.Actor{Kind: tenancy.Relay, ID: "fold", Name: "fold"}}
	for {
		var n int
		err := s.db.InTx(tenancy.With(ctx, courier), func(ctx context.Context, tx *db.Tx) error {
			if err := tx.NewRaw(heatSQL, heatBatch).Scan(ctx, &n); err != nil || n > 0 {
				return err
			}
			_, err := tx.NewRaw(`delete from item_heat where day < ?`, tx.Now.AddDate(0, 0, -2*lately).Format("2006-01-02")).Exec(ctx)
			return err
		})
		if err != nil {
			return folded, fmt.Errorf("fold heat of items: %w", err)
		}
		if folded += n; n < heatBatch {
			return folded, nil
		}
	}
}
