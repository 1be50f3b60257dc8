package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/datasets"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Tree is what the interface asks of the tenant tree; *tree.Service answers it.
type Tree interface {
	ByCode(ctx context.Context, code string) (tree.Node, error)
	Children(ctx context.Context, id tenancy.ID) ([]tree.Node, error)
	ScopeFor(ctx context.Context, id tenancy.ID, a tenancy.Actor) (tenancy.Scope, error)
}

// Deps is what the operations need.
type Deps struct {
	Items *catalog.Service
	Cases *cases.Service
	// Datasets gives partners what the national tables say of cases; nil: no such operations.
	Datasets *datasets.Service
	Tree     Tree
	Log      *slog.Logger
	// Enter returns a context of the public at the tenant with a code, or NotFound;
	// nil asks Tree.
	Enter func(ctx context.Context, code string) (context.Context, error)
	// Partners judges keys and limits of the operations that are for everybody;
	// nil lets everybody in.
	Partners Partners
	// Address tells who asks without a key; nil takes the peer of the connection.
	Address func(*http.Request) string
	Version string // of the platform
}

// Mount registers every operation under /api of r, and returns the page for people,
// which belongs at DocsPath. The operations set no cookies, so that any cache may
// keep what says that it may be kept; the page wants kit.CSRF before it.
func Mount(r chi.Router, d Deps) (docs http.HandlerFunc) {
	if d.Enter == nil {
		d.Enter = d.enter
	}
	api := humachi.New(r, config(d.Version))
	s := site{d}
	get(api, s, operation{id: "get-tenant", path: "/api/tenants/{code}", tag: "tenants", public: true}, s.tenant)
	get(api, s, operation{id: "list-children", path: "/api/tenants/{code}/children", tag: "tenants", public: true}, s.children)
	get(api, s, operation{id: "list-items", path: "/api/tenants/{code}/items", tag: "items", public: true, stamped: true}, s.items)
	get(api, s, operation{id: "get-item", path: "/api/tenants/{code}/items/{id}", tag: "items", public: true, stamped: true}, s.guide)
	get(api, s, operation{id: "list-item-versions", path: "/api/tenants/{code}/items/{id}/versions", tag: "items", public: true}, s.editions)
	get(api, s, operation{id: "get-item-version", path: "/api/tenants/{code}/items/{id}/versions/{number}", tag: "items", public: true, forever: true}, s.edition)
	get(api, s, operation{id: "list-item-changes", path: "/api/tenants/{code}/item-changes", tag: "items", public: true}, s.changes)
	get(api, s, operation{id: "list-my-cases", path: "/api/me/cases", tag: "cases"}, s.myCases)
	get(api, s, operation{id: "get-my-case", path: "/api/me/cases/{id}", tag: "cases"}, s.myCase)
	get(api, s, operation{id: "list-cases", path: "/api/cases", tag: "cases"}, s.staffCases)
	get(api, s, operation{id: "get-case", path: "/api/cases/{id}", tag: "cases"}, s.staffCase)
	post(api, s, operation{id: "answer-wait", path: "/api/tenants/{code}/cases/{no}/waits/{wait}", tag: "cases", public: true, keyed: true}, s.answerWait)
	s.caseData(api)
	describe(api.OpenAPI())
	r.HandleFunc("/api/*", unknown)
	return s.docs(api.OpenAPI())
}

type site struct{ Deps }

// enter is the default of Deps.Enter.
func (d Deps) enter(ctx context.Context, code string) (context.Context, error) {
	n, err := d.Tree.ByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	scope, err := d.Tree.ScopeFor(ctx, n.ID, tenancy.Actor{Kind: tenancy.Public})
	if err != nil {
		return nil, err
	}
	return tenancy.With(ctx, scope), nil
}

// problem is err as a caller may see it; what nobody expected is logged.
func (s site) problem(ctx context.Context, err error) *Problem {
	p := problemOf(ctx, err)
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(ctx, "api request failed", slog.Any("err", err))
	}
	return p
}

// signedIn refuses who is not signed in, or not as one of kinds.
func signedIn(ctx context.Context, kinds ...tenancy.Kind) error {
	sc, err := tenancy.From(ctx)
	if err != nil || sc.Actor.Kind == tenancy.Public {
		return errSignIn
	}
	if slices.Contains(kinds, sc.Actor.Kind) {
		return nil
	}
	return fault.New(fault.Forbidden, "api_staff_only")
}
