package org

import (
	"context"
	"strings"

	"liandong/modules/org/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Appointing is a grant as an administrator's form gives it.
type Appointing struct {
	Tenant   tenancy.ID
	HolderID string
	Roles    []string // what the holder may hand on
	FromOn   string   // 2006-01-02; empty: today
	UntilOn  string   // empty: as long as the grant above
	Reason   string
	Key      string // idempotency
}

func (in Appointing) check() (Appointing, error) {
	bad := map[string]string{}
	var problem string
	if in.Roles, problem = cleanRoles(in.Roles); problem != "" {
		bad["roles"] = problem
	}
	in.Reason = checkReason(bad, in.Reason)
	return in, fault.InvalidFields(bad)
}

// Appoint gives somebody the administration of a tenant below the actor's own,
// one tier below her grant. It returns Invalid, NotFound, Conflict
// (org_grant_exists) or Forbidden with the policy's reason.
func (s *Service) Appoint(ctx context.Context, in Appointing) (g Grant, err error) {
	if in, err = in.check(); err != nil {
		return g, err
	}
	who, err := s.holder(ctx, in.HolderID)
	if err != nil {
		return g, err
	}
	err = s.act(ctx, func(ctx context.Context, o office) error {
		id, err := o.tx.Once(ctx, "grant", in.Key, func() (string, error) { return o.give(ctx, in, who) })
		if err != nil {
			return err
		}
		g, err = o.grant(ctx, id)
		return err
	})
	return g, err
}

// holder is who is to be appointed: an active member of staff.
func (s *Service) holder(ctx context.Context, id string) (Staffer, error) {
	if !isUUID(id) {
		return Staffer{}, fault.InvalidField("holder", "org_holder_missing")
	}
	who, err := s.people.Get(ctx, id)
	if err != nil {
		return who, unknown(err)
	}
	if !who.Active {
		return who, fault.InvalidField("holder", "org_person_inactive")
	}
	return who, nil
}

func (o office) give(ctx context.Context, in Appointing, who Staffer) (string, error) {
	at, err := o.place(ctx, in.Tenant)
	if err != nil {
		return "", err
	}
	if err := o.lockHolder(ctx, who.ID); err != nil {
		return "", err
	}
	held, err := o.rolesOf(ctx, who.ID, o.day, "")
	if err != nil {
		return "", err
	}
	if err := o.svc.authz.Allow(ctx, policies.GrantsAppoint, policies.Resource{
		"tenant": at.ID, "over_lo": at.ID, "over_hi": at.Hi,
		"tier": o.tier(), "roles": in.Roles, "holder_id": who.ID, "holder_roles": held,
	}); err != nil {
		return "", err
	}
	if err := o.granted(); err != nil {
		return "", err
	}
	g := o.drawGrant(at, in, who)
	if g.FromOn, g.UntilOn, err = o.term(in.FromOn, in.UntilOn); err != nil {
		return "", err
	}
	return g.ID, o.keepGrant(ctx, g)
}

func (o office) drawGrant(at tree.Node, in Appointing, who Staffer) Grant {
	return Grant{
		TenantID: at.ID, ID: db.NewID(), Hi: at.Hi, Tier: o.tier(), Roles: in.Roles, HolderID: who.ID, HolderName: who.Name,
		ParentTenant: &o.own.TenantID, ParentID: &o.own.ID, GrantedBy: o.asker.Actor.Name, GrantedAt: o.tx.Now, Reason: in.Reason,
	}
}

func (o office) keepGrant(ctx context.Context, g Grant) error {
	if err := o.bound(ctx); err != nil {
		return err
	}
	if err := o.retire(ctx, "grants", g.TenantID, g.HolderID, o.day); err != nil {
		return err
	}
	if err := o.insertGrant(ctx, g); err != nil {
		if db.IsDuplicate(err, "grants_once") {
			return fault.New(fault.Conflict, "org_grant_exists").Because(err)
		}
		return err
	}
	o.recordGrant(g, policies.GrantsAppoint)
	return nil
}

func (s store) recordGrant(g Grant, a policies.Action) {
	s.tx.Record(db.Audit{
		Tenant: g.TenantID, Action: string(a), Kind: "grant", Object: g.ID,
		Detail: map[string]any{"tier": g.Tier, "roles": g.Roles, "holder": g.HolderID, "from": g.FromOn, "until": g.UntilOn, "reason": g.Reason},
	})
	s.tx.EmitIn(s.tx.Scope.Tenant, events.GrantGiven{GrantID: g.ID, Tenant: g.TenantID, Holder: g.HolderID, Tier: g.Tier})
}

// Bootstrap gives somebody the first grant (tier 1) of a tenant, with every role,
// and returns its id; when she holds one there it is returned as it is. It asks
// no policy: setting up a system calls it, never a page.
func (s *Service) Bootstrap(ctx context.Context, tenant tenancy.ID, who Staffer) (id string, err error) {
	scope := whole(tenancy.Actor{Name: "system"})
	scope.Tenant = tenant
	err = s.db.InTx(tenancy.With(ctx, scope), func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if err := st.lockHolder(ctx, who.ID); err != nil {
			return err
		}
		rows, err := st.chains(ctx, who.ID)
		if err != nil {
			return err
		}
		for _, g := range rows {
			if g.HolderID == who.ID && g.TenantID == tenant && g.RevokedAt == nil {
				id = g.ID
				return nil
			}
		}
		id, err = st.first(ctx, tenant, who)
		return err
	})
	return id, err
}

func (s store) first(ctx context.Context, tenant tenancy.ID, who Staffer) (string, error) {
	at, err := tree.In(s.tx).Get(ctx, tenant)
	if err != nil {
		return "", err
	}
	g := Grant{
		TenantID: at.ID, ID: db.NewID(), Hi: at.Hi, Tier: 1, Roles: Assignable(), HolderID: who.ID, HolderName: who.Name,
		FromOn: dayOf(s.tx.Now), GrantedBy: s.tx.Scope.Actor.Name, GrantedAt: s.tx.Now,
	}
	s.recordGrant(g, policies.GrantsAppoint)
	return g.ID, s.insertGrant(ctx, g)
}

// maxText bounds a reason, in characters.
const maxText = 200

func checkReason(bad map[string]string, reason string) string {
	reason = strings.TrimSpace(reason)
	switch n := len([]rune(reason)); {
	case n == 0:
		bad["reason"] = "org_reason_missing"
	case n > maxText:
		bad["reason"] = "org_text_too_long"
	}
	return reason
}

func notFound() error { return fault.New(fault.NotFound, "not_found") }
