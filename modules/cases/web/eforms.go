package web

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// EForms fills in and shows electronic forms (电子表单). The wire answers it with the
// pages of forms.
type EForms interface {
	// Open shows the actor's draft of the form of an item, or begins one.
	Open(ctx context.Context, in Entry) (Draft, error)
	// Take reads what a request sends of the form into the draft, whatever is wrong
	// with it. A button of the form is told as Do; buttons are the page's own.
	Take(r *http.Request, in Entry, buttons ...string) (Draft, error)
	// Check is Draft with what the rules mind beside the fields.
	Check(d Draft) Draft
	// Listing is a form as columns of a table, none of them called like one of heads.
	Listing(ctx context.Context, form cases.FormRef, heads []string) (Listing, error)
	// Drop forgets a draft.
	Drop(ctx context.Context, draft string) error
	// Filed shows the form of a case to somebody who may see it, personal data masked
	// unless plain; NotFound when it has none.
	Filed(ctx context.Context, caseID string, plain bool) (Filed, error)
	// Edit shows the fields of the form of a case that the actor may write, with what
	// a request sent of them, when it did. A button of the form is told as Do.
	Edit(r *http.Request, caseID, base string) (Editing, error)
}

// Entry is an application at a page.
type Entry struct {
	Form   cases.FormRef
	ItemID string
	Base   string // of the site
	Who    Applicant
	Parts  []string // of a theme (一件事): keys of the parts that follow from what was chosen

	At      tenancy.ID     // the competent office, when it is another one: there is no draft then; zero: here
	Answers map[string]any // without a draft: what is in the form already
}

// Applicant is what a page knows of whoever applies.
type Applicant struct{ Kind, Name, Number, Phone, Address string }

// Listing is a form that is filled in by lines of a table.
type Listing struct {
	Columns []ListColumn
	Left    []string // labels of the fields that no cell can say
	// Judge runs the rules over one line, cells by key; wrong says by column what they mind.
	Judge func(ctx context.Context, cells map[string]string, who Applicant) (answers map[string]any, wrong map[string]string)
}

// ListColumn is one column.
type ListColumn struct {
	Key, Head, Said string
	Options         []string
}

// Draft is a form that is being filled in.
type Draft struct {
	ID      string
	Attrs   templ.Attributes // of the form around
	Content templ.Component
	Paper   templ.Component   // to read it before it is handed in
	Do      string            // the button of the form that was pressed
	Page    map[string]string // what was typed around it
	Begun   bool              // there was something in it before
	Told    bool              // another device changed something meanwhile
	Wrong   []string          // what Check minded
	Notes   []string          // what is known and was not filled in, and why
	Answers map[string]any    // without a draft: what is handed in
	State   any               // of whoever answers
}

// Filed is a form that was handed in.
type Filed struct {
	Title    string
	Version  int
	Content  templ.Component
	Edits    []FormEdit
	Refused  string // why the actor may not write it at this step; empty when she may
	Writable int    // fields that the step lets her write
	Fields   []kit.Option
	Asked    bool    // a notice asks for some of its fields
	Pending  Pending // what the actor has typed into it and not handed in
}

// Pending (未提交的填写) is what somebody has typed into the form of a case, that does not
// count yet.
type Pending struct {
	Draft  string   // id; empty: none was begun
	Fields []string // labels of what she changed; none: nothing waits
	At     string   // when it was saved last
}

// FormEdit is one change of a form that was handed in.
type FormEdit struct {
	At, Who, Step string
	Changes       []FormChange
}

// FormChange is one field before and after.
type FormChange struct{ Label, Before, After string }

// Editing is the form of a case as its handler changes it.
type Editing struct {
	Attrs   templ.Attributes // of the form around
	Content templ.Component
	Do      string
	Values  map[string]any
	Blame   func() templ.Component // shows what the rules mind
	Told    bool                   // another window or device has changed something meanwhile
	Pending Pending
	Moved   []string          // labels of what she changed and somebody else has changed since
	Page    map[string]string // what was typed around it
}

// formID is the id of the form around the fields.
const formID = "ff-form"

func (h handlers) entry(a *application) Entry {
	return Entry{Form: a.guide.Form, ItemID: a.guide.ID, Base: h.d.Base, Parts: a.guide.Parts, At: a.place.ID, Who: Applicant{
		Kind: a.kind(), Name: a.form.Get("name"), Number: a.form.Get("number"), Phone: a.form.Get("phone"), Address: a.form.Get("address"),
	}}
}

// kind is the kind of applicant chosen, or the first that the item serves.
func (a *application) kind() string {
	if k := a.form.Get("kind"); k == "legal" || k == "person" {
		return k
	}
	return a.applicant()[0].Value
}

// openForm shows the form of the item with what was typed last time around it.
func (h handlers) openForm(ctx context.Context, a *application) error {
	if a.guide.Form.None() || h.d.EForms == nil {
		return nil
	}
	d, err := h.d.EForms.Open(ctx, h.entry(a))
	if err != nil {
		return err
	}
	if len(d.Page) > 0 {
		a.form = kit.NewForm(d.Page)
	}
	a.sheet = &d
	return nil
}

// pageNames are the fields of the page that are kept with the draft of the form.
func (a *application) pageNames() string {
	all := slices.Concat(a.applicant(), a.questions())
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Name
	}
	return strings.Join(names, " ")
}

// The buttons of the page that holds a form.
const (
	doAnew    = "anew"    // forget the draft
	doPrefill = FillKnown // fill in what is known of the applicant
)

// FillKnown is the button of a page that fills in what is known of the applicant.
const FillKnown = "prefill"

// takeForm reads the form of the item; done tells that the page has been answered.
func (h handlers) takeForm(w http.ResponseWriter, r *http.Request, a *application) (done bool, err error) {
	if a.guide.Form.None() || h.d.EForms == nil {
		return false, nil
	}
	d, err := h.d.EForms.Take(r, h.entry(a), doAnew, doPrefill)
	if err != nil {
		return true, err
	}
	a.sheet = &d
	switch do := a.form.Get("do"); {
	case do == doAnew:
		if err := h.d.EForms.Drop(r.Context(), d.ID); err != nil {
			return true, err
		}
		return true, kit.SeeOther(w, r, kit.WithAnswers(a.action(), a.guide.Answers))
	case do != "" || d.Told:
		if _, err := h.takeMaterials(r, a); err != nil {
			return true, err
		}
		return true, h.showForm(w, r, http.StatusOK, *a)
	}
	checked := h.d.EForms.Check(d)
	if a.sheet = &checked; len(checked.Wrong) > 0 {
		a.form.Wrong("", "case_form_wrong")
	}
	return false, nil
}

// filedForm is the form of a case; nil when it has none.
func (h handlers) filedForm(ctx context.Context, c *cases.Case, plain bool) (*Filed, error) {
	if c.Sheet().None() || h.d.EForms == nil {
		return nil, nil //nolint:nilnil // no form is no error
	}
	f, err := h.d.EForms.Filed(ctx, c.ID, plain)
	if gone(err) { // of a branch of the tree that is not hers to see
		return nil, nil //nolint:nilnil // shown without
	}
	return &f, err
}

func gone(err error) bool { return err != nil && fault.KindOf(err) == fault.NotFound }

// formPage shows the form of a case by itself, to read, to print, and who changed it.
func (h handlers) formPage(w http.ResponseWriter, r *http.Request) error {
	return h.showFiled(w, r, false)
}

// formClear shows it with personal data, which is noted.
func (h handlers) formClear(w http.ResponseWriter, r *http.Request) error {
	return h.showFiled(w, r, true)
}

func (h handlers) showFiled(w http.ResponseWriter, r *http.Request, plain bool) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	f, err := h.filedForm(r.Context(), &v.Case, plain)
	if err == nil && f == nil {
		err = fault.New(fault.NotFound, "case_form_none")
	}
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: f.Title, Active: "cases", Content: filedFormPage(v, *f, plain)},
		kit.Crumb{Label: titleCases, Href: v.to("/cases")}, kit.Crumb{Label: v.Case.No, Href: v.caseURL(&v.Case)})
}

// editForm shows the fields of the form that the step lets its handler write.
func (h handlers) editForm(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	e, err := h.d.EForms.Edit(r, v.Case.ID, h.d.Base)
	if err != nil {
		return err
	}
	v.form.Set("version", strconv.Itoa(v.Case.Version))
	return h.showEditing(w, r, http.StatusOK, v, e)
}

func (h handlers) showEditing(w http.ResponseWriter, r *http.Request, status int, v view, e Editing) error {
	return h.page(w, r, status, kit.Page{Title: titleEditForm, Active: "cases", Content: editFormPage(v, e)},
		kit.Crumb{Label: titleCases, Href: v.to("/cases")}, kit.Crumb{Label: v.Case.No, Href: v.caseURL(&v.Case)})
}

// saveForm takes what the handler wrote: only now it counts.
func (h handlers) saveForm(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	caseID, err := id(r, "id")
	if err != nil {
		return err
	}
	e, err := h.d.EForms.Edit(r, caseID, h.d.Base)
	if err != nil {
		return err
	}
	stays := e.Do != "" || e.Told
	if !stays {
		_, err = h.d.Service.ChangeForm(r.Context(), caseID, form.Int("version"), e.Values)
	}
	if !stays && err == nil {
		return h.d.Shell.Done(w, r, h.d.Base+"/cases/"+caseID+"/form", "cases.did_form")
	}
	return h.reedit(w, r, form, e, err)
}

// dropForm forgets what was typed into the form of a case and does not count.
func (h handlers) dropForm(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	if v.sheet == nil || v.sheet.Pending.Draft == "" {
		return h.d.Shell.Done(w, r, v.caseURL(&v.Case), "cases.did_drop_form")
	}
	if ok, err := h.d.Shell.Confirmed(w, r, dropConfirm(v)); !ok {
		return err
	}
	if err := h.d.EForms.Drop(r.Context(), v.sheet.Pending.Draft); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, v.caseURL(&v.Case), "cases.did_drop_form")
}

// reedit shows the form again as it was typed, with what is wrong.
func (h handlers) reedit(w http.ResponseWriter, r *http.Request, form kit.FormValues, e Editing, failure error) error {
	f, ok := fault.As(failure)
	if failure != nil && (!ok || f.Kind == fault.Internal || f.Kind == fault.NotFound || f.Kind == fault.Forbidden) {
		return failure
	}
	v, err := h.view(r)
	if err != nil {
		return errors.Join(err, failure)
	}
	v.form = form
	v.form.Set("version", strconv.Itoa(v.Case.Version))
	status := http.StatusOK
	if failure != nil {
		status = kit.StatusOf(f.Kind)
		if f.Fields["form"] != "" {
			e.Content = e.Blame()
		} else {
			v.trouble = v.explain(f, form)
		}
	}
	return h.showEditing(w, r, status, v, e)
}

// correction is what an answer to a notice says of the form.
type correction struct {
	values map[string]any
	do     string // a button of the form
	told   bool   // another window or device has changed something meanwhile
}

func (h handlers) correction(r *http.Request, caseID string) (c correction, err error) {
	if h.d.EForms == nil || r.PostForm.Get("corrects") == "" {
		return c, nil
	}
	e, err := h.d.EForms.Edit(r, caseID, h.d.Base)
	return correction{maps.Clone(e.Values), e.Do, e.Told}, err
}

// offerCorrection puts the fields that a notice asks for into the form of its answer.
func (h handlers) offerCorrection(r *http.Request, v *view, wrong bool) error {
	if v.act.key != "answer" || v.sheet == nil || !v.sheet.Asked {
		return nil
	}
	e, err := h.d.EForms.Edit(r, v.Case.ID, h.d.Base)
	if err != nil {
		return err
	}
	if v.correct = &e; wrong {
		e.Content = e.Blame()
	}
	if said := e.Page["opinion"]; said != "" && v.form.Get("opinion") == "" {
		v.form.Set("opinion", said)
	}
	return nil
}

func mountForms(r chi.Router, h handlers) {
	page := h.d.Shell.Handle
	r.Get("/cases/{id}/form", page(h.formPage))
	r.Post("/cases/{id}/form/reveal", page(h.formClear))
	r.Get("/cases/{id}/form/edit", page(h.editForm))
	r.Post("/cases/{id}/form/edit", page(h.saveForm))
	r.Post("/cases/{id}/form/drop", page(h.dropForm))
}
