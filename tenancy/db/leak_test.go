package db_test

import (
	"context"
	"errors"
	"testing"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// A pooled connection must forget its tenant and its role when the transaction ends.
func TestConnectionForgetsTenant(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	pool.SetMaxOpenConns(1)
	d := db.Over(pool, dbtest.Now)
	for _, fn := range []func(context.Context, *db.Tx) error{
		func(ctx context.Context, tx *db.Tx) error { return tx.ActOn(ctx, dbtest.Village) },
		func(context.Context, *db.Tx) error { return errors.New("boom") },
	} {
		_ = d.InTx(dbtest.As(t, dbtest.County, tenancy.Staff), fn)
		var left string
		if err := pool.QueryRowContext(t.Context(), `select concat(current_setting('app.tenant', true), current_setting('app.act', true),
			current_setting('app.lo', true), current_setting('app.anc', true), current_setting('app.subject', true), current_role)`).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left != "liandong_app" {
			t.Errorf("connection still carries %q", left)
		}
	}
}

func TestNoScopeSeesNoRow(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	for _, role := range []string{"liandong_staff", "liandong_system", "liandong_person", "liandong_public"} {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := conn.QueryRowContext(t.Context(), `select count(*) from items`).Scan(&n); err == nil {
			t.Error("the log-in role itself may read items")
		}
		if _, err := conn.ExecContext(t.Context(), "set role "+role); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRowContext(t.Context(), `select (select count(*) from calendar_days) + (select count(*) from items)`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s without a scope: %d rows, %v", role, n, err)
		}
		if _, err := conn.ExecContext(t.Context(), "reset role"); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
	if err := db.Over(pool, dbtest.Now).InTx(t.Context(), nil); !errors.Is(err, tenancy.ErrNoScope) {
		t.Errorf("err = %v, want ErrNoScope", err)
	}
}

func TestNestedTransactionIsRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	err := d.InTx(dbtest.As(t, dbtest.County, tenancy.Staff), func(ctx context.Context, _ *db.Tx) error {
		return d.InTx(ctx, func(context.Context, *db.Tx) error { return nil })
	})
	if !errors.Is(err, db.ErrNested) {
		t.Errorf("err = %v, want ErrNested", err)
	}
}

// A failed statement whose error fn swallowed must not pass for a commit.
func TestSwallowedErrorIsNotCommitted(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	err := d.InTx(dbtest.As(t, dbtest.County, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		_, _ = tx.ExecContext(ctx, "select 1/0")
		return nil
	})
	if err == nil {
		t.Fatal("a transaction that the server rolled back was reported as committed")
	}
}

func insertDay(tenant tenancy.ID) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`insert into calendar_days (tenant_id, day, working, name) values (?, '2026-05-01', false, 'x')`, tenant).Exec(ctx)
		return err
	}
}

func TestWritesStayInTheNodeUntilPolicyOpensAnother(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	ctx := dbtest.As(t, dbtest.County, tenancy.Staff)
	if err := d.InTx(ctx, insertDay(dbtest.Village)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("writing below without ActOn: %v", err)
	}
	open := func(target tenancy.ID) error {
		return d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.ActOn(ctx, target); err != nil {
				return err
			}
			return insertDay(target)(ctx, tx)
		})
	}
	if err := open(dbtest.Village); err != nil {
		t.Errorf("writing below after ActOn: %v", err)
	}
	for _, foreign := range []tenancy.ID{dbtest.Village3, dbtest.County2, dbtest.League} {
		if err := open(foreign); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("ActOn(%s) outside the interval: %v", foreign, err)
		}
	}
}
