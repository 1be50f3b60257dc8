package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/modules/flows"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// walk is one case on which people do at random whatever there is to do, lawful or not.
type walk struct {
	*town
	r    *rand.Rand
	c    cases.Case
	done []string // what was not refused
}

// everybody who may meet the case.
func (w *walk) everybody() []context.Context {
	return []context.Context{
		w.as(dbtest.Village, "10"), w.clerk(), w.township(), w.county(), w.decider(), w.as(dbtest.League, "23", "reviewer"),
		w.head(dbtest.Village, "24"), w.head(dbtest.Township, "21"), w.head(dbtest.County, "22"), w.head(dbtest.League, "25"), w.as(dbtest.Village2, "26", "clerk"),
		w.decider2(), w.as(dbtest.Village, "17", "government_head"),
	}
}

func (w *walk) acts() map[string]func(context.Context) (cases.Case, error) {
	s, id, seen := w.cases, w.c.ID, w.c.Version
	if w.r.IntN(12) == 0 {
		seen-- // a form from before
	}
	if w.r.IntN(5) == 0 {
		s = s.At(1 + w.r.IntN(6))
	}
	pause := cases.Pause{Name: "听证", Reason: "利害关系人申请", Days: 3}
	all := map[string]func(context.Context) (cases.Case, error){
		"accept":  func(ctx context.Context) (cases.Case, error) { return s.Accept(ctx, id, seen, "齐全") },
		"pass":    func(ctx context.Context) (cases.Case, error) { return s.Pass(ctx, id, seen, "同意") },
		"pass2":   func(ctx context.Context) (cases.Case, error) { return w.cases.Pass(ctx, id, seen, "同意") },
		"grant":   func(ctx context.Context) (cases.Case, error) { return s.Decide(ctx, id, seen, true, "准予") },
		"deny":    func(ctx context.Context) (cases.Case, error) { return s.Decide(ctx, id, seen, false, "不予") },
		"deliver": func(ctx context.Context) (cases.Case, error) { return s.Deliver(ctx, id, seen, "") },
		"back": func(ctx context.Context) (cases.Case, error) {
			return s.SendBackTo(ctx, id, seen, "", w.r.IntN(2) == 0, "退回")
		},
		"ask": func(ctx context.Context) (cases.Case, error) {
			return s.AskSupplement(ctx, id, seen, []string{"图"}, "")
		},
		"answer":  func(ctx context.Context) (cases.Case, error) { return s.Resubmit(ctx, id, seen, "补", nil) },
		"fulfil":  func(ctx context.Context) (cases.Case, error) { return s.Fulfil(ctx, id, seen, "已到", nil) },
		"extend":  func(ctx context.Context) (cases.Case, error) { return s.AskExtension(ctx, id, seen, 3, "复杂") },
		"approve": func(ctx context.Context) (cases.Case, error) { return s.AnswerExtension(ctx, id, seen, true, "") },
		"special": func(ctx context.Context) (cases.Case, error) { return s.BeginSpecial(ctx, id, seen, pause) },
		"end":     func(ctx context.Context) (cases.Case, error) { return s.EndSpecial(ctx, id, seen, "已听证") },
		"suspend": func(ctx context.Context) (cases.Case, error) { return s.Suspend(ctx, id, seen, pause) },
		"resume":  func(ctx context.Context) (cases.Case, error) { return s.Resume(ctx, id, seen, "恢复") },
		"reopen":  func(ctx context.Context) (cases.Case, error) { return s.Reopen(ctx, id, seen, "复议撤销", "") },
		"refer": func(ctx context.Context) (cases.Case, error) {
			return s.Refer(ctx, id, seen, []string{"", "00000000-0000-7000-8000-000000000031"}[w.r.IntN(2)], "忙")
		},
		"consult": func(ctx context.Context) (cases.Case, error) {
			return s.Consult(ctx, id, seen, dbtest.County, "是否禁牧", 2)
		},
		"come": func(ctx context.Context) (cases.Case, error) { return s.Come(ctx, id, seen, "来问进度") },
		"fire": func(context.Context) (cases.Case, error) {
			w.later.Add(int64(w.r.IntN(4)) * int64(24*time.Hour))
			_, err := w.cases.Fire(system(w.t))
			return w.stored(), err
		},
	}
	if w.r.IntN(8) > 0 { // what ends a case before its time is rare, or there would be little else
		return all
	}
	all["withdraw"] = func(ctx context.Context) (cases.Case, error) { return s.Withdraw(ctx, id, seen, "不办了") }
	all["void"] = func(ctx context.Context) (cases.Case, error) { return s.Void(ctx, id, seen, "重复") }
	all["refuse"] = func(ctx context.Context) (cases.Case, error) { return s.Refuse(ctx, id, seen, "不归本级") }
	return all
}

// next is what moves the case on, and who may do it.
func (w *walk) next(who []context.Context) (context.Context, string) {
	act := map[string]string{"accept": "accept", "review": "pass", "decide": []string{"grant", "grant", "deny"}[w.r.IntN(3)], "deliver": "deliver", cases.ForPayment: "fulfil"}
	for _, ctx := range who {
		p, err := w.cases.Todo(ctx, cases.Query{})
		if err != nil {
			continue
		}
		for _, r := range p.Rows {
			if r.ID == w.c.ID {
				return ctx, act[r.StepKind]
			}
		}
	}
	return nil, ""
}

func (w *walk) stored() (c cases.Case) {
	w.t.Helper()
	err := w.db.InTx(system(w.t), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewSelect().Model(&c).Where("id = ?", w.c.ID).Scan(ctx)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// near are those at whose office the case stands.
func (w *walk) near(who []context.Context) (out []context.Context) {
	for _, ctx := range who {
		if sc, err := tenancy.From(ctx); err == nil && sc.Tenant == w.c.AtTenant {
			out = append(out, ctx)
		}
	}
	return out
}

// step does one thing; only faults that people can meet may come back.
func (w *walk) step() {
	w.t.Helper()
	all := w.acts()
	names := []string{}
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	name := names[w.r.IntN(len(names))]
	who := w.everybody()
	by := who[w.r.IntN(len(who))]
	if near := w.near(who); len(near) > 0 && w.r.IntN(4) > 0 {
		by = near[w.r.IntN(len(near))]
	}
	switch at, act := w.next(who); {
	case w.c.Status == cases.Supplement && w.r.IntN(2) == 0:
		name, by = "answer", who[0]
	case w.r.IntN(2) == 0 && act != "": // whoever has something to do does it
		name, by = act, at
	case w.r.IntN(2) == 0 && at != nil: // or something else
		by = at
	}
	_, err := all[name](by)
	if err == nil {
		w.done = append(w.done, name)
	} else if f, ok := fault.As(err); !ok || f.Kind == fault.Internal {
		w.t.Fatalf("%v then %s: %v", w.done, name, err)
	}
	before := w.c
	w.c = w.stored()
	w.lawful(before)
}

// lawful holds what is true of a case at every moment.
func (w *walk) lawful(before cases.Case) {
	w.t.Helper()
	c := w.c
	said := func(format string, args ...any) {
		w.t.Fatalf("%v: "+format, append([]any{w.done}, args...)...)
	}
	ways := map[cases.Status][]cases.Status{
		cases.Submitted:  {cases.Supplement, cases.Handling, cases.Refused, cases.Withdrawn, cases.Voided, cases.Completed},
		cases.Supplement: {cases.Submitted, cases.Handling, cases.Withdrawn, cases.Voided},
		cases.Handling:   {cases.Supplement, cases.Completed, cases.Withdrawn, cases.Voided}, cases.Completed: {cases.Handling},
	}
	if c.Status != before.Status && !slices.Contains(ways[before.Status], c.Status) {
		said("%s became %s", before.Status, c.Status)
	}
	v := w.seen(w.decider(), c.ID)
	def, m := w.flowOf(c)
	var tickets, open []int
	for _, x := range def.Open(m) {
		tickets = append(tickets, x.Ticket)
	}
	shown := 0
	for _, s := range v.Steps {
		if s.EndedAt != nil {
			continue
		}
		open = append(open, s.Ticket)
		if !s.Beside {
			shown++
			if s.Seq != c.StepSeq || s.StepID != c.StepID || s.AtTenant != c.AtTenant {
				said("shown at %d %s, open is %d %s", c.StepSeq, c.StepID, s.Seq, s.StepID)
			}
		}
	}
	slices.Sort(tickets)
	slices.Sort(open)
	if !slices.Equal(tickets, open) {
		said("the flow has %v open, the case %v", tickets, open)
	}
	if c.Open() != (len(open) > 0) || c.Open() != (shown == 1) || c.Open() == m.Ended() {
		said("open %v, %d steps, %d shown, flow ended %v", c.Open(), len(open), shown, m.Ended())
	}
	running := 0
	for i, k := range v.Clocks {
		if k.ToAt == nil {
			running++
		} else if k.ToAt.Before(k.FromAt) || i+1 < len(v.Clocks) && v.Clocks[i+1].FromAt.Before(*k.ToAt) {
			said("the clock runs backwards: %v", v.Clocks)
		}
	}
	if want := c.AcceptedAt != nil && c.DecidedAt == nil && c.Open(); (running == 1) != want {
		said("%d clocks run; accepted %v, decided %v", running, c.AcceptedAt, c.DecidedAt)
	}
	if c.SuspendedAt != nil && c.Open() && c.DueAt != nil {
		said("due while the clock stands")
	}
}

func (w *walk) flowOf(c cases.Case) (def *flows.Definition, m flows.Marking) {
	w.t.Helper()
	err := w.db.InTx(dbtest.As(w.t, dbtest.League, tenancy.Staff), func(ctx context.Context, tx *db.Tx) (err error) {
		def, err = w.flows.Load(ctx, tx, c.FlowTenant, c.FlowID)
		return err
	})
	if err == nil {
		err = json.Unmarshal(c.Marking, &m)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return def, m
}

// Whatever people do to a case, in whatever order: it never leaves the law's road, its clock
// never breaks, and no token is lost. What is counted of cases is what there is.
func TestRandomActsKeepTheLaw(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	items := []string{w.item}
	for i, flow := range [][]byte{divided(), timed()} {
		b := dividedBody()
		b.Name, b.BasicCode = fmt.Sprint(b.Name, i), fmt.Sprintf("00011600%d000", 5+i)
		items = append(items, w.publishFlow(b, flow))
	}
	ended, tried := 0, 0
	for seed := range rounds(18) {
		x := &walk{town: w, r: rand.New(rand.NewPCG(seed, 7))}
		c := w.filedFor(items[seed%3], fmt.Sprint("k", seed))
		x.c = c
		for over := 0; over < 12; {
			if x.step(); !x.c.Open() {
				over++ // until somebody brings it back, or nobody does
			}
		}
		tried += len(x.done)
		if !x.c.Open() {
			ended++
		}
	}
	t.Logf("%d acts were done, %d of %d cases have ended", tried, ended, rounds(18))
	if tried < 60 || ended == 0 {
		t.Errorf("only %d acts were done and %d cases ended: nothing was tried", tried, ended)
	}
	if _, err := w.cases.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	totals, err := w.cases.Totals(dbtest.As(t, dbtest.League, tenancy.Staff))
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{"submitted", "supplement", "handling", "completed"} {
		if n := w.count(fmt.Sprintf(`select count(*) from cases where status = '%s'`, status)); int64(n) != totals[status] {
			t.Errorf("%d cases are %s, %d are counted", n, status, totals[status])
		}
	}
}

// filedFor is a case of an item, with the contract that the first one asks for.
func (w *town) filedFor(item, key string) cases.Case {
	w.t.Helper()
	if item == w.item {
		return w.filed("演示甲", key)
	}
	c, err := w.cases.File(w.as(dbtest.Village, "10"), cases.Filing{ItemID: item, Kind: "person", Name: "演示甲", Number: "152502199001010012", Phone: "13800000001", Key: key})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}
