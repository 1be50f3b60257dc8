package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"liandong/tenancy/calendar"
)

// idNumber invents an identity number of the league that passes every check.
func idNumber(r *rand.Rand, area string) string {
	born := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(20_000))
	s := area + born.Format("20060102") + fmt.Sprintf("%03d", r.IntN(1000))
	sum := 0
	for i := range s {
		sum = (sum + int(s[i]-'0')) * 2 % 11
	}
	return s + string("0123456789X"[(12-sum)%11])
}

// creditCode invents a unified social credit code that passes every check.
func creditCode(r *rand.Rand, area string) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	var s strings.Builder
	s.WriteString("91" + area)
	for range 9 {
		s.WriteString(string(alphabet[r.IntN(len(alphabet))]))
	}
	sum, weight := 0, 1
	for i := range s.String() {
		for v := range alphabet {
			if alphabet[v] == s.String()[i] {
				sum += v * weight
			}
		}
		weight = weight * 3 % len(alphabet)
	}
	return s.String() + string(alphabet[(len(alphabet)-sum%len(alphabet))%len(alphabet)])
}

// almanac finds working days before a moment.
type almanac struct {
	calendar.Calendar

	now  time.Time
	days []calendar.Date // working days up to today, the latest first
}

// memory is how many working days an almanac looks back.
const memory = 120

func newAlmanac(now time.Time) almanac {
	a := almanac{now: now}
	for d := calendar.DateOf(now); len(a.days) < memory; d-- {
		if a.Working(d) {
			a.days = append(a.days, d)
		}
	}
	return a
}

// ago is a moment n working days back, at the given part (0…1) of the office
// hours, and never in the future.
func (a almanac) ago(n int, part float64) time.Time {
	n = min(max(n, 0), len(a.days)-1)
	const opens, span = 9 * time.Hour, 8 * time.Hour
	t := a.days[n].Start().Add(opens + time.Duration(part*float64(span)))
	if limit := a.now.Add(-time.Minute); t.After(limit) {
		t = limit
	}
	return t.UTC()
}

// lastBefore is the largest n for which something accepted n working days ago
// and promised within days is not late yet.
func (a almanac) lastBefore(days int) int {
	n := days + 1
	for n > 0 && !a.AddDays(a.ago(n, 0), days).After(a.now) {
		n--
	}
	return n
}
