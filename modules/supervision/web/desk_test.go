package web_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/supervision"
	"liandong/modules/supervision/internal/plant"
	supervisionweb "liandong/modules/supervision/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// desk is the service over a test database with a clock of its own.
type desk struct {
	t     *testing.T
	db    *db.DB
	svc   *supervision.Service
	world plant.World
	now   atomic.Pointer[time.Time]
	cases int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t}
	now := dbtest.Now()
	d.now.Store(&now)
	d.db = db.Over(dbtest.Pool(t), d.clock)
	d.svc = supervision.New(d.db, engine)
	if d.world, err = plant.New(dbtest.As(t, dbtest.League, tenancy.System), d.db, dbtest.League); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) clock() time.Time { return *d.now.Load() }

func china(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, calendar.Zone())
}

func (d *desk) put(c plant.Case) {
	d.t.Helper()
	d.cases++
	c.ID, c.No, c.Seq, c.StepName, c.Entered = db.NewID(), fmt.Sprintf("%s20260224%06d", c.Born.String()[:12], d.cases), 1, "苏木初审", c.Accepted
	if err := d.world.Put(dbtest.As(d.t, dbtest.League, tenancy.System), d.db, c, d.clock()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) sweep() {
	d.t.Helper()
	if _, err := d.svc.Sweep(dbtest.As(d.t, dbtest.League, tenancy.System)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) as(at tenancy.ID, who string, roles ...string) context.Context {
	d.t.Helper()
	return dbtest.WithActor(d.t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "乌日娜", Roles: roles})
}

// site serves the pages to whoever ctx says.
func (d *desk) site(ctx context.Context) http.Handler {
	scope, err := tenancy.From(ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	log, secret := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), []byte(strings.Repeat("s", 32))
	shell := kit.Shell{Log: log, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Density: kit.Dense}
	shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		item := func(key, label, path, icon string) kit.NavItem {
			return kit.NavItem{Key: key, Label: label, Href: "/desk" + path, Icon: icon}
		}
		return kit.DeskLayout(kit.DeskView{Brand: "政务服务平台", Tenant: "锡林郭勒盟", Post: "监察员", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"}, Menu: []kit.NavGroup{{Items: []kit.NavItem{
			item("supervision", "监察看板", "/supervision", "chart-bar"), item("cards", "红黄牌", "/supervision/cards", "alert-triangle"), item("orders", "督办单", "/supervision/orders", "speakerphone"),
			item("rules", "监察规则", "/supervision/rules", "ruler"), item("calendar", "工作日历", "/calendar", "calendar"),
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
		supervisionweb.Mount(r, supervisionweb.Deps{Service: d.svc, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: "工作台", Href: "/desk"}, Now: d.clock})
	})
	return r
}

func (d *desk) client(ctx context.Context) *kittest.Client {
	return kittest.NewClient(d.t, d.site(ctx))
}

// town fills the league with cases of all sorts and sweeps day after day.
func (d *desk) town() {
	d.t.Helper()
	items := []string{"草原作业许可", "食品经营许可", "占用草原审核", "公共场所卫生许可"}
	places := []tenancy.ID{dbtest.Village, dbtest.Village2, dbtest.Township, dbtest.Township2, dbtest.County, dbtest.Village3, dbtest.County2}
	for day := 20; day <= 35; day++ {
		now := china(time.February, day, 10)
		d.now.Store(&now)
		at := places[day%len(places)]
		c := plant.Case{Born: at, At: at, Limit: 3 + day%4, StepLimit: day % 3, Accepted: now, Item: items[day%len(items)]}
		d.put(c)
		d.sweep()
	}
	now := china(time.March, 9, 10)
	d.now.Store(&now)
	d.sweep()
}

// red is the first red card that the league sees.
func (d *desk) red(at tenancy.ID) supervision.CardRow {
	d.t.Helper()
	p, err := d.svc.Cards(d.as(dbtest.League, "09", "supervisor"), supervision.CardQuery{Colour: supervision.Red, State: supervision.Open, Unit: at})
	if err != nil || p.Total == 0 {
		d.t.Fatalf("%d red cards in %s, %v", p.Total, at, err)
	}
	return p.Rows[0]
}
