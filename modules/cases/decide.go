package cases

import (
	"context"
	"slices"
	"strings"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/fault"
)

// Decide (审批决定) grants or denies; a denial needs its reasons (行政许可法 art. 38).
// The promise runs from acceptance to here (art. 42), so the clock stops; delivery
// has a period of its own (art. 44), that of its step.
func (s *Service) Decide(ctx context.Context, id string, seen int, grant bool, opinion string, papers ...string) (Case, error) {
	outcome := Denied
	if grant {
		outcome = Granted
	}
	return s.decide(ctx, id, seen, outcome, opinion, papers)
}

// Forward (转报) decides that an organ outside of the tree has to decide.
func (s *Service) Forward(ctx context.Context, id string, seen int, opinion string, papers ...string) (Case, error) {
	return s.decide(ctx, id, seen, Forwarded, opinion, papers)
}

func (s *Service) decide(ctx context.Context, id string, seen int, outcome, opinion string, papers []string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesDecide, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if strings.TrimSpace(opinion) == "" {
			return fault.InvalidField("opinion", "case_opinion_missing")
		}
		if err := d.moving(); err != nil {
			return err
		}
		if outcome == Granted {
			if _, _, err := d.term.read(); err != nil {
				return err
			}
			if err := d.supplied(ctx); err != nil {
				return err
			}
		}
		if err := d.heard(ctx); err != nil {
			return err
		}
		if err := d.carried(ctx, outcome); err != nil {
			return err
		}
		return d.resolve(ctx, outcome, opinion)
	})
}

// resolve takes a decision. Where several steps decide, it takes effect with the last of them, and
// the gravest of what they say counts. Of those who share a step one is a voice: the step says yes
// once as many do as its rule wants, and no once they no longer can.
func (d *deed) resolve(ctx context.Context, outcome, opinion string) error {
	c, do := d.c, "complete"
	was, would, err := c.Outcome, outcome, error(nil)
	if d.visit.OfTicket != 0 && outcome != Granted {
		do = "refuse"
		if would, err = d.refusals(ctx, outcome); err != nil {
			return err
		}
	}
	if c.DecidedAt == nil {
		would = graver(was, would)
	}
	c.Outcome = would // what the flow may ask about behind the step
	if err := d.provided(ctx, opinion); err != nil {
		return err
	}
	sh, err := d.shift(ctx, Move{Do: do, Ticket: d.visit.Ticket}, opinion)
	if err != nil {
		return err
	}
	if d.sharesYet(sh) {
		c.Outcome = was
	}
	if !d.decidesYet(sh) {
		if err := d.effect(ctx, opinion); err != nil {
			return err
		}
		if err := d.documented(ctx); err != nil {
			return err
		}
	}
	if err := d.leave(ctx, outcome, opinion); err != nil {
		return err
	}
	return d.apply(ctx, sh)
}

// refusals is the gravest of what those say who share the open step and are against it.
func (d *deed) refusals(ctx context.Context, outcome string) (string, error) {
	rs, err := d.st.steps(ctx, d.c)
	for _, r := range rs {
		if r.OfTicket == d.visit.OfTicket && (r.Act == Denied || r.Act == Forwarded) {
			outcome = graver(outcome, r.Act)
		}
	}
	return outcome, err
}

// sharesYet reports whether somebody else has still to speak of those who share the open step.
func (d *deed) sharesYet(sh Shift) bool {
	of := d.visit.OfTicket
	return of != 0 && (slices.ContainsFunc(sh.Entered, func(w Visit) bool { return w.Of == of }) ||
		slices.ContainsFunc(d.open, func(v *StepRecord) bool {
			return v != d.visit && v.OfTicket == of && !slices.Contains(sh.Cancelled, v.Ticket)
		}))
}

// graver is the outcome of two that are to be taken together.
func graver(a, b string) string {
	rank := []string{"", Granted, Forwarded, Denied}
	if slices.Index(rank, a) > slices.Index(rank, b) {
		return a
	}
	return b
}

// decidesYet reports whether somebody else has still to decide beside the open step.
func (d *deed) decidesYet(sh Shift) bool {
	return d.sharesYet(sh) || slices.ContainsFunc(d.open, func(v *StepRecord) bool {
		return v != d.visit && v.Kind == "decide" && !slices.Contains(sh.Cancelled, v.Ticket)
	})
}

// effect lets the outcome of the case be its decision.
func (d *deed) effect(ctx context.Context, opinion string) error {
	c := d.c
	c.DecidedAt, c.DecidedBy, c.DueAt = &d.tx.Now, d.tx.Scope.Actor.ID, nil
	if err := d.st.stopClock(ctx, c); err != nil {
		return err
	}
	d.emit(events.CaseDecided{Case: c.fact()})
	d.st.delta(c, counted{c.Outcome, 1})
	return d.issue(ctx, decisionOf(c.Outcome), said{opinion: opinion})
}

// decisionOf is the document of an outcome.
func decisionOf(outcome string) string {
	return map[string]string{Granted: docGrant, Denied: docDeny, Forwarded: docForward}[outcome]
}
