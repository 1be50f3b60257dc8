package cases

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Paper is what is known of a file that belongs to a case.
type Paper = struct{ ID, CaseID, Material, UploaderID string }

// Sight (查看范围) says which papers of joint cases are not for an actor: what was handed in
// once for all parts is for the lead office; an office of one part gets what its own item
// asks for, and what was handed in for its own case.
type Sight struct{}

// Withheld are the ids of those papers that the actor, one of the staff, must not be given.
// Nothing is withheld from an applicant, from a job, or of a case that is no joint one.
func (Sight) Withheld(ctx context.Context, tx *db.Tx, papers []Paper) (ids []string, err error) {
	if tx.Scope.Actor.Kind != tenancy.Staff || len(papers) == 0 {
		return nil, nil
	}
	var of []string
	for _, p := range papers {
		if !slices.Contains(of, p.CaseID) {
			of = append(of, p.CaseID)
		}
	}
	var joined []*Case
	err = tx.NewSelect().Model(&joined).Where("id IN (?)", bun.List(of)).Where("(parts > 0 OR joint_id IS NOT NULL)").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("joint cases of papers: %w", err)
	}
	for _, c := range joined {
		see, err := (store{tx}).sight(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, p := range papers {
			if p.CaseID == c.ID && !see.paper(tx.Scope.Actor, p) {
				ids = append(ids, p.ID)
			}
		}
	}
	return ids, nil
}

// sight is what an actor may see of one joint case.
type sight struct {
	lead  bool     // all of it
	hers  []string // ids of the cases of those parts that she has to do with
	parts []*Part  // that have begun
}

// paper reports whether one that belongs to the joint case, or to a part, is for the actor.
func (s *sight) paper(a tenancy.Actor, p Paper) bool {
	if s.lead || p.UploaderID == a.ID || slices.Contains(s.hers, p.CaseID) {
		return true
	}
	return slices.ContainsFunc(s.parts, func(x *Part) bool { return s.handles(x) && x.asks(p.ID, p.Material) })
}

// handles reports whether the actor has to do with the case of a part.
func (s *sight) handles(p *Part) bool { return p.SubID != nil && slices.Contains(s.hers, *p.SubID) }

// asks reports whether the item of the part asks for a paper, or its sheet names it.
func (p *Part) asks(file, material string) bool {
	return material != "" && slices.Contains(p.Materials, material) || slices.Contains(p.Papers, file)
}

// Asks reports whether the item of a part asks for a paper of the joint case.
func (p *Part) Asks(file, material string) bool { return p.asks(file, material) }

// sight works out what the actor has to do with the joint case that c is, or is part of:
// somebody of the staff leads it where a step of the whole falls or fell to her, or she may
// stop it as the head of the office where it stands; she has to do with a part alike.
// Supervision (电子监察) looks at everything.
func (s store) sight(ctx context.Context, c *Case) (out sight, err error) {
	return db.Known(s.tx, sightKey(c.joined()), func() (sight, error) { return s.seen(ctx, c.TenantID, c.joined()) })
}

// sightKey names what a transaction has worked out; see [db.Known].
type sightKey string

func (s store) seen(ctx context.Context, tenant tenancy.ID, joint string) (out sight, err error) {
	sc := s.tx.Scope
	if sc.Actor.Kind != tenancy.Staff || sc.Actor.Has(policies.Supervisor) {
		return sight{lead: true}, nil
	}
	if out.parts, err = s.parts(ctx, tenant, joint); err != nil {
		return out, err
	}
	all, err := s.subs(ctx, tenant, joint)
	if err != nil {
		return out, err
	}
	whole, err := s.get(ctx, joint)
	if err != nil {
		return out, err
	}
	ids := []string{joint}
	for _, x := range all {
		ids = append(ids, x.ID)
	}
	touched, err := s.touchedBy(ctx, tenant, ids)
	if err != nil {
		return out, err
	}
	for _, x := range append(all, &whole) {
		heads := x.AtTenant == sc.Tenant && (sc.Actor.Has(policies.OfficeHead) || sc.Actor.Has(policies.GovernmentHead))
		helped := x.HelperID != "" && x.HelperID == sc.Actor.ID
		if heads || helped || slices.Contains(touched, x.ID) {
			out.hers = append(out.hers, x.ID)
		}
	}
	out.lead = slices.Contains(out.hers, joint)
	return out, nil
}

// touchedBy are those of some cases of which a step falls or fell to the actor, or about
// which her office was asked.
func (s store) touchedBy(ctx context.Context, tenant tenancy.ID, ids []string) (touched []string, err error) {
	var vs []*StepRecord
	err = s.tx.NewSelect().Model(&vs).Where("tenant_id = ?", tenant).Where("case_id IN (?)", bun.List(ids)).Where("work IN ('step', 'wait')").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("steps of joint case: %w", err)
	}
	for _, v := range vs {
		if v.fallsTo(s.tx.Scope) || v.ForID == "" && v.ActorID != "" && v.ActorID == s.tx.Scope.Actor.ID { // whoever stood in sees no more once it is over
			touched = append(touched, v.CaseID)
		}
	}
	var asked []string
	err = s.tx.NewSelect().Model((*Procedure)(nil)).Column("case_id").Where("tenant_id = ?", tenant).Where("case_id IN (?)", bun.List(ids)).Where("to_tenant = ?", s.tx.Scope.Tenant).Scan(ctx, &asked)
	if err != nil {
		return nil, fmt.Errorf("who was asked about joint case: %w", err)
	}
	return append(touched, asked...), nil
}

// sees returns NotFound when the form of a case is not for the actor: that of the whole is
// for the lead office, that of a part for it and for whoever has to do with that part.
func (s store) sees(ctx context.Context, c *Case) error {
	if c.joined() == "" {
		return nil
	}
	see, err := s.sight(ctx, c)
	if err == nil && !see.lead && !slices.Contains(see.hers, c.ID) {
		err = fault.New(fault.NotFound, "case_form_none")
	}
	return err
}
