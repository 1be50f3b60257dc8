// Package web is the legal library (政策法规库) on the desk: a list with search, the
// text of a law as it reads on a day, and the forms of those who keep it.
package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/laws"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Deps is what the pages need.
type Deps struct {
	Service *laws.Service
	Shell   kit.Shell
	Base    string    // "/desk": every link begins with it
	Home    kit.Crumb // where the crumbs begin
}

type handlers struct{ d Deps }

// Mount registers the pages relative to d.Base.
func Mount(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Get("/laws", page(h.list))
	r.Get("/laws.xlsx", page(h.xlsx))
	r.Get("/laws/new", page(h.blank))
	r.Post("/laws", page(h.create))
	r.Get("/laws/{id}", page(h.show))
	r.Post("/laws/{id}", page(h.edit))
	r.Get("/laws/{id}/edit", page(h.editForm))
	r.Get("/laws/{id}/import", page(h.importForm))
	r.Post("/laws/{id}/import", page(h.importText))
	r.Get("/laws/{id}/articles/{sort}", page(h.history))
	r.Get("/laws/{id}/amend", page(h.amendForm))
	r.Post("/laws/{id}/amend", page(h.amend))
	r.Post("/laws/{id}/drop", page(h.drop))
	r.Post("/laws/{id}/publish", page(h.publish))
	r.Get("/laws/{id}/repeal", page(h.repealForm))
	r.Post("/laws/{id}/repeal", page(h.repeal))
	r.Post("/laws/{id}/delete", page(h.remove))
}

func (h handlers) to(path string) string { return h.d.Base + "/laws" + path }

func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, p kit.Page, crumbs ...kit.Crumb) error {
	p.Active = "laws"
	p.Crumbs = append([]kit.Crumb{h.d.Home}, crumbs...)
	return h.d.Shell.Page(w, r, status, p)
}

func (h handlers) listCrumb() kit.Crumb { return kit.Crumb{Label: titleList, Href: h.to("")} }

// way is the crumbs of a page below a law's own.
func (h handlers) way(l laws.Law) []kit.Crumb {
	return []kit.Crumb{h.listCrumb(), {Label: l.Title, Href: h.to("/" + l.ID)}}
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

// refused is trouble for whoever may not do what a form is for.
func refused(why string) error {
	if why == "" {
		return nil
	}
	return fault.New(fault.Forbidden, "forbidden").With(why)
}
