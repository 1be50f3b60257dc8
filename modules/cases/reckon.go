package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	supervision "liandong/modules/supervision/events"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// running is what the ends of an open case are reckoned from: that of the promise, and those
// of the steps and timers at which it stands.
type running struct {
	TenantID     tenancy.ID
	ID           string
	StepSeq      int
	AcceptedAt   *time.Time
	DecidedAt    *time.Time
	CreatedAt    time.Time
	PromisedDays int
	DueAt        *time.Time
	StepDueAt    *time.Time
	Visits       []limited           `bun:"type:jsonb"`
	Clocks       []calendar.Interval `bun:"type:jsonb"`
	Notices      []calendar.Interval `bun:"type:jsonb"` // before acceptance no clock tells that the applicant is waited for
}

// limited is a visit that is open and has a limit, in working days.
type limited struct {
	Seq       int        `json:"seq"`
	EnteredAt time.Time  `json:"entered"`
	Days      int        `json:"days"`
	DueAt     *time.Time `json:"due"`
}

// reckon works out every end by cal, and reports whether one is other than stored; an end is
// nil when nothing runs or waiting for the applicant keeps it from being reached.
func (r *running) reckon(cal calendar.Calendar) (moved bool, err error) {
	var due, step *time.Time
	if r.AcceptedAt != nil && r.DecidedAt == nil {
		clock, err := cal.Clock(r.PromisedDays, r.Clocks...)
		if err != nil {
			return false, fmt.Errorf("clock of case %s: %w", r.ID, err)
		}
		due = known(clock.Due())
	}
	for i := range r.Visits {
		v := &r.Visits[i]
		end := known(cal.Due(v.EnteredAt, v.Days, slices.Concat(r.Notices, r.Clocks)...))
		moved = moved || !sameTime(end, v.DueAt)
		if v.DueAt = end; v.Seq == r.StepSeq {
			step = end
		}
	}
	moved = moved || !sameTime(due, r.DueAt) || !sameTime(step, r.StepDueAt)
	r.DueAt, r.StepDueAt = due, step
	return moved, nil
}

func known(t time.Time, ok bool) *time.Time {
	if !ok {
		return nil
	}
	return &t
}

// reckon works out the ends of the case of a deed again.
func (d *deed) reckon(ctx context.Context) error {
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	rs, err := d.st.running(ctx, "c.tenant_id = ? AND c.id = ?", d.c.TenantID, d.c.ID)
	if err != nil || len(rs) == 0 {
		return err
	}
	r := &rs[0] // the act may have changed what is not stored yet
	r.AcceptedAt, r.DecidedAt, r.PromisedDays = d.c.AcceptedAt, d.c.DecidedAt, d.c.PromisedDays+d.c.ExtendedDays
	if _, err := r.reckon(cal); err != nil {
		return err
	}
	d.c.DueAt, d.c.StepDueAt = r.DueAt, nil
	for _, v := range d.open {
		for _, l := range r.Visits {
			if l.Seq == v.Seq {
				v.DueAt = l.DueAt
			}
		}
	}
	if d.visit != nil {
		d.c.StepDueAt = d.visit.DueAt
	}
	return d.st.redate(ctx, redateSteps, rs)
}

// CalendarJob is what the inbox knows OnCalendarChanged by.
const CalendarJob = "cases.reckon"

// CalendarEvents are the wire names that OnCalendarChanged wants to be called for.
func CalendarEvents() []string { return []string{supervision.CalendarChanged{}.EventName()} }

// reckonBatch is how many cases are read, and at most locked, at once.
const reckonBatch = 500

// OnCalendarChanged works out again when the open cases of a tenant and of
// everything below it are due. It must run as System over that subtree. Only a
// case that has not ended before the day that changed can move, and only what
// moves is locked. Running it twice changes nothing.
func (s *Service) OnCalendarChanged(ctx context.Context, tx *db.Tx, e db.Delivery) error {
	var changed supervision.CalendarChanged
	if err := e.Decode(&changed); err != nil {
		return err
	}
	day, err := calendar.ParseDate(changed.Day)
	if err != nil {
		return fmt.Errorf("day of event %s: %w", e.ID, err)
	}
	r := reckoner{Service: s, st: store{tx}, calendars: map[tenancy.ID]calendar.Calendar{}}
	var last running
	for {
		rs, err := r.st.runningFrom(ctx, day.Start(), last, reckonBatch)
		if err != nil {
			return err
		}
		if err := r.redo(ctx, rs); err != nil {
			return err
		}
		if len(rs) < reckonBatch {
			return nil
		}
		last = rs[len(rs)-1]
	}
}

// reckoner reckons many cases; tenants are met again and again.
type reckoner struct {
	*Service
	st        store
	calendars map[tenancy.ID]calendar.Calendar
}

// redo writes what moved of a batch. What looks moved is locked and read again,
// so that an act that was under way has the last word on its case.
func (r reckoner) redo(ctx context.Context, rs []running) error {
	moved, err := r.moved(ctx, rs)
	if err != nil || len(moved) == 0 {
		return err
	}
	ids := make([]string, len(moved))
	for i, m := range moved {
		ids[i] = m.ID
	}
	if _, err := r.st.tx.NewRaw(`select id from cases where id in (?) order by tenant_id, id for update`, bun.List(ids)).Exec(ctx); err != nil {
		return fmt.Errorf("lock cases to reckon: %w", err)
	}
	if rs, err = r.st.running(ctx, "c.id IN (?) AND c.ended_at IS NULL", bun.List(ids)); err != nil {
		return err
	}
	if moved, err = r.moved(ctx, rs); err != nil {
		return err
	}
	return r.st.redate(ctx, redateCases+redateSteps, moved)
}

// moved are those whose ends are other than stored, with the true ones.
func (r reckoner) moved(ctx context.Context, rs []running) (out []running, err error) {
	for _, c := range rs {
		cal, ok := r.calendars[c.TenantID]
		if !ok {
			if cal, err = r.asks.Calendars.Of(ctx, r.st.tx, c.TenantID); err != nil {
				return nil, err
			}
			r.calendars[c.TenantID] = cal
		}
		other, err := c.reckon(cal)
		if err != nil {
			continue // a broken clock is reported by the sweep of supervision; the others must not wait for it
		}
		if other {
			out = append(out, c)
		}
	}
	return out, nil
}
