package cases

import (
	"context"
	"fmt"
	"slices"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Transfer (转交) lets a superior give a step of an office below to one of that office's people;
// an empty id gives it back to the post. A superior writes nothing of a case herself: what she
// ordered stands among its procedures, and [Service.OnTransfer] carries it out.
func (s *Service) Transfer(ctx context.Context, id string, seen int, colleague, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := store{tx}.get(ctx, id)
		if err != nil {
			return err
		}
		d, err := s.deed(ctx, tx, &c)
		if err != nil {
			return err
		}
		if err := d.choose(ctx, policies.CasesTransfer, seen); err != nil {
			return err
		}
		if err := c.at(Submitted, Handling); err != nil {
			return err
		}
		p, err := d.ordered(ctx, colleague, reason)
		if err != nil {
			return err
		}
		if err := tx.ActOn(ctx, c.TenantID); err != nil {
			return err
		}
		if err := d.begin(ctx, p); err != nil {
			return err
		}
		d.emit(events.CaseTransferred{Case: d.c.factAt(d.visit), Visit: d.visit.Seq, To: colleague, ToName: p.ToName})
		tx.Record(db.Audit{Tenant: c.TenantID, Action: string(policies.CasesTransfer), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "step": c.StepName}})
		return nil
	})
}

// ordered checks to whom the step is to go.
func (d *deed) ordered(ctx context.Context, colleague, reason string) (p Procedure, err error) {
	if d.visit == nil || d.visit.Work != workStep {
		return p, fault.New(fault.Precondition, "case_nothing_to_transfer")
	}
	ps, err := d.st.procedures(ctx, d.c)
	if err != nil {
		return p, err
	}
	if slices.ContainsFunc(ps, func(p Procedure) bool { return p.Kind == Transferral && p.Standing() }) {
		return p, fault.New(fault.Precondition, "case_transfer_stands")
	}
	if colleague == d.visit.AssigneeID {
		return p, fault.InvalidField("colleague", "case_colleague_same")
	}
	p = Procedure{Kind: Transferral, Reason: reason, State: Open}
	if colleague == "" {
		return p, nil
	}
	all, err := d.asks.Staff.Colleagues(ctx, d.tx, d.visit.AtTenant)
	if err != nil {
		return p, err
	}
	i := slices.IndexFunc(all, func(w Colleague) bool { return w.ID == colleague && slices.Contains(w.Roles, d.visit.Post) })
	if i < 0 {
		return p, fault.InvalidField("colleague", "case_colleague_post")
	}
	p.ToName = all[i].Name
	return p, nil
}

// TransferJob is what the inbox knows OnTransfer by.
const TransferJob = "cases.transfer"

// TransferEvents are the wire names that OnTransfer wants to be called for.
func TransferEvents() []string { return []string{events.CaseTransferred{}.EventName()} }

// OnTransfer gives a step to whom a superior said. It must run as System over the tree of the
// case. When the step is over by then, the order ends without effect, and says so.
func (s *Service) OnTransfer(ctx context.Context, tx *db.Tx, e db.Delivery) error {
	var t events.CaseTransferred
	if err := e.Decode(&t); err != nil {
		return err
	}
	c, err := store{tx}.get(ctx, t.CaseID)
	if err != nil {
		return err
	}
	d, err := s.deed(ctx, tx, &c)
	if err != nil {
		return err
	}
	p, err := d.standing(ctx, "", Transferral)
	if f, ok := fault.As(err); ok && f.Kind == fault.Precondition {
		return nil // it was done before
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(d.open, func(v *StepRecord) bool { return v.Seq == t.Visit })
	if i < 0 {
		return d.finish(ctx, p, Rejected, "")
	}
	was := c
	if err := d.give(ctx, d.open[i], p, t); err != nil {
		return fmt.Errorf("transfer case %s: %w", c.ID, err)
	}
	return d.save(ctx, was)
}

// give carries an order out.
func (d *deed) give(ctx context.Context, v *StepRecord, p *Procedure, t events.CaseTransferred) error {
	v.AssigneeID, v.AssigneeName, v.Since = t.To, t.ToName, d.c.Version+1
	if t.To != "" {
		v.Department = ""
	}
	d.touch(v)
	d.at(v)
	d.touched()
	d.emit(events.CaseReferred{Case: d.c.factAt(v), To: t.To})
	return d.finish(ctx, p, Ended, "")
}
