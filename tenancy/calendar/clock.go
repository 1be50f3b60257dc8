package calendar

import (
	"slices"
	"time"

	"liandong/tenancy/fault"
)

// Kind says whether a clock runs in an interval.
type Kind string

// The kinds of interval.
const (
	Running   Kind = "running"
	Suspended Kind = "suspended" // 补正, 特别程序 and what else the law does not count
)

// Interval (计时段) is one stretch of a clock, From included and To excluded;
// To is nil while it lasts.
type Interval struct {
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to,omitempty"`
	Kind   Kind       `json:"kind"`
	Reason string     `json:"reason,omitempty"` // why it is suspended; shown to people
}

// Clock (时限时钟) measures a limit in working days over intervals that follow
// each other without a gap. It is rebuilt from its stored intervals and gives
// the same answers every time.
//
// A day belongs to the state in which the clock is when the day ends, just
// before midnight. A working day counts as used when the clock ran then: the
// day on which a suspension begins is not used, the day on which the clock
// resumes is, and a stop and restart within one day changes nothing. So no day
// is counted twice or lost however often a clock is suspended, and a clock that
// is suspended on its last day is not overdue while it stands. The day on which
// the clock starts is not counted (民法典 art 201).
//
// A limit of 0 days (即办) is one counted day that may be the day of the start.
// The zero Clock is not useful; get one from a Calendar.
type Clock struct {
	cal       Calendar
	limit     int
	intervals []Interval
}

// Start returns a clock that runs from at, with a limit in working days.
func (c Calendar) Start(at time.Time, limitDays int) Clock {
	return Clock{cal: c, limit: limitDays, intervals: []Interval{{From: at, Kind: Running}}}
}

// Clock rebuilds a clock from its stored intervals, in any order. They must
// begin with a running one and join without gap or overlap, only the last may
// be open; otherwise the error is Invalid with clock_intervals.
func (c Calendar) Clock(limitDays int, intervals ...Interval) (Clock, error) {
	in := slices.Clone(intervals)
	slices.SortStableFunc(in, func(a, b Interval) int { return a.From.Compare(b.From) })
	for i, v := range in {
		last := i == len(in)-1
		switch {
		case v.Kind != Running && v.Kind != Suspended,
			v.To == nil && !last,
			v.To != nil && v.To.Before(v.From),
			v.To != nil && !last && !v.To.Equal(in[i+1].From):
			return Clock{}, fault.New(fault.Invalid, "clock_intervals")
		}
	}
	if len(in) == 0 || in[0].Kind != Running {
		return Clock{}, fault.New(fault.Invalid, "clock_intervals")
	}
	return Clock{cal: c, limit: limitDays, intervals: in}, nil
}

// Suspend stops the counting from at, for a reason. It fails with Precondition
// when the clock does not run or at lies before its last change.
func (k Clock) Suspend(at time.Time, reason string) (Clock, error) {
	return k.turn(at, Running, Interval{From: at, Kind: Suspended, Reason: reason})
}

// Resume lets a suspended clock run again from at. It fails with Precondition
// when the clock is not suspended or at lies before its last change.
func (k Clock) Resume(at time.Time) (Clock, error) {
	return k.turn(at, Suspended, Interval{From: at, Kind: Running})
}

// Stop ends the clock at at, running or suspended, for good. It fails with
// Precondition when it has ended or at lies before its last change.
func (k Clock) Stop(at time.Time) (Clock, error) { return k.turn(at, k.last().Kind) }

// Extend returns the clock with its limit longer by days (延长).
func (k Clock) Extend(days int) Clock {
	k.limit += days
	return k
}

// Limit is the limit in working days.
func (k Clock) Limit() int { return k.limit }

// Intervals are the stretches to store, oldest first.
func (k Clock) Intervals() []Interval { return slices.Clone(k.intervals) }

// State is the kind of the interval that now lies in, and its reason; ok is
// false before the start and after the end.
func (k Clock) State(now time.Time) (kind Kind, reason string, ok bool) {
	for _, v := range k.intervals {
		if !now.Before(v.From) && (v.To == nil || now.Before(*v.To)) {
			return v.Kind, v.Reason, true
		}
	}
	return "", "", false
}

func (k Clock) last() Interval {
	if len(k.intervals) == 0 {
		return Interval{}
	}
	return k.intervals[len(k.intervals)-1]
}

func (k Clock) turn(at time.Time, from Kind, next ...Interval) (Clock, error) {
	last := k.last()
	switch {
	case last.Kind == "" || last.To != nil:
		return Clock{}, fault.New(fault.Precondition, "clock_stopped")
	case last.Kind != from && last.Kind == Suspended:
		return Clock{}, fault.New(fault.Precondition, "clock_suspended")
	case last.Kind != from:
		return Clock{}, fault.New(fault.Precondition, "clock_running")
	case at.Before(last.From):
		return Clock{}, fault.New(fault.Precondition, "clock_backwards")
	}
	in := slices.Clone(k.intervals)
	in[len(in)-1].To = &at
	k.intervals = append(in, next...)
	return k, nil
}
