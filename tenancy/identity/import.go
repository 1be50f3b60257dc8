package identity

import (
	"context"
	"fmt"
	"net/http"

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
	var places []int
	for i, n := range some {
		out[i].External = n.External()
		if out[i].Err = n.check(); out[i].Err != nil {
			continue
		}
		if _, twice := first[n.External()]; !twice {
			first[n.External()] = i
			places = append(places, i)
		}
	}
	for len(places) > 0 {
		again, err := c.patch(ctx, some, places, out)
		if err != nil {
			return nil, err
		}
		places = again
	}
	for i := range out { // what stood twice in the batch is one identity
		if f, ok := first[out[i].External]; ok && f != i {
			out[i].ID, out[i].Err = out[f].ID, out[f].Err
		}
	}
	return out, nil
}

// patch sends the identities at places and fills their outcomes. One clash makes
// Kratos 1.3.1 roll the whole batch back while it still reports the others as
// created; again names those, and is shorter than places.
func (c *Client) patch(ctx context.Context, some []NewIdentity, places []int, out []Imported) (again []int, err error) {
	patches := make([]ory.IdentityPatch, len(places))
	for k, i := range places {
		patches[k].SetCreate(some[i].body())
	}
	body := ory.NewPatchIdentitiesBody()
	body.SetIdentities(patches)
	got, res, err := c.admin.IdentityAPI.BatchPatchIdentities(ctx).PatchIdentitiesBody(*body).Execute()
	if err := failure("import identities", res, err); err != nil {
		return nil, err
	}
	if len(got.Identities) != len(places) {
		err := fmt.Errorf("import identities: %d sent, %d answered", len(places), len(got.Identities))
		return nil, fault.New(fault.Internal, "internal").Because(err)
	}
	var made []int
	for k, r := range got.Identities {
		o := &out[places[k]]
		if r.GetAction() == "create" {
			o.ID, o.Created = r.GetIdentity(), true
			made = append(made, places[k])
		} else if err := c.refused(ctx, o, r.Error); err != nil {
			return nil, err
		}
	}
	if len(made) == 0 || len(made) == len(places) {
		return nil, nil
	}
	return c.rolledBack(ctx, made, out)
}

// rolledBack returns made if Kratos did not keep them: all or none stand.
func (c *Client) rolledBack(ctx context.Context, made []int, out []Imported) ([]int, error) {
	_, err := c.Get(ctx, out[made[0]].ID)
	if err == nil {
		return nil, nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	for _, i := range made {
		out[i] = Imported{External: out[i].External}
	}
	return made, nil
}

// refused fills the outcome of an identity that Kratos did not make, why being
// its error: one that is there already, one that clashes, or one that is malformed.
func (c *Client) refused(ctx context.Context, o *Imported, why any) error {
	if m, _ := why.(map[string]any); m["code"] == float64(http.StatusBadRequest) {
		o.Err = fault.New(fault.Invalid, keyRefused).Because(fmt.Errorf("import identity: %v", m["reason"]))
		return nil
	}
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
