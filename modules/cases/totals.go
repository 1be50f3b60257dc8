package cases

import (
	"context"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// foldBatch bounds the deltas of one transaction: 14–29 µs each.
const foldBatch = 5_000

// foldSQL takes deltas away and adds them to the totals and days of their tenant
// and of every ancestor, in one statement. Rows are written in one order, so two
// folds cannot block each other for ever.
const foldSQL = `with recursive gone as (
		delete from case_deltas where (tenant_id, id) in (select tenant_id, id from case_deltas order by id limit ? for update skip locked)
		returning tenant_id, day, measure, n),
	up (origin, at) as (
		select distinct tenant_id, tenant_id from gone
		union all select up.origin, t.parent_id from up join tenants t on t.tenant_id = up.at where t.parent_id is not null),
	sums as (select up.at, g.day, g.measure, sum(g.n) as n from gone g join up on up.origin = g.tenant_id group by 1, 2, 3),
	days as (insert into case_days (tenant_id, day, measure, n) select at, day, measure, n from sums order by 1, 2, 3
		on conflict (tenant_id, day, measure) do update set n = case_days.n + excluded.n),
	totals as (insert into case_totals (tenant_id, measure, n) select at, measure, sum(n) from sums group by 1, 2 order by 1, 2
		on conflict (tenant_id, measure) do update set n = case_totals.n + excluded.n)
	select count(*) from gone`

// Fold adds what changed since the last fold to the totals that dashboards read,
// each change exactly once, and returns how many there were. It is a job: it
// makes its own scope, that of the courier.
func (s *Service) Fold(ctx context.Context) (folded int, err error) {
	for _, sql := range []string{foldSQL, foldFiguresSQL} {
		n, err := s.fold(ctx, sql)
		if folded += n; err != nil {
			return folded, err
		}
	}
	return folded, nil
}

func (s *Service) fold(ctx context.Context, sql string) (folded int, err error) {
	courier := tenancy.Scope{Actor: tenancy.Actor{Kind: tenancy.Relay, ID: "fold", Name: "fold"}}
	for {
		var n int
		err := s.db.InTx(tenancy.With(ctx, courier), func(ctx context.Context, tx *db.Tx) error {
			if err := lockTotals(ctx, tx); err != nil {
				return err
			}
			return tx.NewRaw(sql, foldBatch).Scan(ctx, &n)
		})
		if err != nil {
			return folded, fmt.Errorf("fold totals: %w", err)
		}
		if folded += n; n < foldBatch {
			return folded, nil
		}
	}
}

// totalsLock keeps folding and moving apart: either sees what the other has done.
const totalsLock = 7_340_927

func lockTotals(ctx context.Context, tx *db.Tx) error {
	_, err := tx.ExecContext(ctx, `select pg_advisory_xact_lock(?)`, totalsLock)
	return err
}

// movedSQL takes what a tenant counts away from everybody above it before, and
// gives it to everybody above it now; for those above both nothing changes.
const movedSQL = `with recursive up (at, sign) as (
		select ?::bigint, -1 union all select ?::bigint, 1
		union all select t.parent_id, up.sign from up join tenants t on t.tenant_id = up.at where t.parent_id is not null)
	insert into %[1]s (tenant_id, %[2]s, n) select up.at, %[2]s, sum(up.sign * x.n) from up cross join %[1]s x where x.tenant_id = ?
		group by up.at, %[2]s having sum(up.sign * x.n) <> 0 order by up.at, %[2]s
		on conflict (tenant_id, %[2]s) do update set n = %[1]s.n + excluded.n`

// Moved keeps the totals true when a tenant moves or is merged; it is a tree.After.
func Moved(ctx context.Context, tx *db.Tx, c tree.Change) error {
	if err := lockTotals(ctx, tx); err != nil {
		return err
	}
	for table, key := range map[string]string{"case_totals": "measure", "case_days": "day, measure"} {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(movedSQL, table, key), c.Old.Parent, c.New.Parent, c.New.ID); err != nil {
			return fmt.Errorf("move totals of %s: %w", c.New.ID, err)
		}
	}
	if _, err := tx.ExecContext(ctx, movedFiguresSQL, c.Old.Parent, c.New.Parent, c.New.ID); err != nil {
		return fmt.Errorf("move figures of %s: %w", c.New.ID, err)
	}
	return nil
}

// Totals are the cases of the actor's tenant and everything below it now, by
// status (and whatever else leaves deltas), as of the last fold.
func (s *Service) Totals(ctx context.Context) (map[string]int64, error) {
	totals := map[string]int64{}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []struct {
			Measure string
			N       int64
		}
		err := tx.NewRaw(`select measure, n from case_totals where tenant_id = ?`, tx.Scope.Tenant).Scan(ctx, &rows)
		for _, r := range rows {
			totals[r.Measure] = r.N
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read totals: %w", err)
	}
	return totals, nil
}

// DayTotal is by how much one measure changed on one day.
type DayTotal struct {
	Day     time.Time // midnight UTC of the China day
	Measure string
	N       int64
}

// Days are the changes of the actor's tenant and everything below it, day by day
// in [from, to], both days of China, as of the last fold.
func (s *Service) Days(ctx context.Context, from, to time.Time) (days []DayTotal, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select day, measure, n from case_days where tenant_id = ? and day between ? and ? order by day, measure`,
			tx.Scope.Tenant, chinaDay(from).Format(time.DateOnly), chinaDay(to).Format(time.DateOnly)).Scan(ctx, &days)
	})
	if err != nil {
		return nil, fmt.Errorf("read days: %w", err)
	}
	return days, nil
}
