package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// counts follows every number of a page of figures to its list, and holds the one to the other.
func counts(t *testing.T, desk *kittest.Client, page string) (followed int) {
	t.Helper()
	doc := desk.Get(page).Want(http.StatusOK).Doc()
	labels := doc.Attrs("td a[aria-label]", "aria-label")
	for i, href := range doc.Attrs("td a[aria-label]", "href") {
		words := strings.Fields(labels[i]) // name, number, unit
		n, err := strconv.Atoi(words[len(words)-2])
		if err != nil || !strings.HasPrefix(href, "/desk/cases?") {
			t.Errorf("%q leads to %s", labels[i], href)
			continue
		}
		followed++
		if rows := desk.Get(href).Want(http.StatusOK).Doc().Count("tbody tr[data-row]"); rows != n {
			t.Errorf("%s, but %s lists %d", labels[i], href, rows)
		}
	}
	return followed
}

// What is filed is counted under what it is now, at every level, and every number leads to exactly those cases.
func TestFiguresLeadToTheirCases(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	empty := w.desk(w.county()).Get("/desk/cases/figures").Want(http.StatusOK).Doc()
	empty.Has("main", "这段时间没有收到办件")
	w.handed(w.filed("演示·其其格", "k1"), "pre") // climbs, and is an escalated one now
	w.filed("演示·巴特尔", "k2")
	item := w.instant(func(b *catalog.Body, _ []flows.Step) { b.OnlineMode, b.OnsiteTimes = catalog.ModePrecheck, 1 })
	ok(w.cases.File(w.clerk(), w.atOnce(w.clerk(), item, "k3")))
	for i := range 2 { // she comes twice where once was promised
		c := ok(w.cases.File(w.as(dbtest.Village, "10"), w.atOnce(w.as(dbtest.Village, "10"), item, "k4")))
		ok(w.cases.Come(w.clerk(), c.ID, c.Version, "核对原件"))
		w.wait(1 + i)
	}
	if _, err := w.cases.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	desk := w.desk(w.as(dbtest.League, "30", "supervisor"))
	if n := counts(t, desk, "/desk/cases/figures"); n < 10 {
		t.Errorf("%d numbers lead somewhere", n)
	}
	doc := desk.Get("/desk/cases/figures").Want(http.StatusOK).Doc()
	doc.Has("main", "上报件", "网上申请", "帮办代办", "原件预审", "收件")
	below := "?unit=" + dbtest.Township.String()
	if n := counts(t, desk, "/desk/cases/figures"+below); n < 8 {
		t.Errorf("%d numbers of the township lead somewhere", n)
	}
	desk.Get("/desk/cases/figures"+below+"&item="+item).Want(http.StatusOK).Doc().Has("main", "跑动超过承诺")
	desk.Get("/desk/cases?mode=precheck&whole=1&item="+item).Want(http.StatusOK).Doc().Has("main", "一件事按一件列出")
	desk.Get("/desk/cases/figures?unit=1").Want(http.StatusForbidden)
	desk.Get("/desk/cases/figures.xlsx").Want(http.StatusOK)
	w.desk(w.as(dbtest.County2, "31", "supervisor")).Get("/desk/cases/figures").Want(http.StatusOK).Doc().Has("main", "这段时间没有收到办件")
}
