package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"liandong/modules/forms"
)

// Given is what a form without a draft begins with.
type Given struct {
	Version *forms.Version
	Kind    string         // of applicant, as rules see it
	Facts   map[string]any // what is known, by the names of forms.Sources
	Values  forms.Values   // what was typed before
	Again   bool           // what is known is to be filled in where nothing stands
}

// Loose reports whether the sheet has no draft: whatever is in it goes with the page.
func (s *Sheet) Loose() bool { return s.Draft.ID == "" }

// Answers are what is handed in of a sheet without a draft: what was typed, and the fields that
// nobody types as the rules found them.
func (s *Sheet) Answers() map[string]any {
	res := s.Compiled.Evaluate(s.Draft.Values, s.Context)
	return maps.Clone(res.Values)
}

// Lay (无草稿填报) shows a form that is kept nowhere but on its page: the office for which it is
// filled in is another one, and keeps it only once it is handed in.
func (h *holder) Lay(in Given, base string) *Sheet {
	values := forms.Values{}
	maps.Copy(values, in.Values)
	given, from := in.Version.Known(in.Facts)
	for id, value := range given {
		if f := in.Version.Schema.Find(id); f != nil && (f.Readonly || in.Again && show(values[id]) == "") {
			values[id] = value
		}
	}
	c := h.d.Service.Filing(in.Kind)
	c.Stored = given
	draft := forms.Filling{FormID: in.Version.FormID, Number: in.Version.Number, Values: values, Given: given, From: from}
	s := &Sheet{View: NewView(in.Version.Compiled, values, c), Draft: draft, Version: in.Version}
	s.Prefilled = draft.Prefilled()
	h.dress(s.View, base)
	return s
}

// Lift is Lay with what a request sends. buttons are the values of do that belong to the page; fill is the
// one of them that fills in what is known.
func (h *holder) Lift(r *http.Request, in Given, base, fill string, buttons ...string) (*Sheet, error) {
	posted := Decode(r.PostForm, in.Version.Compiled)
	if err := h.keepFiles(r, in.Version.Compiled, posted); err != nil {
		return nil, err
	}
	NameDivisions(r.Context(), h.d.Divisions, in.Version.Compiled, posted)
	do := r.PostForm.Get("do")
	in.Again = do == fill
	for _, b := range buttons {
		if own, _, _ := strings.Cut(do, ":"); own == b {
			do = ""
		}
	}
	values := maps.Clone(posted)
	if do != "" {
		values = deed(values, do)
	}
	in.Values = values
	fillUnseen(in, values, strings.Fields(r.PostForm.Get(givenField)))
	s := h.Lay(in, base)
	s.Do = do
	return s, nil
}

// fillUnseen fills in what is known by now of fields that stood empty when the page was sent out: that
// they were left empty there says nothing.
func fillUnseen(in Given, values forms.Values, shown []string) {
	for id, value := range in.Version.Prefill(in.Facts) {
		if show(values[id]) == "" && !slices.Contains(shown, id) {
			values[id] = value
		}
	}
}
