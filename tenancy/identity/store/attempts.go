package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"liandong/tenancy/db"
	"liandong/tenancy/identity"
)

// Attempts counts failed tries (登录失败) for all servers together; it is the
// identity.AttemptStore of production.
type Attempts struct{ db *db.DB }

// NewAttempts returns the store behind d.
func NewAttempts(d *db.DB) *Attempts { return &Attempts{d} }

var _ identity.AttemptStore = (*Attempts)(nil)

// over says that a row no longer counts: its lock has run out, or its window has
// passed with nothing locked.
const over = `coalesce(login_attempts.locked_until <= ?0, login_attempts.counts_until < ?0)`

// Fail is told at identity.AttemptStore. One statement: tries at once wait for
// each other's row and count as many.
func (a *Attempts) Fail(ctx context.Context, key string, r identity.Rule, now time.Time) (got identity.Attempts, err error) {
	err = a.db.InTx(platform(ctx), func(ctx context.Context, tx *db.Tx) error {
		got, err = scan(tx.QueryRowContext(ctx, `
			insert into login_attempts (tenant_id, key, failures, first_at, counts_until, locked_until)
			values (0, ?1, 1, ?0, ?2, case when ?4 <= 1 then ?3::timestamptz end)
			on conflict (tenant_id, key) do update set
				failures = case when `+over+` then 1 else login_attempts.failures + 1 end,
				first_at = case when `+over+` then excluded.first_at else login_attempts.first_at end,
				counts_until = case when `+over+` then excluded.counts_until else login_attempts.counts_until end,
				locked_until = case when `+over+` then excluded.locked_until
					when login_attempts.failures + 1 = ?4 then ?3::timestamptz else login_attempts.locked_until end
			returning failures, locked_until`, now, key, now.Add(r.Window), now.Add(r.Lock), r.Limit))
		return err
	})
	return got, err
}

// Undo is told at identity.AttemptStore.
func (a *Attempts) Undo(ctx context.Context, key string, r identity.Rule) error {
	return a.db.InTx(platform(ctx), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `update login_attempts set failures = failures - 1,
			locked_until = case when failures - 1 >= ?1 then locked_until end where tenant_id = 0 and key = ?0`, key, r.Limit); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `delete from login_attempts where tenant_id = 0 and key = ?0 and failures <= 0`, key)
		return err
	})
}

// Clear is told at identity.AttemptStore.
func (a *Attempts) Clear(ctx context.Context, key string) error {
	return a.db.InTx(platform(ctx), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from login_attempts where tenant_id = 0 and key = ?0`, key)
		return err
	})
}

// Get is told at identity.AttemptStore.
func (a *Attempts) Get(ctx context.Context, key string, now time.Time) (got identity.Attempts, err error) {
	err = a.db.InTx(platform(ctx), func(ctx context.Context, tx *db.Tx) error {
		got, err = scan(tx.QueryRowContext(ctx, `select failures, locked_until from login_attempts
			where tenant_id = 0 and key = ?1 and not `+over, now, key))
		if errors.Is(err, sql.ErrNoRows) {
			got, err = identity.Attempts{}, nil
		}
		return err
	})
	return got, err
}

func scan(row *sql.Row) (identity.Attempts, error) {
	var n int
	var until sql.NullTime
	if err := row.Scan(&n, &until); err != nil {
		return identity.Attempts{}, err
	}
	return identity.Attempts{Failures: n, LockedUntil: until.Time}, nil
}
