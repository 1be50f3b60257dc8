// Package web is how staff meet cases (办件): the to-do list, the case with its
// acts and papers, the list of a subtree, and filing on somebody's behalf. The
// same pages serve the desk and the trimmed interface of village service points.
package web

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

type handlers struct {
	d     Deps
	press *Press
}

// Mount registers the pages relative to d.Base.
func Mount(r chi.Router, d Deps) {
	h := handlers{d, NewPress(d.Font)}
	page := d.Shell.Handle
	h.lists(r)
	h.deskPages(r)
	r.Get("/cases", page(h.list))
	r.Get("/cases.xlsx", page(h.listXLSX))
	r.Get("/cases/figures", page(h.figures))
	r.Get("/cases/figures.xlsx", page(h.figuresXLSX))
	r.Get("/cases/{id}", page(h.show))
	r.Post("/cases/{id}/acts/{act}", page(h.act))
	r.Post("/cases/{id}/procedures/{procedure}/answer", page(h.answerConsult))
	r.Post("/cases/{id}/procedures/{procedure}/supply", page(h.supply))
	r.Post("/cases/{id}/urge", page(h.urge))
	r.Get("/cases/{id}/files/{file}", page(h.viewFile))
	r.Post("/cases/{id}/files/{file}/judge", page(h.judge))
	r.Post("/cases/{id}/reveal/{field}", page(h.reveal))
	r.Get("/cases/{id}/papers/{paper}", page(h.paper))
	r.Post("/cases/{id}/documents", page(h.issueDocument))
	r.Get("/cases/{id}/documents/{document}", page(h.showDocument))
	r.Get("/cases/{id}/documents/{document}/pdf", page(h.documentPDF))
	mountForms(r, h)
	r.Get("/assist", page(h.choose))
	if d.Places != nil {
		r.Get("/assist/elsewhere", page(h.taken))
		r.Get("/assist/elsewhere/{taken}", page(h.showTaken))
		r.Post("/assist/elsewhere/{taken}/handed", page(h.handTaken))
		r.Get("/assist/elsewhere/places", page(h.places))
		r.Get("/assist/elsewhere/at/{place}", page(h.itemsAt))
		r.Get("/assist/elsewhere/at/{place}/{item}", page(h.fillAt))
		r.Post("/assist/elsewhere/at/{place}/{item}", page(h.fileAt))
	}
	r.Get("/assist/batches/{batch}", page(h.showBatch))
	r.Post("/assist/batches/{batch}", page(h.fileBatch))
	r.Get("/assist/batches/{batch}.xlsx", page(h.batchReport))
	r.Get("/assist/{item}/batch", page(h.batch))
	r.Post("/assist/{item}/batch", page(h.readBatch))
	r.Get("/assist/{item}/batch.xlsx", page(h.batchTemplate))
	r.Get("/assist/{item}", page(h.fill))
	r.Post("/assist/{item}", page(h.file))
	r.Get("/assist/done/{id}", page(h.filed))
}

// look is what every page of one site shares.
type look struct {
	base  string
	large bool // few, big choices: the village
	now   time.Time
}

func (h handlers) look() look {
	return look{base: h.d.Base, large: h.d.Shell.Density == kit.Large, now: h.d.Now()}
}

func (l look) to(path string) string { return l.base + path }

func (l look) caseURL(c *cases.Case) string { return l.base + "/cases/" + c.ID }

// page shows p with the crumbs that lead from the site's home over crumbs to it.
func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, p kit.Page, crumbs ...kit.Crumb) error {
	p.Crumbs = append([]kit.Crumb{h.d.Home}, crumbs...)
	return h.d.Shell.Page(w, r, status, p)
}

// id is the path's id, or NotFound when it cannot be one.
func id(r *http.Request, name string) (string, error) {
	return id36(chi.URLParam(r, name))
}

func id36(s string) (string, error) {
	if uuid.Validate(s) != nil || len(s) != 36 {
		return "", fault.New(fault.NotFound, "case_not_found")
	}
	return s, nil
}
