package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"liandong/tenancy/calendar"
)

// instants crowd around a few lively times of 2024 to 2026: the ends of years,
// spring and autumn holidays, a quiet stretch; half of them near midnight, where
// days turn.
func instants() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		day := rapid.SampledFrom([]calendar.Date{
			calendar.On(2023, time.December, 20), calendar.On(2024, time.February, 1), calendar.On(2024, time.September, 10),
			calendar.On(2025, time.June, 20), calendar.On(2025, time.December, 15), calendar.On(2026, time.December, 10),
		}).Draw(t, "season") + calendar.Date(rapid.IntRange(0, 45).Draw(t, "day"))
		within := rapid.OneOf(
			rapid.Int64Range(0, int64(24*time.Hour)-1),
			rapid.SampledFrom([]int64{0, 1, int64(time.Hour), int64(24*time.Hour) - 1}),
		).Draw(t, "within")
		return day.Start().Add(time.Duration(within))
	})
}

// suspended draws suspensions after from, near enough to matter; they may
// overlap, come in any order and stay open.
func suspended(from time.Time) *rapid.Generator[[]calendar.Interval] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Interval {
		hours := rapid.IntRange(-96, 20*24)
		s := calendar.Interval{Kind: calendar.Suspended, From: from.Add(time.Duration(hours.Draw(t, "from")) * time.Hour)}
		if rapid.IntRange(0, 9).Draw(t, "open") > 0 {
			to := s.From.Add(time.Duration(rapid.Int64Range(0, int64(10*24*time.Hour)).Draw(t, "length")))
			s.To = &to
		}
		return s
	}), 0, 5)
}

func overrides() *rapid.Generator[[]calendar.Day] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Day {
		return calendar.Day{
			Date:    calendar.On(2024, time.January, 1) + calendar.Date(rapid.IntRange(0, 4*365).Draw(t, "day")),
			Working: rapid.Bool().Draw(t, "working"),
		}
	}), 0, 30)
}

func TestDueAgreesWithWalkingDayByDay(t *testing.T) {
	t.Parallel()
	plain := newOracle(t)
	rapid.Check(t, func(rt *rapid.T) {
		over := overrides().Draw(rt, "overrides")
		o := plain
		if len(over) > 0 {
			o = newOracle(t, calendar.Merge(over)...)
		}
		cal := calendar.New(over...)
		from, n := instants().Draw(rt, "from"), rapid.IntRange(0, 25).Draw(rt, "n")
		stops := suspended(from).Draw(rt, "suspensions")

		want, wantOK := o.due(from, n, stops)
		got, ok := cal.Due(from, n, stops...)
		if ok != wantOK || !got.Equal(want) {
			rt.Fatalf("Due = %v, %v; day by day %v, %v", got, ok, want, wantOK)
		}
	})
}

// clocks are built by the verbs, and may end.
func clocks(cal calendar.Calendar) *rapid.Generator[calendar.Clock] {
	return rapid.Custom(func(t *rapid.T) calendar.Clock {
		at := instants().Draw(t, "start")
		k := cal.Start(at, rapid.IntRange(0, 60).Draw(t, "limit"))
		var err error
		for range rapid.IntRange(0, 6).Draw(t, "changes") {
			at = at.Add(time.Duration(rapid.IntRange(0, 12*24).Draw(t, "after")) * time.Hour)
			if kind, _, _ := k.State(at); kind == calendar.Running {
				k, err = k.Suspend(at, "why")
			} else {
				k, err = k.Resume(at)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
			at = at.Add(time.Duration(rapid.IntRange(0, 12*24).Draw(t, "after")) * time.Hour)
			if k, err = k.Stop(at); err != nil {
				t.Fatal(err)
			}
		}
		return k
	})
}

func TestClockKeepsItsLaws(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	var cal calendar.Calendar
	rapid.Check(t, func(t *rapid.T) {
		k := clocks(cal).Draw(t, "clock")
		in := k.Intervals()
		start, end := in[0].From, in[len(in)-1].To
		now := start.Add(time.Duration(rapid.IntRange(0, 90*24).Draw(t, "now")) * time.Hour)

		until := now
		if end != nil && end.Before(now) {
			until = *end
		}
		if got, want := k.Used(now), o.used(start, until, k.Limit(), in); got != want {
			t.Fatalf("Used = %d, day by day %d", got, want)
		}
		explained(t, k, now)
		cardBeforeDue(t, k)

		due, ok := k.Due()
		if ok && end == nil {
			n := max(k.Limit(), 1)
			if k.Used(due) != n || k.Used(due.Add(-1)) != n-1 || k.Remaining(due) != 0 {
				t.Fatalf("used around the due time: %d, %d of %d", k.Used(due.Add(-1)), k.Used(due), n)
			}
		}
		if over := k.Overdue(now); over != (ok && !until.Before(due)) {
			t.Fatalf("Overdue = %v at %v, due %v", over, until, due)
		} else if !over && k.Took(now) > max(k.Limit(), 1) {
			t.Fatalf("in time but took %d of %d", k.Took(now), k.Limit())
		}
		again, err := cal.Clock(k.Limit(), in...)
		if err != nil {
			t.Fatalf("rebuild: %v", err)
		}
		if d, k := again.Due(); k != ok || !d.Equal(due) {
			t.Fatalf("rebuilt clock is due %v, %v; before %v, %v", d, k, due, ok)
		}
	})
}

func explained(t *rapid.T, k calendar.Clock, now time.Time) {
	lines, counted := k.Explain(now), 0
	for i, l := range lines {
		if l.Counted {
			counted++
		}
		if l.Used != counted || l.Why == "" || i > 0 && l.Date != lines[i-1].Date+1 {
			t.Fatalf("line %+v after %d counted", l, counted)
		}
	}
	if counted != k.Used(now) {
		t.Fatalf("%d lines counted, %d used", counted, k.Used(now))
	}
}

func cardBeforeDue(t *rapid.T, k calendar.Clock) {
	due, ok := k.Due()
	var last time.Time
	for _, percent := range []int{0, 1, 50, 90, 99, 100} {
		at, reached := k.At(percent)
		if ok && !reached || at.Before(last) && reached || ok && at.After(due) {
			t.Fatalf("At(%d) = %v, %v; after %v; due %v, %v", percent, at, reached, last, due, ok)
		}
		midnight := at.Equal(calendar.DateOf(at).Start())
		if kind, _, _ := k.State(at); percent > 0 && reached && !midnight && kind == calendar.Suspended {
			t.Fatalf("At(%d) = %v falls in a suspension", percent, at)
		}
		if reached {
			last = at
		}
	}
	if at, reached := k.At(100); reached != ok || !at.Equal(due) {
		t.Fatalf("At(100) = %v, due %v", at, due)
	}
}

func TestBetweenUndoesAddDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var cal calendar.Calendar
		from, n := instants().Draw(t, "from"), rapid.IntRange(1, calendar.MaxDays).Draw(t, "n")
		due := cal.AddDays(from, n)
		if got := cal.Between(from, due.Add(-1)); got != n {
			t.Fatalf("Between(from, AddDays(from, %d)) = %d", n, got)
		}
		if !cal.Working(calendar.LastDay(due)) {
			t.Fatalf("the last day %s is not a working day", calendar.LastDay(due))
		}
		if back := cal.Between(due.Add(-1), from); back != -n {
			t.Fatalf("Between backwards = %d, want %d", back, -n)
		}
	})
}
