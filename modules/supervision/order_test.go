package supervision_test

import (
	"sync"
	"testing"
	"time"

	"liandong/modules/supervision"
	"liandong/policies"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", what, err, want)
	}
}

func redCard(t *testing.T) (*league, supervision.CardRow) {
	t.Helper()
	l := newLeague(t)
	l.late(dbtest.Village, dbtest.Township)
	l.sweep()
	return l, l.list(staff(t, dbtest.League, "09", "supervisor"), supervision.CardQuery{Colour: supervision.Red})[0]
}

func TestOrderLife(t *testing.T) {
	t.Parallel()
	l, card := redCard(t)
	county, office := staff(t, dbtest.County, "01", "supervisor"), staff(t, dbtest.Township, "02", "office_head")
	o, err := l.Issue(county, supervision.Demand{CardID: card.ID, Text: "请说明超期原因", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if o.No != "15250200000020260001" || o.TenantID != dbtest.Township || !o.AnswerBy.Equal(china(time.March, 10, 0)) {
		t.Errorf("order %s for %s until %v", o.No, o.TenantID, o.AnswerBy)
	}
	if again, err := l.Issue(county, supervision.Demand{CardID: card.ID, Text: "请说明超期原因", Key: "k"}); err != nil || again.ID != o.ID {
		t.Errorf("the same form again: %s, %v", again.ID, err)
	}
	_, err = l.Issue(county, supervision.Demand{CardID: card.ID, Text: "再督", Key: "k2"})
	kind(t, "a second order on the card", err, fault.Precondition)
	_, err = l.Close(county, o.ID, 1, "销号")
	kind(t, "close before the answer", err, fault.Precondition)
	_, err = l.Answer(county, o.ID, 1, "代答")
	kind(t, "the issuer answers for the office", err, fault.Forbidden)
	_, err = l.Answer(staff(t, dbtest.Village, "05", "clerk"), o.ID, 1, "x")
	kind(t, "a stranger answers", err, fault.NotFound)
	if o, err = l.Answer(office, o.ID, o.Version, "人手不足，已补办"); err != nil {
		t.Fatal(err)
	}
	_, err = l.Close(staff(t, dbtest.League, "06", "supervisor"), o.ID, o.Version, "越级销号")
	kind(t, "another level closes", err, fault.Forbidden)
	_, err = l.Close(county, o.ID, 1, "旧页面")
	kind(t, "an old page", err, fault.Conflict)
	if o, err = l.Return(county, o.ID, o.Version, "请附整改措施"); err != nil {
		t.Fatal(err)
	}
	if o, err = l.Answer(office, o.ID, o.Version, "已制定整改措施"); err != nil {
		t.Fatal(err)
	}
	_, err = l.WithdrawCard(county, card.ID, 2, "误发")
	kind(t, "withdraw a card under order", err, fault.Precondition)
	if _, err = l.Close(county, o.ID, o.Version, "同意销号"); err != nil {
		t.Fatal(err)
	}
	v, err := l.Order(office, o.ID)
	if err != nil || v.Order.State != supervision.OrderClosed || len(v.Notes) != 5 || v.Card.State != supervision.Closed {
		t.Errorf("at the end: %s, %d notes, card %s, %v", v.Order.State, len(v.Notes), v.Card.State, err)
	}
	if _, err := l.Order(staff(t, dbtest.County2, "07", "supervisor"), o.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another county reads the order: %v", err)
	}
}

// Many act on the same order at once: exactly one wins each time.
func TestOrderRaces(t *testing.T) {
	t.Parallel()
	l, card := redCard(t)
	county, office := staff(t, dbtest.County, "01", "supervisor"), staff(t, dbtest.Township, "02", "office_head")
	race := func(name string, do func(i int) error) {
		t.Helper()
		var wg sync.WaitGroup
		won, start := make(chan struct{}, 6), make(chan struct{})
		for i := range cap(won) {
			wg.Go(func() {
				<-start
				switch err := do(i); {
				case err == nil:
					won <- struct{}{}
				case fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Precondition:
					t.Errorf("%s: a loser got %v", name, err)
				}
			})
		}
		close(start)
		wg.Wait()
		if len(won) != 1 {
			t.Errorf("%s: %d won", name, len(won))
		}
	}
	race("issue", func(i int) error {
		_, err := l.Issue(county, supervision.Demand{CardID: card.ID, Text: "督", Key: string(rune('a' + i))})
		return err
	})
	p, err := l.Orders(county, supervision.OrderQuery{})
	if err != nil || p.Total != 1 {
		t.Fatalf("%d orders, %v", p.Total, err)
	}
	o := p.Rows[0]
	race("answer", func(int) error { _, err := l.Answer(office, o.ID, 1, "答"); return err })
	race("close", func(int) error { _, err := l.Close(county, o.ID, 2, "销"); return err })
}

// The same form sent many times at once issues one order and everybody gets it.
func TestDoubleIssue(t *testing.T) {
	t.Parallel()
	l, card := redCard(t)
	ids := make(chan string, 5)
	for range cap(ids) {
		go func() {
			o, err := l.Issue(staff(t, dbtest.County, "01", "supervisor"), supervision.Demand{CardID: card.ID, Text: "督", Key: "same"})
			if err != nil {
				t.Error(err)
			}
			ids <- o.ID
		}()
	}
	seen := map[string]bool{}
	for range cap(ids) {
		seen[<-ids] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d orders", len(seen))
	}
}

func TestConcurrentSweepsRaiseOnce(t *testing.T) {
	t.Parallel()
	l := newLeague(t)
	for range 30 {
		l.late(dbtest.Village, dbtest.Township)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { l.sweep() })
	}
	wg.Wait()
	if got := l.list(staff(t, dbtest.League, "09", "supervisor"), supervision.CardQuery{}); len(got) != 30 {
		t.Errorf("%d cards", len(got))
	}
	_, err := l.Sweep(staff(t, dbtest.League, "09", "supervisor"))
	kind(t, "a person sweeps", err, fault.Forbidden)
}

func TestWithdrawnCardStaysWithdrawn(t *testing.T) {
	t.Parallel()
	l, card := redCard(t)
	county := staff(t, dbtest.County, "01", "supervisor")
	_, err := l.WithdrawCard(staff(t, dbtest.Township, "02", "clerk"), card.ID, card.Version, "x")
	kind(t, "the office withdraws its own card", err, fault.Forbidden)
	_, err = l.WithdrawCard(county, card.ID, card.Version, " ")
	kind(t, "without a reason", err, fault.Invalid)
	if _, err = l.WithdrawCard(county, card.ID, card.Version, "停电"); err != nil {
		t.Fatal(err)
	}
	if out := l.sweep(); len(out.Raised) != 0 {
		t.Errorf("a withdrawn card came back: %v", out.Raised)
	}
	b, err := l.Board(county, 0, 30)
	if err != nil || b.Period.All() != 0 || b.Rescued != 1 {
		t.Errorf("board %+v, %v", b.Period, err)
	}
}

func TestCardExplainsItsClock(t *testing.T) {
	t.Parallel()
	l, card := redCard(t)
	v, err := l.Card(staff(t, dbtest.County, "01", "supervisor"), card.ID)
	if err != nil || v.Clock == nil {
		t.Fatal(err)
	}
	if e := v.Clock; e.Limit != 5 || e.Used != 6 || e.Remaining != -1 || !e.DueAt.Equal(china(time.March, 3, 0)) {
		t.Errorf("clock %+v", e)
	}
	counted := 0
	for _, line := range v.Clock.Lines {
		if line.Counted {
			counted++
		}
	}
	if counted != v.Clock.Used {
		t.Errorf("%d lines count, used %d", counted, v.Clock.Used)
	}
	if r, ok := v.May[policies.SupervisionOrder]; !ok || r != "" {
		t.Errorf("may order: %q, %v", r, ok)
	}
}
