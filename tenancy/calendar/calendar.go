// Package calendar counts working days (工作日) in China and runs the legal
// clocks of a case over them.
//
// A day is a civil day in Asia/Shanghai. The base is the official calendar:
// Monday to Friday, changed by the yearly notices of the General Office of the
// State Council on holidays and adjusted working days. An administrator's table
// overrides it, so that next year's notice can be loaded without a release.
//
// Counting follows 民法典 arts 201–203: the day on which a period begins is not
// counted, and a period ends at 24:00 of its last day, which is a working day.
// 24:00 is expressed as the next midnight and is exclusive: work is in time
// while now is before the due time. LastDay gives the day to show to people.
//
// Everything here is a pure function of its arguments; values are immutable and
// safe for concurrent use.
package calendar

import (
	"cmp"
	"slices"
	"time"
)

// The years that are laid out in advance; others are computed when asked for.
const (
	firstYear = 2000
	lastYear  = 2099
)

// MaxDays bounds every count of days that a caller passes in (some 40 years),
// so that a wrong number cannot keep a machine busy. Larger counts are cut to it.
const MaxDays = 10_000

// Day (日历例外) is one row of a table that departs from Monday-to-Friday.
type Day struct {
	Date    Date   `json:"date"`
	Working bool   `json:"working"` // true: an adjusted working day (调休上班); false: a day off
	Name    string `json:"name"`    // what people call it, such as the festival's name
	Source  string `json:"source"`  // the notice that says so, or one of the Source constants
}

// What a Day found by Find rests on when no administrator wrote it.
const (
	SourceOfficial  = "official"  // the State Council's notice for that year
	SourceStatutory = "statutory" // the law's fixed holidays, while that year's notice is missing
)

// Calendar (工作日历) knows which days are working days. The zero value is the
// official calendar without overrides.
type Calendar struct {
	years     *[lastYear - firstYear + 1]*year
	overrides []Day // by date, one per date
}

// New returns the official calendar changed by overrides; of several for one
// date the last wins.
func New(overrides ...Day) Calendar {
	c := Calendar{overrides: Merge(overrides)}
	years := *official().years
	for y, days := range byYear(c.overrides) {
		if y < firstYear || y > lastYear {
			continue
		}
		years[y-firstYear] = years[y-firstYear].with(days)
		if !years[y-firstYear].known {
			years[y-firstYear].known = isNotice(y, days)
		}
	}
	c.years = &years
	return c
}

// Merge folds the tables of several levels into one. Levels come from the top
// of the tree down, and the nearest wins: a later level replaces an earlier
// one's day of the same date. The result is in order of date.
func Merge(levels ...[]Day) []Day {
	byDate := map[Date]Day{}
	for _, level := range levels {
		for _, d := range level {
			byDate[d.Date] = d
		}
	}
	merged := make([]Day, 0, len(byDate))
	for _, d := range byDate {
		merged = append(merged, d)
	}
	slices.SortFunc(merged, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	return merged
}

// Working reports whether d is a working day.
func (c Calendar) Working(d Date) bool { return c.year(d.Year()).working(d) }

// Known reports whether a notice covers the year, from the official data or
// from the overrides. In other years the law's fixed holidays are days off but
// no day is adjusted: a due time there is provisional and people must be warned.
func (c Calendar) Known(year int) bool { return c.year(year).known }

// Find returns what sets d apart from an ordinary day of the week, if anything.
func (c Calendar) Find(d Date) (Day, bool) {
	if day, ok := search(c.overrides, d); ok {
		return day, true
	}
	return search(official().days, d)
}

// AddDays is the due time n working days after from: the day of from is not
// counted, and the period ends with the n-th working day, at the next midnight
// (exclusive). With n = 0, for what is handled on the spot, it is the end of
// the first working day that is not before from. A negative n counts as 0.
func (c Calendar) AddDays(from time.Time, n int) time.Time {
	due, _ := c.Due(from, n) // without a suspension the limit is always reached
	return due
}

// Between counts the working days after the day of a, up to and including the
// day of b: what handling took from a to b. It is negative when b is before a.
func (c Calendar) Between(a, b time.Time) int {
	lo, hi := DateOf(a)+1, DateOf(b)+1
	if hi < lo {
		return -c.count(hi, lo)
	}
	return c.count(lo, hi)
}

// LastDay is the last day of a period that ends at due, the day to show.
func LastDay(due time.Time) Date { return DateOf(due.Add(-1)) }

// count counts the working days d with lo ≤ d < hi.
func (c Calendar) count(lo, hi Date) int {
	if hi <= lo {
		return 0
	}
	y, last := lo.Year(), hi.Year()
	n := -c.year(y).below(lo)
	for ; y < last; y++ {
		n += c.year(y).all()
	}
	return n + c.year(last).below(hi)
}

// nth is the n-th working day that is not before from; n ≥ 1.
func (c Calendar) nth(from Date, n int) Date {
	y := from.Year()
	n += c.year(y).below(from)
	for ; n > c.year(y).all(); y++ {
		n -= c.year(y).all()
	}
	return c.year(y).pick(n - 1)
}

func (c Calendar) year(y int) *year {
	if y >= firstYear && y <= lastYear {
		if c.years == nil {
			return official().years[y-firstYear]
		}
		return c.years[y-firstYear]
	}
	far := plainYear(y)
	if days := byYear(c.overrides)[y]; len(days) > 0 {
		far = far.with(days)
	}
	return far
}

func byYear(days []Day) map[int][]Day {
	m := map[int][]Day{}
	for _, d := range days {
		m[d.Date.Year()] = append(m[d.Date.Year()], d)
	}
	return m
}

func search(days []Day, d Date) (Day, bool) {
	i, ok := slices.BinarySearchFunc(days, d, func(e Day, d Date) int { return cmp.Compare(e.Date, d) })
	if !ok {
		return Day{}, false
	}
	return days[i], true
}
