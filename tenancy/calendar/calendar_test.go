package calendar_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	lunar "github.com/6tail/lunar-go/calendar"

	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAgreesWithTheNoticesOf2024To2026(t *testing.T) {
	t.Parallel()
	o, cal := newOracle(t), calendar.New()
	for d := day(t, "2024-01-01"); d <= day(t, "2026-12-31"); d++ {
		if got, want := cal.Working(d), o.working(d.Start().In(o.zone)); got != want {
			t.Errorf("%s working = %v, the notice says %v", d, got, want)
		}
	}
}

func TestStatutoryDaysAreThoseOfTheLunarCalendar(t *testing.T) {
	t.Parallel()
	solar := func(y, m, d int) calendar.Date { return day(t, lunar.NewLunarFromYmd(y, m, d).GetSolar().ToYmd()) }
	var cal calendar.Calendar
	for y := 2027; y <= 2060; y++ {
		spring := solar(y, 1, 1)
		off := []calendar.Date{
			calendar.On(y, 1, 1), calendar.On(y, 5, 1), calendar.On(y, 5, 2),
			calendar.On(y, 10, 1), calendar.On(y, 10, 2), calendar.On(y, 10, 3),
			spring - 1, spring, spring + 1, spring + 2, solar(y, 5, 5), solar(y, 8, 15),
			day(t, lunar.NewLunarFromYmd(y, 2, 20).GetJieQiTable()["清明"].ToYmd()),
		}
		for _, d := range off {
			if found, ok := cal.Find(d); cal.Working(d) || !ok || found.Source != calendar.SourceStatutory {
				t.Errorf("%s is not a statutory holiday: %+v", d, found)
			}
		}
	}
}

func TestKnownYears(t *testing.T) {
	t.Parallel()
	var cal calendar.Calendar
	for y := 1990; y <= 2110; y++ {
		if got, want := cal.Known(y), y >= 2009 && y <= 2026; got != want && (y < 2002 || y > 2008) {
			t.Errorf("Known(%d) = %v", y, got)
		}
	}
	local := calendar.New(calendar.Day{Date: day(t, "2027-08-02"), Name: "那达慕"})
	if local.Known(2027) {
		t.Error("one local day off makes no notice")
	}
	var notice []calendar.Day
	for _, d := range notices(t) {
		if d.Date[:4] == "2026" { // stands for the notice of 2027
			notice = append(notice, calendar.Day{Date: day(t, "2027"+d.Date[4:]), Working: !d.IsOffDay})
		}
	}
	if loaded := calendar.New(notice...); !loaded.Known(2027) || loaded.Known(2028) {
		t.Error("a loaded notice must make its year known, and no other")
	}
}

func TestMergeNearestWins(t *testing.T) {
	t.Parallel()
	a, b := day(t, "2026-08-03"), day(t, "2026-08-04")
	got := calendar.Merge(
		[]calendar.Day{{Date: b, Name: "platform"}, {Date: a, Name: "platform"}},
		[]calendar.Day{{Date: a, Name: "league"}, {Date: a, Working: true, Name: "league again"}},
		nil,
	)
	if len(got) != 2 || got[0].Name != "league again" || got[1].Name != "platform" {
		t.Fatalf("merged: %+v", got)
	}
	cal := calendar.New(got...)
	if !cal.Working(a) || cal.Working(b) || calendar.New().Working(b) == cal.Working(b) {
		t.Error("overrides must decide")
	}
}

func TestAddDays(t *testing.T) {
	t.Parallel()
	var cal calendar.Calendar
	for _, c := range []struct {
		from string
		n    int
		last string
		why  string
	}{
		{"2026-11-16 09:00", 5, "2026-11-23", "over a weekend"},
		{"2026-11-16 23:59", 1, "2026-11-17", "the first day is not counted"},
		{"2026-09-30 10:00", 1, "2026-10-08", "over the National Day holiday"},
		{"2026-09-30 10:00", 3, "2026-10-10", "an adjusted Saturday counts"},
		{"2026-12-31 10:00", 1, "2027-01-04", "New Year's Day of a year without notice is off"},
		{"2025-12-31 10:00", 2, "2026-01-05", "a Sunday worked for New Year counts first"},
		{"2026-11-20 10:00", 0, "2026-11-20", "on the spot"},
		{"2026-11-21 10:00", 0, "2026-11-23", "on the spot, on a Saturday"},
		{"2026-11-21 10:00", -7, "2026-11-23", "negative counts as 0"},
		{"2024-02-29 10:00", 20, "2024-03-28", "leap day"},
	} {
		if got := calendar.LastDay(cal.AddDays(at(t, c.from), c.n)).String(); got != c.last {
			t.Errorf("%s + %d = %s, want %s (%s)", c.from, c.n, got, c.last, c.why)
		}
	}
	if due := cal.AddDays(at(t, "2026-11-20 10:00"), 0); !due.Equal(at(t, "2026-11-21 00:00")) {
		t.Errorf("a period ends at 24:00, not at %v", due)
	}
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if f, ok := fault.As(err); !ok || f.Kind != fault.Precondition || f.Text != key {
		t.Errorf("got %v, want %s", err, key)
	}
}

func TestSuspensionKeepsTheDayItEndsIn(t *testing.T) {
	t.Parallel()
	var cal calendar.Calendar
	k := cal.Start(at(t, "2026-11-16 09:00"), 5) // Monday, due at the end of Monday the 23rd
	k, err := k.Suspend(at(t, "2026-11-18 10:00"), "expert review")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := k.Due(); ok {
		t.Error("a suspended clock has no due time")
	}
	_, err = k.Suspend(at(t, "2026-11-18 11:00"), "again")
	refused(t, err, "clock_suspended")
	_, err = k.Resume(at(t, "2026-11-18 09:00"))
	refused(t, err, "clock_backwards")
	if k, err = k.Resume(at(t, "2026-11-20 15:00")); err != nil {
		t.Fatal(err)
	}
	_, err = k.Resume(at(t, "2026-11-20 16:00"))
	refused(t, err, "clock_running")
	due, _ := k.Due()
	if got := calendar.LastDay(due).String(); got != "2026-11-25" {
		t.Errorf("two working days were suspended; last day %s", got)
	}
	want := []calendar.Why{
		calendar.WhyFirst, calendar.WhyWorking, calendar.WhySuspended, calendar.WhySuspended,
		calendar.WhyWorking, calendar.WhyRest, calendar.WhyRest, calendar.WhyOngoing,
	}
	lines := k.Explain(at(t, "2026-11-23 12:00"))
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %+v", len(lines), lines)
	}
	for i, l := range lines {
		if l.Why != want[i] {
			t.Errorf("%s: %s, want %s", l.Date, l.Why, want[i])
		}
	}
	if lines[2].Note != "expert review" || k.Remaining(at(t, "2026-11-25 12:00")) != 1 {
		t.Errorf("note %q, remaining %d", lines[2].Note, k.Remaining(at(t, "2026-11-25 12:00")))
	}
}

func TestStoppedClock(t *testing.T) {
	t.Parallel()
	var cal calendar.Calendar
	k := cal.Start(at(t, "2026-11-16 09:00"), 2)
	before, _ := k.Due()
	done, err := k.Stop(at(t, "2026-11-18 16:00"))
	if err != nil {
		t.Fatal(err)
	}
	later := at(t, "2027-03-01 09:00")
	if due, ok := done.Due(); !ok || !due.Equal(before) {
		t.Errorf("due %v after the end, %v before", due, before)
	}
	if done.Overdue(later) || done.Took(later) != 2 || done.Used(later) != 1 || !k.Overdue(later) {
		t.Errorf("overdue %v, took %d, used %d", done.Overdue(later), done.Took(later), done.Used(later))
	}
	_, err = done.Resume(later)
	refused(t, err, "clock_stopped")
	held, _ := k.Suspend(at(t, "2026-11-17 10:00"), "supplement")
	held, err = held.Stop(at(t, "2026-11-25 10:00"))
	if _, ok := held.Due(); err != nil || ok || held.Took(later) != 0 {
		t.Errorf("withdrawn while suspended: due %v, took %d, %v", ok, held.Took(later), err)
	}
}

func TestCardTimes(t *testing.T) {
	t.Parallel()
	var cal calendar.Calendar
	start := at(t, "2026-11-02 10:00") // Monday, four plain weeks follow
	for limit, want := range map[int]string{
		20: "2026-11-27 00:00", 10: "2026-11-14 00:00", 5: "2026-11-09 13:00",
		3: "2026-11-05 14:36", 1: "2026-11-03 16:12", 0: "2026-11-02 16:12",
	} {
		if got, ok := cal.Start(start, limit).At(90); !ok || !got.Equal(at(t, want)) {
			t.Errorf("90 %% of %d days is %v, want %s", limit, got.In(calendar.Zone()), want)
		}
	}
	k, _ := cal.Start(start, 5).Suspend(at(t, "2026-11-09 11:00"), "why")
	k, _ = k.Resume(at(t, "2026-11-09 15:30"))
	if got, _ := k.At(90); !got.Equal(at(t, "2026-11-09 15:30")) {
		t.Errorf("a card waits for the clock: %v", got)
	}
}

func TestClockRefusesBrokenIntervals(t *testing.T) {
	t.Parallel()
	var cal calendar.Calendar
	a, b, c := at(t, "2026-11-02 10:00"), at(t, "2026-11-03 10:00"), at(t, "2026-11-04 10:00")
	for name, in := range map[string][]calendar.Interval{
		"none":             nil,
		"begins suspended": {{From: a, Kind: calendar.Suspended}},
		"gap":              {{From: a, To: &b, Kind: calendar.Running}, {From: c, Kind: calendar.Suspended}},
		"overlap":          {{From: a, To: &c, Kind: calendar.Running}, {From: b, Kind: calendar.Suspended}},
		"two open":         {{From: a, Kind: calendar.Running}, {From: b, Kind: calendar.Suspended}},
		"backwards":        {{From: b, To: &a, Kind: calendar.Running}},
		"kind":             {{From: a, Kind: "walking"}},
	} {
		if _, err := cal.Clock(5, in...); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := cal.Clock(5, calendar.Interval{From: b, Kind: calendar.Suspended},
		calendar.Interval{From: a, To: &b, Kind: calendar.Running}); err != nil {
		t.Errorf("order must not matter: %v", err)
	}
}

func TestDateTravels(t *testing.T) {
	t.Parallel()
	d := day(t, "2026-02-17")
	raw, err := json.Marshal(map[string]calendar.Date{"date": d})
	if err != nil || string(raw) != `{"date":"2026-02-17"}` {
		t.Fatalf("%s, %v", raw, err)
	}
	v, _ := d.Value()
	for _, src := range []any{v, []byte("2026-02-17"), time.Date(2026, 2, 17, 0, 0, 0, 0, time.UTC)} {
		var got calendar.Date
		if err := got.Scan(src); err != nil || got != d {
			t.Errorf("scan %v: %v, %v", src, got, err)
		}
	}
	var got calendar.Date
	if got.Scan(7) == nil || got.UnmarshalText([]byte("2026-02-30")) == nil {
		t.Error("nonsense must not scan")
	}
	if calendar.DateOf(time.Date(2026, 2, 16, 16, 0, 0, 0, time.UTC)) != d || calendar.DateOf(time.Date(1969, 12, 31, 15, 59, 59, 0, time.UTC)) != -1 {
		t.Error("a day begins at 16:00 UTC")
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	cal := calendar.New(calendar.Day{Date: day(t, "2026-08-03")})
	from := at(t, "2026-01-05 10:00")
	want := cal.AddDays(from, 200)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if !cal.AddDays(from, 200).Equal(want) || cal.Known(2027) {
				t.Error("answers differ between goroutines")
			}
		})
	}
	wg.Wait()
}

func BenchmarkDue(b *testing.B) {
	cal := calendar.New()
	from := time.Date(2026, 9, 14, 2, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 21)
	k, _ := cal.Start(from, 20).Suspend(from.AddDate(0, 0, 3), "why")
	k, _ = k.Resume(to)
	b.ReportAllocs()
	for b.Loop() {
		k.Due()
	}
}

func TestSuspensionsMayOverlapNestAndLieBefore(t *testing.T) {
	t.Parallel()
	var cal calendar.Calendar
	stop := func(from, to string) calendar.Interval {
		end := at(t, to)
		return calendar.Interval{From: at(t, from), To: &end, Kind: calendar.Suspended}
	}
	due, ok := cal.Due(at(t, "2026-11-02 10:00"), 3,
		stop("2026-11-05 09:00", "2026-11-06 09:00"), // inside the next
		stop("2026-11-04 09:00", "2026-11-12 09:00"),
		stop("2026-10-20 09:00", "2026-10-21 09:00"), // before the start
		stop("2026-11-11 09:00", "2026-11-13 09:00"), // overlapping
	)
	if got := calendar.LastDay(due).String(); !ok || got != "2026-11-16" {
		t.Errorf("last day %s", got) // Tuesday the 3rd, Friday the 13th, Monday the 16th
	}
}
