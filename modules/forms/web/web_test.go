package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
)

// league is a small tree of divisions.
type league struct{}

func (league) Below(_ context.Context, code string) ([]formsweb.Place, error) {
	return map[string][]formsweb.Place{
		"": {{"150000000000", "内蒙古自治区"}}, "150000000000": {{"152500000000", "锡林郭勒盟"}}, "152500000000": {{"152502000000", "锡林浩特市"}, {"152501000000", "二连浩特市"}},
	}[code], nil
}

func (league) Way(_ context.Context, code string) ([]formsweb.Place, error) {
	all := []formsweb.Place{{"150000000000", "内蒙古自治区"}, {"152500000000", "锡林郭勒盟"}, {"152502000000", "锡林浩特市"}}
	for i, p := range all {
		if p.Code == code {
			return all[:i+1], nil
		}
	}
	return nil, nil
}

func service(t *testing.T) *forms.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New([]byte(strings.Repeat("k", seal.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	return forms.New(dbtest.New(t), engine, forms.Asks{Sealer: sealer})
}

func staff(t *testing.T, role string) context.Context {
	t.Helper()
	id := map[string]string{policies.ItemEditor: "e1", policies.ItemReviewer: "e2"}[role]
	return dbtest.WithActor(t, dbtest.County, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + id, Name: "工作人员", Roles: []string{role}})
}

// desk serves the pages to whoever ctx says.
func desk(t *testing.T, svc *forms.Service, ctx context.Context) http.Handler {
	t.Helper()
	scope, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	log, secret := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), []byte(strings.Repeat("s", 32))
	shell := kit.Shell{Log: log, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Density: kit.Dense}
	shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "事项编辑", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"}, Menu: []kit.NavGroup{{Items: []kit.NavItem{{Key: "forms", Label: "表单", Href: "/desk/forms", Icon: "forms"}}}}}, p)
	}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Recover(log), kit.SecurityHeaders(false), kit.MaxBody(1<<20), kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route("/desk", func(r chi.Router) {
		r.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				next.ServeHTTP(w, req.WithContext(tenancy.With(req.Context(), scope)))
			})
		})
		formsweb.Mount(r, formsweb.Deps{Service: svc, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: "工作台", Href: "/desk"}, Divisions: league{}})
	})
	return r
}

// demo is the form of the pages: most kinds of field, rules between them.
func demo() forms.Schema {
	return forms.Schema{Title: "草原生态补助申请表", Intro: "请如实填写，带 * 的必填。", Fields: []forms.Field{
		{ID: "applicant", Kind: forms.Group, Label: "申请人", Fields: []forms.Field{
			{ID: "kind", Kind: forms.Radio, Label: "申请人类型", Required: true, Options: []forms.Option{{Value: "person", Label: "个人"}, {Value: "company", Label: "企业"}}},
			{ID: "name", Kind: forms.Text, Label: "姓名", Required: true, PII: true},
			{ID: "id_no", Kind: forms.IDNumber, Label: "身份证号", PII: true, RequiredWhen: "kind == 'person'", Visible: "kind == 'person'"},
			{ID: "code", Kind: forms.CreditCode, Label: "统一社会信用代码", Required: true, Visible: "kind == 'company'"},
			{ID: "phone", Kind: forms.Phone, Label: "手机号码", PII: true},
			{ID: "home", Kind: forms.Address, Label: "草场所在地"},
		}},
		{ID: "note_1", Kind: forms.Note, Help: "牲畜按当年日历年度末存栏数填写。"},
		{ID: "herd", Kind: forms.Table, Label: "牲畜", MaxRows: 5, Required: true, Fields: []forms.Field{
			{ID: "beast", Kind: forms.Select, Label: "种类", Required: true, Options: []forms.Option{{Value: "sheep", Label: "羊"}, {Value: "horse", Label: "马"}}},
			{ID: "head", Kind: forms.Number, Label: "头数", Required: true},
			{ID: "price", Kind: forms.Money, Label: "单价"},
			{ID: "worth", Kind: forms.Money, Label: "价值", Compute: "head * price"},
		}},
		{ID: "total", Kind: forms.Money, Label: "合计", Compute: "sum(herd.map(h, has(h.worth) ? h.worth : 0))"},
		{ID: "since", Kind: forms.Date, Label: "放牧起始日期", Before: "today"},
		{ID: "reason", Kind: forms.LongText, Label: "说明", RequiredWhen: "total > 10000"},
		{ID: "signed", Kind: forms.Signature, Label: "申请人签名"},
		{ID: "agreed", Kind: forms.Checkbox, Label: "承诺以上内容真实", Required: true},
	}, Rules: []forms.Rule{{CEL: "total <= 50000", Message: "补助总额不得超过五万元", Field: "total"}}}
}

func published(t *testing.T, svc *forms.Service, schema forms.Schema) string {
	t.Helper()
	f, err := svc.Create(staff(t, policies.ItemEditor), schema, db.NewID())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Publish(staff(t, policies.ItemReviewer), f.ID, 1, "第一版"); err != nil {
		t.Fatal(err)
	}
	return f.ID
}

// TestFillingWithoutScripts walks the whole way of somebody whose browser runs none.
func TestFillingWithoutScripts(t *testing.T) {
	t.Parallel()
	svc := service(t)
	id := published(t, svc, demo())
	c := kittest.NewClient(t, desk(t, svc, staff(t, policies.ItemEditor)))
	c.Get("/desk/forms/" + id).Want(http.StatusOK)
	page := c.Post("/desk/forms/"+id+"/fill", nil).Want(http.StatusSeeOther).Header.Get("Location")
	c.Get(page).Want(http.StatusOK).Doc().Has("[data-ff=id_no][hidden]").Has("fieldset select[name=f.home]")
	c.Post(page, url.Values{"f.kind": {"person"}, "f.home": {"150000000000"}, "f.home.sent": {"1"}, "do": {"refresh"}}).Want(http.StatusOK).Doc().Lacks("[data-ff=id_no][hidden]").Has("[data-ff=code][hidden]").Has("main", "锡林郭勒盟")
	c.Post(page, url.Values{"f.herd.sent": {"1"}, "f.herd.0.beast": {"sheep"}, "do": {"add.herd"}}).Want(http.StatusOK).Doc().Has("[data-row=1]").Has("option[value=sheep][selected]")
	doc := c.Post(page, url.Values{"f.name": {"其其格"}, "f.id_no": {"1"}, "f.herd.sent": {"1"}, "f.herd.0.beast": {"sheep"}, "f.herd.0.head": {"x"}, "f.agreed.sent": {"1"}}).Want(http.StatusUnprocessableEntity).Doc()
	doc.Has(".ld-summary", "牲畜第 1 行 头数", "身份证号", "请勾选").Has("[data-ff=name] input[value=其其格]")
	good := url.Values{
		"f.kind": {"person"}, "f.name": {"其其格"}, "f.id_no": {"11010519491231002X"}, "f.home": {"150000000000", "152500000000", "152502000000"}, "f.home.sent": {"1"}, "f.home.detail": {"希日塔拉街"},
		"f.herd.sent": {"2"}, "f.herd.0.beast": {"sheep"}, "f.herd.0.head": {"10"}, "f.herd.0.price": {"100"}, "f.herd.1.beast": {"horse"}, "f.herd.1.head": {"1"}, "f.herd.1.price": {"5000"},
		"f.agreed": {"1"}, "f.agreed.sent": {"1"}, "f.total": {"1"},
	}
	c.Post(page, good).Want(http.StatusSeeOther)
	c.Get(page).Want(http.StatusConflict)
	doc = c.Get("/desk/forms/"+id+"/data").Want(http.StatusOK).Doc().Has("tbody", "其**", "110105********002X")
	row := doc.Attr("tbody a", "href")
	c.Get(row).Want(http.StatusOK).Doc().Has("main", "6000 元", "锡林浩特市", "110105")
	c.Get("/desk/forms/"+id+"/data/totals?by=kind").Want(http.StatusOK).Doc().Has("tbody", "个人").Has("main", "6000")
	c.Get("/desk/forms/" + id + "/data.xlsx").Want(http.StatusOK)
	c.Get("/desk/forms/" + id + "/data?field=total&op=min&value=7000").Want(http.StatusOK).Doc().Has(".ld-empty")
}

// TestDesigningWithoutScripts makes a form with buttons alone.
func TestDesigningWithoutScripts(t *testing.T) {
	t.Parallel()
	svc := service(t)
	c := kittest.NewClient(t, desk(t, svc, staff(t, policies.ItemEditor)))
	rev := kittest.NewClient(t, desk(t, svc, staff(t, policies.ItemReviewer)))
	c.Get("/desk/forms").Want(http.StatusOK).Doc().Has(".ld-empty", "还没有表单")
	c.Get("/desk/forms/new").Want(http.StatusOK)
	c.Post("/desk/forms", url.Values{"idem": {db.NewID()}}).Want(http.StatusUnprocessableEntity)
	page := c.Post("/desk/forms", url.Values{"idem": {db.NewID()}, "title": {"登记表"}}).Want(http.StatusSeeOther).Header.Get("Location")
	version := 1
	step := func(pairs ...string) kittest.Response {
		v := url.Values{"version": {fmt.Sprint(version)}}
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		version++
		return c.Post(page, v)
	}
	c.Get(page).Want(http.StatusOK).Doc().Has(".ld-fd-palette", "身份证号", "明细表格")
	step("do", "add.text").Want(http.StatusSeeOther)
	step("do", "element.xing_ming").Want(http.StatusSeeOther)
	step("do", "up.xing_ming").Want(http.StatusSeeOther)
	step("do", "add.group").Want(http.StatusSeeOther)
	step("do", "move", "field", "text", "into", "group", "at", "0").Want(http.StatusSeeOther)
	step("do", "save", "field", "text", "label", "备注", "visible", "nope == 1", "kind", "text").Want(http.StatusSeeOther)
	c.Get(page+"?field=text").Doc().Has("[data-list=group]", "备注").Has("[data-fd-status]").Has("#ff-bar", "1 个问题")
	c.Post(page, url.Values{"version": {"1"}, "do": {"add.text"}}).Want(http.StatusConflict)
	step("do", "save", "field", "text", "label", "备注", "visible", "xing_ming != ''", "kind", "longtext").Want(http.StatusSeeOther)
	step("do", "undo").Want(http.StatusSeeOther)
	c.Get(page).Doc().Has("#ff-bar", "1 个问题")
	step("do", "redo").Want(http.StatusSeeOther)
	sheet := strings.TrimSuffix(page, "/design")
	c.Get(sheet + "/schema.json").Want(http.StatusOK)
	c.Get(sheet + "/try").Want(http.StatusOK)
	c.Post(sheet+"/try", url.Values{"f.xing_ming": {"甲"}}).Want(http.StatusOK).Doc().Has("main", "检查通过")
	rev.Get(page).Want(http.StatusForbidden)
	rev.Get(sheet).Want(http.StatusOK).Doc().Has("main", "检查通过，可以发布")
	rev.Post(sheet+"/publish", url.Values{"version": {fmt.Sprint(version)}, "confirmed": {"1"}, "note": {"第一版"}}).Want(http.StatusSeeOther)
	rev.Get(sheet).Doc().Has("main", "第 1 版")
	rev.Get(sheet + "/versions/1").Want(http.StatusOK)
	rev.Get(sheet+"/compare").Want(http.StatusOK).Doc().Has(".ld-empty", "相同")
}

func TestPagesInTheBrowser(t *testing.T) {
	t.Parallel()
	svc := service(t)
	id := published(t, svc, demo())
	srv := httptest.NewServer(desk(t, svc, staff(t, policies.ItemEditor)))
	t.Cleanup(srv.Close)
	ctx := staff(t, policies.ItemEditor)
	draft, err := svc.Begin(ctx, id, "")
	if err != nil {
		t.Fatal(err)
	}
	other, err := svc.Begin(ctx, id, "second")
	if err != nil {
		t.Fatal(err)
	}
	if done, err := svc.File(ctx, other.ID, forms.Values{"kind": "person", "name": "其其格", "id_no": "11010519491231002X", "agreed": true, "herd": []any{map[string]any{"beast": "sheep", "head": 3.0, "price": 100.0}}}, svc.Filing(forms.PersonKind)); err != nil || !done.OK() {
		t.Fatal(done.Errors, err)
	}
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for i, path := range []string{"", "/new", "/" + id, "/" + id + "/design?field=id_no", "/" + id + "/try", "/drafts/" + draft.ID, "/" + id + "/data", "/" + id + "/data/" + other.ID, "/" + id + "/data/totals?by=kind", "/" + id + "/versions/1"} {
			b.Open(srv.URL + "/desk/forms" + path)
			b.Axe(path)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide", path, n)
			}
			if dir := os.Getenv("FORMS_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, fmt.Sprintf("%d-%02d.png", width, i)), true)
			}
		}
	}
}

// page serves one form, large or small, with nothing around it that could be slow.
func page(t *testing.T, schema forms.Schema) string {
	t.Helper()
	svc := service(t)
	id := published(t, svc, schema)
	srv := httptest.NewServer(desk(t, svc, staff(t, policies.ItemEditor)))
	t.Cleanup(srv.Close)
	return srv.URL + "/desk/forms/" + id + "/try"
}

// TestBrowserAnswersTheSharedCases is the other half of TestSharedCases.
func TestBrowserAnswersTheSharedCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		CEL    string `json:"cel"`
		Want   any    `json:"want"`
		Source string `json:"source"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		cases[i].Source = forms.Decimal(cases[i].CEL)
	}
	sent, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	b := kittest.NewBrowser(t).Open(page(t, demo()))
	wrong := b.Eval(`(() => {
		const vars = {a: 1.25, b: 2.5, s: "其其格", empty: "", t: true, many: ["x", "y"], none: [], rows: [new Map([["n", 1], ["m", 5]]), new Map([["n", 2]]), new Map([["n", 3]])],
			place: new Map([["division", "152502000000"], ["detail", "街"]]), today: "2026-03-04", applicant_kind: "person", step: "", filled: new Map([["s", true], ["empty", false]])};
		return ` + string(sent) + `.filter((c) => { const got = ldForms.compile(c.source)(vars); return (got === undefined ? null : got) !== c.want; })
			.map((c) => c.cel + " → " + ldForms.compile(c.source)(vars)).join("\n");
	})()`)
	if wrong != "" {
		t.Errorf("the browser answers otherwise:\n%s", wrong)
	}
}

// TestRulesRunInTheBrowser types into a form and watches what appears.
func TestRulesRunInTheBrowser(t *testing.T) {
	t.Parallel()
	b := kittest.NewBrowser(t).Open(page(t, demo()))
	set := func(name, value string) {
		b.Eval(fmt.Sprintf(`(() => { const e = document.querySelector('[name=%q]' + (%q.startsWith('=') ? '[value="' + %q.slice(1) + '"]' : '')); if (e.type === 'radio' || e.type === 'checkbox') e.checked = true; else e.value = %q;
			e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return ''; })()`, name, value, value, value))
	}
	is := func(what, expression, want string) {
		t.Helper()
		if got := b.Eval(expression); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	is("hidden at first", `String(document.querySelector('[data-ff=id_no]').hidden)`, "true")
	set("f.kind", "=person")
	is("shown for people", `String(document.querySelector('[data-ff=id_no]').hidden)`, "false")
	set("f.id_no", "110105194912310021")
	is("a wrong number is told", `document.querySelector('[data-ff=id_no] .ld-field-error').textContent.length > 0 ? 'told' : ''`, "told")
	set("f.id_no", "11010519491231002x")
	is("a right one is not", `String(document.querySelector('[data-ff=id_no] .ld-field-error'))`, "null")
	set("f.herd.0.head", "200")
	set("f.herd.0.price", "300.5")
	is("computed in the row", `document.querySelector('[name="f.herd.0.worth"]').value`, "60100")
	is("computed over rows", `document.querySelector('[name="f.total"]').value`, "60100")
	is("required from now on", `document.querySelector('[data-ff=reason] .ld-req') ? 'yes' : 'no'`, "yes")
	b.Axe("a form with messages")
}

// TestLargeFormReacts says how long 300 fields and 250 conditions take in the browser.
func TestLargeFormReacts(t *testing.T) {
	t.Parallel()
	s := forms.Schema{Title: "大表"}
	for i := range 300 {
		f := forms.Field{ID: fmt.Sprintf("q%d", i), Kind: forms.Text, Label: fmt.Sprint("问题", i)}
		if i%3 == 1 {
			f.Kind = forms.Number
		}
		if i >= 50 {
			f.Visible = fmt.Sprintf("q%d >= 0 && q0 != 'hide'", (i-40)/3*3+1)
		}
		s.Fields = append(s.Fields, f)
	}
	b := kittest.NewBrowser(t).Open(page(t, s))
	took := b.Eval(`(() => { const body = document.querySelector('#ff-body'); const e = document.querySelector('[name="f.q0"]'); let worst = [];
		for (let i = 0; i < 20; i++) { e.value = i % 2 ? 'hide' : 'x'; const t = performance.now(); ldForms.react(body); document.body.offsetHeight; worst.push(performance.now() - t); }
		worst.sort((a, b) => a - b); return worst[10].toFixed(1) + ' ms median, ' + worst[19].toFixed(1) + ' ms worst; ' + document.querySelectorAll('[data-ff][hidden]').length; })()`)
	t.Log(took)
	if !strings.HasSuffix(took, "; 250") {
		t.Errorf("hidden: %s", took)
	}
}
