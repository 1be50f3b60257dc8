package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// crowd fills the second county with 100,000 open cases, newer than the 25 of one village of the first.
const crowd = `insert into cases (tenant_id, id, no, item_tenant, item_id, item_version_id, item_name, flow_tenant, flow_id, applicant_kind, applicant_name,
	applicant_sealed, applicant_blind, phone_sealed, phone_blind, channel, status, at_tenant, statutory_days, promised_days, created_at)
	select t, gen_random_uuid(), 'n' || t || n, 0, gen_random_uuid(), gen_random_uuid(), 'x', 0, gen_random_uuid(), 'person', 'x', '', '', '', '', 'online',
		'handling', t, 20, 10, timestamptz '2026-01-01' + n * interval '1 second' + offs
	from (values (152501400200000, 100000, interval '30 days'), (152502200200000, 25, interval '0')) v (t, many, offs), generate_series(1, many) n`

func crowded(t *testing.T) string {
	t.Helper()
	name := dbtest.Clone(t)
	cfg, err := pgx.ParseConfig(dbtest.AdminDSN(name))
	if err != nil {
		t.Fatal(err)
	}
	cfg.RuntimeParams["session_replication_role"] = "replica"
	pool := stdlib.OpenDB(*cfg)
	defer func() { _ = pool.Close() }()
	for _, stmt := range []string{crowd, "analyze cases"} {
		if _, err := pool.ExecContext(t.Context(), stmt); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

const newest = `select id from cases where ended_at is null order by created_at desc limit 20`

// work is how many blocks of cases and of its indexes fn touched.
func work(t *testing.T, d *db.DB, at tenancy.ID, fn func(context.Context, *db.Tx) error) (blocks int) {
	t.Helper()
	err := d.InTx(dbtest.As(t, at, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		before, err := touched(ctx, tx)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		blocks, err = touched(ctx, tx)
		blocks -= before // the server's counter goes on across short transactions
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

func touched(ctx context.Context, tx *db.Tx) (blocks int, err error) {
	err = tx.NewRaw(`select sum(pg_stat_get_xact_blocks_fetched(c)) from (select 'cases'::regclass::oid c union all
		select indexrelid from pg_index where indrelid = 'cases'::regclass) x`).Scan(ctx, &blocks)
	return blocks, err
}

func list(ctx context.Context, tx *db.Tx) error {
	_, err := tx.ExecContext(ctx, newest)
	return err
}

// A plan made for the whole league must not serve a village: after many lists at
// the league, the village's list does the same work as on a fresh connection.
func TestPlansAreNotSharedAcrossScopes(t *testing.T) {
	t.Parallel()
	name := crowded(t)
	fresh := work(t, open(t, name), dbtest.Village, list)
	d := open(t, name)
	for range 10 {
		work(t, d, dbtest.League, list)
	}
	after := work(t, d, dbtest.Village, list)
	if after > 2*fresh+10 {
		t.Errorf("the village's list touched %d blocks after the league's, %d on a fresh connection", after, fresh)
	}
	// The trap is real here: a prepared statement keeps the league's plan and reads the whole crowd.
	trapped := open(t, name)
	if err := trapped.InTx(dbtest.As(t, dbtest.League, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, "prepare kept as "+newest); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "execute kept")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	kept := work(t, trapped, dbtest.Village, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "execute kept")
		return err
	})
	if kept < 5*after {
		t.Errorf("a kept plan touched %d blocks, ours %d: this test does not see the trap", kept, after)
	}
}

// open is the way in that the product uses, with one connection.
func open(t *testing.T, name string) *db.DB {
	t.Helper()
	d, err := db.Open(dbtest.DSN(name), 1, dbtest.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// Foreign keys look past row security: only a tenant in the key keeps a row from hanging on a stranger's.
func TestForeignKeyCannotCrossTenants(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	foreign := db.NewID()
	put(t, d, dbtest.County2, `insert into departments (tenant_id, id, name) values (?, ?, 'x')`, dbtest.County2, foreign)
	err := d.InTx(dbtest.As(t, dbtest.County, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`insert into posts (tenant_id, id, department_id, name, roles) values (?, ?, ?, 'x', '{}')`, dbtest.County, db.NewID(), foreign).Exec(ctx)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "23503" {
			t.Errorf("a post in another county's department: %v", err)
		}
		return err
	})
	if err == nil {
		t.Error("it was let through")
	}
}

func put(t *testing.T, d *db.DB, at tenancy.ID, stmt string, args ...any) {
	t.Helper()
	if err := d.InTx(dbtest.As(t, at, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(stmt, args...).Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// An enum's comparison is not leakproof: row security would check row by row before any index.
func TestIndexesServeUnderRowSecurity(t *testing.T) {
	t.Parallel()
	d := open(t, crowded(t))
	var plan []string
	err := d.InTx(dbtest.As(t, dbtest.Village, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`explain select count(*) from cases where status = 'handling' and ended_at is null`).Scan(ctx, &plan)
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "Index") || !strings.Contains(text, "Index Cond") {
		t.Errorf("a village's count does not begin at an index:\n%s", text)
	}
}
