package identity

import (
	"context"
	"net/http"
	"time"

	ory "github.com/ory/kratos-client-go"
)

// Visitor is what a browser says about itself, for the list of sessions.
type Visitor struct {
	Agent   string // User-Agent
	Address string // of the client, not of a proxy
}

type visitorKey struct{}

// WithVisitor returns a context whose calls to Kratos carry v, so that Kratos
// notes with a session where it began.
func WithVisitor(ctx context.Context, v Visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

// passing is h with the visitor of each call's context passed on.
func passing(h *http.Client) *http.Client {
	c := *h
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Transport = visitorTransport{c.Transport}
	return &c
}

type visitorTransport struct{ next http.RoundTripper }

// RoundTrip adds the headers that Kratos reads a device from.
func (t visitorTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if v, ok := r.Context().Value(visitorKey{}).(Visitor); ok {
		r = r.Clone(r.Context())
		r.Header.Set("User-Agent", v.Agent)
		r.Header.Set("True-Client-Ip", v.Address)
	}
	return t.next.RoundTrip(r)
}

// Visit (会话) is one running session of a person, as she may see it.
type Visit struct {
	SID   string
	Since time.Time
	Visitor
}

// Visits lists the other running sessions of the bearer of token, newest first.
func (c *Client) Visits(ctx context.Context, token string) ([]Visit, error) {
	others, res, err := c.public.FrontendAPI.ListMySessions(ctx).XSessionToken(token).PageSize(50).Execute()
	if err := sessionFailure("list own sessions", res, err); err != nil {
		return nil, err
	}
	out := make([]Visit, 0, len(others))
	for _, s := range others {
		out = append(out, visitOf(s))
	}
	return out, nil
}

func visitOf(s ory.Session) Visit {
	v := Visit{SID: s.Id, Since: s.GetAuthenticatedAt()}
	if d := s.GetDevices(); len(d) > 0 {
		v.Visitor = Visitor{Agent: d[0].GetUserAgent(), Address: d[0].GetIpAddress()}
	}
	return v
}

// EndOthers ends all other sessions of the bearer of token in Kratos and returns
// their ids: pass them to Sessions.End.
func (c *Client) EndOthers(ctx context.Context, token string) ([]string, error) {
	others, res, err := c.public.FrontendAPI.ListMySessions(ctx).XSessionToken(token).PageSize(250).Execute()
	if err := sessionFailure("list own sessions", res, err); err != nil {
		return nil, err
	}
	_, res, err = c.public.FrontendAPI.DisableMyOtherSessions(ctx).XSessionToken(token).Execute()
	if err != nil && res != nil && res.StatusCode == http.StatusNotFound {
		closeBody(res)
		return nil, nil
	}
	return sids(others), sessionFailure("end own sessions", res, err)
}
