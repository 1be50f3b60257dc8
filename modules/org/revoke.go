package org

import (
	"context"

	"liandong/modules/org/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Revoke takes a grant back, with every grant and appointment that hangs on it,
// and says how many fell. It returns Invalid, NotFound, Precondition
// (org_already_revoked) or Forbidden with the policy's reason.
func (s *Service) Revoke(ctx context.Context, grantID, reason string) (grants, appointments int, err error) {
	bad := map[string]string{}
	reason = checkReason(bad, reason)
	if err := fault.InvalidFields(bad); err != nil {
		return 0, 0, err
	}
	err = s.act(ctx, func(ctx context.Context, o office) error {
		g, err := o.mine(ctx, grantID)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.GrantsRevoke, g.facts()); err != nil {
			return err
		}
		if g.RevokedAt != nil {
			return fault.New(fault.Precondition, "org_already_revoked")
		}
		if err := o.bound(ctx); err != nil {
			return err
		}
		grants, appointments, err = o.fell(ctx, g, reason)
		return err
	})
	return grants, appointments, err
}

// mine is a grant that the actor sees; any other is NotFound.
func (o office) mine(ctx context.Context, id string) (Grant, error) {
	g, err := o.grant(ctx, id)
	if err == nil && !o.asker.Over.Contains(g.TenantID) {
		err = notFound()
	}
	return g, err
}

// fell marks g and all below it.
func (o office) fell(ctx context.Context, g Grant, reason string) (grants, appointments int, err error) {
	by := o.asker.Actor.Name
	for {
		rows, err := o.revokeGrants(ctx, g.ID, by, reason)
		if err != nil {
			return grants, 0, err
		}
		if len(rows) == 0 {
			break
		}
		grants += len(rows)
		for _, r := range rows {
			o.tx.Record(db.Audit{
				Tenant: r.TenantID, Action: string(policies.GrantsRevoke), Kind: "grant", Object: r.ID,
				Detail: map[string]any{"with": g.ID, "holder": r.HolderID, "reason": reason},
			})
			o.tx.Emit(events.GrantRevoked{GrantID: r.ID, Tenant: r.TenantID, Holder: r.HolderID, With: other(g.ID, r.ID)})
		}
	}
	rows, err := o.revokeAppointments(ctx, g.ID, by, reason)
	for _, r := range rows {
		o.recordRemoved(r, g.ID, reason)
	}
	return grants, len(rows), err
}

// other is the id of the grant that pulled another one down.
func other(top, id string) string {
	if top == id {
		return ""
	}
	return top
}

func (o office) recordRemoved(r fallen, with, reason string) {
	o.tx.Record(db.Audit{
		Tenant: r.TenantID, Action: string(policies.PostsRemove), Kind: "appointment", Object: r.ID,
		Detail: map[string]any{"with": with, "post": r.PostID, "holder": r.HolderID, "reason": reason},
	})
	o.tx.Emit(events.PersonRemoved{AppointmentID: r.ID, PostID: r.PostID, Tenant: r.TenantID, Holder: r.HolderID, With: with})
}
