package wire

import (
	"context"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Operator is ctx of whoever runs the servers: a job that may do anything in any tree.
func Operator(ctx context.Context) context.Context {
	return tenancy.With(ctx, tenancy.Scope{
		Tenant: tenancy.Platform, Over: tenancy.Whole(), Ancestors: []tenancy.ID{tenancy.Platform},
		Actor: tenancy.Actor{Kind: tenancy.System, Name: "operator"}, RequestID: db.NewID(),
	})
}
