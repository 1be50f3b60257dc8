package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// process is asynq's handler: one event for one subscriber.
func (r *Runner) process(ctx context.Context, t *asynq.Task) error {
	var p parcel
	if err := json.Unmarshal(t.Payload(), &p); err != nil {
		return fmt.Errorf("unpack task: %w: %w", err, asynq.SkipRetry)
	}
	sub, ok := r.byName[p.Subscriber]
	if !ok { // a worker of another release may know it
		return fmt.Errorf("no subscriber %s here", p.Subscriber)
	}
	return r.Deliver(ctx, sub, p.Event)
}

// Deliver gives one stored event to one subscriber, once: when its inbox row
// exists, or the event is gone, nothing happens.
func (r *Runner) Deliver(ctx context.Context, sub Subscriber, eventID string) error {
	e, scope, err := r.unpack(ctx, sub, eventID)
	if errors.Is(err, errGone) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.cfg.DB.InTx(tenancy.With(ctx, scope), func(ctx context.Context, tx *db.Tx) error {
		// A second worker waits here until the first has committed, and then finds the row.
		res, err := tx.ExecContext(ctx, `insert into inbox (tenant_id, event_id, subscriber, handled_at) values (?, ?, ?, ?) on conflict do nothing`,
			e.Tenant, e.ID, sub.Name, tx.Now)
		if err != nil {
			return fmt.Errorf("inbox of %s: %w", sub.Name, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return nil
		}
		return sub.Handle(ctx, tx, e)
	})
}

var errGone = errors.New("jobs: event is gone")

// unpack reads the event and the scope to handle it in. The tenant is read with
// it: it may have been moved since the event was handed over.
func (r *Runner) unpack(ctx context.Context, sub Subscriber, id string) (e Event, s tenancy.Scope, err error) {
	err = r.cfg.DB.InTx(tenancy.With(ctx, courier()), func(ctx context.Context, tx *db.Tx) error {
		var body string
		err := tx.QueryRowContext(ctx, `select tenant_id, id, name, body::text, actor_id, actor_name, request_id, created_at from outbox where id = ?`, id).
			Scan(&e.Tenant, &e.ID, &e.Name, &body, &e.ActorID, &e.ActorName, &e.RequestID, &e.At)
		if errors.Is(err, sql.ErrNoRows) {
			return errGone
		}
		if err != nil {
			return fmt.Errorf("read event %s: %w", id, err)
		}
		e.Body = json.RawMessage(body)
		chain, err := tree.In(tx).Ancestors(ctx, e.Tenant)
		s = scopeOf(sub, e, chain)
		return err
	})
	return e, s, err
}

// scopeOf is where a subscriber works: as System, in the event's tenant.
func scopeOf(sub Subscriber, e Event, chain []tree.Node) tenancy.Scope {
	s := tenancy.Scope{Tenant: e.Tenant, RequestID: e.RequestID, Actor: tenancy.Actor{Kind: tenancy.System, ID: "job:" + sub.Name, Name: sub.Name}}
	for _, n := range chain {
		s.Ancestors = append(s.Ancestors, n.ID)
	}
	if len(chain) == 0 {
		return s
	}
	at := chain[len(chain)-1]
	if sub.Reach == All {
		s.Over = tenancy.Whole()
		return s
	}
	if sub.Reach == Root && len(chain) > 1 {
		at = chain[1] // right below the platform
	}
	s.Over = at.Interval()
	return s
}

// failed logs a try that went wrong; the last one is an error that somebody must see.
func (r *Runner) failed(ctx context.Context, t *asynq.Task, err error) {
	tries, _ := asynq.GetRetryCount(ctx)
	most, _ := asynq.GetMaxRetry(ctx)
	id, _ := asynq.GetTaskID(ctx)
	level, what := slog.LevelWarn, "event failed, will try again"
	if tries >= most || errors.Is(err, asynq.SkipRetry) {
		level, what = slog.LevelError, "event put aside"
	}
	if f, ok := fault.As(err); ok {
		err = fmt.Errorf("%s: %w", f.Text, err)
	}
	r.cfg.Log.Log(ctx, level, what, slog.String("task", id), slog.String("event", t.Type()), slog.Int("tries", tries+1), slog.Duration("pause", r.nextPause(tries)), slog.Any("err", err)) //nolint:sloglint // both messages are constants
}

func (r *Runner) nextPause(tries int) time.Duration { return r.cfg.Backoff(tries) }
