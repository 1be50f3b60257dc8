// Package dbtest gives a test its own migrated database on real PostgreSQL,
// reached the way production reaches it: as a role that row security binds.
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"liandong/migrations"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// The tree that every test database is born with: two counties of one league,
// two townships and two villages in the first, one of each in the second.
const (
	League    tenancy.ID = 152500000000000
	County    tenancy.ID = 152502000000000
	County2   tenancy.ID = 152501000000000
	Township  tenancy.ID = 152502200000000
	Township2 tenancy.ID = 152502201000000
	Township3 tenancy.ID = 152501400000000
	Village   tenancy.ID = 152502200200000
	Village2  tenancy.ID = 152502200201000
	Village3  tenancy.ID = 152501400200000
)

// Node is one tenant of the test tree.
type Node struct {
	ID, Hi, Parent tenancy.ID
	Level, Name    string
}

// Tree lists the tenants of every test database, parents first.
func Tree() []Node {
	n := func(id, size, parent tenancy.ID, level, name string) Node {
		return Node{id, id + size - 1, parent, level, name}
	}
	return []Node{
		n(League, 1e11, 0, "league", "锡林郭勒盟"),
		n(County2, 1e9, League, "county", "二连浩特市"), n(County, 1e9, League, "county", "锡林浩特市"),
		n(Township, 1e6, County, "township", "毛登牧场"), n(Township2, 1e6, County, "township", "白音锡勒牧场"),
		n(Township3, 1e6, County2, "township", "格日勒敖都苏木"),
		n(Village, 1e3, Township, "village", "第一嘎查"), n(Village2, 1e3, Township, "village", "第二嘎查"),
		n(Village3, 1e3, Township3, "village", "呼格吉勒图嘎查"),
	}
}

// One migrated template per test binary.
var (
	template = sync.OnceValues(migrate)
	count    atomic.Int64
)

// Now is the clock of every test database: Wednesday 2026-03-04 10:00 in China.
func Now() time.Time { return time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC) }

// As returns a context of an actor of kind who stands in tenant id of the test
// tree, holds roles and is called tester. See WithActor for other people.
func As(tb testing.TB, id tenancy.ID, kind tenancy.Kind, roles ...string) context.Context {
	tb.Helper()
	return WithActor(tb, id, tenancy.Actor{Kind: kind, ID: "00000000-0000-7000-8000-000000000001", Name: "tester", Roles: roles})
}

// WithActor returns a context of a acting in tenant id of the test tree.
func WithActor(tb testing.TB, id tenancy.ID, a tenancy.Actor) context.Context {
	tb.Helper()
	s := tenancy.Scope{Tenant: id, Actor: a, Ancestors: chain(id), RequestID: "test"}
	if a.Kind == tenancy.Staff || a.Kind == tenancy.System {
		s.Over = over(id)
	}
	return tenancy.With(tb.Context(), s)
}

func over(id tenancy.ID) tenancy.Interval {
	if id == tenancy.Platform {
		return tenancy.Whole()
	}
	for _, n := range Tree() {
		if n.ID == id {
			return tenancy.Interval{Lo: n.ID, Hi: n.Hi}
		}
	}
	return tenancy.Interval{Lo: id, Hi: id}
}

func chain(id tenancy.ID) []tenancy.ID {
	ids := []tenancy.ID{tenancy.Platform}
	for _, n := range Tree() {
		if n.ID <= id && id <= n.Hi {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// New clones the migrated template and opens it as the application role.
func New(tb testing.TB) *db.DB {
	tb.Helper()
	return db.Over(Pool(tb), Now)
}

// Pool is New without the door, for tests of the door itself.
func Pool(tb testing.TB) *sql.DB {
	tb.Helper()
	name := Clone(tb)
	cfg, err := pgx.ParseConfig(dsn("LIANDONG_TEST_APP_DSN", name))
	if err != nil {
		tb.Fatal(err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(16)
	tb.Cleanup(func() { _ = pool.Close() })
	return pool
}

// Clone makes a database from the template and returns its name; DSN opens it
// as the application role would, AdminDSN as superuser.
func Clone(tb testing.TB) string {
	tb.Helper()
	base, err := template()
	if err != nil {
		tb.Fatalf("test database (run through `make test`): %v", err)
	}
	name := fmt.Sprintf("%s_%d", base, count.Add(1))
	ctx := tb.Context()
	admin, err := pgx.Connect(ctx, dsn("LIANDONG_TEST_ADMIN_DSN", "postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	if _, err := admin.Exec(ctx, fmt.Sprintf("create database %s template %s", name, base)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { drop(name) })
	return name
}

// DSN addresses database name as the application role.
func DSN(name string) string { return dsn("LIANDONG_TEST_APP_DSN", name) }

// AdminDSN addresses database name as superuser: for planting faults and for
// looking behind row security, never for the code under test.
func AdminDSN(name string) string { return dsn("LIANDONG_TEST_ADMIN_DSN", name) }

func drop(name string) {
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, dsn("LIANDONG_TEST_ADMIN_DSN", "postgres"))
	if err != nil {
		return
	}
	defer func() { _ = admin.Close(ctx) }()
	_, _ = admin.Exec(ctx, "drop database if exists "+name+" with (force)")
}

func migrate() (string, error) {
	ctx := context.Background()
	name := fmt.Sprintf("tmpl_%d", os.Getpid())
	admin, err := pgx.Connect(ctx, dsn("LIANDONG_TEST_ADMIN_DSN", "postgres"))
	if err != nil {
		return "", err
	}
	defer func() { _ = admin.Close(ctx) }()
	if err := sweep(ctx, admin); err != nil {
		return "", err
	}
	if _, err := admin.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
		return "", err
	}
	if _, err := admin.Exec(ctx, "create database "+name+" owner liandong_owner"); err != nil {
		return "", err
	}
	if _, err := migrations.Apply(ctx, dsn("LIANDONG_TEST_OWNER_DSN", name)); err != nil {
		return "", err
	}
	return name, plant(ctx, dsn("LIANDONG_TEST_ADMIN_DSN", name))
}

// sweep drops what test binaries that are gone have left: their templates, and their clones if they
// were killed. The number in a name is that of the process.
func sweep(ctx context.Context, admin *pgx.Conn) error {
	rows, err := admin.Query(ctx, `select datname, substring(datname from '^tmpl_(\d+)')::int from pg_database where datname ~ '^tmpl_\d+(_\d+)?$'`)
	if err != nil {
		return err
	}
	type left struct {
		Name string
		PID  int
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[left])
	if err != nil {
		return err
	}
	for _, l := range all {
		if errors.Is(syscall.Kill(l.PID, 0), syscall.ESRCH) {
			_, _ = admin.Exec(ctx, "drop database if exists "+l.Name) // somebody else may do the same
		}
	}
	return nil
}

func plant(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, n := range Tree() {
		if _, err := conn.Exec(ctx, `insert into tenants (tenant_id, hi, parent_id, level, code, name) values ($1, $2, $3, $4, $5, $6)`,
			int64(n.ID), int64(n.Hi), int64(n.Parent), n.Level, fmt.Sprintf("%012d", int64(n.ID)/1000), n.Name); err != nil {
			return err
		}
	}
	return nil
}

// dsn takes the address in env and points it at database name.
func dsn(env, name string) string {
	u, err := url.Parse(os.Getenv(env))
	if err != nil || u.Scheme == "" {
		return "postgres://unset-" + env + "/" + name
	}
	u.Path = "/" + name
	return u.String()
}
