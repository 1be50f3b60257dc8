package tree_test

import (
	"context"
	"testing"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// guard stands in for policy: whoever holds system_admin may.
func guard(ctx context.Context, _ tree.Node) error {
	s, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	if !s.Actor.Has("system_admin") {
		return fault.New(fault.Forbidden, "forbidden").With("no role")
	}
	return nil
}

func setup(t *testing.T) (*tree.Service, *db.DB) {
	t.Helper()
	d := dbtest.New(t)
	return tree.New(d, guard), d
}

func leagueAdmin(t *testing.T) context.Context {
	t.Helper()
	return dbtest.As(t, dbtest.League, tenancy.Staff, "system_admin")
}

func system(t *testing.T) context.Context {
	t.Helper()
	return dbtest.As(t, tenancy.Platform, tenancy.System)
}

// exec runs SQL as System over everything.
func exec(t *testing.T, d *db.DB, sql string, args ...any) {
	t.Helper()
	err := d.InTx(system(t), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(sql, args...).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ask reads one value as System over everything.
func ask[T any](t *testing.T, d *db.DB, sql string, args ...any) (v T) {
	t.Helper()
	err := d.InTx(system(t), func(ctx context.Context, tx *db.Tx) error { return tx.NewRaw(sql, args...).Scan(ctx, &v) })
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func get(t *testing.T, s *tree.Service, id tenancy.ID) tree.Node {
	t.Helper()
	n, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("err = %v, want kind %d", err, want)
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	exec(t, d, `update tenants set host = 'xilinhot.example.cn' where tenant_id = ?`, dbtest.County)
	for host, want := range map[string]tenancy.ID{
		"152502000000.localhost:8080": dbtest.County, "152502000000": dbtest.County,
		"xilinhot.example.cn": dbtest.County, "XILINHOT.example.cn:443": dbtest.County, "152502200200.a.b": dbtest.Village,
	} {
		if n, err := s.ByHost(t.Context(), host); err != nil || n.ID != want {
			t.Errorf("ByHost(%q) = %v, %v", host, n.ID, err)
		}
	}
	for _, host := range []string{"localhost", "", "152502.localhost", "999999999999.localhost", "'; drop"} {
		_, err := s.ByHost(t.Context(), host)
		wantKind(t, err, fault.NotFound)
	}
	chain, err := s.Ancestors(t.Context(), dbtest.Village)
	if err != nil || len(chain) != 5 || chain[0].ID != tenancy.Platform || chain[4].ID != dbtest.Village {
		t.Errorf("Ancestors = %v, %v", chain, err)
	}
	_, err = s.Ancestors(t.Context(), 7)
	wantKind(t, err, fault.NotFound)
	children, err := s.Children(t.Context(), dbtest.League)
	if err != nil || len(children) != 2 || children[0].ID != dbtest.County2 {
		t.Errorf("Children = %v, %v", children, err)
	}
	sub, err := s.Subtree(t.Context(), dbtest.County)
	if err != nil || len(sub) != 5 || sub[0].ID != dbtest.County {
		t.Errorf("Subtree = %v, %v", sub, err)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	for _, tt := range []struct {
		q           tree.Query
		rows, total int
	}{
		{tree.Query{Under: dbtest.League, Q: "牧场"}, 1, 2},
		{tree.Query{Under: dbtest.League, Q: "牧场", Size: 10, Page: 1}, 2, 2},
		{tree.Query{Under: dbtest.League, Q: "牧场", Size: 10, Page: 2}, 0, 2},
		{tree.Query{Under: dbtest.League, Size: 1000, Level: "village"}, 3, 3},
		{tree.Query{Under: dbtest.County2, Q: "牧场", Size: 10}, 0, 0},
		{tree.Query{Under: dbtest.League, Q: "152502200", Size: 10}, 3, 3},
		{tree.Query{Under: dbtest.League, Q: "%", Size: 10}, 0, 0},
	} {
		nodes, total, err := s.Search(t.Context(), tt.q)
		if err != nil || len(nodes) != tt.rows || total != tt.total {
			t.Errorf("Search(%+v) = %d of %d, %v", tt.q, len(nodes), total, err)
		}
	}
}

func TestScopeFor(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	scope, err := s.ScopeFor(t.Context(), dbtest.Township, tenancy.Actor{Kind: tenancy.Staff, Name: "x"})
	if err != nil || scope.Over != (tenancy.Interval{Lo: dbtest.Township, Hi: dbtest.Township + 999_999}) || len(scope.Ancestors) != 4 || scope.Actor.Name != "x" {
		t.Errorf("scope = %+v, %v", scope, err)
	}
	scope, err = s.ScopeFor(t.Context(), dbtest.Township, tenancy.Actor{Kind: tenancy.Public})
	if err != nil || scope.Over != (tenancy.Interval{}) {
		t.Errorf("the public sees an interval: %+v, %v", scope, err)
	}
	_, err = s.ScopeFor(t.Context(), 5, tenancy.Actor{})
	wantKind(t, err, fault.NotFound)
	exec(t, d, `update tenants set state = 'closed' where tenant_id = ?`, dbtest.Village)
	_, err = s.ScopeFor(t.Context(), dbtest.Village, tenancy.Actor{})
	wantKind(t, err, fault.Precondition)
}
