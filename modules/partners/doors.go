package partners

import (
	"context"
	"maps"
	"sync"
	"time"

	"liandong/tenancy"
)

// doors is what one server remembers: keys that it has looked up, counts of the
// running minute, and use that is not folded yet.
type doors struct {
	shared Counter

	mu      sync.Mutex
	keys    map[string]*held
	away    time.Time // until when the common count is not asked
	minute  time.Time
	counts  map[string]int
	pending map[spot]count
}

// held is what is remembered of a key.
type held struct {
	holder

	ok   bool // somebody's
	read time.Time
	more int64 // folded since it was read
}

// spot is where use is added.
type spot struct {
	tenant       tenancy.ID
	partner, day string
}

type count struct{ n, refused int64 }

// Bounds of the memory.
const (
	fresh   = 10 * time.Second // how old what is known of a key may be
	alone   = 5 * time.Second  // before the common count is asked again
	maxKeys = 10_000
	maxWho  = 100_000 // addresses and partners of one minute
)

func newDoors(shared Counter) *doors {
	return &doors{shared: shared, keys: map[string]*held{}, counts: map[string]int{}, pending: map[spot]count{}}
}

// held returns what is known of a key, if it is fresh.
func (d *doors) held(hash string, now time.Time) (*held, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	h, ok := d.keys[hash]
	if !ok || now.Sub(h.read) >= fresh || calendarDay(now) != calendarDay(h.read) {
		return nil, false
	}
	return h, true
}

func (d *doors) remember(hash string, h *held) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.keys) >= maxKeys {
		clear(d.keys)
	}
	d.keys[hash] = h
}

// forget makes the next request of a partner be looked up anew.
func (d *doors) forget(partner string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.keys, func(_ string, h *held) bool { return h.ID == partner })
}

// count adds one to who in the running minute: together with the other servers, or
// alone when they cannot be asked; then not again for a while, so that nobody waits
// for what is away.
func (d *doors) count(ctx context.Context, who string, now time.Time) int {
	minute := now.Truncate(time.Minute)
	if d.together(now) {
		n, err := d.shared.Count(ctx, who, minute)
		if err == nil {
			return n
		}
		if ctx.Err() == nil {
			d.goAlone(now.Add(alone))
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !minute.Equal(d.minute) || len(d.counts) >= maxWho {
		d.minute = minute
		clear(d.counts)
	}
	d.counts[who]++
	return d.counts[who]
}

func (d *doors) together(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.shared != nil && !now.Before(d.away)
}

func (d *doors) goAlone(until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = until
}

// perMinute counts a request against a limit of one minute.
func (d *doors) perMinute(ctx context.Context, who string, limit int, now time.Time, reason string) (p Pass) {
	minute := now.Truncate(time.Minute)
	n := d.count(ctx, who, now)
	l := Limit{Name: "minute", Max: limit, Left: max(limit-n, 0), Window: time.Minute, Reset: minute.Add(time.Minute).Sub(now)}
	if p.Limits = []Limit{l}; n > limit {
		p.Refused, p.Wait = reason, l.Reset
	}
	return p
}

// judge decides about a request with a key that was looked up.
func (d *doors) judge(ctx context.Context, h *held, now time.Time) Pass {
	switch {
	case !h.ok:
		return Pass{Refused: unknownKey}
	case h.KeyEnd != nil && !now.Before(*h.KeyEnd):
		return Pass{Refused: endedKey}
	case h.State != Active:
		return Pass{Refused: stopped}
	case h.Ended(now):
		return Pass{Refused: expired}
	}
	p := d.perMinute(ctx, "p:"+h.ID, h.PerMinute, now, tooOften)
	p.Partner, p.Name, p.Over, p.Cases, p.Answers = h.ID, h.Name, tenancy.Interval{Lo: h.TenantID, Hi: h.Hi}, h.CaseData, h.Answers
	day := d.perDay(h, now, p.Refused != "")
	p.Limits = append(p.Limits, day)
	if p.Refused == "" && day.Left < 0 {
		p.Refused, p.Wait = tooMuch, day.Reset
	}
	p.Limits[1].Left = max(day.Left, 0)
	return p
}

// perDay counts a request against the limit of the day; Left is below 0 when it is
// refused for that. What is refused does not use the day up.
func (d *doors) perDay(h *held, now time.Time, refused bool) Limit {
	day := calendarDay(now)
	at := spot{h.TenantID, h.ID, day}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.pending[at]
	left := int64(h.PerDay) - h.Used - h.more - c.n
	if !refused {
		left--
	}
	if refused || left < 0 {
		c.refused++
	} else {
		c.n++
	}
	d.pending[at] = c
	return Limit{Name: "day", Max: h.PerDay, Left: int(left), Window: 24 * time.Hour, Reset: untilTomorrow(now)}
}

// take hands over what is not folded yet; judging goes on from there.
func (d *doors) take() map[spot]count {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.pending
	d.pending = map[spot]count{}
	d.folded(out, 1)
	return out
}

// giveBack takes back what could not be folded.
func (d *doors) giveBack(counted map[spot]count) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.folded(counted, -1)
	for at, c := range counted {
		p := d.pending[at]
		d.pending[at] = count{p.n + c.n, p.refused + c.refused}
	}
}

// folded moves what is known of keys by what went to, or came back from, the table.
func (d *doors) folded(counted map[spot]count, sign int64) {
	for _, h := range d.keys {
		c, ok := counted[spot{h.TenantID, h.ID, calendarDay(h.read)}]
		if ok {
			h.more += sign * c.n
		}
	}
}
