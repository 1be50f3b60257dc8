package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// settingsPage is a page of the settings of items, under the tabs that all share.
// Whoever adds a tab adds it to settingsTabs and shows its page with this.
func settingsPage(h handlers, tab, title string, content templ.Component) kit.Page {
	return kit.Page{Title: title, Crumbs: []kit.Crumb{listCrumb(h), {Label: settingsLabel(), Href: h.items("/settings")}}, Content: settingsFrame(h, tab, content)}
}

// chainView is the chain of reviews and the form that changes it.
type chainView struct {
	catalog.Chain

	edit        bool
	form        kit.FormValues
	departments []string // of the tenant, to choose from
}

func (h handlers) chainSettings(w http.ResponseWriter, r *http.Request) error {
	return h.showChain(w, r, http.StatusOK, nil)
}

func (h handlers) showChain(w http.ResponseWriter, r *http.Request, status int, typed *kit.FormValues) error {
	c, err := h.Service.Chain(r.Context())
	if err != nil {
		return err
	}
	v := chainView{Chain: c, edit: h.Service.MayConfigure(r.Context()), departments: h.departments(r)}
	switch {
	case typed != nil:
		v.form = *typed
	case c.Own:
		values := map[string]string{"version": strconv.Itoa(c.Version)}
		for i, s := range c.Steps {
			values["name."+strconv.Itoa(i)], values["department."+strconv.Itoa(i)] = s.Name, s.Department
		}
		v.form = kit.NewForm(values)
	}
	return h.page(w, r, status, settingsPage(h, "", chainTitle(), chainContent(h, v)))
}

// departments are those of the tenant. The page does without them: a name may be
// typed that only levels below have.
func (h handlers) departments(r *http.Request) (names []string) {
	if h.Stage == nil {
		return nil
	}
	all, err := h.Stage.Departments(r.Context())
	if err != nil {
		return nil
	}
	for _, o := range all {
		names = append(names, o.Label)
	}
	return names
}

// chainRows is how many steps a chain may have.
const chainRows = 6

func (h handlers) saveChain(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	var steps []catalog.ReviewStep
	for i := range chainRows {
		s := catalog.ReviewStep{Name: f.Get("name." + strconv.Itoa(i)), Department: f.Get("department." + strconv.Itoa(i))}
		if s.Name != "" || s.Department != "" {
			steps = append(steps, s)
		}
	}
	done := "item_chain_saved"
	if f.Get("do") == "reset" {
		steps, done = nil, "item_chain_reset"
	} else if len(steps) == 0 {
		f.Wrong("name.0", "item_chain_name")
		return h.showChain(w, r, http.StatusUnprocessableEntity, &f)
	}
	err = h.Service.SetChain(r.Context(), steps, f.Int("version"))
	return h.configured(w, r, err, &f, h.items("/settings"), done, h.showChain)
}

// configured answers a change of settings: a refused one comes back as it was typed.
func (h handlers) configured(w http.ResponseWriter, r *http.Request, err error, f *kit.FormValues, to, done string, again func(http.ResponseWriter, *http.Request, int, *kit.FormValues) error) error {
	switch {
	case err == nil:
		return h.Shell.Done(w, r, to, done)
	case f.Blame(err):
		return again(w, r, http.StatusUnprocessableEntity, f)
	case fault.KindOf(err) == fault.Conflict:
		f.Wrong("", "item_settings_changed")
		return again(w, r, http.StatusConflict, f)
	}
	return err
}

// templatesView is every text that the catalogue tells, one of them open.
type templatesView struct {
	rows    []catalog.Template
	open    string // key of the one that is being written; empty: none
	edit    bool
	form    kit.FormValues
	preview string
}

func (h handlers) templateSettings(w http.ResponseWriter, r *http.Request) error {
	return h.showTemplates(w, r, http.StatusOK, nil)
}

func (h handlers) showTemplates(w http.ResponseWriter, r *http.Request, status int, typed *kit.FormValues) error {
	rows, err := h.Service.Templates(r.Context())
	if err != nil {
		return err
	}
	v := templatesView{rows: rows, open: chi.URLParam(r, "key"), edit: h.Service.MayConfigure(r.Context())}
	t, ok := v.current()
	if v.open != "" && !ok {
		return fault.New(fault.NotFound, "not_found")
	}
	if typed != nil {
		v.form = *typed
		t.Text = typed.Get("text")
	} else {
		v.form = kit.NewForm(map[string]string{"text": t.Text})
	}
	if ok && t.Check() == nil {
		v.preview = t.Preview()
	}
	return h.page(w, r, status, settingsPage(h, "notices", templatesTitle(), templatesContent(h, v)))
}

func (v templatesView) current() (catalog.Template, bool) {
	for _, t := range v.rows {
		if t.Key == v.open {
			return t, true
		}
	}
	return catalog.Template{}, false
}

func (h handlers) saveTemplate(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	text, done := f.Get("text"), "item_template_saved"
	switch f.Get("do") {
	case "preview":
		return h.showTemplates(w, r, http.StatusOK, &f)
	case "reset":
		text, done = "", "item_template_reset"
	default:
		if text == "" {
			f.Wrong("text", "required")
			return h.showTemplates(w, r, http.StatusUnprocessableEntity, &f)
		}
	}
	err = h.Service.SetTemplate(r.Context(), chi.URLParam(r, "key"), text, f.Int("version"))
	return h.configured(w, r, err, &f, h.items("/settings/notices"), done, h.showTemplates)
}
