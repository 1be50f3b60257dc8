package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/forms"
)

// MountSaving registers what the pages of other modules need that hold forms: the
// automatic save of drafts, and uploads. Drafts are handed in by those pages.
func MountSaving(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Post("/forms/drafts/{draft}/save", page(h.save))
	r.Post("/forms/uploads", page(h.upload))
}

// Sheet (表单页) is a draft on a page of another module.
type Sheet struct {
	*View

	Draft   forms.Filling
	Version *forms.Version
	Do      string // the button of the form that was pressed; empty: one of the page
	Told    []Told // what another device has changed meanwhile

	save   string // where scripts save
	window bool   // every window counts as a device: two of them may stand open side by side
}

// Told (变动提示) is a field that another device changed while this page was open.
type Told struct{ Label, Theirs, Mine, Device, At string }

// Attrs are what the form around the fields carries, for scripts.
func (s *Sheet) Attrs() map[string]any {
	if s.Loose() {
		return nil
	}
	out := map[string]any{"data-draft": s.Draft.ID, "data-save": s.save, "data-seen": itoa(s.Draft.Version)}
	if s.window {
		out["data-window"] = "1"
	}
	return out
}

// FormID is the id of the form around the fields.
const FormID = "ff-form"

// Holder holds forms on pages of other modules, at one base.
type Holder = *holder

type holder struct{ handlers }

// NewHolder returns what a page of another module needs. The paths of MountSaving lie
// under d.Base, or under base of the request's context where that depends on it.
func NewHolder(d Deps) Holder { return &holder{handlers{d}} }

// Open shows the actor's draft of an entry, or begins one. base is where MountSaving
// stands for this request.
func (h *holder) Open(ctx context.Context, e forms.Entry, base, applicantKind string) (*Sheet, error) {
	f, v, err := h.d.Service.Enter(ctx, e)
	if err != nil {
		return nil, err
	}
	return h.sheet(f, v, base, applicantKind), nil
}

func (h *holder) sheet(f forms.Filling, v *forms.Version, base, applicantKind string) *Sheet {
	c := h.d.Service.Filing(applicantKind)
	c.Stored = f.Given
	s := &Sheet{View: NewView(v.Compiled, f.Values, c).From(f), Draft: f, Version: v, save: base + "/forms/drafts/" + f.ID + "/save"}
	h.dress(s.View, base)
	return s
}

func (h *holder) dress(v *View, base string) {
	v.Divisions = h.d.Divisions
	if h.d.Papers != nil {
		v.Files = base + "/forms/uploads"
	}
}

// Take reads what a request sends of the form into the draft, whatever is wrong with
// it. buttons are the values of do that belong to the page.
func (h *holder) Take(r *http.Request, e forms.Entry, base, applicantKind string, buttons ...string) (*Sheet, error) {
	s, err := h.Open(r.Context(), e, base, applicantKind)
	if err != nil {
		return nil, err
	}
	posted := Decode(r.PostForm, s.Compiled)
	if len(posted) == 0 && r.MultipartForm == nil { // a page that did not hold the form
		return s, nil
	}
	in := forms.Values{}
	maps.Copy(in, s.Compiled.Unmask(posted, s.Draft.Values))
	s.keepGiven(in, r.PostForm.Get(givenField))
	if err := h.keepFiles(r, s.Compiled, in); err != nil {
		return nil, err
	}
	NameDivisions(r.Context(), h.d.Divisions, s.Compiled, in)
	do := r.PostForm.Get("do")
	for _, b := range buttons {
		if own, _, _ := strings.Cut(do, ":"); own == b {
			do = ""
		}
	}
	changed := maps.Clone(in)
	if do != "" {
		changed = deed(changed, do)
	}
	seen := s.Draft.Version
	if n := atoi(r.PostForm.Get(seenField)); n > 0 {
		seen = n
	}
	device := forms.Device{ID: short(r.PostForm.Get(deviceField)), Label: short(r.PostForm.Get(labelField))}
	saved, err := h.d.Service.Keep(r.Context(), s.Draft.ID, forms.Typed{Seen: seen, Values: changed, Device: device, Page: pageFields(r)})
	if err != nil {
		return nil, err
	}
	told := h.told(s.Version, in, saved)
	f, v, err := h.d.Service.Filling(r.Context(), s.Draft.ID)
	if err != nil {
		return nil, err
	}
	s = h.sheet(f, v, base, applicantKind)
	s.Do, s.Told = do, told
	return s, nil
}

// given lists what the page shows as filled in for her; without a draft, all that was known when
// the page was sent out.
func (s *Sheet) given() string {
	if s.Loose() {
		return strings.Join(slices.Sorted(maps.Keys(s.Draft.Given)), " ")
	}
	return strings.Join(slices.Sorted(maps.Keys(s.Prefilled)), " ")
}

// keepGiven leaves alone what was filled in after the page had been sent out: that
// she left it empty there says nothing.
func (s *Sheet) keepGiven(in forms.Values, shown string) {
	known := strings.Fields(shown)
	for id := range s.Prefilled {
		if show(in[id]) == "" && !slices.Contains(known, id) {
			delete(in, id)
		}
	}
}

func (h *holder) told(v *forms.Version, in forms.Values, saved forms.Saved) (out []Told) {
	for _, c := range saved.Clashes {
		f := v.Schema.Find(c.Field)
		if f == nil {
			continue
		}
		t := Told{Label: named(f), Theirs: Words(f, c.Theirs), Mine: Words(f, in[c.Field]), Device: c.Label, At: clock(c.At)}
		if f.PII {
			t.Theirs, t.Mine = "", ""
		}
		out = append(out, t)
	}
	return out
}

// Check shows what the rules mind beside the fields, and reports whether nothing is wrong.
func (s *Sheet) Check() bool {
	res := s.Compiled.Evaluate(s.Draft.Values, s.Context)
	if res.OK() {
		return true
	}
	s.Blame(res)
	return false
}

// Reading is the draft as its owner reads it before she hands it in.
func (s *Sheet) Reading() *View {
	v := NewPaper(s.Compiled, s.Result.Values, s.Context, true)
	for id, m := range s.Masked {
		v.Raw[id] = m
	}
	return v
}

// Wrong lists what Check minded, one sentence each.
func (s *Sheet) Wrong() []string {
	if !s.blamed {
		return nil
	}
	return Minded(s.Compiled, s.Result)
}

// Minded lists what a result minds, one sentence each with the field that it is about.
func Minded(c *forms.Compiled, res forms.Result) (out []string) {
	v := &View{Compiled: c}
	for _, e := range res.Errors {
		out = append(out, joined(v.label(e), Sentence(e)))
	}
	return out
}

// NewPaper is a form to read, with what its reader may not see left out: personal data
// masked unless plain.
func NewPaper(c *forms.Compiled, values forms.Values, ctx forms.Context, plain bool) *View {
	ctx.Stored = values
	v := NewView(c, values, ctx)
	v.Print = true
	if !plain {
		v.Result.Values = c.Masked(v.Result.Values)
	}
	v.Raw = v.Result.Values
	return v
}

// The fields of a form that say upon what it was written.
const (
	seenField, givenField, deviceField, labelField = "ff.seen", "ff.given", "ff.device", "ff.label"

	pagePrefix = "p."
)

// pageFields are what the page around the form asks to keep with its draft.
func pageFields(r *http.Request) map[string]string {
	out := map[string]string{}
	for _, name := range r.PostForm["ff.page"] {
		for one := range strings.FieldsSeq(name) {
			out[one] = r.PostForm.Get(one)
		}
	}
	for name, values := range r.PostForm {
		if key, ok := strings.CutPrefix(name, pagePrefix); ok && len(values) > 0 {
			out[key] = values[len(values)-1]
		}
	}
	return out
}

// Drop forgets the draft of a page.
func (h *holder) Drop(ctx context.Context, id string) error { return h.d.Service.Drop(ctx, id) }

// Reading is who reads or changes a form that was handed in.
type Reading struct {
	Kind   string // of applicant
	Step   string // kind of the step at work; empty: an applicant's own
	Rights map[string]forms.Right
}

func (r Reading) context(today string) forms.Context {
	return forms.Context{Today: today, ApplicantKind: r.Kind, Step: r.Step, Rights: r.Rights}
}

// Paper shows a form that was handed in.
func (h *holder) Paper(v *forms.Version, row forms.Row, who Reading, plain bool) *View {
	return NewPaper(v.Compiled, row.Values, who.context(h.d.Service.Today()), plain)
}

// Editing shows the fields that somebody may write of a form that was handed in.
func (h *holder) Editing(v *forms.Version, row forms.Row, typed forms.Values, who Reading, base string) *View {
	c := who.context(h.d.Service.Today())
	c.Stored = row.Values
	raw := maps.Clone(row.Values)
	maps.Copy(raw, typed)
	view := NewView(v.Compiled, raw, c)
	view.Masked = map[string]string{}
	for id, value := range row.Values {
		if m := v.MaskedText(id, value); m != "" && same(raw[id], value) {
			view.Masked[id] = m
		}
	}
	masked := v.Masked(row.Values)
	for id := range view.Result.Locked {
		f := v.Schema.Find(id)
		if f == nil || f.Compute != "" || !f.PII && f.Kind != forms.Table || masked[id] == nil {
			continue
		}
		view.Raw[id], view.Result.Values[id] = masked[id], masked[id]
	}
	h.dress(view, base)
	return view
}

// Read is what a request sends of a form that was handed in, over what it says.
func (h *holder) Read(r *http.Request, v *forms.Version, row forms.Row) (in forms.Values, do string, err error) {
	in = v.Unmask(Decode(r.PostForm, v.Compiled), row.Values)
	if err := h.keepFiles(r, v.Compiled, in); err != nil {
		return nil, "", err
	}
	NameDivisions(r.Context(), h.d.Divisions, v.Compiled, in)
	if do = r.PostForm.Get("do"); strings.Contains(do, ".") {
		in = deed(in, do)
	}
	return in, do, nil
}

// Again is the form with what the rules mind beside its fields.
func (v *View) Again() *View { return v.Blame(v.Result) }

// Said is a stored value as people read it; empty for none.
func Said(f *forms.Field, value any) string {
	if value == nil {
		return ""
	}
	if f.Kind == forms.Table {
		return tableWords(f, rowsOf(value))
	}
	return Words(f, value)
}
