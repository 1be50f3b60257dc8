package supervision

import (
	"context"
	"fmt"
	"strings"
	"time"

	"liandong/modules/supervision/events"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Swept is what one sweep did.
type Swept struct {
	Looked int            // clocks that were reckoned
	Raised map[Colour]int // new cards
	Closed int            // cards of cases that moved on
	Broken []string       // ids of cases whose stored clock makes no sense: a bug to look into
}

const (
	batchSize = 200
	// sweepLock lets sweeps wait for each other, so that a case that moves between
	// two of them gets no second card.
	sweepLock = 7_340_921
	// margin is added to every horizon, in days, and one for each day that some level
	// has set apart around now: the due time stored with a case may lie after the true
	// one when the calendar was changed since, and a tenant's own holidays stretch
	// the working days that a horizon counts.
	margin = 3
	around = 100 // days before and after now in which exceptions matter
	// Promises up to shortLimit are found through the main index; the few longer
	// ones, up to longLimit working days, through one of their own.
	shortLimit = 30
	longLimit  = 400
)

// Sweep raises the cards that are due and closes those of cases that moved on, in
// the interval of ctx's scope, which must be a System one: the caller gives one per
// root. It works in batches, each a transaction of its own, so that it may be
// interrupted and repeated at any time: a card is raised once.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	out := Swept{Raised: map[Colour]int{}}
	scope, err := tenancy.From(ctx)
	if err != nil {
		return out, err
	}
	if scope.Actor.Kind != tenancy.System {
		return out, fault.New(fault.Forbidden, "forbidden")
	}
	round := sweep{Service: s, out: &out, calendars: map[tenancy.ID]calendar.Calendar{}}
	if err := round.settle(ctx); err != nil {
		return out, err
	}
	bands, err := round.bands(ctx)
	if err != nil {
		return out, err
	}
	for _, b := range bands {
		if err := round.walk(ctx, b); err != nil {
			return out, err
		}
	}
	return out, nil
}

// sweep is one round over one root.
type sweep struct {
	*Service
	out       *Swept
	rules     ruleBook
	calendars map[tenancy.ID]calendar.Calendar
}

// bands reads the rules and tells how far ahead each walk must look.
func (w *sweep) bands(ctx context.Context) (bands []band, err error) {
	err = w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if w.rules, err = (store{tx}).rules(ctx); err != nil {
			return err
		}
		set, err := store{tx}.daysSet(ctx)
		if err != nil {
			return err
		}
		bands = nil
		for _, scope := range Scopes() {
			for _, long := range []bool{false, true} {
				bands = append(bands, band{scope: scope, long: long, horizon: horizon(w.rules.widest(), long, tx.Now).AddDate(0, 0, margin+set)})
			}
		}
		bands = append(bands, band{scope: StepScope, beside: true, horizon: horizon(w.rules.widest(), true, tx.Now).AddDate(0, 0, margin+set)})
		return nil
	})
	return bands, err
}

// horizon is the latest due time at which a clock of a short or long promise may
// already deserve a card, by the official calendar.
func horizon(m Measures, long bool, now time.Time) time.Time {
	limit := shortLimit
	if long {
		limit = longLimit
	}
	ahead := max(m.WarnDays, (limit*(maxPercent-m.YellowPercent)+maxPercent-1)/maxPercent)
	return calendar.New().AddDays(now, ahead+1)
}

func (w *sweep) settle(ctx context.Context) error {
	for more := true; more; {
		err := w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := store{tx}.settle(ctx, batchSize)
			w.out.Closed, more = w.out.Closed+int(n), n == batchSize
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *sweep) walk(ctx context.Context, b band) error {
	for at, more := begin(), true; more; {
		var batch tally
		next := at
		err := w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			batch, next = tally{raised: map[Colour]int{}}, at
			if err := (store{tx}).lockSweep(ctx); err != nil {
				return err
			}
			ds, err := store{tx}.falling(ctx, b, at, batchSize)
			if err != nil {
				return err
			}
			if more = len(ds) == batchSize; more {
				next = ds[len(ds)-1].cursor()
			}
			for _, d := range ds {
				if err := w.look(ctx, tx, b.scope, d, &batch); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		batch.into(w.out)
		at = next
	}
	return nil
}

// tally is what one batch did; it counts only once the batch is committed.
type tally struct {
	looked int
	raised map[Colour]int
	broken []string
}

func (t tally) into(out *Swept) {
	out.Looked += t.looked
	out.Broken = append(out.Broken, t.broken...)
	for c, n := range t.raised {
		out.Raised[c] += n
	}
}

// look reckons one clock and raises the card that it deserves.
func (w *sweep) look(ctx context.Context, tx *db.Tx, scope Scope, d due, t *tally) error {
	cal, err := w.calendar(ctx, tx, d.TenantID)
	if err != nil {
		return err
	}
	t.looked++
	k, err := d.watched(scope).clock(cal)
	if err != nil || d.LimitDays < 0 {
		t.broken = append(t.broken, d.ID)
		return nil //nolint:nilerr // one broken clock must not stop the watch over all others
	}
	rule := w.rules.at(d.AtTenant, scope)
	colour, dueAt := judge(k, rule.Measures, tx.Now)
	if colour == "" || !graver(colour, d.Colours) {
		return nil
	}
	c := Card{
		TenantID: d.AtTenant, ID: db.NewID(), CaseTenant: d.TenantID, CaseID: d.ID, CaseNo: d.No, ItemName: d.ItemName, Scope: scope,
		StepSeq: d.StepSeq, StepName: d.StepName, Colour: colour, RuleTenant: rule.from(colour), DueAt: dueAt, RaisedAt: tx.Now, State: Open, Version: 1,
	}
	raised, err := store{tx}.raise(ctx, c)
	if err != nil {
		return fmt.Errorf("raise a card on case %s: %w", d.ID, err)
	}
	if raised {
		t.raised[colour]++
		tx.EmitIn(c.TenantID, events.CardRaised{Card: c.fact(d.StepPost)})
	}
	return nil
}

// graver reports whether c is more serious than every colour in the list.
func graver(c Colour, list string) bool {
	for _, have := range Colours() {
		if strings.Contains(","+list+",", ","+string(have)+",") && rank(have) >= rank(c) {
			return false
		}
	}
	return true
}

func rank(c Colour) int {
	for i, x := range Colours() {
		if x == c {
			return i
		}
	}
	return -1
}

func (w *sweep) calendar(ctx context.Context, tx *db.Tx, tenant tenancy.ID) (calendar.Calendar, error) {
	if c, ok := w.calendars[tenant]; ok {
		return c, nil
	}
	c, err := w.book.Of(ctx, tx, tenant)
	if err == nil {
		w.calendars[tenant] = c
	}
	return c, err
}
