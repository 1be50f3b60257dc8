package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"

	"liandong/portal-sites/kit"
)

// DocsPath is where people read what programs read at /api/openapi.json.
const DocsPath = "/api/docs"

// chapter is one tag of the document with its operations.
type chapter struct {
	key, title string
	ops        []entry
}

// entry is one operation as people read it.
type entry struct {
	id, method, path, summary, about, example string

	public   bool
	keyed    bool // for partners alone
	params   []row
	fields   []row
	statuses []row
}

// row is one line of a table: a parameter, a field or a status.
type row struct {
	name, kind, about string
	required          bool
}

// chapters turn the document into what people read: nothing is said twice.
func chapters(doc *huma.OpenAPI) (out []chapter) {
	for _, tag := range doc.Tags {
		c := chapter{key: tag.Name, title: tag.Description}
		for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
			if op := operationOf(doc.Paths[path]); slices.Contains(op.Tags, tag.Name) {
				c.ops = append(c.ops, entryOf(doc, path, op))
			}
		}
		out = append(out, c)
	}
	return out
}

func entryOf(doc *huma.OpenAPI, path string, op *huma.Operation) entry {
	e := entry{id: op.OperationID, method: op.Method, path: path, summary: op.Summary, about: op.Description}
	_, e.public = op.Responses["429"]
	e.keyed = e.public && len(op.Security) == 1
	for _, p := range op.Parameters {
		e.params = append(e.params, row{name: p.Name, kind: p.In, about: said(p.Description, p.Schema), required: p.Required})
	}
	if op.RequestBody != nil {
		for _, m := range op.RequestBody.Content {
			for _, f := range fields(doc, m.Schema, "", 0) {
				e.params = append(e.params, row{name: f.name, kind: "body", about: f.about, required: true})
			}
		}
	}
	slices.SortStableFunc(e.params, func(a, b row) int { return order(a) - order(b) })
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if r := op.Responses[status]; status != "default" {
			e.statuses = append(e.statuses, row{name: status, about: r.Description})
		}
	}
	for _, m := range op.Responses["200"].Content {
		e.fields = fields(doc, m.Schema, "", 0)
		if raw, err := json.MarshalIndent(m.Example, "", "  "); err == nil {
			e.example = string(raw)
		}
	}
	return e
}

// order puts what must be said first, and what only saves traffic last.
func order(p row) int {
	switch {
	case p.required:
		return 0
	case p.kind == "header":
		return 2
	}
	return 1
}

// said is a description with the values that are allowed, where it does not name them.
func said(about string, s *huma.Schema) string {
	if s == nil || len(s.Enum) == 0 {
		return about
	}
	var values []string
	for _, v := range s.Enum {
		if v, ok := v.(string); ok && !strings.Contains(about, v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return about
	}
	return about + "（" + strings.Join(values, "、") + "）"
}

// maxDepth bounds how far fields are followed.
const maxDepth = 5

// fields lists what an answer holds, with paths such as guide.materials[].name.
func fields(doc *huma.OpenAPI, s *huma.Schema, prefix string, depth int) (out []row) {
	if s == nil || depth > maxDepth {
		return nil
	}
	if s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s.Items != nil {
		return fields(doc, s.Items, prefix+"[]", depth)
	}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[key]
		path := strings.TrimPrefix(prefix+"."+key, ".")
		out = append(out, row{name: path, kind: kind(p), about: p.Description})
		out = append(out, fields(doc, p, path, depth+1)...)
	}
	return out
}

func kind(s *huma.Schema) string {
	switch {
	case s.Ref != "":
		return "object"
	case s.Format == "date-time":
		return "date-time"
	}
	return s.Type
}

// docs answers with the page for people.
func (s site) docs(doc *huma.OpenAPI) http.HandlerFunc {
	all := chapters(doc)
	shell := kit.Shell{Log: s.Log, Home: DocsPath, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.CitizenLayout(docsView(all), p)
	}}
	return shell.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return shell.Page(w, r, http.StatusOK, kit.Page{Title: doc.Info.Title, Active: "start", Content: docsPage(all), Headed: true})
	})
}
