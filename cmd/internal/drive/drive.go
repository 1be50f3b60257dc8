// Package drive uses the product as people do, through its pages, without a
// browser: for measuring and for the test that kills servers while people work.
package drive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"liandong/portal-sites/kit"
)

// Client is one visitor with her cookies. It is for one goroutine.
type Client struct {
	Base string // http://host:port
	http *http.Client

	token string // of the last page that had a form
}

// patience is how long one answer may take.
const patience = 30 * time.Second

// New returns a visitor of base who has not signed in. Visitors may share a transport.
func New(base string, t http.RoundTripper) (*Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &Client{Base: base, http: &http.Client{
		Jar: jar, Transport: t, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Twin is another window of the same browser: it shares the session, and may be
// used by another goroutine.
func (c *Client) Twin() *Client { return &Client{Base: c.Base, http: c.http, token: c.token} }

// Answer is what the server said.
type Answer struct {
	Status   int
	Location string // where a redirect leads
	Body     string
}

// ErrStatus reports an answer that was not the one hoped for.
var ErrStatus = errors.New("drive: unexpected answer")

// Get fetches a page.
func (c *Client) Get(ctx context.Context, path string) (Answer, error) {
	return c.do(ctx, http.MethodGet, path, nil)
}

// Post sends a form with the token of the last page.
func (c *Client) Post(ctx context.Context, path string, form url.Values) (Answer, error) {
	form.Set(kit.CSRFFieldName, c.token)
	return c.do(ctx, http.MethodPost, path, form)
}

func (c *Client) do(ctx context.Context, method, path string, form url.Values) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.Base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return Answer{}, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }() // read to its end below
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Status: res.StatusCode, Location: res.Header.Get("Location"), Body: string(body)}
	if t := a.Field(kit.CSRFFieldName); t != "" {
		c.token = t
	}
	return a, nil
}

// Field is the value of the first hidden field of that name, or empty.
func (a Answer) Field(name string) string {
	m := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(a.Body)
	if m == nil {
		return ""
	}
	return m[1]
}

// SignIn enters by password at base (/desk, or a citizen site).
func (c *Client) SignIn(ctx context.Context, base, account, password string) error {
	if _, err := c.Get(ctx, base+"/login"); err != nil {
		return err
	}
	a, err := c.Post(ctx, base+"/login", url.Values{"account": {account}, "password": {password}})
	if err != nil {
		return err
	}
	if a.Status != http.StatusSeeOther {
		return fmt.Errorf("%w: sign in as %s: %d", ErrStatus, account, a.Status)
	}
	_, err = c.Get(ctx, base) // the first page chooses a seat and binds tokens to the session
	return err
}

// Filing is an application that staff hand in for somebody.
type Filing struct {
	Item, Name, Number, Phone string
	Key                       string // of the form: the same key twice is the same case
}

// File hands in f at the window and returns the id of the case.
func (c *Client) File(ctx context.Context, f Filing) (string, error) {
	a, err := c.Post(ctx, "/desk/assist/"+f.Item, url.Values{"kind": {"person"}, "name": {f.Name}, "number": {f.Number}, "phone": {f.Phone}, "confirm": {"1"}, "idem": {f.Key}})
	if err != nil {
		return "", err
	}
	id, ok := strings.CutPrefix(a.Location, "/desk/assist/done/")
	if !ok {
		return "", fmt.Errorf("%w: file: %d %s", ErrStatus, a.Status, a.trouble())
	}
	return id, nil
}

// Act does one thing to the case as it stood at version.
func (c *Client) Act(ctx context.Context, id, act, version string, more url.Values) error {
	form := url.Values{"version": {version}, "opinion": {"同意"}}
	maps.Copy(form, more)
	a, err := c.Post(ctx, "/desk/cases/"+id+"/acts/"+act, form)
	if err != nil {
		return err
	}
	if a.Status != http.StatusSeeOther {
		return fmt.Errorf("%w: %s: %d %s", ErrStatus, act, a.Status, a.trouble())
	}
	return nil
}

var alert = regexp.MustCompile(`(?s)role="alert"[^>]*>(.*?)</div>`)

var tag = regexp.MustCompile(`<[^>]*>|\s+`)

// trouble is what an error page says, in short.
func (a Answer) trouble() string {
	m := alert.FindStringSubmatch(a.Body)
	if m == nil {
		return ""
	}
	return strings.TrimSpace(tag.ReplaceAllString(m[1], " "))
}
