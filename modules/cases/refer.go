package cases

import (
	"context"
	"slices"
	"strings"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Refer (转办) gives the open step to one colleague of its post, with the reason;
// an empty id gives it back to the post.
func (s *Service) Refer(ctx context.Context, id string, seen int, colleague, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesRefer, nil, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Submitted, Handling); err != nil {
			return err
		}
		p := Procedure{Kind: Referral, Reason: reason, State: Ended}
		if colleague != "" {
			all, err := d.asks.Staff.Colleagues(ctx, d.tx, c.AtTenant)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(all, func(w Colleague) bool { return w.ID == colleague && slices.Contains(w.Roles, c.StepPost) })
			if i < 0 {
				return fault.InvalidField("colleague", "case_colleague_post")
			}
			p.ToName = all[i].Name
		}
		if colleague == c.AssigneeID {
			return fault.InvalidField("colleague", "case_colleague_same")
		}
		c.AssigneeID, c.AssigneeName = colleague, p.ToName
		if v := d.visit; v != nil {
			v.AssigneeID, v.AssigneeName, v.Since = colleague, p.ToName, c.Version+1
			if colleague != "" {
				v.Department = "" // she was chosen, wherever she sits
			}
			d.touch(v)
		}
		d.emit(events.CaseReferred{Case: c.fact(), To: colleague})
		return d.begin(ctx, p)
	})
}

// Consult (征求意见) asks an office on the way from the origin to the top for its
// opinion. It stops no clock.
func (s *Service) Consult(ctx context.Context, id string, seen int, office tenancy.ID, question string, days int) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesConsult, nil, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if err := d.c.undecided(); err != nil {
			return err
		}
		path, err := tree.In(d.tx).Ancestors(ctx, d.c.TenantID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(path, func(n tree.Node) bool { return n.ID == office })
		if i < 0 || office == d.c.AtTenant || office == tenancy.Platform {
			return fault.InvalidField("office", "case_office_unknown")
		}
		if days < 1 || days > maxExtension {
			return fault.InvalidField("days", "case_consult_days")
		}
		cal, err := d.calendar(ctx)
		if err != nil {
			return err
		}
		until := cal.AddDays(d.tx.Now, days)
		d.emit(events.CaseConsulted{Case: d.c.fact(), Office: office})
		return d.begin(ctx, Procedure{Kind: Consultation, Reason: question, Days: days, Until: &until, State: Open, ToTenant: &office, ToName: path[i].Name})
	})
}

// AnswerConsult (答复意见) answers what the actor's office was asked.
func (s *Service) AnswerConsult(ctx context.Context, caseID, procedureID, answer string) error {
	return s.beside(ctx, caseID, procedureID, Consultation, func(ctx context.Context, d *deed, p *Procedure) (policies.Action, error) {
		if err := s.authz.Allow(ctx, policies.CasesAnswer, policies.Resource{"tenant": *p.ToTenant}); err != nil {
			return "", err
		}
		if strings.TrimSpace(answer) == "" {
			return "", fault.InvalidField("opinion", "case_opinion_missing")
		}
		if err := d.tx.ActOn(ctx, d.c.TenantID); err != nil {
			return "", err
		}
		d.emit(events.CaseConsultAnswered{Case: d.c.fact(), To: p.BegunBy})
		return policies.CasesAnswer, d.st.hand(ctx, d.c, ActAnswered, d.c.StepName)
	}, answer)
}
