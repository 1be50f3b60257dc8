// Package book keeps the exceptions that a tenant makes to the official working
// calendar. They cascade: the nearest level wins.
package book

import (
	"context"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Book reads and writes calendar_days.
type Book struct{}

// Of returns the calendar of tenant: the official days, then the exceptions of
// every level from the platform down to it.
func (Book) Of(ctx context.Context, tx *db.Tx, tenant tenancy.ID) (calendar.Calendar, error) {
	var rows []struct {
		TenantID tenancy.ID
		Day      calendar.Date
		Working  bool
		Name     string
		Source   string
	}
	err := tx.NewRaw(`select d.tenant_id, d.day, d.working, d.name, d.source from calendar_days d
		join tenants t on t.tenant_id = d.tenant_id where ? between t.tenant_id and t.hi order by d.tenant_id, d.day`, tenant).Scan(ctx, &rows)
	if err != nil {
		return calendar.Calendar{}, fmt.Errorf("calendar of %s: %w", tenant, err)
	}
	days := make([]calendar.Day, len(rows))
	for i, r := range rows { // a label sorts before everything below it: later rows are nearer
		days[i] = calendar.Day{Date: r.Day, Working: r.Working, Name: r.Name, Source: r.Source}
	}
	return calendar.New(calendar.Merge(days)...), nil
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
	var rows []struct {
		TenantID tenancy.ID
		Day      calendar.Date
		Working  bool
		Name     string
		Source   string
	}
	err := tx.NewRaw(`select d.tenant_id, d.day, d.working, d.name, d.source from calendar_days d
		join tenants t on t.tenant_id = d.tenant_id where ? between t.tenant_id and t.hi and d.day between ? and ?
		order by d.day, d.tenant_id`, tenant, first, last).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("calendar exceptions of %s: %w", tenant, err)
	}
	out := make([]Exception, len(rows))
	for i, r := range rows {
		out[i] = Exception{calendar.Day{Date: r.Day, Working: r.Working, Name: r.Name, Source: r.Source}, r.TenantID}
	}
	return out, nil
}
