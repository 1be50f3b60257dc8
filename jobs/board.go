package jobs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Board is what goes on in the background now.
type Board struct {
	Redis     string // why Redis does not answer; empty when it does
	Workers   int    // worker processes that are alive
	Queues    []Queue
	Outbox    Outbox
	Schedules []ScheduleRun
}

// Queue (队列) counts tasks by state. Archived are the ones put aside.
type Queue struct {
	Name                                        string
	Pending, Active, Scheduled, Retry, Archived int
	ProcessedToday, FailedToday                 int
	Latency                                     time.Duration // age of the oldest task that waits
}

// Outbox says how far behind delivery is, for the events of the actor's tenants.
type Outbox struct {
	Waiting    int       // not handed to Redis yet
	Unfinished int       // not confirmed by every subscriber yet, Waiting included
	Oldest     time.Time // of the unfinished ones; zero when there are none
}

// ScheduleRun (定时任务) is a schedule with its last run.
type ScheduleRun struct {
	Name       string
	Every      time.Duration // zero when this process does not know it
	NextAt     time.Time
	StartedAt  *time.Time
	FinishedAt *time.Time
	Running    bool
	Worker     string
	Runs       int64
	Failures   int // in a row
	Error      string
}

// Board shows everything at once. It needs jobs:view. While Redis is away the
// rest is still shown.
func (r *Runner) Board(ctx context.Context) (b Board, err error) {
	if err := r.cfg.Authz.Allow(ctx, policies.JobsView, policies.Resource{}); err != nil {
		return b, err
	}
	if b.Outbox, err = r.outbox(ctx); err != nil {
		return b, err
	}
	if b.Schedules, err = r.schedules(ctx); err != nil {
		return b, err
	}
	b.Queues, b.Workers, err = r.queues()
	if err != nil {
		b.Redis = err.Error()
	}
	return b, nil
}

func (r *Runner) queues() (qs []Queue, workers int, err error) {
	if err := r.client.Ping(); err != nil {
		return nil, 0, fmt.Errorf("ask redis: %w", err)
	}
	servers, err := r.inspect.Servers()
	if err != nil {
		return nil, 0, fmt.Errorf("list workers: %w", err)
	}
	used, err := r.inspect.Queues()
	if err != nil {
		return nil, 0, fmt.Errorf("list queues: %w", err)
	}
	for _, name := range []string{queueEvents, queueSlow} {
		if !slices.Contains(used, name) { // nothing was ever put there
			qs = append(qs, Queue{Name: name})
			continue
		}
		info, err := r.inspect.GetQueueInfo(name)
		if err != nil {
			return nil, 0, fmt.Errorf("queue %s: %w", name, err)
		}
		qs = append(qs, Queue{
			Name: name, Pending: info.Pending, Active: info.Active, Scheduled: info.Scheduled, Retry: info.Retry,
			Archived: info.Archived, ProcessedToday: info.Processed, FailedToday: info.Failed, Latency: info.Latency,
		})
	}
	return qs, len(servers), nil
}

// outbox counts in the actor's own scope: row security keeps other trees out.
func (r *Runner) outbox(ctx context.Context) (o Outbox, err error) {
	err = r.cfg.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var oldest *time.Time
		if err := tx.QueryRowContext(ctx, `select count(*) filter (where sent_at is null), count(*), min(created_at) from outbox where done_at is null`).
			Scan(&o.Waiting, &o.Unfinished, &oldest); err != nil {
			return fmt.Errorf("count outbox: %w", err)
		}
		if oldest != nil {
			o.Oldest = *oldest
		}
		return nil
	})
	return o, err
}

func (r *Runner) schedules(ctx context.Context) (rows []ScheduleRun, err error) {
	err = r.asSystem(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select name, next_at, started_at, finished_at, coalesce(lease_until > ?, false) as running, worker, runs, failures, error
			from schedules where tenant_id = ? order by name`, tx.Now, tenancy.Platform).Scan(ctx, &rows)
	})
	for i := range rows {
		for _, s := range r.cfg.Schedules {
			if s.Name == rows[i].Name {
				rows[i].Every = s.Every
			}
		}
	}
	return rows, err
}

// Failure is an event that one subscriber could not handle.
type Failure struct {
	Queue, ID   string
	Event       string // wire name
	EventID     string
	Tenant      tenancy.ID
	TenantName  string
	Subscriber  string
	Error       string
	Tries, Most int
	Aside       bool // put aside: nothing happens until somebody retries or gives up
	FailedAt    time.Time
	NextAt      time.Time // zero when Aside
}

// maxFailures bounds how many tasks of each state and queue are read.
const maxFailures = 500

// Failures lists what failed, put aside first, for the events of the actor's
// tenants. It needs jobs:view.
func (r *Runner) Failures(ctx context.Context) (out []Failure, err error) {
	if err := r.cfg.Authz.Allow(ctx, policies.JobsView, policies.Resource{}); err != nil {
		return nil, err
	}
	scope, err := tenancy.From(ctx)
	if err != nil {
		return nil, err
	}
	for _, list := range []func(string, ...asynq.ListOption) ([]*asynq.TaskInfo, error){r.inspect.ListArchivedTasks, r.inspect.ListRetryTasks} {
		for _, q := range []string{queueEvents, queueSlow} {
			tasks, err := list(q, asynq.PageSize(maxFailures))
			if errors.Is(err, asynq.ErrQueueNotFound) {
				continue
			}
			if err != nil {
				return nil, fault.New(fault.Unavailable, "jobs.redis_away").Because(err)
			}
			out = append(out, within(scope.Over, tasks)...)
		}
	}
	return out, r.nameTenants(ctx, out)
}

func within(over tenancy.Interval, tasks []*asynq.TaskInfo) (out []Failure) {
	for _, t := range tasks {
		if f, ok := failureOf(t); ok && over.Contains(f.Tenant) {
			out = append(out, f)
		}
	}
	return out
}

func (r *Runner) nameTenants(ctx context.Context, list []Failure) error {
	ids := map[tenancy.ID]bool{}
	for _, f := range list {
		ids[f.Tenant] = true
	}
	return r.cfg.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		names, err := tree.In(tx).Names(ctx, slices.Collect(maps.Keys(ids)))
		for i := range list {
			list[i].TenantName = names[list[i].Tenant]
		}
		return err
	})
}

// Retry runs a failed task now. It needs jobs:retry and leaves an audit line.
func (r *Runner) Retry(ctx context.Context, queue, id string) error {
	f, err := r.failure(ctx, queue, id)
	if err != nil {
		return err
	}
	err = r.cfg.DB.InTx(ctx, func(_ context.Context, tx *db.Tx) error {
		tx.Record(audited("jobs:retry", f))
		return nil
	})
	if err != nil {
		return err
	}
	return gone(r.inspect.RunTask(queue, id))
}

// GiveUp ends a task that cannot succeed: the event counts as handled by that
// subscriber, without its effects. It needs jobs:retry and leaves an audit line.
func (r *Runner) GiveUp(ctx context.Context, queue, id string) error {
	f, err := r.failure(ctx, queue, id)
	if err != nil {
		return err
	}
	err = r.cfg.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Record(audited("jobs:give_up", f))
		if err := tx.ActOn(ctx, f.Tenant); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `insert into inbox (tenant_id, event_id, subscriber, handled_at) values (?, ?, ?, ?) on conflict do nothing`,
			f.Tenant, f.EventID, f.Subscriber, tx.Now)
		return err
	})
	if err != nil {
		return err
	}
	return gone(r.inspect.DeleteTask(queue, id))
}

func audited(action string, f Failure) db.Audit {
	return db.Audit{Action: action, Kind: "event", Object: f.EventID, Detail: map[string]any{"event": f.Event, "subscriber": f.Subscriber, "error": f.Error}}
}

// failure finds a failed task of the actor's tenants; for anybody else there is none.
func (r *Runner) failure(ctx context.Context, queue, id string) (Failure, error) {
	if err := r.cfg.Authz.Allow(ctx, policies.JobsRetry, policies.Resource{}); err != nil {
		return Failure{}, err
	}
	scope, err := tenancy.From(ctx)
	if err != nil {
		return Failure{}, err
	}
	t, err := r.inspect.GetTaskInfo(queue, id)
	if err != nil {
		return Failure{}, gone(err)
	}
	f, ok := failureOf(t)
	if !ok || !scope.Over.Contains(f.Tenant) {
		return Failure{}, fault.New(fault.NotFound, "jobs.task_gone")
	}
	return f, nil
}

func gone(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound), strings.Contains(err.Error(), "not found"):
		return fault.New(fault.NotFound, "jobs.task_gone").Because(err)
	}
	return fault.New(fault.Unavailable, "jobs.redis_away").Because(err)
}
