package cases

import (
	"context"
	"slices"

	"liandong/tenancy"
)

// carry (方式一) gives a step to whoever handles the case already, when the item says that one
// person carries it: whoever hands it on and holds the next post in the same office, or else who
// handled it there before. Who accepted or filed does not decide; such a step falls to its
// post, as do steps of offices in which nobody has handled the case yet.
func (d *deed) carry(ctx context.Context, v *StepRecord) error {
	c := d.c
	if c.Way != ByPerson || v.AssigneeID != "" || v.OfTicket != 0 || d.asks.Staff == nil || d.tx.Scope.Actor.Kind == tenancy.Person {
		return nil
	}
	handlers, err := d.handlersAt(ctx, v.AtTenant)
	if err != nil || len(handlers) == 0 {
		return err
	}
	all, err := d.asks.Staff.Colleagues(ctx, d.tx, v.AtTenant)
	if err != nil {
		return err
	}
	for _, id := range handlers {
		if v.Kind == "decide" && (id == c.AcceptedBy || id == c.HelperID) {
			continue
		}
		fits := func(x Colleague) bool {
			return x.ID == id && slices.Contains(x.Roles, v.Post) && (v.Department == "" || slices.Contains(x.Posted, v.Department))
		}
		if i := slices.IndexFunc(all, fits); i >= 0 {
			v.AssigneeID, v.AssigneeName = id, all[i].Name
			return nil
		}
	}
	return nil
}

// handlersAt are the people who have done steps of the case at a tenant, whoever acts now first.
func (d *deed) handlersAt(ctx context.Context, at tenancy.ID) (ids []string, err error) {
	if d.visit != nil && d.visit.AtTenant == at && d.tx.Scope.Actor.Kind == tenancy.Staff {
		ids = append(ids, d.tx.Scope.Actor.ID)
	}
	rs, err := d.st.steps(ctx, d.c)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Backward(rs) {
		if r.AtTenant == at && r.Work == workStep && r.ActorID != "" && !slices.Contains(ids, r.ActorID) {
			ids = append(ids, r.ActorID)
		}
	}
	return ids, nil
}
