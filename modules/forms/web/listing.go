package web

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"liandong/modules/forms"
	"liandong/portal-sites/kit/text"
)

// shownOptions is how many choices a column spells out.
const shownOptions = 12

// Listing (成批填报) is what of a form the lines of a table can say: one column for every plain field.
// Tables in a form, files and signatures cannot stand in a cell.
type Listing struct {
	Version *forms.Version
	Columns []ListColumn
	Left    []string // labels of the fields that no cell can say

	heads map[string]string // of columns, by field
}

// ListColumn is one column.
type ListColumn struct {
	Key     string // of the field, or of one part of it
	Head    string
	Said    string   // how it is filled in
	Options []string // what may be chosen
}

// List is a form as columns. heads are taken already: no two columns are called the same.
func List(v *forms.Version, heads []string) Listing {
	l, taken := Listing{Version: v, heads: map[string]string{}}, map[string]bool{}
	for _, h := range heads {
		taken[h] = true
	}
	head := func(f *forms.Field, around []*forms.Field, part string) string {
		name := f.Label + part
		if f.Unit != "" {
			name = text.T("forms.list.unit", name, f.Unit)
		}
		if taken[name] && len(around) > 0 && around[len(around)-1].Label != "" {
			name = text.T("forms.list.group", around[len(around)-1].Label, name)
		}
		stem := name
		for n := 2; taken[name]; n++ {
			name = text.T("forms.list.unit", stem, strconv.Itoa(n))
		}
		taken[name] = true
		return name
	}
	v.Schema.Walk(func(f *forms.Field, around []*forms.Field) bool {
		inRows := slices.ContainsFunc(around, func(a *forms.Field) bool { return a.Kind == forms.Table })
		if inRows || !f.Kind.Holds() || f.Compute != "" || f.Readonly {
			return true
		}
		switch f.Kind {
		case forms.Table, forms.File, forms.Signature:
			l.Left = append(l.Left, f.Label)
		case forms.Address:
			l.heads[f.ID] = head(f, around, text.T("forms.list.code"))
			l.Columns = append(l.Columns, ListColumn{Key: f.ID + "." + forms.Division, Head: l.heads[f.ID], Said: text.T("forms.list.division", must(f))},
				ListColumn{Key: f.ID + "." + forms.Detail, Head: head(f, around, text.T("forms.list.detail")), Said: text.T("forms.list.optional")})
		default:
			l.heads[f.ID] = head(f, around, "")
			l.Columns = append(l.Columns, ListColumn{Key: f.ID, Head: l.heads[f.ID], Said: howTo(f), Options: choices(f)})
		}
		return true
	})
	return l
}

func must(f *forms.Field) string {
	switch {
	case f.Prefill != "" && strings.HasPrefix(f.Prefill, "person.") || strings.HasPrefix(f.Prefill, "enterprise."):
		return text.T("forms.list.applicant")
	case f.Required && f.Visible == "":
		return text.T("forms.list.required")
	case f.Required || f.RequiredWhen != "" || f.Visible != "":
		return text.T("forms.list.perhaps")
	}
	return text.T("forms.list.optional")
}

func choices(f *forms.Field) (out []string) {
	if f.Kind == forms.Checkbox && !f.Multiple() {
		return strings.Split(text.T("forms.list.yes_no"), " ")
	}
	for _, o := range f.Options {
		out = append(out, o.Label)
	}
	return out
}

func howTo(f *forms.Field) string {
	said := must(f)
	switch f.Kind { //nolint:exhaustive // the rest is told by its options
	case forms.Date:
		return text.T("forms.list.date", said)
	case forms.Number, forms.Money:
		return text.T("forms.list.number", said)
	}
	if all := choices(f); len(all) > 0 {
		shown := strings.Join(all[:min(len(all), shownOptions)], text.T("forms.list.and"))
		if len(all) > shownOptions {
			shown += "…"
		}
		if f.Multiple() {
			return text.T("forms.list.several", said, shown)
		}
		return text.T("forms.list.one", said, shown)
	}
	return said
}

// Wrong is what is wrong with one field of a line.
type Wrong struct{ Head, Sentence string }

// Judge reads one line, cells by key, and runs the rules of the form over it: answers are what is
// handed in when nothing is wrong. facts are what is known of the applicant.
func (l Listing) Judge(ctx context.Context, d Divisions, cells map[string]string, facts map[string]any, in forms.Context) (answers map[string]any, wrong []Wrong) {
	given := l.Version.Prefill(facts)
	values := forms.Values{}
	l.Version.Schema.Walk(func(f *forms.Field, _ []*forms.Field) bool {
		if v, ok := cellValue(f, cells); ok {
			values[f.ID] = v
		}
		return true
	})
	for id, v := range given {
		if f := l.Version.Schema.Find(id); f != nil && (f.Readonly || show(values[id]) == "") {
			values[id] = v
		}
	}
	NameDivisions(ctx, d, l.Version.Compiled, values)
	in.Stored = given
	res := l.Version.Evaluate(values, in)
	for _, e := range res.Errors {
		wrong = append(wrong, l.wrong(e))
	}
	return maps.Clone(res.Values), wrong
}

func (l Listing) wrong(e forms.Error) Wrong {
	id, _, _ := strings.Cut(e.Path, ".")
	f := l.Version.Schema.Find(id)
	switch {
	case f != nil && (f.Kind == forms.Table || f.Kind == forms.File || f.Kind == forms.Signature):
		return Wrong{f.Label, text.T("forms.list.impossible")}
	case l.heads[id] != "":
		return Wrong{l.heads[id], Sentence(e)}
	}
	return Wrong{e.Label, Sentence(e)}
}

func cellValue(f *forms.Field, cells map[string]string) (any, bool) {
	said, ok := cells[f.ID]
	switch f.Kind { //nolint:exhaustive // the rest is one text
	case forms.Address:
		division, detail := cells[f.ID+"."+forms.Division], cells[f.ID+"."+forms.Detail]
		if division+detail == "" {
			return nil, false
		}
		return trimmed(map[string]any{forms.Division: division, forms.Detail: detail}), true
	case forms.Group, forms.Columns, forms.Note, forms.Table, forms.File, forms.Signature:
		return nil, false
	case forms.Date:
		return dateCell(said), ok
	case forms.Number, forms.Money:
		return numberCell(said), ok
	case forms.Select, forms.Radio:
		return choiceCell(f, said), ok
	case forms.Checkbox:
		if f.Multiple() {
			list := []any{}
			for _, one := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune("\u3001,\uff0c;\uff1b|/\n", r) }) {
				list = append(list, choiceCell(f, strings.TrimSpace(one)))
			}
			return list, ok
		}
		return slices.Contains(strings.Fields(text.T("forms.list.yes")), said), ok
	}
	return said, ok
}

// choiceCell takes the label of a choice, as people see it, or its value.
func choiceCell(f *forms.Field, said string) string {
	for _, o := range f.Options {
		if o.Label == said {
			return o.Value
		}
	}
	return said
}

// numberCell spells out what a sheet keeps with an exponent.
func numberCell(said string) string {
	if n, err := strconv.ParseFloat(said, 64); err == nil && strings.ContainsAny(said, "eE") {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return said
}

// dateCell takes a day as people write it, or the number that a sheet keeps for it.
func dateCell(said string) string {
	said = strings.TrimSuffix(strings.NewReplacer("\u5e74", "-", "\u6708", "-", "\u65e5", "").Replace(said), "-") // 2026年3月4日
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "20060102"} {
		if t, err := time.Parse(layout, said); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	if n, err := strconv.ParseFloat(said, 64); err == nil && n > 1 && n < 100000 {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)).Format(time.DateOnly)
	}
	return said
}
