package citizen

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"liandong/portal-sites/kit/text"
	"liandong/tenancy/calendar"
)

// opening says whether a place is open. It is zero when the hours are written in a
// way that leaves room for doubt: then nothing is said.
type opening struct {
	known bool
	open  bool
	until time.Time // when that changes; zero when it does not
}

// shift is a part of a day, in minutes since midnight.
type shift struct{ from, to int }

var shifts = regexp.MustCompile(`(\d{1,2})[:：](\d{2})\s*(?:—|–|-|~|～|至|到)+\s*(\d{1,2})[:：](\d{2})`) //nolint:gosmopolitan // as people write hours

// openAt reads hours such as 工作日 9:00—12:00，14:30—17:30.
func openAt(hours string, cal calendar.Calendar, now time.Time) opening {
	days, ss := whichDays(hours), readShifts(hours)
	if days == unsure || len(ss) == 0 {
		return opening{}
	}
	now = now.In(calendar.Zone())
	day := calendar.DateOf(now)
	minute := now.Hour()*60 + now.Minute()
	at := func(d calendar.Date, m int) time.Time { return d.Start().Add(time.Duration(m) * time.Minute) }
	if days == daily || cal.Working(day) {
		for _, s := range ss {
			if minute < s.from {
				return opening{known: true, until: at(day, s.from)}
			}
			if minute < s.to {
				return opening{known: true, open: true, until: at(day, s.to)}
			}
		}
	}
	next := day + 1
	for n := 0; n < 60 && days == workdays && !cal.Working(next); n++ {
		next++
	}
	return opening{known: true, until: at(next, ss[0].from)}
}

// The days of opening hours.
const (
	unsure = iota
	workdays
	daily
)

func whichDays(hours string) int {
	has := func(key string) bool {
		return slices.ContainsFunc(strings.Split(text.T(key), text.T("citizen.comma")), func(w string) bool { return strings.Contains(hours, w) })
	}
	switch {
	case has("citizen.hours.unsure"):
		return unsure
	case has("citizen.hours.daily"):
		return daily
	case has("citizen.hours.workdays"):
		return workdays
	}
	return unsure
}

func readShifts(hours string) (out []shift) {
	last := 0
	for _, m := range shifts.FindAllStringSubmatch(hours, -1) {
		s := shift{clockMinute(m[1], m[2]), clockMinute(m[3], m[4])}
		if s.from < last || s.to <= s.from || s.to > 24*60 {
			return nil
		}
		last = s.to
		out = append(out, s)
	}
	return out
}

func clockMinute(h, m string) int {
	hours, _ := strconv.Atoi(h) // digits only
	minutes, _ := strconv.Atoi(m)
	return hours*60 + minutes
}

// words says it: open until when, or closed until when.
func (o opening) words() string {
	at := o.until.In(calendar.Zone()).Format(text.T("citizen.opening_at"))
	if o.open {
		return text.T("citizen.open_until", o.until.In(calendar.Zone()).Format("15:04"))
	}
	return text.T("citizen.closed_until", at)
}
