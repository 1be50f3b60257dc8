package wire

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Two servers of one database count together, those of another apart, and a Redis
// that is gone says so.
func TestMinutesAreCountedTogether(t *testing.T) {
	t.Parallel()
	srv := miniredis.RunT(t)
	var all []*minutes
	for _, database := range []string{"a", "a", "b"} {
		m, err := newMinutes(srv.Addr(), database)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = m.Close() })
		all = append(all, m)
	}
	now := time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		m    *minutes
		at   time.Time
		want int
	}{{all[0], now, 1}, {all[1], now, 2}, {all[2], now, 1}, {all[0], now.Add(time.Minute), 1}} {
		if n, err := c.m.Count(t.Context(), "x", c.at); err != nil || n != c.want {
			t.Errorf("%d: %d, %v", i, n, err)
		}
	}
	srv.FastForward(2 * time.Minute)
	if keys := srv.Keys(); len(keys) != 0 {
		t.Errorf("kept: %v", keys)
	}
	srv.Close()
	if _, err := all[0].Count(t.Context(), "x", now); err == nil {
		t.Error("a Redis that is gone counts")
	}
}
