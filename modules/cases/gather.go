package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Meeting (联合环节) is a joint visit, acceptance or reading of drawings as the lead office
// calls it.
type Meeting struct {
	Review string    // visit, acceptance or drawings
	Where  string    // place
	When   time.Time // zero: to be agreed
	Note   string    // what is to be looked at
	Parts  []string  // keys of the parts that take part
}

// The joint reviews.
const (
	ReviewVisit      = "visit"      // 联合勘验
	ReviewAcceptance = "acceptance" // 联合验收
	ReviewDrawings   = "drawings"   // 联合审图
)

// Reviews lists them.
func Reviews() []string { return []string{ReviewDrawings, ReviewVisit, ReviewAcceptance} }

// maxPlace bounds the name of a place, in characters.
const maxPlace = 100

func (m *Meeting) check(now time.Time) error {
	m.Where, m.Note = strings.TrimSpace(m.Where), strings.TrimSpace(m.Note)
	bad := map[string]string{}
	if !slices.Contains(Reviews(), m.Review) {
		bad["review"] = "case_review_unknown"
	}
	if m.Where == "" || len([]rune(m.Where)) > maxPlace {
		bad["where"] = "case_review_place"
	}
	if m.Note == "" {
		bad["note"] = "case_review_note"
	}
	if !m.When.IsZero() && m.When.Before(now) {
		bad["when"] = "case_review_past"
	}
	if len(m.Parts) < 2 {
		bad["parts"] = "case_review_parts"
	}
	return fault.InvalidFields(bad)
}

// Convene (发起联合环节) calls the offices of several parts to look at something once and
// together. Each says what it thinks on the case of its own part; until it has, that is not
// decided. It is an act of the lead office on the joint case.
func (s *Service) Convene(ctx context.Context, id string, seen int, in Meeting) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesJoin, nil, func(ctx context.Context, d *deed) error {
		if err := in.check(d.tx.Now); err != nil {
			return err
		}
		subs, err := d.st.subs(ctx, d.c.TenantID, d.c.ID)
		if err != nil {
			return err
		}
		p := d.procedure(Procedure{Kind: Gathering, Name: in.Review, Reason: in.Note, Basis: in.Where, State: Open})
		if !in.When.IsZero() {
			p.Until = &in.When
		}
		rows := []Procedure{p}
		for _, sub := range subs {
			if !slices.Contains(in.Parts, sub.Part) || !sub.Open() || sub.DecidedAt != nil {
				continue
			}
			v := p
			v.ID, v.CaseID, v.Kind, v.State, v.OfID, v.StepName, v.AtTenant = db.NewID(), sub.ID, Voice, Asked, &p.ID, sub.StepName, sub.AtTenant
			rows = append(rows, v)
			d.emit(events.CaseGathered{Case: sub.fact()})
		}
		if len(rows) < 3 { // the review and two voices
			return fault.InvalidField("parts", "case_review_parts")
		}
		if _, err := d.tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("joint review of case %s: %w", d.c.ID, err)
		}
		return nil
	})
}

// Speak (出具联合环节意见) says what the office of a part thinks of a joint review, by its
// id; it is for whoever handles that part.
func (s *Service) Speak(ctx context.Context, id string, seen int, review string, agree bool, opinion string) (Case, error) {
	return s.whereHandled(ctx, id, seen, func(ctx context.Context, d *deed) error {
		ps, err := d.st.procedures(ctx, d.c)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(ps, func(p Procedure) bool { return p.Kind == Voice && p.Standing() && *p.OfID == review })
		if i < 0 {
			return fault.New(fault.Precondition, "case_procedure_ended")
		}
		if strings.TrimSpace(opinion) == "" {
			return fault.InvalidField("opinion", "case_opinion_missing")
		}
		return d.finish(ctx, &ps[i], map[bool]string{true: Approved, false: Rejected}[agree], opinion)
	})
}

// Conclude (结束联合环节) writes down what came out of a joint review. Offices that have not
// said anything are passed over; the conclusion names that.
func (s *Service) Conclude(ctx context.Context, id string, seen int, review string, agree bool, conclusion string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesJoin, nil, func(ctx context.Context, d *deed) error {
		p, err := d.standing(ctx, review, Gathering)
		if err != nil {
			return err
		}
		if strings.TrimSpace(conclusion) == "" {
			return fault.InvalidField("opinion", "case_conclusion_missing")
		}
		voices, err := d.st.voices(ctx, d.c)
		if err != nil {
			return err
		}
		for i := range voices {
			if v := &voices[i]; v.Standing() && v.OfID != nil && *v.OfID == p.ID {
				if err := d.finish(ctx, v, Ended, ""); err != nil {
					return err
				}
			}
		}
		return d.finish(ctx, p, map[bool]string{true: Approved, false: Rejected}[agree], conclusion)
	})
}

// voices are what the offices of the parts of a joint case were asked and said.
func (s store) voices(ctx context.Context, c *Case) (ps []Procedure, err error) {
	err = s.tx.NewSelect().Model(&ps).Where("procedure.tenant_id = ?", c.TenantID).Where("kind = ?", Voice).
		Where("of_id IN (SELECT id FROM case_procedures WHERE tenant_id = ? AND case_id = ? AND kind = ?)", c.TenantID, c.joined(), Gathering).Order("begun_at", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("joint reviews of case %s: %w", c.ID, err)
	}
	return ps, nil
}

// heard returns a Precondition fault while a joint review waits for what this part says.
func (d *deed) heard(ctx context.Context) error {
	if d.c.JointID == nil {
		return nil
	}
	ps, err := d.st.procedures(ctx, d.c)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(ps, func(p Procedure) bool { return p.Kind == Voice && p.Standing() }) {
		return fault.New(fault.Precondition, "case_voice_owed")
	}
	return nil
}

// carried returns a Precondition fault when a joint case is to be decided although a part of
// it is open again, or granted although no part was.
func (d *deed) carried(ctx context.Context, outcome string) error {
	if !d.c.Joint() {
		return nil
	}
	ps, err := d.st.parts(ctx, d.c.TenantID, d.c.ID)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(ps, func(p *Part) bool { return !p.over() }); i >= 0 {
		return fault.New(fault.Precondition, "case_joint_part_open").With(ps[i].Name)
	}
	if outcome == Granted && !slices.ContainsFunc(ps, func(p *Part) bool { return p.Outcome == Granted }) {
		return fault.New(fault.Precondition, "case_joint_none_granted")
	}
	return nil
}

// LeavePartOut (不再办理) says that a part that has not begun will not; the reason is for
// the applicant. It is an act of the lead office.
func (s *Service) LeavePartOut(ctx context.Context, id string, seen int, key, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesJoin, nil, func(ctx context.Context, d *deed) error {
		if reason = strings.TrimSpace(reason); reason == "" {
			return fault.InvalidField("opinion", "case_reason_missing")
		}
		p, err := d.waiting(ctx, key)
		if err != nil {
			return err
		}
		p.State, p.Why, p.EndedAt = PartSkipped, reason, &d.tx.Now
		return d.st.savePart(ctx, p)
	})
}

// TryPart (重新启动) asks for a part that could not begin to be tried again.
func (s *Service) TryPart(ctx context.Context, id string, seen int, key string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesJoin, nil, func(ctx context.Context, d *deed) error {
		_, err := d.waiting(ctx, key) // that it was acted on is what the job goes by
		return err
	})
}

func (d *deed) waiting(ctx context.Context, key string) (*Part, error) {
	ps, err := d.st.parts(ctx, d.c.TenantID, d.c.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		if p.Key == key && p.State == PartWaiting {
			return p, nil
		}
	}
	return nil, fault.New(fault.Precondition, "case_part_begun")
}
