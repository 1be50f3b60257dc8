package web_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func (w *town) head(at tenancy.ID, who string) context.Context { return w.as(at, who, "office_head") }

// kinds fails unless err is of kind.
func kinds(t *testing.T, err error, want fault.Kind, key string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != want {
		t.Fatalf("%v, want a fault of kind %d", err, want)
	}
	if key != "" && f.Text != key && f.Fields[key] == "" {
		t.Fatalf("%s %v, want %s", f.Text, f.Fields, key)
	}
}

func must(t *testing.T) func(cases.Case, error) cases.Case {
	t.Helper()
	return func(c cases.Case, err error) cases.Case {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// A limit is extended once, by the head of the office where the case stands, who
// did not ask for it herself; the due time moves by as many working days.
func TestLimitIsExtendedOnce(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.handed(w.filed("演示甲", "k"), "pre")
	due := *c.DueAt
	_, err := w.cases.AskExtension(w.township(), c.ID, c.Version, 11, "需要现场核实")
	kinds(t, err, fault.Invalid, "days")
	_, err = w.cases.AskExtension(w.township(), c.ID, c.Version, 5, " ")
	kinds(t, err, fault.Invalid, "opinion")
	c = ok(w.cases.AskExtension(w.township(), c.ID, c.Version, 5, "需要现场核实"))
	_, err = w.cases.AskExtension(w.township(), c.ID, c.Version, 5, "再申请一次")
	kinds(t, err, fault.Precondition, "case_extended_once")
	_, err = w.cases.AnswerExtension(w.township(), c.ID, c.Version, true, "")
	kinds(t, err, fault.Forbidden, "")
	_, err = w.cases.AnswerExtension(w.head(dbtest.County, "21"), c.ID, c.Version, true, "")
	kinds(t, err, fault.Forbidden, "")
	if c.DueAt.Equal(due) != true || c.ExtendedDays != 0 {
		t.Fatal("the limit moved before anybody agreed")
	}
	c = ok(w.cases.AnswerExtension(w.head(dbtest.Township, "22"), c.ID, c.Version, true, "同意"))
	if c.ExtendedDays != 5 || c.DueAt.Sub(due) != 7*24*time.Hour {
		t.Errorf("%d more days, due %s after %s", c.ExtendedDays, c.DueAt, due)
	}
	v, err := w.cases.Show(w.township(), c.ID)
	if err != nil || len(v.Procedures) != 1 || v.Procedures[0].State != cases.Approved || v.Remaining != 20 {
		t.Errorf("%+v, %d days remain, %v", v.Procedures, v.Remaining, err)
	}
	// Refused, it may be asked for again.
	c = w.handed(w.filed("演示乙", "k2"), "pre")
	c = ok(w.cases.AskExtension(w.township(), c.ID, c.Version, 5, "需要现场核实"))
	_, err = w.cases.AnswerExtension(w.head(dbtest.Township, "22"), c.ID, c.Version, false, "")
	kinds(t, err, fault.Invalid, "opinion")
	c = ok(w.cases.AnswerExtension(w.head(dbtest.Township, "22"), c.ID, c.Version, false, "理由不充分"))
	ok(w.cases.AskExtension(w.township(), c.ID, c.Version, 3, "补充理由"))
}

// Time of a special procedure does not count, and nothing is decided meanwhile.
func TestSpecialProcedureStopsTheClock(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.handed(w.filed("演示甲", "k"), "pre")
	due := *c.DueAt
	_, err := w.cases.BeginSpecial(w.township(), c.ID, c.Version, cases.Pause{Reason: "需要鉴定"})
	kinds(t, err, fault.Invalid, "name")
	c = ok(w.cases.BeginSpecial(w.township(), c.ID, c.Version, cases.Pause{Name: "鉴定", Reason: "需要鉴定", Basis: "行政许可法第四十五条", Days: 10}))
	if c.DueAt != nil || c.SuspendedAt == nil {
		t.Errorf("due %v, suspended %v", c.DueAt, c.SuspendedAt)
	}
	for name, err := range map[string]error{
		"pass":    second(w.cases.Pass(w.township(), c.ID, c.Version, "同意")),
		"again":   second(w.cases.BeginSpecial(w.township(), c.ID, c.Version, cases.Pause{Name: "听证", Reason: "听证", Days: 5})),
		"suspend": second(w.cases.Suspend(w.head(dbtest.Township, "22"), c.ID, c.Version, cases.Pause{Reason: "雪灾"})),
		"ask":     second(w.cases.AskSupplement(w.township(), c.ID, c.Version, []string{"图"}, "")),
	} {
		if f, is := fault.As(err); !is || f.Text != "case_clock_stands" {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.wait(14)
	_, err = w.cases.EndSpecial(w.township(), c.ID, c.Version, "")
	kinds(t, err, fault.Invalid, "opinion")
	c = ok(w.cases.EndSpecial(w.township(), c.ID, c.Version, "鉴定合格"))
	if c.SuspendedAt != nil || c.DueAt == nil || c.DueAt.Sub(due) != 14*24*time.Hour {
		t.Errorf("due %v, before %v", c.DueAt, due)
	}
	c = ok(w.cases.Pass(w.township(), c.ID, c.Version, "属实"))
	c = ok(w.cases.Suspend(w.head(dbtest.County, "23"), c.ID, c.Version, cases.Pause{Reason: "雪灾道路中断"}))
	_, err = w.cases.Resume(w.county(), c.ID, c.Version, "道路恢复")
	kinds(t, err, fault.Forbidden, "")
	ok(w.cases.Resume(w.head(dbtest.County, "23"), c.ID, c.Version, "道路恢复"))
}

func second[T any](_ T, err error) error { return err }

// What is tolerated must be there before the case is granted.
func TestToleratedMaterialsFollow(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.filed("演示甲", "k")
	in := cases.Toleration{Materials: []string{"放牧方案"}, Days: 5, Reason: "申请人承诺五日内补交"}
	_, err := w.cases.AcceptTolerating(w.clerk(), c.ID, c.Version, "容缺受理", cases.Toleration{Materials: []string{"草原承包合同"}, Days: 5, Reason: "x"})
	kinds(t, err, fault.Invalid, "materials")
	c = ok(w.cases.AcceptTolerating(w.clerk(), c.ID, c.Version, "容缺受理", in))
	c = ok(w.cases.Pass(w.township(), c.ID, c.Version, "属实"))
	c = ok(w.cases.Pass(w.county(), c.ID, c.Version, "同意"))
	_, err = w.cases.Decide(w.decider(), c.ID, c.Version, true, "准予")
	kinds(t, err, fault.Precondition, "case_tolerated_open")
	v, err := w.cases.Show(w.decider(), c.ID)
	if err != nil || len(v.Procedures) != 1 {
		t.Fatal(v.Procedures, err)
	}
	kinds(t, w.cases.Supply(w.decider(), c.ID, v.Procedures[0].ID, nil, "原件已核对"), fault.Forbidden, "")
	kinds(t, w.cases.Supply(w.clerk(), c.ID, v.Procedures[0].ID, nil, ""), fault.Invalid, "papers")
	if err := w.cases.Supply(w.clerk(), c.ID, v.Procedures[0].ID, nil, "收到纸质原件"); err != nil {
		t.Fatal(err)
	}
	ok(w.cases.Decide(w.decider(), c.ID, c.Version, true, "准予"))
}

// A head voids what should not be there; a decided case is reopened at the step
// of its decision; an archived one stays as it is.
func TestCaseIsVoidedReopenedArchived(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.handed(w.filed("演示甲", "k"), "pre")
	_, err := w.cases.Void(w.township(), c.ID, c.Version, "重复申请")
	kinds(t, err, fault.Forbidden, "")
	c = ok(w.cases.Void(w.head(dbtest.Township, "22"), c.ID, c.Version, "重复申请"))
	if c.Status != cases.Voided || c.EndedAt == nil {
		t.Errorf("%+v", c)
	}
	c = w.handed(w.filed("演示乙", "k2"), "deliver")
	c = ok(w.cases.Deliver(w.clerk(), c.ID, c.Version, "本人领取"))
	_, err = w.cases.Reopen(w.clerk(), c.ID, c.Version, "决定被撤销", "")
	kinds(t, err, fault.Forbidden, "")
	w.wait(30)
	c = ok(w.cases.Reopen(w.head(dbtest.Village, "24"), c.ID, c.Version, "决定被撤销", "锡复决〔2026〕1号"))
	if c.Status != cases.Handling || c.StepKind != "decide" || c.Outcome != "" || c.DueAt == nil {
		t.Errorf("reopened: %+v", c)
	}
	c = ok(w.cases.Decide(w.decider(), c.ID, c.Version, false, "不符合条件"))
	c = ok(w.cases.Deliver(w.clerk(), c.ID, c.Version, "邮寄"))
	_, err = w.cases.Archive(w.township(), c.ID, c.Version, "")
	kinds(t, err, fault.Forbidden, "")
	c = ok(w.cases.Archive(w.clerk(), c.ID, c.Version, ""))
	_, err = w.cases.Reopen(w.head(dbtest.Village, "24"), c.ID, c.Version, "又有问题", "")
	kinds(t, err, fault.Precondition, "case_archived")
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || len(v.Procedures) != 4 || v.Remaining < 0 {
		t.Errorf("%+v, %d days remain, %v", v.Procedures, v.Remaining, err)
	}
}

// A step that was referred to one person is hers alone, until it is left.
func TestStepIsReferred(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.handed(w.filed("演示甲", "k"), "pre")
	_, err := w.cases.Refer(w.head(dbtest.Township, "22"), c.ID, c.Version, "nobody", "出差")
	kinds(t, err, fault.Invalid, "colleague")
	c = ok(w.cases.Refer(w.head(dbtest.Township, "22"), c.ID, c.Version, "00000000-0000-7000-8000-000000000031", "出差"))
	_, err = w.cases.Pass(w.township(), c.ID, c.Version, "同意")
	kinds(t, err, fault.Forbidden, "")
	if p, err := w.cases.Todo(w.township(), cases.Query{}); err != nil || p.Total != 0 {
		t.Errorf("%d still to do for the others, %v", p.Total, err)
	}
	hers := w.as(dbtest.Township, "31", "reviewer")
	if p, err := w.cases.Todo(hers, cases.Query{}); err != nil || p.Total != 1 {
		t.Errorf("%d to do for her, %v", p.Total, err)
	}
	c = ok(w.cases.Pass(hers, c.ID, c.Version, "属实"))
	if c.AssigneeID != "" {
		t.Error("the next step is still hers")
	}
}

// An office on the way up is asked and answers; nobody else does.
func TestOfficeIsConsulted(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.handed(w.filed("演示甲", "k"), "pre")
	_, err := w.cases.Consult(w.township(), c.ID, c.Version, dbtest.Township, "是否在禁牧区", 3)
	kinds(t, err, fault.Invalid, "office")
	ok(w.cases.Consult(w.township(), c.ID, c.Version, dbtest.County, "是否在禁牧区", 3))
	v, err := w.cases.Show(w.county(), c.ID)
	if err != nil || len(v.Asked) != 1 {
		t.Fatalf("%+v, %v", v.Asked, err)
	}
	asked := v.Asked[0].ID
	kinds(t, w.cases.AnswerConsult(w.decider(), c.ID, asked, "不在"), fault.Forbidden, "")
	kinds(t, w.cases.AnswerConsult(w.county(), c.ID, asked, " "), fault.Invalid, "opinion")
	if err := w.cases.AnswerConsult(w.county(), c.ID, asked, "不在禁牧区"); err != nil {
		t.Fatal(err)
	}
	kinds(t, w.cases.AnswerConsult(w.county(), c.ID, asked, "再答一次"), fault.Precondition, "case_procedure_ended")
	if v, err = w.cases.Show(w.township(), c.ID); err != nil || v.Procedures[0].Answer != "不在禁牧区" {
		t.Errorf("%+v, %v", v.Procedures, err)
	}
}

// Who is not told anything within five working days counts as accepted from the
// day on which she handed in (行政许可法 art. 32(4)).
func TestSilenceIsAcceptance(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示甲", "k")
	job := dbtest.As(t, dbtest.League, tenancy.System)
	if n, err := w.cases.Deem(job); n != 0 || err != nil {
		t.Fatalf("%d too early, %v", n, err)
	}
	w.wait(10)
	for _, want := range []int{1, 0} {
		if n, err := w.cases.Deem(job); n != want || err != nil {
			t.Fatalf("%d, want %d: %v", n, want, err)
		}
	}
	v, err := w.cases.Show(w.township(), c.ID)
	if err != nil || v.Case.Status != cases.Handling || !v.Case.AcceptedAt.Equal(c.CreatedAt) || v.Remaining != 15-v.Used || v.Used == 0 {
		t.Errorf("%+v, %d used, %d remain, %v", v.Case, v.Used, v.Remaining, err)
	}
}

// What a step wants of whoever accepts is not asked of the law: else one such case would keep
// every other from being accepted.
func TestSilenceNeedsNoOpinion(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publishFlow(dividedBody(), bpmn(`<b:startEvent id="s"/><b:endEvent id="e"/>`+
		task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2" opinion="required" attachments="现场照片"`, "")+
		task("decide", "盟级决定", decided, ""), "s>accept", "accept>decide", "decide>e"))
	strict, plain := w.filedFor(item, "k"), w.filed("演示甲", "k2")
	w.wait(10)
	n, err := w.cases.Deem(system(t))
	if n != 2 || err != nil {
		t.Errorf("%d accepted, %v", n, err)
	}
	for _, c := range []cases.Case{strict, plain} {
		if got := w.seen(w.clerk(), c.ID).Case; got.Status != cases.Handling {
			t.Errorf("%s is %s", got.ItemName, got.Status)
		}
	}
}

// What a page offers beside the steps is what the state of the case leaves open.
func TestTurnsOffered(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.handed(w.filed("演示甲", "k"), "pre")
	offers := func(a policies.Action) bool {
		v, err := w.cases.Show(w.township(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, open := v.May[a]
		return open
	}
	if !offers(policies.CasesExtend) || offers(policies.CasesApprove) || !offers(policies.CasesSpecial) || offers(policies.CasesArchive) || offers(policies.CasesReopen) {
		t.Error("at the beginning")
	}
	c = ok(w.cases.AskExtension(w.township(), c.ID, c.Version, 5, "需要现场核实"))
	if offers(policies.CasesExtend) || !offers(policies.CasesApprove) {
		t.Error("once asked for")
	}
}

func (w *town) Colleagues(context.Context, *db.Tx, tenancy.ID) ([]cases.Colleague, error) {
	if w.colleagues != nil {
		return slices.Clone(w.colleagues), nil
	}
	return slices.Clone([]cases.Colleague{{ID: "00000000-0000-7000-8000-000000000031", Name: "人31", Roles: []string{"reviewer"}}}), nil
}

// A clerk of the origin hands in a supplement although the case stands elsewhere.
func TestClerkSupplementsFromAfar(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	c := w.handed(w.filed("演示甲", "k"), "pre")
	c = ok(w.cases.AskSupplement(w.township(), c.ID, c.Version, []string{"身份证"}, ""))
	c = ok(w.cases.Resubmit(w.clerk(), c.ID, c.Version, "已补交", nil))
	if c.Status != cases.Handling {
		t.Error(c.Status)
	}
}
