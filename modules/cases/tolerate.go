package cases

import (
	"context"
	"slices"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Toleration (容缺) is what an office lets an applicant bring later.
type Toleration struct {
	Materials []string
	Days      int // working days from acceptance
	Reason    string
}

const maxToleration = 60 // working days

// AcceptTolerating (容缺受理) is Accept although materials of secondary weight are
// missing: they must be there before the decision.
func (s *Service) AcceptTolerating(ctx context.Context, id string, seen int, opinion string, t Toleration, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesAccept, papers, func(ctx context.Context, d *deed) error {
		t.Materials = trimmed(t.Materials)
		bad := map[string]string{}
		if len(t.Materials) == 0 {
			bad["materials"] = "case_tolerated_missing"
		}
		if t.Days < 1 || t.Days > maxToleration {
			bad["days"] = "case_tolerated_days"
		}
		offer, err := d.offered(ctx, d.tx, d.c.ItemID, d.c.ItemVersionID, d.c.choiceIDs())
		if err == nil {
			for _, m := range t.Materials {
				if !slices.Contains(offer.Tolerable, m) {
					bad["materials"] = "case_tolerated_unknown"
				}
			}
		} else if fault.KindOf(err) != fault.NotFound { // gone since: what the clerk lists counts
			return err
		}
		if err := fault.InvalidFields(bad); err != nil {
			return err
		}
		cal, err := d.calendar(ctx)
		if err != nil {
			return err
		}
		until := cal.AddDays(d.tx.Now, t.Days)
		for _, m := range t.Materials {
			if err := d.begin(ctx, Procedure{Kind: Tolerance, Name: m, Reason: t.Reason, Days: t.Days, Until: &until, State: Open}); err != nil {
				return err
			}
		}
		if err := d.issue(ctx, docTolerate, said{tolerated: t.Materials, turn: &Procedure{Reason: t.Reason, Days: t.Days, Until: &until}}); err != nil {
			return err
		}
		d.c.become(KindSupplement)
		return d.accept(ctx, opinion, "tolerated")
	})
}

// Supply (补交容缺材料) hands in what was tolerated; the applicant or a clerk of the
// origin does, wherever the case stands. It changes nothing about the case itself.
func (s *Service) Supply(ctx context.Context, caseID, procedureID string, fileIDs []string, note string) error {
	return s.beside(ctx, caseID, procedureID, Tolerance, func(ctx context.Context, d *deed, _ *Procedure) (policies.Action, error) {
		if err := s.authz.Allow(ctx, policies.CasesResubmit, d.c.resource(d.tx.Scope.Actor, "")); err != nil {
			return "", err
		}
		if err := d.tx.ActOn(ctx, d.c.TenantID); err != nil {
			return "", err
		}
		got, err := d.asks.Files.Attach(ctx, d.tx, d.c.TenantID, d.c.ID, d.c.subject(), d.c.StepSeq, fileIDs)
		if err == nil && len(got) == 0 && note == "" {
			err = fault.InvalidField("papers", "case_answer_missing")
		}
		if err != nil {
			return "", err
		}
		return policies.CasesResubmit, d.issue(ctx, docReceipt, said{organ: d.c.TenantID, ref: "supply:" + procedureID})
	}, note)
}

// beside ends a procedure without a change of the case: allow says whether the
// actor may, and under which action it is recorded.
func (s *Service) beside(ctx context.Context, caseID, procedureID, kind string, allow func(context.Context, *deed, *Procedure) (policies.Action, error), answer string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		c, err := st.get(ctx, caseID)
		if err != nil {
			return err
		}
		d, err := s.deed(ctx, tx, &c)
		if err != nil {
			return err
		}
		p, err := d.standing(ctx, procedureID, kind)
		if err != nil {
			return err
		}
		a, err := allow(ctx, d, p)
		if err != nil {
			return err
		}
		d.touched()
		tx.Record(db.Audit{Tenant: c.TenantID, Action: string(a), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "procedure": kind}})
		return d.finish(ctx, p, Ended, answer)
	})
}

// supplied returns a Precondition fault while a tolerated material is missing.
func (d *deed) supplied(ctx context.Context) error {
	ps, err := d.st.procedures(ctx, d.c)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Kind == Tolerance && p.Standing() {
			return fault.New(fault.Precondition, "case_tolerated_open").With(p.Name)
		}
	}
	return nil
}
