package calendar

import (
	_ "embed" // the statutory holidays
	"strings"
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// statutoryCSV lists the holidays that 《全国年节及纪念日放假办法》 (as revised
// for 2025) fixes by itself, for the years that no notice covers yet.
//
//go:embed statutory.csv
var statutoryCSV string

// Years for which the library is asked; it answers nothing for those it lacks.
const (
	noticesFrom = 2001
	noticesTo   = 2040
)

type officialCalendar struct {
	days  []Day
	years *[lastYear - firstYear + 1]*year
}

// official is built once, on first use, and never changes.
//
//nolint:gochecknoglobals // write-once and immutable
var official = sync.OnceValue(func() officialCalendar {
	notices := byYear(noticeDays())
	statutory := byYear(statutoryDays())
	o := officialCalendar{years: new([lastYear - firstYear + 1]*year)}
	for y := firstYear; y <= lastYear; y++ {
		days, known := notices[y], isNotice(y, notices[y])
		if !known {
			days = append(statutory[y], days...)
		}
		n := plainYear(y).with(days)
		n.known = known
		o.years[y-firstYear] = n
		o.days = append(o.days, days...)
	}
	o.days = Merge(o.days)
	return o
})

// noticeDays are the State Council's notices as the library carries them.
func noticeDays() (days []Day) {
	for y := noticesFrom; y <= noticesTo; y++ {
		for e := HolidayUtil.GetHolidaysByYear(y).Front(); e != nil; e = e.Next() {
			h, ok := e.Value.(*HolidayUtil.Holiday)
			if !ok {
				continue
			}
			d, err := ParseDate(h.GetDay())
			if err != nil {
				panic("calendar: broken holiday data: " + err.Error()) // a broken build
			}
			days = append(days, Day{Date: d, Working: h.IsWork(), Name: h.GetName(), Source: SourceOfficial})
		}
	}
	return days
}

func statutoryDays() (days []Day) {
	for line := range strings.Lines(statutoryCSV) {
		date, name, ok := strings.Cut(strings.TrimSpace(line), ",")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		d, err := ParseDate(date)
		if err != nil {
			panic("calendar: broken statutory.csv: " + err.Error()) // a broken build
		}
		days = append(days, Day{Date: d, Name: name, Source: SourceStatutory})
	}
	return days
}

// leastHolidays is the number of days off that the law grants in a year since
// 2025 (11 before); a full notice, weekends included, lists more.
const leastHolidays = 13

// isNotice tells a full notice for the year from a few local days: it lists the
// holidays of fixed date (1 January, 1 May, 1–3 October) as days off, and no
// fewer days off than the law grants.
func isNotice(y int, days []Day) bool {
	off := map[Date]bool{}
	for _, d := range days {
		if !d.Working {
			off[d.Date] = true
		}
	}
	return len(off) >= leastHolidays &&
		off[On(y, time.January, 1)] && off[On(y, time.May, 1)] &&
		off[On(y, time.October, 1)] && off[On(y, time.October, 2)] && off[On(y, time.October, 3)]
}
