package jobs_test

import (
	"sync"
	"testing"
	"time"

	"liandong/jobs"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

func TestEverySubscriberOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	slow := counting("b")
	slow.Slow = true
	r.start(r.config(counting("a"), slow))
	for n := range 20 {
		r.emit(dbtest.Village, n)
	}
	r.until("20 events are finished", func() bool { return r.finished() == 20 })
	if a, b := r.effects("a"), r.effects("b"); a != 20 || b != 20 {
		t.Errorf("effects %d and %d, want 20 each", a, b)
	}
}

// Redis forgets everything several times and is away for a while, while two
// workers share the work: every effect happens, and happens once.
func TestRedisLosesEverything(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 2 {
		r.start(r.config(counting("a"), counting("b")))
	}
	const each = 40
	var senders sync.WaitGroup
	for _, at := range []tenancy.ID{dbtest.Village, dbtest.Village3} {
		senders.Go(func() {
			for n := range each {
				r.emit(at, n)
			}
		})
	}
	for lost := range 4 {
		r.until("something was handled", func() bool { return r.effects("a") > lost*5 })
		r.mini.FlushAll()
	}
	r.mini.Close()
	r.emit(dbtest.Village, each) // nobody carries it now
	if err := r.mini.Restart(); err != nil {
		t.Fatal(err)
	}
	r.mini.FlushAll()
	senders.Wait()
	r.until("all events are finished", func() bool { return r.finished() == 2*each+1 })
	for _, name := range []string{"a", "b"} {
		if n := r.effects(name); n != 2*each+1 {
			t.Errorf("%s took effect %d times, want %d", name, n, 2*each+1)
		}
	}
}

// All connections break at once, as when PostgreSQL restarts.
func TestPostgresRestarts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(r.config(counting("a")))
	for n := range 30 {
		r.emit(dbtest.Village, n)
		if n%10 == 5 {
			r.ask(`select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid() and state <> 'active'`, r.name)
			r.until("a connection is back", func() bool { return r.db.Ping(t.Context()) == nil })
		}
	}
	r.until("30 events are finished", func() bool { return r.finished() == 30 })
	if n := r.effects("a"); n != 30 {
		t.Errorf("effects %d, want 30", n)
	}
}

// A worker that is told to stop finishes what it has in hand.
func TestStopsGracefully(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	entered, let := make(chan struct{}), make(chan struct{})
	_, stop := r.start(r.config(counting("a", func(jobs.Event) error { close(entered); <-let; return nil })))
	r.emit(dbtest.Village, 1)
	<-entered
	time.AfterFunc(50*time.Millisecond, func() { close(let) })
	stop()
	if n := r.effects("a"); n != 1 {
		t.Errorf("effects %d after stopping, want 1", n)
	}
}
