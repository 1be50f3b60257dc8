package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/portal-sites/kit/text"
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
	Tree  Tree
	Log   *slog.Logger
	// Enter returns a context of the public at the tenant with a code, or NotFound;
	// nil asks Tree.
	Enter   func(ctx context.Context, code string) (context.Context, error)
	Version string // of the platform
}

// Mount registers every operation under /api of r.
func Mount(r chi.Router, d Deps) {
	if d.Enter == nil {
		d.Enter = d.enter
	}
	cfg := huma.DefaultConfig(text.T("api.title"), d.Version)
	cfg.Info.Description = text.T("api.description")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/openapi", "", ""
	cfg.CreateHooks = nil // no links to schemas inside of answers
	cfg.Transformers = []huma.Transformer{inChinese}
	cfg.Tags = []*huma.Tag{{Name: "tenants", Description: text.T("api.tag.tenants")}, {Name: "items", Description: text.T("api.tag.items")}, {Name: "cases", Description: text.T("api.tag.cases")}}
	api := humachi.New(r, cfg)
	s := site{d}
	get(api, s, "get-tenant", "/api/tenants/{code}", "tenants", s.tenant)
	get(api, s, "list-children", "/api/tenants/{code}/children", "tenants", s.children)
	get(api, s, "list-items", "/api/tenants/{code}/items", "items", s.items)
	get(api, s, "get-item", "/api/tenants/{code}/items/{id}", "items", s.guide)
	get(api, s, "list-my-cases", "/api/me/cases", "cases", s.myCases)
	get(api, s, "get-my-case", "/api/me/cases/{id}", "cases", s.myCase)
	get(api, s, "list-cases", "/api/cases", "cases", s.staffCases)
	get(api, s, "get-case", "/api/cases/{id}", "cases", s.staffCase)
	r.HandleFunc("/api/*", unknown)
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

// answer is the body of a good response. It says that caches must ask again: what
// a level above changes is seen below at once.
type answer[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// get registers an operation that only reads.
func get[I, T any](api huma.API, s site, id, path, tag string, do func(context.Context, *I) (T, error)) {
	op := huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{tag}, Summary: text.T("api.op." + id),
		Responses: map[string]*huma.Response{"default": problemResponse(api)},
	}
	huma.Register(api, op, func(ctx context.Context, in *I) (*answer[T], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &answer[T]{CacheControl: "no-cache", Body: out}, nil
	})
}

func problemResponse(api huma.API) *huma.Response {
	return &huma.Response{Description: text.T("api.problem"), Content: map[string]*huma.MediaType{
		problemType: {Schema: api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")},
	}}
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
