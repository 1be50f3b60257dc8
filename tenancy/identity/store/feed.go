package store

import (
	"context"
	"time"

	"liandong/tenancy/db"
	"liandong/tenancy/identity"
)

// Feed records sessions that ended early (已终止的会话), so that a sign-out on one
// server counts on all within one interval of identity.RevocationList.Poll.
type Feed struct{ db *db.DB }

// NewFeed returns the record behind d.
func NewFeed(d *db.DB) *Feed { return &Feed{d} }

var _ identity.Feed = (*Feed)(nil)

// Add is told at identity.Feed. The time of recording is the database's own, one
// clock for all servers.
func (f *Feed) Add(ctx context.Context, r identity.Revocation) error {
	return f.db.InTx(platform(ctx), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into ended_sessions (tenant_id, session_id, until, ended_at) values (0, ?, ?, now())
			on conflict (tenant_id, session_id) do update set until = greatest(ended_sessions.until, excluded.until), ended_at = excluded.ended_at`,
			r.SID, r.Until)
		return err
	})
}

// Since is told at identity.Feed; what the database's clock has outlived is left out.
func (f *Feed) Since(ctx context.Context, t time.Time) (out []identity.Revocation, err error) {
	err = f.db.InTx(platform(ctx), func(ctx context.Context, tx *db.Tx) error {
		out = nil
		rows, err := tx.QueryContext(ctx, `select session_id, until from ended_sessions
			where tenant_id = 0 and ended_at >= ? and until > now() order by ended_at`, t)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var r identity.Revocation
			if err := rows.Scan(&r.SID, &r.Until); err != nil {
				return err
			}
			out = append(out, r)
		}
		return rows.Err()
	})
	return out, err
}
