package web

import (
	"context"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/forms"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Papers keeps uploads.
type Papers interface {
	// Keep stores a file of the actor's and returns its id.
	Keep(ctx context.Context, name string, r io.Reader) (id string, err error)
}

// Deps is what the pages need.
type Deps struct {
	Service   *forms.Service
	Shell     kit.Shell
	Base      string    // "/desk": every link begins with it
	Home      kit.Crumb // where the crumbs begin
	Divisions Divisions // nil: addresses are typed
	Papers    Papers    // nil: files cannot be kept
}

type handlers struct{ d Deps }

// Mount registers the pages relative to d.Base: the designer and what was
// submitted, and filling in as MountFilling has it.
func Mount(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Get("/forms", page(h.list))
	r.Get("/forms/new", page(h.blank))
	r.Post("/forms", page(h.create))
	r.Get("/forms/elements", page(h.elements))
	r.Get("/forms/{id}", page(h.show))
	r.Get("/forms/{id}/design", page(h.design))
	r.Post("/forms/{id}/design", page(h.change))
	r.Get("/forms/{id}/try", page(h.try))
	r.Post("/forms/{id}/try", page(h.tried))
	r.Get("/forms/{id}/schema.json", page(h.export))
	r.Get("/forms/{id}/versions/{number}", page(h.version))
	r.Get("/forms/{id}/compare", page(h.compare))
	r.Post("/forms/{id}/publish", page(h.publish))
	r.Post("/forms/{id}/withdraw", page(h.withdraw))
	r.Post("/forms/{id}/resume", page(h.resume))
	r.Post("/forms/{id}/delete", page(h.remove))
	r.Get("/forms/{id}/data", page(h.data))
	r.Get("/forms/{id}/data.xlsx", page(h.xlsx))
	r.Get("/forms/{id}/data/totals", page(h.totals))
	r.Get("/forms/{id}/data/{row}", page(h.row))
	MountFilling(r, d)
}

// MountFilling registers the pages of those who fill in forms, on any site.
func MountFilling(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Post("/forms/{id}/fill", page(h.begin))
	r.Get("/forms/drafts/{draft}", page(h.fill))
	r.Post("/forms/drafts/{draft}", page(h.file))
	r.Post("/forms/drafts/{draft}/save", page(h.save))
	r.Post("/forms/drafts/{draft}/drop", page(h.drop))
	r.Post("/forms/uploads", page(h.upload))
}

func (h handlers) to(path string) string { return h.d.Base + "/forms" + path }

func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, p kit.Page, crumbs ...kit.Crumb) error {
	p.Active = "forms"
	p.Crumbs = append([]kit.Crumb{h.d.Home, {Label: titleList, Href: h.to("")}}, crumbs...)
	return h.d.Shell.Page(w, r, status, p)
}

func (h handlers) formCrumb(f forms.Form) kit.Crumb {
	return kit.Crumb{Label: f.Title, Href: h.to("/" + f.ID)}
}

// refused is trouble for whoever may not do what a page is for.
func refused(why string) error {
	if why == "" {
		return nil
	}
	if why == "-" {
		why = ""
	}
	return fault.New(fault.Forbidden, "forbidden").With(why)
}
