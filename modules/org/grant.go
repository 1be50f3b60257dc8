package org

import (
	"slices"
	"time"

	"liandong/policies"
	"liandong/tenancy"
)

// Tiers is how deep authorisations are handed on.
const Tiers = 3

// Grant (授权) lets its holder administer the subtree of one tenant: appoint to
// posts there, and hand the grant on below itself.
type Grant struct {
	TenantID     tenancy.ID
	ID           string
	Hi           tenancy.ID // end of the tenant's subtree today
	TenantName   string
	TenantCode   string
	Level        string
	Asleep       bool // its tenant is closed, or no longer below the grant above
	Tier         int
	Roles        []string `bun:",array"` // what may be handed on
	HolderID     string
	HolderName   string
	ParentTenant *tenancy.ID
	ParentID     *string
	FromOn       string // 2006-01-02, China
	UntilOn      string // the last day; empty: no end
	GrantedBy    string
	GrantedAt    time.Time
	RevokedAt    *time.Time
	RevokedBy    string
	Reason       string // of the grant; once revoked, of that
}

// Interval is the piece of the tree that the grant covers today.
func (g Grant) Interval() tenancy.Interval { return tenancy.Interval{Lo: g.TenantID, Hi: g.Hi} }

// The states of a grant or an appointment on a day.
const (
	Active  = "active"
	Pending = "pending" // begins later
	Expired = "expired"
	Revoked = "revoked"
	Asleep  = "asleep" // kept, and gives nothing: see Grant.Asleep
)

// StateOn says what the grant by itself is on a day (2006-01-02).
func (g Grant) StateOn(day string) string {
	return stateOn(day, g.FromOn, g.UntilOn, g.RevokedAt != nil, g.Asleep)
}

func stateOn(day, from, until string, revoked, asleep bool) string {
	switch {
	case revoked:
		return Revoked
	case until != "" && until < day:
		return Expired
	case asleep:
		return Asleep
	case day < from:
		return Pending
	}
	return Active
}

// under reports whether g is no wider than p, the grant that it came from.
func (g Grant) under(p Grant) bool {
	return g.Tier == p.Tier+1 && p.Interval().Covers(g.Interval()) && p.Interval() != g.Interval() && within(g.Roles, p.Roles)
}

// effective reports whether g holds on a day: itself and every grant above it.
func (g Grant) effective(above map[string]Grant, day string) bool {
	for range Tiers {
		if g.StateOn(day) != Active {
			return false
		}
		if g.ParentID == nil {
			return g.Tier == 1
		}
		p, ok := above[*g.ParentID]
		if !ok || !g.under(p) {
			return false
		}
		g = p
	}
	return false
}

func (g Grant) scoped() tenancy.Grant {
	return tenancy.Grant{ID: g.ID, Tier: g.Tier, Over: g.Interval(), Roles: g.Roles}
}

// facts is what policy looks at when the grant is taken back.
func (g Grant) facts() policies.Resource {
	return policies.Resource{"over_lo": g.TenantID, "over_hi": g.Hi, "tier": g.Tier}
}

// effectives returns the grants of rows that hold on a day; rows are somebody's
// grants with all those above them.
func effectives(rows []Grant, holder, day string) (held []Grant) {
	byID := make(map[string]Grant, len(rows))
	for _, g := range rows {
		byID[g.ID] = g
	}
	for _, g := range rows {
		if g.HolderID == holder && g.effective(byID, day) {
			held = append(held, g)
		}
	}
	return held
}

func within(roles, of []string) bool {
	for _, r := range roles {
		if !slices.Contains(of, r) {
			return false
		}
	}
	return true
}

// Assignable lists the roles (角色) that posts and grants may carry, in order;
// being administrator comes with a grant and cannot be assigned.
func Assignable() []string {
	return []string{
		policies.SystemAdmin, policies.SecurityAdmin, policies.AuditAdmin, policies.ItemEditor, policies.ItemReviewer,
		policies.Clerk, policies.Reviewer, policies.Decider, policies.Supervisor, policies.OfficeHead, policies.GovernmentHead, policies.SiteEditor,
	}
}

// cleanRoles sorts roles and drops repeated ones; the key says what is wrong.
func cleanRoles(roles []string) (clean []string, problem string) {
	for _, r := range Assignable() {
		if slices.Contains(roles, r) {
			clean = append(clean, r)
		}
	}
	switch {
	case len(clean) == 0:
		return nil, "org_roles_missing"
	case !within(roles, clean):
		return nil, "org_role_unknown"
	}
	return clean, ""
}
