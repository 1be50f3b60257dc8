package identity

import (
	"context"
	"fmt"

	ory "github.com/ory/kratos-client-go"

	"liandong/tenancy/fault"
)

// importBatch is how many identities one call carries; Kratos takes 2000 with
// hashes given, at about 270 a second.
const importBatch = 500

// Imported is the outcome for one identity of an import.
type Imported struct {
	External string
	ID       string
	Created  bool  // false: it was there already and was not touched
	Err      error // a fault; ID is then empty
}

// Import makes identities in bulk and returns one outcome for each, in order. An
// identity whose External identifier exists already is returned as it is, so that
// an import may be repeated; one that clashes by phone with somebody else fails
// with Conflict identity_taken. err is for what stopped the import as a whole:
// the outcomes before it stand.
func (c *Client) Import(ctx context.Context, all []NewIdentity) (done []Imported, err error) {
	for len(all) > 0 {
		n := min(importBatch, len(all))
		out, err := c.importSome(ctx, all[:n])
		if err != nil {
			return done, err
		}
		done, all = append(done, out...), all[n:]
	}
	return done, nil
}

func (c *Client) importSome(ctx context.Context, some []NewIdentity) ([]Imported, error) {
	out := make([]Imported, len(some))
	first := map[string]int{} // external identifier → its first place
	var patches []ory.IdentityPatch
	var places []int
	for i, n := range some {
		out[i].External = n.External()
		if out[i].Err = n.check(); out[i].Err != nil {
			continue
		}
		if _, twice := first[n.External()]; twice {
			continue
		}
		first[n.External()] = i
		p := ory.NewIdentityPatch()
		p.SetCreate(n.body())
		patches, places = append(patches, *p), append(places, i)
	}
	if err := c.patch(ctx, patches, places, out); err != nil {
		return nil, err
	}
	for i := range out { // what stood twice in the batch is one identity
		if f, ok := first[out[i].External]; ok && f != i {
			out[i].ID, out[i].Err = out[f].ID, out[f].Err
		}
	}
	return out, nil
}

func (c *Client) patch(ctx context.Context, patches []ory.IdentityPatch, places []int, out []Imported) error {
	if len(patches) == 0 {
		return nil
	}
	body := ory.NewPatchIdentitiesBody()
	body.SetIdentities(patches)
	got, res, err := c.admin.IdentityAPI.BatchPatchIdentities(ctx).PatchIdentitiesBody(*body).Execute()
	if err := failure("import identities", res, err); err != nil {
		return err
	}
	if len(got.Identities) != len(places) {
		return fault.New(fault.Internal, "internal").Because(fmt.Errorf("import identities: %d sent, %d answered", len(places), len(got.Identities)))
	}
	for k, r := range got.Identities {
		o := &out[places[k]]
		if r.GetAction() == "create" {
			o.ID, o.Created = r.GetIdentity(), true
		} else if err := c.existing(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// existing fills the outcome of an identity that Kratos refused to make.
func (c *Client) existing(ctx context.Context, o *Imported) error {
	i, err := c.Find(ctx, o.External)
	switch {
	case err == nil:
		o.ID = i.ID
	case fault.KindOf(err) == fault.NotFound:
		o.Err = fault.New(fault.Conflict, keyTaken)
	default:
		return err
	}
	return nil
}
