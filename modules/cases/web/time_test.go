package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"liandong/modules/cases"
	"liandong/tenancy/fault"
)

// Nobody accepted in time: the case is late, on the list and on its page.
func TestLateCases(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.filed("演示·其其格", "k1") // Wednesday, two working days to accept
	clerk := w.desk(w.clerk())
	for _, day := range []struct {
		wait int
		says string
		late int
	}{
		{0, "剩 3 个工作日", 0}, {1, "剩 2 个工作日", 0}, {1, "今日到期", 0}, // until Friday
		{1, "已超期", 1}, // Saturday: nothing has run since
		{2, "超期 1 个工作日", 1}, {1, "超期 2 个工作日", 1},
	} {
		w.wait(day.wait)
		clerk.Get("/desk/todo").Want(http.StatusOK).Doc().Has("td .ld-badge", day.says)
		if n := clerk.Get("/desk/todo?tab=late").Doc().Count(".ld-table tbody tr"); n != day.late {
			t.Errorf("on %s %d cases are late, want %d", w.now(), n, day.late)
		}
	}
	clerk.Get("/desk/todo").Doc().Has(".ld-tabs", "已逾期 1")
	n, err := w.cases.CountTodos(w.clerk())
	if err != nil || n != (cases.TodoCounts{All: 1, Accept: 1, Late: 1}) {
		t.Errorf("counts %+v, %v", n, err)
	}
}

// The promise ends with the decision; delivery has a period of its own.
func TestDecisionStopsTheClock(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "deliver")
	w.wait(40)
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || v.Case.DueAt != nil || v.Used != 0 {
		t.Fatalf("due %v, used %d, %v", v.Case.DueAt, v.Used, err)
	}
	w.desk(w.clerk()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "已停止：已作出决定").Has(".ld-pagehead", "超期") // of the delivery
	if _, err := w.cases.AskSupplement(w.clerk(), c.ID, c.Version, []string{"身份证"}, ""); fault.KindOf(err) != fault.Precondition {
		t.Errorf("supplement after the decision: %v", err)
	}
	if _, err := w.cases.SendBack(w.clerk(), c.ID, c.Version, "再看看"); fault.KindOf(err) != fault.Precondition {
		t.Errorf("sent back after the decision: %v", err)
	}
}

// The clock is explained day by day: what ran, what stood still and why.
func TestClockIsExplained(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "pre")
	township := w.desk(w.township())
	page := "/desk/cases/" + c.ID
	w.wait(1) // Thursday
	post(township, c.ID, "supplement", url.Values{"version": {version(c)}, "wanted": {"身份证"}}).Want(303)
	w.wait(5) // Tuesday
	doc := township.Get(page).Want(200).Doc()
	doc.Has("main details table", "起始当日", "等待申请人补正", "休息日").Has("main", "暂停：等待申请人补正")
	v, err := w.cases.Show(w.township(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	post(w.desk(w.clerk()), c.ID, "answer", url.Values{"version": {version(v.Case)}, "opinion": {"补了"}}).Want(303)
	w.wait(1)
	if v, err = w.cases.Show(w.township(), c.ID); err != nil || v.Case.DueAt == nil {
		t.Fatalf("due %v, %v", v.Case.DueAt, err)
	}
	counted := 0
	for _, l := range v.Lines {
		if l.Counted {
			counted++
		}
	}
	if counted != v.Used || v.Used != 1 { // Tuesday alone: Wednesday goes on
		t.Errorf("%d lines count, used %d", counted, v.Used)
	}
	township.Get(page).Want(200).Doc().Has("main", "计时中", "补正完成，继续计时")
}
