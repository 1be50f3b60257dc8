package web_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// bpmn spells a flow: nodes as they stand in BPMN, and arrows "from>to".
func bpmn(nodes string, arrows ...string) []byte {
	var b strings.Builder
	b.WriteString(`<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ld="https://liandong.cn/bpmn" id="d" targetNamespace="https://liandong.cn/bpmn"><b:process id="p" name="草原作业许可" isExecutable="true">`)
	b.WriteString(nodes)
	for i, a := range arrows {
		from, to, _ := strings.Cut(a, ">")
		fmt.Fprintf(&b, `<b:sequenceFlow id="f%d" sourceRef="%s" targetRef="%s"/>`, i, from, to)
	}
	b.WriteString(`</b:process></b:definitions>`)
	return []byte(b.String())
}

func task(id, name, step, more string) string {
	return fmt.Sprintf(`<b:userTask id="%s" name="%s"><b:extensionElements><ld:step %s/></b:extensionElements>%s</b:userTask>`, id, name, step, more)
}

const decided = `kind="decide" level="league" post="decider" limit="5" opinion="required" documents="准予行政许可决定书"`

// divided is an item of which township and county review at the same time, then two members of
// the league decide together, a fee is paid, the applicant is told, and the village delivers.
func divided() []byte {
	return bpmn(
		`<b:startEvent id="s"/><b:endEvent id="e"/><b:parallelGateway id="split"/><b:parallelGateway id="join"/>`+
			task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2"`, "")+
			task("pre", "苏木初审", `kind="review" level="parent" post="reviewer" limit="3"`, "")+
			task("review", "旗县审查", `kind="review" level="county" post="reviewer" limit="4"`, "")+
			task("decide", "盟级会签", decided, `<b:multiInstanceLoopCharacteristics><b:extensionElements><ld:many over="list" values="林草 水利" rule="all"/></b:extensionElements></b:multiInstanceLoopCharacteristics>`)+
			`<b:intermediateCatchEvent id="pay" name="缴纳植被恢复费"><b:extensionElements><ld:wait for="payment" key="fee"/></b:extensionElements><b:messageEventDefinition id="m1"/></b:intermediateCatchEvent>`+
			`<b:serviceTask id="tell" name="费用已到账"><b:extensionElements><ld:service kind="notify"/></b:extensionElements></b:serviceTask>`+
			task("deliver", "送达", `kind="deliver" level="origin" post="clerk" limit="2"`, ""),
		"s>accept", "accept>split", "split>pre", "split>review", "pre>join", "review>join", "join>decide", "decide>pay", "pay>tell", "tell>deliver", "deliver>e")
}

func dividedBody() catalog.Body {
	return catalog.Body{
		Name: "草原作业联审", BasicCode: "000116003000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15,
	}
}

// begun is a case of the item, accepted.
func (w *town) begun(item, key string) cases.Case {
	w.t.Helper()
	c, err := w.cases.File(w.as(dbtest.Village, "10"), cases.Filing{ItemID: item, Kind: "person", Name: "演示甲", Number: "152502199001010012", Phone: "13800000001", Key: key})
	if err == nil {
		c, err = w.cases.Accept(w.clerk(), c.ID, c.Version, "材料齐全")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *town) seen(ctx context.Context, id string) cases.View {
	w.t.Helper()
	v, err := w.cases.Show(ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *town) todos(ctx context.Context) (names []string) {
	w.t.Helper()
	p, err := w.cases.Todo(ctx, cases.Query{})
	if err != nil {
		w.t.Fatal(err)
	}
	n, err := w.cases.CountTodos(ctx)
	if err != nil || n.All != len(p.Rows) {
		w.t.Errorf("%d to do, %d listed; %v", n.All, len(p.Rows), err)
	}
	for _, r := range p.Rows {
		names = append(names, r.StepName)
	}
	return names
}

// Branches go on at the same time and do not get into each other's way; a join waits for all of
// them; whoever shares a decision decides with the last one; a wait ends with its answer.
func TestBranchesAndShares(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.begun(w.publishFlow(dividedBody(), divided()), "k")
	if got := w.todos(w.township()); len(got) != 1 || got[0] != "苏木初审" {
		t.Fatalf("the township has to do %v", got)
	}
	if got := w.todos(w.county()); len(got) != 1 || got[0] != "旗县审查" {
		t.Fatalf("the county has to do %v", got)
	}
	if v := w.seen(w.county(), c.ID); v.Case.StepName != "旗县审查" || len(v.Open) != 2 || c.Beside != 1 {
		t.Fatalf("the county sees %s, %d open, %d besides", v.Case.StepName, len(v.Open), c.Beside)
	}
	old := c.Version
	ok(w.cases.Pass(w.county(), c.ID, old, "同意")) // the branch beside goes first
	c = ok(w.cases.Pass(w.township(), c.ID, old, "属实"))
	_, err := w.cases.Pass(w.township(), c.ID, old, "属实")
	kinds(t, err, fault.Conflict, "case_changed")
	if c.StepName != "盟级会签" || c.Beside != 1 {
		t.Fatalf("after the join: %s, %d besides", c.StepName, c.Beside)
	}
	c = ok(w.cases.Decide(w.decider(), c.ID, c.Version, true, "同意"))
	if c.DecidedAt != nil || c.DueAt == nil {
		t.Fatal("one of two who share the decision has taken it")
	}
	c = ok(w.cases.Decide(w.decider(), c.ID, c.Version, true, "同意"))
	if c.DecidedAt == nil || c.Outcome != cases.Granted || c.StepKind != cases.ForPayment {
		t.Fatalf("decided %v, %s, at %s", c.DecidedAt, c.Outcome, c.StepKind)
	}
	_, err = w.cases.Fulfil(w.as(dbtest.Village, "10"), c.ID, c.Version, "已缴", nil)
	kinds(t, err, fault.Forbidden, "")
	if got := w.todos(w.clerk()); len(got) != 1 || got[0] != "缴纳植被恢复费" {
		t.Fatalf("the clerk has to do %v", got)
	}
	c = ok(w.cases.Fulfil(w.clerk(), c.ID, c.Version, "已缴 1200 元，票据号 0032", nil))
	c = ok(w.cases.Deliver(w.clerk(), c.ID, c.Version, ""))
	if c.Status != cases.Completed || w.count(`select count(*) from case_steps where ended_at is null`) != 0 {
		t.Errorf("%s, and steps that nobody ends", c.Status)
	}
	if n := w.count(`select count(*) from outbox where name = 'cases.told'`); n != 1 {
		t.Errorf("the applicant was told %d times", n)
	}
}

// One refusal ends what several decide together: the others could not undo it.
func TestOneRefusalOfAShare(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.begun(w.publishFlow(dividedBody(), divided()), "k")
	c = ok(w.cases.Pass(w.county(), c.ID, c.Version, "同意"))
	c = ok(w.cases.Pass(w.township(), c.ID, c.Version, "属实"))
	c = ok(w.cases.Decide(w.decider(), c.ID, c.Version, false, "位于禁牧区"))
	if c.Outcome != cases.Denied || c.DecidedAt == nil || c.Beside != 0 {
		t.Fatalf("%s, decided %v, %d besides", c.Outcome, c.DecidedAt, c.Beside)
	}
	v := w.seen(w.decider(), c.ID)
	for _, s := range v.Steps {
		if s.StepID == "decide" && s.EndedAt == nil {
			t.Error("a part of the decision is still open")
		}
	}
}

// Where two of three are enough a refusal is one voice: two who are for it decide, and two who are
// against it end it, since two can no longer be for it.
func TestVoicesOfAShare(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	item := w.publishFlow(dividedBody(), bytes.Replace(divided(), []byte(`values="林草 水利" rule="all"`), []byte(`values="林草 水利 环保" rule="n" n="2"`), 1))
	for i, story := range []struct {
		voices  []bool
		outcome string
	}{{[]bool{false, true, true}, cases.Granted}, {[]bool{true, false, true}, cases.Granted}, {[]bool{true, true}, cases.Granted}, {[]bool{false, false}, cases.Denied}, {[]bool{true, false, false}, cases.Denied}} {
		c := w.begun(item, fmt.Sprint("k", i))
		c = ok(w.cases.Pass(w.county(), c.ID, c.Version, "同意"))
		c = ok(w.cases.Pass(w.township(), c.ID, c.Version, "属实"))
		for j, yes := range story.voices {
			if c.DecidedAt != nil || c.Outcome != "" || c.DueAt == nil {
				t.Fatalf("story %d: decided %s by voice %d", i, c.Outcome, j)
			}
			c = ok(w.cases.Decide(w.decider(), c.ID, c.Version, yes, "意见"))
		}
		if c.Outcome != story.outcome || c.DecidedAt == nil || c.Beside != 0 || c.StepKind != cases.ForPayment {
			t.Errorf("story %d: %s, decided %v, at %s", i, c.Outcome, c.DecidedAt, c.StepKind)
		}
	}
	for _, kind := range []string{"grant", "deny"} {
		if n := w.count(`select count(*) from documents where kind = '` + kind + `'`); n != map[string]int{"grant": 3, "deny": 2}[kind] {
			t.Errorf("%d documents %s", n, kind)
		}
	}
}

// Two branches that move at the very same moment both move, and the join is passed once.
func TestBranchesRace(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publishFlow(dividedBody(), divided())
	for i := range 5 {
		c := w.begun(item, fmt.Sprint("k", i))
		var wg sync.WaitGroup
		for _, who := range []context.Context{w.county(), w.township()} {
			wg.Go(func() {
				if _, err := w.cases.Pass(who, c.ID, c.Version, "同意"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if v := w.seen(w.decider(), c.ID); len(v.Open) != 2 || v.Case.StepName != "盟级会签" {
			t.Fatalf("after both: %d open, at %s", len(v.Open), v.Case.StepName)
		}
	}
}

// A branch goes back within itself; to before the branches parted only alone, and what the
// others had open is called off. What is withdrawn or voided leaves nothing open.
func TestBranchesGoBackAndEnd(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	flow := bpmn(
		`<b:startEvent id="s"/><b:endEvent id="e"/><b:parallelGateway id="split"/><b:parallelGateway id="join"/>`+
			task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2"`, "")+
			task("first", "苏木核查", `kind="review" level="parent" post="reviewer" limit="1"`, "")+
			task("pre", "苏木初审", `kind="review" level="parent" post="reviewer" limit="3"`, "")+
			task("review", "旗县审查", `kind="review" level="county" post="reviewer" limit="4"`, "")+
			task("decide", "盟级决定", decided, ""),
		"s>accept", "accept>first", "first>split", "split>pre", "split>review", "pre>join", "review>join", "join>decide", "decide>e")
	item := w.publishFlow(dividedBody(), flow)
	c := ok(w.cases.Pass(w.township(), w.begun(item, "k").ID, 2, "属实"))
	_, err := w.cases.SendBack(w.county(), c.ID, c.Version, "请补充坐标")
	kinds(t, err, fault.Precondition, "flow_back_unsound")
	c = ok(w.cases.SendBackTo(w.county(), c.ID, c.Version, "first", true, "请补充坐标"))
	if c.StepID != "first" || c.Beside != 0 || len(w.seen(w.township(), c.ID).Open) != 1 {
		t.Fatalf("at %s, %d besides", c.StepID, c.Beside)
	}
	c = ok(w.cases.Pass(w.township(), c.ID, c.Version, "已补充"))
	c = ok(w.cases.Void(w.head(dbtest.Township, "21"), c.ID, c.Version, "重复申请"))
	if c.Status != cases.Voided || w.count(`select count(*) from case_steps where ended_at is null`) != 0 {
		t.Errorf("%s, and something is open", c.Status)
	}
}

// timed is a flow in which the county is reminded of a review, and overtaken by the league
// after four working days.
func timed() []byte {
	return bpmn(
		`<b:startEvent id="s"/><b:endEvent id="e"/><b:exclusiveGateway id="join"/>`+
			task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2"`, "")+
			task("review", "旗县审查", `kind="review" level="county" post="reviewer" limit="4"`, "")+
			`<b:boundaryEvent id="late" name="超过四个工作日" attachedToRef="review"><b:extensionElements><ld:timer days="4"/></b:extensionElements><b:timerEventDefinition id="t1"/></b:boundaryEvent>`+
			task("instead", "盟级提级审查", `kind="review" level="league" post="reviewer" limit="3"`, "")+
			task("decide", "盟级决定", decided, ""),
		"s>accept", "accept>review", "review>join", "late>instead", "instead>join", "join>decide", "decide>e")
}

// A timer counts working days, stands while the clock of the case stands, and fires once.
func TestTimersFire(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	item := w.publishFlow(dividedBody(), timed())
	c := w.begun(item, "k")
	other := w.begun(item, "k2")
	fire := func(days int, want int) {
		t.Helper()
		w.later.Store(int64(days) * int64(24*time.Hour))
		n, err := w.cases.Fire(system(t))
		if err != nil || n != want {
			t.Fatalf("after %d days %d fired, want %d; %v", days, n, want, err)
		}
	}
	other = ok(w.cases.Suspend(w.head(dbtest.County, "22"), other.ID, other.Version, cases.Pause{Reason: "等待法院裁定", Days: 5}))
	fire(1, 0)
	fire(14, 1)
	fire(14, 0)
	v := w.seen(w.as(dbtest.League, "23", "reviewer"), c.ID)
	if v.Case.StepID != "instead" || len(v.Open) != 1 {
		t.Fatalf("at %s, %d open", v.Case.StepID, len(v.Open))
	}
	other = ok(w.cases.Resume(w.head(dbtest.County, "22"), other.ID, other.Version, "裁定已下"))
	fire(15, 0)
	ok(w.cases.Pass(w.county(), other.ID, other.Version, "同意"))
	fire(60, 0) // the timer went with its step
}

func system(t *testing.T) context.Context {
	t.Helper()
	return dbtest.As(t, tenancy.Platform, tenancy.System)
}

// A flow that waits for the applicant lets her answer by herself.
func TestApplicantIsAwaited(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	item := w.publishFlow(dividedBody(), bpmn(
		`<b:startEvent id="s"/><b:endEvent id="e"/>`+
			task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2"`, "")+
			`<b:intermediateCatchEvent id="ask" name="确认勘验时间"><b:extensionElements><ld:wait for="applicant"/></b:extensionElements><b:messageEventDefinition id="m1"/></b:intermediateCatchEvent>`+
			task("decide", "盟级决定", decided, ""),
		"s>accept", "accept>ask", "ask>decide", "decide>e"))
	c := w.begun(item, "k")
	if c.Awaits != cases.ForApplicant || len(w.todos(w.clerk())) != 0 {
		t.Fatalf("awaits %q; the clerk has %v", c.Awaits, w.todos(w.clerk()))
	}
	_, err := w.cases.Fulfil(w.as(dbtest.Village, "31"), c.ID, c.Version, "周三上午", nil)
	kinds(t, err, fault.NotFound, "")
	_, err = w.cases.Fulfil(w.as(dbtest.Village, "10"), c.ID, c.Version, " ", nil)
	kinds(t, err, fault.Invalid, "answer")
	c = ok(w.cases.Fulfil(w.as(dbtest.Village, "10"), c.ID, c.Version, "周三上午", nil))
	if c.StepID != "decide" || c.Awaits != "" {
		t.Fatalf("at %s, awaits %q", c.StepID, c.Awaits)
	}
	if n := w.count(`select count(*) from outbox where name = 'cases.awaits'`); n != 1 {
		t.Errorf("the applicant was asked %d times", n)
	}
}

// A department and a person that a step names are the only ones who do it, where they exist;
// who stands in may as well.
func TestStepsOfDepartmentsAndPersons(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	item := w.publishFlow(dividedBody(), bpmn(
		`<b:startEvent id="s"/><b:endEvent id="e"/>`+
			task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2"`, "")+
			task("one", "专人审查", `kind="review" level="county" post="reviewer" person="00000000-0000-7000-8000-000000000041" substitute="00000000-0000-7000-8000-000000000042" limit="2"`, "")+
			task("two", "农牧局审查", `kind="review" level="county" post="reviewer" department="农牧局" limit="2" acts="pass sendback"`, "")+
			task("decide", "盟级决定", decided, ""),
		"s>accept", "accept>one", "one>two", "two>decide", "decide>e"))
	w.colleagues = []cases.Colleague{
		{ID: "00000000-0000-7000-8000-000000000041", Name: "人41", Roles: []string{"reviewer"}, Posted: []string{"水利局"}},
		{ID: "00000000-0000-7000-8000-000000000043", Name: "人43", Roles: []string{"reviewer"}, Posted: []string{"农牧局"}},
	}
	c := w.begun(item, "k")
	_, err := w.cases.Pass(w.as(dbtest.County, "43", "reviewer"), c.ID, c.Version, "同意")
	kinds(t, err, fault.Forbidden, "")
	c = ok(w.cases.Pass(w.as(dbtest.County, "42", "clerk"), c.ID, c.Version, "代为同意"))
	_, err = w.cases.Pass(w.posted(dbtest.County, "41", "水利局"), c.ID, c.Version, "同意")
	kinds(t, err, fault.Forbidden, "")
	if n := len(w.todos(w.posted(dbtest.County, "41", "水利局"))); n != 0 {
		t.Errorf("%d to do in another department", n)
	}
	_, err = w.cases.AskSupplement(w.posted(dbtest.County, "43", "农牧局"), c.ID, c.Version, []string{"坐标图"}, "")
	kinds(t, err, fault.Precondition, "case_act_not_in_step")
	ok(w.cases.Pass(w.posted(dbtest.County, "43", "农牧局"), c.ID, c.Version, "同意"))
}

// posted is a reviewer of a department.
func (w *town) posted(at tenancy.ID, who, department string) context.Context {
	return dbtest.WithActor(w.t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "人" + who, Roles: []string{"reviewer"}, Posted: []string{department}})
}

func (w *town) count(query string) (n int) {
	w.t.Helper()
	err := w.db.InTx(system(w.t), func(ctx context.Context, tx *db.Tx) error { return tx.NewRaw(query).Scan(ctx, &n) })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
