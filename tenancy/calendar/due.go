package calendar

import (
	"cmp"
	"slices"
	"time"
)

// The window of a working day over which a part of a day is spread, for At. It
// is fixed, so that the time of a card does not move when a centre changes its
// opening hours.
const (
	dayOpens  = 9 * time.Hour
	dayCloses = 17 * time.Hour
)

// Due is the time at which a period of n working days from from ends, less the
// suspended intervals (the running ones among them are ignored; they may come
// in any order and overlap). The rules are those of Clock and AddDays. It is
// false when a suspension without end keeps the limit from being reached.
func (c Calendar) Due(from time.Time, n int, suspensions ...Interval) (time.Time, bool) {
	d, ok := c.measure(from, n, suspensions).day(1, 1)
	if !ok {
		return time.Time{}, false
	}
	return d.End(), true
}

// Due is when the limit ends: the first instant that is too late. A clock that
// has been stopped answers as if its last interval went on, so that the due time
// of a finished case can still be recomputed. It is false while a suspension
// keeps the limit from being reached: there is no due time then.
func (k Clock) Due() (time.Time, bool) {
	d, ok := k.measure().day(1, 1)
	if !ok {
		return time.Time{}, false
	}
	return d.End(), true
}

// At is the instant at which percent of the limit is used, such as 90 for a
// yellow card; 100 and Due agree, and more than 100 lies beyond it.
//
// Limit × percent ÷ 100 is so many whole days and a part of a day. Without a
// part it is the end of the last whole day (24:00). Otherwise it falls in the
// next day that counts, at that part of the window 09:00–17:00: 90 % of 20 days
// is the end of the 18th day, 90 % of 5 days is 13:00 on the fifth, 90 % of one
// day is 16:12. When the clock stands still at that instant and runs again the
// same day, it is when the clock runs again. Only integers are used, so the
// answer is the same everywhere. It is false where Due would be.
func (k Clock) At(percent int) (time.Time, bool) {
	if percent <= 0 {
		return k.start(), true
	}
	m := k.measure()
	percent = min(percent, MaxDays*100)
	d, ok := m.day(percent, 100)
	if !ok {
		return time.Time{}, false
	}
	part := m.n * percent % 100
	if part == 0 {
		return d.End(), true
	}
	at := d.Start().Add(dayOpens + (dayCloses-dayOpens)*time.Duration(part)/100)
	return k.runsFrom(at), true
}

// runsFrom is the first instant from at on at which the clock runs; the day of
// at counts, so it lies in that day.
func (k Clock) runsFrom(at time.Time) time.Time {
	if at.Before(k.start()) {
		at = k.start()
	}
	for _, v := range k.intervals {
		if v.Kind == Suspended && v.To != nil && !at.Before(v.From) && at.Before(*v.To) {
			at = *v.To
		}
	}
	return at
}

func (k Clock) start() time.Time {
	if len(k.intervals) == 0 {
		return time.Time{}
	}
	return k.intervals[0].From
}

// measure takes the last interval as going on: a stop is not a resumption.
func (k Clock) measure() measure {
	in := k.intervals
	if k.last().To != nil {
		in = slices.Clone(in)
		in[len(in)-1].To = nil
	}
	return k.cal.measure(k.start(), k.limit, in)
}

// measure is a limit laid over days: n days that count, none before first and
// none inside stops.
type measure struct {
	cal   Calendar
	first Date
	n     int    // ≥ 1
	stops []span // by lo; they may overlap
}

// span is the days d with lo ≤ d < hi.
type span struct{ lo, hi Date }

// never is later than any day that a count can reach.
const never = Date(1 << 40)

// measure turns suspensions into days: a day belongs to the state in which it
// ends, so from f to t the days DateOf(f) ≤ d < DateOf(t) are suspended.
func (c Calendar) measure(from time.Time, n int, intervals []Interval) measure {
	m := measure{cal: c, first: DateOf(from) + 1, n: min(n, MaxDays)}
	if n <= 0 {
		m.first, m.n = m.first-1, 1
	}
	for _, v := range intervals {
		if v.Kind != Suspended {
			continue
		}
		s := span{DateOf(v.From), never}
		if v.To != nil {
			s.hi = DateOf(*v.To)
		}
		if s.lo < s.hi {
			m.stops = append(m.stops, s)
		}
	}
	slices.SortFunc(m.stops, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	return m
}

// day is the counted day in which num/den of the limit is used up.
func (m measure) day(num, den int) (Date, bool) {
	n, at := (m.n*num+den-1)/den, m.first
	for _, s := range m.stops {
		got := m.cal.count(at, s.lo)
		if n <= got {
			break
		}
		n -= got
		if at = max(at, s.hi); at == never {
			return 0, false
		}
	}
	return m.cal.nth(at, n), true
}

// counts reports whether d is used once it has ended.
func (m measure) counts(d Date) bool {
	return d >= m.first && m.cal.Working(d) && !m.stopped(d)
}

func (m measure) stopped(d Date) bool {
	return slices.ContainsFunc(m.stops, func(s span) bool { return s.lo <= d && d < s.hi })
}

// before counts the counted days before d.
func (m measure) before(d Date) int {
	n, at := 0, m.first
	for _, s := range m.stops {
		if s.lo >= d {
			break
		}
		n += m.cal.count(at, s.lo)
		at = max(at, s.hi)
	}
	return n + m.cal.count(at, d)
}
