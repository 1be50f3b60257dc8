package wire

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/identity"
	"liandong/tenancy/tree"
)

// siteByCode serves /sites/{code}: the citizen site of one tenant on a shared host.
func (a *App) siteByCode(fail func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	return a.enterSite(fail, func(r *http.Request) (tree.Node, string, error) {
		code := chi.URLParam(r, "code")
		n, err := a.Tree.ByCode(r.Context(), code)
		return n, "/sites/" + code, err
	})
}

// siteByHost serves the citizen site of the tenant whose host name was asked for.
func (a *App) siteByHost(fail func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	return a.enterSite(fail, func(r *http.Request) (tree.Node, string, error) {
		n, err := a.Tree.ByHost(r.Context(), r.Host)
		return n, "", err
	})
}

func (a *App) enterSite(fail func(http.ResponseWriter, *http.Request, error), find func(*http.Request) (tree.Node, string, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, base, err := find(r)
			if err != nil {
				fail(w, r, err)
				return
			}
			ctx, err := a.visit(r.Context(), n, base)
			if err != nil {
				fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// visit is ctx of somebody who looks at the site of n: nobody in particular, or the
// citizen who signed in. Staff are nobody in particular here.
func (a *App) visit(ctx context.Context, n tree.Node, base string) (context.Context, error) {
	chain, err := a.Tree.Ancestors(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	scope := tenancy.Scope{Tenant: n.ID, Actor: tenancy.Actor{Kind: tenancy.Public}, RequestID: kit.RequestIDFrom(ctx)}
	if s, ok := visit.SessionOf(ctx); ok && s.Schema == identity.SchemaPerson {
		scope.Actor = s.Actor()
	}
	site := visit.Site{Tenant: n.ID, Name: n.Name, Level: n.Level, Code: n.Code, Base: base}
	for _, up := range chain {
		scope.Ancestors = append(scope.Ancestors, up.ID)
		if up.ID != tenancy.Platform {
			site.Chain = append(site.Chain, visit.Place{Tenant: up.ID, Name: up.Name, Code: up.Code, Level: up.Level})
		}
	}
	return visit.WithSite(tenancy.With(ctx, scope), site), nil
}
