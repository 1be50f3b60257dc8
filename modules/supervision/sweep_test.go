package supervision_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"liandong/modules/supervision"
	"liandong/modules/supervision/internal/plant"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// naive reckons a clock by walking over the days, without intervals or algebra.
type naive struct {
	from  time.Time
	limit int
	halts []calendar.Interval
}

func (n naive) haltedAt(at time.Time) bool {
	for _, h := range n.halts {
		if !at.Before(h.From) && (h.To == nil || at.Before(*h.To)) {
			return true
		}
	}
	return false
}

// counted lists the first so many days that count.
func (n naive) counted(many int) (days []calendar.Date) {
	cal := calendar.New()
	for d := calendar.DateOf(n.from) + 1; len(days) < many && d < calendar.DateOf(n.from)+2000; d++ {
		if cal.Working(d) && !n.haltedAt(d.End().Add(-time.Nanosecond)) {
			days = append(days, d)
		}
	}
	return days
}

// colour is what the clock deserves at now under the standard of 1 day and 90 %.
func (n naive) colour(now time.Time, warn, percent int) supervision.Colour {
	days := n.counted(n.limit)
	if n.haltedAt(now) || len(days) < n.limit {
		return ""
	}
	whole, part := n.limit*percent/100, n.limit*percent%100
	var yellow time.Time
	if part == 0 {
		yellow = days[whole-1].End()
	} else {
		yellow = days[whole].Start().Add(9*time.Hour + 8*time.Hour*time.Duration(part)/100)
		for _, h := range n.halts {
			if h.To != nil && !yellow.Before(h.From) && yellow.Before(*h.To) {
				yellow = *h.To
			}
		}
	}
	left := n.limit
	for _, d := range days {
		if d < calendar.DateOf(now) {
			left--
		}
	}
	switch {
	case !now.Before(days[n.limit-1].End()):
		return supervision.Red
	case !now.Before(yellow):
		return supervision.Yellow
	case left <= warn && calendar.DateOf(n.from) < calendar.DateOf(now):
		return supervision.Warning
	}
	return ""
}

type clockKey struct {
	id    string
	scope supervision.Scope
}

var grades = map[supervision.Colour]int{"": 0, supervision.Warning: 1, supervision.Yellow: 2, supervision.Red: 3}

// Cards after any row of sweeps are those that walking over the days says.
func TestSweepAgreesWithWalkingTheDays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261122, 7))
	l := newLeague(t)
	homes := []tenancy.ID{dbtest.Village, dbtest.Village2, dbtest.Village3, dbtest.Township, dbtest.County2}
	var cs []plant.Case
	start := china(time.April, 1, 0)
	l.at(start)
	for range 70 {
		born := homes[r.IntN(len(homes))]
		accepted := start.Add(time.Duration(r.IntN(40*24*60)) * -time.Minute)
		c := plant.Case{Born: born, At: born, Limit: 1 + r.IntN(45), StepLimit: r.IntN(6), Accepted: accepted, Entered: accepted.Add(time.Duration(r.IntN(100)) * time.Hour)}
		for at, n := accepted, r.IntN(4); n > 0; n-- {
			from := at.Add(time.Duration(1+r.IntN(12*24*60)) * time.Minute)
			to := from.Add(time.Duration(1+r.IntN(9*24*60)) * time.Minute)
			c.Halts = append(c.Halts, calendar.Interval{From: from, To: &to, Kind: calendar.Suspended})
			at = to
		}
		cs = append(cs, c)
	}
	want, when := map[clockKey]map[supervision.Colour]bool{}, start
	for range 12 {
		when = when.Add(time.Duration(r.IntN(8*24*60)) * time.Minute)
		l.at(when)
		for i := range cs {
			cs[i] = l.put(cs[i])
			expect(want, cs[i], when)
		}
		l.sweep()
	}
	got := map[clockKey]map[supervision.Colour]bool{}
	for _, c := range l.list(staff(t, dbtest.League, "09", "supervisor"), supervision.CardQuery{}) {
		k := clockKey{c.CaseID, c.Scope}
		if got[k] == nil {
			got[k] = map[supervision.Colour]bool{}
		}
		got[k][c.Colour] = true
	}
	if len(want) < 40 {
		t.Fatalf("only %d clocks were expected to get cards: the test looks at nothing", len(want))
	}
	for _, c := range cs {
		for _, scope := range supervision.Scopes() {
			k := clockKey{c.ID, scope}
			if !maps.Equal(got[k], want[k]) {
				t.Errorf("%s of %d/%d days from %s, halts %v: cards %v, want %v", scope, c.Limit, c.StepLimit, c.Accepted, c.Halts, got[k], want[k])
			}
		}
	}
	if again := l.sweep(); len(again.Raised) != 0 {
		t.Errorf("the same moment again raised %v", again.Raised)
	}
}

func expect(want map[clockKey]map[supervision.Colour]bool, c plant.Case, now time.Time) {
	var known []calendar.Interval
	for _, h := range c.Halts { // what has happened so far
		if h.From.After(now) {
			break
		}
		if h.To != nil && h.To.After(now) {
			h.To = nil
		}
		known = append(known, h)
	}
	for scope, n := range map[supervision.Scope]naive{supervision.CaseScope: {c.Accepted, c.Limit, known}, supervision.StepScope: {c.Entered, c.StepLimit, known}} {
		if n.limit == 0 || n.from.After(now) {
			continue
		}
		colour, k := n.colour(now, 1, 90), clockKey{c.ID, scope}
		best := 0
		for have := range want[k] {
			best = max(best, grades[have])
		}
		if grades[colour] > best {
			if want[k] == nil {
				want[k] = map[supervision.Colour]bool{}
			}
			want[k][colour] = true
		}
	}
}

func TestCardBelongsToTheOfficeThatIsLate(t *testing.T) {
	t.Parallel()
	l := newLeague(t)
	c := l.late(dbtest.Village, dbtest.Township)
	l.late(dbtest.Village3, dbtest.County2)
	if out := l.sweep(); out.Raised[supervision.Red] != 2 {
		t.Fatalf("raised %v", out.Raised)
	}
	for at, want := range map[tenancy.ID]int{dbtest.League: 2, dbtest.County: 1, dbtest.County2: 1, dbtest.Township: 1, dbtest.Village: 0, dbtest.Township2: 0} {
		if got := l.list(staff(t, at, "09", "supervisor"), supervision.CardQuery{}); len(got) != want {
			t.Errorf("the supervisor of %s sees %d cards, want %d", at, len(got), want)
		}
	}
	if got := l.list(staff(t, dbtest.County, "08", "clerk"), supervision.CardQuery{}); len(got) != 0 {
		t.Errorf("a clerk of the county sees the card of a township")
	}
	if got := l.list(staff(t, dbtest.Township, "08", "clerk"), supervision.CardQuery{}); len(got) != 1 {
		t.Errorf("a clerk does not see the card of her own office")
	}
	// It moves on: the card stays as a record, closed; the next office gets none for the old lateness of the whole.
	c.At, c.Seq, c.StepName = dbtest.County, 2, "下一步"
	l.put(c)
	if out := l.sweep(); out.Closed != 1 || len(out.Raised) != 0 {
		t.Errorf("after moving on: %+v", out)
	}
	got := l.list(staff(t, dbtest.Township, "09", "supervisor"), supervision.CardQuery{})
	if len(got) != 1 || got[0].State != supervision.Closed || got[0].ClosedBy != "" || got[0].ClosedAt == nil {
		t.Errorf("the card after the case moved on: %+v", got)
	}
}

func TestDecisionEndsThePromise(t *testing.T) {
	t.Parallel()
	l := newLeague(t)
	c := l.late(dbtest.Village, dbtest.Township)
	l.sweep()
	err := l.db.InTx(l.system(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`update cases set decided_at = ?, due_at = null where id = ?`, tx.Now, c.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := l.sweep(); out.Closed != 1 || len(out.Raised) != 0 {
		t.Errorf("after the decision: %+v", out)
	}
	card := l.list(staff(t, dbtest.County, "09", "supervisor"), supervision.CardQuery{})[0]
	l.at(china(time.March, 20, 10))
	v, err := l.Card(staff(t, dbtest.County, "09", "supervisor"), card.ID)
	if err != nil || !v.Clock.Ended || v.Clock.Remaining != -1 {
		t.Errorf("the clock went on after the decision: %+v, %v", v.Clock, err)
	}
}

func TestStandingClockRaisesNothing(t *testing.T) {
	t.Parallel()
	l := newLeague(t)
	halt := calendar.Interval{From: china(time.February, 26, 10), Kind: calendar.Suspended}
	l.put(plant.Case{Born: dbtest.Village, At: dbtest.Village, Limit: 3, StepLimit: 2, Accepted: china(time.February, 24, 10), Halts: []calendar.Interval{halt}})
	l.at(china(time.June, 1, 10))
	if out := l.sweep(); len(out.Raised) != 0 {
		t.Errorf("a case that waits for its applicant got %v", out.Raised)
	}
}

func TestRulesDecideWhenACardIsRaised(t *testing.T) {
	t.Parallel()
	l := newLeague(t)
	accepted := china(time.March, 2, 10) // Monday; on the 4th one day of 20 is used
	l.put(plant.Case{Born: dbtest.Village, At: dbtest.Village, Limit: 20, Accepted: accepted})
	l.put(plant.Case{Born: dbtest.Village3, At: dbtest.Village3, Limit: 20, Accepted: accepted})
	l.put(plant.Case{Born: dbtest.Village, At: dbtest.Village, Limit: 90, Accepted: accepted})
	if out := l.sweep(); len(out.Raised) != 0 {
		t.Fatalf("raised %v by the standard", out.Raised)
	}
	if _, err := l.SetRule(staff(t, dbtest.County, "09", "supervisor"), supervision.CaseScope, supervision.Measures{WarnDays: 1, YellowPercent: 5, AnswerDays: 3}, 0); err != nil {
		t.Fatal(err)
	}
	if out := l.sweep(); out.Raised[supervision.Yellow] != 1 {
		t.Fatalf("the county's rule raised %v", out.Raised)
	}
	got := l.list(staff(t, dbtest.League, "09", "supervisor"), supervision.CardQuery{})
	if len(got) != 1 || got[0].TenantID != dbtest.Village || got[0].RuleTenant != dbtest.County {
		t.Errorf("cards %+v", got)
	}
	l.at(china(time.March, 10, 10)) // 5 days of 90 are 4.5
	if out := l.sweep(); out.Raised[supervision.Yellow] != 1 {
		t.Errorf("a long promise under a strict rule: %v", out.Raised)
	}
}

func TestCalendarMovesDueTimes(t *testing.T) {
	t.Parallel()
	l := newLeague(t)
	l.put(plant.Case{Born: dbtest.Village, At: dbtest.Village, Limit: 5, Accepted: china(time.February, 24, 10)})   // due at the end of 2 March
	l.put(plant.Case{Born: dbtest.Village3, At: dbtest.Village3, Limit: 5, Accepted: china(time.February, 24, 10)}) // another county
	admin := staff(t, dbtest.County, "07", "system_admin")
	for _, day := range []int{2, 3} {
		if err := l.SetDay(admin, calendar.On(2026, time.March, day), false, "雪灾停工", "锡林浩特市政府通知"); err != nil {
			t.Fatal(err)
		}
	}
	if out := l.sweep(); out.Raised[supervision.Red] != 1 {
		t.Fatalf("with two days off in one county: %v", out.Raised)
	}
	if got := l.list(staff(t, dbtest.County2, "09", "supervisor"), supervision.CardQuery{Colour: supervision.Red}); len(got) != 1 {
		t.Errorf("the other county's case should be late")
	}
	for _, day := range []int{2, 3} {
		if err := l.ClearDay(admin, calendar.On(2026, time.March, day)); err != nil {
			t.Fatal(err)
		}
	}
	if out := l.sweep(); out.Raised[supervision.Red] != 1 {
		t.Errorf("after the days off were taken back: %v", out.Raised)
	}
}
