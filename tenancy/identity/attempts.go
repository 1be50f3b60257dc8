package identity

import (
	"context"
	"sync"
	"time"
)

// MemoryAttempts counts in this process alone: for tests and trials. Production
// counts in a table, or every process would grant its own five tries.
type MemoryAttempts struct {
	mu   sync.Mutex
	keys map[string]tally
}

type tally struct {
	Attempts
	first  time.Time
	window time.Duration
}

// NewMemoryAttempts returns an empty store.
func NewMemoryAttempts() *MemoryAttempts { return &MemoryAttempts{keys: map[string]tally{}} }

// Fail is told at AttemptStore.
func (m *MemoryAttempts) Fail(_ context.Context, key string, r Rule, now time.Time) (Attempts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.live(key, now)
	if t.Failures == 0 {
		t = tally{first: now, window: r.Window}
	}
	t.Failures++
	if t.Failures == r.Limit {
		t.LockedUntil = now.Add(r.Lock)
	}
	m.keys[key] = t
	return t.Attempts, nil
}

// Undo is told at AttemptStore.
func (m *MemoryAttempts) Undo(_ context.Context, key string, r Rule) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.keys[key]
	if !ok {
		return nil
	}
	t.Failures--
	if t.Failures < r.Limit {
		t.LockedUntil = time.Time{}
	}
	m.keys[key] = t
	if t.Failures <= 0 {
		delete(m.keys, key)
	}
	return nil
}

// Clear is told at AttemptStore.
func (m *MemoryAttempts) Clear(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, key)
	return nil
}

// Get is told at AttemptStore.
func (m *MemoryAttempts) Get(_ context.Context, key string, now time.Time) (Attempts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.live(key, now).Attempts, nil
}

// live is the tally of key, zero when its lock or its window has passed.
func (m *MemoryAttempts) live(key string, now time.Time) tally {
	t := m.keys[key]
	if t.LockedUntil.IsZero() && now.Sub(t.first) > t.window || !t.LockedUntil.IsZero() && !t.LockedUntil.After(now) {
		return tally{}
	}
	return t
}
