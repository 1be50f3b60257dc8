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
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/sites"
	sitesweb "liandong/modules/sites/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

func service(t *testing.T) *sites.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sites.New(dbtest.New(t), engine)
}

func editor(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.As(t, at, tenancy.Staff, "site_editor")
}

// desk serves the pages to whoever ctx says.
func desk(t *testing.T, svc *sites.Service, ctx context.Context) http.Handler {
	t.Helper()
	scope, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	log, secret := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), []byte(strings.Repeat("s", 32))
	shell := kit.Shell{Log: log, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Density: kit.Dense}
	shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "网站编辑", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"}, Menu: []kit.NavGroup{{Items: []kit.NavItem{
			{Key: "site", Label: "站点设置", Href: "/desk/site", Icon: "world"}, {Key: "articles", Label: "文章管理", Href: "/desk/articles", Icon: "news"},
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
		sitesweb.Mount(r, sitesweb.Deps{Service: svc, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: "工作台", Href: "/desk"}})
	})
	return r
}

func TestSettingsPage(t *testing.T) {
	t.Parallel()
	svc := service(t)
	if err := svc.Save(editor(t, dbtest.League), map[sites.Field]string{sites.Phone: "0479-12345", sites.Theme: "green", sites.Columns: "policy"}, 0); err != nil {
		t.Fatal(err)
	}
	c := kittest.NewClient(t, desk(t, svc, editor(t, dbtest.County)))
	doc := c.Get("/desk/site").Want(http.StatusOK).Doc()
	doc.Has("div[aria-label=网站上实际显示]", "沿用锡林郭勒盟", "0479-12345").Lacks("button[name=reset]")
	if got := doc.Attr("#f-phone", "placeholder"); got != "0479-12345" {
		t.Errorf("placeholder %q", got)
	}
	bad := c.Post("/desk/site", url.Values{"version": {"0"}, "phone": {"打电话"}, "slogan": {"为民服务"}}).Want(http.StatusUnprocessableEntity).Doc()
	bad.Has(".ld-field-error", "请填写电话号码")
	if got := bad.Attr("#f-slogan", "value"); got != "为民服务" {
		t.Errorf("the refused form lost %q", got)
	}
	c.Post("/desk/site", url.Values{"version": {"0"}, "phone": {"0479-8210000"}, "columns": {"news", "notice"}}).Want(http.StatusSeeOther)
	c.Get("/desk/site").Doc().Has(".alert-success", "站点设置已保存").Has("button[name=reset][value=phone]").Has("div[aria-label=网站上实际显示]", "通知公告、工作动态", "本级填写")
	stale := c.Post("/desk/site", url.Values{"version": {"0"}, "phone": {"110-110"}}).Want(http.StatusConflict).Doc()
	if got := stale.Has(".alert-danger", "刚才有人修改").Attr("#f-phone", "value"); got != "110-110" {
		t.Errorf("the late form lost %q", got)
	}
	c.Post("/desk/site", url.Values{"version": {"1"}, "reset": {"phone"}}).Want(http.StatusSeeOther)
	c.Get("/desk/site").Doc().Lacks("button[name=reset][value=phone]").Has("div[aria-label=网站上实际显示]", "0479-12345")
	clerk := kittest.NewClient(t, desk(t, svc, dbtest.As(t, dbtest.County, tenancy.Staff, "clerk")))
	clerk.Get("/desk/site").Want(http.StatusOK).Doc().Lacks("#f-phone")
	clerk.Get("/desk/articles").Want(http.StatusForbidden)
}

func TestArticlePages(t *testing.T) {
	t.Parallel()
	svc := service(t)
	c := kittest.NewClient(t, desk(t, svc, editor(t, dbtest.County)))
	c.Get("/desk/articles").Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件的文章")
	c.Get("/desk/articles/new").Want(http.StatusOK)
	text := url.Values{"section": {"news"}, "title": {"启用新大厅"}, "body": {"# 时间\n- **周一**\n<script>alert(1)</script>[x](javascript:alert(1))"}, "cascades": {"1"}, "idem": {db.NewID()}}
	empty := c.Post("/desk/articles", url.Values{"section": {"news"}, "title": {""}, "body": {"留着"}, "idem": {db.NewID()}}).Want(http.StatusUnprocessableEntity).Doc()
	empty.Has("textarea[name=body]", "留着").Has(".ld-field-error", "不能为空")
	to := c.Post("/desk/articles", text).Want(http.StatusSeeOther).Header.Get("Location")
	if again := c.Post("/desk/articles", text).Header.Get("Location"); again != to {
		t.Errorf("the same form twice went to %s and %s", to, again)
	}
	page := c.Get(to).Want(http.StatusOK)
	page.Doc().Has("h3", "时间").Has("li strong", "周一")
	if strings.Contains(page.Body, "<script>alert") || strings.Contains(page.Body, `href="javascript`) {
		t.Error("what was typed reached the page as markup")
	}
	c.Post(to+"/publish", url.Values{"version": {"1"}}).Want(http.StatusOK).Doc().Has("main", "发布这篇文章")
	c.Post(to+"/publish", url.Values{"version": {"1"}, "confirmed": {"1"}}).Want(http.StatusSeeOther)
	c.Get(to).Doc().Lacks("textarea[name=body]").Has(".ld-badge", "已发布")
	c.Post(to+"/withdraw", url.Values{"version": {"1"}, "confirmed": {"1"}}).Want(http.StatusConflict).Doc().Has(".alert-danger", "刚才有人修改")
	c.Post(to, url.Values{"version": {"2"}, "section": {"news"}, "title": {"改"}, "body": {"改"}}).Want(http.StatusConflict)
	c.Post(to+"/withdraw", url.Values{"version": {"2"}, "confirmed": {"1"}}).Want(http.StatusSeeOther)
	c.Get(to)
	c.Post(to, url.Values{"version": {"2"}, "section": {"policy"}, "title": {"新标题"}, "body": {"我的修改"}}).Want(http.StatusConflict).Doc().Has("textarea[name=body]", "我的修改")
	c.Post(to, url.Values{"version": {"3"}, "section": {"policy"}, "title": {"新标题"}, "body": {"我的修改"}}).Want(http.StatusSeeOther)
	c.Get("/desk/articles?state=draft&section=policy").Doc().Has("tbody", "新标题", "仅本级网站")
	c.Get("/desk/articles.xlsx?state=draft").Want(http.StatusOK)
	kittest.NewClient(t, desk(t, svc, editor(t, dbtest.Township))).Get(to).Want(http.StatusNotFound)
}

// TestPagesInABrowser opens every page wide and narrow. With SITES_SHOTS set to a
// folder it leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	svc := service(t)
	if err := svc.Save(editor(t, dbtest.League), map[sites.Field]string{sites.Phone: "0479-12345", sites.Theme: "green", sites.Slogan: "高效办成一件事", sites.Hours: "周一至周五 9:00-17:00", sites.ICP: "蒙ICP备12345678号"}, 0); err != nil {
		t.Fatal(err)
	}
	ctx := editor(t, dbtest.County)
	if err := svc.Save(ctx, map[sites.Field]string{sites.Phone: "0479-8210000", sites.Address: "锡林浩特市额尔敦路 1 号政务服务中心", sites.Notice: "国庆期间大厅照常办公。"}, 0); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i, title := range []string{"关于启用新政务服务大厅的公告", "“高效办成一件事”工作推进会召开", "关于印发《政务服务事项下放目录》的通知"} {
		a, err := svc.Create(ctx, sites.Text{
			Section: sites.Sections()[i], Title: title, Cascades: i != 1,
			Body: "为方便群众办事，现将有关事项通知如下：\n\n# 启用时间\n自 2026 年 4 月 1 日起。\n\n# 办理方式\n- **线上**：登录[政务服务网](https://example.cn)\n- **线下**：额尔敦路 1 号\n\n1. 请携带身份证\n2. 可电话预约",
		}, title)
		if err == nil && i < 2 {
			_, err = svc.Publish(ctx, a.ID, 1)
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	srv := httptest.NewServer(desk(t, svc, ctx))
	t.Cleanup(srv.Close)
	for _, width := range []int64{1440, 390} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			b := kittest.NewBrowser(t).Size(width, 900)
			for i, path := range []string{"/site", "/articles", "/articles/new", "/articles/" + ids[0], "/articles/" + ids[2]} {
				b.Open(srv.URL + "/desk" + path)
				b.Axe(path)
				if n := b.Overflow(); n > 0 {
					t.Errorf("%s is %d px too wide", path, n)
				}
				if dir := os.Getenv("SITES_SHOTS"); dir != "" {
					b.Screenshot(filepath.Join(dir, fmt.Sprintf("%d-%02d.png", width, i)), true)
				}
			}
		})
	}
}
