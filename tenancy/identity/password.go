package identity

import (
	"context"

	ory "github.com/ory/kratos-client-go"
	"golang.org/x/crypto/bcrypt"

	"liandong/tenancy/fault"
)

// bcryptCost matches what Kratos is configured with, so that it need not hash again.
const bcryptCost = 12

// HashPassword hashes a password the way Kratos does, for Import: about 0.4 s.
func HashPassword(password string) (string, error) {
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcryptCost)
	return string(h), err
}

// ChangePassword replaces the password of the bearer of token after proving the
// old one, and ends all other sessions of that person, whose ids it returns for
// Sessions.End. It fails with Invalid password_old_wrong, password_too_short,
// password_too_similar and the like, or Precondition second_factor_required when
// a second factor is enrolled but not proven in this session.
func (c *Client) ChangePassword(ctx context.Context, token, old, next string) (ended []string, err error) {
	if err := c.Reauthenticate(ctx, token, old); err != nil {
		return nil, err
	}
	if err := c.SetPassword(ctx, token, next); err != nil {
		return nil, err
	}
	return c.EndOthers(ctx, token)
}

// SetPassword gives the bearer of a fresh session a password without asking for
// the old one: the last step of recovery by short message.
func (c *Client) SetPassword(ctx context.Context, token, next string) error {
	f, res, err := c.public.FrontendAPI.CreateNativeSettingsFlow(ctx).XSessionToken(token).Execute()
	if err := sessionFailure("begin password change", res, err); err != nil {
		return err
	}
	m := ory.NewUpdateSettingsFlowWithPasswordMethod("password", next)
	_, res, err = c.public.FrontendAPI.UpdateSettingsFlow(ctx).Flow(f.Id).XSessionToken(token).
		UpdateSettingsFlowBody(ory.UpdateSettingsFlowWithPasswordMethodAsUpdateSettingsFlowBody(m)).Execute()
	return sessionFailure("change password", res, err)
}

// Reauthenticate proves the password again within the same session, as Kratos
// wants before credentials change when the sign-in is older than its privileged
// time. It fails with Invalid password_old_wrong.
func (c *Client) Reauthenticate(ctx context.Context, token, password string) error {
	s, res, err := c.public.FrontendAPI.ToSession(ctx).XSessionToken(token).Execute()
	if err := sessionFailure("who am i", res, err); err != nil {
		return err
	}
	f, res, err := c.public.FrontendAPI.CreateNativeLoginFlow(ctx).Refresh(true).XSessionToken(token).Execute()
	if err := sessionFailure("begin refresh", res, err); err != nil {
		return err
	}
	_, err = c.submitLogin(ctx, f.Id, token, byPassword(traitsOf(s.GetIdentity()).identifier(), password))
	if f, ok := fault.As(err); ok && f.Text == keyLoginFailed {
		return invalid("old", keyOldWrong).Because(err)
	}
	return err
}

func sids(sessions []ory.Session) []string {
	ids := make([]string, 0, len(sessions))
	for _, s := range sessions {
		ids = append(ids, s.Id)
	}
	return ids
}
