package signin

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/identity"
)

// Session returns the session of a request when its owner may be on this site:
// signed in, of the site's schema, owing no second factor.
func (d Deps) Session(ctx context.Context) (identity.Session, bool) {
	s, ok := visit.SessionOf(ctx)
	return s, ok && s.Schema == d.Schema
}

// Require lets through who is signed in and sends everybody else to sign in.
func (d Deps) Require(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := d.Session(r.Context()); ok {
			next.ServeHTTP(w, r)
			return
		}
		d.SendToLogin(w, r)
	})
}

// SendToLogin redirects to the page that is missing: the code of a pending session,
// else the sign-in. From there the visitor comes back to where she was.
func (d Deps) SendToLogin(w http.ResponseWriter, r *http.Request) {
	ctx, q, path := r.Context(), url.Values{}, "/login"
	if s, ok := visit.PendingOf(ctx); ok && s.Schema == d.Schema {
		path = "/login/second"
	} else if visit.Expired(ctx) {
		q.Set("expired", "1")
	}
	if back := whereSheWas(r); back != "" {
		q.Set("back", back)
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = kit.SeeOther(w, r, with(d.URL(ctx, path), q)) // it only writes
}

// whereSheWas is the page to return to: this one, or for a form or a fragment the
// page that it stood on.
func whereSheWas(r *http.Request) string {
	if r.Method == http.MethodGet && !kit.WantsPart(r) {
		return kit.LocalPath(r.URL.RequestURI(), "")
	}
	from := r.Header.Get("HX-Current-URL")
	if from == "" {
		from = r.Referer()
	}
	u, err := url.Parse(from)
	if err != nil || u.Host != r.Host {
		return ""
	}
	return kit.LocalPath(u.RequestURI(), "")
}

// back is where to go after signing in: the form's or address's back when it is a
// path of this host and no sign-in page itself, else home.
func (p pages) back(r *http.Request) string {
	ctx := r.Context()
	to := kit.LocalPath(r.FormValue("back"), "")
	at, _, _ := strings.Cut(to, "?")
	if to == "" || len(to) > 2000 || at == p.URL(ctx, "/logout") || strings.HasPrefix(at, p.URL(ctx, "/login")) || strings.HasSuffix(at, "/login") {
		return p.home(ctx)
	}
	return to
}

func with(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
