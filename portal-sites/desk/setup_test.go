package desk_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/desk"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/portal-sites/kit/signin"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/identity"
	"liandong/tenancy/identity/store"
)

const password = "Grass-Sea-2026"

var secret = []byte(strings.Repeat("k", 32))

func env(tb testing.TB, name string) string {
	tb.Helper()
	v := os.Getenv(name)
	if v == "" {
		tb.Fatalf("%s is not set: run the tests under `go run ./cmd/liandong services -- go test ./...`", name)
	}
	return v
}

// office is the workbench on real Kratos, PostgreSQL and policies.
type office struct {
	t      testing.TB
	h      http.Handler
	org    *org.Service
	client *identity.Client
	work   *work
	league org.Staffer // its administrator
}

func newOffice(tb testing.TB) *office {
	tb.Helper()
	d, log := dbtest.New(tb), slog.New(slog.DiscardHandler)
	engine, err := policies.New(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	jwks, err := os.ReadFile(env(tb, "LIANDONG_TEST_TOKEN_KEYS"))
	if err != nil {
		tb.Fatal(err)
	}
	client, err := identity.New(identity.Config{
		PublicURL: env(tb, "LIANDONG_TEST_KRATOS_PUBLIC"), AdminURL: env(tb, "LIANDONG_TEST_KRATOS_ADMIN"), JWKS: jwks, Now: time.Now, Issuer: "联动",
	})
	if err != nil {
		tb.Fatal(err)
	}
	o := &office{t: tb, client: client, org: org.New(d, engine, people{client}), work: &work{}}
	cookies, err := identity.NewCookies(secret, false)
	if err != nil {
		tb.Fatal(err)
	}
	ids, err := identity.NewIdentifiers(secret)
	if err != nil {
		tb.Fatal(err)
	}
	revoked := identity.NewRevocationList(store.NewFeed(d), time.Now)
	keeper := visit.Keeper{Sessions: identity.NewSessions(cookies, client.Verifier(), client, revoked, time.Now), Cookies: cookies, Log: log}
	gate := identity.NewGate(client, ids, identity.NewLockout(store.NewAttempts(d), secret, time.Now), time.Now,
		func(context.Context, time.Duration) error { return nil })
	o.h = o.serve(desk.Deps{
		Base: "/desk", Brand: "政务服务平台", Actors: o.org, Authz: engine, Counts: o.work, Work: o.work, News: o.work, Log: log, Flash: kit.Flasher{Secret: secret},
		SignIn: signin.Deps{Client: client, Gate: gate, Keeper: keeper, Now: time.Now, Journal: store.NewJournal(d)},
	}, keeper)
	o.league = o.hire("苏和")
	if _, err := o.org.Bootstrap(tb.Context(), dbtest.League, o.league); err != nil {
		tb.Fatal(err)
	}
	return o
}

// serve mounts the workbench with stand-ins for the pages of the modules.
func (o *office) serve(d desk.Deps, keeper visit.Keeper) http.Handler {
	shell := desk.Shell(d)
	d.Modules = []func(chi.Router){func(r chi.Router) {
		for _, path := range []string{
			"/todo", "/done", "/watched", "/team", "/due", "/phrases", "/cases", "/assist", "/notices", "/items", "/items/reviews", "/items/tasks", "/items/requests", "/supervision", "/supervision/rules",
			"/org/absences", "/org/departments", "/org/staff", "/org/grants", "/tenants", "/calendar", "/audit", "/jobs",
		} {
			r.Get(path, shell.Handle(func(w http.ResponseWriter, r *http.Request) error {
				s, err := tenancy.From(r.Context())
				if err != nil {
					return err
				}
				content := templ.Raw(fmt.Sprintf("<p id=scope>%s %s %v</p>", s.Tenant, s.Actor.Name, s.Actor.Roles))
				return shell.Page(w, r, http.StatusOK, kit.Page{Title: "测试页", Content: content})
			}))
		}
		r.Post("/todo", shell.Handle(func(w http.ResponseWriter, r *http.Request) error { return shell.Done(w, r, "/desk/todo", "saved") }))
	}}
	r := chi.NewRouter()
	bound := func(r *http.Request) string { s, _ := visit.SessionOf(r.Context()); return s.SID } // as deployed
	r.Use(kit.RequestID, kit.SecurityHeaders(false), kit.MaxBody(1<<20), keeper.Middleware, kit.CSRF(kit.CSRFOptions{Secret: secret, Session: bound}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route("/desk", func(r chi.Router) { desk.Mount(r, d) })
	return r
}

// people lets org find staff in Kratos.
type people struct{ client *identity.Client }

func (p people) Find(ctx context.Context, login string) (org.Staffer, error) {
	i, err := p.client.Find(ctx, login)
	return staffer(i), err
}

func (p people) Get(ctx context.Context, id string) (org.Staffer, error) {
	i, err := p.client.Get(ctx, id)
	return staffer(i), err
}

func (p people) Create(ctx context.Context, n org.NewStaffer) (org.Staffer, error) {
	id, err := p.client.CreateStaff(ctx, identity.NewIdentity{Login: n.Login, Name: n.Name, Phone: n.Phone, Password: n.Password})
	return org.Staffer{ID: id, Login: n.Login, Name: n.Name, Phone: n.Phone, Active: true}, err
}

func staffer(i identity.Identity) org.Staffer {
	return org.Staffer{ID: i.ID, Login: i.Login, Name: i.Name, Phone: i.Phone, Active: i.Active}
}

func (o *office) hire(name string) org.Staffer {
	o.t.Helper()
	p, err := people{o.client}.Create(o.t.Context(), org.NewStaffer{Login: "desk-" + strings.ToLower(rand.Text()[:12]), Name: name, Password: password})
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// as is the context of somebody in her first seat.
func (o *office) as(p org.Staffer) context.Context {
	o.t.Helper()
	seats, err := o.org.Seats(o.t.Context(), p.ID)
	if err != nil || len(seats) == 0 {
		o.t.Fatalf("%s has no seat: %v", p.Name, err)
	}
	scope, err := o.org.Sit(o.t.Context(), p.ID, p.Name, seats[0].ID, false)
	if err != nil {
		o.t.Fatal(err)
	}
	return tenancy.With(o.t.Context(), scope)
}

// post opens a post in a department of the league and puts who in it; it returns
// the appointment, which is the seat.
func (o *office) post(department, name string, who org.Staffer, roles ...string) string {
	o.t.Helper()
	ctx := o.as(o.league)
	d, err := o.org.CreateDepartment(ctx, org.Drafted{Tenant: dbtest.League, Name: department})
	if err != nil {
		o.t.Fatal(err)
	}
	p, err := o.org.CreatePost(ctx, org.Founding{DepartmentID: d.ID, Name: name, Roles: roles})
	if err != nil {
		o.t.Fatal(err)
	}
	id, err := o.org.Assign(ctx, org.Posting{PostID: p.ID, HolderID: who.ID, Reason: "任命文件"})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// come signs in and returns the browser.
func (o *office) come(p org.Staffer) *kittest.Client {
	o.t.Helper()
	c := kittest.NewClient(o.t, o.h)
	c.Get("/desk/login").Want(http.StatusOK)
	to := c.Post("/desk/login", url.Values{"account": {p.Login}, "password": {password}}).Want(http.StatusSeeOther)
	if to.Header.Get("Location") != "/desk" {
		o.t.Fatalf("came to %q", to.Header.Get("Location"))
	}
	return c
}

// work stands in for the cases: figures that tests choose.
type work struct{ err error }

func (w *work) Todo(context.Context) (int, error) { return 12, w.err }
func (w *work) Items(context.Context) (desk.ItemCounts, error) {
	return desk.ItemCounts{Reviews: 2, Tasks: 5, Requests: 1}, w.err
}

func (w *work) Unread(context.Context) (int, error) { return 3, w.err }

func (w *work) Figures(context.Context) (desk.Figures, error) {
	return desk.Figures{Todo: 12, Soon: 3, Late: 1, Filed: 1302, Completed: 1284, Open: 5310}, w.err
}

func (w *work) Next(context.Context, int) ([]desk.Task, error) {
	due := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	return []desk.Task{
		{ID: "c1", No: "152500000000202611220001", Item: "食品经营许可（新办）", Applicant: "锡林浩特市好味道餐馆", Step: "窗口受理", Due: due, Left: -2, Late: true},
		{ID: "c2", No: "152500000000202611220002", Item: "草原作业许可", Applicant: "其其格", Step: "盟级审查", Due: due, Left: 1},
		{ID: "c3", No: "152500000000202611220003", Item: "公共场所卫生许可", Applicant: "白音锡勒牧场", Step: "审批决定", Due: due, Left: 8},
		{ID: "c4", No: "152500000000202611220004", Item: "草畜平衡补贴", Applicant: "乌云", Step: "送达"},
	}, w.err
}

func (w *work) Trend(_ context.Context, n int) (out []desk.Month, _ error) {
	for i := range n {
		out = append(out, desk.Month{Name: fmt.Sprint((i+11)%12+1, "月"), Filed: 900 + i*i*7, Completed: 870 + i*i*6})
	}
	return out, w.err
}

func (w *work) Latest(context.Context, int) ([]desk.Announcement, error) {
	at := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	return []desk.Announcement{{Title: "关于做好年底办件清理工作的通知", Href: "/desk/notices", At: at}, {Title: "2027 年放假安排已更新到工作日历", Href: "/desk/notices", At: at}}, w.err
}
