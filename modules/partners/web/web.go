// Package web is how administrators keep the partners (合作方) of the publication
// API: who they are, their keys, their limits and what they used.
package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/partners"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Deps is what the pages need.
type Deps struct {
	Service *partners.Service
	Shell   kit.Shell
	Base    string    // "/desk": every link begins with it
	Home    kit.Crumb // where the crumbs begin
	Docs    string    // where partners read how to ask
	Now     func() time.Time
}

type handlers struct{ Deps }

// Mount registers the pages relative to d.Base.
func Mount(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Get("/partners", page(h.list))
	r.Post("/partners", page(h.create))
	r.Get("/partners/new", page(h.blank))
	r.Get("/partners/{id}", page(h.show))
	r.Get("/partners/{id}/edit", page(h.edit))
	r.Post("/partners/{id}/edit", page(h.save))
	r.Post("/partners/{id}/rotate", page(h.rotate))
	r.Post("/partners/{id}/stop", page(h.stop))
	r.Post("/partners/{id}/resume", page(h.resume))
}

func (h handlers) to(path string) string { return h.Base + "/partners" + path }

func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, p kit.Page, crumbs ...kit.Crumb) error {
	p.Active, p.Crumbs = "partners", append([]kit.Crumb{h.Home}, crumbs...)
	return h.Shell.Page(w, r, status, p)
}

func (h handlers) listCrumb() kit.Crumb { return kit.Crumb{Label: listTitle, Href: h.to("")} }

type listView struct {
	handlers

	q     kit.ListQuery
	rows  []partners.Partner
	total int
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"state": ""}}).WithPath(h.to(""))
	rows, total, err := h.Service.List(r.Context(), partners.Query{Text: q.Q, State: q.Filter("state"), Limit: q.Size, Offset: q.Offset()})
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: listTitle, Content: listPage(listView{h, q, rows, total})})
}

func (h handlers) blank(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := h.Service.List(r.Context(), partners.Query{Limit: 1}); err != nil {
		return err // whoever may not list may not add
	}
	return h.form(w, r, http.StatusOK, formView{handlers: h, form: kit.NewForm(map[string]string{"per_minute": "600", "per_day": "100000"}), action: h.to(""), back: h.to("")})
}

type formView struct {
	handlers

	form         kit.FormValues
	action, back string
	partner      *partners.Partner // nil: a new one
}

func (h handlers) form(w http.ResponseWriter, r *http.Request, status int, v formView) error {
	crumbs := []kit.Crumb{h.listCrumb()}
	if v.partner != nil {
		crumbs = append(crumbs, kit.Crumb{Label: v.partner.Name, Href: v.back})
	}
	return h.page(w, r, status, kit.Page{Title: formTitle(v), Content: formPage(v)}, crumbs...)
}

func inputOf(f *kit.FormValues) partners.Input {
	return partners.Input{
		Name: f.Get("name"), Contact: f.Get("contact"), Phone: f.Get("phone"), Note: f.Get("note"),
		PerMinute: f.Int("per_minute"), PerDay: f.Int("per_day"), CaseData: f.Get("case_data"), Answers: f.Get("answers") == mayAnswer, EndsOn: f.Get("ends_on"), Seen: f.Int("version"),
	}
}

func (h handlers) create(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	in := inputOf(&form)
	p, secret, err := h.Service.Create(r.Context(), in)
	if form.Blame(err) {
		return h.form(w, r, http.StatusUnprocessableEntity, formView{handlers: h, form: form, action: h.to(""), back: h.to("")})
	}
	if err != nil {
		return err
	}
	return h.once(w, r, keyView{id: p.ID, name: p.Name, secret: secret})
}

// once shows a key for the only time. No cache keeps it, and sending the form again
// makes no other.
func (h handlers) once(w http.ResponseWriter, r *http.Request, v keyView) error {
	w.Header().Set("Cache-Control", "no-store")
	v.handlers = h
	return h.page(w, r, http.StatusOK, kit.Page{Title: keyTitle, Content: keyPage(v)}, h.listCrumb(), kit.Crumb{Label: v.name, Href: h.to("/" + v.id)})
}

type keyView struct {
	handlers

	id, name, secret string
	grace            time.Duration
	old              bool // there were keys before
}

type showView struct {
	handlers
	partners.Detail

	form    kit.FormValues
	trouble string // a catalogue key: why the last act was not done
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	return h.detail(w, r, http.StatusOK, kit.FormValues{}, "")
}

func (h handlers) detail(w http.ResponseWriter, r *http.Request, status int, form kit.FormValues, trouble string) error {
	d, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: d.Name, Content: showPage(showView{h, d, form, trouble})}, h.listCrumb())
}

func (h handlers) edit(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if !d.Own {
		return fault.New(fault.Forbidden, "partner_of_below")
	}
	values := map[string]string{
		"name": d.Name, "contact": d.Contact, "phone": d.Phone, "note": d.Note, "case_data": d.CaseData, "version": strconv.Itoa(d.Version),
		"per_minute": strconv.Itoa(d.PerMinute), "per_day": strconv.Itoa(d.PerDay),
	}
	if d.Answers {
		values["answers"] = mayAnswer
	}
	if d.EndsOn != nil {
		values["ends_on"] = d.EndsOn.Format(time.DateOnly)
	}
	return h.form(w, r, http.StatusOK, h.editing(d.Partner, kit.NewForm(values)))
}

func (h handlers) editing(p partners.Partner, form kit.FormValues) formView {
	return formView{handlers: h, form: form, action: h.to("/" + p.ID + "/edit"), back: h.to("/" + p.ID), partner: &p}
}

func (h handlers) save(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	err = h.Service.Edit(r.Context(), id, inputOf(&form))
	if form.Blame(err) || fault.KindOf(err) == fault.Conflict && err != nil {
		d, failed := h.Service.Show(r.Context(), id)
		if failed != nil {
			return failed
		}
		status := http.StatusUnprocessableEntity
		if !form.Failed() { // somebody was faster: what was typed stays, on top of hers
			status = http.StatusConflict
			form.Wrong("name", "partner_changed")
			form.Set("version", strconv.Itoa(d.Version))
		}
		return h.form(w, r, status, h.editing(d.Partner, form))
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.to("/"+id), "partner_saved")
}

func (h handlers) rotate(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	hours, err := strconv.Atoi(form.Get("grace"))
	if err != nil {
		hours = -1
	}
	grace := time.Duration(hours) * time.Hour
	secret, err := h.Service.Rotate(r.Context(), id, form.Get("newest"), grace)
	switch {
	case form.Blame(err):
		return h.detail(w, r, http.StatusUnprocessableEntity, form, "")
	case err == nil:
	case fault.KindOf(err) == fault.Conflict:
		return h.detail(w, r, http.StatusConflict, kit.FormValues{}, "partner_rotated")
	default:
		return err
	}
	d, err := h.Service.Show(r.Context(), id)
	if err != nil {
		return err
	}
	return h.once(w, r, keyView{id: id, name: d.Name, secret: secret, old: true, grace: grace})
}

func (h handlers) stop(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	err = h.Service.Stop(r.Context(), id, form.Get("reason"))
	if form.Blame(err) {
		return h.detail(w, r, http.StatusUnprocessableEntity, form, "")
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.to("/"+id), "partner_was_stopped")
}

func (h handlers) resume(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	if err := h.Service.Resume(r.Context(), id); err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.to("/"+id), "partner_was_resumed")
}
