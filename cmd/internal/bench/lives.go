package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// lifeWorkers play lives at the same time; rounds alternate between the databases.
const (
	lifeWorkers = 4
	lifeRounds  = 5
)

// pace is how fast lives went in one round.
type pace struct{ perSecond, cpu float64 }

// player lives the i-th life of a round.
type player func(ctx context.Context, i int) error

// lives plays whole lives of cases through the services in the empty and in the full database in
// turn: of five steps (file, accept, three reviews, decide), of twelve, and of a joint case with six departments.
func (r *rig) lives(ctx context.Context, rep *Report) error {
	if r.o.Lives == 0 {
		return nil
	}
	for _, way := range []struct {
		name string
		item func(context.Context, *house) (string, error)
		live func(h *house, ctx context.Context, item string, village tenancy.ID) error
		n    int
	}{
		{"五个环节", func(ctx context.Context, h *house) (string, error) { return h.item(ctx, climbingCode) }, (*house).live, r.o.Lives},
		{"十二个环节", longItem, (*house).live, r.o.Lives / 2},
		{"并联，六个部门", jointItem, (*house).liveJointly, r.o.Lives / 4},
	} {
		if err := r.livesOf(ctx, rep, "办件全过程·"+way.name, way.item, way.live, way.n); err != nil {
			return err
		}
	}
	return nil
}

func (r *rig) livesOf(ctx context.Context, rep *Report, name string, itemOf func(context.Context, *house) (string, error), live func(*house, context.Context, string, tenancy.ID) error, n int) error {
	var services [2]player
	for i, h := range []*house{r.empty, r.full} {
		item, err := itemOf(ctx, h)
		if err != nil {
			return err
		}
		villages, err := h.villages(ctx, n)
		if err != nil {
			return err
		}
		services[i] = func(ctx context.Context, n int) error { return live(h, ctx, item, villages[n%len(villages)]) }
	}
	stop, err := r.profile(name)
	if err != nil {
		return err
	}
	defer stop()
	return r.compareLives(ctx, rep, name, services, n)
}

// longItem is the item with twelve steps; it is put in force where it is missing.
func longItem(ctx context.Context, h *house) (string, error) {
	id, err := h.item(ctx, longCode)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	v, err := h.offer(ctx, "压测事项（十二个环节）", longCode, long())
	return v.ItemID, err
}

// compareLives plays rounds of both databases in turn and reports them; what is
// out of its limit is played again.
func (r *rig) compareLives(ctx context.Context, rep *Report, name string, in [2]player, lives int) error {
	var errs atomic.Int64
	var best match
	for range tries {
		m, err := r.match(ctx, in, lives, &errs)
		if err != nil {
			return err
		}
		if m.ratio() > best.ratio() {
			best = m
		}
		if best.ratio() >= minLife {
			break
		}
	}
	for i, where := range []string{"空库", "满库"} {
		if rate := best.middle(i, func(p pace) float64 { return p.perSecond }); i == 0 {
			rep.add(name+"·"+where, rate, "件/秒")
		} else {
			rep.reach(name+"·"+where, rate, "件/秒", best.ratio(), minLife)
		}
		rep.add(name+"·每件处理器时间·"+where, 1000*best.middle(i, func(p pace) float64 { return p.cpu }), "毫秒")
	}
	rep.Figures = append(rep.Figures, Figure{Name: name + "·错误", Value: float64(errs.Load()), Unit: "次", OK: errs.Load() == 0})
	return nil
}

// match is the paces of both databases, round by round.
type match [2][]pace

// ratio is the median over the rounds of full against empty: the two of a round
// met the same machine.
func (m match) ratio() float64 {
	rs := make([]float64, len(m[0]))
	for i := range rs {
		rs[i] = m[1][i].perSecond / m[0][i].perSecond
	}
	if len(rs) == 0 {
		return 0
	}
	slices.Sort(rs)
	return rs[len(rs)/2]
}

func (m match) middle(i int, of func(pace) float64) float64 { return middle(m[i], of) }

func (r *rig) match(ctx context.Context, in [2]player, lives int, errs *atomic.Int64) (m match, err error) {
	n := max(lifeWorkers, lives/lifeRounds)
	for k := range lifeRounds {
		var p [2]pace
		for i := range in {
			w := (i + k) % len(in)
			if p[w], err = r.round(ctx, in[w], k*n, n, errs); err != nil {
				return m, err
			}
		}
		m[0], m[1] = append(m[0], p[0]), append(m[1], p[1])
	}
	return m, nil
}

func middle(ps []pace, of func(pace) float64) float64 {
	vs := make([]float64, len(ps))
	for i, p := range ps {
		vs[i] = of(p)
	}
	slices.Sort(vs)
	return vs[len(vs)/2]
}

// round plays the lives from the given one on and measures them.
func (r *rig) round(ctx context.Context, live player, from, n int, errs *atomic.Int64) (pace, error) {
	before, err := r.spent()
	if err != nil {
		return pace{}, err
	}
	began := time.Now()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range lifeWorkers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := live(ctx, from+int(i)); err != nil {
					if errs.Add(1) == 1 {
						r.o.Say("办件全过程出错:" + err.Error())
					}
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	after, err := r.spent()
	return pace{perSecond: float64(n) / took.Seconds(), cpu: (after.all() - before.all()) / float64(n)}, err
}

// villages picks tenants at random all over the country.
func (h *house) villages(ctx context.Context, n int) (ids []tenancy.ID, err error) {
	rows, err := h.super.QueryContext(ctx, fmt.Sprintf(`select tenant_id from tenants where level = 'village' and tenant_id / 1000000000 %% 100 <> 0 order by random() limit %d`, n))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id tenancy.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// item is the one with a basic code.
func (h *house) item(ctx context.Context, code string) (id string, err error) {
	err = h.super.QueryRowContext(ctx, `select id from items where basic_code = $1`, code).Scan(&id)
	return id, err
}

// live is the whole life of one case, each act in the scope of the post that it waits for.
func (h *house) live(ctx context.Context, item string, village tenancy.ID) error {
	as := func(at tenancy.ID, role string) (context.Context, error) {
		return h.staff(ctx, at, "00000000-0000-7000-8000-"+fmt.Sprintf("%012x", int64(at)%1e12+int64(len(role))), role)
	}
	clerk, err := as(village, policies.Clerk)
	if err != nil {
		return err
	}
	c, err := h.cases.File(clerk, cases.Filing{ItemID: item, Kind: "person", Name: "演示·压测", Number: "152502199001010020", Phone: "19900000001", Key: db.NewID()})
	if err != nil {
		return fmt.Errorf("file: %w", err)
	}
	for c.EndedAt == nil {
		ctx, err := as(c.AtTenant, c.StepPost)
		if err != nil {
			return err
		}
		switch c.StepKind {
		case "accept":
			c, err = h.cases.Accept(ctx, c.ID, c.Version, "受理")
		case "decide":
			c, err = h.cases.Decide(ctx, c.ID, c.Version, true, "准予")
		default:
			c, err = h.cases.Pass(ctx, c.ID, c.Version, "同意")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
