package kittest

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"liandong/portal-sites/kit"
)

// Client is a browser without scripts: it keeps cookies and sends the token of
// the page it saw last.
type Client struct {
	t     testing.TB
	URL   string
	http  *http.Client
	token string
}

// Response is an answer with its body read.
type Response struct {
	Status int
	Header http.Header
	Body   string
	t      testing.TB
}

// Doc parses the body.
func (r Response) Doc() Doc { r.t.Helper(); return Parse(r.t, r.Body) }

// Want fails the test unless the status is as said.
func (r Response) Want(status int) Response {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("status %d, want %d; body:\n%s", r.Status, status, r.Body)
	}
	return r
}

// NewClient serves h on a free port and returns a client that does not follow redirects.
func NewClient(t testing.TB, h http.Handler) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{t: t, URL: srv.URL, http: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Get fetches a path.
func (c *Client) Get(path string) Response {
	c.t.Helper()
	return c.Do(http.MethodGet, path, nil, nil)
}

// Post sends a form with the token of the last page; get a page first.
func (c *Client) Post(path string, form url.Values) Response {
	c.t.Helper()
	v := url.Values{kit.CSRFFieldName: {c.token}}
	maps.Copy(v, form)
	return c.Do(http.MethodPost, path, v, nil)
}

// HX fetches a path the way htmx does.
func (c *Client) HX(path string) Response {
	c.t.Helper()
	return c.Do(http.MethodGet, path, nil, http.Header{"Hx-Request": {"true"}})
}

// Do sends any request; form may be nil.
func (c *Client) Do(method, path string, form url.Values, header http.Header) Response {
	c.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	maps.Copy(req.Header, header)
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end below
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	r := Response{Status: res.StatusCode, Header: res.Header, Body: string(b), t: c.t}
	if strings.Contains(r.Body, kit.CSRFFieldName) {
		if tok := r.Doc().Attr("input[name="+kit.CSRFFieldName+"]", "value"); tok != "" {
			c.token = tok
		}
	}
	return r
}
