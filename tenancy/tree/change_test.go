package tree_test

import (
	"context"
	"errors"
	"testing"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	ctx := leagueAdmin(t)
	n, err := s.Add(ctx, tree.Addition{Parent: dbtest.County, Level: "township", Code: "152502400000", Name: " 新镇 ", Host: "New.Example.cn", Reason: "批复"})
	if err != nil || n.ID != 152502400000000 || n.Hi != 152502400999999 || n.Name != "新镇" || n.Host != "new.example.cn" || !n.Official() {
		t.Fatalf("Add = %+v, %v", n, err)
	}
	if got := get(t, s, n.ID); got != n {
		t.Errorf("stored %+v, returned %+v", got, n)
	}
	zone, err := s.Add(ctx, tree.Addition{Parent: dbtest.County, Level: "zone", Name: "开发区", Reason: "批复"})
	if err != nil || !get(t, s, dbtest.County).Interval().Covers(zone.Interval()) || zone.Code != "z152502999000" || zone.Official() {
		t.Errorf("zone = %+v, %v", zone, err)
	}
	if byCode, err := s.ByHost(ctx, zone.Code+".localhost"); err != nil || byCode.ID != zone.ID {
		t.Errorf("zone by host: %+v, %v", byCode, err)
	}
	point, err := s.Add(ctx, tree.Addition{Parent: dbtest.Village, Level: "unit", Name: "服务点", Reason: "设点"})
	if err != nil || point.ID != dbtest.Village+999 || point.Hi != point.ID {
		t.Errorf("unit = %+v, %v", point, err)
	}
	entries, err := s.History(ctx, n.ID)
	if err != nil || len(entries) != 1 || entries[0].Change != "added" || entries[0].Reason != "批复" || entries[0].ActorName != "tester" {
		t.Errorf("history = %+v, %v", entries, err)
	}
	if got := ask[int](t, d, `select count(*) from audit_rows where action = 'tenants:manage' and actor_name = 'tester'`); got != 3 {
		t.Errorf("%d audit lines, want 3", got)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	exec(t, d, `update tenants set state = 'closed' where tenant_id = ?`, dbtest.Village2)
	ok := tree.Addition{Parent: dbtest.County, Level: "township", Code: "152502400000", Name: "新镇", Reason: "批复"}
	for name, tt := range map[string]struct {
		ctx    context.Context
		change func(*tree.Addition)
		want   fault.Kind
	}{
		"no name":                {leagueAdmin(t), func(a *tree.Addition) { a.Name = "  " }, fault.Invalid},
		"no reason":              {leagueAdmin(t), func(a *tree.Addition) { a.Reason = "" }, fault.Invalid},
		"odd code":               {leagueAdmin(t), func(a *tree.Addition) { a.Code = "1525024000" }, fault.Invalid},
		"odd host":               {leagueAdmin(t), func(a *tree.Addition) { a.Host = "a b" }, fault.Invalid},
		"unknown level":          {leagueAdmin(t), func(a *tree.Addition) { a.Level = "galaxy" }, fault.Invalid},
		"level not below":        {leagueAdmin(t), func(a *tree.Addition) { a.Level = "county"; a.Code = "" }, fault.Invalid},
		"code of another level":  {leagueAdmin(t), func(a *tree.Addition) { a.Code = "152502400200" }, fault.Invalid},
		"code taken":             {leagueAdmin(t), func(a *tree.Addition) { a.Code = "152502200000" }, fault.Invalid},
		"no such parent":         {leagueAdmin(t), func(a *tree.Addition) { a.Parent = 3 }, fault.NotFound},
		"parent closed":          {leagueAdmin(t), func(a *tree.Addition) { a.Parent, a.Level, a.Code = dbtest.Village2, "unit", "" }, fault.Precondition},
		"policy says no":         {dbtest.As(t, dbtest.League, tenancy.Staff, "clerk"), func(*tree.Addition) {}, fault.Forbidden},
		"another county's admin": {dbtest.As(t, dbtest.County2, tenancy.Staff, "system_admin"), func(*tree.Addition) {}, fault.Forbidden},
		"a citizen":              {dbtest.As(t, dbtest.County, tenancy.Person, "system_admin"), func(*tree.Addition) {}, fault.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := ok
			tt.change(&in)
			_, err := s.Add(tt.ctx, in)
			wantKind(t, err, tt.want)
		})
	}
	if _, err := s.Add(t.Context(), ok); !errors.Is(err, tenancy.ErrNoScope) {
		t.Errorf("without a scope: %v", err)
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := leagueAdmin(t)
	in := tree.Renaming{ID: dbtest.County, Name: "锡林浩特区", Code: "152503000000", Version: 1, Reason: "撤县设区"}
	n, err := s.Rename(ctx, in)
	if err != nil || n.ID != dbtest.County || n.Code != "152503000000" || n.Version != 2 {
		t.Fatalf("Rename = %+v, %v", n, err)
	}
	if byCode, err := s.ByCode(ctx, "152503000000"); err != nil || byCode != n {
		t.Errorf("by the new code: %+v, %v", byCode, err)
	}
	_, err = s.Rename(ctx, in)
	wantKind(t, err, fault.Conflict)
	_, err = s.Rename(ctx, tree.Renaming{ID: dbtest.County, Name: "x", Code: "152501000000", Version: 2, Reason: "r"})
	wantKind(t, err, fault.Invalid)
	_, err = s.Rename(dbtest.As(t, dbtest.County2, tenancy.Staff, "system_admin"), tree.Renaming{ID: dbtest.County, Name: "x", Version: 2, Reason: "r"})
	wantKind(t, err, fault.Forbidden)
	if entries, _ := s.History(ctx, dbtest.County); len(entries) != 1 || entries[0].Change != "renamed" {
		t.Errorf("history = %+v", entries)
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	ctx := leagueAdmin(t)
	exec(t, d, `insert into departments (tenant_id, id, name) values (?, gen_random_uuid(), '综合办')`, dbtest.Village)
	n, err := s.Move(ctx, tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 1, Reason: "区划调整"})
	if err != nil || n.Parent != dbtest.County2 || n.Code != "152502200000" || !get(t, s, dbtest.County2).Interval().Covers(n.Interval()) {
		t.Fatalf("Move = %+v, %v", n, err)
	}
	if got := get(t, s, n.ID); got != n {
		t.Errorf("stored %+v, returned %+v", got, n)
	}
	village, err := s.ByCode(ctx, "152502200200")
	if err != nil || village.Parent != n.ID || village.ID-n.ID != dbtest.Village-dbtest.Township {
		t.Errorf("village went to %+v, %v", village, err)
	}
	if at := ask[tenancy.ID](t, d, `select tenant_id from departments`); at != village.ID {
		t.Errorf("rows stayed at %s", at)
	}
	_, err = s.Get(ctx, dbtest.Township)
	wantKind(t, err, fault.NotFound)
	back, err := s.Move(ctx, tree.Removal{ID: n.ID, To: dbtest.County, Version: 2, Reason: "改回"})
	if err != nil || back.ID == dbtest.Township {
		t.Errorf("a label was given twice: %+v, %v", back, err)
	}
	if entries, _ := s.History(ctx, back.ID); len(entries) != 2 {
		t.Errorf("history = %+v", entries)
	}
	// Nothing may be placed inside the block that was left, whoever asks.
	other, err := s.Add(dbtest.As(t, dbtest.County, tenancy.Staff, "system_admin"), tree.Addition{Parent: dbtest.County, Level: "village", Code: "152502200300", Name: "直属村", Reason: "r"})
	if left := (tenancy.Interval{Lo: dbtest.Township, Hi: dbtest.Township + 999_999}); err != nil || left.Contains(other.ID) {
		t.Errorf("placed inside a block that was left: %+v, %v", other, err)
	}
}

func TestMoveRefuses(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	admin := leagueAdmin(t)
	county := dbtest.As(t, dbtest.County, tenancy.Staff, "system_admin")
	for name, tt := range map[string]struct {
		ctx  context.Context
		in   tree.Removal
		want fault.Kind
	}{
		"no reason":           {admin, tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 1}, fault.Invalid},
		"into itself":         {admin, tree.Removal{ID: dbtest.County, To: dbtest.Village, Version: 1, Reason: "r"}, fault.Invalid},
		"same parent":         {admin, tree.Removal{ID: dbtest.Township, To: dbtest.County, Version: 1, Reason: "r"}, fault.Invalid},
		"below its own level": {admin, tree.Removal{ID: dbtest.County, To: dbtest.Township3, Version: 1, Reason: "r"}, fault.Invalid},
		"changed since":       {admin, tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 9, Reason: "r"}, fault.Conflict},
		"no such tenant":      {admin, tree.Removal{ID: 12, To: dbtest.County2, Reason: "r"}, fault.NotFound},
		"parent not seen":     {county, tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 1, Reason: "r"}, fault.Forbidden},
		"tenant not seen":     {county, tree.Removal{ID: dbtest.Township3, To: dbtest.County, Version: 1, Reason: "r"}, fault.Forbidden},
		"policy says no":      {dbtest.As(t, dbtest.League, tenancy.Staff), tree.Removal{ID: dbtest.Township, To: dbtest.County2, Version: 1, Reason: "r"}, fault.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Move(tt.ctx, tt.in)
			wantKind(t, err, tt.want)
		})
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	ctx := leagueAdmin(t)
	openCase := plantCase(t, d, dbtest.Village, dbtest.Township)
	n, err := s.Merge(ctx, tree.Removal{ID: dbtest.Township, To: dbtest.Township2, Version: 1, Reason: "撤乡并镇"})
	if err != nil || n.State != tree.Merged || n.MergedInto != dbtest.Township2 || n.Hi != n.ID {
		t.Fatalf("Merge = %+v, %v", n, err)
	}
	if got := get(t, s, n.ID); got != n {
		t.Errorf("stored %+v, returned %+v", got, n)
	}
	into := get(t, s, dbtest.Township2)
	if !into.Interval().Contains(n.ID) {
		t.Error("the merged tenant lies outside the one that took it over")
	}
	children, err := s.Children(ctx, dbtest.Township2)
	if err != nil || len(children) != 2 || !into.Interval().Covers(children[0].Interval()) {
		t.Errorf("children = %+v, %v", children, err)
	}
	type place struct {
		AtTenant tenancy.ID
		Step     tenancy.ID
		AtName   string
		TenantID tenancy.ID
	}
	got := ask[place](t, d, `select c.at_tenant, s.at_tenant as step, s.at_name, c.tenant_id from cases c join case_steps s on s.case_id = c.id where c.id = ?`, openCase)
	village, _ := s.ByCode(ctx, "152502200200")
	if want := (place{dbtest.Township2, dbtest.Township2, into.Name, village.ID}); got != want {
		t.Errorf("the open case stands at %+v, want %+v", got, want)
	}
	if entries, _ := s.History(dbtest.As(t, dbtest.Township2, tenancy.Staff), n.ID); len(entries) != 1 || entries[0].Change != "merged" {
		t.Errorf("history as the new tenant sees it = %+v", entries)
	}
	_, err = s.Merge(ctx, tree.Removal{ID: n.ID, To: dbtest.Township3, Version: n.Version, Reason: "r"})
	wantKind(t, err, fault.Precondition)
	_, err = s.Merge(ctx, tree.Removal{ID: dbtest.County, To: dbtest.Township3, Version: 1, Reason: "r"})
	wantKind(t, err, fault.Invalid)
}

// What a module does after a change is part of it.
func TestAfterIsPartOfTheChange(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	var told []tree.Change
	s := tree.New(d, guard, func(_ context.Context, _ *db.Tx, c tree.Change) error {
		told = append(told, c)
		if len(told) == 3 { // village, village, township
			return fault.New(fault.Precondition, "no")
		}
		return nil
	})
	_, err := s.Merge(leagueAdmin(t), tree.Removal{ID: dbtest.Township, To: dbtest.Township2, Version: 1, Reason: "r"})
	wantKind(t, err, fault.Precondition)
	if n := get(t, s, dbtest.Township); n.State != tree.Open || len(told) != 3 || told[2].Old.ID != dbtest.Township {
		t.Errorf("left behind: %+v, told %+v", n, told)
	}
}

// plantCase files a case born at origin whose open step stands at.
func plantCase(t *testing.T, d *db.DB, origin, at tenancy.ID) (id string) {
	t.Helper()
	id = db.NewID()
	exec(t, d, `with f as (insert into flows (tenant_id, id, name, xml, created_at) values (?0, ?1, 'f', '', now())),
		i as (insert into items (tenant_id, id, basic_code, name, kind, created_at) values (?0, ?1, 'b', 'i', '01', now())),
		v as (insert into item_versions (tenant_id, id, item_id, number, body, flow_id, author_id, author_name, updated_at) values (?0, ?1, ?1, 1, '{}', ?1, 'x', 'x', now())),
		c as (insert into cases (tenant_id, id, no, item_tenant, item_id, item_version_id, item_name, flow_tenant, flow_id, applicant_kind, applicant_name, applicant_sealed,
			applicant_blind, phone_sealed, phone_blind, channel, status, at_tenant, statutory_days, promised_days, created_at)
			values (?2, ?1, 'no', ?0, ?1, ?1, 'i', ?0, ?1, 'person', 'n', '', '', '', '', 'online', 'handling', ?3, 1, 1, now()))
		insert into case_steps (tenant_id, id, case_id, seq, step_id, name, kind, post, at_tenant, at_name, limit_days, entered_at)
			values (?2, ?1, ?1, 1, 's', 's', 'accept', 'clerk', ?3, 'old', 1, now())`, dbtest.League, id, origin, at)
	return id
}
