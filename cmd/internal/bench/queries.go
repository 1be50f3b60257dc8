package bench

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/tenancy"
)

// Limits of what is promised.
const (
	maxIsolation = 1.3 // row security against the same predicates written out
	maxSpread    = 10  // a province against a village
	minLife      = 0.9 // a full database against an empty one
)

// observer is the ordinary user of the queries.
const observer = "00000000-0000-7000-8000-0000000000e3"

// view is one thing that people look at, through the services, or the statements for it.
type view struct {
	name   string
	spread bool // a province may be at most ten times slower than a village
	ask    func(ctx context.Context, h *house) error
	sql    func(ctx context.Context, h *house, over tenancy.Interval) (string, error)
}

// views are what the bench looks at in every scope.
func views(now time.Time) []view {
	newest := func(q cases.Query) func(context.Context, *house) error {
		return func(ctx context.Context, h *house) error {
			_, err := h.cases.List(ctx, q)
			return err
		}
	}
	plain := func(s string) func(context.Context, *house, tenancy.Interval) (string, error) {
		return func(context.Context, *house, tenancy.Interval) (string, error) { return s, nil }
	}
	return []view{
		{name: "待办 20 条", spread: true, ask: func(ctx context.Context, h *house) error { _, err := h.cases.Todo(ctx, cases.Query{}); return err }},
		{name: "办件列表最新 20 条", spread: true, ask: newest(cases.Query{})},
		{name: "在办列表最新 20 条", spread: true, ask: newest(cases.Query{Open: true})},
		{name: "精确计数", sql: plain(`SELECT count(*) FROM cases`)},
		{name: "临期清查", sql: plain(fmt.Sprintf(`SELECT tenant_id, id, due_at FROM cases WHERE ended_at IS NULL AND suspended_at IS NULL AND due_at >= '%s' AND due_at < '%s'`,
			now.Format(time.RFC3339), now.AddDate(0, 0, 3).Format(time.RFC3339)))},
		{name: "临期列表 20 条", ask: newest(cases.Query{Time: "soon", Sort: "due"})},
		{name: "看板按状态", spread: true, ask: func(ctx context.Context, h *house) error { _, err := h.cases.Totals(ctx); return err }},
		{name: "单件查询", sql: some},
	}
}

// some case of the scope, looked up by its id as a page does.
func some(ctx context.Context, h *house, over tenancy.Interval) (string, error) {
	var id string
	err := h.super.QueryRowContext(ctx, fmt.Sprintf(`SELECT id FROM cases WHERE tenant_id BETWEEN %d AND %d LIMIT 1`, over.Lo, over.Hi)).Scan(&id)
	return fmt.Sprintf(`SELECT * FROM cases WHERE id = '%s'`, id), err
}

type scope struct {
	name string
	at   tenancy.ID
}

func scopes() []scope {
	return []scope{{"村", busy[0]}, {"乡", busy[1]}, {"县", busy[2]}, {"市", busy[3]}, {"省", busyProvince}}
}

// queries compares every view in every scope with the same statements run by a
// superuser with the predicates written out.
func (r *rig) queries(ctx context.Context, rep *Report) error {
	for _, v := range views(time.Now().UTC()) {
		for _, sc := range scopes() {
			if err := r.query(ctx, rep, v, sc); err != nil {
				return fmt.Errorf("%s·%s: %w", v.name, sc.name, err)
			}
		}
		if v.ask == nil {
			continue
		}
		if err := r.spread(ctx, rep, v); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return nil
}

// query compares one view in one scope.
func (r *rig) query(ctx context.Context, rep *Report, v view, sc scope) error {
	ctx, err := r.observer(ctx, sc.at)
	if err != nil {
		return err
	}
	app, bare, err := r.statements(ctx, v)
	if err != nil {
		return err
	}
	p, err := r.o.within(maxIsolation, func() error { return r.full.inScope(ctx, app) }, func() error { return r.full.asSuper(ctx, bare) })
	if err != nil {
		return err
	}
	name := v.name + "·" + sc.name
	rep.compare(name, ms(p.app), "毫秒", p.ratio(), maxIsolation)
	if p.ratio() > maxIsolation && r.o.Explain {
		r.explain(ctx, name, app, bare)
	}
	return nil
}

// spread measures a view through the services, at province scope against village scope.
func (r *rig) spread(ctx context.Context, rep *Report, v view) error {
	wide, err := r.observer(ctx, busyProvince)
	if err != nil {
		return err
	}
	narrow, err := r.observer(ctx, busy[0])
	if err != nil {
		return err
	}
	limit := float64(maxSpread)
	p, err := r.o.within(limit, func() error { return v.ask(wide, r.full) }, func() error { return v.ask(narrow, r.full) })
	if err != nil {
		return err
	}
	rep.add(v.name+"·村(含服务层)", ms(p.bare), "毫秒")
	if v.spread {
		rep.compare(v.name+"·省(含服务层),比村", ms(p.app), "毫秒", p.ratio(), limit)
	} else {
		rep.add(v.name+"·省(含服务层)", ms(p.app), "毫秒")
	}
	return nil
}

// observer is ctx of an ordinary user of tenant at.
func (r *rig) observer(ctx context.Context, at tenancy.ID) (context.Context, error) {
	return r.full.staff(ctx, at, observer, policies.Clerk, policies.Reviewer, policies.Decider, policies.Supervisor)
}

// statements are what the application sends for a view, and the same for a superuser.
func (r *rig) statements(ctx context.Context, v view) (app, bare []string, err error) {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return nil, nil, err
	}
	if v.sql != nil {
		s, err := v.sql(ctx, r.full, sc.Over)
		if err != nil {
			return nil, nil, err
		}
		app = []string{s}
	} else if app, err = r.full.tape.record(func() error { return v.ask(ctx, r.full) }); err != nil {
		return nil, nil, err
	}
	return app, explicit(app, sc.Over), nil
}

// explain shows both plans of each statement.
func (r *rig) explain(ctx context.Context, name string, app, bare []string) {
	show := func(rows *sql.Rows, err error) {
		if err != nil {
			_, _ = fmt.Fprintln(r.o.Out, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var line string
			_ = rows.Scan(&line)
			_, _ = fmt.Fprintln(r.o.Out, "    "+line)
		}
		if err := rows.Err(); err != nil {
			_, _ = fmt.Fprintln(r.o.Out, err)
		}
	}
	for i := range app {
		_, _ = fmt.Fprintf(r.o.Out, "%s\n  %s\n", name, app[i])
		_ = r.full.explainIn(ctx, app[i], show)
		_, _ = fmt.Fprintln(r.o.Out, "  superuser:")
		show(r.full.super.QueryContext(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+bare[i]))
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
