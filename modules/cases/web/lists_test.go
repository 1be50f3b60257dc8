package web_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

func TestTodoNarrows(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.filed("演示·甲乙", "a")
	w.handed(w.filed("演示·丙丁", "b"), "pre")
	w.handed(w.filed("演示·戊己", "c"), "deliver")
	clerk := w.desk(w.clerk())
	for _, c := range []struct {
		path string
		rows int
	}{
		{"/desk/todo", 2},
		{"/desk/todo?tab=accept", 1},
		{"/desk/todo?tab=deliver", 1},
		{"/desk/todo?tab=decide", 0},
		{"/desk/todo?tab=late", 0},
		{"/desk/todo?q=甲乙", 1},
		{"/desk/todo?q=无此人", 0},
		{"/desk/todo?q=1525022002002026", 2},
		{"/desk/todo?tab=nonsense&time=nonsense&sort=nonsense", 2},
		{"/desk/cases", 3},
		{"/desk/cases?tab=deliver", 1},
		{"/desk/cases?tab=done", 0},
		{"/desk/cases?tab=open", 3},
		{"/desk/cases?status=submitted", 1},
		{"/desk/cases?channel=assisted", 0},
		{"/desk/cases?from=2026-03-04&to=2026-03-04", 3},
		{"/desk/cases?from=2026-03-05", 0},
		{"/desk/cases?from=nonsense", 3},
		{"/desk/cases?q=152502199001010012", 3},
		{"/desk/cases?q=13800000001", 3},
		{"/desk/cases?q=13800000009", 0},
		{"/desk/cases?tab=supplement", 0},
		{"/desk/cases?item=" + w.item, 3},
		{"/desk/cases?item=00000000-0000-4000-8000-000000000000", 0},
		{"/desk/cases?under=152501400200000-152501400200999", 0},
	} {
		if n := clerk.Get(c.path).Want(200).Doc().Count(".ld-table tbody tr"); n != c.rows {
			t.Errorf("%s shows %d rows, want %d", c.path, n, c.rows)
		}
	}
	doc := clerk.Get("/desk/todo").Doc()
	if got := strings.Join(doc.Attrs(".ld-tabs a", "href"), " "); !strings.Contains(got, "/desk/todo?tab=late") {
		t.Errorf("tabs lead to %s", got)
	}
	clerk.Get("/desk/todo?tab=accept").Doc().Has(".ld-badge", "剩 3 个工作日").Has(".ld-tabs [aria-current=page]", "待受理", "1")
	league := w.desk(w.as(dbtest.League, "31", "supervisor"))
	league.Get("/desk/cases").Want(200).Doc().Has("select[name=under]", "锡林浩特市", "二连浩特市")
	for under, rows := range map[string]int{"152502000000000-152502999999999": 3, "152501000000000-152501999999999": 0} {
		if n := league.Get("/desk/cases?under=" + under).Want(200).Doc().Count(".ld-table tbody tr"); n != rows {
			t.Errorf("under %s: %d rows, want %d", under, n, rows)
		}
	}
	league.Get("/desk/cases?q=演示").Want(200).Doc().Lacks("section p.text-secondary")
	w.desk(w.as(tenancy.Platform, "32", "supervisor")).Get("/desk/cases?q=演示").Want(200).Doc().Has("section p.text-secondary", "2025-03-04 以来").Has(".ld-table tbody", "演")
	w.desk(w.as(dbtest.Village3, "20", "clerk")).Get("/desk/cases").Want(200).Doc().Has(".ld-empty", "没有符合条件的办件")
}

func TestExports(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.filed("=HYPERLINK(1)", "a")
	w.filed("演示·丙丁", "b")
	clerk := w.desk(w.clerk())
	clerk.Get("/desk/cases").Want(200).Doc().Lacks("a[href=/desk/cases.xlsx]")
	clerk.Get("/desk/cases.xlsx").Want(http.StatusForbidden)
	rows := sheet(t, clerk.Get("/desk/todo.xlsx").Want(200).Body)
	if len(rows) != 3 || strings.Contains(strings.Join(rows[1], "")+strings.Join(rows[2], ""), "丙丁") {
		t.Errorf("to-do export: %v", rows)
	}
	boss := w.desk(w.as(dbtest.County, "30", "supervisor"))
	boss.Get("/desk/cases").Want(200).Doc().Has("a[href=/desk/cases.xlsx]")
	if rows := sheet(t, boss.Get("/desk/cases.xlsx?q=丙丁").Want(200).Body); len(rows) != 2 || rows[1][5] != "第一嘎查" {
		t.Errorf("export of the search: %v", rows)
	}
}

func sheet(t *testing.T, body string) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
