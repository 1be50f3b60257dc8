package citizen_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
)

const (
	pdf = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
	me  = "10"
)

// visitor is a citizen who is signed in, before a browser without scripts.
type visitor struct {
	t     *testing.T
	at    string
	http  *http.Client
	token string
}

type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

// visitor signs citizen n in; nobody when n is empty.
func (w *town) visitor(t *testing.T, n string) *visitor {
	t.Helper()
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if n != "" {
		u, err := url.Parse(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		jar.SetCookies(u, []*http.Cookie{{Name: who, Value: n, Path: "/"}})
	}
	v := &visitor{t: t, at: srv.URL, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	v.get("/help") // any page brings the token
	return v
}

func (v *visitor) do(method, path, kind string, body io.Reader) answer {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.at+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	a := answer{res.StatusCode, res.Header.Get("Location"), res.Header, string(b)}
	if strings.Contains(a.body, kit.CSRFFieldName) {
		v.token = kittest.Parse(v.t, a.body).Attr("input[name="+kit.CSRFFieldName+"]", "value")
	}
	return a
}

func (v *visitor) get(path string) answer { v.t.Helper(); return v.do(http.MethodGet, path, "", nil) }

// doc is the page at path, which must be there.
func (v *visitor) doc(path string) kittest.Doc {
	v.t.Helper()
	return v.page(v.get(path), http.StatusOK)
}

func (v *visitor) page(a answer, status int) kittest.Doc {
	v.t.Helper()
	if a.status != status {
		v.t.Fatalf("status %d, want %d, to %q:\n%s", a.status, status, a.location, a.body)
	}
	return kittest.Parse(v.t, a.body)
}

// post sends a form given as pairs of name and value.
func (v *visitor) post(path string, pairs ...string) answer {
	v.t.Helper()
	form := url.Values{kit.CSRFFieldName: {v.token}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// goes fails unless a sends the visitor on to a path.
func (v *visitor) goes(a answer, to string) {
	v.t.Helper()
	if a.status != http.StatusSeeOther || a.location != to {
		v.t.Fatalf("status %d to %q, not to %q:\n%s", a.status, a.location, to, a.body)
	}
}

// upload sends one file, and fields given as pairs, in one form.
func (v *visitor) upload(path, field, name, content string, pairs ...string) answer {
	v.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1])
	}
	_ = m.WriteField(kit.CSRFFieldName, v.token)
	if name != "" {
		part, err := m.CreateFormFile(field, name)
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = part.Write([]byte(content))
	}
	_ = m.Close()
	return v.do(http.MethodPost, path, m.FormDataContentType(), &b)
}

func stringReader(s string) io.Reader { return strings.NewReader(s) }
