package kit

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"liandong/tenancy/fault"
)

const (
	// CSRFFieldName is the form field that carries the token.
	CSRFFieldName = "csrf_token"
	// CSRFHeader is the header that carries the token in htmx requests.
	CSRFHeader = "X-CSRF-Token"
)

// CSRFOptions configures CSRF.
type CSRFOptions struct {
	Secret  []byte                     // at least 32 random bytes, the same on every server
	Secure  bool                       // served over TLS: the cookie becomes __Host- and Secure
	Session func(*http.Request) string // optional: the session id the token is bound to
	Exempt  func(*http.Request) bool   // optional: requests that carry no cookie authority (bearer tokens, webhooks)
}

func (o CSRFOptions) cookieName() string {
	if o.Secure {
		return "__Host-ld_csrf"
	}
	return "ld_csrf"
}

func (o CSRFOptions) mac(r *http.Request, cookie, nonce string) string {
	m := hmac.New(sha256.New, o.Secret)
	session := ""
	if o.Session != nil {
		session = o.Session(r)
	}
	m.Write([]byte("csrf\x00" + cookie + "\x00" + session + "\x00" + nonce))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// valid checks a token of the form nonce.mac. The nonce differs per page, so
// compression cannot be used to guess the token.
func (o CSRFOptions) valid(r *http.Request, cookie, token string) bool {
	nonce, mac, ok := strings.Cut(token, ".")
	return ok && cookie != "" && hmac.Equal([]byte(mac), []byte(o.mac(r, cookie, nonce)))
}

type csrfKey struct{}

// CSRFToken returns the token for forms of this request, or "" without the middleware.
func CSRFToken(ctx context.Context) string {
	t, _ := ctx.Value(csrfKey{}).(string)
	return t
}

// Tokenless returns a context in which pages are drawn without a token: one page for
// everybody. Forms on such a page must do without: see ElderPath.
func Tokenless(ctx context.Context) context.Context {
	return context.WithValue(ctx, csrfKey{}, "")
}

// CSRF refuses unsafe requests (not GET, HEAD, OPTIONS, TRACE) that do not carry
// the token of this browser, with a page that says how to go on. Put MaxBody before it.
func CSRF(o CSRFOptions) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if o.Exempt != nil && o.Exempt(r) {
				next.ServeHTTP(w, r)
				return
			}
			cookie := o.cookie(w, r)
			if !safeMethod(r.Method) {
				if err := o.check(r, cookie); err != nil {
					refuse(w, r, err)
					return
				}
			}
			nonce := rand.Text()
			ctx := context.WithValue(r.Context(), csrfKey{}, nonce+"."+o.mac(r, cookie, nonce))
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

type endedKey struct{}

// WithEnded returns the context of a request whose session has just ended. Its
// forms, bound to that session, are refused like any other; but the visitor is led
// back to their page, which asks her to sign in again.
func WithEnded(ctx context.Context) context.Context {
	return context.WithValue(ctx, endedKey{}, true)
}

// endedPage is the page that a form of an ended session stood on, when it is ours.
func endedPage(r *http.Request) string {
	if ended, _ := r.Context().Value(endedKey{}).(bool); !ended {
		return ""
	}
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return ""
	}
	return LocalPath(u.RequestURI(), "")
}

// cookie returns the browser's secret, giving it one at its first visit.
func (o CSRFOptions) cookie(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(o.cookieName()); err == nil && len(c.Value) >= 26 {
		return c.Value
	}
	v := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: o.cookieName(), Value: v, Path: "/",
		HttpOnly: true, Secure: o.Secure, SameSite: http.SameSiteLaxMode,
	})
	return v
}

// refuse leads a form of a session that ended to the sign-in; others hear why.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	if page := endedPage(r); page != "" && fault.KindOf(err) == fault.Forbidden {
		_ = SeeOther(w, r, page) // it only writes
		return
	}
	plainError(w, r, errorView(r, err).Status, err)
}

// formMemory is how much of a form with files is held in memory while its token is
// looked for; the rest waits on disk until the request ends.
const formMemory = 1 << 20

// check returns why a request may not go on: it carries no token of this browser,
// or so much that its token was not reached.
func (o CSRFOptions) check(r *http.Request, cookie string) error {
	refused := fault.New(fault.Forbidden, "csrf_failed")
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return refused
	}
	if r.URL.Path == ElderPath { // on pages without a token too: the browser says where it comes from
		if http.NewCrossOriginProtection().Check(r) != nil {
			return refused
		}
		return nil
	}
	token := r.Header.Get(CSRFHeader)
	if token == "" {
		if err := r.ParseMultipartForm(formMemory); err != nil {
			if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
				return err
			}
		}
		token = r.PostForm.Get(CSRFFieldName)
	}
	if !o.valid(r, cookie, token) {
		return refused
	}
	return nil
}

func safeMethod(m string) bool {
	return m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions || m == http.MethodTrace
}
