package calendar_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liandong/tenancy/calendar"
)

// oracle knows working days the slow way, from other data than the calendar's.
type oracle struct {
	zone    *time.Location
	special map[string]bool // YYYY-MM-DD to working
}

func newOracle(t testing.TB, overrides ...calendar.Day) oracle {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	o := oracle{zone, map[string]bool{}}
	csv, err := os.ReadFile("statutory.csv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(csv)) {
		if date, _, ok := strings.Cut(line, ","); ok && !strings.HasPrefix(line, "#") {
			o.special[date] = false
		}
	}
	for _, d := range notices(t) {
		o.special[d.Date] = !d.IsOffDay
	}
	for _, d := range overrides {
		o.special[d.Date.String()] = d.Working
	}
	return o
}

type noticeDay struct {
	Name, Date string
	IsOffDay   bool
}

// notices are the days of 2024 to 2026 as another project transcribed them.
func notices(t testing.TB) (days []noticeDay) {
	t.Helper()
	files, err := filepath.Glob("testdata/holiday-cn/*.json")
	if err != nil || len(files) != 3 {
		t.Fatalf("want three notices, have %v, %v", files, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var notice struct{ Days []noticeDay }
		if err := json.Unmarshal(raw, &notice); err != nil {
			t.Fatal(err)
		}
		days = append(days, notice.Days...)
	}
	return days
}

func (o oracle) midnight(t time.Time) time.Time {
	y, m, d := t.In(o.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, o.zone)
}

func (o oracle) working(day time.Time) bool {
	if w, ok := o.special[day.Format("2006-01-02")]; ok {
		return w
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// counts reports whether the day that begins at midnight is used: it works, and
// no suspension reaches from before its end up to its end.
func (o oracle) counts(day time.Time, stops []calendar.Interval) bool {
	if !o.working(day) {
		return false
	}
	end := day.AddDate(0, 0, 1)
	for _, s := range stops {
		if s.Kind == calendar.Suspended && s.From.Before(end) && (s.To == nil || !s.To.Before(end)) {
			return false
		}
	}
	return true
}

// due walks day by day; it is false when two years bring no end.
func (o oracle) due(from time.Time, n int, stops []calendar.Interval) (time.Time, bool) {
	day := o.midnight(from)
	if n == 0 {
		n = 1
	} else {
		day = day.AddDate(0, 0, 1)
	}
	for range 2*366 + 3*n {
		if o.counts(day, stops) {
			if n--; n == 0 {
				return day.AddDate(0, 0, 1), true
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}

// used walks day by day over the days that have ended at now.
func (o oracle) used(from, now time.Time, limit int, stops []calendar.Interval) (n int) {
	day := o.midnight(from)
	if limit > 0 {
		day = day.AddDate(0, 0, 1)
	}
	for ; !day.AddDate(0, 0, 1).After(now); day = day.AddDate(0, 0, 1) {
		if o.counts(day, stops) {
			n++
		}
	}
	return n
}
