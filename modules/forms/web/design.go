package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/forms"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// designView is the designer (表单设计器).
type designView struct {
	sheetView
	chosen  *forms.Field // whose properties are shown; nil: the form's own
	form    kit.FormValues
	lists   []forms.CodeList
	words   string
	found   []forms.Element
	phone   bool
	preview *View
	trouble string
}

func (h handlers) designer(r *http.Request, field string) (v designView, err error) {
	if v.sheetView, err = h.sheet(r); err != nil {
		return v, err
	}
	if err = refused(v.May[policies.FormsEdit]); err != nil {
		return v, err
	}
	q := r.URL.Query()
	v.chosen, v.lists = v.Schema.Find(field), h.d.Service.CodeLists()
	v.words, v.phone = q.Get("eq"), q.Get("w") == "phone"
	v.found = forms.FindElements(v.words)
	ready, _ := forms.Compile(h.d.Service.Ready(v.Schema))
	v.preview = NewView(ready, forms.Values{}, h.d.Service.Filing(forms.PersonKind))
	h.equip(v.preview)
	v.form = properties(v.chosen, v.Schema)
	return v, nil
}

func (h handlers) design(w http.ResponseWriter, r *http.Request) error {
	v, err := h.designer(r, r.URL.Query().Get("field"))
	if err != nil {
		return err
	}
	return h.designPage(w, r, http.StatusOK, v)
}

func (h handlers) designPage(w http.ResponseWriter, r *http.Request, status int, v designView) error {
	if kit.WantsPart(r) {
		return h.d.Shell.Part(w, r, status, designer(v))
	}
	return h.page(w, r, status, kit.Page{Title: titleDesign, Wide: true, Content: designPage(v)}, h.formCrumb(v.Form))
}

// change is one step of designing: every button and every drop sends one.
func (h handlers) change(w http.ResponseWriter, r *http.Request) error {
	in, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id, seen, field := chi.URLParam(r, "id"), in.Int("version"), in.Get("field")
	do, about, _ := strings.Cut(in.Get("do"), ".")
	if about != "" && do != "add" && do != "element" {
		field = about
	}
	switch do {
	case "undo":
		_, err = h.d.Service.Undo(r.Context(), id, seen)
	case "redo":
		_, err = h.d.Service.Redo(r.Context(), id, seen)
	default:
		_, err = h.d.Service.Edit(r.Context(), id, seen, do, func(s *forms.Schema) (err error) {
			field, err = arrange(s, do, about, field, in)
			return err
		})
	}
	if f, ok := fault.As(err); ok && (f.Kind == fault.Conflict || f.Kind == fault.Precondition || f.Kind == fault.Invalid) {
		v, showErr := h.designer(r, field)
		if showErr != nil {
			return showErr
		}
		if v.trouble = f.Text; f.Kind == fault.Invalid || f.Kind == fault.Conflict {
			in.Blame(err)
			if do == "save" || do == "form" {
				v.form = in
			}
		}
		return h.designPage(w, r, kit.StatusOf(f.Kind), v)
	}
	if err != nil {
		return err
	}
	if kit.WantsPart(r) {
		v, err := h.designer(r, field)
		if err != nil {
			return err
		}
		return h.designPage(w, r, http.StatusOK, v)
	}
	return kit.SeeOther(w, r, h.to("/"+id+"/design?"+url.Values{"field": {field}}.Encode()))
}

// arrange does one thing to a schema and says which field it was about.
func arrange(s *forms.Schema, do, about, field string, in kit.FormValues) (string, error) {
	switch do {
	case "add", "element":
		f, err := fresh(do, about)
		if err != nil {
			return field, err
		}
		into, at := in.Get("into"), whole(in.Get("at"), -1)
		if _, given := in.All("into"), len(in.All("into")) > 0; !given && field != "" {
			into, at = beside(s, field)
		}
		return s.Insert(f, into, at)
	case "copy":
		into, at, ok := s.Where(field)
		if !ok {
			return "", fault.New(fault.NotFound, "not_found")
		}
		return s.Insert((&forms.Schema{Fields: []forms.Field{*s.Find(field)}}).Clone().Fields[0], into, at+1)
	case "move":
		return field, s.Move(field, in.Get("into"), whole(in.Get("at"), -1))
	case "up":
		return field, s.Shift(field, -1)
	case "down":
		return field, s.Shift(field, 1)
	case "remove":
		_, err := s.Remove(field)
		return "", err
	case "save":
		return saveProperties(s, field, in)
	case "form":
		s.Title, s.Intro, s.Rules = in.Get("title"), in.Get("intro"), typedRules(in)
		return "", nil
	}
	return field, fault.New(fault.NotFound, "not_found")
}

// beside is where a new field goes when one is chosen: into a container, else after it.
func beside(s *forms.Schema, field string) (string, int) {
	if f := s.Find(field); f != nil && f.Kind.Contains() {
		return field, -1
	}
	into, at, ok := s.Where(field)
	if !ok {
		return "", -1
	}
	return into, at + 1
}

func fresh(do, about string) (forms.Field, error) {
	if do == "element" {
		for _, e := range forms.Elements() {
			if e.ID == about {
				return e.Field(), nil
			}
		}
		return forms.Field{}, fault.New(fault.NotFound, "not_found")
	}
	return newField(forms.Kind(about))
}

func whole(s string, fallback int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return fallback
	}
	return n
}

func (h handlers) elements(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query().Get("eq")
	return h.d.Shell.Part(w, r, http.StatusOK, elementList(forms.FindElements(q)))
}

func (h handlers) export(w http.ResponseWriter, r *http.Request) error {
	v, err := h.sheet(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(v.Form.Title)+".json")
	return answer(w, v.Schema)
}

// tryView is a test fill (试填): nothing is kept.
type tryView struct {
	*View
	sheetView
	done *forms.Result
}

func (h handlers) tryView(r *http.Request) (v tryView, err error) {
	if v.sheetView, err = h.sheet(r); err != nil {
		return v, err
	}
	c, _ := forms.Compile(h.d.Service.Ready(v.Schema))
	v.View = NewView(c, c.Prefill(examples()), h.d.Service.Filing(forms.PersonKind))
	h.equip(v.View)
	return v, nil
}

func (h handlers) try(w http.ResponseWriter, r *http.Request) error {
	v, err := h.tryView(r)
	if err != nil {
		return err
	}
	return h.tryPage(w, r, http.StatusOK, v)
}

func (h handlers) tryPage(w http.ResponseWriter, r *http.Request, status int, v tryView) error {
	return h.page(w, r, status, kit.Page{Title: titleTry, Content: tryPage(v)}, h.formCrumb(v.Form))
}

func (h handlers) tried(w http.ResponseWriter, r *http.Request) error {
	v, err := h.tryView(r)
	if err != nil {
		return err
	}
	in, do, err := h.read(r, v.Compiled, nil)
	if err != nil {
		return err
	}
	v.Context.Stored = v.Compiled.Prefill(examples())
	v.View = NewView(v.Compiled, in, v.Context)
	h.equip(v.View)
	if do != "" {
		if kit.WantsPart(r) {
			return h.d.Shell.Part(w, r, http.StatusOK, trying(v))
		}
		return h.tryPage(w, r, http.StatusOK, v)
	}
	res := v.Result
	v.Blame(res)
	if !res.OK() {
		return h.tryPage(w, r, http.StatusUnprocessableEntity, v)
	}
	v.done = &res
	return h.tryPage(w, r, http.StatusOK, v)
}
