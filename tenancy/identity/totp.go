package identity

import (
	"context"
	"net/url"
	"strings"

	ory "github.com/ory/kratos-client-go"

	"liandong/tenancy/fault"
)

// Enrolment is a second factor on offer, not yet confirmed.
type Enrolment struct {
	Flow   FlowID
	Secret string // Base32, for typing by hand
	URI    string // otpauth://, for a QR code
}

// EnrolTOTP offers the bearer of token a second factor (RFC 6238: SHA-1, 6 digits,
// 30 s). It fails with Conflict totp_already when there is one.
func (c *Client) EnrolTOTP(ctx context.Context, token string) (Enrolment, error) {
	f, res, err := c.public.FrontendAPI.CreateNativeSettingsFlow(ctx).XSessionToken(token).Execute()
	if err := sessionFailure("begin totp enrolment", res, err); err != nil {
		return Enrolment{}, err
	}
	secret := totpSecret(f.Ui.Nodes)
	if secret == "" {
		return Enrolment{}, fault.New(fault.Conflict, keyTOTPAlready)
	}
	return Enrolment{Flow: FlowID(f.Id), Secret: secret, URI: c.otpauth(account(f.Identity), secret)}, nil
}

// Enrolment returns the factor that EnrolTOTP offered, to show it once more after
// a wrong code. It fails with Invalid code_expired when the offer ran out.
func (c *Client) Enrolment(ctx context.Context, token string, flow FlowID) (Enrolment, error) {
	f, res, err := c.public.FrontendAPI.GetSettingsFlow(ctx).Id(string(flow)).XSessionToken(token).Execute()
	if err := staleFlow(sessionFailure("find totp enrolment", res, err)); err != nil {
		return Enrolment{}, err
	}
	secret := totpSecret(f.Ui.Nodes)
	if secret == "" {
		return Enrolment{}, invalid("code", keyCodeExpired)
	}
	return Enrolment{Flow: flow, Secret: secret, URI: c.otpauth(account(f.Identity), secret)}, nil
}

// ConfirmTOTP binds the offered factor once a first code proves it, and returns
// the session as it is now, its second factor proven. It fails with Invalid
// code_wrong or code_expired, or Precondition reauthentication_required when the
// sign-in is long past.
func (c *Client) ConfirmTOTP(ctx context.Context, token string, flow FlowID, code string) (Session, error) {
	m := ory.NewUpdateSettingsFlowWithTotpMethod("totp")
	m.SetTotpCode(code)
	_, res, err := c.public.FrontendAPI.UpdateSettingsFlow(ctx).Flow(string(flow)).XSessionToken(token).
		UpdateSettingsFlowBody(ory.UpdateSettingsFlowWithTotpMethodAsUpdateSettingsFlowBody(m)).Execute()
	if err := staleFlow(sessionFailure("confirm totp", res, err)); err != nil {
		return Session{}, err
	}
	return c.session(ctx, token)
}

// StepUpTOTP proves the second factor in a running session (aal2) and returns the
// session as it is now. It fails with Invalid code_wrong or Precondition
// totp_missing when none is enrolled.
func (c *Client) StepUpTOTP(ctx context.Context, token, code string) (Session, error) {
	f, res, err := c.public.FrontendAPI.CreateNativeLoginFlow(ctx).Aal("aal2").Refresh(true).XSessionToken(token).Execute()
	if err := sessionFailure("begin step-up", res, err); err != nil {
		return Session{}, err
	}
	m := ory.NewUpdateLoginFlowWithTotpMethod("totp", code)
	return c.submitLogin(ctx, f.Id, token, ory.UpdateLoginFlowWithTotpMethodAsUpdateLoginFlowBody(m))
}

func (c *Client) otpauth(account, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {c.issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	// Authenticator apps read a plus sign as a plus sign, not as a space.
	query := strings.ReplaceAll(q.Encode(), "+", "%20")
	return "otpauth://totp/" + url.PathEscape(c.issuer) + ":" + url.PathEscape(account) + "?" + query
}

func totpSecret(nodes []ory.UiNode) string {
	for _, n := range nodes {
		a := n.Attributes.UiNodeTextAttributes
		if a == nil || a.Id != "totp_secret_key" {
			continue
		}
		if s, ok := a.Text.Context["secret"].(string); ok {
			return s
		}
		return a.Text.Text
	}
	return ""
}

// account is what an authenticator app shows: a login, or a name for those whose
// identifier is a hash.
func account(i ory.Identity) string {
	t := traitsOf(i)
	if t.Login != "" {
		return t.Login
	}
	return t.Name
}
