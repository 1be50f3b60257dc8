package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// between spells that column lies in [from, to); a zero end is open.
func between(column string, from, to time.Time) schema.QueryWithArgs {
	switch {
	case from.IsZero() && to.IsZero():
		return bun.SafeQuery("true")
	case to.IsZero():
		return bun.SafeQuery(column+" >= ?", from)
	case from.IsZero():
		return bun.SafeQuery(column+" < ?", to)
	}
	return bun.SafeQuery(column+" >= ? and "+column+" < ?", from, to)
}

// counted is one row per item of the region, below it or inherited, read in one
// pass: a body is opened once. It takes the arguments of counting.
const counted = `counted as materialized (
	select i.tenant_id, i.id, i.kind, t.level as owner_level, i.state, coalesce(o.state, '') as open,
		case when i.tenant_id = ? then 'own' when i.tenant_id between ? and ? then 'below' else 'inherited' end as origin,
		coalesce(b.department, '') as department, coalesce(b.level, '') as level, least(coalesce(b.onsite_times, 0), 2) as visits,
		case jsonb_typeof(b.online_depth) when 'array' then b.online_depth else '[]' end as depths,
		i.state = 'published' and b.statutory_days > 0 as live, b.statutory_days as statute, least(b.promised_days, p.days) as effect,
		case ? when '' then true when 'draft' then o.state = 'draft' when 'reviewing' then o.state = 'reviewing' when 'scheduled' then o.state = 'scheduled' else i.state = ? end is true as wanted
	from items i join tenants t on t.tenant_id = i.tenant_id
	left join item_versions o on o.tenant_id = i.tenant_id and o.item_id = i.id and o.state in ('draft', 'reviewing', 'scheduled')
	join item_versions v on v.id = coalesce(i.live_id, o.id)
	cross join lateral jsonb_to_record(v.body) as b(department text, level text, statutory_days int, promised_days int, onsite_times int, online_depth jsonb)
	left join (select item_id, min((fields->>'promised_days')::int) as days from item_overrides where tenant_id in (?) group by 1) p on p.item_id = i.id
	where (i.tenant_id between ? and ? or i.tenant_id in (?) and i.state in ('published', 'suspended')) and (? = '' or i.list = ?) and (? = '' or i.kind = ?) and (? = '' or b.department = ?))`

func (n census) counting() []any {
	at, above := n.at, n.at.inherited()
	return []any{at.tenant, at.tenant, at.hi, n.State, n.State, list(at.chain), at.tenant, at.hi, some(above), n.List, n.List, n.Kind, n.Kind, n.Department, n.Department}
}

// some spells a list for IN (?) that may be empty.
func some[T any](xs []T) any {
	if len(xs) == 0 {
		return bun.SafeQuery("null")
	}
	return list(xs)
}

// tally is one group of counted items.
type tally struct {
	Dim, Key, Origin          string
	N, Live                   int
	Statute, Effect, Everyone int
}

const tallies = `with ` + counted + `, here as (select tenant_id, hi from tenants where parent_id = ? and tenant_id <> ? and state = 'open'),
	base as (select id, statute, effect from counted where live and origin <> 'below'),
	cut as (select o.tenant_id, sum(b.effect - least(b.effect, (o.fields->>'promised_days')::int)) as days
		from here h join item_overrides o on o.tenant_id = h.tenant_id join base b on b.id = o.item_id group by 1),
	units as (select tenant_id, count(*) filter (where wanted) as n, count(*) filter (where live) as live,
		sum(statute) filter (where live) as statute, sum(effect) filter (where live) as effect from counted where origin = 'below' group by 1)
	select case grouping(owner_level, level, kind, department, visits, state, open)
			when 63 then 'owner_level' when 95 then 'level' when 111 then 'kind' when 119 then 'department' when 123 then 'visits' when 125 then 'state' else 'open' end as dim,
		coalesce(owner_level, level, kind, department, visits::text, state, open) as key, origin,
		count(*) filter (where wanted) as n, count(*) as everyone, count(*) filter (where live) as live,
		coalesce(sum(statute) filter (where live), 0) as statute, coalesce(sum(effect) filter (where live), 0) as effect
	from counted group by grouping sets ((origin, owner_level), (origin, level), (origin, kind), (origin, department), (origin, visits), (origin, state), (origin, open))
	union all
	select 'depth', coalesce(d.code, 'none'), origin, count(*) filter (where wanted), count(*), 0, 0, 0 from counted left join lateral jsonb_array_elements_text(depths) as d(code) on true group by 2, 3
	union all
	select 'region', h.tenant_id::text, 'below', coalesce((select sum(u.n) from units u where u.tenant_id between h.tenant_id and h.hi), 0), 0,
		a.live + coalesce(u.live, 0), a.statute + coalesce(u.statute, 0), a.effect - coalesce(c.days, 0) + coalesce(u.effect, 0)
	from here h cross join (select count(*) as live, coalesce(sum(statute), 0) as statute, coalesce(sum(effect), 0) as effect from base) a
	left join units u on u.tenant_id = h.tenant_id left join cut c on c.tenant_id = h.tenant_id`

// count fills in all numbers of items of now, from one statement.
func (n census) count(ctx context.Context, out *Statistics) error {
	var rows []tally
	if err := n.tx.NewRaw(tallies, append(n.counting(), n.at.tenant, n.at.tenant)...).Scan(ctx, &rows); err != nil {
		return fmt.Errorf("count items: %w", err)
	}
	dims := map[string]*[]Share{"owner_level": &out.Levels, "level": &out.Exercised, "kind": &out.Kinds, "department": &out.Departments, "visits": &out.Visits, "depth": &out.Depths}
	for _, r := range rows {
		switch r.Dim {
		case "region":
			out.region(r)
		case "state", "open":
			if r.Key == StateDraft && r.Dim == "state" || r.Key == "" { // what was never published is counted by what is open
				continue
			}
			add(&out.States, r, r.Everyone)
		default:
			add(dims[r.Dim], r, r.N)
		}
		if r.Dim == "department" {
			out.fast(r)
		}
	}
	out.sum()
	return nil
}

// add counts n items of a group; groups without any are left out.
func add(to *[]Share, r tally, n int) {
	if n == 0 {
		return
	}
	i := slices.IndexFunc(*to, func(s Share) bool { return s.Key == r.Key })
	if i < 0 {
		i, *to = len(*to), append(*to, Share{Key: r.Key})
	}
	s := &(*to)[i]
	switch r.Origin {
	case "own":
		s.Own += n
	case "below":
		s.Below += n
	default:
		s.Inherited += n
	}
}

func (out *Statistics) region(r tally) {
	for i := range out.Regions {
		if p := &out.Regions[i]; p.ID.String() == r.Key {
			p.Defined, p.Speed = r.N, Speed{r.Key, r.Live, r.Statute, r.Effect}
		}
	}
}

func (out *Statistics) fast(r tally) {
	plus := func(s *Speed) { s.Items, s.Statute, s.Effect = s.Items+r.Live, s.Statute+r.Statute, s.Effect+r.Effect }
	plus(&out.Speed)
	if r.Origin != "below" { // what is in force at the region itself
		out.Regions[0].Speed.Key = out.Self.ID.String()
		plus(&out.Regions[0].Speed)
	}
	i := slices.IndexFunc(out.Faster, func(s Speed) bool { return s.Key == r.Key })
	if i < 0 {
		i, out.Faster = len(out.Faster), append(out.Faster, Speed{Key: r.Key})
	}
	plus(&out.Faster[i])
}

// sum adds up, and orders: what is most comes first.
func (out *Statistics) sum() {
	for _, s := range out.Kinds {
		out.Total.Own, out.Total.Below, out.Total.Inherited = out.Total.Own+s.Own, out.Total.Below+s.Below, out.Total.Inherited+s.Inherited
	}
	out.Regions[0].Defined = out.Total.Own
	for _, all := range []*[]Share{&out.Levels, &out.Exercised, &out.Kinds, &out.Departments, &out.States} {
		slices.SortFunc(*all, func(a, b Share) int { return cmp.Or(b.All()-a.All(), cmp.Compare(a.Key, b.Key)) })
	}
	for _, all := range []*[]Share{&out.Visits, &out.Depths} { // "none" after the numbers
		slices.SortFunc(*all, func(a, b Share) int { return cmp.Compare(a.Key, b.Key) })
	}
	out.Faster = slices.DeleteFunc(out.Faster, func(s Speed) bool { return s.Items == 0 })
	slices.SortFunc(out.Faster, func(a, b Speed) int { return cmp.Or(b.Saved()-a.Saved(), cmp.Compare(a.Key, b.Key)) })
}

// turn is one group of acts.
type turn struct {
	Year, Month string
	Act         string
	N           int
}

// turns fills in what happened when. An item that changed twice in a month is one.
func (n census) turns(ctx context.Context, out *Statistics) error {
	var rows []turn
	err := n.tx.NewRaw(`with x as materialized (
			select distinct h.item_id, h.act, date_trunc('month', h.at at time zone 'UTC' + interval '8 hours')::date as month
			from `+happened+` h join items i on i.id = h.item_id
			where h.tenant_id between ? and ? and ? and (? = '' or i.list = ?) and (? = '' or i.kind = ?) and ?)
		select to_char(month, 'YYYY-MM') as month, '' as year, act, count(*) as n from x group by month, act
		union all select '', to_char(year, 'YYYY'), act, count(*) from (select distinct item_id, act, date_trunc('year', month) as year from x) y group by year, act`,
		n.at.tenant, n.at.hi, between("h.at", n.From, n.To), n.List, n.List, n.Kind, n.Kind, n.ofDepartment()).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("count acts on items: %w", err)
	}
	months, years := map[string]map[string]int{}, map[string]map[string]int{}
	for _, r := range rows {
		to, key := months, r.Month
		if key == "" {
			to, key = years, r.Year
		}
		if to[key] == nil {
			to[key] = map[string]int{}
		}
		to[key][r.Act] = r.N
	}
	out.Months, out.Years = series(months, nextMonth), series(years, nextYear)
	return nil
}

// ofDepartment narrows i to the department asked for; without one no body is opened.
func (n census) ofDepartment() schema.QueryWithArgs {
	if n.Department == "" {
		return bun.SafeQuery("true")
	}
	return bun.SafeQuery(`exists (select from item_versions v where v.tenant_id = i.tenant_id and v.item_id = i.id
		and (v.id = i.live_id or i.live_id is null and v.state in ('draft', 'reviewing', 'scheduled')) and v.body->>'department' = ?)`, n.Department)
}

// series lists what happened from the first period to the last, quiet ones included.
func series(by map[string]map[string]int, next func(string) string) (out []Turn) {
	if len(by) == 0 {
		return nil
	}
	keys := make([]string, 0, len(by))
	for k := range by {
		keys = append(keys, k)
	}
	last := slices.Max(keys)
	for k := slices.Min(keys); k <= last; k = next(k) {
		out = append(out, Turn{k, by[k]})
	}
	return out
}

func nextYear(y string) string { n, _ := strconv.Atoi(y); return fmt.Sprintf("%04d", n+1) }

func nextMonth(m string) string {
	y, _ := strconv.Atoi(m[:4])
	n, _ := strconv.Atoi(m[5:])
	return fmt.Sprintf("%04d-%02d", y+n/12, n%12+1)
}

// lean fills in what became less.
func (n census) lean(ctx context.Context, out *Statistics) error {
	for _, t := range out.Years {
		out.Lean.Ended += t.Acts[ActCancel]
		out.Lean.Merged += t.Acts[ActMerge]
	}
	err := n.tx.NewRaw(`select coalesce(sum(greatest(0, was.m - now.m)), 0), coalesce(sum(greatest(0, was.days - now.days)), 0), coalesce(sum(greatest(0, was.visits - now.visits)), 0)
		from item_versions e join items i on i.tenant_id = e.tenant_id and i.id = e.item_id
		cross join lateral (select case jsonb_typeof(e.body->'materials') when 'array' then jsonb_array_length(e.body->'materials') else 0 end as m,
			(e.body->>'promised_days')::int as days, (e.body->>'onsite_times')::int as visits) now
		cross join lateral (select case jsonb_typeof(p.body->'materials') when 'array' then jsonb_array_length(p.body->'materials') else 0 end as m,
			(p.body->>'promised_days')::int as days, (p.body->>'onsite_times')::int as visits
			from item_versions p where p.tenant_id = e.tenant_id and p.item_id = e.item_id and p.number < e.number and p.published_at is not null order by p.number desc limit 1) was
		where e.number > 1 and e.published_at is not null and e.tenant_id between ? and ? and ? and (? = '' or i.list = ?) and (? = '' or i.kind = ?) and ?`,
		n.at.tenant, n.at.hi, between("e.published_at", n.From, n.To), n.List, n.List, n.Kind, n.Kind, n.ofDepartment()).
		Scan(ctx, &out.Lean.RevisedMaterials, &out.Lean.RevisedDays, &out.Lean.RevisedVisits)
	if err != nil {
		return fmt.Errorf("count what revisions take away: %w", err)
	}
	err = n.tx.NewRaw(`select count(distinct o.item_id) filter (where f.n > 0), coalesce(sum(f.n), 0), count(*) filter (where o.fields ? 'promised_days')
		from item_overrides o join items i on i.id = o.item_id and i.tenant_id = o.item_tenant
		cross join lateral (select case jsonb_typeof(o.fields->'drop_materials') when 'array' then jsonb_array_length(o.fields->'drop_materials') else 0 end as n) f
		where o.tenant_id between ? and ? and i.state = 'published' and (? = '' or i.list = ?) and (? = '' or i.kind = ?) and ?`,
		bun.Safe("?"), n.at.tenant, n.at.hi, n.List, n.List, n.Kind, n.Kind, n.ofDepartment()).
		Scan(ctx, &out.Lean.Relieved, &out.Lean.Dropped, &out.Lean.Shortened)
	if err != nil {
		return fmt.Errorf("count what overrides take away: %w", err)
	}
	return nil
}
