package identity

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"

	ory "github.com/ory/kratos-client-go"

	"liandong/tenancy/fault"
)

// passwordMin is the shortest password in characters, as Kratos is configured:
// its admin API does not check.
const passwordMin = 8

// CreateStaff makes a staff identity and returns its id. It fails with Conflict
// identity_taken, Invalid identity_incomplete, password_too_short, or identity_refused
// when a trait does not fit the schema.
func (c *Client) CreateStaff(ctx context.Context, n NewIdentity) (string, error) {
	n.Schema = SchemaStaff
	return c.create(ctx, n)
}

// CreatePerson makes the identity of a citizen and returns its id; it fails as
// CreateStaff does. The phone is taken as proven by the caller.
func (c *Client) CreatePerson(ctx context.Context, n NewIdentity) (string, error) {
	n.Schema = SchemaPerson
	return c.create(ctx, n)
}

func (c *Client) create(ctx context.Context, n NewIdentity) (string, error) {
	if err := n.check(); err != nil {
		return "", err
	}
	i, res, err := c.admin.IdentityAPI.CreateIdentity(ctx).CreateIdentityBody(n.body()).Execute()
	if res != nil && res.StatusCode == http.StatusBadRequest {
		closeBody(res)
		return "", fault.New(fault.Invalid, keyRefused).Because(fmt.Errorf("create identity: %s", bodyOf(err).said()))
	}
	if err := failure("create identity", res, err); err != nil {
		return "", err
	}
	return i.Id, nil
}

// Find returns the identity that signs in by identifier, normalised already. It
// fails with NotFound identity_not_found.
func (c *Client) Find(ctx context.Context, identifier string) (Identity, error) {
	found, res, err := c.admin.IdentityAPI.ListIdentities(ctx).CredentialsIdentifier(identifier).Execute()
	if err := failure("find identity", res, err); err != nil {
		return Identity{}, err
	}
	if len(found) == 0 {
		return Identity{}, fault.New(fault.NotFound, keyNotFound)
	}
	return identityOf(found[0]), nil
}

// Get returns the identity, TOTP filled in. It fails with NotFound identity_not_found.
func (c *Client) Get(ctx context.Context, id string) (Identity, error) {
	i, res, err := c.admin.IdentityAPI.GetIdentity(ctx, id).Execute()
	if err := failure("get identity", res, err); err != nil {
		return Identity{}, err
	}
	return identityOf(*i), nil
}

// SetActive lets an identity sign in or not. Its running sessions are not touched:
// RevokeSessions ends them.
func (c *Client) SetActive(ctx context.Context, id string, active bool) error {
	state := "inactive"
	if active {
		state = "active"
	}
	return c.set(ctx, id, "/state", state)
}

// SetPhone gives an identity another phone (E.164), proven by the caller. It fails
// with Conflict identity_taken when somebody else signs in by it.
func (c *Client) SetPhone(ctx context.Context, id, phone string) error {
	return c.set(ctx, id, "/traits/phone", phone)
}

func (c *Client) set(ctx context.Context, id, path, value string) error {
	p := ory.NewJsonPatch("add", path) // "add" also replaces: RFC 6902 §4.1
	p.SetValue(value)
	_, res, err := c.admin.IdentityAPI.PatchIdentity(ctx, id).JsonPatch([]ory.JsonPatch{*p}).Execute()
	return failure("set "+path+" of identity", res, err)
}

// ResetPassword gives an identity another password; second factors and sessions
// stay as they are.
func (c *Client) ResetPassword(ctx context.Context, id, password string) error {
	if utf8.RuneCountInString(password) < passwordMin {
		return invalid("password", keyTooShort)
	}
	i, res, err := c.admin.IdentityAPI.GetIdentity(ctx, id).Execute()
	if err := failure("get identity", res, err); err != nil {
		return err
	}
	traits, _ := i.Traits.(map[string]any)
	b := ory.NewUpdateIdentityBody(i.SchemaId, i.GetState(), traits)
	b.MetadataAdmin, b.MetadataPublic = i.MetadataAdmin, i.MetadataPublic
	b.SetCredentials(credentials(password, ""))
	_, res, err = c.admin.IdentityAPI.UpdateIdentity(ctx, id).UpdateIdentityBody(*b).Execute()
	return failure("reset password", res, err)
}

// RemoveTOTP takes a lost second factor away; having none is no error.
func (c *Client) RemoveTOTP(ctx context.Context, id string) error {
	res, err := c.admin.IdentityAPI.DeleteIdentityCredentials(ctx, id, "totp").Execute()
	if err != nil && res != nil && res.StatusCode == http.StatusNotFound {
		closeBody(res)
		return nil
	}
	return failure("remove totp", res, err)
}

// RevokeSessions ends every session of an identity in Kratos and returns their
// ids: pass them to Sessions.End, or their tokens live on for minutes.
func (c *Client) RevokeSessions(ctx context.Context, id string) ([]string, error) {
	running, res, err := c.admin.IdentityAPI.ListIdentitySessions(ctx, id).Active(true).PageSize(250).Execute()
	if err := failure("list sessions", res, err); err != nil {
		return nil, err
	}
	res, err = c.admin.IdentityAPI.DeleteIdentitySessions(ctx, id).Execute()
	if err != nil && res != nil && res.StatusCode == http.StatusNotFound {
		closeBody(res)
		return nil, nil
	}
	return sids(running), failure("end sessions", res, err)
}
