package supervision

import (
	"context"
	"strings"
	"time"

	"liandong/modules/supervision/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Year is the working calendar (工作日历) of the actor's tenant for one year.
type Year struct {
	Year       int
	Known      bool // the official notice of the year is there; otherwise due times in it are provisional
	Cells      []Cell
	Working    int // working days of the year
	Exceptions []book.Exception
	Names      map[tenancy.ID]string
	Own        tenancy.ID
	Today      calendar.Date
	May        string // why the actor may not change it; empty when she may
}

// Cell is one day of the year.
type Cell struct {
	Date    calendar.Date
	Working bool
	Special bool // set apart from an ordinary day of the week
	Name    string
	From    *tenancy.ID // the level whose exception it is; nil for the official calendar
}

// Calendar bounds: what the page shows and an administrator may change.
const (
	firstYear = 2020
	lastYear  = 2040
	maxReason = 60
)

// Year shows one year as the actor's tenant works it, with the level that every
// exception comes from.
func (s *Service) Year(ctx context.Context, year int) (y Year, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		y = Year{Own: tx.Scope.Tenant, Today: calendar.DateOf(tx.Now), Year: year}
		if year < firstYear || year > lastYear {
			y.Year = y.Today.Year()
		}
		y.May = why(s.authz.Allow(ctx, policies.CalendarEdit, policies.Resource{"tenant": tx.Scope.Tenant}))
		cal, err := s.book.Of(ctx, tx, tx.Scope.Tenant)
		if err != nil {
			return err
		}
		from, to := calendar.On(y.Year, time.January, 1), calendar.On(y.Year, time.December, 31)
		if y.Exceptions, err = s.book.Exceptions(ctx, tx, tx.Scope.Tenant, from, to); err != nil {
			return err
		}
		y.fill(cal, from, to)
		y.Names, err = store{tx}.names(ctx, append([]tenancy.ID{tenancy.Platform}, tx.Scope.Ancestors...))
		return err
	})
	return y, err
}

func (y *Year) fill(cal calendar.Calendar, from, to calendar.Date) {
	by := map[calendar.Date]tenancy.ID{}
	for _, e := range y.Exceptions { // from the top down: the nearest level wins
		by[e.Date] = e.Tenant
	}
	y.Known = cal.Known(y.Year)
	for d := from; d <= to; d++ {
		c := Cell{Date: d, Working: cal.Working(d)}
		if special, ok := cal.Find(d); ok {
			c.Special, c.Name = true, special.Name
		}
		if t, ok := by[d]; ok {
			c.From = &t
		}
		if c.Working {
			y.Working++
		}
		y.Cells = append(y.Cells, c)
	}
}

// SetDay makes one day an exception of the actor's own tenant, with the reason
// that people will read. Levels below inherit it.
func (s *Service) SetDay(ctx context.Context, day calendar.Date, working bool, name, source string) error {
	return s.days(ctx, day, map[string]any{"day": day.String(), "working": working, "name": name}, func(ctx context.Context, tx *db.Tx) error {
		name, source = strings.TrimSpace(name), strings.TrimSpace(source)
		bad := map[string]string{}
		if y := day.Year(); y < firstYear || y > lastYear {
			bad["day"] = "calendar.year_range"
		}
		if n := len([]rune(name)); n == 0 {
			bad["name"] = "required"
		} else if n > maxReason {
			bad["name"] = "too_long"
		}
		if len([]rune(source)) > 2*maxReason {
			bad["source"] = "too_long"
		}
		if err := fault.InvalidFields(bad); err != nil {
			return err
		}
		return s.book.Set(ctx, tx, calendar.Day{Date: day, Working: working, Name: name, Source: source})
	})
}

// ClearDay removes an exception of the actor's own tenant: what is inherited holds again.
func (s *Service) ClearDay(ctx context.Context, day calendar.Date) error {
	return s.days(ctx, day, map[string]any{"day": day.String(), "cleared": true}, func(ctx context.Context, tx *db.Tx) error {
		return s.book.Clear(ctx, tx, day)
	})
}

func (s *Service) days(ctx context.Context, day calendar.Date, detail map[string]any, do func(context.Context, *db.Tx) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CalendarEdit, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if err := do(ctx, tx); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.CalendarEdit), Kind: "calendar_day", Object: day.String(), Detail: detail})
		tx.Emit(events.CalendarChanged{Tenant: tx.Scope.Tenant, Day: day.String()})
		return nil
	})
}

// Reckon explains when a limit of working days that starts on a day would end in
// the actor's tenant, one line per day.
func (s *Service) Reckon(ctx context.Context, from calendar.Date, limit int) (e *Explained, err error) {
	if limit < 0 || limit > longLimit {
		return nil, fault.InvalidField("limit", "out_of_range")
	}
	if y := from.Year(); y < firstYear || y > lastYear {
		return nil, fault.InvalidField("from", "calendar.year_range")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		cal, err := s.book.Of(ctx, tx, tx.Scope.Tenant)
		if err != nil {
			return err
		}
		k := cal.Start(from.Start().Add(9*time.Hour), limit)
		due, _ := k.Due()
		e = tell(cal, k, standard(), due)
		e.Lines = e.Lines[:len(e.Lines)-1] // the day after the last one
		return nil
	})
	return e, err
}
