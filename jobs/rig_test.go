package jobs_test

import (
	"context"
	"database/sql"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5/stdlib"

	"liandong/jobs"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// rig is a database, a Redis and workers on top of them, on the real clock.
type rig struct {
	t     *testing.T
	db    *db.DB
	name  string
	mini  *miniredis.Miniredis
	admin *sql.DB
}

func newRig(t *testing.T) *rig {
	t.Helper()
	name := dbtest.Clone(t)
	d, err := db.Open(dbtest.DSN(name), 12, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	admin, err := sql.Open("pgx", dbtest.AdminDSN(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	return &rig{t: t, db: d, name: name, mini: miniredis.RunT(t), admin: admin}
}

var _ = stdlib.GetDefaultDriver // registers "pgx"

// config is that of an impatient worker.
func (r *rig) config(subs ...jobs.Subscriber) jobs.Config {
	engine, err := policies.New(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return jobs.Config{
		DB: r.db, DSN: dbtest.DSN(r.name), Redis: r.mini.Addr(), Log: slog.New(slog.DiscardHandler), Now: time.Now, Authz: engine,
		Subscribers: subs, Poll: 20 * time.Millisecond, Redeliver: 100 * time.Millisecond, MaxRetry: 40, Grace: 5 * time.Second,
		Backoff: func(int) time.Duration { return time.Millisecond },
	}
}

// start runs a worker until the test ends, or until stop is called.
func (r *rig) start(c jobs.Config) (w *jobs.Runner, stop func()) {
	r.t.Helper()
	w, err := jobs.New(c)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.Run(ctx); err != nil {
			r.t.Errorf("worker: %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	r.t.Cleanup(stop)
	return w, stop
}

type ping struct {
	N int `json:"n"`
}

func (ping) EventName() string { return "test.ping" }

func (r *rig) emit(at tenancy.ID, n int) {
	r.t.Helper()
	if err := r.db.InTx(dbtest.As(r.t, at, tenancy.Staff), func(_ context.Context, tx *db.Tx) error {
		tx.Emit(ping{n})
		return nil
	}); err != nil {
		r.t.Errorf("emit: %v", err)
	}
}

// counting is a subscriber whose effect is one more in a row of the database.
func counting(name string, before ...func(jobs.Event) error) jobs.Subscriber {
	return jobs.Subscriber{Name: name, Events: []string{"test.ping"}, Handle: func(ctx context.Context, tx *db.Tx, e jobs.Event) error {
		for _, f := range before {
			if err := f(e); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `insert into case_totals (tenant_id, measure, n) values (?, ?, 1) on conflict (tenant_id, measure) do update set n = case_totals.n + 1`, e.Tenant, name)
		return err
	}}
}

// ask reads one number as superuser.
func (r *rig) ask(query string, args ...any) (n int) {
	r.t.Helper()
	if err := r.admin.QueryRowContext(r.t.Context(), query, args...).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (r *rig) effects(name string) int {
	r.t.Helper()
	return r.ask(`select coalesce(sum(n), 0) from case_totals where measure = $1`, name)
}

func (r *rig) finished() int {
	r.t.Helper()
	return r.ask(`select count(*) from outbox where done_at is not null`)
}

// until waits for ok, half a minute at most.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			r.t.Fatalf("waited in vain: %s", what)
		}
	}
}
