package policies_test

import (
	"slices"
	"testing"

	"liandong/policies"
	"liandong/tenancy"
)

// A small tree: one league, two counties, a town with a village, and the
// person who applies. The digits are those of real divisions.
const (
	league      tenancy.ID = 152500000000000
	county      tenancy.ID = 152502000000000
	otherCounty tenancy.ID = 152522000000000
	town        tenancy.ID = 152502100000000
	village     tenancy.ID = 152502100201000
)

const (
	actorID   = "11111111-1111-4111-8111-111111111111"
	otherID   = "22222222-2222-4222-8222-222222222222"
	subjectID = "33333333-3333-4333-8333-333333333333"
)

// interval is the subtree of a node of the small tree.
func interval(id tenancy.ID) tenancy.Interval {
	span := map[tenancy.ID]tenancy.ID{league: 1e11, county: 1e9, otherCounty: 1e9, town: 1e6, village: 1e3}
	return tenancy.Interval{Lo: id, Hi: id + span[id] - 1}
}

func ancestors(id tenancy.ID) []tenancy.ID {
	out := []tenancy.ID{tenancy.Platform}
	for _, up := range []tenancy.ID{league, county, otherCounty, town, village} {
		if interval(up).Contains(id) {
			out = append(out, up)
		}
	}
	return out
}

func staff(at tenancy.ID, roles ...string) tenancy.Scope {
	return tenancy.Scope{Tenant: at, Over: interval(at), Ancestors: ancestors(at), Actor: tenancy.Actor{
		Kind: tenancy.Staff, ID: actorID, Roles: roles,
	}}
}

func person(id string) tenancy.Scope {
	return tenancy.Scope{Tenant: town, Ancestors: ancestors(town), Actor: tenancy.Actor{Kind: tenancy.Person, ID: id}}
}

func public() tenancy.Scope {
	return tenancy.Scope{Tenant: town, Ancestors: ancestors(town), Actor: tenancy.Actor{Kind: tenancy.Public}}
}

func engine(t testing.TB) *policies.Engine {
	t.Helper()
	e, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sample is the most favourable case of an action on something of tenant at,
// for an actor in role: whoever is refused here is refused for who and where
// she is, not for the state of the thing.
func sample(a policies.Action, at tenancy.ID, role string) policies.Resource {
	over := interval(at)
	post := policies.Clerk
	if slices.Contains([]string{policies.Clerk, policies.Reviewer, policies.Decider}, role) {
		post = role
	}
	r := policies.Resource{
		"tenant": at, "subject": subjectID, "published": false, "on_behalf": true,
		"at_tenant": at, "at_name": "某单位", "step_post": post, "step_kind": "review", "open": true,
		"accepted_by": otherID, "filed_by_actor": false, "author_id": otherID, "state": "draft", "passed_by": []string{subjectID}, "department": "", "departments": []string{"name"},
		"fields": []string{"notes"}, "promised_days": 5, "inherited_days": 10, "added_materials": 0,
		"over_lo": over.Lo, "over_hi": over.Hi, "lo": over.Lo, "hi": over.Hi, "tier": 2,
		"roles": []string{policies.Clerk}, "holder_id": otherID, "holder_roles": []string{},
		"kind": "instant", "loosen": false, "issuer_tenant": at, "answered_by": otherID, "simulator": true, "right": "full",
	}
	switch a {
	case policies.CasesAccept, policies.CasesReject:
		r["step_kind"], r["step_post"] = "accept", policies.Clerk
	case policies.CasesHandle:
		r["step_post"] = policies.Reviewer
	case policies.CasesDecide:
		r["step_kind"], r["step_post"] = "decide", policies.Decider
	case policies.AbsencesRecord:
		r["holder_id"], r["holder_roles"] = actorID, []string{policies.Clerk}
	case policies.CasesReopen, policies.CasesArchive:
		r["open"] = false
	case policies.CasesDeliver:
		r["step_kind"], r["open"] = "deliver", false
	}
	if role == applicant {
		r["on_behalf"] = false
	}
	if role == anyone {
		r["published"] = true
	}
	return r
}

// Columns of the matrix that are no staff role.
const applicant, anyone = "applicant", "anyone"
