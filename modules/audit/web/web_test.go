package web_test

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	_ "github.com/jackc/pgx/v5/stdlib"

	"liandong/modules/audit"
	auditweb "liandong/modules/audit/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
)

// archive is a record with a few lines, sealed, and the site that shows it.
type archive struct {
	t     *testing.T
	svc   *audit.Service
	admin *sql.DB
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	name := dbtest.Clone(t)
	d, err := db.Open(dbtest.DSN(name), 4, dbtest.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	admin, err := sql.Open("pgx", dbtest.AdminDSN(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{3}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{t: t, admin: admin, svc: audit.New(d, engine, sealer, quiet())}
	for i, action := range []string{"cases:file", "cases:accept", "cases:handle", "cases:decide", "items:publish", "grants:appoint", "tenants:manage"} {
		if err := d.InTx(dbtest.WithActor(t, dbtest.Village, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000a" + strconv.Itoa(i), Name: "演示·乌兰"}), func(_ context.Context, tx *db.Tx) error {
			kind, _, _ := strings.Cut(action, "s:")
			tx.Record(db.Audit{Action: action, Kind: kind, Object: db.NewID(), Detail: map[string]any{"no": "15250220020020260304000" + strconv.Itoa(i), "status": "handling", "after": map[string]any{"days": i}}})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.svc.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (a *archive) site(ctx context.Context) http.Handler {
	scope, err := tenancy.From(ctx)
	if err != nil {
		a.t.Fatal(err)
	}
	secret := []byte("0123456789abcdef0123456789abcdef")
	shell := kit.Shell{
		Log: quiet(), Density: kit.Dense, Home: "/desk", Flash: kit.Flasher{Secret: secret},
		Layout: func(_ *http.Request, p kit.Page) templ.Component {
			return kit.DeskLayout(kit.DeskView{
				Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "审计管理员", User: kit.UserView{Name: "乌兰", Logout: "/logout"},
				Menu: []kit.NavGroup{{Items: []kit.NavItem{{Key: "audit", Label: "审计日志", Href: "/desk/audit", Icon: "shield-check"}}}},
			}, p)
		},
	}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.CSRF(kit.CSRFOptions{Secret: secret}), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(tenancy.With(r.Context(), scope)))
		})
	})
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route("/desk", func(r chi.Router) {
		auditweb.Mount(r, auditweb.Deps{Service: a.svc, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: "工作台", Href: "/desk"}, Now: dbtest.Now})
	})
	return r
}

func officer(t *testing.T, role string) context.Context {
	t.Helper()
	return dbtest.As(t, dbtest.County, tenancy.Staff, role)
}

func TestPages(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	c := kittest.NewClient(t, a.site(officer(t, policies.AuditAdmin)))
	doc := c.Get("/desk/audit?sort=at").Want(http.StatusOK).Doc().Has("tbody tr", "演示·乌兰", "提交申请", "第 1 位", "第一嘎查")
	if n := doc.Count("tbody tr"); n != 7 {
		t.Errorf("%d rows, want 7", n)
	}
	if n := c.Get("/desk/audit?action=cases:accept&q=乌兰&from=2026-03-04&to=2026-03-04").Want(http.StatusOK).Doc().Count("tbody tr"); n != 1 {
		t.Errorf("%d rows filtered, want 1", n)
	}
	c.Get("/desk/audit?to=2026-03-03").Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件的记录")
	c.Get(doc.Attr("tbody tr td a", "href")).Want(http.StatusOK).Doc().Has("main", "编号", "办理中", "天数：0")
	c.Get("/desk/audit/nonsense").Want(http.StatusNotFound)
	if x := c.Get("/desk/audit.xlsx"); x.Status != http.StatusOK || !strings.HasPrefix(x.Body, "PK") {
		t.Errorf("export answered %d", x.Status)
	}
	c.Post("/desk/audit/verify", nil).Want(http.StatusOK).Doc().Has(".alert-success", "校验通过").Has("main", "第一嘎查")
	if _, err := a.admin.ExecContext(t.Context(), `delete from audit_rows where action = 'cases:decide'`); err != nil {
		t.Fatal(err)
	}
	c.Post("/desk/audit/verify", nil).Want(http.StatusOK).Doc().Has(".alert-danger", "1 处异常").Has("tbody tr", "记录被删除", "第 4 位")
	kittest.NewClient(t, a.site(officer(t, policies.Clerk))).Get("/desk/audit").Want(http.StatusForbidden)
}

// With AUDIT_SHOTS set to a folder it leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	lines, _, err := a.svc.List(officer(t, policies.AuditAdmin), audit.Query{Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.site(officer(t, policies.AuditAdmin)))
	t.Cleanup(srv.Close)
	if _, err := a.admin.ExecContext(t.Context(), `update audit_rows set actor_name = 'x' where action = 'cases:accept'`); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1440, 390} {
		b := kittest.NewBrowser(t).Size(width, 900)
		for i, path := range []string{"/audit", "/audit/" + lines[0].ID, "verify"} {
			if path == "verify" {
				b.Open(srv.URL + "/desk/audit")
				b.Eval(`document.querySelector("form[action='/desk/audit/verify'] button").click()`)
				b.Do(waitFor(".alert-danger"))
			} else {
				b.Open(srv.URL + "/desk" + path)
			}
			b.Axe(path)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", path, n, width)
			}
			if dir := os.Getenv("AUDIT_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, "audit-"+strconv.FormatInt(width, 10)+"-"+strconv.Itoa(i)+".png"), true)
			}
		}
	}
}
