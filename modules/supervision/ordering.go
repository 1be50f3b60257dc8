package supervision

import (
	"context"

	"liandong/modules/supervision/events"
	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Demand is what a supervisor asks of an office.
type Demand struct {
	CardID     string
	Text       string
	AnswerDays int    // working days; 0 takes the rule's
	Key        string // of the form: the same form twice issues one order
}

// Issue (签发督办单) orders the office of a card to answer. The card must be open;
// the answer may not be given more time than the rule allows.
func (s *Service) Issue(ctx context.Context, in Demand) (o Order, err error) {
	if in.Key == "" {
		return o, fault.New(fault.Invalid, "idem_missing")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, "order", in.Key, func() (string, error) {
			o, err := s.issue(ctx, tx, in)
			return o.ID, err
		})
		if err != nil {
			return err
		}
		o, err = store{tx}.order(ctx, id)
		return err
	})
	return o, err
}

func (s *Service) issue(ctx context.Context, tx *db.Tx, in Demand) (o Order, err error) {
	st := store{tx}
	c, err := st.card(ctx, in.CardID)
	if err != nil {
		return o, err
	}
	if err := s.authz.Allow(ctx, policies.SupervisionOrder, policies.Resource{"tenant": c.TenantID}); err != nil {
		return o, err
	}
	text, err := said("demand", in.Text)
	if err != nil {
		return o, err
	}
	if c.State != Open {
		return o, fault.New(fault.Precondition, "supervision.card_settled")
	}
	days, err := s.answerDays(ctx, tx, c, in.AnswerDays)
	if err != nil {
		return o, err
	}
	cal, err := s.book.Of(ctx, tx, c.TenantID)
	if err != nil {
		return o, err
	}
	actor := tx.Scope.Actor
	o = Order{
		TenantID: c.TenantID, ID: db.NewID(), CardID: c.ID, IssuerTenant: tx.Scope.Tenant, IssuerID: actor.ID, IssuerName: actor.Name,
		Demand: text, IssuedAt: tx.Now, AnswerBy: cal.AddDays(tx.Now, days), State: Issued, Version: 1,
	}
	if err := tx.ActOn(ctx, c.TenantID); err != nil {
		return o, err
	}
	if o.No, err = st.nextNo(ctx, tx.Scope.Tenant, calendar.DateOf(tx.Now).Year()); err != nil {
		return o, err
	}
	c.State = Ordered
	if err := st.saveCard(ctx, &c, c.Version); err != nil {
		return o, err
	}
	if err := st.insertOrder(ctx, &o); err != nil {
		return o, err
	}
	tx.EmitIn(o.TenantID, events.OrderIssued{Order: o.fact()})
	return o, s.keep(ctx, tx, &o, policies.SupervisionOrder, "issued", text)
}

// answerDays is how long the office has; asked may shorten the rule's, not lengthen it.
func (s *Service) answerDays(ctx context.Context, tx *db.Tx, c Card, asked int) (int, error) {
	rules, err := store{tx}.rules(ctx)
	if err != nil {
		return 0, err
	}
	allowed := rules.at(c.TenantID, c.Scope).AnswerDays
	if asked == 0 {
		return allowed, nil
	}
	if asked < 1 || asked > allowed {
		return 0, fault.InvalidField("answer_days", "supervision.answer_days_rule")
	}
	return asked, nil
}

// keep records one act on an order: the note that stays with it and the audit line.
func (s *Service) keep(ctx context.Context, tx *db.Tx, o *Order, a policies.Action, act, text string) error {
	tx.Record(db.Audit{Tenant: o.TenantID, Action: string(a), Kind: "supervision_order", Object: o.ID, Detail: map[string]any{"no": o.No, "state": o.State}})
	return store{tx}.note(ctx, o, act, text)
}

// Answer (答复) gives the office's explanation; seen is the version shown.
func (s *Service) Answer(ctx context.Context, id string, seen int, text string) (Order, error) {
	return s.change(ctx, id, seen, func(ctx context.Context, tx *db.Tx, o *Order) error {
		if err := s.authz.Allow(ctx, policies.SupervisionAnswer, policies.Resource{"tenant": o.TenantID}); err != nil {
			return err
		}
		text, err := said("answer", text)
		if err != nil {
			return err
		}
		if err := o.answer(tx.Scope.Actor, text, tx.Now); err != nil {
			return err
		}
		tx.EmitIn(o.TenantID, events.OrderAnswered{Order: o.fact()})
		return s.keep(ctx, tx, o, policies.SupervisionAnswer, "answered", text)
	})
}

// Return (退回) refuses an answer; another is due within the rule's working days.
func (s *Service) Return(ctx context.Context, id string, seen int, reason string) (Order, error) {
	return s.judge(ctx, id, seen, "reason", reason, func(ctx context.Context, tx *db.Tx, o *Order, text string) error {
		c, err := store{tx}.card(ctx, o.CardID)
		if err != nil {
			return err
		}
		days, err := s.answerDays(ctx, tx, c, 0)
		if err != nil {
			return err
		}
		cal, err := s.book.Of(ctx, tx, o.TenantID)
		if err != nil {
			return err
		}
		if err := o.sendBack(cal.AddDays(tx.Now, days)); err != nil {
			return err
		}
		tx.EmitIn(o.TenantID, events.OrderReturned{Order: o.fact()})
		return s.keep(ctx, tx, o, policies.SupervisionClose, "returned", text)
	})
}

// Close (销号) accepts an answer and settles the card.
func (s *Service) Close(ctx context.Context, id string, seen int, verdict string) (Order, error) {
	return s.judge(ctx, id, seen, "verdict", verdict, func(ctx context.Context, tx *db.Tx, o *Order, text string) error {
		if err := o.close(tx.Scope.Actor, text, tx.Now); err != nil {
			return err
		}
		c, err := store{tx}.card(ctx, o.CardID)
		if err != nil {
			return err
		}
		c.State, c.ClosedAt, c.ClosedBy = Closed, &tx.Now, tx.Scope.Actor.Name
		if err := (store{tx}).saveCard(ctx, &c, c.Version); err != nil {
			return err
		}
		tx.EmitIn(o.TenantID, events.OrderClosed{Order: o.fact()})
		return s.keep(ctx, tx, o, policies.SupervisionClose, "closed", text)
	})
}

// judge is the road of what only the issuer may do with an answer.
func (s *Service) judge(ctx context.Context, id string, seen int, field, text string, do func(context.Context, *db.Tx, *Order, string) error) (Order, error) {
	return s.change(ctx, id, seen, func(ctx context.Context, tx *db.Tx, o *Order) error {
		if err := s.authz.Allow(ctx, policies.SupervisionClose, o.closing()); err != nil {
			return err
		}
		text, err := said(field, text)
		if err != nil {
			return err
		}
		if err := tx.ActOn(ctx, o.TenantID); err != nil {
			return err
		}
		return do(ctx, tx, o, text)
	})
}

// closing are the facts that policy wants of who may close.
func (o *Order) closing() policies.Resource {
	return policies.Resource{"issuer_tenant": o.IssuerTenant, "answered_by": o.AnswererID}
}

// change is the one road of every act on an order: fetch, do, save unless somebody was faster.
func (s *Service) change(ctx context.Context, id string, seen int, do func(context.Context, *db.Tx, *Order) error) (o Order, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if o, err = st.order(ctx, id); err != nil {
			return err
		}
		if o.Version != seen {
			return fault.New(fault.Conflict, "supervision.order_changed")
		}
		if err := do(ctx, tx, &o); err != nil {
			return err
		}
		return st.saveOrder(ctx, &o, seen)
	})
	return o, err
}

// WithdrawCard (撤销) takes back an open card that the office is not to blame for.
func (s *Service) WithdrawCard(ctx context.Context, id string, seen int, reason string) (c Card, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if c, err = st.card(ctx, id); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.SupervisionWithdrawCard, policies.Resource{"tenant": c.TenantID}); err != nil {
			return err
		}
		if c.Version != seen {
			return fault.New(fault.Conflict, "supervision.card_changed")
		}
		text, err := said("reason", reason)
		if err != nil {
			return err
		}
		if err := c.withdraw(tx.Scope.Actor.Name, text, tx.Now); err != nil {
			return err
		}
		if err := tx.ActOn(ctx, c.TenantID); err != nil {
			return err
		}
		tx.Record(db.Audit{
			Tenant: c.TenantID, Action: string(policies.SupervisionWithdrawCard), Kind: "card", Object: c.ID,
			Detail: map[string]any{"case": c.CaseNo, "colour": c.Colour, "reason": text},
		})
		tx.EmitIn(c.TenantID, events.CardWithdrawn{Card: c.fact("")})
		return st.saveCard(ctx, &c, seen)
	})
	return c, err
}
