package supervision

import (
	"context"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// CardView is a card with the explanation of its clock.
type CardView struct {
	Card       Card
	TenantName string
	CaseUnit   string // where the case was born
	Rule       Effective
	Names      map[tenancy.ID]string // of the levels that the rule comes from
	Clock      *Explained            // nil when the case is out of the actor's sight
	Orders     []Order
	AnswerDays int                        // what the rule gives an office to answer an order
	May        map[policies.Action]string // "" when allowed, else the reason
}

// Explained is one clock, told day by day.
type Explained struct {
	Limit     int // working days
	From      time.Time
	Intervals []calendar.Interval
	Lines     []calendar.Line
	Used      int // working days
	Remaining int
	YellowAt  time.Time // zero while the clock stands
	DueAt     time.Time // zero while the clock stands
	Until     time.Time // the lines go so far: now, or when the office was done
	Ended     bool
	Known     bool // every year that the clock touches has its official notice
}

// Card shows one card to those who may see it; NotFound to all others.
func (s *Service) Card(ctx context.Context, id string) (v CardView, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.cardView(ctx, tx, id)
		return err
	})
	return v, err
}

func (s *Service) cardView(ctx context.Context, tx *db.Tx, id string) (v CardView, err error) {
	st := store{tx}
	if v.Card, err = st.card(ctx, id); err != nil {
		return v, err
	}
	if err := s.authz.Allow(ctx, policies.SupervisionView, policies.Resource{"tenant": v.Card.TenantID}); err != nil {
		return v, fault.New(fault.NotFound, "not_found").Because(err)
	}
	rules, err := st.rules(ctx)
	if err != nil {
		return v, err
	}
	v.Rule = rules.at(v.Card.TenantID, v.Card.Scope)
	v.AnswerDays = v.Rule.AnswerDays
	if v.Names, err = st.names(ctx, []tenancy.ID{v.Card.TenantID, v.Card.CaseTenant, v.Card.RuleTenant, v.Rule.WarnFrom, v.Rule.YellowFrom, v.Rule.AnswerFrom}); err != nil {
		return v, err
	}
	v.TenantName, v.CaseUnit = v.Names[v.Card.TenantID], v.Names[v.Card.CaseTenant]
	if v.Orders, err = st.ordersOf(ctx, v.Card); err != nil {
		return v, err
	}
	v.May = s.mayCard(ctx, v.Card)
	v.Clock, err = s.explain(ctx, tx, v.Card, v.Rule.Measures)
	return v, err
}

func (s *Service) mayCard(ctx context.Context, c Card) map[policies.Action]string {
	out := map[policies.Action]string{}
	for _, a := range []policies.Action{policies.SupervisionOrder, policies.SupervisionWithdrawCard} {
		if c.State == Open {
			out[a] = why(s.authz.Allow(ctx, a, policies.Resource{"tenant": c.TenantID}))
		}
	}
	return out
}

func (s store) ordersOf(ctx context.Context, c Card) (os []Order, err error) {
	err = s.tx.NewSelect().Model(&os).Where("tenant_id = ?", c.TenantID).Where("card_id = ?", c.ID).Order("issued_at").Scan(ctx)
	return os, err
}

// explain reckons the clock behind a card again, as it is today.
func (s *Service) explain(ctx context.Context, tx *db.Tx, c Card, m Measures) (*Explained, error) {
	d, found, err := store{tx}.clockOf(ctx, c)
	if err != nil || !found {
		return nil, err
	}
	cal, err := s.book.Of(ctx, tx, c.CaseTenant)
	if err != nil {
		return nil, err
	}
	k, err := d.watched(c.Scope).clock(cal)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a case without a usable clock is shown without one
	}
	until, ended := tx.Now, d.EndedAt
	if c.Scope == StepScope {
		if ended, err = (store{tx}).left(ctx, c); err != nil {
			return nil, err
		}
	}
	if ended != nil {
		until = *ended
	}
	e := tell(cal, k, m, until)
	e.Ended = ended != nil
	return e, nil
}

// tell puts a clock into the words of a page.
func tell(cal calendar.Calendar, k calendar.Clock, m Measures, until time.Time) *Explained {
	in := k.Intervals()
	e := &Explained{Limit: k.Limit(), From: in[0].From, Intervals: in, Lines: k.Explain(until), Used: k.Used(until), Remaining: k.Remaining(until), Until: until}
	if due, ok := k.Due(); ok {
		e.DueAt = due
		e.Known = cal.Known(calendar.DateOf(e.From).Year()) && cal.Known(calendar.LastDay(due).Year())
	}
	if at, ok := k.At(m.YellowPercent); ok {
		e.YellowAt = at
	}
	return e
}

// OrderView is an order with its card and all that was said.
type OrderView struct {
	Order      Order
	Card       Card
	TenantName string // the office
	IssuerUnit string // the level that issued it
	Notes      []Note
	Now        time.Time
	May        map[policies.Action]string
}

// Order shows one order to those who may see it.
func (s *Service) Order(ctx context.Context, id string) (v OrderView, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.orderView(ctx, tx, id)
		return err
	})
	return v, err
}

func (s *Service) orderView(ctx context.Context, tx *db.Tx, id string) (v OrderView, err error) {
	st := store{tx}
	if v.Order, err = st.order(ctx, id); err != nil {
		return v, err
	}
	o := &v.Order
	if err := s.authz.Allow(ctx, policies.SupervisionView, policies.Resource{"tenant": o.TenantID}); err != nil {
		return v, fault.New(fault.NotFound, "not_found").Because(err)
	}
	if v.Card, err = st.card(ctx, o.CardID); err != nil {
		return v, err
	}
	if v.Notes, err = st.notes(ctx, *o); err != nil {
		return v, err
	}
	names, err := st.names(ctx, []tenancy.ID{o.TenantID, o.IssuerTenant})
	if err != nil {
		return v, err
	}
	v.TenantName, v.IssuerUnit, v.Now = names[o.TenantID], names[o.IssuerTenant], tx.Now
	v.May = map[policies.Action]string{}
	if o.Waits() {
		v.May[policies.SupervisionAnswer] = why(s.authz.Allow(ctx, policies.SupervisionAnswer, policies.Resource{"tenant": o.TenantID}))
	}
	if o.State == Answered {
		v.May[policies.SupervisionClose] = why(s.authz.Allow(ctx, policies.SupervisionClose, o.closing()))
	}
	return v, nil
}
