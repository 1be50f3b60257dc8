package wire

import (
	"context"
	"strings"

	"liandong/portal-sites/citizen"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
	"liandong/tenancy/seal"
)

// profiles answers the citizen site out of the identity provider.
type profiles struct {
	kratos *identity.Client
	sealer *seal.Sealer
}

func (p profiles) Profile(ctx context.Context, id string) (citizen.Profile, error) {
	who, err := p.kratos.Get(ctx, id)
	if err != nil {
		return citizen.Profile{}, err
	}
	if who.Schema != identity.SchemaPerson {
		return citizen.Profile{}, fault.New(fault.NotFound, "identity_not_found")
	}
	out := citizen.Profile{Name: who.Name, Phone: strings.TrimPrefix(who.Phone, "+86")}
	if who.IDSealed != "" {
		out.Number, err = p.sealer.Open(purposeID, who.IDSealed)
	}
	return out, err
}
