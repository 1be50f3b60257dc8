package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/cases/events"
	"liandong/modules/catalog"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// short is an item that village and county handle.
func (w *town) short(name, code string) string {
	w.t.Helper()
	b := dividedBody()
	b.Name, b.BasicCode, b.PromisedDays = name, code, 10
	return w.publishFlow(b, bpmn(`<b:startEvent id="s"/><b:endEvent id="e"/>`+
		task("accept", "受理", `kind="accept" level="own" post="clerk" limit="1"`, "")+
		task("decide", "旗县决定", `kind="decide" level="county" post="decider" limit="3"`, "")+
		task("deliver", "送达", `kind="deliver" level="origin" post="clerk" limit="1"`, ""),
		"s>accept", "accept>decide", "decide>deliver", "deliver>e"))
}

// jointFlow is that of a theme: accepted once, decided once its parts are, delivered once.
func jointFlow() []byte {
	return bpmn(`<b:startEvent id="s"/><b:endEvent id="e"/>`+
		task("accept", "统一受理", `kind="accept" level="own" post="clerk" limit="2"`, "")+
		`<b:intermediateCatchEvent id="parts" name="并联办理"><b:extensionElements><ld:wait for="parts"/></b:extensionElements><b:messageEventDefinition id="m1"/></b:intermediateCatchEvent>`+
		task("decide", "汇总决定", `kind="decide" level="county" post="decider" limit="2"`, "")+
		task("deliver", "统一送达", `kind="deliver" level="origin" post="clerk" limit="2"`, ""),
		"s>accept", "accept>parts", "parts>decide", "decide>deliver", "deliver>e")
}

// theme is put into force: two parts at once, and a third behind them.
func (w *town) theme(parts ...catalog.ThemePart) string {
	w.t.Helper()
	b := dividedBody()
	b.Name, b.BasicCode, b.StatutoryDays, b.PromisedDays, b.Parts = "开办牧家乐一件事", "", 45, 40, parts
	return w.publishFlow(b, jointFlow())
}

func (w *town) threeParts() []catalog.ThemePart {
	return []catalog.ThemePart{
		{Key: "land", Item: w.short("草原使用", "000116005000"), Name: "草原使用", Stage: 1, Reviews: []string{cases.ReviewVisit}},
		{Key: "food", Item: w.short("餐饮许可", "000116006000"), Name: "餐饮许可", Stage: 1, Reviews: []string{cases.ReviewVisit}},
		{Key: "sign", Item: w.short("招牌设置", "000116007000"), Name: "招牌设置", Stage: 2},
	}
}

// join does what the job does, until nothing more follows.
func (w *town) join(id string) (c cases.Case) {
	w.t.Helper()
	for range 5 {
		was := c.Version
		body, err := json.Marshal(events.JointMoved{Case: events.Case{CaseID: id, Tenant: dbtest.Village, Joint: id}})
		if err != nil {
			w.t.Fatal(err)
		}
		e := db.Delivery{ID: db.NewID(), Tenant: dbtest.Village, Name: cases.JointEvents()[0], Body: body}
		err = w.db.InTx(dbtest.As(w.t, dbtest.Village, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return w.cases.OnJointMoved(ctx, tx, e) })
		if err != nil {
			w.t.Fatal(err)
		}
		if c = w.seen(w.clerk(), id).Case; c.Version == was {
			break
		}
	}
	return c
}

func (w *town) decider2() context.Context { return w.as(dbtest.County, "15", "decider") }

// part is the case of a part.
func (w *town) part(joint, key string) cases.Case {
	w.t.Helper()
	for _, p := range w.seen(w.clerk(), joint).Joint.Parts {
		if p.Key == key && p.Sub != nil {
			return w.seen(w.decider2(), p.Sub.ID).Case
		}
	}
	w.t.Fatalf("part %s has not begun", key)
	return cases.Case{}
}

func (w *town) states(joint string) (out string) {
	w.t.Helper()
	for _, p := range w.seen(w.clerk(), joint).Joint.Parts {
		out += p.Key + " " + p.State + " " + p.Outcome + ";"
	}
	return out
}

// finish decides a part and delivers what came out.
func (w *town) finish(joint, key string, grant bool) {
	w.t.Helper()
	ok := must(w.t)
	c := w.part(joint, key)
	c = ok(w.cases.Decide(w.decider2(), c.ID, c.Version, grant, "意见"))
	ok(w.cases.Deliver(w.clerk(), c.ID, c.Version, "已领取"))
}

// One application, one acceptance, one clock, one completion: the parts run at the same time,
// those of a later stage begin when the earlier are over, and the whole goes on after the last.
func TestJointCaseFromFilingToCompletion(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.begun(w.theme(w.threeParts()...), "k")
	if !c.Joint() || c.Awaits != cases.ForParts || w.states(c.ID) != "food waiting ;land waiting ;sign waiting ;" {
		t.Fatalf("accepted: awaits %q, %s", c.Awaits, w.states(c.ID))
	}
	c = w.join(c.ID)
	if got := w.states(c.ID); got != "food running ;land running ;sign waiting ;" {
		t.Fatalf("begun: %s", got)
	}
	land := w.part(c.ID, "land")
	if land.StepName != "旗县决定" || land.AcceptedBy != c.AcceptedBy || land.AcceptNo != c.AcceptNo || land.DueAt == nil || land.DueAt.After(*c.DueAt) {
		t.Errorf("a part begins at %s, accepted by %s under %s, due %v", land.StepName, land.AcceptedBy, land.AcceptNo, land.DueAt)
	}
	again := w.join(c.ID)
	if again.Version != c.Version || w.part(c.ID, "land").ID != land.ID {
		t.Error("to settle once more changes something")
	}

	food := w.part(c.ID, "food")
	food = ok(w.cases.AskSupplement(w.decider2(), food.ID, food.Version, []string{"健康证"}, ""))
	if c = w.join(c.ID); c.SuspendedAt == nil {
		t.Error("the clock of the whole runs on while a part waits for the applicant")
	}
	ok(w.cases.Resubmit(w.as(dbtest.Village, "10"), food.ID, food.Version, "已补", nil))
	if c = w.join(c.ID); c.SuspendedAt != nil {
		t.Error("the clock of the whole stands for ever")
	}

	w.finish(c.ID, "land", true)
	w.finish(c.ID, "food", true)
	c = w.join(c.ID)
	if got := w.states(c.ID); got != "food ended granted;land ended granted;sign running ;" || c.Awaits != cases.ForParts {
		t.Fatalf("second stage: %s", got)
	}
	w.finish(c.ID, "sign", false)
	c = w.join(c.ID)
	if c.StepName != "汇总决定" {
		t.Fatalf("every part is over, and it stands at %s: %s", c.StepName, w.states(c.ID))
	}
	c = ok(w.cases.Decide(w.decider2(), c.ID, c.Version, true, "除招牌外准予"))
	c = ok(w.cases.Deliver(w.clerk(), c.ID, c.Version, "一次领取"))
	if c.Status != cases.Completed || c.Outcome != cases.Granted {
		t.Errorf("%s %s", c.Status, c.Outcome)
	}
	if c = w.join(c.ID); w.states(c.ID) != "food ended granted;land ended granted;sign ended denied;" {
		t.Errorf("after the end: %s", w.states(c.ID))
	}
}

// What builds on a part that was refused is left out; a joint case of which nothing was
// granted cannot be granted.
func TestLaterStagesFallWithEarlier(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.begun(w.theme(w.threeParts()...), "k")
	w.join(c.ID)
	w.finish(c.ID, "land", false)
	c = w.join(c.ID)
	if got := w.states(c.ID); got != "food running ;land ended denied;sign waiting ;" {
		t.Fatalf("while the stage goes on: %s", got)
	}
	w.finish(c.ID, "food", false)
	if c = w.join(c.ID); w.states(c.ID) != "food ended denied;land ended denied;sign skipped ;" || c.StepName != "汇总决定" {
		t.Fatalf("%s, at %s", w.states(c.ID), c.StepName)
	}
	_, err := w.cases.Decide(w.decider2(), c.ID, c.Version, true, "准予")
	kinds(t, err, fault.Precondition, "case_joint_none_granted")
	ok(w.cases.Decide(w.decider2(), c.ID, c.Version, false, "不予"))
}

// What is withdrawn or voided as a whole leaves no part behind; a part is not withdrawn or
// extended by itself.
func TestPartsFollowTheWhole(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.begun(w.theme(w.threeParts()...), "k")
	c = w.join(c.ID)
	land := w.part(c.ID, "land")
	_, err := w.cases.AskExtension(w.decider2(), land.ID, land.Version, 5, "复杂")
	kinds(t, err, fault.Precondition, "case_part_of_joint")
	_, err = w.cases.AskExtension(w.clerk(), c.ID, c.Version, 16, "复杂")
	kinds(t, err, fault.Invalid, "days")
	c = ok(w.cases.AskExtension(w.clerk(), c.ID, c.Version, 15, "复杂"))
	_, err = w.cases.AnswerExtension(w.as(dbtest.Village, "16", "office_head"), c.ID, c.Version, true, "同意")
	kinds(t, err, fault.Forbidden, "")
	ok(w.cases.AnswerExtension(w.as(dbtest.Village, "17", "government_head"), c.ID, c.Version, true, "同意"))
	c = w.join(c.ID)
	if got := w.part(c.ID, "land"); got.ExtendedDays != 15 || !got.DueAt.After(*land.DueAt) {
		t.Errorf("a part is extended by %d, due %v", got.ExtendedDays, got.DueAt)
	}
	ok(w.cases.Void(w.as(dbtest.Village, "16", "office_head"), c.ID, c.Version, "申请人死亡"))
	w.join(c.ID)
	if got := w.states(c.ID); got != "food skipped ;land skipped ;sign skipped ;" {
		t.Errorf("after the end: %s", got)
	}
	if got := w.part(c.ID, "land"); got.Status != cases.Voided || got.Open() {
		t.Errorf("a part is left %s", got.Status)
	}
}

// There is one clock: a part that begins late has only what is left of it, and an extension that
// was granted before it began is not given to it once more.
func TestLaterStageKeepsTheOneClock(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.begun(w.theme(w.threeParts()...), "k")
	c = w.join(c.ID)
	c = ok(w.cases.AskExtension(w.clerk(), c.ID, c.Version, 15, "复杂"))
	ok(w.cases.AnswerExtension(w.as(dbtest.Village, "17", "government_head"), c.ID, c.Version, true, "同意"))
	w.join(c.ID)
	w.wait(70)
	w.finish(c.ID, "land", true)
	w.finish(c.ID, "food", true)
	c = w.join(c.ID)
	sign := w.part(c.ID, "sign")
	if sign.DueAt == nil || !sign.DueAt.Equal(*c.DueAt) || sign.ExtendedDays != 0 {
		t.Errorf("the whole is due %v, its last part %v (extended by %d)", c.DueAt, sign.DueAt, sign.ExtendedDays)
	}
}

// The offices look once and together; until one has said what it thinks, its part is not decided.
func TestJointReview(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.begun(w.theme(w.threeParts()...), "k")
	c = w.join(c.ID)
	_, err := w.cases.Convene(w.clerk(), c.ID, c.Version, cases.Meeting{Review: "tea", Parts: []string{"land"}})
	kinds(t, err, fault.Invalid, "")
	_, err = w.cases.Convene(w.decider2(), c.ID, c.Version, cases.Meeting{Review: cases.ReviewVisit, Where: "牧家乐", Note: "看现场", Parts: []string{"land", "food"}})
	kinds(t, err, fault.Forbidden, "")
	c = ok(w.cases.Convene(w.clerk(), c.ID, c.Version, cases.Meeting{Review: cases.ReviewVisit, Where: "牧家乐", Note: "看现场", Parts: []string{"land", "food"}}))
	v := w.seen(w.decider2(), w.part(c.ID, "land").ID)
	if len(v.Owed()) != 1 || len(v.Owed()[0].Voices) != 2 {
		t.Fatalf("the office owes %d voices", len(v.Owed()))
	}
	review := v.Owed()[0].ID
	_, err = w.cases.Decide(w.decider2(), v.Case.ID, v.Case.Version, true, "准予")
	kinds(t, err, fault.Precondition, "case_voice_owed")
	land := ok(w.cases.Speak(w.decider2(), v.Case.ID, v.Case.Version, review, true, "符合"))
	_, err = w.cases.Speak(w.decider2(), land.ID, land.Version, review, true, "符合")
	kinds(t, err, fault.Precondition, "case_procedure_ended")
	ok(w.cases.Decide(w.decider2(), land.ID, land.Version, true, "准予"))
	c = ok(w.cases.Conclude(w.clerk(), c.ID, w.seen(w.clerk(), c.ID).Case.Version, review, true, "现场合格，市场监管局未到场"))
	r := w.seen(w.clerk(), c.ID).Joint.Reviews
	if len(r) != 1 || r[0].State != cases.Approved || r[0].Voices[0].Standing() || r[0].Voices[1].Standing() {
		t.Errorf("concluded: %+v", r)
	}
	if food := w.part(c.ID, "food"); len(w.seen(w.decider2(), food.ID).Owed()) != 0 {
		t.Error("a voice is owed after the conclusion")
	}
}

// A part whose item is gone when its turn comes stays with the reason, until the lead office
// leaves it out.
func TestPartThatIsGone(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	parts := w.threeParts()
	c := w.begun(w.theme(parts...), "k")
	if err := w.suspend(parts[0].Item); err != nil {
		t.Fatal(err)
	}
	c = w.join(c.ID)
	v := w.seen(w.clerk(), c.ID)
	if v.Joint.Parts[1].Why != "case_part_not_offered" || v.Joint.Parts[1].State != cases.PartWaiting || v.Joint.Parts[0].State != cases.PartRunning {
		t.Fatalf("%s: %+v", w.states(c.ID), v.Joint.Parts[1].Why)
	}
	_, err := w.cases.LeavePartOut(w.clerk(), c.ID, c.Version, "food", "不办")
	kinds(t, err, fault.Precondition, "case_part_begun")
	ok(w.cases.LeavePartOut(w.clerk(), c.ID, c.Version, "land", "事项已停办"))
	w.finish(c.ID, "food", true)
	if c = w.join(c.ID); w.states(c.ID) != "food ended granted;land skipped ;sign running ;" {
		t.Errorf("%s", w.states(c.ID))
	}
}

// suspend puts an item of the league on hold.
func (w *town) suspend(item string) error {
	w.t.Helper()
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Begin(editor, item, catalog.ActSuspend, "停办")
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(w.as(dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	return err
}

// joined is a joint case with a part that is decided, one of which a voice is owed, and one
// that waits; and the case of the second.
func (w *town) joined() (joint, part string) {
	w.t.Helper()
	ok := must(w.t)
	c := w.begun(w.theme(w.threeParts()...), "joined")
	c = w.join(c.ID)
	c = ok(w.cases.Convene(w.clerk(), c.ID, c.Version, cases.Meeting{Review: cases.ReviewVisit, Where: "毛登牧场第一嘎查", Note: "看经营场所和草原使用范围，请带承包合同原件", Parts: []string{"land", "food"}}))
	land, food := w.part(c.ID, "land"), w.part(c.ID, "food")
	review := w.seen(w.decider2(), food.ID).Owed()[0].ID
	food = ok(w.cases.Speak(w.decider2(), food.ID, food.Version, review, true, "场所布局符合要求"))
	ok(w.cases.Decide(w.decider2(), food.ID, food.Version, true, "准予"))
	return c.ID, land.ID
}

// The lead office calls the offices together on its page; each speaks on the page of its part.
func TestPagesOfJointCases(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.begun(w.theme(w.threeParts()...), "k")
	c = w.join(c.ID)
	land := w.part(c.ID, "land")
	lead := kittest.NewClient(t, w.site(w.clerk(), "/desk"))
	at := "/desk/cases/" + c.ID
	lead.Get(at+"?act=convene").Doc().Has("#joint", "草原使用", "餐饮许可", "招牌设置", "待启动", "0 / 3").Has("#acts", "发起联合环节", "地点")
	form := url.Values{"version": {strconv.Itoa(c.Version)}, "review": {cases.ReviewVisit}, "where": {""}, "opinion": {"看现场"}, "parts": {"land", "food"}}
	lead.Post(at+"/acts/convene", form).Doc().Has("#acts", "请填写地点", "看现场")
	form.Set("where", "牧家乐")
	if res := lead.Post(at+"/acts/convene", form); res.Status != http.StatusSeeOther {
		t.Fatalf("convene: %d", res.Status)
	}
	lead.Get(at).Doc().Has("#joint", "联合勘验", "待出具意见", "牧家乐")

	office := kittest.NewClient(t, w.site(w.decider2(), "/desk"))
	on := "/desk/cases/" + land.ID
	office.Get(on).Doc().Has("#joint", "本件", c.No).Has("#acts", "联合环节意见", "本部门意见")
	review := w.seen(w.decider2(), land.ID).Owed()[0].ID
	said := url.Values{"version": {strconv.Itoa(land.Version)}, "review": {review}, "opinion": {"范围清楚"}}
	office.Post(on+"/acts/speak", said).Doc().Has("#acts", "请选择", "范围清楚")
	said.Set("agree", "1")
	if res := office.Post(on+"/acts/speak", said); res.Status != http.StatusSeeOther {
		t.Fatalf("speak: %d", res.Status)
	}
	office.Get(on).Doc().Has("#joint", "符合", "范围清楚")
	form.Set("version", strconv.Itoa(w.seen(w.clerk(), c.ID).Case.Version))
	if res := office.Post(at+"/acts/convene", form); res.Status != http.StatusForbidden && res.Status != http.StatusUnprocessableEntity {
		t.Errorf("an office of a part convenes: %d", res.Status)
	}
}

// The wait of a joint case is nothing to do, until something is: a part cannot begin, everybody
// has spoken in a joint review, or all is over. It stands on a tab of its own meanwhile.
func TestJointWaitIsNoTodo(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	parts := w.threeParts()
	c := w.begun(w.theme(parts...), "k")
	c = w.join(c.ID)
	look := func(when string, todo, led int) {
		t.Helper()
		n, err := w.cases.CountTodos(w.clerk())
		desk, err2 := w.cases.CountDesk(w.clerk())
		p, err3 := w.cases.Todo(w.clerk(), cases.Query{Led: true})
		if err != nil || err2 != nil || err3 != nil || n.All != todo || desk.Todo != todo || len(w.todos(w.clerk())) != todo || n.Led != led || len(p.Rows) != led {
			t.Errorf("%s: %d to do, %d on the tab, %d wait, %d listed; want %d and %d; %v %v %v", when, n.All, desk.Todo, n.Led, len(p.Rows), todo, led, err, err2, err3)
		}
	}
	look("under way", 0, 1)
	c = ok(w.cases.Convene(w.clerk(), c.ID, c.Version, cases.Meeting{Review: cases.ReviewVisit, Where: "牧家乐", Note: "看现场", Parts: []string{"land", "food"}}))
	look("a review is called", 0, 1)
	var review string
	for _, key := range []string{"land", "food"} {
		v := w.seen(w.decider2(), w.part(c.ID, key).ID)
		review = v.Owed()[0].ID
		ok(w.cases.Speak(w.decider2(), v.Case.ID, v.Case.Version, review, true, "符合"))
	}
	look("everybody has spoken", 1, 0)
	ok(w.cases.Conclude(w.clerk(), c.ID, w.seen(w.clerk(), c.ID).Case.Version, review, true, "合格"))
	look("it is concluded", 0, 1)
	w.finish(c.ID, "land", true)
	c = w.join(c.ID)
	lead := kittest.NewClient(t, w.site(w.clerk(), "/desk"))
	lead.Get("/desk/todo").Doc().Has("main", "没有待办事项", "并联办理中")
	lead.Get("/desk/todo?tab=led&set=1").Doc().Has("main", "并联办理中，1/3 项结束", "不计入待办", c.No)
	lead.Get("/desk/cases?set=1").Doc().Has("main", "并联办理中，1/3 项结束")

	if err := w.suspend(parts[2].Item); err != nil {
		t.Fatal(err)
	}
	w.finish(c.ID, "food", true)
	c = w.join(c.ID)
	look("a part cannot begin", 1, 0)
	lead.Get("/desk/todo?tab=&set=1").Doc().Has("main", "并联办理中，2/3 项结束", c.No)
	ok(w.cases.LeavePartOut(w.clerk(), c.ID, c.Version, "sign", "事项已停办"))
	w.join(c.ID)
	look("all is over", 0, 0)
}

// The other parts of a joint case are no history of its applicant; another joint case is listed once.
func TestPartsAreNoHistory(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.theme(w.threeParts()...)
	c := w.begun(item, "k")
	c = w.join(c.ID)
	history := func(id string) cases.History {
		t.Helper()
		hs, err := w.cases.History(w.clerk(), id)
		if err != nil {
			t.Fatal(err)
		}
		return hs
	}
	land := w.part(c.ID, "land")
	for _, id := range []string{c.ID, land.ID} {
		if hs := history(id); hs.Total != 0 || len(hs.Rows) != 0 || hs.SameItem != 0 {
			t.Errorf("the parts are %d cases of history", hs.Total)
		}
	}
	again := w.begun(item, "again")
	again = w.join(again.ID)
	if hs := history(land.ID); hs.Total != 1 || len(hs.Rows) != 1 || hs.Rows[0].ID != again.ID || hs.SameItem != 1 {
		t.Errorf("another joint case makes a history of %d, %d of the same item", hs.Total, hs.SameItem)
	}
	if hs := history(c.ID); hs.Total != 1 || hs.Rows[0].ID != again.ID || hs.SameItem != 1 {
		t.Errorf("of the whole: %d, %d", hs.Total, hs.SameItem)
	}
	page := kittest.NewClient(t, w.site(w.clerk(), "/desk"))
	page.Get("/desk/cases/"+land.ID).Doc().Has("main", "申请人的其他办件（1 件）", "含 3 个事项，0 个已结束").Has("#joint", "餐饮许可", "联办件 "+c.No)
}
