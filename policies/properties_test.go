package policies_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/policies"
	"liandong/tenancy"
)

var officers = []string{policies.SystemAdmin, policies.SecurityAdmin, policies.AuditAdmin}

func roleKeys(t *testing.T) []string {
	t.Helper()
	terms, err := policies.Roles()
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(terms))
	for i, term := range terms {
		keys[i] = term.Key
	}
	return keys
}

// someInterval draws the label of a node and an interval around or below it,
// on a tree small enough that hits are frequent.
func someInterval(t *rapid.T, label string) (tenancy.ID, tenancy.Interval) {
	lo := tenancy.ID(rapid.Int64Range(0, 15).Draw(t, label+" lo"))
	hi := tenancy.ID(rapid.Int64Range(0, 15).Draw(t, label+" hi"))
	at := tenancy.ID(rapid.Int64Range(0, 15).Draw(t, label))
	return at + league, tenancy.Interval{Lo: lo + league, Hi: hi + league}
}

// TestGrantsOnlyNarrow delegates at random, each accepted grant becoming the
// next administrator's own: nothing ever gets wider, and no fourth tier exists.
func TestGrantsOnlyNarrow(t *testing.T) {
	t.Parallel()
	e, roles := engine(t), roleKeys(t)
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		root := tenancy.Grant{Tier: 1, Over: tenancy.Interval{Lo: league, Hi: league + 15}, Roles: roles}
		held := []tenancy.Grant{root}
		for range rapid.IntRange(1, 12).Draw(t, "delegations") {
			from := rapid.SampledFrom(held).Draw(t, "from")
			at, over := someInterval(t, "target")
			tier := rapid.IntRange(0, 5).Draw(t, "tier")
			handed := rapid.SliceOfDistinct(rapid.SampledFrom(roles), rapid.ID).Draw(t, "roles")
			has := rapid.SliceOfN(rapid.SampledFrom(roles), 0, 2).Draw(t, "holder roles")
			s := staff(from.Over.Lo, policies.Admin)
			s.Over, s.Actor.Grants = from.Over, []tenancy.Grant{from}
			if e.Allow(tenancy.With(t.Context(), s), policies.GrantsAppoint, policies.Resource{
				"tenant": at, "over_lo": over.Lo, "over_hi": over.Hi, "tier": tier,
				"roles": handed, "holder_id": otherID, "holder_roles": has,
			}) != nil {
				continue
			}
			accepted++
			if tier > 3 || tier != from.Tier+1 {
				t.Fatalf("tier %d delegated tier %d", from.Tier, tier)
			}
			if !from.Over.Covers(over) || from.Over == over || !over.Contains(at) || at == s.Tenant {
				t.Fatalf("%v delegated %v at %v", from.Over, over, at)
			}
			three := map[string]bool{}
			for _, r := range slices.Concat(handed, has) {
				if slices.Contains(officers, r) {
					three[r] = true
				}
			}
			if len(three) > 1 {
				t.Fatalf("holder of %v was handed %v", has, handed)
			}
			for _, r := range handed {
				if !slices.Contains(from.Roles, r) {
					t.Fatalf("%v delegated %s", from.Roles, r)
				}
			}
			held = append(held, tenancy.Grant{Tier: tier, Over: over, Roles: handed})
		}
	})
	if accepted == 0 {
		t.Error("no delegation was ever accepted: the property was not tried")
	}
}

// TestFourthTierIsAlwaysRefused, whatever grants the actor claims to hold.
func TestFourthTierIsAlwaysRefused(t *testing.T) {
	t.Parallel()
	e, roles := engine(t), roleKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		s := staff(league, roles[3:]...)
		for range rapid.IntRange(0, 4).Draw(t, "grants") {
			_, over := someInterval(t, "grant")
			s.Actor.Grants = append(s.Actor.Grants, tenancy.Grant{
				Tier: rapid.IntRange(-2, 9).Draw(t, "own tier"), Over: over, Roles: roles,
			})
		}
		at, over := someInterval(t, "target")
		d := e.Explain(tenancy.With(t.Context(), s), policies.GrantsAppoint, policies.Resource{
			"tenant": at, "over_lo": over.Lo, "over_hi": over.Hi, "tier": rapid.IntRange(4, 9).Draw(t, "tier"),
			"roles": []string{policies.Clerk}, "holder_id": otherID, "holder_roles": []string{},
		})
		if d.Allow || !strings.Contains(strings.Join(d.Reasons, ""), "授权最多三级") {
			t.Fatalf("got %+v", d)
		}
	})
}

// sentence is what a refusal must be: why, then what to do next.
var sentence = regexp.MustCompile(`^[^。]+。[^。]+。$`)

// anyFact draws a fact of the right name and often of the wrong type.
func anyFact(t *rapid.T, label string) any {
	return rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any](true), rapid.Just[any](false), rapid.Just[any](""),
		rapid.SampledFrom([]any{
			actorID, otherID, subjectID, "draft", "accept", "review", "decide", policies.Clerk, policies.Decider,
			league, county, town, otherCounty, 0, 1, 2, 3, 4, 1.5,
			map[string]any{"a": 1},
			[]string{},
			[]string{"name"},
			[]string{policies.Clerk},
			[]string{"system_admin", "audit_admin"},
			[]tenancy.ID{county},
		}),
	).Draw(t, label)
}

// TestEveryRefusalSaysWhy asks everything of everybody with facts that may be
// right, wrong or missing. It also holds the outer bounds of the law.
func TestEveryRefusalSaysWhy(t *testing.T) {
	t.Parallel()
	e, roles := engine(t), roleKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(policies.Actions()).Draw(t, "action")
		r := sample(a, rapid.SampledFrom([]tenancy.ID{league, county, town, otherCounty}).Draw(t, "at"), rapid.SampledFrom(roles).Draw(t, "role"))
		keys := slices.Sorted(maps.Keys(r))
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 0, 4).Draw(t, "changed") {
			r[k] = anyFact(t, k)
		}
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 0, 1).Draw(t, "missing") {
			delete(r, k)
		}
		s := somebody(t, roles)
		d := e.Explain(tenancy.With(t.Context(), s), a, r)
		if d.Allow != (len(d.Reasons) == 0) {
			t.Fatalf("%+v", d)
		}
		for _, reason := range d.Reasons {
			if !sentence.MatchString(reason) || strings.Contains(reason, "%!") {
				t.Fatalf("%s: reason %q", d.Rule, reason)
			}
		}
		if strings.HasSuffix(d.Rule, "/!not_foreseen") {
			t.Fatalf("%s of %+v to %v is refused without a reason of its own", a, s.Actor, r)
		}
		if d.Allow && s.Actor.Kind == tenancy.Public && r["published"] != true {
			t.Fatalf("anybody may %s what is not published", a)
		}
		if again := e.Explain(tenancy.With(t.Context(), s), a, r); !slices.Equal(again.Reasons, d.Reasons) || again.Rule != d.Rule {
			t.Fatalf("the same question was answered %+v, then %+v", d, again)
		}
	})
}

func somebody(t *rapid.T, roles []string) tenancy.Scope {
	place := rapid.SampledFrom([]tenancy.ID{league, county, town}).Draw(t, "stands in")
	s := staff(place, rapid.SliceOfN(rapid.SampledFrom(roles), 0, 3).Draw(t, "roles")...)
	switch kind := rapid.SampledFrom([]tenancy.Kind{tenancy.Staff, tenancy.Staff, tenancy.Person, tenancy.Public, tenancy.System}).Draw(t, "kind"); kind {
	case tenancy.Person:
		return person(rapid.SampledFrom([]string{subjectID, otherID}).Draw(t, "id"))
	case tenancy.Public:
		return public()
	case tenancy.Staff, tenancy.System:
		s.Actor.Kind = kind
	}
	s.Actor.AAL2 = rapid.Bool().Draw(t, "aal2")
	for range rapid.IntRange(0, 2).Draw(t, "grants") {
		over := interval(rapid.SampledFrom([]tenancy.ID{league, county, otherCounty}).Draw(t, "grant"))
		s.Actor.Grants = append(s.Actor.Grants, tenancy.Grant{
			Tier: rapid.IntRange(1, 3).Draw(t, "own tier"), Over: over, Roles: rapid.SliceOf(rapid.SampledFrom(roles)).Draw(t, "may hand on"),
		})
	}
	return s
}
