// Package book keeps the exceptions that a tenant makes to the official working
// calendar. They cascade: the nearest level wins.
package book

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Book reads and writes calendar_days.
type Book struct{}

// row is one exception as it is stored, with the tenant that it counts for.
type row struct {
	Origin   tenancy.ID
	TenantID tenancy.ID
	Day      calendar.Date
	Working  bool
	Name     string
	Source   string
}

// above finds the exceptions of every level from the platform down to each origin.
// A label sorts before everything below it: later rows are nearer.
const above = `with recursive up (origin, id, parent) as (
		select tenant_id, tenant_id, parent_id from tenants where tenant_id in (?)
		union all select up.origin, p.tenant_id, p.parent_id from tenants p join up on p.tenant_id = up.parent)
	select up.origin, d.tenant_id, d.day, d.working, d.name, d.source from up join calendar_days d on d.tenant_id = up.id `

// Of returns the calendar of tenant: the official days, then the exceptions of
// every level from the platform down to it.
func (b Book) Of(ctx context.Context, tx *db.Tx, tenant tenancy.ID) (calendar.Calendar, error) {
	cals, err := b.OfMany(ctx, tx, []tenancy.ID{tenant})
	return cals[tenant], err
}

// OfMany returns the calendars of several tenants by one question.
func (Book) OfMany(ctx context.Context, tx *db.Tx, tenants []tenancy.ID) (map[tenancy.ID]calendar.Calendar, error) {
	cals := make(map[tenancy.ID]calendar.Calendar, len(tenants))
	if len(tenants) == 0 {
		return cals, nil
	}
	var rows []row
	if err := tx.NewRaw(above+`order by up.origin, d.tenant_id, d.day`, bun.List(tenants)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("calendars of %v: %w", tenants, err)
	}
	days := make(map[tenancy.ID][]calendar.Day, len(tenants))
	for _, r := range rows {
		days[r.Origin] = append(days[r.Origin], calendar.Day{Date: r.Day, Working: r.Working, Name: r.Name, Source: r.Source})
	}
	for _, id := range tenants {
		cals[id] = calendar.New(calendar.Merge(days[id])...)
	}
	return cals, nil
}

// Set writes an exception of the actor's own tenant; it replaces the one of that day.
func (Book) Set(ctx context.Context, tx *db.Tx, d calendar.Day) error {
	_, err := tx.NewRaw(`insert into calendar_days (tenant_id, day, working, name, source) values (?, ?, ?, ?, ?)
		on conflict (tenant_id, day) do update set working = excluded.working, name = excluded.name, source = excluded.source`,
		tx.Scope.Tenant, d.Date, d.Working, d.Name, d.Source).Exec(ctx)
	return err
}

// Clear removes an exception of the actor's own tenant.
func (Book) Clear(ctx context.Context, tx *db.Tx, day calendar.Date) error {
	_, err := tx.NewRaw(`delete from calendar_days where tenant_id = ? and day = ?`, tx.Scope.Tenant, day).Exec(ctx)
	return err
}

// Own lists the exceptions that the actor's tenant made itself.
func (Book) Own(ctx context.Context, tx *db.Tx) (days []calendar.Day, err error) {
	err = tx.NewRaw(`select day as date, working, name, source from calendar_days where tenant_id = ? order by day`, tx.Scope.Tenant).Scan(ctx, &days)
	return days, err
}

// Exception is one row of some level's table.
type Exception struct {
	calendar.Day

	Tenant tenancy.ID // the level that made it
}

// Exceptions lists what the levels from the platform down to tenant say about the
// days from first to last, by day and then from the top down: of several for one
// day the last holds.
func (Book) Exceptions(ctx context.Context, tx *db.Tx, tenant tenancy.ID, first, last calendar.Date) ([]Exception, error) {
	var rows []row
	err := tx.NewRaw(above+`where d.day between ? and ? order by d.day, d.tenant_id`, bun.List([]tenancy.ID{tenant}), first, last).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("calendar exceptions of %s: %w", tenant, err)
	}
	out := make([]Exception, len(rows))
	for i, r := range rows {
		out[i] = Exception{calendar.Day{Date: r.Day, Working: r.Working, Name: r.Name, Source: r.Source}, r.TenantID}
	}
	return out, nil
}
