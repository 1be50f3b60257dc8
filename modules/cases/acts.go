package cases

import (
	"context"
	"strings"
	"time"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// Limits of law that no flow may lengthen, in working days.
const (
	acceptDays     = 5  // 行政许可法 art. 32(4): tell what is missing, or the case counts as accepted
	supplementDays = 20 // how long an applicant has to answer a notice; the law leaves it to the centre
)

// Accept (受理) starts the clock: from now the promise runs over the origin's
// working days. The number of the 受理通知书 is the case number. Like the other
// acts of staff it takes ids of papers, uploads of the actor's, that from then on
// belong to the step at which she acted.
func (s *Service) Accept(ctx context.Context, id string, seen int, opinion string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesAccept, papers, func(ctx context.Context, d *deed) error {
		return d.accept(ctx, opinion, "accepted")
	})
}

func (d *deed) accept(ctx context.Context, opinion, basis string) error {
	if err := d.acceptFrom(ctx, d.tx.Now, opinion, basis); err != nil {
		return err
	}
	return d.advance(ctx, "accept", opinion)
}

// acceptFrom accepts a case as of a time: that is where its clock starts. The step is not
// left yet. basis is the ground of law, as a key of the words of documents.
func (d *deed) acceptFrom(ctx context.Context, from time.Time, opinion, basis string) error {
	c := d.c
	if err := c.at(Submitted); err != nil {
		return err
	}
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	if err := d.supplemented(ctx); err != nil {
		return err
	}
	if err := d.checkOriginals(ctx, Precheck); err != nil {
		return err
	}
	due := cal.AddDays(from, c.PromisedDays)
	c.Status, c.AcceptedAt, c.AcceptedBy, c.DueAt, c.AcceptNo = Handling, &from, d.tx.Scope.Actor.ID, &due, c.No
	if err := d.st.startClockAt(ctx, c, string(calendar.Running), "accepted", from); err != nil {
		return err
	}
	d.emit(events.CaseAccepted{Case: c.fact()})
	d.move(string(Submitted), string(Handling))
	return d.issue(ctx, docAccept, said{opinion: opinion, basis: basis})
}

// Refuse (不予受理) ends a case before its clock starts; reasons are due to the
// applicant (行政许可法 art. 32).
func (s *Service) Refuse(ctx context.Context, id string, seen int, reason string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesReject, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Submitted); err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return fault.InvalidField("opinion", "case_reason_missing")
		}
		if err := d.issue(ctx, docRefuse, said{opinion: reason}); err != nil {
			return err
		}
		if err := d.stop(ctx, "refuse", reason); err != nil {
			return err
		}
		d.c.end(Refused, d.tx.Now)
		d.emit(events.CaseRefused{Case: d.c.fact()})
		d.move(string(Submitted), string(Refused))
		return nil
	})
}

// Pass (审查通过) hands the case on to the next step with an opinion.
func (s *Service) Pass(ctx context.Context, id string, seen int, opinion string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesHandle, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if strings.TrimSpace(opinion) == "" {
			return fault.InvalidField("opinion", "case_opinion_missing")
		}
		if err := d.moving(); err != nil {
			return err
		}
		return d.advance(ctx, "pass", opinion)
	})
}

// turnClock ends the running stretch of the clock, starts one of kind, and works
// out both due times again. Before acceptance no clock runs yet, but that of the step.
func (d *deed) turnClock(ctx context.Context, kind calendar.Kind, reason string) error {
	if d.c.AcceptedAt != nil {
		if err := d.st.stopClock(ctx, d.c); err != nil {
			return err
		}
		if err := d.st.startClock(ctx, d.c, string(kind), reason); err != nil {
			return err
		}
	}
	return d.reckon(ctx)
}

func intervals(rows []ClockRow) []calendar.Interval {
	out := make([]calendar.Interval, len(rows))
	for i, r := range rows {
		out[i] = calendar.Interval{From: r.FromAt, To: r.ToAt, Kind: calendar.Kind(r.Kind), Reason: r.Reason}
	}
	return out
}

// moving returns a Precondition fault while a special procedure or a suspension
// keeps the case where it is.
func (d *deed) moving() error {
	if d.c.SuspendedAt != nil {
		return fault.New(fault.Precondition, "case_clock_stands")
	}
	return nil
}

// Withdraw (撤回) takes back a case that is not accepted yet.
func (s *Service) Withdraw(ctx context.Context, id string, seen int, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesResubmit, nil, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Submitted, Supplement); err != nil {
			return err
		}
		if err := d.c.alone(); err != nil {
			return err
		}
		if d.c.AcceptedAt != nil {
			return fault.New(fault.Precondition, "case_already_accepted")
		}
		from := d.c.Status
		if err := d.stop(ctx, "withdraw", reason); err != nil {
			return err
		}
		if err := d.issue(ctx, docWithdraw, said{organ: d.c.TenantID, opinion: reason}); err != nil {
			return err
		}
		d.c.end(Withdrawn, d.tx.Now)
		d.emit(events.CaseWithdrawn{Case: d.c.fact()})
		d.move(string(from), string(Withdrawn))
		return nil
	})
}

func trimmed(xs []string) (out []string) {
	for _, x := range xs {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}
