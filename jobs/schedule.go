package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

const (
	runTimeout = 10 * time.Minute
	lease      = 15 * time.Second // of a worker that died; a living one renews it
	renewEvery = 5 * time.Second
	retryAfter = 30 * time.Second // of a failed run, doubling, never later than the next one
)

func schedulable(list []Schedule) error {
	seen := map[string]bool{}
	for _, s := range list {
		if s.Name == "" || s.Every <= 0 || s.Run == nil || seen[s.Name] {
			return fmt.Errorf("jobs: schedule %q is unnamed, idle, empty or there twice", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// schedule looks every second (or poll, when that is shorter) for what is due.
func (r *Runner) schedule(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	known := false
	for tick := min(r.cfg.Poll, time.Second); pause(ctx, tick, nil); {
		if !known {
			if err := r.announce(ctx); err != nil {
				r.cfg.Log.WarnContext(ctx, "schedules not announced", slog.Any("err", err))
				continue
			}
			known = true
		}
		for _, s := range r.cfg.Schedules {
			if r.claim(ctx, s) {
				running.Go(func() { r.runOnce(ctx, s) })
			}
		}
	}
}

// announce makes every schedule known; it is first due at once.
func (r *Runner) announce(ctx context.Context) error {
	return r.asSystem(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range r.cfg.Schedules {
			if _, err := tx.ExecContext(ctx, `insert into schedules (tenant_id, name, next_at) values (?, ?, ?) on conflict do nothing`,
				tenancy.Platform, s.Name, tx.Now); err != nil {
				return fmt.Errorf("announce %s: %w", s.Name, err)
			}
		}
		return nil
	})
}

// claim takes the lease of a schedule that is due, if nobody holds it.
func (r *Runner) claim(ctx context.Context, s Schedule) (mine bool) {
	err := r.asSystem(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, `update schedules set lease_until = ?, worker = ?, started_at = ?
			where tenant_id = ? and name = ? and next_at <= ? and (lease_until is null or lease_until < ?)`,
			tx.Now.Add(lease), r.cfg.Worker, tx.Now, tenancy.Platform, s.Name, tx.Now, tx.Now)
		if err != nil {
			return fmt.Errorf("claim %s: %w", s.Name, err)
		}
		n, err := res.RowsAffected()
		mine = n == 1
		return err
	})
	if err != nil {
		mine = false
		if ctx.Err() == nil {
			r.cfg.Log.WarnContext(ctx, "schedule not claimed", slog.String("schedule", s.Name), slog.Any("err", err))
		}
	}
	return mine
}

// runOnce runs a claimed schedule and writes down how it went.
func (r *Runner) runOnce(ctx context.Context, s Schedule) {
	run, cancel := context.WithTimeout(tenancy.Everywhere(ctx, "jobs"), or(s.Timeout, runTimeout))
	renewing := make(chan struct{})
	go func() { defer close(renewing); r.renew(run, cancel, s) }()
	err := safely(run, s.Run)
	cancel()
	<-renewing
	text := ""
	if err != nil {
		text = err.Error()
		r.cfg.Log.ErrorContext(ctx, "schedule failed", slog.String("schedule", s.Name), slog.Any("err", err))
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	if err := r.release(last, s, text); err != nil { // the lease will run out
		r.cfg.Log.WarnContext(ctx, "schedule not released", slog.String("schedule", s.Name), slog.Any("err", err))
	}
}

// renew keeps the lease until the run ends. Who has lost it stops: another
// worker has begun. While the database is away nobody else can begin.
func (r *Runner) renew(ctx context.Context, stop context.CancelFunc, s Schedule) {
	for pause(ctx, renewEvery, nil) {
		kept := true
		err := r.asSystem(ctx, func(ctx context.Context, tx *db.Tx) error {
			res, err := tx.ExecContext(ctx, `update schedules set lease_until = ? where tenant_id = ? and name = ? and worker = ?`,
				tx.Now.Add(lease), tenancy.Platform, s.Name, r.cfg.Worker)
			if err != nil {
				return fmt.Errorf("renew %s: %w", s.Name, err)
			}
			n, err := res.RowsAffected()
			kept = n == 1
			return err
		})
		if err == nil && !kept {
			r.cfg.Log.WarnContext(ctx, "schedule lost to another worker", slog.String("schedule", s.Name))
			stop()
			return
		}
	}
}

func (r *Runner) release(ctx context.Context, s Schedule, text string) error {
	return r.asSystem(ctx, func(ctx context.Context, tx *db.Tx) error {
		var failures int
		if err := tx.QueryRowContext(ctx, `select failures from schedules where tenant_id = ? and name = ?`, tenancy.Platform, s.Name).Scan(&failures); err != nil {
			return fmt.Errorf("release %s: %w", s.Name, err)
		}
		failures++
		next := s.Every
		if text == "" {
			failures = 0
		} else {
			next = min(s.Every, retryAfter<<min(failures-1, 10))
		}
		_, err := tx.ExecContext(ctx, `update schedules set lease_until = null, finished_at = ?, error = ?, failures = ?, runs = runs + 1, next_at = ?
			where tenant_id = ? and name = ? and worker = ?`, tx.Now, text, failures, tx.Now.Add(next), tenancy.Platform, s.Name, r.cfg.Worker)
		return err
	})
}

// safely turns a panic of one schedule into its failure.
func safely(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return run(ctx)
}

func (r *Runner) asSystem(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	return r.cfg.DB.InTx(tenancy.Everywhere(ctx, "jobs"), fn)
}
