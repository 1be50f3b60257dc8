package identity

import (
	"context"

	ory "github.com/ory/kratos-client-go"

	"liandong/tenancy/fault"
)

// Kratos 1.3.1 sends no registration codes by short message. A citizen who
// registers is therefore first an identity that has a phone and no ID number,
// which no door lets in, and becomes a person once she has proven the phone.

// Unfinished reports whether a person has begun to register and not proven her phone.
func (i Identity) Unfinished() bool { return i.Schema == SchemaPerson && i.IDHash == "" }

// StartRegistration sends a code to the phone of a citizen who wants an account.
// Whether she has one already is not told here.
func (c *Client) StartRegistration(ctx context.Context, n NewIdentity) (FlowID, error) {
	_, err := c.Find(ctx, n.Phone)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return "", err
	}
	if err != nil {
		body := NewIdentity{Schema: SchemaPerson, Name: n.Name, Phone: n.Phone}.body()
		_, res, err := c.admin.IdentityAPI.CreateIdentity(ctx).CreateIdentityBody(body).Execute()
		if err := failure("begin registration", res, err); err != nil && fault.KindOf(err) != fault.Conflict {
			return "", err
		}
	}
	return c.StartSMS(ctx, n.Phone)
}

// FinishRegistration makes the account once the code proves the phone, and begins
// its first session. n is the same as at the start, with a password. It fails with
// Invalid code_wrong or code_expired, or Conflict identity_taken: only who proved
// the phone learns that.
func (c *Client) FinishRegistration(ctx context.Context, flow FlowID, n NewIdentity, code string) (Session, error) {
	n.Schema = SchemaPerson
	if err := n.check(); err != nil {
		return Session{}, err
	}
	s, err := c.FinishSMS(ctx, flow, code)
	if err != nil {
		return Session{}, err
	}
	if err := c.adopt(ctx, s, n); err != nil {
		_ = c.Logout(ctx, s.Token) // it opens nothing: see Unfinished
		return Session{}, err
	}
	return c.session(ctx, s.Token)
}

// adopt turns the unfinished identity of s into n.
func (c *Client) adopt(ctx context.Context, s Session, n NewIdentity) error {
	who, err := c.Get(ctx, s.Sub)
	if err != nil {
		return err
	}
	if !who.Unfinished() || who.Phone != n.Phone {
		return fault.New(fault.Conflict, keyTaken)
	}
	var patch []ory.JsonPatch
	for path, value := range map[string]string{"/traits/name": n.Name, "/traits/id_hash": n.IDHash, "/traits/id_sealed": n.IDSealed} {
		p := ory.NewJsonPatch("add", path)
		p.SetValue(value)
		patch = append(patch, *p)
	}
	_, res, err := c.admin.IdentityAPI.PatchIdentity(ctx, s.Sub).JsonPatch(patch).Execute()
	if err := failure("finish registration", res, err); err != nil {
		return err
	}
	return c.ResetPassword(ctx, s.Sub, n.Password)
}

// Applicant is what a citizen types to get an account.
type Applicant struct {
	Name, Phone string // the phone as typed
	Number      string // ID number, checked
	Sealed      string // the same, sealed by the caller
	Password    string // empty at the start
}

// StartRegistration is Client.StartRegistration, counted as StartSMS is.
func (g *Gate) StartRegistration(ctx context.Context, address string, a Applicant) (FlowID, error) {
	return g.send(ctx, address, a.Phone, func(phone string) (FlowID, error) {
		return g.client.StartRegistration(ctx, g.identityOf(a, phone))
	})
}

// FinishRegistration is Client.FinishRegistration with tries at the code counted.
func (g *Gate) FinishRegistration(ctx context.Context, address string, flow FlowID, a Applicant, code string) (Session, error) {
	n := g.identityOf(a, g.ids.Normalise(a.Phone))
	return g.try(ctx, "code", string(flow), address, func() (Session, error) {
		return g.client.FinishRegistration(ctx, flow, n, code)
	})
}

func (g *Gate) identityOf(a Applicant, phone string) NewIdentity {
	return NewIdentity{Name: a.Name, Phone: phone, IDHash: g.ids.HashID(a.Number), IDSealed: a.Sealed, Password: a.Password}
}

// Recover gives whoever proves her phone by the code of StartSMS a new password,
// ends her other sessions and returns the new one with the ids of the ended. It
// fails as FinishSMS and SetPassword do; then nobody stays signed in.
func (g *Gate) Recover(ctx context.Context, address string, flow FlowID, code, next string) (s Session, ended []string, err error) {
	if s, err = g.FinishSMS(ctx, address, flow, code); err != nil {
		return Session{}, nil, err
	}
	if err = g.client.SetPassword(ctx, s.Token, next); err == nil {
		ended, err = g.client.EndOthers(ctx, s.Token)
	}
	if err != nil {
		_ = g.client.Logout(ctx, s.Token) // no browser ever saw its token
		return Session{}, nil, err
	}
	return s, ended, nil
}
