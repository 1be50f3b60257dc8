package cases

import (
	"context"
	"slices"
	"strings"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Verdict (当场决定) is what is decided at the counter about an instant case.
type Verdict struct {
	Outcome  string // Granted or Denied
	Opinion  string // of the decision, and of every step before it
	Delivery Handover
}

func (v *Verdict) check() error {
	if v.Outcome != Granted && v.Outcome != Denied {
		return fault.InvalidField("outcome", "case_outcome_missing")
	}
	if v.Opinion = strings.TrimSpace(v.Opinion); v.Opinion == "" {
		return fault.InvalidField("opinion", "case_opinion_missing")
	}
	return nil
}

// maxSettled bounds the steps that are gone through at once.
const maxSettled = 12

// Settle (受理并当场办结) accepts an instant case, decides it and hands the result over, in
// one transaction (行政许可法 art. 34: what can be decided on the spot is). It issues every
// document that the steps one by one would. It returns Forbidden for a case of another kind, for a
// step that falls elsewhere or to a post that the actor does not hold, and Precondition
// (case_settle_waits) when the flow waits for something on its way.
func (s *Service) Settle(ctx context.Context, id string, seen int, v Verdict, papers ...string) (Case, error) {
	if err := v.check(); err != nil {
		return Case{}, err
	}
	return s.act(ctx, id, seen, policies.CasesSettle, papers, func(ctx context.Context, d *deed) error {
		return d.settleAtOnce(ctx, v)
	})
}

// FileAndSettle is File and Settle in one transaction: either both are done or neither.
func (s *Service) FileAndSettle(ctx context.Context, in Filing, v Verdict, papers ...string) (Case, error) {
	if err := v.check(); err != nil {
		return Case{}, err
	}
	return s.file(ctx, in, func(ctx context.Context, tx *db.Tx, c Case) error {
		_, err := s.within(ctx, tx, c.ID, c.Version, policies.CasesSettle, papers, func(ctx context.Context, d *deed) error {
			return d.settleAtOnce(ctx, v)
		})
		return err
	})
}

// settleAtOnce goes through the steps that are left, each as its own act would.
func (d *deed) settleAtOnce(ctx context.Context, v Verdict) error {
	if err := d.c.at(Submitted); err != nil {
		return err
	}
	for range maxSettled {
		if err := d.settleStep(ctx, v); err != nil || !d.c.Open() {
			return err
		}
		if len(d.open) != 1 || d.open[0].Work != workStep {
			break
		}
		d.at(d.open[0])
		if err := d.allow(ctx, policies.CasesSettle); err != nil {
			return err
		}
	}
	return fault.New(fault.Precondition, "case_settle_waits")
}

// settleStep does the step that the case stands at.
func (d *deed) settleStep(ctx context.Context, v Verdict) error {
	switch d.c.StepKind {
	case "accept":
		return d.accept(ctx, v.Opinion, "accepted")
	case "decide":
		return d.resolve(ctx, v.Outcome, v.Opinion)
	case "deliver":
		return d.handOver(ctx, v.Delivery)
	}
	return d.advance(ctx, "pass", v.Opinion)
}

// MaySettle is nil when the actor may file a case of the item here and settle it at once,
// as far as the flow can be looked through before the case is there; else the refusal.
func (s *Service) MaySettle(ctx context.Context, itemID string, choices []string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, here, err := s.offerHere(ctx, tx, itemID, choices)
		if err != nil {
			return err
		}
		own := tx.Scope.Tenant
		c := Case{TenantID: own, Status: Submitted, AtTenant: own, FlowTenant: o.FlowTenant, FlowID: o.FlowID, PromisedDays: o.PromisedDays, Choices: o.Chosen, Outcome: Granted, HelperID: tx.Scope.Actor.ID, CreatedAt: tx.Now}
		c.classify(o, here, Filing{})
		return (&deed{Service: s, st: store{tx}, tx: tx, c: &c}).foresee(ctx, Move{Do: "begin"})
	})
}

// maySettle is MaySettle for a case that stands at its acceptance: whether the actor may do
// every step that is left, too.
func (s *Service) maySettle(ctx context.Context, tx *db.Tx, v *View) error {
	c := v.Case
	i := slices.IndexFunc(v.Open, func(x StepRecord) bool { return x.Seq == c.StepSeq })
	if len(v.Open) != 1 || i < 0 {
		return fault.New(fault.Precondition, "case_settle_waits")
	}
	c.Outcome = Granted
	return (&deed{Service: s, st: store{tx}, tx: tx, c: &c}).foresee(ctx, Move{Do: "complete", Ticket: v.Open[i].Ticket})
}

// foresee goes through the flow from a move on without storing anything, and asks of every step
// whether the actor may settle it. What the form decides cannot always be known yet.
func (d *deed) foresee(ctx context.Context, m Move) error {
	for range maxSettled {
		sh, err := d.shift(ctx, m, "")
		if err != nil && fault.KindOf(err) == fault.Internal {
			return err
		}
		if err != nil || sh.Ended {
			return nil //nolint:nilerr // the act itself will tell
		}
		if len(sh.Entered) != 1 || sh.Entered[0].Kind != workStep {
			return fault.New(fault.Precondition, "case_settle_waits")
		}
		v, err := d.enter(ctx, sh.Entered[0])
		if err != nil {
			return err
		}
		d.at(v)
		if err := d.allow(ctx, policies.CasesSettle); err != nil {
			return err
		}
		d.c.Marking, m = sh.Marking, Move{Do: "complete", Ticket: v.Ticket}
	}
	return fault.New(fault.Precondition, "case_settle_waits")
}
