package web

import (
	"io"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/forms"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

type listView struct {
	base   string
	q      kit.ListQuery
	page   forms.Page
	drafts []forms.Filling
	titles map[string]string
	may    bool
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, []string{"title", "state", "published", "updated"}, kit.ListQuery{Size: 20, Filters: map[string]string{"state": "", "own": ""}})
	p, err := h.d.Service.List(r.Context(), forms.Query{Page: q.Page, Size: q.Size, Sort: q.Sort, Desc: q.Desc, Text: q.Q, State: forms.State(q.Filter("state")), Own: q.Filter("own") == "1"})
	if err != nil {
		return err
	}
	drafts, err := h.d.Service.Fillings(r.Context())
	if err != nil {
		return err
	}
	v := listView{h.d.Base, q, p, drafts, map[string]string{}, h.d.Service.MayCreate(r.Context())}
	for _, d := range drafts {
		if version, err := h.d.Service.Version(r.Context(), d.FormID, d.Number); err == nil {
			v.titles[d.ID] = version.Schema.Title
		}
	}
	return h.d.Shell.Page(w, r, http.StatusOK, kit.Page{Title: titleList, Active: "forms", Crumbs: []kit.Crumb{h.d.Home}, Content: listPage(v)})
}

type newView struct {
	base string
	form kit.FormValues
	from []forms.Line // what can be copied
}

func (h handlers) blank(w http.ResponseWriter, r *http.Request) error {
	if !h.d.Service.MayCreate(r.Context()) {
		return fault.New(fault.Forbidden, "forbidden")
	}
	return h.newPage(w, r, http.StatusOK, kit.NewForm(map[string]string{"from": r.URL.Query().Get("from")}))
}

func (h handlers) newPage(w http.ResponseWriter, r *http.Request, status int, form kit.FormValues) error {
	p, err := h.d.Service.List(r.Context(), forms.Query{Size: 100, Sort: "title"})
	if err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleNew, Content: newPage(newView{h.d.Base, form, p.Rows})})
}

// create starts a form: empty, as a copy, or from a file.
func (h handlers) create(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	schema, err := h.start(r, v)
	if err == nil {
		if t := v.Get("title"); t != "" {
			schema.Title = t
		}
		var f forms.Form
		if f, err = h.d.Service.Create(r.Context(), schema, v.Posted()); err == nil {
			return h.d.Shell.Done(w, r, h.to("/"+f.ID+"/design"), "forms.created")
		}
	}
	if v.Blame(err) {
		return h.newPage(w, r, http.StatusUnprocessableEntity, v)
	}
	return err
}

func (h handlers) start(r *http.Request, v kit.FormValues) (forms.Schema, error) {
	if r.MultipartForm != nil && len(r.MultipartForm.File["file"]) > 0 {
		file, err := r.MultipartForm.File["file"][0].Open()
		if err != nil {
			return forms.Schema{}, fault.InvalidField("file", "form_unreadable").Because(err)
		}
		defer func() { _ = file.Close() }()
		data, err := io.ReadAll(io.LimitReader(file, 2<<20))
		if err != nil {
			return forms.Schema{}, fault.InvalidField("file", "form_unreadable").Because(err)
		}
		s, err := forms.ParseSchema(data)
		if err != nil {
			return s, fault.InvalidField("file", "forms.schema_unreadable").Because(err)
		}
		return s, nil
	}
	if id := v.Get("from"); id != "" {
		sh, err := h.d.Service.Show(r.Context(), id)
		return sh.Schema, err
	}
	return forms.Schema{}, nil
}

type sheetView struct {
	base string
	forms.Sheet
	change []forms.Change // against the newest version
}

func (v sheetView) can(a policies.Action) bool { return v.May[a] == "" }

func (v sheetView) path(rest string) string { return v.base + "/forms/" + v.Form.ID + rest }

func (h handlers) sheet(r *http.Request) (v sheetView, err error) {
	v.base = h.d.Base
	v.Sheet, err = h.d.Service.Show(r.Context(), chi.URLParam(r, "id"))
	return v, err
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	v, err := h.sheet(r)
	if err != nil {
		return err
	}
	if v.Own && v.Form.Published > 0 {
		old, err := h.d.Service.Version(r.Context(), v.Form.ID, v.Form.Published)
		if err != nil {
			return err
		}
		v.change = forms.Compare(old.Schema, h.d.Service.Ready(v.Schema))
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: v.Form.Title, Content: showPage(v)})
}

func (h handlers) version(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return fault.New(fault.NotFound, "not_found")
	}
	v, err := h.d.Service.Version(r.Context(), chi.URLParam(r, "id"), n)
	if err != nil {
		return err
	}
	view := NewView(v.Compiled, forms.Values{}, h.d.Service.Filing(forms.PersonKind))
	h.equip(view)
	return h.page(w, r, http.StatusOK, kit.Page{Title: versionText(n), Content: versionPage(view, v)}, kit.Crumb{Label: v.Schema.Title, Href: h.to("/" + v.FormID)})
}

type compareView struct {
	base    string
	form    forms.Form
	a, b    int
	lines   []forms.VersionLine
	changes []forms.Change
}

func (h handlers) compare(w http.ResponseWriter, r *http.Request) error {
	v, err := h.sheet(r)
	if err != nil {
		return err
	}
	c := compareView{base: h.d.Base, form: v.Form, lines: v.Versions, b: v.Form.Published, a: max(v.Form.Published-1, 1)}
	for name, into := range map[string]*int{"a": &c.a, "b": &c.b} {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil {
			*into = n
		}
	}
	old, err := h.d.Service.Version(r.Context(), v.Form.ID, c.a)
	if err != nil {
		return err
	}
	now, err := h.d.Service.Version(r.Context(), v.Form.ID, c.b)
	if err != nil {
		return err
	}
	c.changes = forms.Compare(old.Schema, now.Schema)
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleCompare, Content: comparePage(c)}, h.formCrumb(v.Form))
}

// act does something with the form whose version the page showed.
func (h handlers) act(w http.ResponseWriter, r *http.Request, c kit.Confirm, do func(id string, seen int, f kit.FormValues) (string, []any, error)) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	c.Action, c.Cancel = r.URL.Path, h.to("/"+id)
	c.Hidden = map[string]string{"version": f.Get("version")}
	if ok, err := h.d.Shell.Confirmed(w, r, c); !ok {
		return err
	}
	key, args, err := do(id, f.Int("version"), f)
	if err != nil {
		return err
	}
	to := h.to("/" + id)
	if key == "forms.deleted" {
		to = h.to("")
	}
	return h.d.Shell.Done(w, r, to, key, args...)
}

func (h handlers) publish(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, publishConfirm(), func(id string, seen int, f kit.FormValues) (string, []any, error) {
		v, err := h.d.Service.Publish(r.Context(), id, seen, f.Get("note"))
		if err != nil {
			return "", nil, err
		}
		return "forms.published", []any{v.Number}, nil
	})
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, withdrawConfirm(), func(id string, seen int, _ kit.FormValues) (string, []any, error) {
		_, err := h.d.Service.Withdraw(r.Context(), id, seen)
		return "forms.withdrawn", nil, err
	})
}

func (h handlers) resume(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, resumeConfirm(), func(id string, seen int, _ kit.FormValues) (string, []any, error) {
		_, err := h.d.Service.Resume(r.Context(), id, seen)
		return "forms.resumed", nil, err
	})
}

func (h handlers) remove(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, deleteConfirm(), func(id string, seen int, _ kit.FormValues) (string, []any, error) {
		return "forms.deleted", nil, h.d.Service.Delete(r.Context(), id, seen)
	})
}

// with is a Confirm aimed at a form.
func (v sheetView) with(c kit.Confirm, path string) kit.Confirm {
	c.Action, c.Hidden = v.path(path), map[string]string{"version": strconv.Itoa(v.Form.Version)}
	return c
}
