package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// The isolation matrix: every table × every kind of actor × every command × rows
// of one's own node, of ancestors, siblings, descendants and foreign branches.
// What PostgreSQL lets through is compared with the plain model in model_test.go.

// errUndo ends every look at the database: nothing stays.
var errUndo = errors.New("undo")

// world is one database full of rows, with superuser rights below the door so
// that foreign keys do not blur the answers of row security.
type world struct {
	pool   *sql.DB
	db     *db.DB
	tables []*table
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cfg, err := pgx.ParseConfig(dbtest.AdminDSN(dbtest.Clone(t)))
	if err != nil {
		t.Fatal(err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.RuntimeParams["session_replication_role"] = "replica"
	pool := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = pool.Close() })
	w := &world{pool: pool, db: db.Over(pool, dbtest.Now), tables: describe(t, pool)}
	for _, tb := range w.tables {
		tb.plant(t, pool, w.tables)
	}
	return w
}

// question is one cell of the matrix.
type question struct {
	table *table
	kind  tenancy.Kind
	at    tenancy.ID
	act   tenancy.ID
}

func (q question) String() string {
	s := fmt.Sprintf("%s at %d as %s", q.table.name, q.at, q.kind)
	if q.act != 0 {
		s += fmt.Sprintf(" acting on %d", q.act)
	}
	return s
}

// her is the person and staff member whom the questions are about.
const her, other = "00000000-0000-7000-8000-0000000000aa", "00000000-0000-7000-8000-0000000000bb"

func questions(tb *table) (qs []question) {
	for _, kind := range []tenancy.Kind{tenancy.Staff, tenancy.Person, tenancy.Public, tenancy.System, tenancy.Relay} {
		for _, at := range []tenancy.ID{dbtest.League, dbtest.County, dbtest.Township, dbtest.Village} {
			qs = append(qs, question{tb, kind, at, 0})
		}
	}
	return append(qs,
		question{tb, tenancy.Staff, dbtest.County, dbtest.Village},  // opened below: may write there
		question{tb, tenancy.Staff, dbtest.County, dbtest.Village3}, // a foreign branch: may not
		question{tb, tenancy.Staff, dbtest.Village, dbtest.County},  // above: may not
		question{tb, tenancy.System, tenancy.Platform, 0})
}

// answer is the set of "S key", "U key", "D key", "I variant" and moves that went through.
type answer map[string]bool

func (a answer) minus(b answer) (rest []string) {
	for k := range a {
		if !b[k] {
			rest = append(rest, k)
		}
	}
	sort.Strings(rest)
	return rest
}

// ask tries everything that q is about and undoes it.
func (w *world) ask(t *testing.T, q question) answer {
	t.Helper()
	got := answer{}
	ctx := dbtest.WithActor(t, q.at, tenancy.Actor{Kind: q.kind, ID: her, Name: "tester"})
	err := w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if q.act != 0 {
			if err := tx.ActOn(ctx, q.act); err != nil {
				return err
			}
		}
		a := asking{t, ctx, tx, q.table, got}
		a.keys("S", "select "+q.table.key+" from "+q.table.name)
		a.keys("D", "delete from "+q.table.name+" returning "+q.table.key)
		a.updates()
		a.moves(q)
		for _, r := range q.table.fresh {
			if a.try(r.insert) != nil {
				got["I "+r.label] = true
			}
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatalf("%s: %v", q, err)
	}
	return got
}

type asking struct {
	t   *testing.T
	ctx context.Context
	tx  *db.Tx
	tb  *table
	got answer
}

// try runs one statement and undoes it: the keys that it returned, or nil when
// row security or missing privileges refused it. What only a constraint stops counts as let through.
func (a asking) try(stmt string) (keys []string) {
	a.t.Helper()
	a.exec("savepoint s")
	defer a.exec("rollback to savepoint s")
	keys = []string{}
	rows, err := a.tx.QueryContext(a.ctx, stmt)
	if err == nil {
		for rows.Next() {
			var k string
			if err := rows.Scan(&k); err != nil {
				a.t.Fatal(err)
			}
			keys = append(keys, k)
		}
		err = errors.Join(rows.Err(), rows.Close())
	}
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return keys
	case errors.As(err, &pg) && pg.Code == "42501":
		return nil
	case errors.As(err, &pg) && strings.HasPrefix(pg.Code, "23"):
		return keys
	}
	a.t.Fatalf("%s: %v", stmt, err)
	return nil
}

func (a asking) exec(stmt string) {
	a.t.Helper()
	if _, err := a.tx.ExecContext(a.ctx, stmt); err != nil {
		a.t.Fatalf("%s: %v", stmt, err)
	}
}

func (a asking) keys(letter, stmt string) {
	a.t.Helper()
	for _, k := range a.try(stmt) {
		a.got[letter+" "+k] = true
	}
}

// updates tries all rows in one statement, and one by one when a single row spoils it.
func (a asking) updates() {
	a.t.Helper()
	stmt := "update " + a.tb.name + " set tenant_id = tenant_id"
	if ks := a.try(stmt + " returning " + a.tb.key); ks != nil {
		for _, k := range ks {
			a.got["U "+k] = true
		}
		return
	}
	for _, r := range a.tb.rows {
		a.keys("U", stmt+" where "+a.tb.key+" = '"+r.key+"' returning "+a.tb.key)
	}
}

// moves tries to take rows into one's own node, to give them away down the tree
// and to a foreign branch, and to hand them to another person. The statements
// read no column, so that only the policies of UPDATE stand in the way.
func (a asking) moves(q question) {
	a.t.Helper()
	for _, m := range movesOf(q) {
		if n := a.affected("update " + a.tb.name + " set " + m.set); n > 0 {
			a.got[m.told(n)] = true
		}
	}
}

// affected is how many rows a statement changed; a constraint that stops it counts as many.
func (a asking) affected(stmt string) int {
	a.t.Helper()
	a.exec("savepoint s")
	defer a.exec("rollback to savepoint s")
	res, err := a.tx.ExecContext(a.ctx, stmt)
	var pg *pgconn.PgError
	switch {
	case err == nil:
		n, _ := res.RowsAffected()
		return int(n)
	case errors.As(err, &pg) && pg.Code == "42501":
		return 0
	case errors.As(err, &pg) && strings.HasPrefix(pg.Code, "23"):
		return 1_000_000
	}
	a.t.Fatalf("%s: %v", stmt, err)
	return 0
}

// expect is what the model says to q.
func expect(q question) answer {
	want := answer{}
	s := scopeOf(q)
	for _, r := range q.table.rows {
		for _, letter := range "SUD" {
			if allowed(q.table.name, byte(letter), s, r) {
				want[string(letter)+" "+r.key] = true
			}
		}
	}
	for _, r := range q.table.fresh {
		if allowed(q.table.name, 'I', s, r) {
			want["I "+r.label] = true
		}
	}
	for _, m := range movesOf(q) {
		n := 0
		for _, r := range q.table.rows {
			if m.may(s, r) {
				n++
			}
		}
		if n > 0 {
			want[m.told(n)] = true
		}
	}
	return want
}

func TestIsolationMatrix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cells := 0
	for _, tb := range w.tables {
		for _, q := range questions(tb) {
			got, want := w.ask(t, q), expect(q)
			if more := got.minus(want); len(more) > 0 {
				t.Errorf("%s: let through against the model: %s", q, clip(more))
			}
			if less := want.minus(got); len(less) > 0 {
				t.Errorf("%s: refused against the model: %s", q, clip(less))
			}
			cells += len(tb.rows)*3 + len(tb.fresh)
		}
	}
	t.Logf("%d tables, %d cells", len(w.tables), cells)
}

func clip(s []string) string {
	if len(s) > 4 {
		s = append(s[:4:4], fmt.Sprintf("… %d in all", len(s)))
	}
	return strings.Join(s, ", ")
}

// TestEveryPolicyCounts drops every policy in turn, and opens every policy wide:
// the matrix must notice each.
func TestEveryPolicyCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tb := range w.tables {
		for _, p := range tb.policies {
			if p.roles[0] == "liandong_owner" {
				continue // asked by form_table alone, and broken in TestFormTables
			}
			w.mutate(t, tb, "drop policy "+p.name+" on "+tb.name, p)
			for _, part := range []string{p.using, p.check} {
				if part != "" && part != "true" {
					w.mutate(t, tb, loosened(tb, p, part), p)
				}
			}
		}
	}
}

func loosened(tb *table, p policy, part string) string {
	if part == p.using {
		return "alter policy " + p.name + " on " + tb.name + " using (true)"
	}
	return "alter policy " + p.name + " on " + tb.name + " with check (true)"
}

// mutate changes one policy, looks whether the matrix of its table still holds, and puts it back.
func (w *world) mutate(t *testing.T, tb *table, change string, p policy) {
	t.Helper()
	if _, err := w.pool.ExecContext(t.Context(), change); err != nil {
		t.Fatalf("%s: %v", change, err)
	}
	defer func() {
		if _, err := w.pool.ExecContext(t.Context(), "drop policy if exists "+p.name+" on "+tb.name+"; "+p.create(tb.name)); err != nil {
			t.Fatalf("put back %s: %v", p.name, err)
		}
	}()
	for _, q := range questions(tb) {
		if !p.concerns(q.kind) {
			continue
		}
		got, want := w.ask(t, q), expect(q)
		if len(got.minus(want)) > 0 || len(want.minus(got)) > 0 {
			return
		}
	}
	t.Errorf("nobody noticed: %s", change)
}

// policy is one policy as PostgreSQL keeps it.
type policy struct {
	name, command string
	roles         []string
	using, check  string
}

func (p policy) concerns(k tenancy.Kind) bool {
	return slices.Contains(p.roles, "liandong_"+string(k)) || slices.Contains(p.roles, "public")
}

func (p policy) create(table string) string {
	s := "create policy " + p.name + " on " + table + " for " + p.command + " to " + strings.Join(p.roles, ", ")
	if p.using != "" {
		s += " using (" + p.using + ")"
	}
	if p.check != "" {
		s += " with check (" + p.check + ")"
	}
	return s
}

// fillers number what is made up; rows must differ in their unique columns.
var fillers = struct {
	sync.Mutex
	n int
}{}

func next() int {
	fillers.Lock()
	defer fillers.Unlock()
	fillers.n++
	return fillers.n
}
