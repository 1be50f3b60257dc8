package catalog

import (
	"context"
	"fmt"
	"time"

	"liandong/tenancy"
)

// mark is the number that changes with whatever a tenant's index is built from.
type mark struct {
	TenantID tenancy.ID
	N        int64
}

// marks are those of the scope's chain, from the top down.
func (s store) marks(ctx context.Context) (ms []mark, err error) {
	err = s.tx.NewRaw(`select tenant_id, n from item_marks where tenant_id in (?) order by tenant_id`, list(s.tx.Scope.Ancestors)).Scan(ctx, &ms)
	if err != nil {
		return nil, fmt.Errorf("read item marks: %w", err)
	}
	return ms, nil
}

// mark tells every search that what tenant offers has changed.
func (s store) mark(ctx context.Context, tenant tenancy.ID) error {
	_, err := s.tx.NewRaw(`insert into item_marks (tenant_id, n) values (?, 1) on conflict (tenant_id) do update set n = item_marks.n + 1`, tenant).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark items of %s: %w", tenant, err)
	}
	return nil
}

// inForceOf returns the items in force that some tenants define themselves.
func (s store) inForceOf(ctx context.Context, tenants []tenancy.ID) (rows []listRow, err error) {
	err = s.tx.NewRaw(`select items.tenant_id, items.id, v.body from items join item_versions v on v.tenant_id = items.tenant_id and v.id = items.live_id
		where items.tenant_id in (?) and items.state in ('published', 'suspended') and items.list = 'implementing' order by items.id`, list(tenants)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read items to find: %w", err)
	}
	return rows, nil
}

// picked returns items in force by id, as the scope sees them.
func (s store) picked(ctx context.Context, ids []string) (map[string]Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []listRow
	at, err := s.stand(ctx, 0)
	if err != nil {
		return nil, err
	}
	sel := at.span(s.rows(true), SpanHere).Where("items.id IN (?)", list(ids))
	if err := sel.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("pick items: %w", err)
	}
	p, err := s.effective(ctx, rows, at)
	byID := make(map[string]Row, len(p.Rows))
	for _, r := range p.Rows {
		byID[r.ID] = r
	}
	return byID, err
}

// namesInForce returns what items in force here are called, by id.
func (s store) namesInForce(ctx context.Context, ids []string) (map[string]string, error) {
	names := map[string]string{}
	if len(ids) == 0 {
		return names, nil
	}
	var rows []struct{ ID, Name string }
	err := s.tx.NewRaw(`select id, name from items where tenant_id in (?) and id in (?) and state in ('published', 'suspended') and list = 'implementing'`, list(s.tx.Scope.Ancestors), list(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}

// heat is how often the items of some tenants were used since a day.
func (s store) heat(ctx context.Context, tenants []tenancy.ID, since time.Time) (map[tenancy.ID]map[string]int, error) {
	var rows []struct {
		TenantID tenancy.ID
		ItemID   string
		N        int
	}
	err := s.tx.NewRaw(`select tenant_id, item_id, sum(n) as n from item_heat where tenant_id in (?) and day >= ? group by 1, 2`, list(tenants), since.Format(time.DateOnly)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read heat of items: %w", err)
	}
	heat := map[tenancy.ID]map[string]int{}
	for _, t := range tenants {
		heat[t] = map[string]int{}
	}
	for _, r := range rows {
		heat[r.TenantID][r.ItemID] = r.N
	}
	return heat, nil
}
