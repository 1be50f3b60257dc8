package catalog

import (
	"context"
	"fmt"
	"strconv"
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

// vectorOf writes marks as one word: what is drawn from them alone is true while it stands.
func vectorOf(marks []mark) string {
	var b []byte
	for _, m := range marks {
		b = append(strconv.AppendInt(append(strconv.AppendInt(b, int64(m.TenantID), 10), ':'), m.N, 10), ' ')
	}
	return string(b)
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
	err = s.tx.NewRaw(`select items.tenant_id, items.id, items.state, v.body from items join item_versions v on v.tenant_id = items.tenant_id and v.id = items.live_id
		where items.tenant_id in (?) and items.state in ('published', 'suspended') and items.list = 'implementing' order by items.id`, list(tenants)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read items to find: %w", err)
	}
	return rows, nil
}

// additions are what some tenants say besides items of their own: their changes of
// what they inherit, and their local codes. Every one of them gets an index.
func (s store) additions(ctx context.Context, tenants []tenancy.ID) (map[tenancy.ID]*index, error) {
	out := map[tenancy.ID]*index{}
	for _, t := range tenants {
		out[t] = &index{changes: map[string]Override{}}
	}
	var changes []Override
	if err := s.tx.NewSelect().Model(&changes).Column("tenant_id", "item_id", "item_tenant", "fields").Where("tenant_id IN (?)", list(tenants)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read changes of items: %w", err)
	}
	for _, o := range changes {
		if !o.Fields.Empty() {
			out[o.TenantID].changes[o.ItemID] = o
		}
	}
	var entries []dictionaryEntry
	if err := s.tx.NewSelect().Model(&entries).Where("tenant_id IN (?)", list(tenants)).Order("system", "code").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read dictionaries: %w", err)
	}
	for _, e := range entries {
		out[e.TenantID].entries = append(out[e.TenantID].entries, e.entry())
	}
	return out, nil
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

// heat is how often the items of some tenants were used anywhere since a day.
func (s store) heat(ctx context.Context, tenants []tenancy.ID, since time.Time) (map[tenancy.ID]map[string]int, error) {
	return s.heatWhere(ctx, `item_tenant = tenant_id`, tenants, since)
}

// heatAt is how often items were used at some places since a day, by whomever they are defined.
func (s store) heatAt(ctx context.Context, places []tenancy.ID, since time.Time) (map[tenancy.ID]map[string]int, error) {
	return s.heatWhere(ctx, `true`, places, since)
}

func (s store) heatWhere(ctx context.Context, which string, tenants []tenancy.ID, since time.Time) (map[tenancy.ID]map[string]int, error) {
	var rows []struct {
		TenantID tenancy.ID
		ItemID   string
		N        int
	}
	err := s.tx.NewRaw(`select tenant_id, item_id, sum(n) as n from item_heat where tenant_id in (?) and `+which+` and day >= ? group by 1, 2`, list(tenants), since.Format(time.DateOnly)).Scan(ctx, &rows)
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
