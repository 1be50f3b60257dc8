package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// The queues.
const (
	queueEvents = "events"
	queueSlow   = "slow"
)

const (
	batch       = 100
	taskTimeout = 5 * time.Minute
)

// parcel is what travels through Redis: names, never the fact itself.
type parcel struct {
	Event      string     `json:"event"`
	Tenant     tenancy.ID `json:"tenant"`
	Name       string     `json:"name"`
	Subscriber string     `json:"subscriber"`
}

func (p parcel) taskID() string { return p.Event + "." + p.Subscriber }

// relay hands stored events to asynq until ctx ends.
func (r *Runner) relay(ctx context.Context, wake <-chan struct{}) {
	for failures := 0; ; {
		n, err := r.handBatch(ctx)
		bell := wake
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			r.cfg.Log.WarnContext(ctx, "relay failed, will try again", slog.Int("failures", failures), slog.Any("err", err))
			bell = nil // being woken does not mend what is broken
		default:
			failures = 0
		}
		if n == batch && err == nil {
			continue
		}
		if !pause(ctx, r.relayPause(failures), bell) {
			return
		}
	}
}

func (r *Runner) relayPause(failures int) time.Duration {
	if failures == 0 {
		return r.cfg.Poll
	}
	return min(r.cfg.Poll, 500*time.Millisecond<<min(failures, 6))
}

// listen turns notifications into wake-ups; while it cannot, the relay polls.
func (r *Runner) listen(ctx context.Context, wake chan<- struct{}) {
	if r.cfg.DSN == "" {
		return
	}
	ring := func() {
		select {
		case wake <- struct{}{}:
		default: // already awake
		}
	}
	for {
		err := db.Listen(ctx, r.cfg.DSN, db.OutboxChannel, ring)
		if ctx.Err() != nil {
			return
		}
		r.cfg.Log.WarnContext(ctx, "not listening, will try again", slog.Any("err", err))
		if !pause(ctx, r.cfg.Poll, nil) {
			return
		}
	}
}

// open is an outbox row that is not finished, with who handled it already.
type open struct {
	TenantID tenancy.ID
	ID       string
	Name     string
	Handled  string // names, separated by commas
}

func (o open) missing(wants []string) (names []string) {
	for _, w := range wants {
		if !slices.Contains(strings.Split(o.Handled, ","), w) {
			names = append(names, w)
		}
	}
	return names
}

// handBatch finishes what all subscribers have handled and hands the rest to
// asynq: rows that were never handed first, then those handed longest ago. Rows
// are locked for as long as it takes, so two relays share the work.
func (r *Runner) handBatch(ctx context.Context) (n int, err error) {
	err = r.cfg.DB.InTx(tenancy.With(ctx, courier()), func(ctx context.Context, tx *db.Tx) error {
		var rows []open
		if err := tx.NewRaw(`select tenant_id, id, name,
				coalesce((select string_agg(i.subscriber, ',') from inbox i where i.tenant_id = o.tenant_id and i.event_id = o.id), '') as handled
			from outbox o where done_at is null and (sent_at is null or sent_at < ?)
			order by sent_at nulls first, id limit ? for update of o skip locked`, tx.Now.Add(-r.cfg.Redeliver), batch).Scan(ctx, &rows); err != nil {
			return fmt.Errorf("read outbox: %w", err)
		}
		n = len(rows)
		for _, row := range rows {
			if err := r.hand(ctx, tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (r *Runner) hand(ctx context.Context, tx *db.Tx, row open) error {
	missing := row.missing(r.wants[row.Name])
	column := "sent_at"
	if len(missing) == 0 {
		column = "done_at"
	}
	for _, name := range missing {
		if err := r.enqueue(ctx, parcel{row.ID, row.TenantID, row.Name, name}); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `update outbox set `+column+` = ? where id = ? and tenant_id = ?`, tx.Now, row.ID, row.TenantID); err != nil {
		return fmt.Errorf("mark event %s: %w", row.ID, err)
	}
	return nil
}

// enqueue is free to be repeated: a task that is still there, even put aside, stays one.
func (r *Runner) enqueue(ctx context.Context, p parcel) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("pack event %s: %w", p.Event, err)
	}
	queue := queueEvents
	if r.byName[p.Subscriber].Slow {
		queue = queueSlow
	}
	_, err = r.client.EnqueueContext(ctx, asynq.NewTask(p.Name, body), asynq.TaskID(p.taskID()), asynq.Queue(queue),
		asynq.MaxRetry(r.cfg.MaxRetry), asynq.Timeout(taskTimeout))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("hand event %s to the queue: %w", p.Event, err)
	}
	return nil
}
