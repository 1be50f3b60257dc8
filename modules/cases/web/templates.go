package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// TemplateDeps is what the pages about templates of documents (文书模板) need.
type TemplateDeps struct {
	Service *cases.Service
	Shell   kit.Shell
	Base    string
	Home    kit.Crumb
	May     func(context.Context) bool // whether the actor may change them
	Now     func() time.Time
}

type templateHandlers struct{ d TemplateDeps }

// MountTemplates registers the pages relative to d.Base.
func MountTemplates(r chi.Router, d TemplateDeps) {
	h := templateHandlers{d}
	page := d.Shell.Handle
	r.Get("/documents", page(h.list))
	r.Post("/documents/word", page(h.word))
	r.Get("/documents/{kind}", page(h.edit))
	r.Post("/documents/{kind}", page(h.save))
	r.Post("/documents/{kind}/preview", page(h.preview))
}

// editing is the page of one text.
type editing struct {
	templateHandlers

	cases.ShownTemplate

	versions []cases.DocumentVersion
	may      bool
	form     kit.FormValues
	mistakes []cases.Mistake
	shown    cases.Content
	checked  bool
}

func (h templateHandlers) to(path string) string { return h.d.Base + "/documents" + path }

func (h templateHandlers) list(w http.ResponseWriter, r *http.Request) error {
	return h.showList(w, r, http.StatusOK, kit.FormValues{})
}

func (h templateHandlers) showList(w http.ResponseWriter, r *http.Request, status int, f kit.FormValues) error {
	all, own, err := h.d.Service.DocumentTemplates(r.Context())
	if err != nil {
		return err
	}
	return h.d.Shell.Page(w, r, status, kit.Page{Title: titleTemplates, Active: "documents", Crumbs: []kit.Crumb{h.d.Home}, Content: templateList(h, all, own, h.d.May(r.Context()), f)})
}

func (h templateHandlers) word(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	err = h.d.Service.SetOrganWord(r.Context(), f.Get("word"))
	if f.Blame(err) {
		return h.showList(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to(""), "document.word_saved")
}

func (h templateHandlers) edit(w http.ResponseWriter, r *http.Request) error {
	return h.showEdit(w, r, http.StatusOK, r.URL.Query().Get("item"), nil)
}

func (h templateHandlers) showEdit(w http.ResponseWriter, r *http.Request, status int, item string, typed *kit.FormValues) error {
	if item != "" {
		if _, err := id36(item); err != nil {
			return err
		}
	}
	v := editing{templateHandlers: h, may: h.d.May(r.Context())}
	var err error
	if v.ShownTemplate, v.versions, err = h.d.Service.DocumentTemplate(r.Context(), chi.URLParam(r, "kind"), item); err != nil {
		return err
	}
	body, name, numbering, seen := v.Body, v.Name, v.Numbering, 0
	if o := v.Own; o != nil {
		seen = o.Version
		if o.Body != "" {
			body, name, numbering = o.Body, o.Name, o.Numbering
		}
	}
	v.form = kit.NewForm(map[string]string{"body": body, "name": name, "numbering": numbering, "version": fmt.Sprint(seen), "item": item})
	if typed != nil {
		v.form, v.checked = *typed, true
	}
	v.mistakes, v.shown = cases.CheckDocument(v.Kind.Key, v.form.Get("body")), h.sample(v.Kind.Key, v.form)
	title := v.Kind.Title
	return h.d.Shell.Page(w, r, status, kit.Page{Title: title, Active: "documents", Crumbs: []kit.Crumb{h.d.Home, {Label: titleTemplates, Href: h.to("")}}, Content: templateEditor(v)})
}

func (h templateHandlers) sample(kind string, f kit.FormValues) cases.Content {
	return cases.PreviewDocument(kind, f.Get("name"), f.Get("body"), f.Get("numbering"), text.T("document.sample_organ"), h.d.Now())
}

// preview answers what is being typed with how it will look and what is wrong with it.
func (h templateHandlers) preview(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	kind := chi.URLParam(r, "kind")
	return h.d.Shell.Part(w, r, http.StatusOK, templatePreview(cases.CheckDocument(kind, f.Get("body")), h.sample(kind, f)))
}

func (h templateHandlers) save(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	in := cases.DocumentEdit{Kind: chi.URLParam(r, "kind"), ItemID: f.Get("item"), Name: f.Get("name"), Body: f.Get("body"), Numbering: f.Get("numbering"), Seen: f.Int("version")}
	s, done := h.d.Service, "document.saved"
	switch f.Get("do") {
	case "preview":
		return h.showEdit(w, r, http.StatusOK, in.ItemID, &f)
	case "publish":
		err, done = s.PublishDocumentTemplate(r.Context(), in), "document.published"
	case "reset":
		err, done = s.ResetDocumentTemplate(r.Context(), in), "document.reset"
	default:
		err = s.SaveDocumentTemplate(r.Context(), in)
	}
	if f.Blame(err) {
		return h.showEdit(w, r, http.StatusUnprocessableEntity, in.ItemID, &f)
	}
	if fl, ok := fault.As(err); ok && fl.Kind == fault.Conflict {
		f.Wrong("body", fl.Text)
		return h.showEdit(w, r, http.StatusConflict, in.ItemID, &f)
	}
	if err != nil {
		return err
	}
	to := h.to("/" + in.Kind)
	if in.ItemID != "" {
		to += "?item=" + in.ItemID
	}
	return h.d.Shell.Done(w, r, to, done)
}
