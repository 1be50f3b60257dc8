// Package web is how staff keep their portal (站点): its settings, inherited field
// by field, and its articles (资讯).
package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/sites"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Deps is what the pages need.
type Deps struct {
	Service *sites.Service
	Shell   kit.Shell
	Base    string    // "/desk": every link begins with it
	Home    kit.Crumb // where the crumbs begin
}

type handlers struct{ d Deps }

// Mount registers the pages relative to d.Base.
func Mount(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Get("/site", page(h.site))
	r.Post("/site", page(h.save))
	r.Get("/articles", page(h.list))
	r.Get("/articles.xlsx", page(h.xlsx))
	r.Get("/articles/new", page(h.blank))
	r.Post("/articles", page(h.create))
	r.Get("/articles/{id}", page(h.show))
	r.Post("/articles/{id}", page(h.edit))
	r.Post("/articles/{id}/publish", page(h.publish))
	r.Post("/articles/{id}/withdraw", page(h.withdraw))
	r.Post("/articles/{id}/delete", page(h.remove))
}

func (h handlers) to(path string) string { return h.d.Base + path }

func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, p kit.Page, crumbs ...kit.Crumb) error {
	p.Crumbs = append([]kit.Crumb{h.d.Home}, crumbs...)
	return h.d.Shell.Page(w, r, status, p)
}

// trouble is why a form was not taken: shown above it, with what was typed kept.
type trouble struct {
	why    string // of a refusal: the policy's own sentence
	key    string // of a conflict: a catalogue key
	status int
}

// caught tells a refusal or a race, which a page can show beside the form, from
// other failures.
func caught(err error) (trouble, bool) {
	f, ok := fault.As(err)
	if !ok {
		return trouble{}, false
	}
	if f.Kind != fault.Forbidden && f.Kind != fault.Conflict && f.Kind != fault.Precondition {
		return trouble{}, false
	}
	return trouble{f.Detail, f.Text, kit.StatusOf(f.Kind)}, true
}
