package wire

import (
	"context"
	"slices"

	"liandong/modules/catalog"
	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/portal-sites/kit/text"
)

// merging is what the forms of a theme are united by.
func merging(in catalogweb.Uniting) forms.Merging {
	m := forms.Merging{Words: forms.UnionWords{
		Title: text.T("forms.union_title", in.Title), Shared: text.T("forms.union_shared"), Chosen: text.T("forms.union_chosen"), Bound: formsweb.BoundWord,
	}}
	for _, p := range in.Parts {
		m.Parts = append(m.Parts, forms.Joined{Key: p.Key, Title: p.Title, Choice: p.Choice, FormID: p.Form.ID, Number: p.Form.Number})
	}
	return m
}

// union is how the form that a theme asks for now came about; nil when it is no union.
func (e eforms) union(ctx context.Context, f catalog.EForm) (*forms.Union, error) {
	if f.None() {
		return nil, nil //nolint:nilnil // no form, no union
	}
	v, err := e.Version(ctx, f.ID, f.Number)
	if err != nil {
		return nil, err
	}
	return v.Schema.Union, nil
}

// Unite implements the designer of themes.
func (e eforms) Unite(ctx context.Context, in catalogweb.Uniting) (out catalog.EForm, err error) {
	u, err := e.union(ctx, in.Form)
	if err != nil {
		return out, err
	}
	m := merging(in)
	if u != nil {
		m.Form = in.Form.ID
	}
	made, err := e.Merge(ctx, m)
	return catalog.EForm{ID: made.FormID, Number: made.Number, Title: made.Title}, err
}

// United implements the designer of themes.
func (e eforms) United(ctx context.Context, in catalogweb.Uniting) (out catalogweb.United, err error) {
	if len(in.Parts) == 0 {
		return out, nil
	}
	u, err := e.union(ctx, in.Form)
	if err != nil {
		return out, err
	}
	m := merging(in)
	if u != nil {
		m.Form, out.Made = in.Form.ID, true
		titles := map[string]string{}
		for _, p := range u.Parts {
			titles[p.Key] = p.Title
		}
		for _, p := range m.Parts {
			titles[p.Key] = p.Title
		}
		for _, key := range u.Stale(m.Parts) {
			out.Stale = append(out.Stale, titles[key])
		}
	}
	schema, problems, err := e.Preview(ctx, m)
	if err != nil {
		return out, err
	}
	for _, p := range problems {
		out.Problems = append(out.Problems, text.T(p.Key)+" "+p.Label+" "+p.Detail)
	}
	if schema.Union != nil {
		tell(&out, schema)
	}
	return out, nil
}

// tell lists what a united form asks, with the parts that get it.
func tell(out *catalogweb.United, s forms.Schema) {
	titles := func(keys []string) (all []string) {
		for _, k := range keys {
			all = append(all, s.Union.Part(k).Title)
		}
		return all
	}
	at := -1
	s.Walk(func(f *forms.Field, around []*forms.Field) bool {
		if len(around) == 0 {
			out.Sections, at = append(out.Sections, catalogweb.UnitedSection{Title: f.Label}), at+1
		}
		if inRows := slices.ContainsFunc(around, func(a *forms.Field) bool { return a.Kind == forms.Table }); !f.Kind.Holds() || inRows {
			return true
		}
		keys := s.Union.Takers(f.ID)
		out.Sections[at].Fields = append(out.Sections[at].Fields, catalogweb.UnitedField{Label: f.Label, Required: f.Required, For: titles(keys)})
		out.Asked++
		out.Separate += len(keys)
		return true
	})
	for _, a := range s.Union.Apart {
		out.Apart = append(out.Apart, catalogweb.UnitedField{Label: a.Label, Why: a.Why, For: titles([]string{a.Part})})
	}
}
