package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
	"liandong/tenancy/identity/store"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// The store and the one in memory must tell the same story, whatever happens.
func TestAttemptsAgreeWithMemory(t *testing.T) {
	t.Parallel()
	rows := store.NewAttempts(dbtest.New(t))
	var runs atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		mem, key := identity.NewMemoryAttempts(), fmt.Sprint("k", runs.Add(1))
		rule := identity.Rule{Limit: rapid.IntRange(1, 4).Draw(rt, "limit"), Window: 10 * time.Minute, Lock: 7 * time.Minute}
		now := noon
		for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "seconds")) * time.Second)
			verb := rapid.SampledFrom([]string{"fail", "fail", "fail", "undo", "clear", "get"}).Draw(rt, "verb")
			a, errA := act(rt.Context(), mem, verb, key, rule, now)
			b, errB := act(rt.Context(), rows, verb, key, rule, now)
			if errA != nil || errB != nil || a.Failures != b.Failures || !a.LockedUntil.Equal(b.LockedUntil) {
				rt.Fatalf("step %d %s: memory %+v %v, database %+v %v", i, verb, a, errA, b, errB)
			}
		}
	})
}

func act(ctx context.Context, s identity.AttemptStore, verb, key string, r identity.Rule, now time.Time) (identity.Attempts, error) {
	switch verb {
	case "fail":
		return s.Fail(ctx, key, r, now)
	case "undo":
		if at, err := s.Get(ctx, key, now); err != nil || at.Failures == 0 {
			return at, err // only what counts is ever taken back
		}
		return identity.Attempts{}, s.Undo(ctx, key, r)
	case "clear":
		return identity.Attempts{}, s.Clear(ctx, key)
	}
	return s.Get(ctx, key, now)
}

// Tries made at once, on several servers, cannot outrun the limit.
func TestManyTriesAtOnceCountAsMany(t *testing.T) {
	t.Parallel()
	rows := store.NewAttempts(dbtest.New(t))
	l := identity.NewLockout(rows, []byte(strings.Repeat("k", 32)), func() time.Time { return noon })
	var let, refused atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 24 {
		wg.Go(func() {
			<-start
			if _, err := l.Begin(t.Context(), "password", "u1", ""); err == nil {
				let.Add(1)
			} else if fault.KindOf(err) == fault.Forbidden {
				refused.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if let.Load() != 5 || refused.Load() != 19 {
		t.Errorf("%d let through and %d refused, want 5 and 19", let.Load(), refused.Load())
	}
}

func TestACodeIsTakenOnceAcrossServers(t *testing.T) {
	t.Parallel()
	rows := store.NewAttempts(dbtest.New(t))
	l := identity.NewLockout(rows, []byte(strings.Repeat("k", 32)), func() time.Time { return noon })
	var first atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if next, _, err := l.Once(t.Context(), "totp", "u1 123456", time.Minute); err == nil && next.IsZero() {
				first.Add(1)
			}
		})
	}
	wg.Wait()
	if first.Load() != 1 {
		t.Errorf("taken %d times, want once", first.Load())
	}
}

// A sign-out on one server counts on another after its next poll, and survives a restart.
func TestEndedSessionsReachEveryServer(t *testing.T) {
	t.Parallel()
	ctx, feed := t.Context(), store.NewFeed(dbtest.New(t))
	here, there := identity.NewRevocationList(feed, time.Now), identity.NewRevocationList(feed, time.Now)
	if err := there.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(time.Hour)
	for range 2 { // twice is no error
		if err := here.Revoke(ctx, "s1", until); err != nil {
			t.Fatal(err)
		}
	}
	if err := here.Revoke(ctx, "gone", time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !here.Revoked("s1") || there.Revoked("s1") {
		t.Fatal("before the poll only the server that ended it knows")
	}
	restarted := identity.NewRevocationList(feed, time.Now)
	for name, l := range map[string]*identity.RevocationList{"there": there, "restarted": restarted} {
		if err := l.Poll(ctx); err != nil {
			t.Fatal(err)
		}
		if !l.Revoked("s1") || l.Revoked("gone") || l.Revoked("s2") {
			t.Errorf("%s: s1 %t, gone %t, s2 %t", name, l.Revoked("s1"), l.Revoked("gone"), l.Revoked("s2"))
		}
	}
	if rs, err := feed.Since(ctx, time.Time{}); err != nil || len(rs) != 1 {
		t.Errorf("Since = %v, %v; want what is still of use", rs, err)
	}
}

// No one but the platform's own jobs may look at who failed to sign in.
func TestStaffCannotReadSignIns(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	if _, err := store.NewAttempts(d).Fail(t.Context(), "k", identity.Rule{Limit: 5, Window: time.Hour, Lock: time.Hour}, noon); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []tenancy.Kind{tenancy.Staff, tenancy.Person, tenancy.Public} {
		err := d.InTx(dbtest.As(t, tenancy.Platform, kind, "system_admin"), func(ctx context.Context, tx *db.Tx) error {
			var n int
			return tx.QueryRowContext(ctx, "select count(*) from login_attempts").Scan(&n)
		})
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v, want Forbidden", kind, err)
		}
	}
	err := d.InTx(dbtest.As(t, dbtest.County, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "select count(*) from login_attempts").Scan(&n); err != nil || n != 0 {
			t.Errorf("a job of a county sees %d rows, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestJournalIsAudited(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	e := identity.Entry{Action: "signed_in", Identity: db.NewID(), Name: "Sarnai", Schema: identity.SchemaStaff, How: "password", Address: "10.0.0.1", RequestID: "r1"}
	if err := store.NewJournal(d).Write(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := store.NewJournal(d).Write(t.Context(), identity.Entry{Action: "refused"}); err != nil {
		t.Fatal(err)
	}
	err := d.InTx(dbtest.As(t, tenancy.Platform, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		var got string
		err := tx.QueryRowContext(ctx, `select concat_ws(' ', action, actor_id, actor_name, detail->>'how', detail->>'address', request_id)
			from audit_rows where object <> ''`).Scan(&got)
		if want := "identity:signed_in " + e.Identity + " Sarnai password 10.0.0.1 r1"; got != want {
			t.Errorf("recorded %q, want %q", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
