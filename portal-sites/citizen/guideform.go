package citizen

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"liandong/modules/forms"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/fault"
)

// preview is the electronic form of an item as the guide shows it before anybody fills it in.
type preview struct {
	Title    string
	One      bool // one form for all parts of a theme (一表制)
	Sections []previewSection
	Asked    int // fields
}

// previewSection is one part of the form.
type previewSection struct {
	Title  string
	Fields []previewField
}

// previewField is one line to fill in.
type previewField struct {
	*forms.Field

	For []string // of one form for several: titles of the parts that get it
}

// preview reads the form that an item asks for; nil when it asks for none. After choices it is
// what those parts ask for that follow from them.
func (h handlers) preview(ctx context.Context, v *guideView) (*preview, error) {
	if h.Forms == nil || v.b.EForm.None() {
		return nil, nil //nolint:nilnil // no form is no error
	}
	f, err := h.Forms.Version(ctx, v.b.EForm.ID, v.b.EForm.Number)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return nil, nil //nolint:nilnil // of a level that this site does not show
	}
	if err != nil {
		return nil, err
	}
	p := &preview{Title: f.Schema.Title, One: f.Schema.Union != nil}
	for i := range f.Schema.Fields {
		p.add(&f.Schema.Fields[i], f.Schema, v.wantedParts())
	}
	return p, nil
}

// wantedParts are the keys of the parts that follow from the choices; nil: all of them.
func (v guideView) wantedParts() (keys []string) {
	if len(v.mine.Chosen) == 0 {
		return nil
	}
	for _, p := range v.mine.Parts {
		keys = append(keys, p.Key)
	}
	return keys
}

// add puts a field of the outermost level into the preview: a headed part is a section of its own.
func (p *preview) add(f *forms.Field, s forms.Schema, parts []string) {
	title := ""
	if f.Kind == forms.Group {
		title = f.Label
	}
	var found []previewField
	p.gather(&found, f, s, parts)
	if len(found) == 0 {
		return
	}
	p.Asked += len(found)
	if last := len(p.Sections) - 1; title == "" && last >= 0 && p.Sections[last].Title == "" {
		p.Sections[last].Fields = append(p.Sections[last].Fields, found...)
		return
	}
	p.Sections = append(p.Sections, previewSection{title, found})
}

// gather lists what is filled in at a field and within; a table is one line.
func (p *preview) gather(out *[]previewField, f *forms.Field, s forms.Schema, parts []string) {
	if !f.Kind.Holds() {
		for i := range f.Fields {
			p.gather(out, &f.Fields[i], s, parts)
		}
		return
	}
	if f.Compute != "" || f.Readonly {
		return
	}
	line := previewField{Field: f}
	if s.Union != nil {
		keys := s.Union.Takers(f.ID)
		if f.Kind == forms.Table && len(f.Fields) > 0 {
			keys = s.Union.Takers(f.Fields[0].ID)
		}
		if parts != nil && !slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(parts, k) }) {
			return
		}
		for _, k := range keys {
			if parts == nil || slices.Contains(parts, k) {
				line.For = append(line.For, s.Union.Part(k).Title)
			}
		}
	}
	*out = append(*out, line)
}

// formSample is the form of an item on A4, empty, to look at and to prepare for.
func (h handlers) formSample(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readGuide(r)
	if err != nil {
		return err
	}
	if v.form == nil {
		return fault.New(fault.NotFound, "page_not_found")
	}
	title := text.T("citizen.form_sample", v.form.Title)
	brief(w, r)
	s.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PrintLayout(kit.PrintView{Title: title, Number: v.b.BasicCode, Organ: v.look.Centre, Date: longDay(h.Now())}, p)
	}
	back := kit.WithAnswers(v.back(r.Context()), v.answers)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: title, Crumbs: []kit.Crumb{{Label: v.b.Name, Href: back}}, Content: formPaper(v)})
}

// themeGuide leads to the guide of a theme, which stands with those of all items.
func (handlers) themeGuide(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
	id, err := itemID(r)
	if err != nil {
		return err
	}
	to := url.URL{Path: visit.URL(r.Context(), "/items/"+id), RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
	return nil
}
