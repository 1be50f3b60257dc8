package identity

import (
	"context"
	"sync"
	"time"
)

// Revocations knows the sessions that ended before their tokens run out.
type Revocations interface {
	Revoked(sid string) bool
	Revoke(ctx context.Context, sid string, until time.Time) error
}

// Revocation is one session ended early; after Until nothing of it can be alive.
type Revocation struct {
	SID   string
	Until time.Time
}

// Feed is the record that all processes share, a table as a rule.
type Feed interface {
	// Add records r; the same session twice is no error.
	Add(ctx context.Context, r Revocation) error
	// Since returns what was recorded at or after t by the feed's own clock and
	// is still of use. Each item may be returned more than once.
	Since(ctx context.Context, t time.Time) ([]Revocation, error)
}

// feedOverlap is how far back each poll looks again: longer than any transaction
// that records a row and the difference between our clock and the feed's together.
const feedOverlap = time.Minute

// RevocationList keeps revocations in memory, fed by what other processes record.
// It is safe for concurrent use.
type RevocationList struct {
	feed Feed // nil: this process alone
	now  Clock

	mu     sync.RWMutex
	until  map[string]time.Time
	polled time.Time
}

// NewRevocationList returns an empty list; feed may be nil when one process
// serves everything. Call Poll before serving and every few seconds after.
func NewRevocationList(feed Feed, now Clock) *RevocationList {
	return &RevocationList{feed: feed, now: now, until: map[string]time.Time{}}
}

// Revoked reports whether the session has ended.
func (l *RevocationList) Revoked(sid string) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.until[sid].After(l.now())
}

// Revoke ends the session here at once and elsewhere with the next Poll.
func (l *RevocationList) Revoke(ctx context.Context, sid string, until time.Time) error {
	l.add(Revocation{sid, until})
	if l.feed == nil {
		return nil
	}
	return l.feed.Add(ctx, Revocation{sid, until})
}

// Poll takes in what other processes recorded and forgets what has run out.
func (l *RevocationList) Poll(ctx context.Context) error {
	if l.feed != nil {
		if err := l.take(ctx); err != nil {
			return err
		}
	}
	l.prune()
	return nil
}

func (l *RevocationList) take(ctx context.Context) error {
	l.mu.RLock()
	since := l.polled
	l.mu.RUnlock()
	at := l.now()
	rs, err := l.feed.Since(ctx, since)
	if err != nil {
		return err
	}
	l.add(rs...)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.polled = at.Add(-feedOverlap)
	return nil
}

func (l *RevocationList) add(rs ...Revocation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range rs {
		if r.Until.After(l.until[r.SID]) {
			l.until[r.SID] = r.Until
		}
	}
}

func (l *RevocationList) prune() {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for sid, until := range l.until {
		if !until.After(now) {
			delete(l.until, sid)
		}
	}
}
