package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// An administrator picks a tenant, looks a person up and hands on, without scripts.
func TestAppointByHand(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	who := w.person("wangfang", "王芳")
	c := w.at("league")
	c.Get("/desk/org/grants").Want(http.StatusOK).Doc().Has(`a[href=/desk/org/grants/new]`, "授权下级管理员")
	page := c.Get("/desk/org/grants/new?tq=锡林浩特").Want(http.StatusOK).Doc()
	link := page.Attr("li a", "href")
	for _, href := range page.Attrs("li a", "href") {
		if strings.Contains(href, "tenant="+dbtest.County.String()) {
			link = href
		}
	}
	page = c.Get(link).Want(http.StatusOK).Doc()
	if !strings.Contains(page.Text("body"), "锡林郭勒盟 / 锡林浩特市") {
		t.Error("the way to the tenant is not shown")
	}
	c.Get(link+"&who=nobody").Want(http.StatusOK).Doc().Has(".card .alert-warning", "没有找到这个人员")
	w.appoint("league", dbtest.County2, "tana", "塔娜")
	byName := c.Get(link+"&who=塔").Want(http.StatusOK).Doc().Has(".card li", "塔娜", "二连浩特市").Attr(".card li a", "href")
	c.Get(byName).Want(http.StatusOK).Doc().Has(".ld-desc").Has("input[name=holder]")
	page = c.Get(link + "&who=wangfang").Want(http.StatusOK).Doc()
	page.Has(`input[name=holder]`)
	f := url.Values{"tenant": {dbtest.County.String()}, "holder": {who.ID}, "who": {"wangfang"}, "idem": {page.Attr("input[name=idem]", "value")}, "roles": {"clerk", "decider"}}
	c.Post("/desk/org/grants", f).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "请写明依据或理由").Has("input[value=decider][checked]")
	f.Set("reason", "锡政办发〔2026〕12 号")
	res := c.Post("/desk/org/grants", f).Want(http.StatusSeeOther)
	page = c.Get(res.Header.Get("Location")).Want(http.StatusOK).Doc()
	for _, want := range []string{"王芳", "二级", "有效", "受理（窗口）人员、审批决定人员", "锡政办发〔2026〕12 号"} {
		if !strings.Contains(page.Text("body"), want) {
			t.Errorf("%q is not on the page of the grant", want)
		}
	}
	f.Set("idem", db.NewID())
	c.Post("/desk/org/grants", f).Want(http.StatusConflict).Doc().Has("main .alert-danger", "已有有效授权").Has("input[value=decider][checked]")
}

func TestFourthTierIsExplained(t *testing.T) {
	t.Parallel()
	w, _ := staffed(t)
	who := w.person("fourth", "第四")
	c := w.at("township")
	c.Get("/desk/org/grants").Want(http.StatusOK).Doc().Has(".ld-disabled", "授权最多三级")
	c.Get("/desk/org/grants/new").Want(http.StatusForbidden).Doc().Has("main", "授权最多三级")
	page := c.Post("/desk/org/grants", url.Values{"tenant": {dbtest.Village.String()}, "holder": {who.ID}, "who": {"fourth"}, "roles": {"clerk"}, "reason": {"试试"}}).Want(http.StatusForbidden).Doc()
	page.Has("main .alert-danger", "为什么被拒绝", "授权最多三级")
	if page.Text("textarea[name=reason]") != "试试" {
		t.Error("what was typed is gone")
	}
}

func TestRevokeNamesWhatFalls(t *testing.T) {
	t.Parallel()
	w, county := staffed(t)
	c := w.at("league")
	c.Get("/desk/org/grants").Want(http.StatusOK).Doc().Has(`a[href=/desk/org/grants/` + county.ID + `/revoke]`)
	path := "/desk/org/grants/" + county.ID + "/revoke"
	page := c.Get(path).Want(http.StatusOK).Doc()
	for _, want := range []string{"1 项下级授权", "2 项岗位任职", "其木格", "李晓梅", "苏和"} {
		if !strings.Contains(page.Text("body"), want) {
			t.Errorf("%q is not named", want)
		}
	}
	c.Post(path, nil).Want(http.StatusUnprocessableEntity)
	c.Post(path, url.Values{"reason": {"工作调动"}}).Want(http.StatusSeeOther)
	c.Get("/desk/org/grants?state=revoked").Want(http.StatusOK).Doc().Has(".alert-success", "已收回 2 项授权，同时结束 2 项任职").Lacks("a[href=" + path + "]")
	c.Post(path, url.Values{"reason": {"再来"}}).Want(http.StatusConflict).Doc().Has("main .alert-danger", "已经收回")
	c.Get("/desk/org/staff?state=ended").Want(http.StatusOK).Doc().Has("table", "李晓梅", "工作调动")
}

// The pages of another branch do not exist; a clerk sees her colleagues only.
func TestOthersSeeNothing(t *testing.T) {
	t.Parallel()
	w, county := staffed(t)
	w.appoint("league", dbtest.County2, "other", "外旗")
	c := w.at("other")
	c.Get("/desk/org/grants/" + county.ID).Want(http.StatusNotFound)
	c.Get("/desk/org/grants/x").Want(http.StatusNotFound)
	for _, path := range []string{"/desk/org/staff?tenant=", "/desk/org/departments?tenant=", "/desk/org/departments/new?tenant=", "/desk/org/grants/new?tenant=", "/desk/tenants/"} {
		c.Get(path + dbtest.County.String()).Want(http.StatusNotFound)
	}
	c.Get("/desk/tenants/" + dbtest.League.String() + "/history").Want(http.StatusNotFound)
	c.Get("/desk/tenants/" + dbtest.County.String() + "/edit").Want(http.StatusNotFound)
	c.Get("/desk/tenants/" + dbtest.County.String() + "/export.csv").Want(http.StatusNotFound)
	c.Get("/desk/tenants/77").Want(http.StatusNotFound)
	clerk := w.at("clerk0")
	clerk.Get("/desk/org/grants").Want(http.StatusForbidden)
	clerk.Get("/desk/org/people/new").Want(http.StatusForbidden)
	page := clerk.Get("/desk/org/staff").Want(http.StatusOK).Doc().Has("table", "李晓梅").Lacks("select[name=below]")
	if strings.Contains(page.Text("body"), "苏和") || strings.Contains(page.Text("tbody"), "撤岗") {
		t.Error("a clerk sees more than her colleagues")
	}
}

func TestHireShowsThePasswordOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.at("league")
	c.Get("/desk/org/people/new?back=/desk/org/grants/new?tenant=1").Want(http.StatusOK)
	f := url.Values{"login": {"1"}, "name": {"苏和"}, "phone": {"13804790009"}, "back": {"/desk/org/posts/x/assign"}}
	c.Post("/desk/org/people", f).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "登录名")
	f.Set("login", "suhe")
	res := c.Post("/desk/org/people", f).Want(http.StatusOK)
	page := res.Doc().Has("#first-password").Has("a[href=/desk/org/posts/x/assign?who=suhe]")
	if len(page.Text("#first-password")) != 12 || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("password %q, cache %q", page.Text("#first-password"), res.Header.Get("Cache-Control"))
	}
	c.Post("/desk/org/people", f).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "已被使用")
}

func TestDepartmentsPostsAndPeople(t *testing.T) {
	t.Parallel()
	w, _ := staffed(t)
	who := w.person("naren", "娜仁")
	c := w.at("county")
	tenant := dbtest.Township2.String()
	page := c.Get("/desk/org/departments/new?tenant=" + tenant).Want(http.StatusOK).Doc()
	f := url.Values{"tenant": {tenant}, "name": {"党政办"}, "sort": {"x"}, "idem": {page.Attr("input[name=idem]", "value")}}
	c.Post("/desk/org/departments", f).Want(http.StatusUnprocessableEntity)
	f.Set("sort", "3")
	c.Post("/desk/org/departments", f).Want(http.StatusSeeOther)
	list := "/desk/org/departments?tenant=" + tenant
	page = c.Get(list).Want(http.StatusOK).Doc().Has("main h2", "党政办")
	var edit, addPost string
	for _, href := range page.Attrs("main a", "href") {
		switch {
		case strings.HasPrefix(href, "/desk/org/posts/new"):
			addPost = href
		case strings.HasPrefix(href, "/desk/org/departments/") && !strings.Contains(href, "new"):
			edit = href
		}
	}
	c.Get(edit).Want(http.StatusOK).Doc().Has("input[name=name][value=党政办]")
	c.Post(edit, url.Values{"name": {"综合办"}, "version": {"1"}, "sort": {"3"}}).Want(http.StatusSeeOther)
	stale := c.Post(edit, url.Values{"name": {"党政综合办"}, "version": {"1"}, "sort": {"3"}}).Want(http.StatusConflict).Doc()
	stale.Has("main .alert-danger", "别人刚刚修改过").Has("input[name=name][value=党政综合办]").Has("input[name=version][value=2]")

	page = c.Get(addPost).Want(http.StatusOK).Doc().Has("input[name=roles][value=clerk]").Lacks("input[name=roles][value=supervisor]")
	department := page.Attr("input[name=department]", "value")
	c.Post("/desk/org/posts", url.Values{"department": {department}, "name": {"窗口"}, "roles": {"supervisor"}}).Want(http.StatusForbidden).Doc().Has("main .alert-danger", "角色")
	c.Post("/desk/org/posts", url.Values{"department": {department}, "name": {"窗口"}, "roles": {"clerk"}}).Want(http.StatusSeeOther)
	var post string
	for _, href := range c.Get(list).Doc().Attrs("td a", "href") {
		if p, ok := strings.CutSuffix(href, "/assign"); ok {
			post = p
		}
	}
	if n := c.Get(post).Want(http.StatusOK).Doc().Has("input[value=clerk][checked]").Count("input[value=clerk]"); n != 1 {
		t.Errorf("the role is offered %d times", n)
	}
	c.Get(post + "/assign?who=naren").Want(http.StatusOK)
	c.Post(post+"/assign", url.Values{"holder": {who.ID}, "who": {"naren"}}).Want(http.StatusUnprocessableEntity).Doc().Has("input[name=holder]")
	c.Post(post+"/assign", url.Values{"holder": {who.ID}, "who": {"naren"}, "reason": {"岗位安排"}}).Want(http.StatusSeeOther)
	c.Post(post+"/state", url.Values{"version": {"1"}, "to": {"closed"}}).Want(http.StatusOK).Doc().Has("main h2", "停用岗位")
	c.Post(post+"/state", url.Values{"version": {"1"}, "to": {"closed"}, "confirmed": {"1"}}).Want(http.StatusConflict).Doc().Has("body", "先全部撤岗")
	page = c.Get("/desk/org/staff?q=娜仁").Want(http.StatusOK).Doc().Has("td", "白音锡勒牧场")
	var remove string
	for _, href := range page.Attrs("td a", "href") {
		if strings.HasSuffix(href, "/remove") {
			remove = href
		}
	}
	c.Get(remove).Want(http.StatusOK).Doc().Has("body", "娜仁")
	c.Post(remove, url.Values{"reason": {"轮岗"}}).Want(http.StatusSeeOther)
	c.Post(post, url.Values{"name": {"综合窗口"}, "roles": {"reviewer"}, "version": {"1"}}).Want(http.StatusSeeOther)
	c.Post(post+"/state", url.Values{"version": {"2"}, "to": {"closed"}, "confirmed": {"1"}}).Want(http.StatusSeeOther)
	c.Post(post+"/state", url.Values{"version": {"3"}, "to": {"open"}}).Want(http.StatusSeeOther)
	c.Get("/desk/org/staff/export.xlsx").Want(http.StatusOK)
	c.Get("/desk/org/grants/export.xlsx").Want(http.StatusOK)
}

func TestTenantsByHand(t *testing.T) {
	t.Parallel()
	w, _ := staffed(t)
	c := w.at("league")
	c.Get("/desk/tenants").Want(http.StatusOK).Doc().Has("h1", "锡林郭勒盟").Has("table", "锡林浩特市", "二连浩特市")
	c.Get("/desk/tenants?q=嘎查&level=village").Want(http.StatusOK).Doc().Has("table", "第一嘎查", "呼格吉勒图嘎查")
	county := "/desk/tenants/" + dbtest.County.String()
	c.Get(county).Want(http.StatusOK).Doc().Has("a[href="+county+"/new]").Has(".ld-crumbs", "锡林郭勒盟")
	c.Get(county + "/new").Want(http.StatusOK)
	f := url.Values{"name": {"新镇"}, "level": {"township"}, "code": {"15250240"}, "reason": {"批复"}}
	c.Post(county+"/new", f).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "12 位数字").Has("input[name=name][value=新镇]")
	f.Set("code", "152502400000")
	created := c.Post(county+"/new", f).Want(http.StatusSeeOther).Header.Get("Location")
	c.Get(created + "/edit").Want(http.StatusOK).Doc().Has("input[name=version][value=1]")
	c.Post(created+"/edit", url.Values{"name": {"新新镇"}, "version": {"1"}, "reason": {"更名批复"}}).Want(http.StatusSeeOther)
	c.Post(created+"/edit", url.Values{"name": {"新新新镇"}, "version": {"1"}, "reason": {"更名批复"}}).Want(http.StatusConflict).Doc().Has("main .alert-danger", "别人刚刚修改过").Has("input[name=version][value=2]")
	page := c.Get(created + "/move?tq=二连").Want(http.StatusOK).Doc()
	target := page.Attr("li a", "href")
	for _, href := range page.Attrs("li a", "href") {
		if strings.HasSuffix(href, "to="+dbtest.County2.String()) {
			target = href
		}
	}
	c.Get(target).Want(http.StatusOK).Doc().Has(".card .alert-warning", "划转到 二连浩特市")
	moved := c.Post(created+"/move", url.Values{"to": {dbtest.County2.String()}, "version": {"2"}, "reason": {"区划调整"}}).Want(http.StatusSeeOther).Header.Get("Location")
	c.Get(moved+"/history").Want(http.StatusOK).Doc().Has(".ld-timeline", "设立", "更名", "新镇 → 新新镇", "划转")
	c.Get(moved + "/merge?to=" + dbtest.Township3.String()).Want(http.StatusOK)
	c.Post(moved+"/merge", url.Values{"to": {dbtest.Township3.String()}, "version": {"3"}}).Want(http.StatusUnprocessableEntity)
	gone := c.Post(moved+"/merge", url.Values{"to": {dbtest.Township3.String()}, "version": {"3"}, "reason": {"撤乡并镇"}}).Want(http.StatusSeeOther).Header.Get("Location")
	c.Get(gone).Want(http.StatusOK).Doc().Has("body", "仅供查阅").Lacks("a[href=" + gone + "/edit]")
	own := "/desk/tenants/" + dbtest.League.String()
	c.Post(own+"/edit", url.Values{"name": {"x"}, "version": {"1"}, "reason": {"r"}}).Want(http.StatusForbidden).Doc().Has("main .alert-danger", "不能更改自己所在的单位")
	csv := c.Get(county + "/export.csv").Want(http.StatusOK)
	if !strings.HasPrefix(csv.Body, "\uFEFFcode12,level,name,parent12\n152502000000,county,锡林浩特市,152500000000\n") {
		t.Errorf("export begins %q", csv.Body[:min(90, len(csv.Body))])
	}
}

// upload sends a file the way a browser does.
func upload(t *testing.T, h http.Handler, mode, file string) kittest.Response {
	t.Helper()
	page := httptest.NewRecorder()
	h.ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/desk/tenants/import", nil))
	token := kittest.Parse(t, page.Body.String()).Attr("input[name="+kit.CSRFFieldName+"]", "value")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range map[string]string{kit.CSRFFieldName: token, "mode": mode, "reason": "首次导入"} {
		if err := form.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if file != "" {
		part, err := form.CreateFormFile("file", "x.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(file))
	}
	_ = form.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/tenants/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	for _, c := range page.Result().Cookies() {
		r.AddCookie(c)
	}
	res := httptest.NewRecorder()
	h.ServeHTTP(res, r)
	return kittest.Response{Status: res.Code, Header: res.Header(), Body: res.Body.String()}
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	h := w.desk(w.scope("league"))
	const head = "code12,level,name,parent12\n"
	good := head + "152502300000,township,新苏木,152502000000\nzone,zone,开发区,152502000000\n"
	for name, c := range map[string]struct {
		mode, file string
		status     int
		want       string
	}{
		"no file":        {"do", "", http.StatusUnprocessableEntity, "请选择要导入的文件"},
		"wrong lines":    {"do", head + "152502300000,township,,152502000000\n1525,shire,x,152502000000\n", http.StatusUnprocessableEntity, "区划代码应为 12 位数字"},
		"GBK":            {"do", head + "152502300000,township,\xbc\xaf,152502000000\n", http.StatusUnprocessableEntity, "不是 UTF-8 编码"},
		"cut off":        {"do", head + "152502300000,township,\"新", http.StatusUnprocessableEntity, "可能被截断"},
		"above her":      {"do", head + "152600000000,league,外盟,\n", http.StatusForbidden, "只能更改管辖范围之内的下级单位"},
		"tried":          {"try", good, http.StatusOK, "将新增 2 个单位"},
		"another header": {"try", "a,b\n1,2\n", http.StatusUnprocessableEntity, "有 1 处错误"},
	} {
		if res := upload(t, h, c.mode, c.file); res.Status != c.status || !strings.Contains(res.Body, c.want) {
			t.Errorf("%s: %d without %q", name, res.Status, c.want)
		}
	}
	if kids, _ := w.tree.Children(t.Context(), dbtest.County); len(kids) != 2 {
		t.Errorf("something was imported: %v", kids)
	}
	if res := upload(t, h, "do", good); res.Status != http.StatusSeeOther {
		t.Errorf("import: %d\n%s", res.Status, res.Body)
	}
	if kids, _ := w.tree.Children(t.Context(), dbtest.County); len(kids) != 4 {
		t.Errorf("not imported: %v", kids)
	}
}

// A revocation ends what its victim has open in her browser.
func TestOpenPageOfARevokedAdministrator(t *testing.T) {
	t.Parallel()
	w, county := staffed(t)
	c := w.at("county")
	c.Get("/desk/org/departments").Want(http.StatusOK)
	if _, _, err := w.svc.Revoke(tenancy.With(t.Context(), w.scope("league")), county.ID, "r"); err != nil {
		t.Fatal(err)
	}
	c.Post("/desk/org/grants", url.Values{"tenant": {dbtest.Township2.String()}, "holder": {w.person("x", "某人").ID}, "roles": {"clerk"}, "reason": {"r"}}).
		Want(http.StatusForbidden).Doc().Has("main .alert-danger", "没有有效的管理授权")
	if s, err := w.svc.Seats(t.Context(), county.HolderID); err != nil || len(s) != 0 {
		t.Errorf("seats %v, %v", s, err)
	}
}
