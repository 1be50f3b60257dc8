package web_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/modules/cases"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// Every list of a desk shows what it is about, to whom it is about, and narrows.
func TestListsOfADesk(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.handed(w.filed("演示·甲乙", "a"), "pre")
	b := w.filed("演示·丙丁", "b")
	w.handed(w.filed("演示·戊己", "c"), "decide")
	clerk, township := w.desk(w.clerk()), w.desk(w.township())
	rows := func(c *kittest.Client, path string, want int) {
		t.Helper()
		if n := c.Get(path).Want(200).Doc().Count(".ld-table tbody tr"); n != want {
			t.Errorf("%s shows %d rows, want %d", path, n, want)
		}
	}
	rows(clerk, "/desk/done", 2)
	rows(clerk, "/desk/done?act=accept", 2)
	rows(clerk, "/desk/done?act=decide", 0)
	rows(clerk, "/desk/done?q=甲乙", 1)
	rows(clerk, "/desk/done?status=handling&channel=online&level=village", 2)
	rows(clerk, "/desk/done?level=county", 0)
	rows(township, "/desk/done", 1)
	rows(township, "/desk/team", 1)
	rows(clerk, "/desk/team", 1)
	rows(clerk, "/desk/team?who=none", 1)
	rows(clerk, "/desk/team?who=00000000-0000-7000-8000-000000000011", 0)
	rows(clerk, "/desk/todo?item="+w.item, 1)
	rows(clerk, "/desk/watched", 0)
	clerk.Get("/desk/done").Doc().Has("tbody tr", "受理").Has(".ld-lists [aria-current=page]", "已办")

	clerk.Post("/desk/cases/"+a.ID+"/watch?on=1", url.Values{"back": {"/desk/todo"}}).Want(http.StatusSeeOther)
	clerk.Post("/desk/cases/"+a.ID+"/watch?on=1", nil).Want(http.StatusSeeOther)
	rows(clerk, "/desk/watched", 1)
	rows(township, "/desk/watched", 0)
	clerk.Get("/desk/cases").Doc().Has(".ld-star.is-on")
	clerk.Post("/desk/cases/"+a.ID+"/watch?on=0", nil).Want(http.StatusSeeOther)
	rows(clerk, "/desk/watched", 0)
	township.Post("/desk/cases/00000000-0000-4000-8000-000000000000/watch?on=1", nil).Want(http.StatusNotFound)
	stranger := w.desk(w.as(dbtest.Village2, "17", "clerk"))
	stranger.Get("/desk/todo").Want(200)
	stranger.Post("/desk/cases/"+b.ID+"/watch?on=1", nil).Want(http.StatusNotFound)

	for _, path := range []string{"/desk/done.xlsx", "/desk/watched.xlsx", "/desk/team.xlsx", "/desk/todo.xlsx"} {
		if got := clerk.Get(path).Want(200); !strings.HasPrefix(got.Body, "PK") {
			t.Errorf("%s is no workbook", path)
		}
	}
}

// Whoever watches a case is told of it, unless she does not want to be.
func TestWatchersSayWhetherTheyAreTold(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示·甲乙", "a")
	told := func() (n int) {
		t.Helper()
		if err := w.db.InTx(dbtest.As(t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
			who, err := w.cases.Watchers(ctx, tx, c.ID)
			n = len(who)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	clerk, above := w.desk(w.clerk()), w.desk(w.township())
	for i, who := range []*kittest.Client{clerk, above} {
		who.Get("/desk/todo").Want(200)
		who.Post("/desk/cases/"+c.ID+"/watch?on=1", nil).Want(http.StatusSeeOther)
		if n := told(); n != i+1 {
			t.Errorf("%d are told, want %d", n, i+1)
		}
	}
	clerk.Get("/desk/watched").Want(200).Doc().Has(".ld-chosen", "关闭提醒")
	clerk.Post("/desk/watched/notices", url.Values{"on": {"0"}}).Want(http.StatusSeeOther)
	clerk.Get("/desk/watched").Want(200).Doc().Has(".ld-chosen", "提醒已关闭", "开启提醒")
	if n := told(); n != 1 {
		t.Errorf("%d are told, want the other alone", n)
	}
	clerk.Post("/desk/watched/notices", url.Values{"on": {"1"}}).Want(http.StatusSeeOther)
	above.Post("/desk/cases/"+c.ID+"/watch?on=0", nil).Want(http.StatusSeeOther)
	if n := told(); n != 1 {
		t.Errorf("%d are told, want the first alone", n)
	}
}

// A list is as its reader left it, but for what she searched, until she clears it.
func TestFiltersAreKept(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.filed("演示·甲乙", "a")
	clerk := w.desk(w.clerk())
	clerk.Get("/desk/todo?time=late").Want(200)
	clerk.Get("/desk/todo").Want(200)
	clerk.Get("/desk/todo?time=late&sort=-no&q=甲乙&tab=accept&set=1").Want(200).Doc().Has(".ld-chosen", "清除筛选")
	if to := clerk.Get("/desk/todo").Want(http.StatusSeeOther).Header.Get("Location"); to != "/desk/todo?set=1&sort=-no&time=late" {
		t.Errorf("the list leads to %s", to)
	}
	if n := clerk.Get("/desk/todo?tab=").Want(200).Doc().Count("tbody tr"); n != 1 {
		t.Errorf("all are %d", n)
	}
	clerk.Get("/desk/done").Want(200)
	w.desk(w.as(dbtest.Village, "18", "clerk")).Get("/desk/todo").Want(200)
	clerk.Get("/desk/todo?clear=1").Want(http.StatusSeeOther)
	clerk.Get("/desk/todo").Want(200)
}

// Lists and acts go by keys, but not while somebody types, nor when she switched them off.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.filed("演示·甲乙", "a")
	b := w.filed("演示·丙丁", "b")
	srv := httptest.NewServer(w.site(w.clerk(), "/desk"))
	t.Cleanup(srv.Close)
	br := kittest.NewBrowser(t).Size(1440, 900).Open(srv.URL + "/desk/todo")
	press := func(keys string) { br.Do(chromedp.KeyEvent(keys)) }
	says := func(what, expression, want string) {
		t.Helper()
		if got := br.Eval(expression); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	press("jj")
	says("two rows down", `[...document.querySelectorAll("tr[data-row]")].findIndex(r => r.classList.contains("is-at"))`, "1")
	press("x")
	says("chosen", `document.querySelectorAll("[data-check]:checked").length`, "1")
	press("/")
	br.Do(chromedp.WaitReady(`[name=q]:focus`))
	says("search", `document.activeElement.name`, "q")
	press("jx?")
	says("typed", `document.activeElement.value + document.querySelectorAll("dialog[open]").length`, "jx?0")
	br.Eval(`document.activeElement.blur()`)
	press("?")
	says("help", `document.querySelector("dialog[open] h2").innerText`, "快捷键")
	br.Axe("keys")
	if dir := os.Getenv("CASES_SHOTS"); dir != "" {
		br.Screenshot(filepath.Join(dir, "keys.png"), false)
	}
	br.Do(chromedp.Click("[data-keys-switch]"), chromedp.Click("dialog[open] [data-close]"))
	press("k")
	says("switched off", `[...document.querySelectorAll("tr[data-row]")].findIndex(r => r.classList.contains("is-at"))`, "1")
	br.Eval(`localStorage.removeItem("ld-keys-off")`)
	press("gd")
	br.Do(chromedp.WaitReady(`[data-list=done][aria-current=page]`))
	br.Open(srv.URL + "/desk/cases/" + b.ID)
	press("s")
	says("an act", `document.activeElement.innerText.trim()`, "告知补正")
	press("o")
	br.Do(chromedp.WaitReady(`#f-opinion:focus`))
	says("the opinion", `document.activeElement.id`, "f-opinion")
	br.Do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.WaitReady(".alert-success"))
	if v, err := w.cases.Show(w.clerk(), b.ID); err != nil || v.Case.Status != cases.Handling {
		t.Errorf("after Ctrl+Enter: %s, %v", v.Case.Status, err)
	}
}

// The calendar of due dates shows each case on its last day, and leads to the list of that day.
func TestDueDates(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.filed("演示·甲乙", "a") // Wednesday 2026-03-04, two working days to accept
	clerk := w.desk(w.clerk())
	doc := clerk.Get("/desk/due?day=2026-03-10").Want(200).Doc()
	doc.Has("[data-day=2026-03-06]", "1 件", "草原作业许可").Has("[data-day=2026-03-07]", "休").Has("[data-day=2026-02-28]", "班")
	if doc.Count("[data-day]") != 42 {
		t.Errorf("March has %d days on its page", doc.Count("[data-day]"))
	}
	if got := doc.Attr("[data-cal-link]", "href"); got != "/desk/todo?due=2026-03-06" {
		t.Errorf("the day leads to %s", got)
	}
	clerk.Get("/desk/todo?due=2026-03-06").Doc().Has("tbody tr", "演").Has(".ld-chosen", "2026-03-06")
	if n := clerk.Get("/desk/todo?due=2026-03-05").Doc().Count("tbody tr"); n != 0 {
		t.Errorf("%d cases are due on the day before", n)
	}
	if n := clerk.Get("/desk/due?day=2026-03-04&view=week&whose=team").Want(200).Doc().Has("[data-day=2026-03-06]", "1 件").Count("[data-day]"); n != 7 {
		t.Errorf("a week has %d days", n)
	}
	if n := w.desk(w.township()).Get("/desk/due?day=2026-03-04").Want(200).Doc().Count("[data-cal-link]"); n != 0 {
		t.Errorf("%d days are due at the township", n)
	}
	clerk.Get("/desk/due?day=nonsense").Want(http.StatusNotFound)
	clerk.Get("/desk/due?day=9999-12-31").Want(200)
}

// A batch does one act to many cases: it says before what would happen, does the rest when one
// is refused, and is not done twice.
func TestBatch(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a, b, c := w.filed("演示·甲乙", "a"), w.filed("演示·丙丁", "b"), w.handed(w.filed("演示·戊己", "c"), "pre")
	clerk := w.desk(w.clerk())
	all := url.Values{"case": {a.ID + "." + version(a), b.ID + "." + version(b), c.ID + "." + version(c)}, "back": {"/desk/todo?tab=accept"}}
	clerk.Get("/desk/todo").Want(200)
	clerk.Post("/desk/bulk", url.Values{"back": {"/desk/todo"}}).Want(http.StatusSeeOther)
	clerk.Post("/desk/bulk", all).Want(200).Doc().Has("main", "予以受理（2 件可办）", "催办（3 件可办）")
	with := func(add ...string) url.Values {
		out := url.Values{}
		maps.Copy(out, all)
		for i := 0; i < len(add); i += 2 {
			out.Set(add[i], add[i+1])
		}
		return out
	}
	clerk.Post("/desk/bulk", with("step", "confirm", "act", "pass")).Want(http.StatusUnprocessableEntity)
	clerk.Post("/desk/bulk", with("step", "confirm", "act", "nonsense")).Want(http.StatusUnprocessableEntity)
	doc := clerk.Post("/desk/bulk", with("step", "confirm", "act", "accept", "opinion", "材料齐全")).Want(200).Doc()
	doc.Has("main", "可办 2 件，不办 1 件", "苏木初审", "不在您所在的单位", "确认办理 2 件")
	if v, err := w.cases.Show(w.clerk(), a.ID); err != nil || v.Case.Status != cases.Submitted || v.Case.Version != a.Version {
		t.Fatalf("the rehearsal left %s version %d, %v", v.Case.Status, v.Case.Version, err)
	}
	// Somebody is faster with one of them.
	if _, err := w.cases.Refuse(w.as(dbtest.Village, "18", "clerk"), b.ID, b.Version, "不属于本机关"); err != nil {
		t.Fatal(err)
	}
	run := with("step", "run", "act", "accept", "opinion", "材料齐全")
	run["case"] = all["case"][:2]
	clerk.Post("/desk/bulk", run).Want(200).Doc().Has("main", "办好 1 件，没有办成 1 件", "重试没有办成的 1 件")
	run["case"] = all["case"][:1]
	clerk.Post("/desk/bulk", run).Want(200).Doc().Has("main", "全部办好", "已经办过")
	v, err := w.cases.Show(w.township(), a.ID)
	if err != nil || v.Case.Status != cases.Handling || len(v.Steps) != 2 || v.Steps[0].Opinion != "材料齐全" {
		t.Fatalf("after the batch: %+v, %v", v.Case, err)
	}
	clerk.Post("/desk/bulk", with("act", "watch")).Want(http.StatusSeeOther)
	if n := clerk.Get("/desk/watched").Doc().Count("tbody tr"); n != 3 {
		t.Errorf("%d cases are watched", n)
	}
	county := w.desk(w.county())
	county.Get("/desk/cases").Want(200)
	if n := county.Post("/desk/bulk", with("step", "run", "act", "urge", "opinion", "请抓紧")).Want(200).Doc().Has("main", "办好 2 件").Count("tbody tr"); n != 3 {
		t.Errorf("%d rows tell what was urged", n)
	}
}

// The file of a case on paper says what the screen says, masked, and that somebody printed it.
func TestPrintACase(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "a"), "deliver")
	clerk := w.desk(w.clerk())
	res := clerk.Get("/desk/cases/" + c.ID + "/print").Want(200)
	res.Doc().Has("main", c.No, "草原作业许可", "草原承包合同", "合同.png", "材料齐全", "属实", "准予许可", "准予行政许可决定书", "计入", "打印")
	for _, secret := range []string{"152502199001010012", "13800000001", "其其格", "第一嘎查12号"} {
		if strings.Contains(res.Body, secret) {
			t.Errorf("%s is printed in clear", secret)
		}
	}
	var n int
	err := w.db.InTx(w.as(dbtest.Village, "19", "audit_admin"), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select count(*) from audit_rows where object = ? and detail->>'printed' = 'true'`, c.ID).Scan(ctx, &n)
	})
	if err != nil || n != 1 {
		t.Errorf("%d audit lines say that it was printed, %v", n, err)
	}
	w.desk(w.as(dbtest.Village2, "17", "clerk")).Get("/desk/cases/" + c.ID + "/print").Want(http.StatusNotFound)
}

// Phrases are one's own, and hold nobody's number.
func TestPhrases(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示·其其格", "a")
	clerk := w.desk(w.clerk())
	clerk.Get("/desk/phrases").Want(200)
	clerk.Post("/desk/phrases", url.Values{"phrases": {"情况属实\n\n 情况属实\n同意"}, "back": {"/desk/cases/" + c.ID}}).Want(http.StatusSeeOther)
	doc := clerk.Get("/desk/cases/" + c.ID).Doc()
	if got := strings.Join(doc.Attrs(".ld-phrase", "data-insert"), "|"); got != "情况属实|同意" {
		t.Errorf("phrases are %q", got)
	}
	doc.Has(".ld-actbar", "予以受理", "告知补正")
	clerk.Post("/desk/phrases", url.Values{"phrases": {"已电话联系 13800000001"}}).Want(http.StatusUnprocessableEntity)
	if n := w.desk(w.as(dbtest.Village, "18", "clerk")).Get("/desk/cases/" + c.ID).Doc().Count(".ld-phrase"); n != 0 {
		t.Errorf("somebody else has %d of them", n)
	}
}

// The lists and a batch in a browser, wide and narrow: nothing sticks out, everything is accessible.
func TestDeskInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a, b := w.filed("演示·甲乙", "a"), w.filed("演示·丙丁", "b")
	w.handed(w.filed("演示·戊己", "c"), "pre")
	if err := w.cases.Watch(w.clerk(), a.ID, true); err != nil {
		t.Fatal(err)
	}
	w.colleagues = []cases.Colleague{{ID: "00000000-0000-7000-8000-000000000011", Name: "演示·苏荣", Roles: []string{"clerk"}}, {ID: "00000000-0000-7000-8000-000000000018", Name: "演示·娜仁", Roles: []string{"clerk", "office_head"}}}
	srv := httptest.NewServer(w.site(w.clerk(), "/desk"))
	t.Cleanup(srv.Close)
	br := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		br.Size(width, 900)
		for _, path := range []string{"/todo", "/done", "/watched", "/team", "/due?day=2026-03-04", "/due?day=2026-03-04&view=week"} {
			look(t, br, srv.URL+"/desk"+path, fmt.Sprintf("%d-%s", width, strings.NewReplacer("/", "", "?", "-").Replace(path)))
		}
		br.Open(srv.URL + "/desk/todo")
		br.Eval(`document.querySelector("[data-check-all]").click()`)
		br.Do(chromedp.WaitReady(`tr.is-chosen`))
		if got := br.Eval(`document.querySelectorAll("tr.is-chosen").length + " " + document.querySelector("[data-bulk-count]").innerText`); width > 700 && got != "2 已选 2 件" {
			t.Errorf("after choosing all: %s", got)
		}
	}
	if err := w.cases.SetPhrases(w.clerk(), []string{"材料齐全，符合法定形式，予以受理。", "经核对原件，与复印件一致。"}); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1440, 390} {
		br.Size(width, 900)
		look(t, br, srv.URL+"/desk/cases/"+b.ID, fmt.Sprintf("%d-case", width))
		look(t, br, srv.URL+"/desk/cases/"+b.ID+"/print", fmt.Sprintf("%d-print", width))
		look(t, br, srv.URL+"/desk/phrases", fmt.Sprintf("%d-phrases", width))
	}
	br.Size(1440, 900).Open(srv.URL + "/desk/cases/" + b.ID)
	br.Eval(`(document.querySelector("#f-opinion").value = "", document.querySelectorAll(".ld-phrase")[1].click())`)
	if got := br.Eval(`document.querySelector("#f-opinion").value`); got != "经核对原件，与复印件一致。" {
		t.Errorf("the phrase made %q", got)
	}
	br.Open(srv.URL + "/desk/todo")
	br.Do(chromedp.Click(`[data-check]`), chromedp.Click(`.ld-bulk-bar .btn-primary`), chromedp.WaitReady(`[name=opinion]`))
	seen(t, br, "choose")
	br.Do(chromedp.SendKeys(`[name=opinion]`, "材料齐全"), chromedp.Click(`.ld-actions .btn-primary`), chromedp.WaitReady(`.ld-bulk-go`))
	seen(t, br, "confirm")
	br.Do(chromedp.Click(`.ld-bulk-go .btn-primary`), chromedp.WaitNotPresent(`.ld-bulk-go`))
	seen(t, br, "result")
	if v, err := w.cases.Show(w.clerk(), b.ID); err != nil || v.Case.ID == "" {
		t.Error(err)
	}
}

func look(t *testing.T, b *kittest.Browser, url, name string) {
	t.Helper()
	b.Open(url)
	seen(t, b, name)
}

func seen(t *testing.T, b *kittest.Browser, name string) {
	t.Helper()
	b.Axe(name)
	if n := b.Overflow(); n > 0 {
		t.Errorf("%s is %d px too wide", name, n)
	}
	if dir := os.Getenv("CASES_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+".png"), true)
	}
}
