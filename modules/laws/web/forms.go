package web

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/laws"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// formView is a form about a law; a new law has no ID yet.
type formView struct {
	base    string
	law     laws.Law
	form    kit.FormValues
	trouble trouble
	seen    int
}

func (v formView) path(rest string) string {
	if v.law.ID == "" {
		return v.base + "/laws" + rest
	}
	return v.base + "/laws/" + v.law.ID + rest
}

// version is the counter that the form was shown: a refused form keeps it.
func (v formView) version() string { return strconv.Itoa(v.seen) }

func (h handlers) blank(w http.ResponseWriter, r *http.Request) error {
	if !h.d.Service.MayCreate(r.Context()) { // whoever may not write does not get a form
		return fault.New(fault.Forbidden, "forbidden")
	}
	return h.factsForm(w, r, http.StatusOK, formView{form: kit.NewForm(map[string]string{"kind": string(laws.Normative)})})
}

func (h handlers) factsForm(w http.ResponseWriter, r *http.Request, status int, v formView) error {
	v.base = h.d.Base
	if v.law.ID == "" {
		return h.page(w, r, status, kit.Page{Title: titleNew, Content: factsPage(v)}, h.listCrumb())
	}
	return h.page(w, r, status, kit.Page{Title: titleEdit, Content: factsPage(v)}, h.way(v.law)...)
}

func typedFacts(v kit.FormValues) laws.Facts {
	return laws.Facts{
		Title: v.Get("title"), Kind: laws.Kind(v.Get("kind")), Number: v.Get("number"), Issuer: v.Get("issuer"),
		PassedOn: v.Get("passed_on"), EffectiveOn: v.Get("effective_on"), AmendedOn: v.Get("amended_on"), Excerpt: v.Bool("excerpt"), Source: v.Get("source"),
	}
}

func (h handlers) create(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	l, err := h.d.Service.Create(r.Context(), typedFacts(v), v.Posted())
	if v.Blame(err) {
		return h.factsForm(w, r, http.StatusUnprocessableEntity, formView{form: v})
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to("/"+l.ID+"/import"), "laws.saved")
}

// law reads the law of a form whose act needs a right.
func (h handlers) law(r *http.Request, a policies.Action) (laws.Sheet, error) {
	sh, err := h.d.Service.Show(r.Context(), chi.URLParam(r, "id"), "")
	if err != nil {
		return sh, err
	}
	return sh, refused(sh.May[a])
}

func (h handlers) editForm(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.law(r, policies.LawsEdit)
	if err != nil {
		return err
	}
	l := sh.Law
	form := kit.NewForm(map[string]string{
		"title": l.Title, "kind": string(l.Kind), "number": l.Number, "issuer": l.Issuer, "passed_on": l.PassedOn,
		"effective_on": l.EffectiveOn, "amended_on": l.AmendedOn, "excerpt": tick(l.Excerpt), "source": l.Source,
	})
	return h.factsForm(w, r, http.StatusOK, formView{law: l, form: form, seen: l.Version})
}

func tick(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// posted is a form about a law that was sent, with the law as it stands.
func (h handlers) posted(r *http.Request, a policies.Action) (v formView, sh laws.Sheet, err error) {
	if v.form, err = kit.ParseForm(r); err != nil {
		return v, sh, err
	}
	v.base, v.seen = h.d.Base, v.form.Int("version")
	sh, err = h.law(r, a)
	v.law = sh.Law
	return v, sh, err
}

// settle answers a form: again with what was typed when the service minds, else on to a page.
func (h handlers) settle(w http.ResponseWriter, r *http.Request, v formView, err error, show func(status int, v formView) error, to, key string, args ...any) error {
	if v.form.Blame(err) {
		return show(http.StatusUnprocessableEntity, v)
	}
	if t, ok := caught(err); ok {
		v.trouble = t
		return show(t.status, v)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, to, key, args...)
}

func (h handlers) edit(w http.ResponseWriter, r *http.Request) error {
	v, _, err := h.posted(r, policies.LawsEdit)
	if err != nil {
		return err
	}
	_, err = h.d.Service.Edit(r.Context(), v.law.ID, v.seen, typedFacts(v.form))
	return h.settle(w, r, v, err, func(status int, v formView) error { return h.factsForm(w, r, status, v) }, h.to("/"+v.law.ID), "laws.saved")
}

// importView is the page that takes a plain text, with what it was read as.
type importView struct {
	formView
	reading *laws.Reading // nil before anything was read
}

func (h handlers) importForm(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.law(r, policies.LawsEdit)
	if err != nil {
		return err
	}
	form := kit.NewForm(map[string]string{"text": laws.Write(sh.Articles)})
	return h.importPage(w, r, http.StatusOK, importView{formView: formView{law: sh.Law, form: form, seen: sh.Law.Version}})
}

func (h handlers) importPage(w http.ResponseWriter, r *http.Request, status int, v importView) error {
	v.base = h.d.Base
	return h.page(w, r, status, kit.Page{Title: titleImport, Content: importContent(v)}, h.way(v.law)...)
}

// importText shows what a text is read as, and takes it when that was asked for.
func (h handlers) importText(w http.ResponseWriter, r *http.Request) error {
	f, _, err := h.posted(r, policies.LawsEdit)
	if err != nil {
		return err
	}
	reading := laws.Read(f.form.Get("text"))
	v := importView{f, &reading}
	if f.form.Get("do") != "import" {
		return h.importPage(w, r, http.StatusOK, v)
	}
	_, err = h.d.Service.Import(r.Context(), f.law.ID, f.seen, f.form.Get("text"))
	return h.settle(w, r, f, err, func(status int, f formView) error {
		v.formView = f
		return h.importPage(w, r, status, v)
	}, h.to("/"+f.law.ID), "laws.imported", len(reading.Articles))
}

// amendView is the form of an amendment, with the text that it changes.
type amendView struct {
	formView
	old   *laws.Article
	reach reach
}

func (h handlers) amendForm(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.law(r, policies.LawsEdit)
	if err != nil {
		return err
	}
	v := formView{law: sh.Law, seen: sh.Law.Version, form: kit.NewForm(map[string]string{"from_on": h.d.Service.Today()})}
	if old := article(sh, r.URL.Query().Get("article")); old != nil {
		v.form = kit.NewForm(map[string]string{"label": old.Label, "body": old.Body, "from_on": h.d.Service.Today()})
	}
	return h.amendPage(w, r, http.StatusOK, v, sh)
}

func article(sh laws.Sheet, label string) *laws.Article {
	for i, a := range sh.Articles {
		if n := laws.Number(label); n != 0 && a.Sort == n {
			return &sh.Articles[i]
		}
	}
	return nil
}

func (h handlers) amendPage(w http.ResponseWriter, r *http.Request, status int, f formView, sh laws.Sheet) error {
	f.base = h.d.Base
	v := amendView{formView: f, old: article(sh, f.form.Get("label"))}
	var err error
	if v.reach, err = h.reach(r.Context(), f.law.ID); err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleAmend, Content: amendContent(v)}, h.way(f.law)...)
}

func (h handlers) amend(w http.ResponseWriter, r *http.Request) error {
	v, sh, err := h.posted(r, policies.LawsEdit)
	if err != nil {
		return err
	}
	f := v.form
	_, err = h.d.Service.Amend(r.Context(), v.law.ID, v.seen, laws.Amendment{Label: f.Get("label"), Body: f.Get("body"), FromOn: f.Get("from_on"), By: f.Get("by")})
	return h.settle(w, r, v, err, func(status int, v formView) error { return h.amendPage(w, r, status, v, sh) }, h.to("/"+v.law.ID), "laws.amendment_drafted")
}

func (h handlers) repealForm(w http.ResponseWriter, r *http.Request) error {
	v, err := h.sheet(r)
	if err == nil {
		err = refused(v.repeal)
	}
	if err != nil {
		return err
	}
	form := kit.NewForm(map[string]string{"on": v.today})
	return h.repealPage(w, r, http.StatusOK, formView{law: v.Law, seen: v.Law.Version, form: form})
}

func (h handlers) repealPage(w http.ResponseWriter, r *http.Request, status int, f formView) error {
	f.base = h.d.Base
	all, err := h.reach(r.Context(), f.law.ID)
	if err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleRepeal, Content: repealContent(amendView{formView: f, reach: all})}, h.way(f.law)...)
}

func (h handlers) repeal(w http.ResponseWriter, r *http.Request) error {
	v, err := h.sheet(r)
	if err == nil {
		err = refused(v.repeal)
	}
	if err != nil {
		return err
	}
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	if !f.Bool("sure") {
		f.Wrong("sure", "required")
	}
	fv := formView{law: v.Law, form: f, seen: f.Int("version")}
	if err = f.Err(); err == nil {
		_, err = h.d.Service.Repeal(r.Context(), v.Law.ID, fv.seen, laws.Repeal{On: f.Get("on"), Reason: f.Get("reason"), By: f.Get("by")})
	}
	return h.settle(w, r, fv, err, func(status int, fv formView) error { return h.repealPage(w, r, status, fv) }, h.to("/"+v.Law.ID), "laws.repealed")
}
