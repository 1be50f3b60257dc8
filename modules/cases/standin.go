package cases

import (
	"slices"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
)

// fallsTo reports whether a visit is work of the actor's; [hers] asks the same of the database,
// and policy the same of an act.
func (v *StepRecord) fallsTo(sc tenancy.Scope) bool {
	if v.Work == workTimer || v.AtTenant != sc.Tenant || v.Kind == ForApplicant {
		return false
	}
	a := sc.Actor
	return v.own(sc) || v.Substitute != "" && (v.Substitute == a.ID || a.Has(v.Substitute)) || slices.ContainsFunc(a.StandsInFor, v.fallsToAway)
}

// own reports whether a visit falls to the actor by her own post, or was given to her.
func (v *StepRecord) own(sc tenancy.Scope) bool {
	a := sc.Actor
	return a.Has(v.Post) && (v.AssigneeID == "" || v.AssigneeID == a.ID) && (v.Department == "" || slices.Contains(a.Posted, v.Department))
}

// fallsToAway reports whether a visit falls to somebody who is away.
func (v *StepRecord) fallsToAway(a tenancy.Away) bool {
	return v.AssigneeID == a.ID || v.AssigneeID == "" && slices.Contains(a.Roles, v.Post) && (v.Department == "" || slices.Contains(a.Posted, v.Department))
}

// standIn (代办) is in whose place the actor acts at a visit: of somebody who is away, or of
// whom a step was given to that names the actor as the substitute; empty when it is her own work.
func (v *StepRecord) standIn(sc tenancy.Scope) (id, name string) {
	a := sc.Actor
	if a.Kind != tenancy.Staff || v.own(sc) {
		return "", ""
	}
	if i := slices.IndexFunc(a.StandsInFor, v.fallsToAway); i >= 0 {
		return a.StandsInFor[i].ID, a.StandsInFor[i].Name
	}
	if v.Substitute != "" && (v.Substitute == a.ID || a.Has(v.Substitute)) && v.AssigneeID != a.ID {
		return v.AssigneeID, v.AssigneeName
	}
	return "", ""
}

// away narrows a lot, as an alternative to what is the actor's own, to what falls to somebody
// for whom she stands in.
func away(sc tenancy.Scope, sel *bun.SelectQuery, table, step string) *bun.SelectQuery {
	for _, a := range sc.Actor.StandsInFor {
		sel = sel.WhereOr("(? = ? OR ? = '' AND ? IN (?) AND ? IN (?))", bun.Safe(table+"assignee_id"), a.ID, bun.Safe(table+"assignee_id"),
			bun.Safe(table+step+"post"), bun.List(append([]string{noRole}, a.Roles...)), bun.Safe(table+step+"department"), bun.List(append([]string{""}, a.Posted...)))
	}
	return sel
}

// ofHolder reports whether an act is one of whoever holds the step, and not of the head of an
// office or of a superior in their own right.
func ofHolder(a policies.Action) bool {
	return !slices.Contains([]policies.Action{policies.CasesApprove, policies.CasesSuspend, policies.CasesVoid, policies.CasesReopen, policies.CasesArchive, policies.CasesTransfer, policies.CasesMigrate}, a)
}
