package identity_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

var secret = []byte(strings.Repeat("k", 32))

func TestLockoutLocksAnAccountAfterFiveFailures(t *testing.T) {
	t.Parallel()
	now := noon
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, func() time.Time { return now })
	for i := range 5 {
		a, err := l.Begin(t.Context(), "password", "u1", fmt.Sprint("10.0.0.", i))
		if err != nil || a.Last() != (i == 4) {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	wantLocked(t, l, "u1", "10.0.0.9")
	if _, err := l.Begin(t.Context(), "password", "u2", "10.0.0.1"); err != nil {
		t.Errorf("other account: %v", err)
	}
	if _, err := l.Begin(t.Context(), "totp", "u1", "10.0.0.1"); err != nil {
		t.Errorf("other use: %v", err)
	}
	now = now.Add(15 * time.Minute)
	if _, err := l.Begin(t.Context(), "password", "u1", "10.0.0.1"); err != nil {
		t.Errorf("after 15 minutes: %v", err)
	}
}

func wantLocked(t *testing.T, l *identity.Lockout, account, address string) {
	t.Helper()
	_, err := l.Begin(t.Context(), "password", account, address)
	f, _ := fault.As(err)
	if f == nil || f.Kind != fault.Forbidden || f.Text != "login_locked" {
		t.Fatalf("Begin = %v, want login_locked", err)
	}
}

func TestLockoutLocksAnAddressAfterThirtyFailures(t *testing.T) {
	t.Parallel()
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, at(noon))
	for i := range 30 {
		if _, err := l.Begin(t.Context(), "password", fmt.Sprint("u", i), "10.0.0.1"); err != nil {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	for range 6 { // refused tries do not count against the account
		wantLocked(t, l, "victim", "10.0.0.1")
	}
	if _, err := l.Begin(t.Context(), "password", "victim", "10.0.0.2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestLockoutForgetsOnSuccess(t *testing.T) {
	t.Parallel()
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, at(noon))
	for i := range 100 { // a busy hall: everybody mistypes once
		account := fmt.Sprint("u", i%7)
		if i%5 == 0 && i < 50 {
			if _, err := l.Begin(t.Context(), "password", account, "hall"); err != nil {
				t.Fatalf("try %d: %v", i, err)
			}
		}
		a, err := l.Begin(t.Context(), "password", account, "hall")
		if err != nil {
			t.Fatalf("try %d: %v", i, err)
		}
		if err := a.Succeeded(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLockoutVoidsTriesThatTaughtNothing(t *testing.T) {
	t.Parallel()
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, at(noon))
	for range 50 {
		a, err := l.Begin(t.Context(), "password", "u1", "hall")
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Void(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLockoutForgetsOldFailures(t *testing.T) {
	t.Parallel()
	now := noon
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, func() time.Time { return now })
	for range 20 { // four failures, then patience
		for range 4 {
			if _, err := l.Begin(t.Context(), "password", "u1", ""); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(16 * time.Minute)
	}
}

func TestLockoutHoldsAgainstManyAtOnce(t *testing.T) {
	t.Parallel()
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, at(noon))
	var let atomic.Int32
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if _, err := l.Begin(t.Context(), "password", "u1", ""); err == nil {
				let.Add(1)
			}
		})
	}
	all.Wait()
	if let.Load() != 5 {
		t.Errorf("%d tries of 64 let through, want 5", let.Load())
	}
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	ids, err := identity.NewIdentifiers(secret)
	if err != nil {
		t.Fatal(err)
	}
	hash := ids.HashID("15250219800101001X")
	if len(hash) != 64 || strings.Contains(hash, "1525") {
		t.Errorf("HashID = %q", hash)
	}
	for typed, want := range map[string]string{
		"15250219800101001X":    hash,
		" 152502 19800101 001x": hash,
		"１５２５０２１９８００１０１００１ｘ": hash,
		"13812345678":        "+8613812345678",
		"+86 138-1234-5678":  "+8613812345678",
		"8613812345678":      "+8613812345678",
		"1381234567":         "1381234567",
		" Batu.Admin ":       "batu.admin",
		"zhang-san":          "zhang-san",
		"152502198001010010": ids.HashID("152502198001010010"),
	} {
		if got := ids.Normalise(typed); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", typed, got, want)
		}
	}
	if _, err := identity.NewIdentifiers([]byte("short")); err == nil {
		t.Error("short key accepted")
	}
}
