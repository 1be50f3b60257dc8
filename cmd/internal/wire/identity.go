package wire

import (
	"context"

	"liandong/modules/org"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

// people answers org out of the identity provider.
type people struct {
	*identity.Client

	ids identity.Identifiers
}

func (p people) Find(ctx context.Context, loginOrPhone string) (org.Staffer, error) {
	id, err := p.Client.Find(ctx, p.ids.Normalise(loginOrPhone))
	if err != nil {
		return org.Staffer{}, err
	}
	return staffer(id)
}

func (p people) Get(ctx context.Context, id string) (org.Staffer, error) {
	found, err := p.Client.Get(ctx, id)
	if err != nil {
		return org.Staffer{}, err
	}
	return staffer(found)
}

func (p people) Create(ctx context.Context, n org.NewStaffer) (org.Staffer, error) {
	id, err := p.CreateStaff(ctx, identity.NewIdentity{Schema: identity.SchemaStaff, Login: n.Login, Name: n.Name, Phone: n.Phone, Password: n.Password})
	if err != nil {
		return org.Staffer{}, err
	}
	return p.Get(ctx, id)
}

// staffer is id as org knows it; citizens are nobody there.
func staffer(id identity.Identity) (org.Staffer, error) {
	if id.Schema != identity.SchemaStaff {
		return org.Staffer{}, fault.New(fault.NotFound, "identity_not_found")
	}
	return org.Staffer{ID: id.ID, Login: id.Login, Name: id.Name, Phone: id.Phone, Active: id.Active}, nil
}
