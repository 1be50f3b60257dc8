package supervision

import (
	"context"
	"fmt"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Count is how many cards there are of each colour.
type Count struct{ Warning, Yellow, Red int }

// All is the sum.
func (c Count) All() int { return c.Warning + c.Yellow + c.Red }

// Board (监察看板) is what a supervisor sees of one unit and all below it.
type Board struct {
	Unit    Unit
	Path    []Unit // from the actor's own tenant down to the unit
	Live    Count  // cards that wait for somebody now
	Period  Count  // raised in the period, withdrawn ones left out
	Orders  OrderCount
	Units   []UnitCount // the unit itself and each unit below it, in the period
	Days    []DayCount  // one per day of the period
	Items   []ItemCount // the items with the most cards, worst first
	Rescued int         // withdrawn in the period
}

// Unit is a tenant as lists show it.
type Unit struct {
	TenantID tenancy.ID
	Hi       tenancy.ID
	Name     string
	Level    string
	Children int
}

// UnitCount is one line of the table of units.
type UnitCount struct {
	Unit
	Count                                 // raised in the period
	LiveWarning, LiveYellow, LiveRed int  // of those, what waits for somebody now
	Own                              bool // the office of the unit itself, without those below it
}

// Live is how many cards wait for somebody.
func (u UnitCount) Live() int { return u.LiveWarning + u.LiveYellow + u.LiveRed }

// DayCount is one point of the trend.
type DayCount struct {
	Day calendar.Date
	Count
	Settled int // cards closed on the day, whenever they were raised
}

// ItemCount is one of the slowest items.
type ItemCount struct {
	ItemName string
	Count
}

// OrderCount is how many orders stand where.
type OrderCount struct{ Issued, Answered, Returned, Closed, Late int }

// maxBoardDays bounds the period that a board adds up.
const maxBoardDays = 366

// Board adds up the cards of unit (0: the actor's own tenant) and of all below it
// over the last days.
func (s *Service) Board(ctx context.Context, unit tenancy.ID, days int) (b Board, err error) {
	days = min(max(days, 1), maxBoardDays)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if unit == 0 {
			unit = tx.Scope.Tenant
		}
		if err := s.authz.Allow(ctx, policies.SupervisionView, policies.Resource{"tenant": unit}); err != nil {
			return err
		}
		wide, err := s.sight(ctx, tx)
		if err != nil {
			return err
		}
		b, err = store{tx}.board(ctx, unit, days, wide)
		return err
	})
	return b, err
}

func (s store) board(ctx context.Context, unit tenancy.ID, days int, wide bool) (b Board, err error) {
	if b.Path, err = s.path(ctx, unit); err != nil {
		return b, err
	}
	if len(b.Path) == 0 {
		return b, fault.New(fault.NotFound, "not_found")
	}
	b.Unit = b.Path[len(b.Path)-1]
	if !wide { // an office sees what it must answer, not what is below it
		b.Unit.Hi = b.Unit.TenantID
	}
	today := calendar.DateOf(s.tx.Now)
	from := (today - calendar.Date(days) + 1).Start()
	for _, part := range []func(context.Context, *Board, time.Time) error{s.live, s.period, s.orderCounts, s.units, s.items} {
		if err := part(ctx, &b, from); err != nil {
			return b, fmt.Errorf("supervision board: %w", err)
		}
	}
	b.Days, err = s.days(ctx, b.Unit, calendar.DateOf(from), today)
	return b, err
}

// path leads from the actor's own tenant down to unit.
func (s store) path(ctx context.Context, unit tenancy.ID) (us []Unit, err error) {
	err = s.tx.NewRaw(`select t.tenant_id, t.hi, t.name, t.level, (select count(*) from tenants c where c.parent_id = t.tenant_id and c.state = 'open') as children
		from tenants t where ? between t.tenant_id and t.hi and t.tenant_id between ? and ? order by t.tenant_id`,
		unit, s.tx.Scope.Over.Lo, s.tx.Scope.Over.Hi).Scan(ctx, &us)
	return us, err
}

const countColours = `count(*) filter (where k.colour = 'warning') as warning, count(*) filter (where k.colour = 'yellow') as yellow,
	count(*) filter (where k.colour = 'red') as red`

const liveColours = `count(*) filter (where k.colour = 'warning' and k.state in ('open', 'ordered')) as live_warning,
	count(*) filter (where k.colour = 'yellow' and k.state in ('open', 'ordered')) as live_yellow,
	count(*) filter (where k.colour = 'red' and k.state in ('open', 'ordered')) as live_red`

func (s store) live(ctx context.Context, b *Board, _ time.Time) error {
	return s.tx.NewRaw(`select `+countColours+` from cards k where k.tenant_id between ? and ? and k.state in ('open', 'ordered')`,
		b.Unit.TenantID, b.Unit.Hi).Scan(ctx, &b.Live)
}

func (s store) period(ctx context.Context, b *Board, from time.Time) error {
	if err := s.tx.NewRaw(`select `+countColours+` from cards k where k.tenant_id between ? and ? and k.raised_at >= ? and k.state <> 'withdrawn'`,
		b.Unit.TenantID, b.Unit.Hi, from).Scan(ctx, &b.Period); err != nil {
		return err
	}
	return s.tx.NewRaw(`select count(*) from cards k where k.tenant_id between ? and ? and k.raised_at >= ? and k.state = 'withdrawn'`,
		b.Unit.TenantID, b.Unit.Hi, from).Scan(ctx, &b.Rescued)
}

func (s store) orderCounts(ctx context.Context, b *Board, from time.Time) error {
	return s.tx.NewRaw(`select count(*) filter (where state = 'issued') as issued, count(*) filter (where state = 'answered') as answered,
			count(*) filter (where state = 'returned') as returned, count(*) filter (where state = 'closed' and closed_at >= ?0) as closed,
			count(*) filter (where state in ('issued', 'returned') and answer_by <= ?1) as late
		from supervision_orders where tenant_id between ?2 and ?3`, from, s.tx.Now, b.Unit.TenantID, b.Unit.Hi).Scan(ctx, &b.Orders)
}

// units counts the unit's own office and each part of the tree right below it.
func (s store) units(ctx context.Context, b *Board, from time.Time) error {
	return s.tx.NewRaw(`with u as (
			select tenant_id, tenant_id as hi, name, level, true as own, 0 as children from tenants where tenant_id = ?0
			union all
			select t.tenant_id, t.hi, t.name, t.level, false, (select count(*) from tenants c where c.parent_id = t.tenant_id and c.state = 'open')
			from tenants t where t.parent_id = ?0 and t.state = 'open' and t.hi <= ?1)
		select u.*, n.* from u, lateral (select `+countColours+`, `+liveColours+`
			from cards k where k.tenant_id between u.tenant_id and u.hi and k.raised_at >= ?2 and k.state <> 'withdrawn') n
		order by n.red desc, n.yellow desc, n.warning desc, u.tenant_id`, b.Unit.TenantID, b.Unit.Hi, from).Scan(ctx, &b.Units)
}

const worstItems = 10

func (s store) items(ctx context.Context, b *Board, from time.Time) error {
	return s.tx.NewRaw(`select k.item_name, `+countColours+` from cards k
		where k.tenant_id between ? and ? and k.raised_at >= ? and k.state <> 'withdrawn'
		group by k.item_name order by red desc, yellow desc, warning desc, k.item_name limit ?`,
		b.Unit.TenantID, b.Unit.Hi, from, worstItems).Scan(ctx, &b.Items)
}

// days counts by civil day in China, days without cards included.
func (s store) days(ctx context.Context, u Unit, from, to calendar.Date) ([]DayCount, error) {
	var rows []DayCount
	err := s.tx.NewRaw(`select day, sum(warning) as warning, sum(yellow) as yellow, sum(red) as red, sum(settled) as settled from (
			select (k.raised_at at time zone interval '8 hours')::date as day, `+countColours+`, 0 as settled from cards k
			where k.tenant_id between ?0 and ?1 and k.raised_at >= ?2 and k.state <> 'withdrawn' group by 1
			union all
			select (k.closed_at at time zone interval '8 hours')::date, 0, 0, 0, count(*) from cards k
			where k.tenant_id between ?0 and ?1 and k.closed_at >= ?2 and k.state = 'closed' group by 1) n group by day`,
		u.TenantID, u.Hi, from.Start()).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	by := map[calendar.Date]DayCount{}
	for _, r := range rows {
		by[r.Day] = r
	}
	var out []DayCount
	for d := from; d <= to; d++ {
		n := by[d]
		n.Day = d
		out = append(out, n)
	}
	return out, nil
}

// Units lists the units right below the actor's tenant, for a filter, and the one
// that the filter is set to, however deep it lies.
func (s *Service) Units(ctx context.Context, also tenancy.ID) (us []Unit, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		wide, err := s.sight(ctx, tx)
		if err != nil || !wide {
			return err
		}
		us = nil
		return tx.NewRaw(`select tenant_id, hi, name, level from tenants where parent_id = ?0 and state = 'open'
			or tenant_id = ?1 and ?1 between ?2 and ?3 order by tenant_id`, tx.Scope.Tenant, also, tx.Scope.Over.Lo, tx.Scope.Over.Hi).Scan(ctx, &us)
	})
	return us, err
}
