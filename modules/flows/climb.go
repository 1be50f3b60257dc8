package flows

import (
	"slices"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Node is one tenant (租户) on the way from the origin of a case up to the root.
type Node struct {
	ID    tenancy.ID
	Level string // as the tenant tree names it: village, township, county, league, city, …
}

// Climb finds the tenant that a relative level means for a case born in origin. ancestors
// stand as in tenancy.Scope, root first and nearest last; the platform and the origin itself
// may be among them and are passed over. A level that the chain does not have is a
// Precondition: the case cannot go there.
func Climb(level Level, origin Node, ancestors []Node) (tenancy.ID, error) {
	switch level {
	case Own, Origin:
		return origin.ID, nil
	case Parent:
		return nearest(ancestors, level, func(n Node) bool { return n.ID != origin.ID })
	case Township, County, League:
		return nearest(append(slices.Clip(ancestors), origin), level, level.means)
	case Named: // only the step knows which: see Step.Tenant
	}
	return 0, absent(level)
}

// Tenant finds the tenant that handles the step for a case born in origin; see Climb. One that is
// named must be on the chain as well, or nobody there would see the case: else Precondition
// (flow_tenant_outside).
func (s Step) Tenant(origin Node, ancestors []Node) (tenancy.ID, error) {
	if s.Level != Named {
		return Climb(s.Level, origin, ancestors)
	}
	id, err := parseTenant(s.TenantRef)
	if err != nil {
		return 0, absent(s.Level).Because(err)
	}
	if id == tenancy.Platform || !slices.ContainsFunc(append(slices.Clip(ancestors), origin), func(n Node) bool { return n.ID == id }) {
		return 0, fault.New(fault.Precondition, RuleTenantOutside)
	}
	return id, nil
}

// nearest takes the last node of the chain that fits; the platform is no place to work.
func nearest(chain []Node, level Level, fits func(Node) bool) (tenancy.ID, error) {
	for _, n := range slices.Backward(chain) {
		if n.ID != tenancy.Platform && fits(n) {
			return n.ID, nil
		}
	}
	return 0, absent(level)
}

// means reports whether l stands for n. A league and a city are the same tier of the tree.
func (l Level) means(n Node) bool {
	return string(l) == n.Level || l == League && n.Level == "city"
}

func absent(level Level) *fault.Error {
	return fault.New(fault.Precondition, "flow_level_absent").With(string(level))
}
