package cases

import (
	"context"
	"slices"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// The kinds of what a case may stand at.
const (
	workStep    = "step"    // somebody does it
	workService = "service" // it does itself, in the transaction that came to it
	workTimer   = "timer"   // its time comes
	workWait    = "wait"    // an answer from outside comes
)

// Whom a case may wait for.
const (
	ForApplicant = "applicant" // 申请人
	ForPayment   = "payment"   // 缴费
	ForExternal  = "external"  // 外部系统
)

// focus lets the case show one of the visits at which it stands.
func (c *Case) focus(v *StepRecord) {
	c.AtTenant, c.StepID, c.StepName, c.StepKind, c.StepPost, c.StepSeq = v.AtTenant, v.StepID, v.Name, v.Kind, v.Post, v.Seq
	c.StepDueAt, c.AssigneeID, c.AssigneeName = v.DueAt, v.AssigneeID, v.AssigneeName
	c.StepDepartment, c.StepSubstitute, c.Awaits = v.Department, v.Substitute, v.WaitsFor
}

// flow names the flow of the case.
func (c *Case) flow() FlowRef { return FlowRef{c.FlowTenant, c.FlowID} }

// at lets the deed be about one of the visits that are open.
func (d *deed) at(v *StepRecord) {
	d.visit, d.asksOf = v, nil
	d.c.focus(v)
}

// shift asks the flow for its next move; nothing is stored yet.
func (d *deed) shift(ctx context.Context, m Move, opinion string) (Shift, error) {
	m.Marking, m.Facts = d.c.Marking, d.facts(opinion)
	return d.asks.Flows.Turn(ctx, d.tx, d.c.flow(), d.c.TenantID, m)
}

// apply does what a move of the flow said: it closes what was called off, opens what
// was come to, lets services run, and completes a case that has come to its end.
func (d *deed) apply(ctx context.Context, sh Shift) error {
	d.c.Marking = sh.Marking
	for _, ticket := range sh.Cancelled {
		if i := slices.IndexFunc(d.open, func(v *StepRecord) bool { return v.Ticket == ticket }); i >= 0 {
			if err := d.close(ctx, d.open[i], actCancelled, ""); err != nil {
				return err
			}
		}
	}
	var services []*StepRecord
	for _, w := range sh.Entered {
		v, err := d.enter(ctx, w)
		if err != nil {
			return err
		}
		if v.Work == workService {
			services = append(services, v)
		}
	}
	for _, v := range services {
		if err := d.serve(ctx, v); err != nil {
			return err
		}
	}
	if sh.Ended && d.c.Open() {
		return d.complete(ctx)
	}
	return nil
}

// actCancelled is the act of a visit that ended because another branch made it needless.
const actCancelled = "cancelled"

// enter opens a visit. It is stored when the act is: see flush.
func (d *deed) enter(ctx context.Context, w Visit) (*StepRecord, error) {
	cal, err := d.calendar(ctx)
	if err != nil {
		return nil, err
	}
	c := d.c
	c.LastSeq++
	v := &StepRecord{
		TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, Seq: c.LastSeq, StepID: w.Node, Name: w.Name, Kind: w.StepKind, Post: w.Post,
		AtTenant: w.At, AtName: w.AtName, LimitDays: w.Days, EnteredAt: d.tx.Now, Work: w.Kind, Ticket: w.Ticket, OfTicket: w.Of, Part: w.Value,
		Department: w.Department, Substitute: w.Substitute, WaitsFor: w.For, WaitKey: w.Key, Since: c.Version + 1,
	}
	if v.Post == "" {
		v.Post = w.Role
	}
	if v.Kind == "accept" && (v.LimitDays <= 0 || v.LimitDays > acceptDays) {
		v.LimitDays = acceptDays
	}
	if v.LimitDays > 0 {
		due := cal.AddDays(d.tx.Now, v.LimitDays)
		v.DueAt = &due
	}
	switch v.Work {
	case workWait: // a clerk of the origin writes down what came
		v.Kind, v.Post = v.WaitsFor, "clerk"
		if lead := d.visit; v.WaitsFor == ForParts && lead != nil && lead.Work == workStep { // whoever accepted a joint case leads it (牵头部门)
			v.AtTenant, v.AtName, v.Post, v.Department = lead.AtTenant, lead.AtName, lead.Post, lead.Department
		}
	case workTimer, workService:
		v.Kind, v.Post = v.Work, nobody
	default:
		if err := d.appoint(ctx, v, w); err != nil {
			return nil, err
		}
		if err := d.carry(ctx, v); err != nil {
			return nil, err
		}
	}
	if v.AtTenant != c.TenantID {
		c.become(KindEscalate)
	}
	d.open, d.entered = append(d.open, v), append(d.entered, v)
	return v, nil
}

// nobody is the post of what is not done by hand.
const nobody = "-"

// appoint finds the person and the department that a step names. One that the tenant does
// not have is passed over: the post alone decides then, or the case could never go on.
func (d *deed) appoint(ctx context.Context, v *StepRecord, w Visit) error {
	if w.Person == "" && w.Department == "" || d.asks.Staff == nil {
		v.Department = ""
		return nil
	}
	if d.tx.Scope.Actor.Kind == tenancy.Person { // who works there is not hers to see; the head can refer the step
		v.AssigneeID = w.Person
		return nil
	}
	all, err := d.asks.Staff.Colleagues(ctx, d.tx, v.AtTenant)
	if err != nil {
		return err
	}
	fits := func(x Colleague) bool { return v.Post == "" || slices.Contains(x.Roles, v.Post) }
	if !slices.ContainsFunc(all, func(x Colleague) bool { return fits(x) && slices.Contains(x.Posted, w.Department) }) {
		v.Department = ""
	}
	if i := slices.IndexFunc(all, func(x Colleague) bool { return x.ID == w.Person && w.Person != "" }); i >= 0 {
		v.AssigneeID, v.AssigneeName = all[i].ID, all[i].Name
		if v.Post == "" && len(all[i].Roles) > 0 {
			v.Post = all[i].Roles[0]
		}
	}
	return nil
}

// settle shows the case at one of the steps that are open. It stores nothing: see flush.
func (d *deed) settle(was Case) {
	c := d.c
	if c.Open() && len(d.open) > 0 {
		slices.SortStableFunc(d.open, before)
		d.at(d.open[0])
	}
	c.Beside = 0
	for i, v := range d.open {
		if i > 0 && v.Work == workStep {
			c.Beside++
		}
		if v.WaitsFor == ForApplicant {
			c.Awaits = ForApplicant // whatever it is shown at: row security lets her answer then
		}
		if beside := i > 0; v.Beside != beside {
			v.Beside = beside
			d.touch(v)
		}
	}
	if c.whole(was) {
		c.WholeAt = was.Version + 1
	}
}
