package org_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"liandong/modules/org"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// post opens a department (once per name) and a post in it.
func (w *town) post(by org.Staffer, at tenancy.ID, department string, roles ...string) org.Post {
	w.t.Helper()
	ctx := w.as(by)
	d, err := w.svc.CreateDepartment(ctx, org.Drafted{Tenant: at, Name: department, Phone: "0479-8100001"})
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := w.svc.CreatePost(ctx, org.Founding{DepartmentID: d.ID, Name: "综合窗口", Roles: roles})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *town) assign(by org.Staffer, p org.Post, who org.Staffer) string {
	w.t.Helper()
	id, err := w.svc.Assign(w.as(by), org.Posting{PostID: p.ID, HolderID: who.ID, Reason: "岗位安排"})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestSeatOfAPost(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.chain()
	clerk := w.person("clerk")
	p := w.post(w.township, dbtest.Village, "便民服务室", "clerk")
	id := w.assign(w.township, p, clerk)
	scope := tenancy.Scope{}
	seats, err := w.svc.Seats(t.Context(), clerk.ID)
	if err != nil || len(seats) != 1 || seats[0].ID != id || seats[0].Title != "综合窗口" || seats[0].Department != "便民服务室" || seats[0].Admin || seats[0].TenantCode != "152502200200" {
		t.Fatalf("seats %+v, %v", seats, err)
	}
	if scope, err = w.svc.Sit(t.Context(), clerk.ID, clerk.Name, id, false); err != nil {
		t.Fatal(err)
	}
	if scope.Tenant != dbtest.Village || scope.Over != (tenancy.Interval{Lo: dbtest.Village, Hi: dbtest.Village + 999}) || len(scope.Ancestors) != 5 ||
		len(scope.Actor.Grants) != 0 || !scope.Actor.Has("clerk") || scope.Actor.PostID != id {
		t.Errorf("scope %+v", scope)
	}
	if err := w.svc.Remove(w.as(w.township), id, "调岗"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Sit(t.Context(), clerk.ID, clerk.Name, id, false); fault.KindOf(err) != fault.NotFound {
		t.Errorf("sat down after removal: %v", err)
	}
	refused(t, w.svc.Remove(w.as(w.township), id, "再来"), fault.Precondition, "")
	w.assign(w.township, p, clerk) // and may come back
}

func TestRevocationTakesPostsAlong(t *testing.T) {
	t.Parallel()
	w := setup(t)
	county, _ := w.chain()
	clerk, own := w.person("clerk"), w.person("own")
	w.assign(w.township, w.post(w.township, dbtest.Village, "便民服务室", "clerk"), clerk)
	w.assign(w.league, w.post(w.league, dbtest.Village2, "便民服务室", "clerk"), own)
	fall, err := w.svc.Grant(w.as(w.league), county.ID)
	if err != nil || len(fall.Grants) != 1 || len(fall.Posts) != 1 || fall.Posts[0].HolderID != clerk.ID || fall.Above == nil {
		t.Fatalf("what would fall: %+v, %v", fall, err)
	}
	grants, posts, err := w.svc.Revoke(w.as(w.league), county.ID, "调离")
	if err != nil || grants != 2 || posts != 1 {
		t.Fatalf("fell: %d, %d, %v", grants, posts, err)
	}
	if s, _ := w.svc.Seats(t.Context(), clerk.ID); len(s) != 0 {
		t.Errorf("still sits: %+v", s)
	}
	if s, _ := w.svc.Seats(t.Context(), own.ID); len(s) != 1 {
		t.Error("what the league itself appointed fell too")
	}
	gone, err := w.svc.Staff(w.as(w.league), org.StaffQuery{Tenant: dbtest.League, Below: true, State: "ended"})
	if err != nil || gone.Total != 1 || gone.Rows[0].Reason != "调离" || gone.Rows[0].RevokedBy != w.league.Name {
		t.Errorf("history: %+v, %v", gone, err)
	}
}

func TestAssignRefuses(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.chain()
	here := w.post(w.county, dbtest.County, "审批局", "clerk")
	there := w.post(w.league, dbtest.County2, "审批局", "clerk")
	audit := w.post(w.league, dbtest.County, "监督科", "audit_admin")
	system := w.post(w.league, dbtest.County2, "信息中心", "system_admin")
	who, gone := w.person("who"), w.person("gone")
	w.people.all[gone.ID] = org.Staffer{ID: gone.ID, Name: "离职"}
	w.assign(w.league, audit, who)
	for name, c := range map[string]struct {
		by   org.Staffer
		post org.Post
		who  string
		kind fault.Kind
		why  string
	}{
		"a foreign tenant":        {w.county, there, who.ID, fault.NotFound, ""},
		"a post above":            {w.township, here, who.ID, fault.NotFound, ""},
		"roles beyond the grant":  {w.county, audit, w.person("x").ID, fault.Forbidden, "角色"},
		"a second officer's role": {w.league, system, who.ID, fault.Forbidden, "三员分立"},
		"herself":                 {w.county, here, w.county.ID, fault.Forbidden, "自己"},
		"twice":                   {w.league, audit, who.ID, fault.Conflict, ""},
		"who has left":            {w.county, here, gone.ID, fault.Invalid, ""},
		"no post":                 {w.county, org.Post{ID: db.NewID()}, who.ID, fault.NotFound, ""},
	} {
		_, err := w.svc.Assign(w.as(c.by), org.Posting{PostID: c.post.ID, HolderID: c.who, Reason: "r"})
		t.Run(name, func(t *testing.T) { t.Parallel(); refused(t, err, c.kind, c.why) })
	}
	clerk := w.as(who)
	_, err := w.svc.Assign(clerk, org.Posting{PostID: here.ID, HolderID: w.township.ID, Reason: "r"})
	refused(t, err, fault.Forbidden, "授权管理员")
	_, err = w.svc.Find(clerk, "county")
	refused(t, err, fault.Forbidden, "授权管理员")
}

func TestDepartmentsAndPosts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.chain()
	ctx, clerk := w.as(w.county), w.person("clerk")
	in := org.Drafted{Tenant: dbtest.Township, Name: " 党政办 ", Code: "11152502MB0000001X", Key: db.NewID()}
	d, err := w.svc.CreateDepartment(ctx, in)
	if err != nil || d.Name != "党政办" || d.State != org.Open {
		t.Fatalf("%+v, %v", d, err)
	}
	if again, err := w.svc.CreateDepartment(ctx, in); err != nil || again.ID != d.ID {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	_, err = w.svc.CreateDepartment(ctx, org.Drafted{Tenant: dbtest.Township, Name: "党政办"})
	refused(t, err, fault.Invalid, "")
	_, err = w.svc.CreateDepartment(ctx, org.Drafted{Tenant: dbtest.Township3, Name: "党政办"})
	refused(t, err, fault.Forbidden, "授权范围")
	if _, err = w.svc.EditDepartment(ctx, d.ID, 1, org.Drafted{Name: "综合办"}); err != nil {
		t.Fatal(err)
	}
	_, err = w.svc.EditDepartment(ctx, d.ID, 1, org.Drafted{Name: "党政综合办"})
	refused(t, err, fault.Conflict, "")
	_, err = w.svc.EditDepartment(dbtest.As(t, dbtest.County2, tenancy.Staff, "system_admin"), d.ID, 2, org.Drafted{Name: "x"})
	refused(t, err, fault.NotFound, "")

	p, err := w.svc.CreatePost(ctx, org.Founding{DepartmentID: d.ID, Name: "窗口", Roles: []string{"reviewer", "clerk", "clerk"}})
	if err != nil || strings.Join(p.Roles, " ") != "clerk reviewer" {
		t.Fatalf("%+v, %v", p, err)
	}
	_, err = w.svc.CreatePost(ctx, org.Founding{DepartmentID: d.ID, Name: "监察", Roles: []string{"supervisor"}})
	refused(t, err, fault.Forbidden, "角色")
	_, err = w.svc.SetDepartment(ctx, d.ID, 2, false)
	refused(t, err, fault.Precondition, "")
	id := w.assign(w.county, p, clerk)
	_, err = w.svc.SetPost(ctx, p.ID, 1, false)
	refused(t, err, fault.Precondition, "")
	if p, err = w.svc.EditPost(ctx, p.ID, 1, org.Founding{Name: "综合窗口", Roles: []string{"decider"}}); err != nil || p.Version != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	if s, _ := w.svc.Seats(t.Context(), clerk.ID); len(s) != 1 || s[0].Roles[0] != "decider" {
		t.Errorf("the holder's roles did not follow: %+v", s)
	}
	if err := w.svc.Remove(ctx, id, "r"); err != nil {
		t.Fatal(err)
	}
	if _, err = w.svc.SetPost(ctx, p.ID, 2, false); err != nil {
		t.Fatal(err)
	}
	_, err = w.svc.Assign(ctx, org.Posting{PostID: p.ID, HolderID: clerk.ID, Reason: "r"})
	refused(t, err, fault.Precondition, "")
	if d, err = w.svc.SetDepartment(ctx, d.ID, 2, false); err != nil || d.State != org.Closed {
		t.Fatalf("%+v, %v", d, err)
	}
	_, err = w.svc.SetPost(ctx, p.ID, 3, true)
	refused(t, err, fault.Precondition, "")
	ds, err := w.svc.Departments(ctx, dbtest.Township)
	if err != nil || len(ds) != 1 || len(ds[0].Posts) != 1 {
		t.Errorf("%+v, %v", ds, err)
	}
}

// A system administrator keeps departments, but gives nobody roles: she could
// otherwise give them to herself.
func TestSystemAdminGivesNoRoles(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.chain()
	sysadmin := w.person("sysadmin")
	p := w.post(w.league, dbtest.County, "信息中心", "system_admin")
	w.assign(w.league, p, sysadmin)
	ctx := w.as(sysadmin)
	if _, err := w.svc.EditPost(ctx, p.ID, 1, org.Founding{Name: "系统岗", Roles: []string{"system_admin"}}); err != nil {
		t.Errorf("rename: %v", err)
	}
	_, err := w.svc.EditPost(ctx, p.ID, 2, org.Founding{Name: "系统岗", Roles: []string{"system_admin", "decider"}})
	refused(t, err, fault.Forbidden, "授权管理员")
	_, err = w.svc.CreatePost(ctx, org.Founding{DepartmentID: p.DepartmentID, Name: "x", Roles: []string{"decider"}})
	refused(t, err, fault.Forbidden, "授权管理员")
}

func TestLists(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.chain()
	who := w.person("who")
	w.assign(w.county, w.post(w.county, dbtest.County, "审批局", "clerk"), who)
	w.post(w.county, dbtest.Township, "党政办", "reviewer")
	grants := func(by org.Staffer, q org.GrantQuery) int {
		p, err := w.svc.Grants(w.as(by), q)
		if err != nil || p.Total < len(p.Rows) {
			t.Fatal(err)
		}
		return p.Total
	}
	if a, b, c := grants(w.league, org.GrantQuery{}), grants(w.county, org.GrantQuery{}), grants(w.township, org.GrantQuery{}); a != 3 || b != 2 || c != 1 {
		t.Errorf("league sees %d grants, county %d, township %d", a, b, c)
	}
	if n := grants(w.league, org.GrantQuery{Q: "毛登", State: org.Active, Tier: 3}); n != 1 {
		t.Errorf("%d found", n)
	}
	if n := grants(w.league, org.GrantQuery{Q: "%"}); n != 0 {
		t.Errorf("%d found by a wildcard", n)
	}
	for q, want := range map[org.StaffQuery]int{
		{Tenant: dbtest.County}:                                1,
		{Tenant: dbtest.County, Below: true}:                   2,
		{Tenant: dbtest.County, Below: true, State: "vacant"}:  1,
		{Tenant: dbtest.County, Below: true, State: "held"}:    1,
		{Tenant: dbtest.County, Below: true, Role: "reviewer"}: 1,
		{Tenant: dbtest.County, Below: true, Q: "人who"}:        1,
		{Tenant: dbtest.County, Below: true, State: "ended"}:   0,
	} {
		p, err := w.svc.Staff(w.as(w.league), q)
		if err != nil || p.Total != want {
			t.Errorf("%+v: %d, %v, want %d", q, p.Total, err, want)
		}
	}
	_, err := w.svc.Staff(w.as(who), org.StaffQuery{Tenant: dbtest.County, Below: true})
	refused(t, err, fault.Forbidden, "")
	if p, err := w.svc.Staff(w.as(who), org.StaffQuery{Tenant: dbtest.County}); err != nil || p.Total != 1 {
		t.Errorf("colleagues: %d, %v", p.Total, err)
	}
	_, err = w.svc.Grants(w.as(who), org.GrantQuery{})
	refused(t, err, fault.Forbidden, "")
}

func TestHire(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.as(w.league)
	p, password, err := w.svc.Hire(ctx, org.NewStaffer{Login: " Wang.wu ", Name: "王五", Phone: "138 0479 0001"})
	if err != nil || p.Login != "wang.wu" || p.Phone != "+8613804790001" || len(password) != 12 {
		t.Fatalf("%+v %q %v", p, password, err)
	}
	if found, err := w.svc.Find(ctx, " Wang.Wu"); err != nil || found.ID != p.ID {
		t.Errorf("by login: %+v, %v", found, err)
	}
	w.appoint(w.league, dbtest.County2, p)
	if known, err := w.svc.Known(ctx, "王"); err != nil || len(known) != 1 || known[0].ID != p.ID || known[0].Where != "二连浩特市" {
		t.Errorf("by name: %+v, %v", known, err)
	}
	w.appoint(w.league, dbtest.County, w.county)
	if known, err := w.svc.Known(w.as(w.county), "王"); err != nil || len(known) != 0 {
		t.Errorf("seen from another county: %+v, %v", known, err)
	}
	_, _, err = w.svc.Hire(ctx, org.NewStaffer{Login: "wang.wu", Name: "王五", Phone: "13804790002"})
	refused(t, err, fault.Invalid, "")
	_, _, err = w.svc.Hire(ctx, org.NewStaffer{Login: "1", Name: "", Phone: "x"})
	if f, _ := fault.As(err); f == nil || len(f.Fields) != 3 {
		t.Errorf("three wrong fields: %v", err)
	}
}

// A grant whose tenant was moved away sleeps; what the new parent gives is awake.
func TestMovedTenantPutsGrantsToSleep(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.chain()
	trees := tree.New(w.db, nil)
	if _, err := trees.Move(dbtest.As(t, dbtest.League, tenancy.System), tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 1, Reason: "区划调整"}); err != nil {
		t.Fatal(err)
	}
	if s, err := w.svc.Seats(t.Context(), w.township.ID); err != nil || len(s) != 0 {
		t.Errorf("a grant from another county holds: %+v, %v", s, err)
	}
	for state, want := range map[string]int{org.Asleep: 1, org.Active: 2} {
		if p, err := w.svc.Grants(w.as(w.league), org.GrantQuery{State: state}); err != nil || p.Total != want || p.Rows[0].StateOn(w.svc.Today()) != state {
			t.Errorf("%s: %+v, %v", state, p, err)
		}
	}
	if g := w.appoint(w.league, dbtest.County2, w.person("new")); g.Asleep {
		t.Error("a new grant sleeps")
	}
}

// Of grants handed on while the grant above is taken back, none survives.
func TestRaceOfAppointAndRevoke(t *testing.T) {
	t.Parallel()
	w := setup(t)
	county := w.appoint(w.league, dbtest.County, w.county)
	by, above := w.as(w.county), w.as(w.league)
	people := []org.Staffer{w.person("a1"), w.person("a2"), w.person("a3"), w.person("a4")}
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, p := range people {
		wg.Go(func() {
			<-start
			_, err := w.svc.Appoint(by, org.Appointing{Tenant: dbtest.Township, HolderID: p.ID, Roles: roles(), Reason: "r"})
			if err != nil && fault.KindOf(err) != fault.Forbidden {
				t.Errorf("appoint: %v", err)
			}
		})
	}
	wg.Go(func() {
		<-start
		if _, _, err := w.svc.Revoke(above, county.ID, "r"); err != nil {
			t.Errorf("revoke: %v", err)
		}
	})
	close(start)
	wg.Wait()
	left := 0
	err := w.db.InTx(dbtest.As(t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select count(*) from grants where tier > 1 and revoked_at is null`).Scan(ctx, &left)
	})
	if err != nil || left != 0 {
		t.Errorf("%d grants outlived the one above, %v", left, err)
	}
}

// Two administrators give one person two of the three officers' posts at once.
func TestRaceOfThreeOfficers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	who := w.person("who")
	posts := []org.Post{w.post(w.league, dbtest.County, "甲", "system_admin"), w.post(w.league, dbtest.County2, "乙", "audit_admin"), w.post(w.league, dbtest.Township, "丙", "security_admin")}
	by := w.as(w.league)
	errs := make(chan error, len(posts))
	for _, p := range posts {
		go func() {
			_, err := w.svc.Assign(by, org.Posting{PostID: p.ID, HolderID: who.ID, Reason: "r"})
			errs <- err
		}()
	}
	won := 0
	for range posts {
		if err := <-errs; err == nil {
			won++
		} else {
			refused(t, err, fault.Forbidden, "三员分立")
		}
	}
	if won != 1 {
		t.Errorf("%d of three posts were given", won)
	}
}

// Equal submits at the same moment make one grant.
func TestRaceOfEqualSubmits(t *testing.T) {
	t.Parallel()
	w := setup(t)
	by := w.as(w.league)
	in := org.Appointing{Tenant: dbtest.County, HolderID: w.county.ID, Roles: roles(), Reason: "r", Key: db.NewID()}
	ids := make(chan string, 4)
	for range cap(ids) {
		go func() {
			g, err := w.svc.Appoint(by, in)
			if err != nil {
				t.Errorf("%v", err)
			}
			ids <- g.ID
		}()
	}
	seen := map[string]bool{}
	for range cap(ids) {
		seen[<-ids] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d grants were made", len(seen))
	}
}

func TestEverythingLeavesATrace(t *testing.T) {
	t.Parallel()
	w := setup(t)
	county, _ := w.chain()
	w.assign(w.township, w.post(w.township, dbtest.Village, "服务室", "clerk"), w.person("clerk"))
	if _, _, err := w.svc.Revoke(w.as(w.league), county.ID, "r"); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Name string
		N    int
	}
	var audits, facts []row
	err := w.db.InTx(dbtest.As(t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.NewRaw(`select action || ' ' || kind as name, count(*) as n from audit_rows where actor_kind = 'staff' group by 1 order by 1`).Scan(ctx, &audits); err != nil {
			return err
		}
		return tx.NewRaw(`select name, count(*) as n from outbox group by 1 order by 1`).Scan(ctx, &facts)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []row{{"departments:manage department", 1}, {"departments:manage post", 1}, {"grants:appoint grant", 2}, {"grants:revoke grant", 2}, {"posts:appoint appointment", 1}, {"posts:remove appointment", 1}}
	if !equal(audits, want) {
		t.Errorf("audit %v, want %v", audits, want)
	}
	if want := []row{{"org.grant_given", 3}, {"org.grant_revoked", 2}, {"org.person_appointed", 1}, {"org.person_removed", 1}}; !equal(facts, want) {
		t.Errorf("events %v, want %v", facts, want)
	}
}

func equal[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
