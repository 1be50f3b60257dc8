package org

import (
	"context"

	"liandong/modules/org/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Appointment (任职) is a person in a post.
type Appointment struct {
	TenantID   tenancy.ID
	ID         string
	PostID     string
	HolderID   string
	HolderName string
	FromOn     string
	UntilOn    string
	GrantID    string
	Revoked    bool
}

// Posting puts somebody into a post.
type Posting struct {
	PostID   string
	HolderID string
	FromOn   string // 2006-01-02; empty: today
	UntilOn  string // empty: as long as the actor's grant
	Reason   string
	Key      string // idempotency
}

// Assign (指派岗位) appoints somebody to a post and returns the appointment's id.
// It returns Invalid, NotFound, Precondition, Conflict (org_already_holds) or
// Forbidden with the policy's reason.
func (s *Service) Assign(ctx context.Context, in Posting) (id string, err error) {
	bad := map[string]string{}
	in.Reason = checkReason(bad, in.Reason)
	if err := fault.InvalidFields(bad); err != nil {
		return "", err
	}
	who, err := s.holder(ctx, in.HolderID)
	if err != nil {
		return "", err
	}
	err = s.act(ctx, func(ctx context.Context, o office) error {
		id, err = o.tx.Once(ctx, "appointment", in.Key, func() (string, error) { return o.assign(ctx, in, who) })
		return err
	})
	return id, err
}

func (o office) assign(ctx context.Context, in Posting, who Staffer) (string, error) {
	p, err := o.post(ctx, in.PostID, "for share of p")
	if err != nil {
		return "", err
	}
	if !o.asker.Over.Contains(p.TenantID) {
		return "", notFound()
	}
	if err := o.mayFill(ctx, p.TenantID, p.Roles, who.ID, ""); err != nil {
		return "", err
	}
	if p.State != Open {
		return "", fault.New(fault.Precondition, "org_post_closed")
	}
	if err := o.granted(); err != nil {
		return "", err
	}
	a := Appointment{TenantID: p.TenantID, ID: db.NewID(), PostID: p.ID, HolderID: who.ID, HolderName: who.Name, GrantID: o.own.ID}
	if a.FromOn, a.UntilOn, err = o.term(in.FromOn, in.UntilOn); err != nil {
		return "", err
	}
	return a.ID, o.keepAppointment(ctx, a, in.Reason)
}

func (o office) keepAppointment(ctx context.Context, a Appointment, reason string) error {
	if err := o.bound(ctx); err != nil {
		return err
	}
	if err := o.retire(ctx, "appointments", a.TenantID, a.HolderID, o.day); err != nil {
		return err
	}
	if err := o.insertAppointment(ctx, a, o.own.TenantID, o.asker.Actor.Name, reason); err != nil {
		if db.IsDuplicate(err, "appointments_once") {
			return fault.New(fault.Conflict, "org_already_holds").Because(err)
		}
		return err
	}
	o.tx.Record(db.Audit{
		Tenant: a.TenantID, Action: string(policies.PostsAppoint), Kind: "appointment", Object: a.ID,
		Detail: map[string]any{"post": a.PostID, "holder": a.HolderID, "from": a.FromOn, "until": a.UntilOn, "reason": reason},
	})
	o.tx.Emit(events.PersonAppointed{AppointmentID: a.ID, PostID: a.PostID, Tenant: a.TenantID, Holder: a.HolderID})
	return nil
}

// Remove (撤销岗位) ends an appointment. It returns Invalid, NotFound,
// Precondition (org_already_removed) or Forbidden with the policy's reason.
func (s *Service) Remove(ctx context.Context, appointmentID, reason string) error {
	bad := map[string]string{}
	reason = checkReason(bad, reason)
	if err := fault.InvalidFields(bad); err != nil {
		return err
	}
	return s.act(ctx, func(ctx context.Context, o office) error {
		a, err := o.appointment(ctx, appointmentID)
		if err != nil {
			return err
		}
		if !o.asker.Over.Contains(a.TenantID) {
			return notFound()
		}
		if err := s.authz.Allow(ctx, policies.PostsRemove, policies.Resource{"tenant": a.TenantID}); err != nil {
			return err
		}
		if err := o.bound(ctx); err != nil {
			return err
		}
		done, err := o.endAppointment(ctx, a, o.asker.Actor.Name, reason)
		if err != nil {
			return err
		}
		if !done {
			return fault.New(fault.Precondition, "org_already_removed")
		}
		o.recordRemoved(fallen{a.TenantID, a.ID, a.HolderID, a.PostID}, "", reason)
		return nil
	})
}
