package cases

import (
	"cmp"
	"context"
	"maps"
	"time"

	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// open begins a part: a case of its item for the same applicant, accepted with the joint
// case by the same person (统一受理). One whose item is no longer offered stays where it
// is, with the reason; the lead office tries again or leaves it out.
func (j *joint) open(ctx context.Context, d *deed, p *Part) error {
	offer, err := j.asks.Items.Offer(ctx, j.tx, p.ItemID, "", p.Choices)
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Precondition) {
		p.Why = "case_part_not_offered"
		return j.st.savePart(ctx, p)
	}
	if err != nil {
		return err
	}
	sub, err := j.sprout(ctx, d, p, offer)
	if err != nil {
		return err
	}
	papers, err := j.portion(ctx, sub)
	if fault.KindOf(err) == fault.Invalid {
		p.Why = "case_part_form"
		return j.st.savePart(ctx, p)
	}
	if err != nil {
		return err
	}
	if err := j.accept(ctx, sub); err != nil {
		return err
	}
	j.subs = append(j.subs, sub)
	p.SubID, p.State, p.Why, p.BegunAt = &sub.ID, PartRunning, "", &j.tx.Now
	p.Materials, p.Papers = append([]string{}, offer.Materials...), append([]string{}, papers...)
	return j.st.savePart(ctx, p)
}

// sprout makes the case of a part out of the joint case.
func (j *joint) sprout(ctx context.Context, d *deed, p *Part, o Offer) (*Case, error) {
	c := j.c
	cal, err := d.calendar(ctx)
	if err != nil {
		return nil, err
	}
	sub := &Case{
		TenantID: c.TenantID, ID: db.NewID(), ItemTenant: o.ItemTenant, ItemID: o.ItemID, ItemVersionID: o.VersionID, ItemName: o.Name, Department: o.Department,
		FlowTenant: o.FlowTenant, FlowID: o.FlowID, Subject: c.Subject, ApplicantKind: c.ApplicantKind, ApplicantName: c.ApplicantName,
		ApplicantSealed: c.ApplicantSealed, ApplicantBlind: c.ApplicantBlind, PhoneSealed: c.PhoneSealed, PhoneBlind: c.PhoneBlind, AddressSealed: c.AddressSealed,
		Form: map[string]any{}, Choices: append([]Choice{}, o.Chosen...), Channel: c.Channel, HelperID: c.HelperID, HelperName: c.HelperName,
		Status: Submitted, AtTenant: c.TenantID, StatutoryDays: o.StatutoryDays, PromisedDays: min(o.PromisedDays, rest(cal, c, j.tx.Now)),
		CreatedAt: j.tx.Now, Version: 1, JointID: &c.ID, Part: p.Key, Kind: KindJoint, Way: cmp.Or(o.Way, ByStep),
	}
	maps.Copy(sub.Form, c.Form)
	maps.DeleteFunc(sub.Form, func(k string, _ any) bool { return !siteAnswers[k] })
	here, err := j.asks.Tree.Place(ctx, j.tx, c.TenantID)
	if err != nil {
		return nil, err
	}
	sub.No, err = j.st.nextNo(ctx, c.TenantID, here.Code, chinaDay(j.tx.Now))
	return sub, err
}

// rest is how many working days a part that begins now has within the clock of the joint
// case; at least one.
func rest(cal calendar.Calendar, c *Case, now time.Time) int {
	if c.DueAt == nil { // it stands
		return c.PromisedDays + c.ExtendedDays
	}
	return max(1, cal.Between(now, c.DueAt.Add(-1)))
}

// portion gives the part its own sheet of the one form (一表制), and returns the files that
// the sheet names.
func (j *joint) portion(ctx context.Context, sub *Case) (papers []string, err error) {
	if j.asks.Forms == nil || j.c.Sheet().None() {
		return nil, nil
	}
	form, answers, err := j.asks.Forms.Portion(ctx, j.tx, j.c.Sheet(), j.c.ID, sub.Part)
	if fault.KindOf(err) == fault.NotFound || err == nil && form.None() {
		return nil, nil // the part asks nothing
	}
	if err != nil {
		return nil, err
	}
	sub.FormID, sub.FormNumber = &form.ID, form.Number
	res, err := j.asks.Forms.File(ctx, j.tx, Sheet{
		Form: form, CaseID: sub.ID, No: sub.No, ItemID: sub.ItemID, Subject: sub.subject(), Kind: sub.ApplicantKind, Answers: answers,
	})
	if err != nil {
		return nil, err
	}
	sub.take(res.Facts)
	return res.Files, nil
}

// accept places a part behind the acceptance of its flow: the lead office has accepted the
// whole, and whoever did so counts as the one who accepted it.
func (j *joint) accept(ctx context.Context, sub *Case) error {
	d := &deed{Service: j.Service, st: j.st, tx: j.tx, c: sub}
	if err := d.settleIn(ctx); err != nil {
		return err
	}
	j.st.delta(sub, counted{string(Submitted), 1})
	was := *sub
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	due := cal.AddDays(j.tx.Now, sub.PromisedDays)
	sub.Status, sub.AcceptedAt, sub.AcceptedBy, sub.DueAt, sub.AcceptNo = Handling, &j.tx.Now, j.c.AcceptedBy, &due, j.c.AcceptNo
	if err := d.st.startClock(ctx, sub, string(calendar.Running), "accepted"); err != nil {
		return err
	}
	d.move(string(Submitted), string(Handling))
	if err := j.pass(ctx, d); err != nil {
		return err
	}
	j.tx.Record(db.Audit{Tenant: sub.TenantID, Action: string(policies.CasesJoin), Kind: "case", Object: sub.ID, Detail: map[string]any{"no": sub.No, "joint": j.c.No}})
	d.touched()
	return d.save(ctx, was)
}

// pass leaves the step of acceptance in the name of whoever accepted the joint case.
func (j *joint) pass(ctx context.Context, d *deed) error {
	v := d.visit
	if v == nil || v.Kind != "accept" {
		return nil
	}
	name, err := j.acceptor(ctx)
	if err != nil {
		return err
	}
	sh, err := d.shift(ctx, Move{Do: "complete", Ticket: v.Ticket}, "")
	if err != nil {
		return err
	}
	if err := d.leave(ctx, "accept", ""); err != nil {
		return err
	}
	v.ActorID, v.ActorName = j.c.AcceptedBy, name
	return d.apply(ctx, sh)
}
