package cases

import (
	"context"

	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// DueDay (到期日) is one day of a calendar of due dates.
type DueDay struct {
	Date    calendar.Date
	Working bool
	Name    string // of the holiday, or of the working day that stands in for one
	Rows    []Row  // what is due on that day, the nearest first
}

// maxDue bounds the cases of one calendar page.
const maxDue = 1000

// DueDays (到期日历) tells day by day in [from, to] what of the actor's, or of her whole office, is
// due, with the working days of her office. more says that there is more than could be shown.
func (s *Service) DueDays(ctx context.Context, q Query, team bool, from, to calendar.Date) (days []DueDay, more bool, err error) {
	of := lot(toDo)
	if team {
		of = ours
	}
	q.DueFrom, q.DueTo, q.Sort, q.Desc = from.Start(), to.End(), "step_due", false
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": tx.Scope.Tenant, "subject": ""}); err != nil {
			return err
		}
		cal, err := s.asks.Calendars.Of(ctx, tx, tx.Scope.Tenant)
		if err != nil {
			return err
		}
		days = days[:0]
		for d := from; d <= to; d++ {
			day := DueDay{Date: d, Working: cal.Working(d)}
			if x, ok := cal.Find(d); ok {
				day.Name = x.Name
			}
			days = append(days, day)
		}
		for q.Page, q.Size = 1, maxPage; q.Page <= maxDue/maxPage; q.Page++ {
			p, err := s.waiting(ctx, tx, q, of)
			if err != nil {
				return err
			}
			for _, r := range p.Rows {
				if r.Deadline == nil {
					continue
				}
				if d := calendar.LastDay(*r.Deadline); d >= from && d <= to {
					days[d-from].Rows = append(days[d-from].Rows, r)
				}
			}
			more = len(p.Rows) == maxPage
			if !more {
				break
			}
		}
		return nil
	})
	return days, more, err
}

// OnDay asks for what is due on one day.
func (q Query) OnDay(d calendar.Date) Query {
	q.DueFrom, q.DueTo = d.Start(), d.End()
	return q
}
