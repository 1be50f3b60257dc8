package cases

import (
	"context"
	"strings"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/fault"
)

// How far a limit may be extended, in working days (行政许可法 art. 42 ¶1, and ¶2 for what
// several offices handle jointly).
const (
	maxExtension      = 10
	maxJointExtension = 15
)

// AskExtension (申请延长) asks the head of the office for up to ten more working
// days, once in the life of a case. The limit stays as it is until she agrees.
func (s *Service) AskExtension(ctx context.Context, id string, seen, days int, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesExtend, nil, func(ctx context.Context, d *deed) error {
		if err := d.running(); err != nil {
			return err
		}
		if err := d.c.alone(); err != nil {
			return err
		}
		if d.c.Joint() && (days < 1 || days > maxJointExtension) {
			return fault.InvalidField("days", "case_joint_extension_days")
		}
		if !d.c.Joint() && (days < 1 || days > maxExtension) {
			return fault.InvalidField("days", "case_extension_days")
		}
		return d.begin(ctx, Procedure{Kind: Extension, Reason: reason, Days: days, State: Asked})
	})
}

// AnswerExtension (审批延长) lets the head of the office agree or refuse; whoever
// asked does not answer herself. The applicant is told the reasons.
func (s *Service) AnswerExtension(ctx context.Context, id string, seen int, agree bool, answer string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesApprove, nil, func(ctx context.Context, d *deed) error {
		p, err := d.standing(ctx, "", Extension)
		if err != nil {
			return err
		}
		if p.BegunBy == d.tx.Scope.Actor.ID {
			return fault.New(fault.Forbidden, "case_own_extension")
		}
		if !agree {
			if strings.TrimSpace(answer) == "" {
				return fault.InvalidField("opinion", "case_reason_missing")
			}
			return d.finish(ctx, p, Rejected, answer)
		}
		if err := d.running(); err != nil {
			return err
		}
		if err := d.finish(ctx, p, Approved, answer); err != nil {
			return err
		}
		d.c.ExtendedDays = p.Days
		d.emit(events.CaseExtended{Case: d.c.fact(), Days: p.Days})
		if err := d.reckon(ctx); err != nil {
			return err
		}
		return d.issue(ctx, docExtension, said{turn: p})
	})
}

// running returns a Precondition fault unless the clock of the promise runs.
func (d *deed) running() error {
	if err := d.c.at(Handling); err != nil {
		return err
	}
	if err := d.c.undecided(); err != nil {
		return err
	}
	if d.c.SuspendedAt != nil {
		return fault.New(fault.Precondition, "case_clock_stands")
	}
	return nil
}
