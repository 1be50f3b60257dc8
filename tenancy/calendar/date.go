package calendar

import (
	"database/sql/driver"
	"fmt"
	"time"
)

const (
	secondsPerDay = 24 * 60 * 60
	zoneSeconds   = 8 * 60 * 60 // Asia/Shanghai has been UTC+8 without summer time since 1992
	isoDate       = "2006-01-02"
)

// Date (日期) is a civil day in China: the number of days since 1970-01-01.
// It compares and adds like a number and travels as YYYY-MM-DD.
type Date int64

// Zone is Asia/Shanghai as a fixed offset, so that no time-zone database is needed.
func Zone() *time.Location { return time.FixedZone("Asia/Shanghai", zoneSeconds) }

// DateOf is the civil day in China in which t falls.
func DateOf(t time.Time) Date {
	s := t.Unix() + zoneSeconds
	d := s / secondsPerDay
	if s%secondsPerDay < 0 {
		d--
	}
	return Date(d)
}

// On is the day of that year, month and day of month; it normalises as time.Date does.
func On(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(isoDate, s)
	if err != nil {
		return 0, fmt.Errorf("parse date: %w", err)
	}
	return On(t.Date()), nil
}

// Start is the first instant of the day, midnight in China.
func (d Date) Start() time.Time {
	return time.Unix(int64(d)*secondsPerDay-zoneSeconds, 0).In(Zone())
}

// End is the instant after the day's last: the next midnight, outside the day.
func (d Date) End() time.Time { return (d + 1).Start() }

// Year is the calendar year of the day.
func (d Date) Year() int { return d.utc().Year() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Weekday(((int64(d)+4)%7 + 7) % 7) // 1970-01-01 was a Thursday
}

func (d Date) String() string { return d.utc().Format(isoDate) }

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD.
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDate(string(b))
	return err
}

// Value hands the day to a database as YYYY-MM-DD.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// Scan takes the day from a date column, whether the driver gives text or a time.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case time.Time: // a date column arrives as midnight in whatever zone the driver chose
		*d = On(v.Date())
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	default:
		return fmt.Errorf("scan date: unexpected %T", src)
	}
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }
