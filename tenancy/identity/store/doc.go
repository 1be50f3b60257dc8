// Package store keeps in PostgreSQL what all servers must agree on about signing
// in: failed tries and sessions that ended early. Both stand at the platform node,
// which no staff role reads, and hold no identifier, only keyed hashes and ids.
package store

import (
	"context"

	"liandong/tenancy"
)

// platform is ctx inside the scope that these tables are read in. It keeps no
// actor: nobody has signed in yet.
func platform(ctx context.Context) context.Context {
	return tenancy.With(ctx, tenancy.Scope{
		Tenant: tenancy.Platform, Over: tenancy.Interval{Lo: tenancy.Platform, Hi: tenancy.Platform},
		Ancestors: []tenancy.ID{tenancy.Platform}, Actor: tenancy.Actor{Kind: tenancy.System, Name: "sign-in"},
	})
}
