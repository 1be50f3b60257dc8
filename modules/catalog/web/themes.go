package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// Filings counts what was applied for.
type Filings interface {
	// FiledFor is how many cases each of the items has in the actor's subtree.
	FiledFor(ctx context.Context, items []string) (map[string]int, error)
}

func themeQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, []string{"name", "days", "owner", "created"}, kit.ListQuery{
		Size: 20, Sort: "created", Desc: true, Filters: map[string]string{"span": string(catalog.SpanHere), "state": "", "origin": "", "department": ""},
	})
}

// themes lists the themes (一件事).
func (h handlers) themes(w http.ResponseWriter, r *http.Request) error {
	return h.themesWith(w, r, http.StatusOK, kit.NewForm(map[string]string{"type": "20"}))
}

func (h handlers) themesWith(w http.ResponseWriter, r *http.Request, status int, f kit.FormValues) error {
	q := themeQuery(r)
	ask := h.query(q)
	ask.Themes, ask.Origin = true, q.Filter("origin")
	p, err := h.Service.Kept(r.Context(), ask)
	if err != nil {
		return err
	}
	departments, err := h.Service.Departments(r.Context())
	if err != nil {
		return err
	}
	v := themesView{q: q, page: p, viewer: viewer{tenant: own(r), create: h.Service.MayCreate(r.Context()), departments: departments}, form: f}
	ids := make([]string, len(p.Rows))
	for i, row := range p.Rows {
		ids[i] = row.ID
	}
	if h.Filings != nil && len(ids) > 0 {
		if v.filed, err = h.Filings.FiledFor(r.Context(), ids); err != nil {
			return err
		}
	}
	return h.page(w, r, status, themesPage(h, v))
}

type themesView struct {
	viewer

	q     kit.ListQuery
	page  catalog.Page[catalog.Row]
	filed map[string]int // nil: nobody counts
	form  kit.FormValues
}

// newTheme begins a theme, with the flow that themes have: accepted once, then waiting for its parts.
func (h handlers) newTheme(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	in := catalog.Draft{Rough: true, Key: v.Posted(), Body: catalog.Body{
		Name: v.Get("name"), BasicCode: v.Get("basic_code"), Kind: v.Get("type"), Department: v.Get("department"), ProjectType: "2",
	}}
	in.Flow = h.Flows.ComposeJoint(in.Body.Name, waitName(), usualTheme())
	if id := r.URL.Query().Get("copy"); id != "" {
		sh, err := h.Service.Show(r.Context(), id)
		if err != nil {
			return err
		}
		name, code, kind := in.Body.Name, in.Body.BasicCode, in.Body.Kind
		in.Body, in.Flow = sh.Version.Body, sh.Flow
		in.Body.Name, in.Body.BasicCode, in.Body.Kind, in.Body.EForm = name, code, kind, catalog.EForm{}
	}
	made, err := h.Service.Create(r.Context(), in)
	if v.Blame(err) {
		return h.themesWith(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+made.ItemID+"/theme"), "item_theme_begun")
}

// themeView is what the designer of a theme shows.
type themeView struct {
	catalog.Sheet

	made  catalog.Assembly // beside the parts of a split, which Sheet has
	edit  bool
	q     string // what was searched for
	found []catalog.Row
	form  kit.FormValues
	one   United        // the one form (一表制)
	asked []themeOption // options of the theme that may bring parts
}

// themeOption is an option of the theme's questions.
type themeOption struct{ id, question, label string }

// theme is the designer of a theme; who may not edit looks at it.
func (h handlers) theme(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.themeWith(w, r, http.StatusOK, sh, kit.NewForm(nil))
}

func (h handlers) themeWith(w http.ResponseWriter, r *http.Request, status int, sh catalog.Sheet, f kit.FormValues) error {
	ctx := r.Context()
	if sh.Item.List == catalog.BasicList {
		return fault.New(fault.NotFound, "not_found")
	}
	v := themeView{Sheet: sh, q: strings.TrimSpace(r.URL.Query().Get("q")), edit: sh.Version.State == catalog.StateDraft && can(sh, "items:edit"), asked: choicesOf(sh.Version.Body)}
	var err error
	if v.made, err = h.Service.Assemble(ctx, sh.Version.Body); err != nil {
		return err
	}
	if v.edit {
		if v.found, err = h.eligible(ctx, sh, v.q); err != nil {
			return err
		}
	}
	if h.Forms != nil && len(sh.Version.Body.Parts) > 0 {
		if v.one, err = h.Forms.United(ctx, v.uniting()); err != nil {
			return err
		}
	}
	b := sh.Version.Body
	v.form = kit.NewForm(map[string]string{
		"department": b.Department, "statutory_days": count(b.StatutoryDays), "promised_days": count(b.PromisedDays), "origin_levels": strings.Join(b.Origins, ","),
	})
	if f.Failed() {
		v.form = f
	}
	return h.page(w, r, status, themePage(h, v))
}

// eligible are the items that may become part of the theme.
func (h handlers) eligible(ctx context.Context, sh catalog.Sheet, q string) ([]catalog.Row, error) {
	p, err := h.Service.Offered(ctx, catalog.Query{Text: q, Size: 30, Sort: "name"})
	return slices.DeleteFunc(p.Rows, func(x catalog.Row) bool { return x.ID == sh.Item.ID || x.Body.Theme() }), err
}

// choicesOf are the options after which a part may be wanted.
func choicesOf(b catalog.Body) (out []themeOption) {
	for _, x := range b.Handlings {
		out = append(out, themeOption{x.ID, "", x.Name})
	}
	for _, q := range b.Situations {
		for _, o := range q.Options {
			out = append(out, themeOption{o.ID, q.Question, o.Label})
		}
	}
	return out
}

// uniting is what the one form is made of.
func (v themeView) uniting() Uniting {
	u := Uniting{Title: v.Version.Body.Name, Form: v.Version.Body.EForm}
	for _, p := range v.made.Parts {
		if !p.Body.EForm.None() {
			u.Parts = append(u.Parts, UnitingPart{Key: p.Key, Title: p.Name, Choice: len(p.When) > 0, Form: p.Body.EForm})
		}
	}
	return u
}

// changeTheme carries out one step of the designer and saves the draft.
func (h handlers) changeTheme(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	b := sh.Version.Body
	readTheme(&v, &b)
	if err := v.Err(); err != nil {
		return h.themeWith(w, r, http.StatusUnprocessableEntity, sh, v)
	}
	do := v.Get("do")
	said, err := h.themeStep(r.Context(), sh, &b, do)
	if err != nil {
		return err
	}
	_, err = h.Service.Edit(r.Context(), sh.Version.ID, v.Int("version"), catalog.Draft{Body: b, Rough: true})
	if v.Blame(err) {
		return h.themeWith(w, r, http.StatusUnprocessableEntity, sh, v)
	}
	if err != nil {
		return err
	}
	if kit.WantsPart(r) { // the designer draws itself anew
		if sh, err = h.draft(r); err != nil {
			return err
		}
		return h.themeWith(w, r, http.StatusOK, sh, kit.NewForm(nil))
	}
	to := h.items("/" + sh.Item.ID + "/theme")
	if q := r.URL.Query().Get("q"); q != "" {
		to += "?q=" + url.QueryEscape(q)
	}
	return h.Shell.Done(w, r, to, said)
}

// themeStep does what a button says; the answer is what is told.
func (h handlers) themeStep(ctx context.Context, sh catalog.Sheet, b *catalog.Body, do string) (said string, err error) {
	verb, rest, _ := strings.Cut(do, ":")
	switch verb {
	case "add":
		id, stage, _ := strings.Cut(rest, ":")
		return "item_theme_added", h.addThemePart(ctx, b, id, stage)
	case "gather":
		a, err := h.Service.Assemble(ctx, *b)
		if err == nil {
			a.Into(b)
		}
		return "item_theme_gathered", err
	case "unite":
		return "item_theme_united", h.unite(ctx, sh, b)
	}
	moveThemePart(b, verb, rest)
	return "item_draft_saved", nil
}

func (h handlers) addThemePart(ctx context.Context, b *catalog.Body, id, stage string) error {
	g, err := h.Service.Guide(ctx, id)
	if err != nil {
		return err
	}
	p := catalog.ThemePart{Key: freeKey(*b), Item: id, Name: g.Body.Name, Department: g.Body.Department, Stage: 1}
	if n, err := strconv.Atoi(stage); err == nil && n >= 1 && n <= 9 {
		p.Stage = n
	}
	b.Parts = append(b.Parts, p)
	inOrder(b)
	return nil
}

func freeKey(b catalog.Body) string {
	for n := len(b.Parts) + 1; ; n++ {
		key := "p" + strconv.Itoa(n)
		if !slices.ContainsFunc(b.Parts, func(p catalog.ThemePart) bool { return p.Key == key }) {
			return key
		}
	}
}

// inOrder puts the parts of one stage together.
func inOrder(b *catalog.Body) {
	slices.SortStableFunc(b.Parts, func(x, y catalog.ThemePart) int { return x.Stage - y.Stage })
}

func moveThemePart(b *catalog.Body, verb, key string) {
	i := slices.IndexFunc(b.Parts, func(p catalog.ThemePart) bool { return p.Key == key })
	if i < 0 {
		return
	}
	switch p := &b.Parts[i]; verb {
	case "up":
		if i > 0 && b.Parts[i-1].Stage == p.Stage {
			b.Parts[i-1], b.Parts[i] = b.Parts[i], b.Parts[i-1]
		}
	case "down":
		if i+1 < len(b.Parts) && b.Parts[i+1].Stage == p.Stage {
			b.Parts[i+1], b.Parts[i] = b.Parts[i], b.Parts[i+1]
		}
	case "earlier":
		p.Stage = max(p.Stage-1, 1)
	case "later":
		p.Stage = min(p.Stage+1, 9)
	case "remove":
		b.Parts = slices.Delete(b.Parts, i, i+1)
	}
	inOrder(b)
}

// unite makes the one form and has the theme ask for it.
func (h handlers) unite(ctx context.Context, sh catalog.Sheet, b *catalog.Body) error {
	if h.Forms == nil {
		return fault.New(fault.NotFound, "not_found")
	}
	a, err := h.Service.Assemble(ctx, *b)
	if err != nil {
		return err
	}
	b.EForm, err = h.Forms.Unite(ctx, themeView{Sheet: catalog.Sheet{Version: catalog.Version{Body: *b}, Item: sh.Item}, made: a}.uniting())
	return err
}

// readTheme takes over what the designer says. The parts stand in the order of the
// fields "key"; a request without any changes none.
func readTheme(v *kit.FormValues, b *catalog.Body) {
	if v.Get("whole") == "" {
		return
	}
	b.Department = v.Get("department")
	b.StatutoryDays, b.PromisedDays = v.Int("statutory_days"), v.Int("promised_days")
	b.Origins = known(v.All("origin_levels"), values(listed(codes.Applied(codes.Level))))
	old := b.Parts
	b.Parts = nil
	for _, key := range v.All("key") {
		i := slices.IndexFunc(old, func(p catalog.ThemePart) bool { return p.Key == key })
		if i < 0 || slices.ContainsFunc(b.Parts, func(p catalog.ThemePart) bool { return p.Key == key }) {
			continue
		}
		p := old[i]
		if n, err := strconv.Atoi(v.Get("stage." + key)); err == nil {
			p.Stage = n
		}
		p.When = slices.Clone(v.All("when." + key))
		p.Choices = slices.DeleteFunc(slices.Clone(v.All("choices."+key)), func(s string) bool { return s == "" })
		p.Reviews = known(v.All("reviews."+key), catalog.Reviews())
		b.Parts = append(b.Parts, p)
	}
	inOrder(b)
}

func known(said, all []string) (out []string) {
	for _, s := range said {
		if slices.Contains(all, s) {
			out = append(out, s)
		}
	}
	return out
}

func values(options []kit.Option) (out []string) {
	for _, o := range options {
		out = append(out, o.Value)
	}
	return out
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// refused is what kept a step from being saved, beside what the fields say themselves.
func (v themeView) refused() (out []string) {
	f, ok := fault.As(v.form.Err())
	if !ok {
		return nil
	}
	for field, key := range f.Fields {
		if !slices.ContainsFunc(themeFields(v), func(x kit.F) bool { return x.Name == field }) {
			out = append(out, text.T(key))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// blamed reports whether one of the fields is at fault.
func (v themeView) blamed() bool {
	return slices.ContainsFunc(themeFields(v), func(f kit.F) bool { return v.form.Error(f.Name) != "" })
}
