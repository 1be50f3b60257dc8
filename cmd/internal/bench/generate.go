package bench

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
)

// columns of what is copied, in the order that the generator writes them.
//

var columns = map[string]string{
	"cases": `tenant_id, id, no, item_tenant, item_id, item_version_id, item_name, flow_tenant, flow_id, applicant_kind, applicant_name,
		applicant_sealed, applicant_blind, phone_sealed, phone_blind, channel, status, outcome, at_tenant, step_id, step_name, step_kind, step_post, step_seq,
		step_due_at, statutory_days, promised_days, accept_no, accepted_at, due_at, suspended_at, decided_at, ended_at, created_at, version, last_seq, marking`,
	"case_steps":  `tenant_id, id, case_id, seq, step_id, name, kind, post, at_tenant, at_name, limit_days, entered_at, due_at, ended_at, used_days, act, opinion, actor_id, actor_name, ticket`,
	"case_clocks": `tenant_id, id, case_id, kind, reason, from_at, to_at`,
}

type writers map[string]*bufio.Writer

func newWriter(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 1<<20) }

// generator invents cases in the order of their arrival, over three years.
type generator struct {
	rng    *rand.Rand
	item   catalog.Version
	n      int
	now    time.Time
	byKind [4][]tenancy.ID // villages, townships, counties, cities
}

// busy is a path through the tree that is measured; it gets one case in 2,000 at
// each level, so that its village has a few hundred.
//

var busy = [4]tenancy.ID{152502200200000, 152502200000000, 152502000000000, 152500000000000}

// busyProvince is above the path.
const busyProvince tenancy.ID = 150000000000000

func newGenerator(tenants []node, item catalog.Version, n int, now time.Time, rng *rand.Rand) *generator {
	g := &generator{rng: rng, item: item, n: n, now: now.Truncate(time.Second)}
	level := map[string]int{"village": 0, "township": 1, "county": 2, "city": 3}
	for _, t := range tenants {
		if i, ok := level[t.level]; ok {
			g.byKind[i] = append(g.byKind[i], t.id)
		}
	}
	return g
}

func (g *generator) write(w writers) error {
	for i := range g.n {
		g.one(w, i)
	}
	for _, f := range w {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// origin picks where a case is born: most in villages, some offices much busier than others.
func (g *generator) origin(i int) (tenancy.ID, int) {
	if i%2_000 < len(busy) {
		return busy[i%2_000], i % 2_000
	}
	kind := [10]int{0, 0, 0, 0, 0, 1, 1, 2, 2, 3}[g.rng.IntN(10)]
	all := g.byKind[kind]
	f := g.rng.Float64()
	return all[int(f*f*float64(len(all)))], kind
}

const history = 3 * 365 * 24 * time.Hour

func (g *generator) uuid(at time.Time) string {
	ms := uint64(at.UnixMilli())
	return fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", ms>>16, ms&0xffff, g.rng.IntN(4096), 0x8000|g.rng.IntN(0x4000), g.rng.Uint64()&0xffffffffffff)
}

// one writes a case with its steps and its clock.
func (g *generator) one(w writers, i int) {
	at, kind := g.origin(i)
	born := g.now.Add(-history + time.Duration(float64(history)*float64(i)/float64(g.n)))
	c := life{id: g.uuid(born), at: at, born: born, no: fmt.Sprintf("%012d%s%06d", int64(at)/1000, born.Format("20060102"), i%1_000_000)}
	g.fate(&c, kind)
	const sealed = "k1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	g.line(w["cases"], int64(at), c.id, c.no, 0, g.item.ItemID, g.item.ID, "压测事项", 0, *g.item.FlowID, "person", "演示·申请人", sealed, c.id[24:], sealed, c.id[24:],
		"assisted", c.status, c.outcome, int64(c.stands), c.step, c.step, c.kind, c.post, c.seq, c.stepDue, 20, 15, c.no, c.accepted, c.due, c.suspended, c.ended, c.ended, born, c.seq, c.seq, c.marking())
	for seq := 1; seq <= min(c.seq, 2); seq++ {
		if seq == c.seq && c.ended.IsZero() {
			g.line(w["case_steps"], int64(at), g.uuid(born), c.id, seq, c.step, "环节", c.kind, c.post, int64(c.stands), "某地", 3, born, c.stepDue, time.Time{}, `\N`, "", "", "", "", seq)
			continue
		}
		g.line(w["case_steps"], int64(at), g.uuid(born), c.id, seq, "step", "环节", "review", "reviewer", int64(at), "某地", 3, born, born.Add(72*time.Hour), born.Add(24*time.Hour), 1, "pass", "同意", "", "压测人员", seq)
	}
	if !c.accepted.IsZero() {
		g.line(w["case_clocks"], int64(at), g.uuid(born), c.id, "running", "accepted", c.accepted, c.ended)
	}
}

// life is what becomes of a case.
type life struct {
	id, no, status, outcome, step, kind, post      string
	at, stands                                     tenancy.ID
	seq                                            int
	born, accepted, due, stepDue, suspended, ended time.Time
}

// marking is where the flow stands, as [flows.Marking] is stored.
func (c *life) marking() string {
	if !c.ended.IsZero() {
		return fmt.Sprintf(`{"v":1,"last":%d}`, c.seq)
	}
	return fmt.Sprintf(`{"v":1,"last":%d,"active":[{"t":%d,"n":%q}]}`, c.seq, c.seq, c.step)
}

// fate decides it: what is older than a month is over, save one in five hundred.
func (g *generator) fate(c *life, kind int) {
	const day = 24 * time.Hour
	age := g.now.Sub(c.born)
	c.stands, c.seq, c.step, c.kind, c.post = c.at, 1, "accept", "accept", policies.Clerk
	dice := g.rng.IntN(1000)
	if open := age < 30*day && dice < 700 || dice < 2; !open {
		c.status, c.ended, c.seq = "completed", c.born.Add(time.Duration(1+g.rng.IntN(15))*day), 5
		if c.outcome = "granted"; dice%20 == 0 {
			c.outcome = "denied"
		}
		c.accepted = c.born.Add(day)
		if dice%25 == 0 {
			c.status, c.outcome, c.accepted, c.seq = "refused", "", time.Time{}, 1
		}
		if c.ended.After(g.now) {
			c.ended = g.now
		}
		return
	}
	c.stepDue = c.born.Add(3 * day)
	if age < 2*day {
		c.status = "submitted"
		return
	}
	c.status, c.accepted, c.due, c.seq = "handling", c.born.Add(day), c.born.Add(22*day), 2
	up := g.rng.IntN(4)
	c.step, c.kind, c.post = [4]string{"pre", "pre", "county", "city"}[up], "review", policies.Reviewer
	c.stands = climb(c.at, kind+up)
	c.stepDue = g.now.Add(time.Duration(g.rng.IntN(120)-24) * time.Hour)
	if dice%10 == 0 {
		c.status, c.suspended, c.due = "supplement", c.born.Add(2*day), time.Time{}
	}
}

// climb is the tenant above at, as wide as a level: 0 the village itself … 4 the province.
func climb(at tenancy.ID, level int) tenancy.ID {
	size := [5]tenancy.ID{1_000, 1_000_000, 1_000_000_000, 100_000_000_000, 10_000_000_000_000}[min(level, 4)]
	return at / size * size
}

// line writes one row in the text format of COPY.
func (g *generator) line(w io.Writer, fields ...any) {
	for i, f := range fields {
		if i > 0 {
			_, _ = io.WriteString(w, "\t")
		}
		if t, ok := f.(time.Time); ok {
			if t.IsZero() {
				f = `\N`
			} else {
				f = t.Format("2006-01-02 15:04:05.000Z07")
			}
		}
		_, _ = fmt.Fprint(w, f)
	}
	_, _ = io.WriteString(w, "\n")
}
