// Package visit carries who is visiting which site through a request: the signed-in
// session, the tenant whose site it is, and the path under which that site lives.
package visit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/identity"
)

// Site is the tenant whose site a request is for.
type Site struct {
	Tenant tenancy.ID
	Name   string // of the tenant
	Level  string
	Code   string // 12-digit division code
	Base   string // "" on the tenant's own host, "/sites/{code}" on a shared one
	Chain  []Place
}

// Place is one tenant on the way from the root down to the site's own.
type Place struct {
	Tenant            tenancy.ID
	Name, Code, Level string
}

type siteKey struct{}

// WithSite returns a context of a request to s.
func WithSite(ctx context.Context, s Site) context.Context {
	return context.WithValue(ctx, siteKey{}, s)
}

// SiteOf returns the site of a request; the zero Site outside any.
func SiteOf(ctx context.Context) Site {
	s, _ := ctx.Value(siteKey{}).(Site)
	return s
}

// URL is path on the site of the request: links and redirects of citizen pages
// go through it, so that they work on a host of the tenant's own and under /sites/{code}.
func URL(ctx context.Context, path string) string {
	base := SiteOf(ctx).Base
	if path == "/" && base != "" {
		return base
	}
	return base + path
}

type sessionKey struct{}

// Keeper opens the session cookie of every request.
type Keeper struct {
	Sessions *identity.Sessions
	Cookies  *identity.Cookies
	Log      *slog.Logger
}

// Middleware puts the session, if there is a good one, into the request's context.
// A cookie that has run out is cleared by the next page, and Expired reports it to
// the pages.
func (k Keeper) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, refreshed, err := k.Sessions.Open(r.Context(), k.Cookies.Read(r))
		switch {
		case err == nil:
			if refreshed != "" {
				k.Cookies.Write(w, refreshed)
			}
			r = r.WithContext(context.WithValue(r.Context(), sessionKey{}, &state{session: s}))
		case errors.Is(err, identity.ErrSessionExpired):
			if r.Method == http.MethodGet { // a form leads on to a page, which must still be told
				k.Cookies.Clear(w)
			}
			r = r.WithContext(kit.WithEnded(context.WithValue(r.Context(), sessionKey{}, &state{expired: true})))
		case !errors.Is(err, identity.ErrNoSession):
			k.Log.WarnContext(r.Context(), "session not opened", slog.Any("err", err))
		}
		next.ServeHTTP(w, r)
	})
}

type state struct {
	session identity.Session
	expired bool
}

// SessionOf returns the signed-in session of a request. One that still owes its
// second factor counts as none.
func SessionOf(ctx context.Context) (identity.Session, bool) {
	s, ok := anySession(ctx)
	return s, ok && !s.Pending
}

// PendingOf returns the session of a request that still owes its second factor.
func PendingOf(ctx context.Context) (identity.Session, bool) {
	s, ok := anySession(ctx)
	return s, ok && s.Pending
}

func anySession(ctx context.Context) (identity.Session, bool) {
	s, ok := ctx.Value(sessionKey{}).(*state)
	if !ok || s.expired {
		return identity.Session{}, false
	}
	return s.session, true
}

// Expired reports that the visitor was signed in, but idled too long or was signed out.
func Expired(ctx context.Context) bool {
	s, ok := ctx.Value(sessionKey{}).(*state)
	return ok && s.expired
}

// Refresh replaces the session of a request and its cookie: another post was
// chosen, a second factor proven.
func (k Keeper) Refresh(w http.ResponseWriter, s identity.Session) error {
	v, err := k.Sessions.Seal(s)
	if err != nil {
		return err
	}
	k.Cookies.Write(w, v)
	return nil
}
