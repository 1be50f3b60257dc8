package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// ledger is a random catalogue, kept beside the database as plain values.
type ledger struct {
	items     []*entry
	overrides []change
}

type entry struct {
	at              tenancy.ID
	id, state, open string
	body            catalog.Body
	versions        []edition // published ones, oldest first
	ended           time.Time
	into            *entry // what it was merged into
}

type edition struct {
	act  string
	at   time.Time
	body catalog.Body
}

type change struct {
	at    tenancy.ID
	item  *entry
	days  int
	drops int
}

func places() (out []dbtest.Node) {
	return append([]dbtest.Node{{ID: 0, Hi: 999_999_999_999_999, Level: "platform"}}, dbtest.Tree()...)
}

func place(id tenancy.ID) dbtest.Node {
	all := places()
	return all[slices.IndexFunc(all, func(n dbtest.Node) bool { return n.ID == id })]
}

func pick[T any](r *rand.Rand, xs ...T) T { return xs[r.IntN(len(xs))] }

func anyBody(r *rand.Rand, i int) catalog.Body {
	statute := 5 + r.IntN(20)
	b := catalog.Body{
		Name: fmt.Sprintf("事项%d", i), BasicCode: fmt.Sprintf("%012d", i), Kind: pick(r, "01", "05", "07"), Level: pick(r, "league", "county", "village"),
		Department: pick(r, "林业和草原局", "公安局", "民政局"), StatutoryDays: statute, PromisedDays: 1 + r.IntN(statute), OnsiteTimes: r.IntN(4), More: catalog.More{OnlineDepth: []string{"1", "3", "5"}[:r.IntN(4)]},
	}
	for m := range r.IntN(4) {
		b.Materials = append(b.Materials, catalog.Material{Name: fmt.Sprint("材料", m)})
	}
	return b
}

func newLedger(seed uint64) (l ledger) {
	r := rand.New(rand.NewPCG(seed, 7))
	all := places()
	for i := range 120 {
		e := &entry{at: pick(r, all...).ID, id: db.NewID(), body: anyBody(r, i), state: pick(r, "draft", "published", "published", "published", "suspended", "withdrawn")}
		if e.state == "draft" {
			e.open = pick(r, "draft", "reviewing", "scheduled")
			l.items = append(l.items, e)
			continue
		}
		e.open = pick(r, "", "", "draft", "reviewing", "scheduled")
		at := time.Date(2023, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), 0, 0, 0, time.UTC)
		for n := range 1 + r.IntN(3) {
			b := anyBody(r, i)
			e.versions = append(e.versions, edition{map[bool]string{true: "create", false: "change"}[n == 0], at, b})
			e.body, at = b, at.AddDate(0, r.IntN(5), r.IntN(40))
		}
		if e.state == "withdrawn" {
			e.ended = at
			if len(l.items) > 0 && r.IntN(2) == 0 {
				e.into = pick(r, l.items...)
			}
		}
		l.items = append(l.items, e)
	}
	for range 80 {
		e, at := pick(r, l.items...), pick(r, all...)
		if n := place(e.at); e.state == "draft" || at.ID == e.at || at.ID < n.ID || at.ID > n.Hi ||
			slices.ContainsFunc(l.overrides, func(c change) bool { return c.at == at.ID && c.item == e }) {
			continue
		}
		l.overrides = append(l.overrides, change{at.ID, e, r.IntN(12), r.IntN(3)})
	}
	return l
}

func (l ledger) store(t *testing.T, name string) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, dbtest.AdminDSN(name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	exec := func(sql string, args ...any) {
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			t.Fatal(sql, err)
		}
	}
	exec(`set session_replication_role = replica`)
	raw := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	for _, e := range l.items {
		var live *string
		version := func(n int, state, act string, b catalog.Body, at, ended *time.Time) string {
			id := db.NewID()
			exec(`insert into item_versions (tenant_id, id, item_id, number, state, act, body, author_id, author_name, published_at, ended_at, updated_at) values ($1,$2,$3,$4,$5,$6,$7,'a','a',$8,$9,now())`,
				int64(e.at), id, e.id, n, state, act, raw(b), at, ended)
			return id
		}
		for i, v := range e.versions {
			state, last := "replaced", i == len(e.versions)-1
			var ended *time.Time
			if last {
				state = "published"
				if e.state == "withdrawn" {
					state, ended = "withdrawn", &e.ended
				}
			}
			if id := version(i+1, state, v.act, v.body, &v.at, ended); last {
				live = &id
			}
		}
		if e.open != "" {
			version(len(e.versions)+1, e.open, "change", e.body, nil, nil)
		}
		if e.into != nil {
			exec(`insert into item_lineage (tenant_id, from_id, to_id, act, at) values ($1,$2,$3,'merge',$4)`, int64(e.at), e.id, e.into.id, e.ended)
		}
		exec(`insert into items (tenant_id, id, basic_code, name, kind, state, live_id, created_at) values ($1,$2,$3,$4,$5,$6,$7,now())`,
			int64(e.at), e.id, e.body.BasicCode, e.body.Name, e.body.Kind, e.state, live)
	}
	for _, o := range l.overrides {
		f := catalog.Fields{}
		if o.days > 0 {
			f.PromisedDays = &o.days
		}
		for i := range o.drops {
			f.DropMaterials = append(f.DropMaterials, fmt.Sprint("材料", i))
		}
		exec(`insert into item_overrides (tenant_id, item_tenant, item_id, fields, updated_at, updated_by) values ($1,$2,$3,$4,now(),'a')`, int64(o.at), int64(o.item.at), o.item.id, raw(f))
	}
}

// above reports whether a is b or lies above it.
func above(a, b tenancy.ID) bool { n := place(a); return n.ID <= b && b <= n.Hi }

func (e *entry) is(state string) bool {
	switch state {
	case "":
		return true
	case "draft", "reviewing", "scheduled":
		return e.open == state
	}
	return e.state == state
}

// seen are the items that a census takes in, whatever their state.
func (l ledger) seen(at tenancy.ID, c catalog.Census) (out []*entry) {
	for _, e := range l.items {
		if (above(at, e.at) || above(e.at, at) && (e.state == "published" || e.state == "suspended")) && (c.Kind == "" || c.Kind == e.body.Kind) && (c.Department == "" || c.Department == e.body.Department) {
			out = append(out, e)
		}
	}
	return out
}

// effect is the promise of an item at a tenant.
func (l ledger) effect(id string, b catalog.Body, at tenancy.ID) int {
	days := b.PromisedDays
	for _, o := range l.overrides {
		if o.item.id == id && o.days > 0 && above(o.at, at) {
			days = min(days, o.days)
		}
	}
	return days
}

func share(to map[string]catalog.Share, key string, e *entry, at tenancy.ID) {
	s := to[key]
	s.Key = key
	switch {
	case e.at == at:
		s.Own++
	case above(at, e.at):
		s.Below++
	default:
		s.Inherited++
	}
	to[key] = s
}

func equal(t *testing.T, what string, got []catalog.Share, want map[string]catalog.Share) {
	t.Helper()
	for _, s := range got {
		if s != want[s.Key] {
			t.Errorf("%s: %+v, want %+v", what, s, want[s.Key])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d groups, want %d", what, len(got), len(want))
	}
}

func statistician(t *testing.T, seed uint64) (*catalog.Service, ledger) {
	t.Helper()
	l, name := newLedger(seed), dbtest.Clone(t)
	l.store(t, name)
	d, err := db.Open(dbtest.DSN(name), 4, dbtest.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return catalog.New(d, engine, shelf{}), l
}

func TestStatisticsAgreeWithCountingByHand(t *testing.T) {
	t.Parallel()
	svc, l := statistician(t, 1)
	for _, seat := range []tenancy.ID{0, dbtest.League, dbtest.County, dbtest.Village} {
		ctx := person(t, seat, "1", "item_editor")
		for _, c := range []catalog.Census{
			{},
			{State: "published"},
			{State: "draft"},
			{State: "scheduled"},
			{State: "reviewing", Kind: "05"},
			{Department: "公安局"},
			{Region: dbtest.County, State: "published"},
			{Region: dbtest.Township},
			{From: time.Date(2023, 5, 31, 16, 0, 0, 0, time.UTC), To: time.Date(2023, 11, 30, 16, 0, 0, 0, time.UTC), Kind: "01"},
		} {
			at := c.Region
			if at == 0 {
				at = seat
			}
			t.Run(fmt.Sprintf("%s %+v", seat, c), func(t *testing.T) {
				t.Parallel()
				s, err := svc.Statistics(ctx, c)
				if !above(seat, at) {
					if fault.KindOf(err) != fault.NotFound {
						t.Errorf("a region elsewhere: %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				l.agrees(t, s, seat, at, c)
				drills(t, svc, ctx, s, c)
			})
		}
	}
	if _, err := svc.Statistics(dbtest.As(t, dbtest.County, tenancy.Public), catalog.Census{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("for the public: %v", err)
	}
}

func (l ledger) agrees(t *testing.T, s catalog.Statistics, seat, at tenancy.ID, c catalog.Census) {
	t.Helper()
	depths := map[string]catalog.Share{}
	total, levels, exercised, kinds, departments, visits, states := map[string]catalog.Share{}, map[string]catalog.Share{}, map[string]catalog.Share{}, map[string]catalog.Share{}, map[string]catalog.Share{}, map[string]catalog.Share{}, map[string]catalog.Share{}
	speed, faster := catalog.Speed{}, map[string]catalog.Speed{}
	for _, e := range l.seen(at, c) {
		for _, state := range []string{"published", "suspended", "withdrawn"} {
			if e.state == state {
				share(states, state, e, at)
			}
		}
		if !above(seat, e.at) {
			e = &entry{at: e.at, id: e.id, state: e.state, body: e.body} // a revision of a level above is not for those below
		}
		if e.open != "" {
			share(states, e.open, e, at)
		}
		if e.state == "published" {
			days := e.body.PromisedDays
			if above(e.at, at) {
				days = l.effect(e.id, e.body, at)
			}
			f := faster[e.body.Department]
			f = catalog.Speed{Key: e.body.Department, Items: f.Items + 1, Statute: f.Statute + e.body.StatutoryDays, Effect: f.Effect + days}
			faster[f.Key] = f
			speed = catalog.Speed{Items: speed.Items + 1, Statute: speed.Statute + e.body.StatutoryDays, Effect: speed.Effect + days}
		}
		if !e.is(c.State) {
			continue
		}
		share(total, "", e, at)
		share(levels, place(e.at).Level, e, at)
		share(exercised, e.body.Level, e, at)
		share(kinds, e.body.Kind, e, at)
		share(departments, e.body.Department, e, at)
		share(visits, fmt.Sprint(min(e.body.OnsiteTimes, 2)), e, at)
		for _, d := range e.body.OnlineDepth {
			share(depths, d, e, at)
		}
		if len(e.body.OnlineDepth) == 0 {
			share(depths, catalog.DepthNone, e, at)
		}
	}
	if s.Total != total[""] {
		t.Errorf("total %+v, want %+v", s.Total, total[""])
	}
	equal(t, "levels", s.Levels, levels)
	equal(t, "exercised", s.Exercised, exercised)
	equal(t, "kinds", s.Kinds, kinds)
	equal(t, "departments", s.Departments, departments)
	equal(t, "visits", s.Visits, visits)
	equal(t, "depths", s.Depths, depths)
	equal(t, "states", s.States, states)
	if s.Speed != speed {
		t.Errorf("speed %+v, want %+v", s.Speed, speed)
	}
	for _, f := range s.Faster {
		if f != faster[f.Key] {
			t.Errorf("%+v, want %+v", f, faster[f.Key])
		}
	}
	l.agreesByRegion(t, s, at, c)
	l.agreesByTime(t, s, at, c)
}

func (l ledger) agreesByRegion(t *testing.T, s catalog.Statistics, at tenancy.ID, c catalog.Census) {
	t.Helper()
	for i, r := range s.Regions {
		want := catalog.Region{Node: r.Node, Speed: catalog.Speed{Key: r.ID.String()}}
		for _, e := range l.items {
			if c.Kind != "" && c.Kind != e.body.Kind || c.Department != "" && c.Department != e.body.Department {
				continue
			}
			if e.is(c.State) && (e.at == r.ID || i > 0 && above(r.ID, e.at)) {
				want.Defined++
			}
			if e.state == "published" && above(e.at, r.ID) {
				want.Speed.Items++
				want.Speed.Statute += e.body.StatutoryDays
				want.Speed.Effect += l.effect(e.id, e.body, r.ID)
			}
		}
		if want.Speed.Items == 0 {
			want.Speed.Key = r.Speed.Key
		}
		if r != want {
			t.Errorf("region %s: %+v, want %+v", r.Name, r, want)
		}
	}
	if s.Self.ID != at || s.Way[len(s.Way)-1].ID != at || s.Regions[0].ID != at {
		t.Errorf("stands at %v, by way of %v", s.Self, s.Way)
	}
}

func (l ledger) agreesByTime(t *testing.T, s catalog.Statistics, at tenancy.ID, c catalog.Census) {
	t.Helper()
	seen, lean := map[string]map[string]bool{}, catalog.Lean{}
	in := func(x time.Time) bool {
		return (c.From.IsZero() || !x.Before(c.From)) && (c.To.IsZero() || x.Before(c.To))
	}
	note := func(e *entry, act string, x time.Time) {
		if x.IsZero() || !in(x) {
			return
		}
		x = x.Add(8 * time.Hour)
		for _, period := range []string{x.Format("2006-01"), x.Format("2006")} {
			key := period + " " + act
			if seen[key] == nil {
				seen[key] = map[string]bool{}
			}
			seen[key][e.id] = true
		}
	}
	for _, e := range l.seen(at, c) {
		if !above(at, e.at) {
			continue
		}
		for i, v := range e.versions {
			note(e, v.act, v.at)
			if i > 0 && in(v.at) {
				was := e.versions[i-1].body
				lean.RevisedDays += max(0, was.PromisedDays-v.body.PromisedDays)
				lean.RevisedVisits += max(0, was.OnsiteTimes-v.body.OnsiteTimes)
				lean.RevisedMaterials += max(0, len(was.Materials)-len(v.body.Materials))
			}
		}
		if e.into != nil {
			note(e, "merge", e.ended)
		} else {
			note(e, "cancel", e.ended)
		}
	}
	relieved := map[string]bool{}
	for _, o := range l.overrides {
		if e := o.item; above(at, o.at) && e.state == "published" && (c.Kind == "" || c.Kind == e.body.Kind) && (c.Department == "" || c.Department == e.body.Department) {
			lean.Dropped += o.drops
			if o.drops > 0 {
				relieved[e.id] = true
			}
			if o.days > 0 {
				lean.Shortened++
			}
		}
	}
	lean.Relieved = len(relieved)
	for _, turns := range [][]catalog.Turn{s.Months, s.Years} {
		for _, turn := range turns {
			for _, act := range catalog.Acts() {
				if got, want := turn.Acts[act], len(seen[turn.Period+" "+act]); got != want {
					t.Errorf("%s %s: %d, want %d", turn.Period, act, got, want)
				}
				if n := len(seen[turn.Period+" "+act]); len(turn.Period) == 4 && act == "cancel" {
					lean.Ended += n
				} else if len(turn.Period) == 4 && act == "merge" {
					lean.Merged += n
				}
			}
			for act := range turn.Acts {
				delete(seen, turn.Period+" "+act)
			}
		}
	}
	if len(seen) > 0 {
		t.Errorf("not told: %v", seen)
	}
	if s.Lean != lean {
		t.Errorf("lean %+v, want %+v", s.Lean, lean)
	}
}

// drills asks the list for what every number counts.
func drills(t *testing.T, svc *catalog.Service, ctx context.Context, s catalog.Statistics, c catalog.Census) {
	t.Helper()
	want := func(n int, q catalog.Query) {
		t.Helper()
		p, err := svc.Kept(ctx, q)
		if err != nil || p.Total != n {
			t.Errorf("%+v lists %d items, counted %d: %v", q, p.Total, n, err)
		}
	}
	base := catalog.Query{Region: c.Region, Kind: c.Kind, Department: c.Department, State: c.State, Size: 1}
	with := func(span catalog.Span, change func(*catalog.Query)) catalog.Query {
		q := base
		q.Span = span
		change(&q)
		return q
	}
	spans := func(x catalog.Share, change func(*catalog.Query)) {
		t.Helper()
		want(x.Own, with(catalog.SpanOwn, change))
		want(x.Below, with(catalog.SpanBelow, change))
		want(x.Inherited, with(catalog.SpanInherited, change))
		want(x.All(), with(catalog.SpanAll, change))
		want(x.Here(), with(catalog.SpanUnder, change))
	}
	spans(s.Total, func(*catalog.Query) {})
	for _, x := range s.Levels {
		spans(x, func(q *catalog.Query) { q.OwnerLevel = x.Key })
	}
	for _, x := range s.Visits {
		spans(x, func(q *catalog.Query) { q.Visits = x.Key })
	}
	for _, x := range s.Depths {
		spans(x, func(q *catalog.Query) { q.Depth = x.Key })
	}
	for _, x := range s.States {
		spans(x, func(q *catalog.Query) { q.State = x.Key })
	}
	want(s.Lean.Relieved, with(catalog.SpanAll, func(q *catalog.Query) { q.State, q.Refined = "published", "materials" }))
	for _, r := range s.Regions {
		want(r.Speed.Items, with(catalog.SpanHere, func(q *catalog.Query) { q.Region, q.State = r.ID, "published" }))
	}
	for _, r := range s.Regions[1:] {
		want(r.Defined, with(catalog.SpanUnder, func(q *catalog.Query) { q.Region = r.ID }))
	}
	for _, y := range s.Years {
		var n int
		_, _ = fmt.Sscan(y.Period, &n)
		from := time.Date(n, 1, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600))
		to := from.AddDate(1, 0, 0)
		if c.From.After(from) {
			from = c.From
		}
		if !c.To.IsZero() && c.To.Before(to) {
			to = c.To
		}
		for act, n := range y.Acts {
			want(n, with(catalog.SpanUnder, func(q *catalog.Query) { q.State, q.Act, q.From, q.To = "", act, from, to }))
		}
	}
}
