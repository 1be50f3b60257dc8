package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"liandong/jobs"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func officer(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.As(t, at, tenancy.Staff, policies.SystemAdmin)
}

// poisoned starts a worker with one subscriber that refuses, and waits until its
// event was put aside.
func poisoned(t *testing.T, ill *atomic.Bool) (*rig, *jobs.Runner, jobs.Failure) {
	t.Helper()
	r := newRig(t)
	ill.Store(true)
	c := r.config(counting("well"), counting("ill", func(jobs.Event) error {
		if ill.Load() {
			return errors.New("no good")
		}
		return nil
	}))
	c.MaxRetry = 1
	w, _ := r.start(c)
	r.emit(dbtest.Village, 1)
	var f jobs.Failure
	r.until("the poison is put aside", func() bool {
		list, err := w.Failures(officer(t, dbtest.County))
		if err != nil || len(list) != 1 || !list[0].Aside {
			return false
		}
		f = list[0]
		return true
	})
	return r, w, f
}

func TestPoisonIsPutAsideAndRetried(t *testing.T) {
	t.Parallel()
	var ill atomic.Bool
	r, w, f := poisoned(t, &ill)
	if f.Subscriber != "ill" || f.Error != "no good" || f.Event != "test.ping" || f.TenantName != "第一嘎查" {
		t.Errorf("failure %+v", f)
	}
	r.until("the other subscriber took effect", func() bool { return r.effects("well") == 1 })
	b, err := w.Board(officer(t, dbtest.County))
	if err != nil || b.Redis != "" || b.Queues[0].Archived != 1 || b.Outbox.Unfinished != 1 || b.Workers != 1 {
		t.Errorf("board %+v, %v", b, err)
	}
	ill.Store(false)
	if err := w.Retry(officer(t, dbtest.County), f.Queue, f.ID); err != nil {
		t.Fatal(err)
	}
	r.until("the event is finished", func() bool { return r.finished() == 1 })
	if n := r.effects("ill"); n != 1 {
		t.Errorf("effects %d, want 1", n)
	}
	if n := r.ask(`select count(*) from audit_rows where action = 'jobs:retry' and object = $1`, f.EventID); n != 1 {
		t.Errorf("%d audit lines", n)
	}
}

func TestGivingUpFinishesAnEvent(t *testing.T) {
	t.Parallel()
	var ill atomic.Bool
	r, w, f := poisoned(t, &ill)
	if err := w.GiveUp(officer(t, dbtest.County), f.Queue, f.ID); err != nil {
		t.Fatal(err)
	}
	r.until("the event is finished", func() bool { return r.finished() == 1 })
	if n := r.effects("ill"); n != 0 {
		t.Errorf("effects %d, want none", n)
	}
	if err := w.GiveUp(officer(t, dbtest.County), f.Queue, f.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("giving up twice: %v", err)
	}
}

func TestFailuresStayInTheirTree(t *testing.T) {
	t.Parallel()
	var ill atomic.Bool
	_, w, f := poisoned(t, &ill)
	if list, err := w.Failures(officer(t, dbtest.County2)); err != nil || len(list) != 0 {
		t.Errorf("another county sees %v, %v", list, err)
	}
	if err := w.Retry(officer(t, dbtest.County2), f.Queue, f.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another county retried: %v", err)
	}
	if err := w.Retry(dbtest.As(t, dbtest.County, tenancy.Staff, policies.Clerk), f.Queue, f.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk retried: %v", err)
	}
	if _, err := w.Board(dbtest.As(t, dbtest.County, tenancy.Staff, policies.Clerk)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk looked: %v", err)
	}
}

func TestBoardWithoutRedis(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w, err := jobs.New(r.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	r.emit(dbtest.Village, 1)
	r.mini.Close()
	b, err := w.Board(officer(t, dbtest.County))
	if err != nil || b.Redis == "" || b.Outbox.Waiting != 1 || b.Outbox.Oldest.IsZero() {
		t.Errorf("board %+v, %v", b, err)
	}
}

// Five workers, one schedule: it runs once per period, never twice at a time.
func TestScheduleRunsOnOneWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var hourly, often, now, clash atomic.Int64
	for range 5 {
		c := r.config()
		c.Schedules = []jobs.Schedule{
			{Name: "hourly", Every: time.Hour, Run: func(context.Context) error { hourly.Add(1); return nil }},
			{Name: "often", Every: time.Nanosecond, Run: func(context.Context) error {
				if now.Add(1) > 1 {
					clash.Add(1)
				}
				often.Add(1)
				now.Add(-1)
				return nil
			}},
			{Name: "broken", Every: time.Hour, Run: func(context.Context) error { panic("boom") }},
		}
		r.start(c)
	}
	r.until("the quick one ran 20 times", func() bool { return often.Load() >= 20 })
	r.until("the hourly one ran", func() bool { return r.ask(`select count(*) from schedules where name = 'hourly' and runs = 1`) == 1 })
	if hourly.Load() != 1 || clash.Load() != 0 {
		t.Errorf("hourly ran %d times, %d clashes", hourly.Load(), clash.Load())
	}
	r.until("the broken one is seen", func() bool {
		return r.ask(`select count(*) from schedules where name = 'broken' and failures > 0 and error like 'panic: boom%'`) == 1
	})
}

// What a worker that died was running is taken over when its lease has run out.
func TestScheduleOfADeadWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.admin.ExecContext(t.Context(), `insert into schedules (tenant_id, name, next_at, lease_until, worker) values
		(0, 'held', now() - interval '1 hour', now() + interval '1 hour', 'dead'), (0, 'free', now() - interval '1 hour', now() - interval '1 second', 'dead')`); err != nil {
		t.Fatal(err)
	}
	var held, free atomic.Int64
	c := r.config()
	c.Schedules = []jobs.Schedule{
		{Name: "held", Every: time.Hour, Run: func(context.Context) error { held.Add(1); return nil }},
		{Name: "free", Every: time.Hour, Run: func(context.Context) error { free.Add(1); return nil }},
	}
	r.start(c)
	r.until("the free one ran", func() bool {
		return r.ask(`select count(*) from schedules where name = 'free' and runs = 1 and lease_until is null`) == 1
	})
	if held.Load() != 0 || free.Load() != 1 {
		t.Errorf("held ran %d times, free %d", held.Load(), free.Load())
	}
}
