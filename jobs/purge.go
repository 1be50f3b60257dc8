package jobs

import (
	"context"
	"fmt"
	"time"

	"liandong/tenancy/db"
)

// What is kept, and for how long. Finished events stay a month, so that a
// question about last week has an answer; a repeated submit is known for a week.
const (
	keepEvents   = 30 * 24 * time.Hour
	keepAnswers  = 7 * 24 * time.Hour
	keepAttempts = 24 * time.Hour
	keepMessages = 7 * 24 * time.Hour // of the simulator
	purgeBatch   = 5_000
)

// Purge is the schedule that throws away what has served its time.
func Purge(d *db.DB) Schedule {
	return Schedule{Name: "jobs.purge", Every: time.Hour, Run: func(ctx context.Context) error {
		return d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, p := range purges() {
				if _, err := tx.ExecContext(ctx, p.sql, tx.Now.Add(-p.keep), purgeBatch); err != nil {
					return fmt.Errorf("purge %s: %w", p.what, err)
				}
			}
			return nil
		})
	}}
}

type purge struct {
	what string
	keep time.Duration
	sql  string
}

// purges delete bounded batches; an hour later comes the next one.
func purges() []purge {
	return []purge{
		{"finished events", keepEvents, `with old as (
				delete from outbox where (tenant_id, id) in (select tenant_id, id from outbox where done_at < ? order by done_at limit ?) returning tenant_id, id)
			delete from inbox i using old where i.tenant_id = old.tenant_id and i.event_id = old.id`},
		{"idempotency keys", keepAnswers, `delete from idempotency where (tenant_id, actor_id, key) in (select tenant_id, actor_id, key from idempotency where created_at < ? limit ?)`},
		{"failed log-ins", keepAttempts, `delete from login_attempts where (tenant_id, key) in (
			select tenant_id, key from login_attempts where greatest(counts_until, locked_until) < ? limit ?)`},
		{"ended sessions", 0, `delete from ended_sessions where (tenant_id, session_id) in (select tenant_id, session_id from ended_sessions where until < ? limit ?)`},
		{"simulated messages", keepMessages, `delete from sms_inbox where (tenant_id, id) in (select tenant_id, id from sms_inbox where received_at < ? limit ?)`},
	}
}
