package desk_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
)

func menu(d kittest.Doc) []string { return d.Attrs(".ld-menu a", "href") }

func TestMenuShowsWhatTheLawAllows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, editor := o.hire("其木格"), o.hire("巴图")
	o.post("政务服务局", "综合窗口", clerk, policies.Clerk)
	o.post("林业和草原局", "事项管理岗", editor, policies.ItemEditor)
	for _, c := range []struct {
		who         *kittest.Client
		has, hasNot []string
	}{
		{o.come(clerk), []string{"/desk/todo", "/desk/assist", "/desk/cases", "/desk/help"}, []string{"/desk/items/reviews", "/desk/org/grants", "/desk/audit", "/desk/jobs", "/desk/calendar", "/desk/supervision/rules"}},
		{o.come(editor), []string{"/desk/items", "/desk/cases"}, []string{"/desk/todo", "/desk/assist", "/desk/org/departments"}},
		{o.come(o.league), []string{"/desk/org/departments", "/desk/org/grants", "/desk/tenants", "/desk/calendar"}, []string{"/desk/todo", "/desk/assist", "/desk/audit", "/desk/jobs"}},
	} {
		got := menu(c.who.Get("/desk").Want(http.StatusOK).Doc())
		for _, want := range c.has {
			if !slices.Contains(got, want) {
				t.Errorf("menu %v lacks %s", got, want)
			}
		}
		for _, no := range append(c.hasNot, "/desk/sms", "/desk/articles") { // of these no page is mounted
			if slices.Contains(got, no) {
				t.Errorf("menu %v has %s", got, no)
			}
		}
		for _, href := range got { // it never leads nowhere
			c.who.Get(href).Want(http.StatusOK)
		}
	}
}

func TestHomeShowsTheDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.hire("其木格")
	o.post("政务服务局", "综合窗口", clerk, policies.Clerk)
	c := o.come(clerk)
	home := c.Get("/desk").Want(http.StatusOK)
	d := home.Doc().Has("h1", "其木格").Has(".ld-stats", "待办", "12", "已超期", "1,284").Has(".ld-chart").Has(".ld-news", "年底办件清理").Has(".ld-menu .ld-count", "12").Has(".ld-dot", "3")
	if d.Count("table.ld-table tbody tr") < 4 || !strings.Contains(home.Body, "超期 2 个工作日") || !strings.Contains(home.Body, "今日到期") {
		t.Error("the to-do list is not told")
	}
	if strings.Contains(home.Body, "建议开启二次验证") {
		t.Error("a clerk is not urged to enrol")
	}
	o.work.err = errors.New("the database is away")
	broken := c.Get("/desk").Want(http.StatusOK)
	if broken.Doc().Lacks(".ld-stats"); !strings.Contains(broken.Body, "部分数据暂时没有读到") {
		t.Error("the page does not say that something is missing")
	}
	o.work.err = nil
	admin := o.come(o.league).Get("/desk").Want(http.StatusOK)
	admin.Doc().Has(".alert-title", "建议开启二次验证").Has(".ld-stats", "在办", "5,310")
	if strings.Contains(admin.Body, "我的待办") {
		t.Error("an administrator has no to-do list")
	}
}

// Whoever keeps items sees what waits of the catalogue, in the menu and at home;
// nobody else is told.
func TestItemsThatWait(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor, clerk := o.hire("巴图"), o.hire("其木格")
	o.post("林业和草原局", "事项管理岗", editor, policies.ItemEditor)
	o.post("政务服务局", "综合窗口", clerk, policies.Clerk)
	d := o.come(editor).Get("/desk").Want(http.StatusOK).Doc()
	d.Has(".ld-menu a[href=/desk/items/tasks] .ld-count", "5").Has(".ld-menu a[href=/desk/items/requests] .ld-count", "1").Has("main", "核对任务", "5").Has(".ld-stats a[href=/desk/items/tasks]", "核对任务").Lacks(".ld-menu a[href=/desk/items/reviews]")
	o.come(clerk).Get("/desk").Want(http.StatusOK).Doc().Lacks(".ld-stats a[href=/desk/items/tasks]")
}

func TestSwitchingPosts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	who := o.hire("娜仁")
	window, editing := o.post("政务服务局", "综合窗口", who, policies.Clerk), o.post("林业和草原局", "事项管理岗", who, policies.ItemEditor)
	c := o.come(who)
	first := c.Get("/desk/cases").Want(http.StatusOK).Doc()
	if first.Count(".ld-post button[name=post]") != 2 {
		t.Fatal("no choice of posts")
	}
	for _, step := range []struct{ post, back, to, role string }{
		{window, "/desk/todo", "/desk/todo", "clerk"},
		{editing, "/desk/todo", "/desk", "item_editor"}, // an editor has no to-do list
		{window, "https://evil.example/", "/desk", "clerk"},
		{editing, "/desk/cases?page=7", "/desk/cases", "item_editor"},
	} {
		if to := c.Post("/desk/post", url.Values{"post": {step.post}, "back": {step.back}}).Want(http.StatusSeeOther).Header.Get("Location"); to != step.to {
			t.Errorf("from %s sent to %q, want %q", step.back, to, step.to)
		}
		c.Get("/desk/cases").Want(http.StatusOK).Doc().Has("#scope", step.role).Has(".alert-success", "已切换到")
	}
	stranger := o.hire("路人")
	foreign := o.post("民政局", "审查岗", stranger, policies.Reviewer)
	c.Post("/desk/post", url.Values{"post": {foreign}}).Want(http.StatusForbidden)
	c.Post("/desk/post", url.Values{"post": {"' or 1=1"}}).Want(http.StatusForbidden)
	c.Get("/desk/cases").Want(http.StatusOK).Doc().Has("#scope", "item_editor")
}

func TestWithoutASeat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	who := o.hire("新来的")
	c := o.come(who)
	c.Get("/desk").Want(http.StatusForbidden).Doc().Has("h1", "还没有可以使用的岗位")
	c.Get("/desk/cases").Want(http.StatusForbidden)
	c.Get("/desk/me").Want(http.StatusOK).Doc().Has(".ld-empty", "还没有岗位")
	c.Get("/desk/me/password").Want(http.StatusOK)
	c.Post("/desk/post", url.Values{"post": {"x"}}).Want(http.StatusForbidden)
	o.post("政务服务局", "综合窗口", who, policies.Clerk)
	c.Get("/desk").Want(http.StatusOK) // no new sign-in is needed
}

// A revocation holds from the next click on.
func TestSeatTakenBackDuringTheSession(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	who := o.hire("娜仁")
	window, editing := o.post("政务服务局", "综合窗口", who, policies.Clerk), o.post("林业和草原局", "事项管理岗", who, policies.ItemEditor)
	c := o.come(who)
	c.Get("/desk").Want(http.StatusOK)
	c.Post("/desk/post", url.Values{"post": {window}}).Want(http.StatusSeeOther)
	c.Get("/desk/todo").Want(http.StatusOK)
	if err := o.org.Remove(o.as(o.league), window, "轮岗"); err != nil {
		t.Fatal(err)
	}
	gone := c.Post("/desk/todo", nil).Want(http.StatusForbidden).Doc().Has("h1", "岗位已经收回")
	if gone.Count(".ld-seats button") != 1 {
		t.Error("the other post is not offered")
	}
	c.Post("/desk/post", url.Values{"post": {window}}).Want(http.StatusForbidden)
	c.Post("/desk/post", url.Values{"post": {editing}}).Want(http.StatusSeeOther)
	c.Get("/desk/cases").Want(http.StatusOK).Doc().Has("#scope", "item_editor")
}

// BenchmarkFrame draws a page with its frame: session, seat, menu, counts.
func BenchmarkFrame(b *testing.B) {
	o := newOffice(b)
	clerk := o.hire("其木格")
	o.post("政务服务局", "综合窗口", clerk, policies.Clerk)
	c := o.come(clerk)
	for b.Loop() {
		c.Get("/desk/cases").Want(http.StatusOK)
	}
}

func TestDoors(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := kittest.NewClient(t, o.h)
	for _, path := range []string{"/desk", "/desk/todo", "/desk/help", "/desk/help/who", "/desk/me", "/desk/no-such-page"} {
		if to := c.Get(path).Want(http.StatusSeeOther).Header.Get("Location"); to != "/desk/login?back="+url.QueryEscape(path) {
			t.Errorf("%s sent to %q", path, to)
		}
	}
	if to := c.HX("/desk/todo").Want(http.StatusNoContent).Header.Get("HX-Redirect"); to != "/desk/login" {
		t.Errorf("htmx sent to %q", to)
	}
	in := o.come(o.league)
	in.Get("/desk/no-such-page").Want(http.StatusNotFound).Doc().Has(".ld-error", "您访问的页面不存在")
	in.Post("/desk/logout", nil).Want(http.StatusSeeOther)
	in.Get("/desk").Want(http.StatusSeeOther)
}

func TestHelp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.hire("其木格")
	o.post("政务服务局", "综合窗口", clerk, policies.Clerk)
	c := o.come(clerk)
	tiles := c.Get("/desk/help").Want(http.StatusOK).Doc().Attrs(".ld-tile", "href")
	if len(tiles) != 19 {
		t.Errorf("%d topics: %v", len(tiles), tiles)
	}
	for _, href := range tiles {
		page := c.Get(href).Want(http.StatusOK).Doc()
		for _, link := range page.Attrs("main a", "href") {
			if !slices.ContainsFunc([]string{"/desk/assist/", "/desk/batches", "/desk/cases/figures", "/desk/laws", "/desk/themes", "/desk/items/", "/desk/partners", "/desk/data", "/desk/forms", "/desk/documents", "/api/"}, func(of string) bool { return strings.HasPrefix(link, of) }) { // pages of modules: the whole workbench mounts them, this office does not
				c.Get(link).Want(http.StatusOK)
			}
		}
	}
	c.Get("/desk/help/nothing").Want(http.StatusNotFound)
	mine := c.Get("/desk/help/who").Want(http.StatusOK)
	if mine.Doc().Count("select option") != 14 || !strings.Contains(mine.Body, "受理（窗口）人员（我）") {
		t.Error("my own role is not picked out")
	}
	if !strings.Contains(mine.Body, "要求补正") || strings.Contains(mine.Body, "授权下级管理员") {
		t.Error("a clerk reads what clerks may do")
	}
	all := c.Get("/desk/help/who?role=all").Want(http.StatusOK).Doc()
	if n := all.Count("table.ld-matrix tbody tr"); n != len(policies.Actions()) {
		t.Errorf("%d rows, want one for each action", n)
	}
}

func TestHelpingColleagues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.hire("其木格")
	o.post("政务服务局", "综合窗口", clerk, policies.Clerk)
	hers := o.come(clerk)
	hers.Get("/desk").Want(http.StatusOK)
	hers.Get("/desk/org/accounts").Want(http.StatusForbidden)
	hers.Post("/desk/org/accounts/"+o.league.ID+"/password", url.Values{"confirmed": {"1"}}).Want(http.StatusForbidden)

	c := o.come(o.league)
	c.Get("/desk/org/accounts").Want(http.StatusOK).Doc().Has("#f-login")
	c.Get("/desk/org/accounts?login=nobody").Want(http.StatusUnprocessableEntity).Doc().Has("#f-login-error", "没有找到")
	c.Get("/desk/org/accounts?login="+o.league.Login).Want(http.StatusOK).Doc().Has(".ld-main .card .alert", "我的账号")
	c.Post("/desk/org/accounts/"+o.league.ID+"/password", url.Values{"confirmed": {"1"}}).Want(http.StatusForbidden)
	loose := o.hire("还没有岗位的人")
	c.Get("/desk/org/accounts?login="+loose.Login).Want(http.StatusOK).Doc().Has(".ld-main .card .alert", "先由有权的")
	c.Post("/desk/org/accounts/"+loose.ID+"/second-factor", url.Values{"confirmed": {"1"}}).Want(http.StatusForbidden)
	page := c.Get("/desk/org/accounts?login=" + strings.ToUpper(clerk.Login)).Want(http.StatusOK)
	if !strings.Contains(page.Body, "政务服务局 综合窗口") || strings.Contains(page.Body, "解除二次验证") {
		t.Error("her posts are shown, a factor that she has not is not taken away")
	}
	c.Post("/desk/org/accounts/"+clerk.ID+"/password", nil).Want(http.StatusOK).Doc().Has("main h2", "重置其木格的密码") // asks first
	hers.Get("/desk/todo").Want(http.StatusOK)
	given := c.Post("/desk/org/accounts/"+clerk.ID+"/password", url.Values{"confirmed": {"1"}}).Want(http.StatusOK).Doc().Text(".ld-secret")
	hers.Get("/desk/todo").Want(http.StatusSeeOther) // signed out everywhere
	fresh := kittest.NewClient(t, o.h)
	fresh.Get("/desk/login")
	fresh.Post("/desk/login", url.Values{"account": {clerk.Login}, "password": {password}}).Want(http.StatusUnprocessableEntity)
	fresh.Post("/desk/login", url.Values{"account": {clerk.Login}, "password": {given}}).Want(http.StatusSeeOther)
}
