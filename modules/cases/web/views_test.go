package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/modules/cases"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// Filters are kept under names of one's own: opened with one press, renamed, ordered and
// deleted; as many as there may be, and nobody else's.
func TestViewsAreKept(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.filed("演示·甲乙", "a")
	clerk, other := w.desk(w.clerk()), w.desk(w.as(dbtest.Village, "18", "clerk"))
	clerk.Get("/desk/todo").Want(200).Doc().Lacks(".ld-views")
	clerk.Get("/desk/todo?time=late").Want(200).Doc().Has(".ld-views-save", "存为常用筛选")
	save := func(list, name, query string, want int) kittest.Response {
		t.Helper()
		return clerk.Post("/desk/views", url.Values{"list": {list}, "name": {name}, "query": {query}}).Want(want)
	}
	if to := save("todo", "逾期件", "time=late&q=甲乙&page=3&set=1&nonsense=1", http.StatusSeeOther).Header.Get("Location"); to != "/desk/todo?time=late" {
		t.Errorf("kept as %s", to)
	}
	clerk.Get("/desk/todo?time=late").Want(200).Doc().Has(".ld-views [aria-current]", "逾期件").Lacks(".ld-views-save")
	clerk.Get("/desk/cases").Want(200).Doc().Lacks(".ld-views")
	save("todo", "逾期件", "time=soon", http.StatusUnprocessableEntity).Doc().Has("main", "已有同名")
	save("todo", " ", "time=soon", http.StatusUnprocessableEntity)
	save("todo", "152502199001010012", "time=soon", http.StatusUnprocessableEntity)
	save("todo", strings.Repeat("长", cases.MaxViewName+1), "time=soon", http.StatusUnprocessableEntity)
	save("todo", "空的", "q=甲乙", http.StatusUnprocessableEntity)
	save("nonsense", "x", "time=soon", http.StatusNotFound)
	save("todo", "快到期", "time=soon&sort=-created", http.StatusSeeOther)
	save("cases", "网上来的", "channel=online&status=submitted", http.StatusSeeOther)
	order := func() []string {
		t.Helper()
		return clerk.Get("/desk/views?list=todo").Want(200).Doc().Attrs("input.form-control", "value")
	}
	ids := clerk.Get("/desk/views?list=todo").Doc().Attrs(".ld-views-name", "action")
	at := strings.TrimSuffix(ids[1], "/rename")
	clerk.Post(at+"/move", url.Values{"list": {"todo"}, "to": {"up"}}).Want(http.StatusSeeOther)
	clerk.Post(at+"/move", url.Values{"list": {"todo"}, "to": {"up"}}).Want(http.StatusSeeOther)
	if got := order(); !slices.Equal(got, []string{"快到期", "逾期件"}) {
		t.Errorf("in the order %v", got)
	}
	clerk.Post(at+"/rename", url.Values{"list": {"todo"}, "name": {"逾期件"}}).Want(http.StatusUnprocessableEntity)
	clerk.Post(at+"/rename", url.Values{"list": {"todo"}, "name": {"三天内"}}).Want(http.StatusSeeOther)
	other.Get("/desk/views?list=todo").Want(200).Doc().Lacks(".ld-views-name")
	other.Post(at+"/rename", url.Values{"list": {"todo"}, "name": {"抢"}}).Want(http.StatusNotFound)
	other.Post(at+"/drop", url.Values{"list": {"todo"}, "confirmed": {"1"}}).Want(http.StatusNotFound)
	if got := order(); !slices.Equal(got, []string{"三天内", "逾期件"}) {
		t.Errorf("after somebody else's try %v", got)
	}
	for i := len(order()); i < cases.MaxViews; i++ {
		save("todo", fmt.Sprint("第", i), "time=soon&tab=accept", http.StatusSeeOther)
	}
	save("todo", "太多", "time=soon", http.StatusUnprocessableEntity).Doc().Has("main", "最多保存 12 个")
	shownViews(t, w)
}

// shownViews opens, wide and narrow, what was kept, with the keyboard alone.
func shownViews(t *testing.T, w *town) {
	t.Helper()
	srv := httptest.NewServer(w.site(w.clerk(), "/desk"))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for _, path := range []string{"/desk/cases?channel=online", "/desk/cases", "/desk/views?list=todo", "/desk/todo?time=late", "/desk/watched"} {
			b.Open(srv.URL + path)
			if path == "/desk/cases?channel=online" {
				b.Do(chromedp.Focus(".ld-views-save summary"), chromedp.KeyEvent("\r"), chromedp.WaitVisible(".ld-views-form input[name=name]"))
			}
			b.Axe(path)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", path, n, width)
			}
			if dir := os.Getenv("CASES_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, fmt.Sprintf("views-%d%s.png", width, strings.NewReplacer("/", "_", "?", "-").Replace(path))), true)
			}
		}
		b.Open(srv.URL+"/desk/cases").Do(chromedp.Focus(".ld-views li a"), chromedp.KeyEvent("\r"), chromedp.WaitReady(".ld-views a[aria-current]"))
	}
}
