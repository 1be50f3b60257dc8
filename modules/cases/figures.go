package cases

import (
	"context"
	"fmt"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Figure (办件量与到场次数) counts whole applications: a joint case counts as one, its parts are left out.
type Figure struct {
	N        int64 // filed
	Promised int64 // comings that were promised
	Came     int64 // comings that were counted
	Over     int64 // of N, those whose applicant came more often than was promised
}

// Plus is the sum.
func (f Figure) Plus(g Figure) Figure {
	return Figure{f.N + g.N, f.Promised + g.Promised, f.Came + g.Came, f.Over + g.Over}
}

// Less is what is left without g.
func (f Figure) Less(g Figure) Figure {
	return Figure{f.N - g.N, f.Promised - g.Promised, f.Came - g.Came, f.Over - g.Over}
}

// bearing is what a case is counted under. It may change while the case lives: what it was
// counted as before is then taken away.
type bearing struct {
	Month                   string // its first day, in China
	Department              string
	ItemID, ItemName        string
	Kind, Channel, CaseMode string
}

func (c *Case) bearing() bearing {
	day := chinaDay(c.CreatedAt)
	return bearing{day.AddDate(0, 0, 1-day.Day()).Format(time.DateOnly), c.Department, c.ItemID, c.ItemName, string(c.Kind), c.Channel, string(c.Mode)}
}

func (c *Case) figure() Figure {
	f := Figure{N: 1, Promised: int64(c.TripsPromised), Came: int64(c.Trips)}
	if c.TripsOver() {
		f.Over = 1
	}
	return f
}

// figured leaves what changed about how a case is counted. The zero case was not counted.
func (s store) figured(was, is Case) {
	if is.JointID != nil {
		return
	}
	b, f := is.bearing(), is.figure()
	if was.ID != "" && was.bearing() == b {
		f = f.Less(was.figure())
	} else if was.ID != "" {
		s.count(was.TenantID, was.bearing(), Figure{}.Less(was.figure()))
	}
	s.count(is.TenantID, b, f)
}

func (s store) count(at tenancy.ID, b bearing, f Figure) {
	if f == (Figure{}) {
		return
	}
	s.tx.Later(`insert into case_figure_deltas (tenant_id, id, month, department, item_id, item_name, kind, channel, mode, n, promised, came, over) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		at, db.NewID(), b.Month, b.Department, b.ItemID, b.ItemName, b.Kind, b.Channel, b.CaseMode, f.N, f.Promised, f.Came, f.Over)
}

// foldFiguresSQL is foldSQL for figures.
const foldFiguresSQL = `with recursive gone as (
		delete from case_figure_deltas where (tenant_id, id) in (select tenant_id, id from case_figure_deltas order by id limit ? for update skip locked) returning *),
	up (origin, at) as (
		select distinct tenant_id, tenant_id from gone
		union all select up.origin, t.parent_id from up join tenants t on t.tenant_id = up.at where t.parent_id is not null),
	folded as (insert into case_figures (tenant_id, month, department, item_id, kind, channel, mode, item_name, n, promised, came, over)
		select up.at, g.month, g.department, g.item_id, g.kind, g.channel, g.mode, max(g.item_name), sum(g.n), sum(g.promised), sum(g.came), sum(g.over)
		from gone g join up on up.origin = g.tenant_id group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
		on conflict (tenant_id, month, department, item_id, kind, channel, mode) do update set item_name = excluded.item_name,
			n = case_figures.n + excluded.n, promised = case_figures.promised + excluded.promised, came = case_figures.came + excluded.came, over = case_figures.over + excluded.over)
	select count(*) from gone`

// movedFiguresSQL is movedSQL for figures.
const movedFiguresSQL = `with recursive up (at, sign) as (
		select ?::bigint, -1 union all select ?::bigint, 1
		union all select t.parent_id, up.sign from up join tenants t on t.tenant_id = up.at where t.parent_id is not null)
	insert into case_figures (tenant_id, month, department, item_id, kind, channel, mode, item_name, n, promised, came, over)
		select up.at, month, department, item_id, kind, channel, mode, max(item_name), sum(up.sign * x.n), sum(up.sign * x.promised), sum(up.sign * x.came), sum(up.sign * x.over)
		from up cross join case_figures x where x.tenant_id = ?
		group by 1, 2, 3, 4, 5, 6, 7 having sum(up.sign) <> 0 order by 1, 2, 3, 4, 5, 6, 7
		on conflict (tenant_id, month, department, item_id, kind, channel, mode) do update set
			n = case_figures.n + excluded.n, promised = case_figures.promised + excluded.promised, came = case_figures.came + excluded.came, over = case_figures.over + excluded.over`

// FigureQuery narrows figures. Zero values mean: the actor's own unit, every month, everything.
type FigureQuery struct {
	Unit       tenancy.ID // in the actor's subtree
	From, To   time.Time  // first days of months, both included
	Department string
	ItemID     string
}

// FigureCell (统计格) is one combination of what cases are counted under, in the whole period.
type FigureCell struct {
	Department, ItemID, ItemName string

	Kind    Kind
	Channel string
	Mode    Mode
	Figure
}

// FigureMonth is one kind of case in one month.
type FigureMonth struct {
	Month time.Time // its first day, midnight UTC
	Kind  Kind
	Figure
}

// FigureUnit is one unit with what was filed there and below.
type FigureUnit struct {
	Name string
	Over tenancy.Interval // lists are narrowed by it
	Own  bool             // the office of the unit itself, without those below it
	Leaf bool             // nothing is below it
	Sum  Figure
}

// Figures (办件统计) are the figures of one unit and all below it.
type Figures struct {
	Path   []FigureUnit // from the actor's own unit down to the one asked for
	Cells  []FigureCell // of every department and item
	Months []FigureMonth
	Units  []FigureUnit // the unit's own office, if anything was filed there, then each one right below
}

// Figures adds up what was filed in a unit and below it, as of the last fold: every number is
// read from what was added up for that unit, however many cases stand behind it. NotFound for a unit
// outside the actor's subtree.
func (s *Service) Figures(ctx context.Context, q FigureQuery) (f Figures, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if q.Unit == 0 {
			q.Unit = tx.Scope.Tenant
		}
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": q.Unit, "subject": ""}); err != nil {
			return err
		}
		if q.To.IsZero() {
			q.To = tx.Now
		}
		f, err = store{tx}.figures(ctx, q)
		return err
	})
	return f, err
}

func (s store) figures(ctx context.Context, q FigureQuery) (f Figures, err error) {
	for _, part := range []func(context.Context, FigureQuery, *Figures) error{s.figurePath, s.figureCells, s.figureMonths, s.figureUnits} {
		if err := part(ctx, q, &f); err != nil {
			return f, fmt.Errorf("figures of %s: %w", q.Unit, err)
		}
	}
	return f, nil
}

type figureRow struct {
	TenantID, Hi tenancy.ID
	Name         string
	Leaf         bool
	Figure
}

func (r figureRow) unit() FigureUnit {
	return FigureUnit{Name: r.Name, Over: tenancy.Interval{Lo: r.TenantID, Hi: r.Hi}, Leaf: r.Leaf, Sum: r.Figure}
}

func (s store) figurePath(ctx context.Context, q FigureQuery, f *Figures) error {
	var rows []figureRow
	err := s.tx.NewRaw(`select tenant_id, hi, name from tenants where ? between tenant_id and hi and tenant_id between ? and ? order by tenant_id`,
		q.Unit, s.tx.Scope.Over.Lo, s.tx.Scope.Over.Hi).Scan(ctx, &rows)
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.NotFound, "not_found")
	}
	for _, r := range rows {
		f.Path = append(f.Path, r.unit())
	}
	return err
}

const sumFigures = `sum(f.n) as n, sum(f.promised) as promised, sum(f.came) as came, sum(f.over) as over`

func (s store) figureCells(ctx context.Context, q FigureQuery, f *Figures) error {
	return s.tx.NewRaw(`select f.department, f.item_id, max(f.item_name) as item_name, f.kind, f.channel, f.mode, `+sumFigures+`
		from case_figures f where f.tenant_id = ? and f.month between ? and ? group by 1, 2, 4, 5, 6 having sum(f.n) <> 0`,
		q.Unit, q.From.Format(time.DateOnly), q.To.Format(time.DateOnly)).Scan(ctx, &f.Cells)
}

// narrowed keeps one department or item of figures.
const narrowed = ` and (? = '' or f.department = ?) and (? = '' or f.item_id::text = ?)`

func (s store) figureMonths(ctx context.Context, q FigureQuery, f *Figures) error {
	return s.tx.NewRaw(`select f.month, f.kind, `+sumFigures+` from case_figures f where f.tenant_id = ? and f.month between ? and ?`+narrowed+`
		group by 1, 2 having sum(f.n) <> 0 order by 1`,
		q.Unit, q.From.Format(time.DateOnly), q.To.Format(time.DateOnly), q.Department, q.Department, q.ItemID, q.ItemID).Scan(ctx, &f.Months)
}

// figureUnits reads what was added up for each unit right below; what is left of the whole is the unit's own.
func (s store) figureUnits(ctx context.Context, q FigureQuery, f *Figures) error {
	var rows []figureRow
	err := s.tx.NewRaw(`select t.tenant_id, t.hi, t.name, not exists (select from tenants c where c.parent_id = t.tenant_id and c.state = 'open') as leaf, coalesce(x.n, 0) as n, coalesce(x.promised, 0) as promised,
			coalesce(x.came, 0) as came, coalesce(x.over, 0) as over
		from tenants t left join lateral (select `+sumFigures+` from case_figures f where f.tenant_id = t.tenant_id and f.month between ? and ?`+narrowed+`) x on true
		where t.parent_id = ? and t.state = 'open' order by n desc, t.tenant_id`,
		q.From.Format(time.DateOnly), q.To.Format(time.DateOnly), q.Department, q.Department, q.ItemID, q.ItemID, q.Unit).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	var own Figure
	for _, m := range f.Months {
		own = own.Plus(m.Figure)
	}
	for _, r := range rows {
		f.Units, own = append(f.Units, r.unit()), own.Less(r.Figure)
	}
	if len(rows) > 0 && own != (Figure{}) {
		at := f.Path[len(f.Path)-1]
		f.Units = append([]FigureUnit{{Name: at.Name, Over: tenancy.Interval{Lo: q.Unit, Hi: q.Unit}, Own: true, Leaf: true, Sum: own}}, f.Units...)
	}
	return nil
}
