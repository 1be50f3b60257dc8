package identity

import (
	"context"
	"net/http"

	ory "github.com/ory/kratos-client-go"

	"liandong/tenancy/fault"
)

// FlowID names one exchange with Kratos that takes more than one step. It is no
// secret and proves nothing.
type FlowID string

// Login begins a session by password. identifier is normalised already. It fails
// with Invalid login_failed, the same for unknown users and wrong passwords, or
// with Forbidden identity_disabled when the password was right.
func (c *Client) Login(ctx context.Context, identifier, password string) (Session, error) {
	flow, res, err := c.public.FrontendAPI.CreateNativeLoginFlow(ctx).Execute()
	if err := failure("begin login", res, err); err != nil {
		return Session{}, err
	}
	return c.submitLogin(ctx, flow.Id, "", byPassword(identifier, password))
}

// StartSMS sends a code to phone (E.164) when somebody owns it. For a phone that
// nobody owns it returns a flow that no code will finish.
func (c *Client) StartSMS(ctx context.Context, phone string) (FlowID, error) {
	flow, res, err := c.public.FrontendAPI.CreateNativeLoginFlow(ctx).Execute()
	if err := failure("begin sms login", res, err); err != nil {
		return "", err
	}
	m := ory.NewUpdateLoginFlowWithCodeMethod("", "code")
	m.SetIdentifier(phone)
	_, res, err = c.public.FrontendAPI.UpdateLoginFlow(ctx).Flow(flow.Id).
		UpdateLoginFlowBody(ory.UpdateLoginFlowWithCodeMethodAsUpdateLoginFlowBody(m)).Execute()
	if err == nil || bodyOf(err).State == "sent_email" || has(err, msgNoCodeUser, msgNoAccount) {
		closeBody(res)
		return FlowID(flow.Id), nil // Kratos answers 400 to say: now send the code
	}
	return "", failure("send sms code", res, err)
}

const (
	msgNoCodeUser = 4000035
	msgNoAccount  = 4000037
)

// FinishSMS begins a session by the code that StartSMS sent. It fails with
// Invalid code_wrong or code_expired.
func (c *Client) FinishSMS(ctx context.Context, flow FlowID, code string) (Session, error) {
	f, res, err := c.public.FrontendAPI.GetLoginFlow(ctx).Id(string(flow)).Execute()
	if err := staleFlow(failure("find sms login", res, err)); err != nil {
		return Session{}, err
	}
	phone := input(f.Ui.Nodes, "identifier")
	if phone == "" || f.State != "sent_email" { // the phone was nobody's
		return Session{}, invalid("code", keyCodeWrong)
	}
	m := ory.NewUpdateLoginFlowWithCodeMethod("", "code")
	m.SetCode(code)
	m.SetIdentifier(phone)
	return c.submitLogin(ctx, f.Id, "", ory.UpdateLoginFlowWithCodeMethodAsUpdateLoginFlowBody(m))
}

// Tokenize exchanges a session token for a signed token of a few minutes. It
// fails with ErrSessionExpired when Kratos no longer knows the session.
func (c *Client) Tokenize(ctx context.Context, token string) (string, error) {
	s, res, err := c.public.FrontendAPI.ToSession(ctx).XSessionToken(token).TokenizeAs(template).Execute()
	if err := sessionFailure("tokenize", res, err); err != nil {
		return "", err
	}
	return s.GetTokenized(), nil
}

// Logout ends the session in Kratos; a session already ended is no error. Signed
// tokens of it live on until they run out: revoke the session too (Sessions.Close).
func (c *Client) Logout(ctx context.Context, token string) error {
	res, err := c.public.FrontendAPI.PerformNativeLogout(ctx).
		PerformNativeLogoutBody(*ory.NewPerformNativeLogoutBody(token)).Execute()
	if err != nil && res != nil && (res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusUnauthorized) {
		closeBody(res)
		return nil
	}
	return failure("logout", res, err)
}

// submitLogin finishes a login flow; token is the session it builds on, if any.
func (c *Client) submitLogin(ctx context.Context, flow, token string, body ory.UpdateLoginFlowBody) (Session, error) {
	r, explain := c.public.FrontendAPI.UpdateLoginFlow(ctx).Flow(flow).UpdateLoginFlowBody(body), failure
	if token != "" {
		r, explain = r.XSessionToken(token), sessionFailure
	}
	got, res, err := r.Execute()
	if err := explain("submit login", res, err); err != nil {
		return Session{}, err
	}
	if t := got.GetSessionToken(); t != "" {
		token = t
	}
	return c.session(ctx, token)
}

// session proves a session token and returns what stands behind it.
func (c *Client) session(ctx context.Context, token string) (Session, error) {
	jwt, err := c.Tokenize(ctx, token)
	if err != nil {
		return Session{}, err
	}
	claims, err := c.verify.Verify(jwt)
	if err != nil {
		return Session{}, fault.New(fault.Internal, "internal").Because(err)
	}
	return Session{Claims: claims, Token: token, JWT: jwt}, nil
}

func byPassword(identifier, password string) ory.UpdateLoginFlowBody {
	m := ory.NewUpdateLoginFlowWithPasswordMethod(identifier, "password", password)
	return ory.UpdateLoginFlowWithPasswordMethodAsUpdateLoginFlowBody(m)
}

// sessionFailure is failure for calls that a session token opens: 401 says that
// the session is over.
func sessionFailure(op string, res *http.Response, err error) error {
	if err != nil && res != nil && res.StatusCode == http.StatusUnauthorized {
		closeBody(res)
		return ErrSessionExpired
	}
	return failure(op, res, err)
}

// staleFlow says of a flow that Kratos no longer knows what it says of one that
// ran out.
func staleFlow(err error) error {
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return invalid("code", keyCodeExpired).Because(err)
	}
	return err
}

func closeBody(res *http.Response) {
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
}

// input is the value of a named input node of a flow.
func input(nodes []ory.UiNode, name string) string {
	for _, n := range nodes {
		if a := n.Attributes.UiNodeInputAttributes; a != nil && a.Name == name {
			s, _ := a.Value.(string)
			return s
		}
	}
	return ""
}
