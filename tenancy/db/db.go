// Package db is the single door to PostgreSQL. A Tx exists only inside a scope,
// so a query that forgets its tenant does not compile.
package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"liandong/tenancy"
)

// ErrNested reports InTx inside InTx: two connections, no atomicity, a deadlock
// waiting for a busy day. Pass the Tx instead.
var ErrNested = errors.New("db: already in a transaction")

// retries bounds how often a transaction that lost a serialisation race runs again.
const retries = 3

// DB hides the pool: callers can begin a scoped transaction and nothing else.
type DB struct {
	pool *bun.DB
	now  func() time.Time
}

// Open connects to dsn as the application role, which must be neither owner,
// superuser nor BYPASSRLS. Statements are sent unnamed (simple protocol): a plan
// kept from one scope would be used for another and be up to 20,000 × slower.
func Open(dsn string, maxConns int, now func() time.Time) (*DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("parse database address: %w", err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.RuntimeParams["timezone"] = "UTC"
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	return Over(pool, now), nil
}

// Over wraps a pool that is already open.
func Over(pool *sql.DB, now func() time.Time) *DB {
	return &DB{pool: bun.NewDB(pool, pgdialect.New()), now: now}
}

// Close closes the pool.
func (d *DB) Close() error { return d.pool.Close() }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.pool.PingContext(ctx) }

// Now reads the clock that transactions read.
func (d *DB) Now() time.Time { return d.now() }

type inTxKey struct{}

// InTx runs fn inside the scope found in ctx, committing when fn returns nil.
// It returns tenancy.ErrNoScope without a scope, ErrNested inside another
// transaction, and faults for what the database refused (see classify). fn may
// run again when the transaction lost a race, so it must not keep results of a
// failed run.
func (d *DB) InTx(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if ctx.Value(inTxKey{}) != nil {
		return ErrNested
	}
	scope, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, inTxKey{}, true)
	for try := 0; ; try++ {
		err = d.once(ctx, scope, fn)
		if err == nil || try == retries || !lostRace(err) {
			return classify(err)
		}
	}
}

func (d *DB) once(ctx context.Context, scope tenancy.Scope, fn func(context.Context, *Tx) error) (err error) {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := command(ctx, conn, enter(scope), "SET"); err != nil {
		discard(conn)
		return fmt.Errorf("enter scope: %w", err)
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			if e := command(context.WithoutCancel(ctx), conn, "ROLLBACK", "ROLLBACK"); e != nil {
				discard(conn)
			}
		}
	}()
	tx := &Tx{Conn: conn, Now: d.now().UTC(), Scope: scope}
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if err := tx.flush(ctx); err != nil {
		return err
	}
	done = true
	if err := command(ctx, conn, "COMMIT", "COMMIT"); err != nil {
		discard(conn)
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// command sends one simple-protocol message and checks the tag of its last
// statement: PostgreSQL answers COMMIT of a failed transaction with ROLLBACK
// and no error, which would lose work silently.
func command(ctx context.Context, conn bun.Conn, sql, tag string) error {
	return conn.Raw(func(dc any) error {
		std, ok := dc.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver %T", dc)
		}
		res, err := std.Conn().PgConn().Exec(ctx, sql).ReadAll()
		if err != nil {
			return err
		}
		if got := res[len(res)-1].CommandTag.String(); got != tag {
			return fmt.Errorf("%s answered %s", tag, got)
		}
		return nil
	})
}

// discard makes the pool forget a connection whose state is unknown.
func discard(conn bun.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}
