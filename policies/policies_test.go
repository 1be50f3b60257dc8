package policies_test

import (
	"testing"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

func TestClerkAcceptsWhereTheCaseStands(t *testing.T) {
	t.Parallel()
	e, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const town, county tenancy.ID = 152502100000000, 152502000000000
	clerk := func(at tenancy.ID) tenancy.Scope {
		return tenancy.Scope{Tenant: at, Over: tenancy.Interval{Lo: at, Hi: 152502999999999}, Actor: tenancy.Actor{
			Kind: tenancy.Staff, ID: "a", Roles: []string{policies.Clerk},
		}}
	}
	step := policies.Resource{
		"at_tenant": town, "at_name": "白音锡勒镇", "step_post": policies.Clerk, "step_kind": "accept", "open": true,
	}
	if err := e.Allow(tenancy.With(t.Context(), clerk(town)), policies.CasesAccept, step); err != nil {
		t.Fatalf("clerk of the town: %v", err)
	}
	err = e.Allow(tenancy.With(t.Context(), clerk(county)), policies.CasesAccept, step)
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Forbidden || f.Text != "forbidden" {
		t.Fatalf("clerk of the county above: got %v", err)
	}
	if want := "办件现在在白音锡勒镇，上级可以查看但不能操作。可以催办或督办，由该处工作人员办理。"; f.Detail != want {
		t.Errorf("reason = %q, want %q", f.Detail, want)
	}
}
