package citizen

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	formsweb "liandong/modules/forms/web"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/fault"
)

// stepForm is the step of the item's electronic form (电子表单).
const stepForm = "form"

// forms are the addresses that pages with electronic forms save to.
func (h handlers) forms(r chi.Router) {
	r.Get("/cases/{id}/form", h.member(h.caseForm))
	if h.Forms == nil {
		return
	}
	formsweb.MountSaving(r.With(h.members), formsweb.Deps{Service: h.Forms, Shell: Shell(h.Deps), Papers: h.Papers})
}

// members lets those through who are signed in; a script is told by the way to the door.
func (h handlers) members(next http.Handler) http.Handler {
	return h.member(func(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
		next.ServeHTTP(w, r)
		return nil
	})
}

// filled reports whether the item has a form to fill in.
func (f form) filled() bool { return !f.full.EForm.None() }

func (h handlers) entry(ctx context.Context, f *form) casesweb.Entry {
	in := f.filing()
	var parts []string
	for _, p := range f.mine.Parts {
		parts = append(parts, p.Key)
	}
	return casesweb.Entry{
		Parts: parts,
		Form:  cases.FormRef{ID: f.full.EForm.ID, Number: f.full.EForm.Number}, ItemID: f.id, Base: visit.URL(ctx, ""),
		Who: casesweb.Applicant{Kind: in.Kind, Name: in.Name, Number: in.Number, Phone: in.Phone, Address: in.Address},
	}
}

// openSheet begins the form, or takes it up again; with it the draft of the
// application, so that both stay on the version of the item that they began with.
func (h handlers) openSheet(r *http.Request, f *form) error {
	if !f.filled() || h.EForms == nil {
		return nil
	}
	if !f.begun {
		if _, err := h.change(r, f.id, func(*application) error { return nil }); err != nil {
			return err
		}
	}
	d, err := h.EForms.Open(r.Context(), h.entry(r.Context(), f))
	f.sheet = &d
	return err
}

// checkSheet minds what the rules of the form mind.
func (h handlers) checkSheet(f *form) {
	if f.sheet == nil {
		return
	}
	d := h.EForms.Check(*f.sheet)
	if f.sheet = &d; len(d.Wrong) > 0 {
		f.v.Wrong("form", "case_form_wrong")
	}
}

// formPost reads the step of the form; done tells that the page has been answered.
func (h handlers) formPost(w http.ResponseWriter, r *http.Request, s kit.Shell, f *form, act string) (done bool, err error) {
	if f.step != stepForm || !f.filled() || h.EForms == nil {
		return false, nil
	}
	d, err := h.EForms.Take(r, h.entry(r.Context(), f), "next", "back", "save")
	if err != nil {
		return true, err
	}
	f.sheet = &d
	if d.Do != "" || d.Told {
		return true, h.showForm(w, r, s, *f, http.StatusOK)
	}
	if act != "next" {
		return false, nil
	}
	if h.checkSheet(f); len(f.sheet.Wrong) > 0 {
		return true, h.showForm(w, r, s, *f, http.StatusUnprocessableEntity)
	}
	return false, nil
}

// dropSheet forgets the form with the application.
func (h handlers) dropSheet(r *http.Request, f *form) error {
	if err := h.openSheet(r, f); err != nil || f.sheet == nil {
		return err
	}
	return h.EForms.Drop(r.Context(), f.sheet.ID)
}

// sheetOf is the form of a case; nil when it has none.
func (h handlers) sheetOf(ctx context.Context, c *cases.Case) (*casesweb.Filed, error) {
	if c.Sheet().None() || h.EForms == nil {
		return nil, nil //nolint:nilnil // no form is no error
	}
	f, err := h.EForms.Filed(ctx, c.ID, false)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return nil, nil //nolint:nilnil // of a branch of the tree that this site does not show
	}
	return &f, err
}

// caseForm shows the form of a case by itself, to read and to print.
func (h handlers) caseForm(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readCase(r)
	if err != nil {
		return err
	}
	if v.sheet == nil {
		return fault.New(fault.NotFound, "case_form_none")
	}
	ctx := r.Context()
	return s.Page(w, r, http.StatusOK, kit.Page{
		Title: v.sheet.Title, Active: "cases", Content: caseFormPage(v),
		Crumbs: home(ctx, kit.Crumb{Label: text.T("citizen.nav.cases"), Href: visit.URL(ctx, "/cases")}, kit.Crumb{Label: v.Case.No, Href: caseURL(ctx, v.Case.ID)}),
	})
}

// correction is what an answer to a notice says of the form, as the page shows it again.
type correction struct {
	attrs   templ.Attributes // of the form around
	content templ.Component
	told    bool // another device has changed something meanwhile
	values  map[string]any
	do      string
	blame   func() templ.Component
}

// correct reads the fields of the form that a notice asks for.
func (h handlers) correct(r *http.Request, v *caseView) error {
	if v.sheet == nil || !v.sheet.Asked || v.open() == nil {
		return nil
	}
	e, err := h.EForms.Edit(r, v.Case.ID, visit.URL(r.Context(), ""))
	v.correction = correction{e.Attrs, e.Content, e.Told, e.Values, e.Do, e.Blame}
	if said := e.Page["answer"]; said != "" && v.v.Get("answer") == "" {
		v.v.Set("answer", said)
	}
	return err
}
