package org_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// staffbook keeps identities in memory; the real keeper is Kratos, tested in tenancy/identity.
type staffbook struct {
	mu  sync.Mutex
	all map[string]org.Staffer
}

func (b *staffbook) Find(_ context.Context, key string) (org.Staffer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.all {
		if p.Login == key || p.Phone == key {
			return p, nil
		}
	}
	return org.Staffer{}, fault.New(fault.NotFound, "identity_not_found")
}

func (b *staffbook) Get(_ context.Context, id string) (org.Staffer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p, ok := b.all[id]; ok {
		return p, nil
	}
	return org.Staffer{}, fault.New(fault.NotFound, "identity_not_found")
}

func (b *staffbook) Create(ctx context.Context, n org.NewStaffer) (org.Staffer, error) {
	if _, err := b.Find(ctx, n.Login); err == nil {
		return org.Staffer{}, fault.New(fault.Conflict, "identity_taken")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p := org.Staffer{ID: db.NewID(), Login: n.Login, Name: n.Name, Phone: n.Phone, Active: true}
	b.all[p.ID] = p
	return p, nil
}

// town is a tree with its administrators: league (tier 1), county (2), township (3).
type town struct {
	t                        *testing.T
	svc                      *org.Service
	db                       *db.DB
	people                   *staffbook
	league, county, township org.Staffer
}

func setup(t *testing.T) *town {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, people := dbtest.New(t), &staffbook{all: map[string]org.Staffer{}}
	w := &town{t: t, svc: org.New(d, engine, people), db: d, people: people}
	w.league, w.county, w.township = w.person("league"), w.person("county"), w.person("township")
	if _, err := w.svc.Bootstrap(t.Context(), dbtest.League, w.league); err != nil {
		t.Fatal(err)
	}
	return w
}

// chain appoints the administrators of county and township.
func (w *town) chain() (county, township org.Grant) {
	w.t.Helper()
	county = w.appoint(w.league, dbtest.County, w.county)
	return county, w.appoint(w.county, dbtest.Township, w.township)
}

func (w *town) person(login string) org.Staffer {
	w.t.Helper()
	p, err := w.people.Create(w.t.Context(), org.NewStaffer{Login: login, Name: "人" + login})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// as is the context of somebody in the first of her seats.
func (w *town) as(p org.Staffer) context.Context {
	w.t.Helper()
	seats, err := w.svc.Seats(w.t.Context(), p.ID)
	if err != nil || len(seats) == 0 {
		w.t.Fatalf("%s has no seat: %v", p.Login, err)
	}
	scope, err := w.svc.Sit(w.t.Context(), p.ID, p.Name, seats[0].ID, false)
	if err != nil {
		w.t.Fatal(err)
	}
	return tenancy.With(w.t.Context(), scope)
}

func roles() []string { return []string{"clerk", "reviewer", "decider", "item_editor"} }

func (w *town) appoint(by org.Staffer, at tenancy.ID, who org.Staffer) org.Grant {
	w.t.Helper()
	g, err := w.svc.Appoint(w.as(by), org.Appointing{Tenant: at, HolderID: who.ID, Roles: roles(), Reason: "任命文件"})
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

func refused(t *testing.T, err error, kind fault.Kind, detail string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || !strings.Contains(f.Detail, detail) {
		t.Errorf("got %v, want kind %d with %q", err, kind, detail)
	}
}

func TestSeatOfAnAdministrator(t *testing.T) {
	t.Parallel()
	w := setup(t)
	g, _ := w.chain()
	seats, err := w.svc.Seats(t.Context(), w.county.ID)
	if err != nil || len(seats) != 1 {
		t.Fatalf("seats %+v, %v", seats, err)
	}
	if s := seats[0]; !s.Admin || s.ID != g.ID || s.Tenant != dbtest.County || s.TenantName != "锡林浩特市" || s.Level != "county" || s.Title != "授权管理员" {
		t.Errorf("seat %+v", s)
	}
	scope, err := w.svc.Sit(t.Context(), w.county.ID, "王五", g.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	a := scope.Actor
	if scope.Tenant != dbtest.County || scope.Over.Hi != dbtest.County+999_999_999 || len(scope.Ancestors) != 3 || scope.Ancestors[2] != dbtest.County {
		t.Errorf("scope %+v", scope)
	}
	if a.Kind != tenancy.Staff || a.PostID != g.ID || !a.AAL2 || len(a.Grants) != 1 || a.Grants[0].Tier != 2 || len(a.Roles) != 1 || a.Roles[0] != "admin" {
		t.Errorf("actor %+v", a)
	}
	_, err = w.svc.Sit(t.Context(), w.league.ID, "别人", g.ID, false)
	if f, ok := fault.As(err); !ok || f.Text != "org.seat_gone" || f.Kind != fault.NotFound {
		t.Errorf("somebody else's seat: %v", err)
	}
	if s, err := w.svc.Seats(t.Context(), "nobody"); err != nil || len(s) != 0 {
		t.Errorf("no identity: %v, %v", s, err)
	}
}

func TestBootstrapIsIdempotent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	seats, _ := w.svc.Seats(t.Context(), w.league.ID)
	again, err := w.svc.Bootstrap(t.Context(), dbtest.League, w.league)
	if err != nil || again != seats[0].ID {
		t.Errorf("second bootstrap: %s, %v", again, err)
	}
	if _, err := w.svc.Bootstrap(t.Context(), 12, w.league); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of no tenant: %v", err)
	}
}

func TestAppointRefuses(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.chain()
	other := w.person("other")
	ok := org.Appointing{Tenant: dbtest.Township2, HolderID: other.ID, Roles: []string{"clerk"}, Reason: "文件"}
	for name, c := range map[string]struct {
		by     org.Staffer
		change func(*org.Appointing)
		kind   fault.Kind
		why    string
	}{
		"a fourth tier":         {w.township, func(a *org.Appointing) { a.Tenant = dbtest.Village }, fault.Forbidden, "授权最多三级"},
		"another county":        {w.county, func(a *org.Appointing) { a.Tenant = dbtest.Township3 }, fault.Forbidden, "自己管辖范围之内"},
		"her own tenant":        {w.county, func(a *org.Appointing) { a.Tenant = dbtest.County }, fault.Forbidden, "不能授给本级"},
		"above":                 {w.county, func(a *org.Appointing) { a.Tenant = dbtest.League }, fault.Forbidden, "上级"},
		"roles she lacks":       {w.county, func(a *org.Appointing) { a.Roles = []string{"supervisor"} }, fault.Forbidden, "自己被授权可以授予的角色"},
		"two of three officers": {w.league, func(a *org.Appointing) { a.Roles = []string{"system_admin", "audit_admin"} }, fault.Forbidden, "三员分立"},
		"herself":               {w.county, func(a *org.Appointing) { a.HolderID = w.county.ID }, fault.Forbidden, "自己"},
		"no such tenant":        {w.county, func(a *org.Appointing) { a.Tenant = 12 }, fault.NotFound, ""},
		"nobody":                {w.county, func(a *org.Appointing) { a.HolderID = "x" }, fault.Invalid, ""},
		"somebody unknown":      {w.county, func(a *org.Appointing) { a.HolderID = db.NewID() }, fault.NotFound, ""},
		"no reason":             {w.county, func(a *org.Appointing) { a.Reason = " " }, fault.Invalid, ""},
		"no roles":              {w.county, func(a *org.Appointing) { a.Roles = nil }, fault.Invalid, ""},
		"being administrator":   {w.county, func(a *org.Appointing) { a.Roles = []string{"clerk", "admin"} }, fault.Invalid, ""},
		"ends before it begins": {w.county, func(a *org.Appointing) { a.FromOn, a.UntilOn = "2026-05-01", "2026-04-01" }, fault.Invalid, ""},
		"ended already":         {w.county, func(a *org.Appointing) { a.FromOn, a.UntilOn = "2026-01-01", "2026-02-01" }, fault.Invalid, ""},
		"no date":               {w.county, func(a *org.Appointing) { a.UntilOn = "soon" }, fault.Invalid, ""},
	} {
		in := ok
		c.change(&in)
		_, err := w.svc.Appoint(w.as(c.by), in)
		t.Run(name, func(t *testing.T) { t.Parallel(); refused(t, err, c.kind, c.why) })
	}
	if _, err := w.svc.Appoint(dbtest.As(t, dbtest.County, tenancy.Staff, "system_admin"), ok); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("without a grant: %v", err)
	}
	if _, err := w.svc.Appoint(dbtest.As(t, dbtest.County, tenancy.Person), ok); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a citizen: %v", err)
	}
	if seats, _ := w.svc.Seats(t.Context(), other.ID); len(seats) != 0 {
		t.Errorf("refused, and yet seated: %+v", seats)
	}
}

func TestAppointOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	in := org.Appointing{Tenant: dbtest.County, HolderID: w.county.ID, Roles: roles(), Reason: "文件", Key: db.NewID()}
	first, err := w.svc.Appoint(w.as(w.league), in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.svc.Appoint(w.as(w.league), in); err != nil || again.ID != first.ID {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	in.Key = db.NewID()
	_, err = w.svc.Appoint(w.as(w.league), in)
	refused(t, err, fault.Conflict, "")
}

func TestTermIsNoLongerThanAbove(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.as(w.league)
	if _, err := w.svc.Appoint(ctx, org.Appointing{Tenant: dbtest.County, HolderID: w.county.ID, Roles: roles(), UntilOn: "2026-06-30", Reason: "试用"}); err != nil {
		t.Fatal(err)
	}
	in := org.Appointing{Tenant: dbtest.Township, HolderID: w.township.ID, Roles: roles(), UntilOn: "2026-07-01", Reason: "试用"}
	_, err := w.svc.Appoint(w.as(w.county), in)
	refused(t, err, fault.Invalid, "")
	in.UntilOn = ""
	g, err := w.svc.Appoint(w.as(w.county), in)
	if err != nil || g.UntilOn != "2026-06-30" {
		t.Errorf("inherited end: %+v, %v", g, err)
	}
	later, err := w.svc.Appoint(ctx, org.Appointing{Tenant: dbtest.County2, HolderID: w.township.ID, Roles: roles(), FromOn: "2026-03-05", Reason: "明日起"})
	if err != nil || later.StateOn(w.svc.Today()) != org.Pending {
		t.Errorf("begins tomorrow: %+v, %v", later, err)
	}
	if _, err := w.svc.Sit(t.Context(), w.township.ID, "x", later.ID, false); fault.KindOf(err) != fault.NotFound {
		t.Errorf("sat down a day early: %v", err)
	}
}

func TestRevocationHoldsAtOnceBelow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	county, township := w.chain()
	stale := w.as(w.township)
	if _, _, err := w.svc.Revoke(w.as(w.county), county.ID, "x"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("revoked her own grant: %v", err)
	}
	if _, _, err := w.svc.Revoke(w.as(w.township), county.ID, "x"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("saw a grant above: %v", err)
	}
	grants, posts, err := w.svc.Revoke(w.as(w.league), county.ID, "调离")
	if err != nil || grants != 2 || posts != 0 {
		t.Fatalf("fell: %d grants, %d posts, %v", grants, posts, err)
	}
	for _, p := range []org.Staffer{w.county, w.township} {
		if seats, err := w.svc.Seats(t.Context(), p.ID); err != nil || len(seats) != 0 {
			t.Errorf("%s still sits: %+v, %v", p.Login, seats, err)
		}
	}
	if _, err := w.svc.Sit(t.Context(), w.township.ID, "x", township.ID, false); fault.KindOf(err) != fault.NotFound {
		t.Errorf("sat down after the revocation: %v", err)
	}
	// A request that began before the revocation is judged by what holds now.
	_, err = w.svc.Appoint(stale, org.Appointing{Tenant: dbtest.Village, HolderID: w.league.ID, Roles: roles(), Reason: "x"})
	refused(t, err, fault.Forbidden, "没有有效的管理授权")
	_, _, err = w.svc.Revoke(w.as(w.league), county.ID, "再来")
	refused(t, err, fault.Precondition, "")
	if g := w.appoint(w.league, dbtest.County, w.county); g.ID == county.ID {
		t.Error("a revoked grant came back")
	}
}
