package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// office is one database with desks for anybody to sit at.
type office struct {
	t     *testing.T
	items *catalog.Service
	flows *flows.Service
	db    *db.DB
	files catalogweb.Files // nil in most
	forms catalogweb.Forms
}

func newOffice(t *testing.T) office {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fl, d := flows.NewService(), dbtest.New(t)
	return office{t: t, items: catalog.New(d, engine, fl), flows: fl, db: d}
}

func staff(t *testing.T, at tenancy.ID, who string, roles ...string) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "演示·" + who, Roles: roles})
}

// desk serves the pages to whoever ctx says, behind the middleware of a real site.
func (o office) desk(ctx context.Context) http.Handler {
	log := slog.New(slog.DiscardHandler)
	secret := []byte(strings.Repeat("k", 32))
	scope, err := tenancy.From(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	shell := kit.Shell{Log: log, Density: kit.Dense, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{
			Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "事项编辑", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"},
			Menu: []kit.NavGroup{{Items: []kit.NavItem{{Key: "items", Label: "事项管理", Href: "/desk/items", Icon: "list-details"}, {Key: "item-reviews", Label: "事项审核", Href: "/desk/items/reviews", Icon: "clipboard-check"}}}},
		}, p)
	}}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Recover(log), kit.SecurityHeaders(false), kit.MaxBody(8<<20), kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route("/desk", func(r chi.Router) {
		r.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(tenancy.With(r.Context(), scope)))
			})
		})
		catalogweb.Mount(r, catalogweb.Deps{
			Service: o.items, Flows: o.flows, Files: o.files, Forms: o.forms, Stage: hall{o.db, o.flows}, Shell: shell, Base: "/desk",
			SiteURL: func(id tenancy.ID) string { return "/sites/" + id.String()[:12] },
		})
	})
	r.NotFound(shell.NotFound)
	return r
}

func (o office) at(t *testing.T, at tenancy.ID, who string, roles ...string) *kittest.Client {
	t.Helper()
	return kittest.NewClient(t, o.desk(staff(t, at, who, roles...)))
}

// typed is a form that is filled in correctly.
func typed() url.Values {
	v := url.Values{
		"do": {"save"}, "name": {"草原作业许可"}, "basic_code": {"000116001000"}, "type": {"01"}, "level": {"league"}, "department": {"林业和草原局"},
		"origin_levels": {"village", "township"}, "audience": {"1", "2"}, "handle_forms": {"1", "2"}, "project_type": {"2"}, "onsite_times": {"1"},
		"statutory_days": {"20"}, "promised_days": {"15"}, "conditions": {"依法取得草原使用权\n符合草原保护规划"},
		"legal_basis.n": {"1"}, "legal_basis.0": {"中华人民共和国草原法"}, "legal_basis.0.article": {"第五十条"},
		"materials.n": {"2"}, "materials.0": {"申请书"}, "materials.0.need": {"1"}, "materials.0.source": {"10"}, "materials.0.form": {"3"}, "materials.0.copies": {"1"},
		"materials.1": {"居民身份证"}, "materials.1.need": {"1"}, "materials.1.source": {"20"}, "materials.1.form": {"3"},
		"faq.n": {"1"}, "faq.0": {"能在嘎查办吗？"}, "faq.0.a": {"可以。"}, "keywords": {"放牧、割草 草场"},
		"address": {"盟政务服务中心一楼"}, "hours": {"工作日 9:00—17:30"}, "phone": {"0479-0000000"}, "complaint_phone": {"12345"}, "remedy": {"可在六十日内申请行政复议"},
		"result_type": {"20"}, "result_name": {"草原作业批复"}, "idem": {"0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c0001"},
	}
	for i, s := range [][]string{
		{"嘎查受理", "accept", "own", "clerk", "2"},
		{"苏木初审", "review", "parent", "reviewer", "3"},
		{"旗县审查", "review", "county", "reviewer", "4"},
		{"盟级决定", "decide", "league", "decider", "5"},
		{"送达", "deliver", "origin", "clerk", "2"},
	} {
		k := "flow." + string(rune('0'+i))
		v.Set(k, s[0])
		v.Set(k+".kind", s[1])
		v.Set(k+".level", s[2])
		v.Set(k+".post", s[3])
		v.Set(k+".limit", s[4])
	}
	v.Set("flow.n", "5")
	return v
}

// with is v with some fields changed.
func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// draft fills in and saves a new item and returns its id.
func draft(t *testing.T, editor *kittest.Client) string {
	t.Helper()
	editor.Get("/desk/items/new").Want(http.StatusOK)
	res := editor.Post("/desk/items", typed()).Want(http.StatusSeeOther)
	return strings.Split(res.Header.Get("Location"), "/")[3]
}

// published takes an item all the way.
func (o office) published(t *testing.T) string {
	t.Helper()
	editor, reviewer := o.at(t, dbtest.League, "01", "item_editor"), o.at(t, dbtest.League, "02", "item_reviewer")
	id := draft(t, editor)
	editor.Get("/desk/items/" + id).Want(http.StatusOK)
	editor.Post("/desk/items/"+id+"/submit", nil).Want(http.StatusSeeOther)
	o.approve(t, reviewer)
	return id
}

// approve publishes what stands first in the queue.
func (o office) approve(t *testing.T, reviewer *kittest.Client) {
	t.Helper()
	link := reviewer.Get("/desk/items/reviews").Want(http.StatusOK).Doc().Attr("td a", "href")
	page := reviewer.Get(link).Want(http.StatusOK).Doc()
	reviewer.Post(link+"/publish", url.Values{"version": {page.Attr("input[name=version]", "value")}, "opinion": {"同意"}}).Want(http.StatusSeeOther)
}

// says fails the test unless the page says want somewhere.
func says(t *testing.T, res kittest.Response, want string) {
	t.Helper()
	if !strings.Contains(res.Body, want) {
		t.Errorf("the page does not say %q: %s", want, res.Doc().Text("main"))
	}
}
