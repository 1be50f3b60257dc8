package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Todo (待办) lists what waits for the actor: cases that stand in her tenant at a
// step of one of her posts. Cases that wait for their applicant are left out,
// unless q.Status asks for them.
func (s *Service) Todo(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p, err = (store{tx}).list(ctx, s.aim(q), mine(tx.Scope, q.Status)); err != nil {
			return err
		}
		return s.measure(ctx, tx, p.Rows)
	})
	return p, err
}

func mine(sc tenancy.Scope, status Status) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(sel *bun.SelectQuery) *bun.SelectQuery {
		sel = sel.Where("c.at_tenant = ?", sc.Tenant).Where("c.ended_at IS NULL").
			Where("c.step_post IN (?)", bun.List(append([]string{""}, sc.Actor.Roles...))).
			Where("c.assignee_id IN ('', ?)", sc.Actor.ID)
		if status != Supplement {
			sel = sel.Where("c.status <> 'supplement'")
		}
		return sel
	}
}

// CountTodo is the number beside the to-do list.
func (s *Service) CountTodo(ctx context.Context) (n int, err error) {
	c, err := s.CountTodos(ctx)
	return c.All, err
}

// TodoCounts are the numbers on the tabs of a to-do list.
type TodoCounts struct {
	All, Accept, Review, Decide, Deliver int
	Supplement                           int // waits for the applicant; not in All
	Late                                 int
}

// CountTodos counts the actor's to-do list by what has to be done.
func (s *Service) CountTodos(ctx context.Context) (n TodoCounts, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		const wanted = "count(*) FILTER (WHERE c.status <> 'supplement'"
		sel := tx.NewSelect().TableExpr("cases AS c").ColumnExpr(wanted + ") AS all")
		for _, kind := range []string{"accept", "review", "decide", "deliver"} {
			sel = sel.ColumnExpr(wanted+" AND c.step_kind = ?) AS ?", kind, bun.Ident(kind))
		}
		sel = sel.ColumnExpr("count(*) FILTER (WHERE c.status = 'supplement') AS supplement").
			ColumnExpr(wanted+" AND c.suspended_at IS NULL AND (c.due_at < ? OR c.step_due_at < ?)) AS late", tx.Now, tx.Now)
		if err := mine(tx.Scope, Supplement)(sel).Scan(ctx, &n); err != nil {
			return fmt.Errorf("count to-do list: %w", err)
		}
		return nil
	})
	return n, err
}

// measure works out how many working days each row has left, by the calendar of
// its origin.
func (s *Service) measure(ctx context.Context, tx *db.Tx, rows []Row) error {
	var origins []tenancy.ID
	for i := range rows {
		r := &rows[i]
		if r.Deadline = nearer(r.DueAt, r.StepDueAt); r.SuspendedAt != nil || !r.Open() {
			r.Deadline = nil
		}
		if r.Deadline != nil && !slices.Contains(origins, r.TenantID) {
			origins = append(origins, r.TenantID)
		}
	}
	cals, err := s.asks.Calendars.OfMany(ctx, tx, origins)
	if err != nil {
		return err
	}
	for i := range rows {
		if r := &rows[i]; r.Deadline != nil {
			r.Left, r.Late = left(cals[r.TenantID], tx.Now, *r.Deadline), !tx.Now.Before(*r.Deadline)
		}
	}
	return nil
}

func nearer(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// left counts the working days to due, the day that is going on included: 1 on
// the last one, minus two when two days late.
func left(cal calendar.Calendar, now, due time.Time) int {
	last := calendar.LastDay(due)
	if !now.Before(due) {
		return -cal.Between(last.Start(), now)
	}
	n := cal.Between(now, last.Start())
	if cal.Working(calendar.DateOf(now)) {
		n++
	}
	return n
}
