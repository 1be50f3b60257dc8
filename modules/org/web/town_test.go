package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	orgweb "liandong/modules/org/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// book keeps identities in memory; the real keeper is Kratos, tested in tenancy/identity.
type book map[string]org.Staffer

func (b book) Find(_ context.Context, key string) (org.Staffer, error) {
	for _, p := range b {
		if p.Login == key || p.Phone == key {
			return p, nil
		}
	}
	return org.Staffer{}, fault.New(fault.NotFound, "identity_not_found")
}

func (b book) Get(_ context.Context, id string) (org.Staffer, error) {
	if p, ok := b[id]; ok {
		return p, nil
	}
	return org.Staffer{}, fault.New(fault.NotFound, "identity_not_found")
}

func (b book) Create(ctx context.Context, n org.NewStaffer) (org.Staffer, error) {
	if _, err := b.Find(ctx, n.Login); err == nil {
		return org.Staffer{}, fault.New(fault.Conflict, "identity_taken")
	}
	p := org.Staffer{ID: db.NewID(), Login: n.Login, Name: n.Name, Phone: n.Phone, Active: true}
	b[p.ID] = p
	return p, nil
}

// town is one database with a desk for whoever sits down.
type town struct {
	t      *testing.T
	svc    *org.Service
	tree   *tree.Service
	authz  policies.Authorizer
	people book
	db     *db.DB
}

func newTown(t *testing.T) town {
	t.Helper()
	return newTownOver(t, dbtest.New(t))
}

func newTownOver(t *testing.T, d *db.DB) town {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	people := book{}
	w := town{t, org.New(d, engine, people), tree.New(d, org.Guard(engine)), engine, people, d}
	if _, err := w.svc.Bootstrap(t.Context(), dbtest.League, w.person("league", "巴图")); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w town) person(login, name string) org.Staffer {
	w.t.Helper()
	p, err := w.people.Create(w.t.Context(), org.NewStaffer{Login: login, Name: name, Phone: "+8613804790001"})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// scope is where somebody sits: in the first of her seats.
func (w town) scope(login string) tenancy.Scope {
	w.t.Helper()
	p, err := w.people.Find(w.t.Context(), login)
	if err != nil {
		w.t.Fatal(err)
	}
	seats, err := w.svc.Seats(w.t.Context(), p.ID)
	if err != nil || len(seats) == 0 {
		w.t.Fatalf("%s has no seat: %v", login, err)
	}
	s, err := w.svc.Sit(w.t.Context(), p.ID, p.Name, seats[0].ID, false)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// desk serves the pages to somebody, behind the middleware of a real site.
func (w town) desk(scope tenancy.Scope) http.Handler {
	log := slog.New(slog.DiscardHandler)
	secret := []byte(strings.Repeat("k", 32))
	shell := kit.Shell{Log: log, Density: kit.Dense, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{
			Brand: "政务服务平台", Tenant: "锡林郭勒盟", Post: "授权管理员", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"},
			Menu: []kit.NavGroup{{Label: "组织", Items: []kit.NavItem{
				{Key: "departments", Label: "部门与岗位", Href: "/desk/org/departments", Icon: "building"},
				{Key: "staff", Label: "岗位人员", Href: "/desk/org/staff", Icon: "users"},
				{Key: "grants", Label: "授权管理", Href: "/desk/org/grants", Icon: "key"},
				{Key: "tenants", Label: "区划与租户", Href: "/desk/tenants", Icon: "sitemap"},
			}}},
		}, p)
	}}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Recover(log), kit.SecurityHeaders(false), kit.MaxBody(8<<20), kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route("/desk", func(r chi.Router) {
		r.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(rw, r.WithContext(tenancy.With(r.Context(), scope)))
			})
		})
		orgweb.Mount(r, orgweb.Deps{Service: w.svc, Tree: w.tree, Authz: w.authz, Shell: shell, Base: "/desk"})
	})
	r.NotFound(shell.NotFound)
	return r
}

func (w town) at(login string) *kittest.Client {
	w.t.Helper()
	return kittest.NewClient(w.t, w.desk(w.scope(login)))
}

// appoint gives somebody new the administration of a tenant.
func (w town) appoint(by string, at tenancy.ID, login, name string) org.Grant {
	w.t.Helper()
	who := w.person(login, name)
	g, err := w.svc.Appoint(tenancy.With(w.t.Context(), w.scope(by)), org.Appointing{Tenant: at, HolderID: who.ID, Roles: []string{"clerk", "reviewer", "decider"}, Reason: "锡政办发〔2026〕12 号"})
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// post opens a department with one post.
func (w town) post(by string, at tenancy.ID, department, name string, roles ...string) org.Post {
	w.t.Helper()
	ctx := tenancy.With(w.t.Context(), w.scope(by))
	d, err := w.svc.CreateDepartment(ctx, org.Drafted{Tenant: at, Name: department, Phone: "0479-8100001"})
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := w.svc.CreatePost(ctx, org.Founding{DepartmentID: d.ID, Name: name, Roles: roles})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// staffed is a town with three tiers and two clerks.
func staffed(t *testing.T) (w town, county org.Grant) {
	t.Helper()
	w = newTown(t)
	county = w.appoint("league", dbtest.County, "county", "王芳")
	w.appoint("county", dbtest.Township, "township", "其木格")
	for i, at := range []tenancy.ID{dbtest.County, dbtest.Township} {
		by := []string{"county", "township"}[i]
		p := w.post(by, at, []string{"行政审批和政务服务局", "便民服务中心"}[i], "综合窗口", "clerk")
		who := w.person("clerk"+string(rune('0'+i)), []string{"李晓梅", "苏和"}[i])
		if _, err := w.svc.Assign(tenancy.With(t.Context(), w.scope(by)), org.Posting{PostID: p.ID, HolderID: who.ID, Reason: "岗位安排"}); err != nil {
			t.Fatal(err)
		}
	}
	w.post("county", dbtest.County, "社会事务股", "审批岗", "reviewer", "decider")
	return w, county
}
