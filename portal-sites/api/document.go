package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit/text"
)

// scheme is the name of the way to sign requests with the key of a partner.
const scheme = "partnerKey"

// config is what the document says of the whole interface.
func config(version string) huma.Config {
	cfg := huma.DefaultConfig(text.T("api.title"), version)
	cfg.Info.Description = text.T("api.description")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/openapi", "", ""
	cfg.CreateHooks = nil // no links to schemas inside of answers
	cfg.Transformers = []huma.Transformer{inChinese}
	cfg.Servers = []*huma.Server{{URL: "/", Description: text.T("api.server")}}
	for _, tag := range []string{"tenants", "items", "cases", "datasets"} {
		cfg.Tags = append(cfg.Tags, &huma.Tag{Name: tag, Description: text.T("api.tag." + tag)})
	}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		scheme:    {Type: "http", Scheme: "bearer", Description: text.T("api.security.partner")},
		"session": {Type: "apiKey", In: "cookie", Name: "ld_session", Description: text.T("api.security.session")},
	}
	return cfg
}

// document is what the document says of an operation besides its types.
func (s site) document(api huma.API, o operation) huma.Operation {
	op := huma.Operation{
		OperationID: o.id, Method: http.MethodGet, Path: o.path, Tags: []string{o.tag},
		Summary: text.T("api.op." + o.id), Description: text.T("api.about." + o.id),
		Parameters: []*huma.Param{{
			Name: "If-None-Match", In: "header", Description: text.T("api.param.if_none_match"), Schema: &huma.Schema{Type: "string"}, Example: `"c2hhMjU2"`,
		}},
		Responses: map[string]*huma.Response{
			"200": {Description: text.T("api.answer.200"), Headers: map[string]*huma.Param{}},
			"304": {Description: text.T("api.answer.304")},
		},
	}
	statuses := []int{http.StatusNotFound, http.StatusUnprocessableEntity}
	if o.public {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
		op.Security = []map[string][]string{{scheme: {}}, {}}
		if o.keyed {
			op.Security = op.Security[:1]
		}
		limited(op.Responses["200"], "RateLimit-Policy", "RateLimit", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
	} else {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
		op.Security = []map[string][]string{{"session": {}}}
	}
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = problemResponse(api, status)
	}
	op.Responses["default"] = problemResponse(api, 0)
	if o.public {
		limited(op.Responses["429"], "Retry-After", "RateLimit", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
	}
	return op
}

func limited(r *huma.Response, names ...string) {
	if r.Headers == nil {
		r.Headers = map[string]*huma.Param{}
	}
	for _, n := range names {
		kind := "integer"
		if n == "RateLimit" || n == "RateLimit-Policy" {
			kind = "string"
		}
		r.Headers[n] = &huma.Param{Description: text.T("api.header." + strings.ToLower(n)), Schema: &huma.Schema{Type: kind}}
	}
}

// problemResponse documents a failure with an example; status 0 is any other.
func problemResponse(api huma.API, status int) *huma.Response {
	key, example := "api.problem", Problem{Type: "about:blank", Title: text.T("error.internal.title"), Status: http.StatusInternalServerError, Detail: text.T("error.internal.reason"), RequestID: "01a2b3c4"}
	if status != 0 {
		key = "api.answer." + strconv.Itoa(status)
		example.Status, example.Title, example.Detail = status, text.T(key+".title"), text.T(key+".detail")
	}
	return &huma.Response{Description: text.T(key), Content: map[string]*huma.MediaType{
		problemType: {Schema: api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem"), Example: example},
	}}
}

// operationOf is the one operation that an address has.
func operationOf(item *huma.PathItem) *huma.Operation {
	if item.Post != nil {
		return item.Post
	}
	return item.Get
}

// describe says in Chinese what no type can: the fields of an item are spelled where
// the catalogue keeps them, with the headers of its columns.
func describe(doc *huma.OpenAPI) {
	headers := map[string]string{}
	for _, c := range catalog.Columns() {
		headers[c.Key] = c.Header
	}
	schemas := doc.Components.Schemas.Map()
	delete(schemas, "ErrorModel") // of the library: see inChinese
	delete(schemas, "ErrorDetail")
	for name, schema := range schemas {
		for key, p := range schema.Properties {
			if p.Description != "" || p.Ref != "" {
				continue
			}
			for _, of := range []string{"api.field." + name + "." + key, "api.field." + key} {
				if p.Description == "" && text.Has(of) {
					p.Description = text.T(of)
				}
			}
			if p.Description == "" {
				p.Description = headers[key]
			}
		}
	}
	for _, item := range doc.Paths {
		op := operationOf(item)
		if ok := op.Responses["200"]; ok != nil {
			for name, h := range ok.Headers {
				if h.Description == "" {
					h.Description = text.T("api.header." + strings.ToLower(name))
				}
			}
			for _, m := range ok.Content {
				m.Example = example(op.OperationID)
			}
		}
		for _, p := range op.Parameters {
			if p.Description == "" {
				p.Description = text.T("api.param." + p.Name)
			}
		}
	}
}
