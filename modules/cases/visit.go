package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"liandong/modules/cases/events"
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

// close ends a visit that is open.
func (d *deed) close(ctx context.Context, v *StepRecord, act, opinion string) error {
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	used, a := cal.Between(v.EnteredAt, d.tx.Now), d.tx.Scope.Actor
	v.EndedAt, v.UsedDays, v.Act, v.Opinion, v.Beside, v.Since = &d.tx.Now, &used, act, opinion, false, d.c.Version+1
	if act != actCancelled {
		v.ActorID, v.ActorName = a.ID, a.Name
	}
	d.open = slices.DeleteFunc(d.open, func(x *StepRecord) bool { return x == v })
	d.touch(v)
	return nil
}

// leave closes the visit that the act is about.
func (d *deed) leave(ctx context.Context, act, opinion string) error {
	if d.visit == nil {
		return nil
	}
	return d.close(ctx, d.visit, act, opinion)
}

// stop calls off everything that is open, as when a case is withdrawn.
func (d *deed) stop(ctx context.Context, act, opinion string) error {
	sh, err := d.shift(ctx, Move{Do: "stop"}, opinion)
	if err != nil {
		return err
	}
	if err := d.leave(ctx, act, opinion); err != nil {
		return err
	}
	sh.Ended = false // the act says how the case ends
	return d.apply(ctx, sh)
}

// advance leaves the current step, once it has all that it wants, and goes onward.
func (d *deed) advance(ctx context.Context, act, opinion string) error {
	if err := d.provided(ctx, opinion); err != nil {
		return err
	}
	if err := d.documented(ctx); err != nil {
		return err
	}
	return d.onward(ctx, act, opinion)
}

// onward leaves the current step and goes where the flow leads, or ends the case.
func (d *deed) onward(ctx context.Context, act, opinion string) error {
	sh, err := d.shift(ctx, Move{Do: "complete", Ticket: d.visit.Ticket}, opinion)
	if err != nil {
		return err
	}
	if err := d.leave(ctx, act, opinion); err != nil {
		return err
	}
	return d.apply(ctx, sh)
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

// touch notes that a visit is to be stored.
func (d *deed) touch(v *StepRecord) {
	if !slices.Contains(d.altered, v) && !slices.Contains(d.entered, v) {
		d.altered = append(d.altered, v)
	}
}

// flush stores what became of the visits, after the case: whoever holds nothing but a step
// beside may write the case only while that step is open. Who has something new to do learns of it.
func (d *deed) flush(ctx context.Context) error {
	for _, v := range d.altered {
		if err := d.st.saveVisit(ctx, v); err != nil {
			return err
		}
	}
	if len(d.entered) == 0 {
		return nil
	}
	if _, err := d.tx.NewInsert().Model(&d.entered).Exec(ctx); err != nil {
		return fmt.Errorf("steps of case %s: %w", d.c.ID, err)
	}
	for _, v := range d.entered {
		if v.EndedAt != nil || v.Kind == "accept" {
			continue // that a case was filed is told by itself
		}
		switch {
		case v.Work == workStep:
			d.emit(events.CaseArrived{Case: d.c.factAt(v)})
		case v.WaitsFor == ForApplicant:
			d.emit(events.CaseAwaits{Case: d.c.factAt(v)})
		}
	}
	return nil
}

// before orders what is open: work of people first, oldest first.
func before(a, b *StepRecord) int {
	rank := func(v *StepRecord) int {
		return slices.Index([]string{workStep, workWait, workTimer, workService}, v.Work)
	}
	if x := rank(a) - rank(b); x != 0 {
		return x
	}
	return a.Seq - b.Seq
}

// factAt is what is told about a visit that need not be the one that the case shows.
func (c *Case) factAt(v *StepRecord) events.Case {
	f := c.fact()
	f.AtTenant, f.StepName, f.StepPost = v.AtTenant, v.Name, v.Post
	return f
}

// whole reports whether an act changed something that concerns every open step, so that a
// form that was opened before must not be handed in any more.
func (c *Case) whole(was Case) bool {
	return c.Status != was.Status || c.Outcome != was.Outcome || c.ExtendedDays != was.ExtendedDays ||
		!sameTime(c.SuspendedAt, was.SuspendedAt) || !sameTime(c.DecidedAt, was.DecidedAt) || !sameTime(c.EndedAt, was.EndedAt)
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// visits are those of a case that are open, the one that it is shown at first.
func (s store) visits(ctx context.Context, c *Case) (vs []*StepRecord, err error) {
	err = s.tx.NewSelect().Model(&vs).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Where("ended_at IS NULL").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("open steps of case %s: %w", c.ID, err)
	}
	slices.SortStableFunc(vs, before)
	return vs, nil
}

// saveVisit writes what may change about a visit that was open.
func (s store) saveVisit(ctx context.Context, v *StepRecord) error {
	res, err := s.tx.NewUpdate().Model(v).Column("step_id", "name", "kind", "post", "ended_at", "act", "opinion", "actor_id", "actor_name", "used_days", "beside", "department", "assignee_id", "assignee_name", "since").
		WherePK().Where("ended_at IS NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("step %d of case %s: %w", v.Seq, v.CaseID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return overtaken()
	}
	return nil
}
