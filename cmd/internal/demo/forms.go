package demo

import (
	"context"
	_ "embed" // the forms below
	"fmt"
	"maps"
	"slices"
	"strings"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/policies"
)

//go:embed forms.json
var formsFile []byte

// Form is an electronic form (电子表单) with the items that are filed with it.
type Form struct {
	Items  []string                              `json:"items"`
	Schema forms.Schema                          `json:"schema"`
	Rights map[flows.Kind]map[string]flows.Right `json:"rights"` // of the steps of the items' flows
	Sample map[string]any                        `json:"sample"` // as an applicant fills it in
}

// FormList returns the forms of the demonstration, a new slice at each call.
func FormList() ([]Form, error) { return decode[[]Form]("forms.json", formsFile) }

// Forms designs and publishes the forms of the league.
func Forms(s *forms.Service) func(context.Context, *Stage) error {
	return func(ctx context.Context, st *Stage) error {
		all, err := FormList()
		if err != nil {
			return err
		}
		editor, err := st.AsRole(ctx, st.League(), policies.ItemEditor)
		if err != nil {
			return err
		}
		reviewer, err := st.AsRole(ctx, st.League(), policies.ItemReviewer)
		if err != nil {
			return err
		}
		st.Clock.Set(st.longAgo())
		st.forms, st.eforms = map[string]formed{}, s
		for _, f := range all {
			made, err := s.Create(editor, f.Schema, "demo-form-"+f.Schema.Title)
			if err != nil {
				return fmt.Errorf("form %s: %w", f.Schema.Title, err)
			}
			if made.Published == 0 {
				if _, err := s.Publish(reviewer, made.ID, made.Version, ""); err != nil {
					return fmt.Errorf("form %s: %w", f.Schema.Title, err)
				}
			}
			for _, item := range f.Items {
				st.forms[item] = formed{f, catalog.EForm{ID: made.ID, Number: 1, Title: f.Schema.Title}}
			}
		}
		return nil
	}
}

// formed is a form that is published.
type formed struct {
	Form

	ref catalog.EForm
}

// formed is an item with the form that it is filed with, if it has one.
func (st *Stage) formed(it Item) Item {
	f, ok := st.forms[it.Name]
	if !ok {
		return it
	}
	it.EForm = f.ref
	it.rights = f.Rights
	return it
}

// answers are what an applicant fills into the form of her item; nil when it has none.
func (st *Stage) answers(p *plot) map[string]any {
	f, ok := st.forms[p.item.Name]
	if !ok {
		return nil
	}
	return Fill(f.Sample, st.known(p))
}

// known is what is known of an applicant before she fills anything in.
func (st *Stage) known(p *plot) map[string]string {
	return map[string]string{"name": p.name, "number": p.number, "phone": p.phone, "place": p.origin.Name, "division": p.origin.Code}
}

// Fill writes what is known of an applicant into a sample: {name}, {number} and so on.
func Fill(sample map[string]any, known map[string]string) map[string]any {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(known)) {
		pairs = append(pairs, "{"+k+"}", known[k])
	}
	words := strings.NewReplacer(pairs...)
	out := map[string]any{}
	for k, v := range sample {
		out[k] = filled(words, v)
	}
	return out
}

func filled(words *strings.Replacer, v any) any {
	switch x := v.(type) {
	case string:
		return words.Replace(x)
	case []any:
		list := make([]any, len(x))
		for i := range x {
			list[i] = filled(words, x[i])
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for k := range x {
			m[k] = filled(words, x[k])
		}
		return m
	}
	return v
}
