package wire

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"liandong/jobs"
	"liandong/modules/cases"
	supervisionevents "liandong/modules/supervision/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// off makes a day of a tenant a holiday, or takes that back, and hands the news on.
func (w town) off(t *testing.T, at tenancy.ID, day calendar.Date, holiday bool) {
	t.Helper()
	ctx := dbtest.As(t, at, tenancy.System)
	if err := w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !holiday {
			return book.Book{}.Clear(ctx, tx, day)
		}
		return book.Book{}.Set(ctx, tx, calendar.Day{Date: day, Name: "那达慕", Source: "盟行署"})
	}); err != nil {
		t.Fatal(err)
	}
	w.calendarChanged(t, at, day)
}

func (w town) calendarChanged(t *testing.T, at tenancy.ID, day calendar.Date) {
	t.Helper()
	body, err := json.Marshal(supervisionevents.CalendarChanged{Tenant: at, Day: day.String()})
	if err != nil {
		t.Fatal(err)
	}
	e := db.Delivery{ID: db.NewID(), Tenant: at, Name: cases.CalendarEvents()[0], Body: body}
	if err := w.db.InTx(dbtest.As(t, at, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return w.cases.OnCalendarChanged(ctx, tx, e) }); err != nil {
		t.Fatal(err)
	}
}

func (w town) show(t *testing.T, c cases.Case) cases.View {
	t.Helper()
	v, err := w.cases.Show(as(t, c.TenantID, "11", policies.Clerk), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantEnds(t *testing.T, when string, v cases.View, promise, step string) {
	t.Helper()
	if got := lastDay(v.Case.DueAt); got != promise {
		t.Errorf("%s the promise ends on %s, want %s", when, got, promise)
	}
	if got := lastDay(v.Case.StepDueAt); got != step {
		t.Errorf("%s the step ends on %s, want %s", when, got, step)
	}
	if got := lastDay(v.Steps[len(v.Steps)-1].DueAt); got != step {
		t.Errorf("%s the record of the step says %s, want %s", when, got, step)
	}
}

func lastDay(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return calendar.LastDay(*t).String()
}

// A holiday of a county moves what is due in its villages and nowhere else; twice
// told it moves nothing more; taken back, everything stands where it stood.
func TestHolidayMovesDueTimes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publish(t)
	accept := func(at tenancy.ID, key string) cases.Case {
		c := must[cases.Case](t, "file")(w.cases.File(as(t, at, "10"), filing(item, key)))
		return must[cases.Case](t, "accept")(w.cases.Accept(as(t, at, "11", policies.Clerk), c.ID, c.Version, "齐全"))
	}
	here, there := accept(dbtest.Village, "a"), accept(dbtest.Village3, "b")
	waiting := must[cases.Case](t, "file")(w.cases.File(as(t, dbtest.Village2, "10"), filing(item, "c")))
	wantEnds(t, "at first", w.show(t, here), "2026-03-25", "2026-03-09") // 15 and 3 working days after Wednesday 4 March
	wantEnds(t, "at first", w.show(t, waiting), "never", "2026-03-06")

	thursday := calendar.On(2026, time.March, 5)
	w.off(t, dbtest.County, thursday, true)
	w.calendarChanged(t, dbtest.County, thursday)
	wantEnds(t, "after the holiday", w.show(t, here), "2026-03-26", "2026-03-10")
	wantEnds(t, "after the holiday", w.show(t, waiting), "never", "2026-03-09")
	wantEnds(t, "elsewhere", w.show(t, there), "2026-03-25", "2026-03-09")
	if v := w.show(t, here); v.Case.Version != here.Version {
		t.Errorf("a holiday made version %d of %d: open forms are refused", v.Case.Version, here.Version)
	}
	if _, err := w.cases.Pass(as(t, dbtest.Township, "12", policies.Reviewer), here.ID, here.Version, "属实"); err != nil {
		t.Errorf("an open form is refused after a holiday: %v", err)
	}

	w.off(t, dbtest.County, thursday, false)
	wantEnds(t, "without the holiday", w.show(t, here), "2026-03-25", "2026-03-10") // the next step, of four days
	wantEnds(t, "without the holiday", w.show(t, waiting), "never", "2026-03-06")
}

// While the applicant is waited for no end runs; afterwards both lie later by the
// working days that she took.
func TestSupplementShiftsTheStep(t *testing.T) {
	t.Parallel()
	now := dbtest.Now()
	w := townOn(t, db.Over(dbtest.Pool(t), func() time.Time { return now }))
	citizen, clerk := as(t, dbtest.Village, "10"), as(t, dbtest.Village, "11", policies.Clerk)
	c := must[cases.Case](t, "file")(w.cases.File(citizen, filing(w.publish(t), "k")))
	c = must[cases.Case](t, "ask")(w.cases.AskSupplement(clerk, c.ID, c.Version, []string{"合同"}, ""))
	wantEnds(t, "while she is waited for", w.show(t, c), "never", "never")
	now = now.AddDate(0, 0, 7)
	c = must[cases.Case](t, "answer")(w.cases.Resubmit(citizen, c.ID, c.Version, "已补", nil))
	wantEnds(t, "after she answered", w.show(t, c), "never", "2026-03-12") // limit 2: the day she answered counts, 4 March did not
	c = must[cases.Case](t, "accept")(w.cases.Accept(clerk, c.ID, c.Version, "齐全"))
	wantEnds(t, "accepted", w.show(t, c), "2026-04-01", "2026-03-16")
	c = must[cases.Case](t, "ask")(w.cases.AskSupplement(as(t, dbtest.Township, "12", policies.Reviewer), c.ID, c.Version, []string{"图"}, ""))
	now = now.AddDate(0, 0, 2)
	w.off(t, dbtest.Township, calendar.On(2026, time.March, 16), true)
	wantEnds(t, "while she is waited for again", w.show(t, c), "never", "never")
	c = must[cases.Case](t, "answer")(w.cases.Resubmit(citizen, c.ID, c.Version, "已补", nil))
	wantEnds(t, "after she answered again", w.show(t, c), "2026-04-03", "2026-03-18")
}

// The App runs it: beside other slow work, over the subtree alone.
func TestCalendarJobIsRegistered(t *testing.T) {
	t.Parallel()
	for _, s := range (&App{Cases: &cases.Service{}}).subscribers() {
		if s.Name == cases.CalendarJob {
			if !s.Slow || s.Reach != jobs.Subtree || len(s.Events) != 1 || s.Events[0] != (supervisionevents.CalendarChanged{}).EventName() {
				t.Errorf("%+v", s)
			}
			return
		}
	}
	t.Error("nobody hears of calendars")
}
