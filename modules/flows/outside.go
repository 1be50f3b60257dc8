package flows

import (
	"context"
	"slices"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	tenants "liandong/tenancy/tree"
)

// problems are what keeps d from being published by a tenant.
func (s *Service) problems(ctx context.Context, tx *db.Tx, tenant tenancy.ID, d *Definition, promisedDays int) ([]Problem, error) {
	out, err := outside(ctx, tx, tenant, d)
	return append(d.Check(s.check(promisedDays)), out...), err
}

// outside are the steps that name a tenant which no case of the item can come to: cases climb
// from where they are filed, and whoever is not above that place does not see them. What a
// tenant publishes is filed at it or below, so that the one that is named stands above, is it
// or stands below. Where exactly a case is filed is asked when it gets there: see [Step.Tenant].
func outside(ctx context.Context, tx *db.Tx, tenant tenancy.ID, d *Definition) (out []Problem, err error) {
	var own []tenants.Node
	for _, n := range d.everyNode() {
		for _, ref := range n.named() {
			if own == nil {
				if own, err = tenants.In(tx).Ancestors(ctx, tenant); err != nil {
					return nil, err
				}
			}
			ok, err := related(ctx, tx, own, ref)
			if err != nil {
				return nil, err
			}
			if !ok {
				out = append(out, n.problem(RuleTenantOutside, ref))
			}
		}
	}
	return out, nil
}

// named are the labels of the tenants that a step names.
func (n *node) named() []string {
	switch {
	case n.kind != task:
		return nil
	case n.many != nil && n.many.Over == "tenants":
		return n.many.Values.All()
	case n.step.Level == Named && n.step.TenantRef != "":
		return []string{n.step.TenantRef}
	}
	return nil
}

// related reports whether a named tenant is on the way down to own's last, or below that.
func related(ctx context.Context, tx *db.Tx, own []tenants.Node, ref string) (bool, error) {
	id, err := parseTenant(ref)
	if err != nil {
		return true, nil //nolint:nilerr // that it is no label is told as such
	}
	if slices.ContainsFunc(own, func(n tenants.Node) bool { return n.ID == id && n.ID != tenancy.Platform }) {
		return true, nil
	}
	theirs, err := tenants.In(tx).Ancestors(ctx, id)
	if fault.KindOf(err) == fault.NotFound { // theirs is empty
		err = nil
	}
	at := own[len(own)-1].ID
	return slices.ContainsFunc(theirs, func(n tenants.Node) bool { return n.ID == at }), err
}
