package calendar

import "time"

// Used is the number of working days that the clock has used up at now: the
// counted days that have ended. The day that is going on is not among them.
func (k Clock) Used(now time.Time) int { return k.measure().before(DateOf(k.until(now))) }

// Remaining is what is left of the limit at now, the day that is going on
// included: 1 on the last day. It is 0 or less only when the clock is overdue,
// or has been stopped or suspended after that; −2 means two days late.
func (k Clock) Remaining(now time.Time) int { return k.measure().n - k.Used(now) }

// Overdue reports whether the limit was exceeded at now, or at the end of a
// clock that has been stopped before now.
func (k Clock) Overdue(now time.Time) bool {
	due, ok := k.Due()
	return ok && !k.until(now).Before(due)
}

// Took is Used and the day of now as well, when that day counts: what handling
// would have taken if it ended now. In time, Took is within the limit.
func (k Clock) Took(now time.Time) int {
	now = k.until(now)
	m, d := k.measure(), DateOf(now)
	n := m.before(d)
	if m.counts(d) {
		n++
	}
	return n
}

// until is now, or the end of the clock when that is earlier.
func (k Clock) until(now time.Time) time.Time {
	if end := k.last().To; end != nil && end.Before(now) {
		return *end
	}
	return now
}

// Why says why a day counts or not; it is a key of the text catalogue.
type Why string

// The reasons, in the order in which they are tried.
const (
	WhyFirst     Why = "clock_day_first"     // the day of the start
	WhyRest      Why = "clock_day_rest"      // a weekend
	WhyHoliday   Why = "clock_day_holiday"   // a day off that a notice or the law names
	WhySuspended Why = "clock_day_suspended" // the clock was suspended when the day ended
	WhyOngoing   Why = "clock_day_ongoing"   // the day has not ended, or the clock ended in it
	WhyAdjusted  Why = "clock_day_adjusted"  // counted: an adjusted working day
	WhyWorking   Why = "clock_day_working"   // counted: an ordinary working day
)

// Line (计时明细) explains one day of a clock.
type Line struct {
	Date    Date   `json:"date"`
	Counted bool   `json:"counted"`
	Why     Why    `json:"why"`
	Note    string `json:"note,omitempty"` // the holiday's name or the reason of the suspension
	Used    int    `json:"used"`           // working days used up at the end of the day
}

// Explain gives the days from the start to now, or to the end of the clock, one
// line each. The counted lines are as many as Used says.
func (k Clock) Explain(now time.Time) []Line {
	if len(k.intervals) == 0 {
		return nil
	}
	m, today := k.measure(), DateOf(k.until(now))
	var lines []Line
	used := 0
	for d := DateOf(k.start()); d <= today; d++ {
		l := k.explain(m, d, today)
		if l.Counted {
			used++
		}
		l.Used = used
		lines = append(lines, l)
	}
	return lines
}

func (k Clock) explain(m measure, d, today Date) Line {
	l := Line{Date: d}
	special, named := k.cal.Find(d)
	switch {
	case d < m.first:
		l.Why = WhyFirst
	case !k.cal.Working(d):
		l.Why = WhyRest
		if named {
			l.Why, l.Note = WhyHoliday, special.Name
		}
	case m.stopped(d):
		l.Why, l.Note = WhySuspended, k.reason(d)
	case d == today:
		l.Why = WhyOngoing
	case named:
		l.Counted, l.Why, l.Note = true, WhyAdjusted, special.Name
	default:
		l.Counted, l.Why = true, WhyWorking
	}
	return l
}

// reason is why the clock was suspended when d ended.
func (k Clock) reason(d Date) string {
	for i, v := range k.intervals {
		last := i == len(k.intervals)-1
		if v.Kind == Suspended && DateOf(v.From) <= d && (last || d < DateOf(*v.To)) {
			return v.Reason
		}
	}
	return ""
}
