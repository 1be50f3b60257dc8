package web_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"github.com/go-chi/chi/v5"

	"liandong/modules/partners"
	partnersweb "liandong/modules/partners/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
)

func service(t *testing.T) *partners.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return partners.New(dbtest.New(t), engine, sealer, nil)
}

func staff(t *testing.T, at tenancy.ID, role string) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000a1", Name: "其木格", Roles: []string{role}})
}

// desk serves the pages to whoever ctx says.
func desk(t *testing.T, svc *partners.Service, ctx context.Context) http.Handler {
	t.Helper()
	scope, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	log, secret := slog.New(slog.DiscardHandler), []byte(strings.Repeat("s", 32))
	shell := kit.Shell{Log: log, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Density: kit.Dense}
	shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "系统管理员", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"}, Menu: []kit.NavGroup{{Items: []kit.NavItem{
			{Key: "partners", Label: "接口合作方", Href: "/desk/partners", Icon: "plug"},
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
		partnersweb.Mount(r, partnersweb.Deps{Service: svc, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: "工作台", Href: "/desk"}, Docs: "/api/docs", Now: dbtest.Now})
	})
	return r
}

func typed() url.Values {
	return url.Values{"name": {"草原银行锡林浩特支行"}, "contact": {"王某"}, "phone": {"0479-8123456"}, "per_minute": {"600"}, "per_day": {"20000"}, "note": {"网点自助机展示办事指南"}}
}

func TestTheRoadOfAPartner(t *testing.T) {
	t.Parallel()
	svc := service(t)
	c := kittest.NewClient(t, desk(t, svc, staff(t, dbtest.County, policies.SystemAdmin)))
	c.Get("/desk/partners").Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件的合作方").Has("a.btn-primary", "新增合作方")
	c.Get("/desk/partners/new").Want(http.StatusOK)
	wrong := typed()
	wrong.Set("per_day", "0")
	c.Post("/desk/partners", wrong).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "每日次数")
	made := c.Post("/desk/partners", typed()).Want(http.StatusOK)
	if made.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a key may be cached: %v", made.Header)
	}
	key := made.Doc().Attr("#partner-key", "value")
	page := made.Doc().Attr("a.btn-primary", "href")
	c.Post("/desk/partners", typed()).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "同名")
	shown := c.Get(page).Want(http.StatusOK).Doc().Has("main", "600 次", "20,000 次", "0479-8123456", "使用中").Lacks("#partner-key")
	if strings.Contains(c.Get(page).Body, key) {
		t.Error("the key is shown again")
	}
	pass, err := svc.Admit(t.Context(), key, "192.0.2.1")
	if err != nil || pass.Refused != "" {
		t.Fatalf("the key is refused: %+v, %v", pass, err)
	}
	c.Get("/desk/partners?q="+url.QueryEscape("银行")).Want(http.StatusOK).Doc().Has("tbody", "草原银行锡林浩特支行", "长期")

	newest := shown.Attr("input[name=newest]", "value")
	c.Post(page+"/rotate", url.Values{"newest": {newest}, "grace": {"nonsense"}}).Want(http.StatusUnprocessableEntity)
	second := c.Post(page+"/rotate", url.Values{"newest": {newest}, "grace": {"168"}}).Want(http.StatusOK).Doc().Has("main", "还可以使用 7 天").Attr("#partner-key", "value")
	c.Post(page+"/rotate", url.Values{"newest": {newest}, "grace": {"168"}}).Want(http.StatusConflict).Doc().Has("main", "没有再次更换")
	if second == key || !strings.HasPrefix(second, "ld_") {
		t.Errorf("keys %q and %q", key, second)
	}
	c.Get(page).Doc().Has("tbody", "过渡中", "现用")

	c.Post(page+"/stop", nil).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "理由")
	c.Post(page+"/stop", url.Values{"reason": {"合同到期"}}).Want(http.StatusSeeOther)
	c.Get(page).Doc().Has("main", "已停用", "恢复使用")
	c.Post(page+"/resume", nil).Want(http.StatusSeeOther)
	c.Post(page+"/resume", nil).Want(http.StatusConflict)
}

func TestEditingAndWhoMay(t *testing.T) {
	t.Parallel()
	svc := service(t)
	c := kittest.NewClient(t, desk(t, svc, staff(t, dbtest.County, policies.SystemAdmin)))
	c.Get("/desk/partners/new")
	page := c.Post("/desk/partners", typed()).Want(http.StatusOK).Doc().Attr("a.btn-primary", "href")
	form := typed()
	form.Set("version", c.Get(page+"/edit").Want(http.StatusOK).Doc().Attr("input[name=version]", "value"))
	form.Set("ends_on", "2026-12-31")
	c.Post(page+"/edit", form).Want(http.StatusSeeOther)
	c.Get(page).Doc().Has("main", "2026-12-31")
	form.Set("name", "我改的名称")
	c.Post(page+"/edit", form).Want(http.StatusConflict).Doc().Has(".ld-field-error", "他人修改").Has("main", "修改合作方")
	form.Set("ends_on", "下月")
	c.Post(page+"/edit", form).Want(http.StatusUnprocessableEntity)

	league := kittest.NewClient(t, desk(t, svc, staff(t, dbtest.League, policies.SystemAdmin)))
	league.Get(page).Want(http.StatusOK).Doc().Has("main", "下级单位", "*******3456").Lacks("input[name=newest]")
	league.Get(page + "/edit").Want(http.StatusForbidden)
	league.Post(page+"/stop", url.Values{"reason": {"x"}}).Want(http.StatusForbidden)
	for name, ctx := range map[string]context.Context{"a clerk": staff(t, dbtest.County, policies.Clerk), "an editor": staff(t, dbtest.County, policies.ItemEditor)} {
		who := kittest.NewClient(t, desk(t, svc, ctx))
		for _, path := range []string{"/desk/partners", "/desk/partners/new", page} {
			if got := who.Get(path).Status; got != http.StatusForbidden {
				t.Errorf("%s gets %d of %s", name, got, path)
			}
		}
	}
	c.Get("/desk/partners/nonsense").Want(http.StatusNotFound)
}

// TestPagesAreAccessible looks at the pages in a browser, wide and narrow. With
// PARTNER_SHOTS set to a folder it leaves pictures there.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	svc := service(t)
	admin := staff(t, dbtest.County, policies.SystemAdmin)
	c := kittest.NewClient(t, desk(t, svc, admin))
	c.Get("/desk/partners/new")
	made := c.Post("/desk/partners", typed()).Want(http.StatusOK)
	page := made.Doc().Attr("a.btn-primary", "href")
	for range 40 {
		if _, err := svc.Admit(t.Context(), made.Doc().Attr("#partner-key", "value"), "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := svc.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Post(page+"/rotate", url.Values{"newest": {c.Get(page).Doc().Attr("input[name=newest]", "value")}, "grace": {"24"}}).Want(http.StatusOK)
	srv := httptest.NewServer(desk(t, svc, admin))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for name, path := range map[string]string{"list": "/desk/partners", "new": "/desk/partners/new", "show": page} {
			b.Open(srv.URL + path).Axe(name)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", name, n, width)
			}
			shoot(t, b, name, width)
		}
	}
	b.Open(srv.URL+page).Do(chromedp.Click(`form[action$="/rotate"] button[type=submit]`), chromedp.WaitReady("#partner-key"))
	b.Axe("key")
	shoot(t, b, "key", 390)
	b.Size(1440, 900)
	shoot(t, b, "key", 1440)
}

func shoot(t *testing.T, b *kittest.Browser, name string, width int64) {
	t.Helper()
	if dir := os.Getenv("PARTNER_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+map[int64]string{1440: "-wide", 390: "-phone"}[width]+".png"), true)
	}
}
