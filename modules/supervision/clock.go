package supervision

import (
	"slices"
	"time"

	"liandong/tenancy/calendar"
)

// watched is one clock of one case as its stored intervals tell it.
type watched struct {
	scope     Scope
	limit     int // working days
	from      time.Time
	intervals []calendar.Interval // of the case's clock
	suspended []calendar.Interval // of a step's, in any order, overlapping or not
}

// clock rebuilds the clock: a case's from its intervals, a step's from the moment
// it was entered less what was suspended since.
func (w watched) clock(cal calendar.Calendar) (calendar.Clock, error) {
	if w.scope == CaseScope {
		return cal.Clock(w.limit, w.intervals...)
	}
	k := cal.Start(w.from, w.limit)
	for _, v := range joined(w.from, w.suspended) {
		var err error
		if k, err = k.Suspend(v.From, v.Reason); err != nil {
			return k, err
		}
		if v.To == nil {
			return k, nil
		}
		if k, err = k.Resume(*v.To); err != nil {
			return k, err
		}
	}
	return k, nil
}

// joined orders suspensions, cuts what lies before from, and merges those that touch.
func joined(from time.Time, in []calendar.Interval) (out []calendar.Interval) {
	in = slices.Clone(in)
	slices.SortStableFunc(in, func(a, b calendar.Interval) int { return a.From.Compare(b.From) })
	for _, v := range in {
		if v.Kind != calendar.Suspended || v.To != nil && !v.To.After(from) {
			continue
		}
		if v.From.Before(from) {
			v.From = from
		}
		last := len(out) - 1
		switch {
		case last < 0 || out[last].To != nil && v.From.After(*out[last].To):
			out = append(out, v)
		case out[last].To == nil: // lasts already
		case v.To == nil || v.To.After(*out[last].To):
			out[last].To = v.To
		}
	}
	return out
}

// judge tells which colour a clock has reached at now, "" for none, and its due time.
func judge(k calendar.Clock, m Measures, now time.Time) (c Colour, due time.Time) {
	due, ok := k.Due()
	if !ok {
		return "", due
	}
	if kind, _, running := k.State(now); !running || kind == calendar.Suspended {
		return "", due
	}
	yellow, ok := k.At(m.YellowPercent)
	switch {
	case k.Overdue(now):
		return Red, due
	case ok && !now.Before(yellow):
		return Yellow, due
	case m.WarnDays > 0 && k.Remaining(now) <= m.WarnDays && startedBefore(k, now):
		return Warning, due
	}
	return "", due
}

// startedBefore keeps a short limit from warning of itself on the day it begins:
// that day is not counted, so nothing has been used and nothing can be late.
func startedBefore(k calendar.Clock, now time.Time) bool {
	in := k.Intervals()
	return len(in) > 0 && calendar.DateOf(in[0].From) < calendar.DateOf(now)
}
