package identity

import (
	"context"
	"time"

	"liandong/tenancy/fault"
)

// Rule says how many failures lock a key, and for how long. Failures older than
// Window do not count.
type Rule struct {
	Limit  int
	Window time.Duration
	Lock   time.Duration
}

// What holds by default, for guessing at one account and from one address: a
// service hall shares one address.
const (
	lockTime     = 15 * time.Minute
	limitAccount = 5
	limitAddress = 30
)

// Attempts is how a key stands.
type Attempts struct {
	Failures    int
	LockedUntil time.Time // zero: not locked
}

// AttemptStore counts failures by key. Each method is one atomic step, so that
// many attempts at once count as many.
type AttemptStore interface {
	// Fail counts one failure at now. The count begins anew at one when the lock
	// has run out, or when the first failure is older than r.Window and nothing is
	// locked. The failure that reaches r.Limit sets the lock to now + r.Lock; later
	// ones count on and do not move it.
	Fail(ctx context.Context, key string, r Rule, now time.Time) (Attempts, error)
	// Undo takes one failure back, and the lock with it when fewer than r.Limit remain.
	Undo(ctx context.Context, key string, r Rule) error
	// Clear forgets the key.
	Clear(ctx context.Context, key string) error
	// Get returns how the key stands at now, zero when nothing counts.
	Get(ctx context.Context, key string, now time.Time) (Attempts, error)
}

// Lockout (登录锁定) stops guessing: 5 failures on an account or 30 from an address
// within 15 minutes lock it for 15 minutes. Accounts that do not exist are locked
// alike, so that a lock tells nothing. Its store never sees an identifier, only
// keyed hashes.
type Lockout struct {
	store   AttemptStore
	secret  []byte
	now     Clock
	account Rule
	address Rule
}

// NewLockout takes the store, a secret for its keys and the clock.
func NewLockout(store AttemptStore, secret []byte, now Clock) *Lockout {
	return &Lockout{
		store: store, secret: secret, now: now,
		account: Rule{Limit: limitAccount, Window: lockTime, Lock: lockTime},
		address: Rule{Limit: limitAddress, Window: lockTime, Lock: lockTime},
	}
}

// Attempt is one try that counts as failed until it is said otherwise.
type Attempt struct {
	l       *Lockout
	account string
	address string
	last    bool // this try used up the limit
	until   time.Time
}

// Locked is the cause of a login_locked fault: when trying may go on.
type Locked struct{ Until time.Time }

func (l *Locked) Error() string { return "locked until " + l.Until.Format(time.RFC3339) }

// Begin counts a try on account from address before it is made, so that tries made
// at once cannot outrun the limit. use keeps passwords, codes and the like apart;
// an empty address is not counted. It fails with Forbidden login_locked.
func (l *Lockout) Begin(ctx context.Context, use, account, address string) (*Attempt, error) {
	a := &Attempt{l: l, account: mac(l.secret, use, account)}
	spent, err := l.count(ctx, a.account, l.account)
	if err != nil {
		return nil, err
	}
	a.last, a.until = spent, l.now().Add(l.account.Lock)
	if address == "" {
		return a, nil
	}
	a.address = mac(l.secret, use+"@", address)
	spent, err = l.count(ctx, a.address, l.address)
	if err != nil {
		// The account must not be locked by an address that is.
		_ = l.store.Undo(ctx, a.account, l.account)
		return nil, err
	}
	a.last = a.last || spent
	return a, nil
}

func (l *Lockout) count(ctx context.Context, key string, r Rule) (spent bool, err error) {
	now := l.now()
	// A locked key is not counted on: the store stays quiet under a flood.
	at, err := l.store.Get(ctx, key, now)
	if err == nil && !at.LockedUntil.After(now) {
		at, err = l.store.Fail(ctx, key, r, now)
	} else if err == nil {
		return false, locked(at.LockedUntil)
	}
	if err != nil {
		return false, fault.New(fault.Unavailable, keyUnavailable).Because(err)
	}
	if at.Failures > r.Limit {
		return false, locked(at.LockedUntil)
	}
	return at.Failures == r.Limit, nil
}

// Succeeded forgets the failures of the account and takes back the one counted
// for the address.
func (a *Attempt) Succeeded(ctx context.Context) error {
	if err := a.l.store.Clear(ctx, a.account); err != nil {
		return err
	}
	return a.undoAddress(ctx)
}

// Void takes the try back: nothing was learnt, Kratos did not answer.
func (a *Attempt) Void(ctx context.Context) error {
	if err := a.l.store.Undo(ctx, a.account, a.l.account); err != nil {
		return err
	}
	return a.undoAddress(ctx)
}

// Last reports whether a failure of this try locks.
func (a *Attempt) Last() bool { return a.last }

func (a *Attempt) undoAddress(ctx context.Context) error {
	if a.address == "" {
		return nil
	}
	return a.l.store.Undo(ctx, a.address, a.l.address)
}

// Once lets value through one time in d, by the count that locks: the second time
// it reports when the next may be, else the zero time. undo takes it back.
func (l *Lockout) Once(ctx context.Context, use, value string, d time.Duration) (next time.Time, undo func(context.Context) error, err error) {
	key, r := mac(l.secret, "once "+use, value), Rule{Limit: 1, Window: d, Lock: d}
	at, err := l.store.Fail(ctx, key, r, l.now())
	if err != nil {
		return time.Time{}, nil, fault.New(fault.Unavailable, keyUnavailable).Because(err)
	}
	if at.Failures > 1 {
		return at.LockedUntil, nil, nil
	}
	return time.Time{}, func(ctx context.Context) error { return l.store.Clear(ctx, key) }, nil
}

func locked(until time.Time) *fault.Error {
	return fault.New(fault.Forbidden, keyLoginLocked).Because(&Locked{Until: until})
}
