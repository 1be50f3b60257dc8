package identity

import (
	"context"
	"net/http"
	"time"

	ory "github.com/ory/kratos-client-go"
)

// template is the tokenizer template that Kratos is configured with.
const template = "api"

// patience is how long Kratos may take to answer one call.
const patience = 10 * time.Second

// Config says where Kratos is and how it is to be believed.
type Config struct {
	PublicURL string       // Kratos public API
	AdminURL  string       // Kratos admin API: loopback or a private network only
	HTTP      *http.Client // nil: one that gives up after 10 seconds
	JWKS      []byte       // public keys of the tokenizer; private parts are ignored
	Now       Clock
	Issuer    string // what an authenticator app shows beside the account
}

// Client speaks to Kratos. Its methods fail with the faults listed at messages.go;
// a Kratos that does not answer is fault.Unavailable, "identity_unavailable".
type Client struct {
	public *ory.APIClient
	admin  *ory.APIClient
	verify *Verifier
	issuer string
}

// New returns a client; nothing is sent yet.
func New(c Config) (*Client, error) {
	v, err := NewVerifier(c.JWKS, c.Now)
	if err != nil {
		return nil, err
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: patience}
	}
	c.HTTP = passing(c.HTTP)
	return &Client{public: api(c.PublicURL, c.HTTP), admin: api(c.AdminURL, c.HTTP), verify: v, issuer: c.Issuer}, nil
}

// Verifier is the verifier of the client's own tokens.
func (c *Client) Verifier() *Verifier { return c.verify }

// Ready reports whether Kratos serves and reaches its database.
func (c *Client) Ready(ctx context.Context) error {
	_, res, err := c.public.MetadataAPI.IsReady(ctx).Execute()
	return failure("ask whether Kratos is ready", res, err)
}

func api(url string, h *http.Client) *ory.APIClient {
	cfg := ory.NewConfiguration()
	cfg.Servers = ory.ServerConfigurations{{URL: url}}
	cfg.HTTPClient = h
	cfg.UserAgent = "liandong"
	return ory.NewAPIClient(cfg)
}
