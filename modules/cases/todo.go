package cases

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Todo (待办) lists what waits for the actor: cases that stand in her tenant at a
// step of one of her posts. Cases that wait for their applicant are left out,
// unless q.Status asks for them; joint cases that wait for their parts while there is nothing
// to do for the lead office are left out, and q.Led asks for these instead. A row shows the case at the step that is hers.
func (s *Service) Todo(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		of := lot(toDo)
		if q.Led {
			of = led
		}
		p, err = s.waiting(ctx, tx, q, of)
		return err
	})
	return p, err
}

// lot narrows to the steps that a list is about: those of the actor, or of her office.
// table and step begin the names of their columns.
type lot func(sc tenancy.Scope, sel *bun.SelectQuery, table, step string) *bun.SelectQuery

// waiting lists open cases by the steps of a lot.
func (s *Service) waiting(ctx context.Context, tx *db.Tx, q Query, of lot) (p Page, err error) {
	st := store{tx}
	also, err := st.besides(ctx, q, of)
	if err != nil {
		return p, err
	}
	if p, err = st.list(ctx, s.aim(q.atStep()), among(tx, q, of, also)); err != nil {
		return p, err
	}
	for i := range p.Rows {
		if v := also[p.Rows[i].ID]; v != nil {
			p.Rows[i].focus(v)
			p.Rows[i].AtName = v.AtName
		}
	}
	if err := st.star(ctx, p.Rows); err != nil {
		return p, err
	}
	return p, s.measure(ctx, tx, p.Rows)
}

// atStep leaves out of a query what is asked of the step: see among.
func (q Query) atStep() Query {
	q.Kind, q.Time, q.Open, q.DueFrom, q.DueTo, q.Assignee = "", "", true, time.Time{}, time.Time{}, ""
	return q
}

// among narrows a list to cases that are shown at a step of the lot, and those of also,
// which stand at one besides.
func among(tx *db.Tx, q Query, of lot, also map[string]*StepRecord) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(sel *bun.SelectQuery) *bun.SelectQuery {
		sel = sel.Where("c.ended_at IS NULL")
		if q.Status != Supplement {
			sel = sel.Where("c.status <> 'supplement'")
		}
		own := func(sel *bun.SelectQuery) *bun.SelectQuery {
			sel = q.assigned(of(tx.Scope, sel, "c.", "step_"), "c.")
			if q.Kind != "" {
				sel = sel.Where("c.step_kind = ?", q.Kind)
			}
			const due = "least(c.due_at, c.step_due_at)"
			return q.due(within(sel, q.Time, tx.Now, "c.suspended_at IS NULL", due, "c.suspended_at IS NOT NULL"), "c.suspended_at IS NULL AND "+due)
		}
		if len(also) == 0 {
			return own(sel)
		}
		ids := slices.Collect(maps.Keys(also))
		return sel.WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery {
			return sel.WhereGroup("", own).WhereOr("c.id IN (?)", bun.List(ids))
		})
	}
}

// hers is the lot of the actor: steps of her tenant that fall to her posts, department and
// person, that name her as a substitute, or that fall to somebody for whom she stands in. [StepRecord.fallsTo] says the same of one step.
func hers(sc tenancy.Scope, sel *bun.SelectQuery, table, step string) *bun.SelectQuery {
	column := func(name string) bun.Safe { return bun.Safe(table + name) }
	roles := bun.List(append([]string{noRole}, sc.Actor.Roles...))
	return sel.Where("? = ?", column("at_tenant"), sc.Tenant).Where("? <> ?", column(step+"kind"), ForApplicant).
		WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery {
			sel = sel.Where("(? IN (?) OR ? IN (?) AND ? IN ('', ?) AND ? IN (?))",
				column(step+"substitute"), bun.List(append([]string{sc.Actor.ID}, sc.Actor.Roles...)),
				column(step+"post"), roles, column("assignee_id"), sc.Actor.ID,
				column(step+"department"), bun.List(append([]string{""}, sc.Actor.Posted...)))
			return away(sc, sel, table, step)
		})
}

// noRole is no role's name: SQL has no empty lists.
const noRole = "!"

// ours is the lot of an office: whatever stands there for somebody of it.
func ours(sc tenancy.Scope, sel *bun.SelectQuery, table, step string) *bun.SelectQuery {
	return sel.Where("? = ?", bun.Safe(table+"at_tenant"), sc.Tenant).Where("? NOT IN (?)", bun.Safe(table+step+"kind"), bun.List([]string{ForApplicant, workTimer, workService}))
}

// Unassigned asks for steps that nobody was named for.
const Unassigned = "none"

func (q Query) assigned(sel *bun.SelectQuery, table string) *bun.SelectQuery {
	switch q.Assignee {
	case "":
		return sel
	case Unassigned:
		return sel.Where("? = ''", bun.Safe(table+"assignee_id"))
	}
	return sel.Where("? = ?", bun.Safe(table+"assignee_id"), q.Assignee)
}

func (q Query) due(sel *bun.SelectQuery, due string) *bun.SelectQuery {
	if !q.DueFrom.IsZero() {
		sel = sel.Where(due+" > ?", q.DueFrom)
	}
	if !q.DueTo.IsZero() {
		sel = sel.Where(due+" <= ?", q.DueTo)
	}
	return sel
}

// within narrows to what is late, soon due or suspended.
func within(sel *bun.SelectQuery, time string, now time.Time, runs, due, stands string) *bun.SelectQuery {
	switch time {
	case "late":
		return sel.Where(runs+" AND "+due+" < ?", now)
	case "soon":
		return sel.Where(runs+" AND "+due+" >= ? AND "+due+" < ?", now, now.AddDate(0, 0, soonDays))
	case "suspended":
		return sel.Where(stands)
	}
	return sel
}

// maxBesides bounds the steps of a to-do list at which cases stand besides.
const maxBesides = 1000

// besides are steps of a lot whose case is shown at another, by case.
func (s store) besides(ctx context.Context, q Query, of lot) (map[string]*StepRecord, error) {
	var vs []*StepRecord
	sel := s.tx.NewSelect().Model(&vs).ModelTableExpr("case_steps AS s").ColumnExpr("s.*").Where("s.ended_at IS NULL").Where("s.beside").Where("s.work IN ('step', 'wait')")
	sel = q.assigned(of(s.tx.Scope, sel, "s.", ""), "s.")
	if q.Kind != "" {
		sel = sel.Where("s.kind = ?", q.Kind)
	}
	sel = within(sel, q.Time, s.tx.Now, "s.due_at IS NOT NULL", "s.due_at", "s.due_at IS NULL")
	if !q.DueFrom.IsZero() || !q.DueTo.IsZero() {
		sel = q.due(sel.Join("JOIN cases c ON c.id = s.case_id"), "c.suspended_at IS NULL AND least(c.due_at, s.due_at)")
	}
	if err := sel.OrderExpr("s.entered_at").Limit(maxBesides).Scan(ctx); err != nil {
		return nil, fmt.Errorf("steps besides: %w", err)
	}
	out := map[string]*StepRecord{}
	for _, v := range vs {
		if out[v.CaseID] == nil {
			out[v.CaseID] = v
		}
	}
	return out, nil
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
	Led                                  int // joint cases that wait for their parts; not in All
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
		if err := toDo(tx.Scope, sel.Where("c.ended_at IS NULL"), "c.", "step_").Scan(ctx, &n); err != nil {
			return fmt.Errorf("count to-do list: %w", err)
		}
		st := store{tx}
		if n.Led, err = st.countLed(ctx); err != nil {
			return err
		}
		return st.countBesides(ctx, &n)
	})
	return n, err
}

// countBesides adds the steps at which cases stand besides, but for cases that are counted.
func (s store) countBesides(ctx context.Context, n *TodoCounts) error {
	vs, err := s.besides(ctx, Query{}, toDo)
	if err != nil || len(vs) == 0 {
		return err
	}
	var waiting []string
	err = toDo(s.tx.Scope, s.tx.NewSelect().TableExpr("cases AS c").ColumnExpr("c.id"), "c.", "step_").
		Where("c.id IN (?)", bun.List(slices.Collect(maps.Keys(vs)))).Scan(ctx, &waiting)
	if err != nil {
		return fmt.Errorf("count steps besides: %w", err)
	}
	for id, v := range vs {
		if slices.Contains(waiting, id) {
			continue
		}
		n.All++
		if of := map[string]*int{"accept": &n.Accept, "review": &n.Review, "decide": &n.Decide, "deliver": &n.Deliver}[v.Kind]; of != nil {
			*of++
		}
		if v.DueAt != nil && v.DueAt.Before(s.tx.Now) {
			n.Late++
		}
	}
	return nil
}

// measure works out how many working days each row has left, by the calendar of
// its origin.
func (s *Service) measure(ctx context.Context, tx *db.Tx, rows []Row) error {
	if err := s.tally(ctx, tx, rows); err != nil {
		return err
	}
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
