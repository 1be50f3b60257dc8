package policies_test

import (
	"testing"

	"liandong/policies"
	"liandong/tenancy"
)

func BenchmarkAllow(b *testing.B) {
	e, err := policies.New(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	chain := []tenancy.Grant{
		{Tier: 2, Over: interval(county), Roles: []string{policies.Clerk}},
		{Tier: 2, Over: interval(otherCounty), Roles: []string{policies.Clerk}},
		{Tier: 1, Over: interval(league), Roles: []string{policies.Clerk, policies.Reviewer, policies.Admin}},
	}
	admin := staff(league)
	admin.Actor.Grants = chain
	for _, bench := range []struct {
		name  string
		scope tenancy.Scope
		a     policies.Action
		r     policies.Resource
	}{
		{"view", staff(county, policies.Reviewer), policies.CasesView, sample(policies.CasesView, town, policies.Reviewer)},
		{"accept", staff(town, policies.Clerk), policies.CasesAccept, sample(policies.CasesAccept, town, policies.Clerk)},
		{"override", staff(town, policies.ItemEditor), policies.ItemsOverride, sample(policies.ItemsOverride, town, policies.ItemEditor)},
		{"appoint", admin, policies.GrantsAppoint, sample(policies.GrantsAppoint, county, policies.Admin)},
		{"refused", staff(county, policies.Clerk), policies.CasesAccept, sample(policies.CasesAccept, town, policies.Clerk)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			ctx := tenancy.With(b.Context(), bench.scope)
			if got := e.Allow(ctx, bench.a, bench.r) == nil; got != (bench.name != "refused") {
				b.Fatalf("allowed = %v", got)
			}
			b.ReportAllocs()
			for b.Loop() {
				_ = e.Allow(ctx, bench.a, bench.r)
			}
		})
	}
}
