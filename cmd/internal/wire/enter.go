package wire

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/citizen"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/signin"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
	"liandong/tenancy/tree"
)

// finder says whose citizen site a request is for, as the way down to it, and under
// which path it lives.
type finder func(*http.Request) (way []tree.Node, base string, err error)

// byCode finds /sites/{code}: the site of one tenant on a shared host.
func byCode(a *App) finder {
	return func(r *http.Request) ([]tree.Node, string, error) {
		code := chi.URLParam(r, "code")
		way, err := a.Tree.WayByCode(r.Context(), code)
		return way, "/sites/" + code, err
	}
}

// byHost finds the tenant whose host name was asked for.
func byHost(a *App) finder {
	return func(r *http.Request) ([]tree.Node, string, error) {
		way, err := a.Tree.WayByHost(r.Context(), r.Host)
		return way, "", err
	}
}

// enterSite puts the site and the scope of its visitor into the request. A host
// that is nobody's leads to the site of the first tree.
func (a *App) enterSite(s *doors, find finder) func(http.Handler) http.Handler {
	lost := citizen.Shell(s.citizen)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			way, base, err := find(r)
			if fault.KindOf(err) == fault.NotFound && base == "" && err != nil {
				a.toFirstSite(w, r, lost)
				return
			}
			if err == nil {
				next.ServeHTTP(w, r.WithContext(visiting(r.Context(), way, base, s.person)))
				return
			}
			lost.Fail(w, r, err)
		})
	}
}

// toFirstSite redirects from a host without a tenant.
func (a *App) toFirstSite(w http.ResponseWriter, r *http.Request, lost kit.Shell) {
	roots, err := a.Tree.Children(r.Context(), tenancy.Platform)
	if err != nil || len(roots) == 0 || r.URL.Path != "/" {
		if err == nil {
			err = fault.New(fault.NotFound, "not_found")
		}
		lost.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/sites/"+roots[0].Code, http.StatusFound)
}

// visiting is ctx of somebody who looks at the site at the end of way: nobody in particular, or the
// citizen who signed in. Staff are nobody in particular here.
func visiting(ctx context.Context, way []tree.Node, base string, in signin.Deps) context.Context {
	n := way[len(way)-1]
	scope := tenancy.Scope{Tenant: n.ID, Actor: visitor(ctx, in), RequestID: kit.RequestIDFrom(ctx)}
	site := visit.Site{Tenant: n.ID, Name: n.Name, Level: n.Level, Code: n.Code, Base: base}
	for _, up := range way {
		scope.Ancestors = append(scope.Ancestors, up.ID)
		if up.ID != tenancy.Platform {
			site.Chain = append(site.Chain, visit.Place{Tenant: up.ID, Name: up.Name, Code: up.Code, Level: up.Level})
		}
	}
	return visit.WithSite(tenancy.With(ctx, scope), site)
}

// visitor is the citizen of the session, or the public.
func visitor(ctx context.Context, in signin.Deps) tenancy.Actor {
	if s, ok := in.Session(ctx); ok && s.Schema == identity.SchemaPerson {
		return s.Actor()
	}
	return tenancy.Actor{Kind: tenancy.Public}
}

// apiScope gives callers of the API the scope of their session: the seat of staff,
// the person, or the public of the platform.
func (a *App) apiScope(s *doors) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			scope := tenancy.Scope{Tenant: tenancy.Platform, Ancestors: []tenancy.ID{tenancy.Platform}, Actor: visitor(ctx, s.person)}
			if session, ok := s.bench.SignIn.Session(ctx); ok && session.Schema == identity.SchemaStaff && session.PostID != "" {
				// A seat that is gone leaves the public, which may read what is published.
				if seated, err := a.Org.Sit(ctx, session.Sub, session.Name, session.PostID, session.AAL2()); err == nil {
					scope = seated
				}
			}
			scope.RequestID = kit.RequestIDFrom(ctx)
			next.ServeHTTP(w, r.WithContext(tenancy.With(ctx, scope)))
		})
	}
}
