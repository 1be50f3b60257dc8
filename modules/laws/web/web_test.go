package web_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/laws"
	lawsweb "liandong/modules/laws/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// shelf answers that one item stands on every law.
type shelf struct{}

func (shelf) FormsOn(context.Context, *db.Tx, string) ([]laws.Paper, error) {
	return []laws.Paper{{FormID: "00000000-0000-7000-8000-0000000000dd", Title: "草原征占用申请表", TenantName: "锡林浩特市", Items: []string{"临时占用草原审批"}}}, nil
}

func (shelf) StandingOn(_ context.Context, tx *db.Tx, _ string) ([]laws.Dependant, error) {
	return []laws.Dependant{{ItemID: "00000000-0000-7000-8000-0000000000cc", Name: "临时占用草原审批", TenantID: tx.Scope.Tenant, TenantName: "锡林浩特市", Articles: []string{"第四十条"}}}, nil
}

func service(t *testing.T) *laws.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return laws.New(dbtest.New(t), engine, shelf{})
}

func staff(t *testing.T, role string) context.Context {
	t.Helper()
	id := map[string]string{policies.ItemEditor: "e1", policies.ItemReviewer: "e2"}[role]
	return dbtest.WithActor(t, dbtest.County, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + id, Name: "工作人员", Roles: []string{role}})
}

// desk serves the pages to whoever ctx says.
func desk(t *testing.T, svc *laws.Service, ctx context.Context) http.Handler {
	t.Helper()
	scope, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	log, secret := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), []byte(strings.Repeat("s", 32))
	shell := kit.Shell{Log: log, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Density: kit.Dense}
	shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "事项编辑", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"}, Menu: []kit.NavGroup{{Items: []kit.NavItem{
			{Key: "items", Label: "事项管理", Href: "/desk/items", Icon: "list-details"}, {Key: "laws", Label: "政策法规库", Href: "/desk/laws", Icon: "scale"},
		}}}}, p)
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
		lawsweb.Mount(r, lawsweb.Deps{Service: svc, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: "工作台", Href: "/desk"}})
	})
	return r
}

const grassland = "中华人民共和国草原法\n\n第一章　总则\n第一条　为了保护、建设和合理利用草原，制定本法。\n第二条　在中华人民共和国领域内从事草原活动，适用本法。\n本法所称草原，是指天然草原和人工草地。\n第四章　利用\n第四十条　需要临时占用草原的，应当经县级以上地方人民政府草原行政主管部门审核同意。\n临时占用草原的期限不得超过二年。\n"

func version(n int) url.Values { return url.Values{"version": {strconv.Itoa(n)}} }

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func TestTheRoadOfALaw(t *testing.T) {
	t.Parallel()
	svc := service(t)
	ed := kittest.NewClient(t, desk(t, svc, staff(t, policies.ItemEditor)))
	rev := kittest.NewClient(t, desk(t, svc, staff(t, policies.ItemReviewer)))
	ed.Get("/desk/laws").Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件的法规").Has("a.btn-primary", "新增法规")
	rev.Get("/desk/laws").Want(http.StatusOK)
	rev.Get("/desk/laws/new").Want(http.StatusForbidden)
	ed.Get("/desk/laws/new").Want(http.StatusOK)
	form := url.Values{"title": {"中华人民共和国草原法"}, "kind": {"statute"}, "issuer": {"全国人大常委会"}, "passed_on": {"2002-12-28"}, "idem": {db.NewID()}}
	ed.Post("/desk/laws", form).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "不能为空")
	to := ed.Post("/desk/laws", with(form, "effective_on", "2003-03-01")).Want(http.StatusSeeOther).Header.Get("Location")
	if again := ed.Post("/desk/laws", form).Header.Get("Location"); again != to {
		t.Errorf("the same form twice went to %s and %s", to, again)
	}
	page := strings.TrimSuffix(to, "/import")
	importing(t, ed, to)
	rev.Get(to).Want(http.StatusForbidden)
	ed.Post(page+"/publish", with(version(2), "confirmed", "1")).Want(http.StatusForbidden)
	rev.Get(page).Want(http.StatusOK).Doc().Has("main", "草稿").Has("nav[aria-label=章节目录]", "第四章 利用").Has("section[aria-label=第四十条]", "不得超过二年")
	rev.Post(page+"/publish", version(2)).Want(http.StatusOK).Doc().Has("main", "发布这部法规")
	rev.Post(page+"/publish", with(version(2), "confirmed", "1")).Want(http.StatusSeeOther)
	ed.Get("/desk/laws?q="+url.QueryEscape("临时占用")).Doc().Has("tbody", "第四十条").Has("tbody mark", "临时占用")
	ed.Get("/desk/laws.xlsx?kind=statute").Want(http.StatusOK)
	amending(ed, rev, page)
	repealing(ed, rev, page)
}

func importing(t *testing.T, ed *kittest.Client, to string) {
	t.Helper()
	ed.Get(to).Want(http.StatusOK)
	bad := "第一条　甲。\n第一条　乙。"
	ed.Post(to, with(version(1), "text", bad, "do", "preview")).Want(http.StatusOK).Doc().Has("main", "第 2 行", "条号重复")
	ed.Post(to, with(version(1), "text", bad, "do", "import")).Want(http.StatusUnprocessableEntity).Doc().Has("textarea[name=text]", "乙。")
	ed.Post(to, with(version(1), "text", grassland, "do", "preview")).Want(http.StatusOK).Doc().Has("main", "可以导入，共 3 条", "1 行不属于任何条文")
	ed.Post(to, with(version(9), "text", grassland, "do", "import")).Want(http.StatusConflict).Doc().Has("textarea[name=text]", "第四十条")
	ed.Post(to, with(version(1), "text", grassland, "do", "import")).Want(http.StatusSeeOther)
}

func amending(ed, rev *kittest.Client, page string) {
	ed.Get(page+"/amend?article="+url.QueryEscape("第四十条")).Want(http.StatusOK).Doc().Has("textarea[name=body]", "不得超过二年").Has("main", "修正后须核对的事项")
	in := with(version(3), "label", "第四十条", "body", "期限不得超过三年。", "from_on", "2026-03-05", "by", "关于修改草原法的决定")
	ed.Post(page+"/amend", with(version(3), "label", "那条")).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "条号无法识别")
	ed.Post(page+"/amend", in).Want(http.StatusSeeOther)
	ed.Post(page+"/amend", in).Want(http.StatusConflict).Doc().Has("textarea[name=body]", "三年")
	rev.Get(page).Doc().Has("section[aria-label=待发布的第四十条]", "三年").Has("section[aria-label=第四十条]", "二年")
	rev.Post(page+"/publish", with(version(4), "confirmed", "1")).Want(http.StatusSeeOther)
	rev.Get(page+"?on=2026-03-05").Doc().Has("section[aria-label=第四十条]", "三年").Has("main", "2026-03-05 的文本")
	rev.Get(page + "?on=nonsense").Want(http.StatusOK)
	rev.Get(page+"/articles/40000").Want(http.StatusOK).Doc().Has("main", "尚未施行", "现行文本", "最初收录")
	rev.Get(page + "/articles/41000").Want(http.StatusNotFound)
	rev.Get(page + "/articles/x").Want(http.StatusNotFound)
	second := with(version(5), "label", "第一条之一", "body", "新增。", "from_on", "2026-03-05", "by", "决定")
	ed.Post(page+"/amend", second).Want(http.StatusSeeOther)
	edition := ed.Get(page).Doc().Attr("input[name=edition]", "value")
	ed.Post(page+"/drop", with(version(6), "edition", edition, "confirmed", "1")).Want(http.StatusSeeOther)
}

func repealing(ed, rev *kittest.Client, page string) {
	ed.Get(page + "/repeal").Want(http.StatusForbidden)
	rev.Get(page+"/repeal").Want(http.StatusOK).Doc().Has("main", "临时占用草原审批")
	in := with(version(7), "on", "2026-03-04", "reason", "新法施行")
	rev.Post(page+"/repeal", in).Want(http.StatusUnprocessableEntity).Doc().Has("textarea[name=reason]", "新法施行")
	rev.Post(page+"/repeal", with(in, "sure", "1")).Want(http.StatusSeeOther)
	rev.Get(page).Doc().Has("main", "已于 2026-03-04 废止", "新法施行").Lacks("a[href=" + page + "/amend]")
	ed.Post(page+"/delete", with(version(8), "confirmed", "1")).Want(http.StatusConflict)
	ed.Get("/desk/laws?validity=void").Doc().Has("tbody", "已废止")
}

// TestPagesInABrowser opens every page wide and narrow. With LAWS_SHOTS set to a
// folder it leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	svc := service(t)
	ed, rev := staff(t, policies.ItemEditor), staff(t, policies.ItemReviewer)
	var ids []string
	for i, title := range []string{"中华人民共和国草原法", "草原防火条例"} {
		l, err := svc.Create(ed, laws.Facts{Title: title, Kind: laws.Kinds()[i], Number: "国务院令第 542 号", Issuer: "全国人民代表大会常务委员会", PassedOn: "2002-12-28", EffectiveOn: "2003-03-01", Excerpt: true, Source: "https://flk.npc.gov.cn/"}, title)
		if err == nil {
			l, err = svc.Import(ed, l.ID, l.Version, grassland)
		}
		if err == nil && i == 0 {
			if l, err = svc.Publish(rev, l.ID, l.Version); err == nil {
				_, err = svc.Amend(ed, l.ID, l.Version, laws.Amendment{Label: "第四十条", Body: "期限不得超过三年。", FromOn: "2026-05-01", By: "全国人民代表大会常务委员会关于修改草原法的决定"})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, l.ID)
	}
	both, err := tenancy.From(ed)
	if err != nil {
		t.Fatal(err)
	}
	both.Actor.Roles = append(both.Actor.Roles, policies.ItemReviewer)
	srv := httptest.NewServer(desk(t, svc, tenancy.With(t.Context(), both)))
	t.Cleanup(srv.Close)
	for _, width := range []int64{1440, 390} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			b := kittest.NewBrowser(t).Size(width, 900)
			for i, path := range []string{"", "/new", "/" + ids[0], "/" + ids[1], "/" + ids[1] + "/import", "/" + ids[0] + "/amend?article=" + url.QueryEscape("第四十条"), "/" + ids[0] + "/repeal", "/" + ids[0] + "/articles/40000", "?q=" + url.QueryEscape("临时占用")} {
				b.Open(srv.URL + "/desk/laws" + path)
				b.Axe(path)
				if n := b.Overflow(); n > 0 {
					t.Errorf("%s is %d px too wide", path, n)
				}
				if dir := os.Getenv("LAWS_SHOTS"); dir != "" {
					b.Screenshot(filepath.Join(dir, fmt.Sprintf("%d-%02d.png", width, i)), true)
				}
			}
		})
	}
}
