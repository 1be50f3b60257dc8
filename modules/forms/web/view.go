package web

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"liandong/modules/forms"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
)

// View is a form on a page: its rules, what was typed, and what is wrong with it.
type View struct {
	Compiled  *forms.Compiled
	Result    forms.Result
	Raw       forms.Values // as typed
	Context   forms.Context
	Divisions Divisions // nil: an address is a text
	Files     string    // where a browser with scripts uploads to; empty: with the form
	FileURL   string    // where kept files are shown: + id
	Print     bool      // values only

	Masked    map[string]string // what is shown instead of values that a browser is not to know, by field
	Prefilled map[string]string // where values come from that were filled in, by field

	errs    map[string]string
	summary []kit.F
	blamed  bool
}

// NewView evaluates what was typed; nothing is blamed until Blame.
func NewView(c *forms.Compiled, raw forms.Values, ctx forms.Context) *View {
	return &View{Compiled: c, Raw: raw, Context: ctx, Result: c.Evaluate(raw, ctx)}
}

// Blame shows what a result minds beside the fields.
func (v *View) Blame(res forms.Result) *View {
	v.Result, v.blamed, v.errs, v.summary = res, true, map[string]string{}, nil
	for _, e := range res.Errors {
		if _, known := v.errs[e.Path]; !known {
			v.errs[e.Path] = Sentence(e)
			v.summary = append(v.summary, kit.F{Name: prefix + e.Path, Label: v.label(e)})
		}
	}
	return v
}

// label names a field, with its row when it is a cell.
func (v *View) label(e forms.Error) string {
	parts := strings.Split(e.Path, ".")
	if len(parts) != 3 {
		return e.Label
	}
	n, err := strconv.Atoi(parts[1])
	table := v.Compiled.Schema.Find(parts[0])
	if err != nil || table == nil {
		return e.Label
	}
	return rowName(table, n) + " " + e.Label
}

// Sentence is what is said about an error.
func Sentence(e forms.Error) string {
	if e.Key == "" {
		return e.Message
	}
	return text.T(e.Key, e.Args...)
}

func (v *View) values() (f kit.FormValues) {
	for path, s := range v.errs {
		name := prefix + path
		if path == "" {
			name = ""
		}
		f.WrongText(name, s)
	}
	return f
}

// From shows a draft's values that were filled in for her: where they come from, and
// personal data among them masked.
func (v *View) From(draft forms.Filling) *View {
	v.Prefilled, v.Masked = draft.Prefilled(), map[string]string{}
	for id, value := range draft.Given {
		if _, still := v.Prefilled[id]; !still && !same(draft.Values[id], value) && !v.Result.Locked[id] {
			continue
		}
		if m := v.Compiled.MaskedText(id, value); m != "" {
			v.Masked[id] = m
		}
	}
	return v
}

func same(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

func (v *View) shown(at string) bool { return v.Result.Shown[at] }

func (v *View) locked(at string) bool { return v.Result.Locked[at] || v.Print }

// current is a value as it should stand in its input: the typed one, unless the form reckons it.
func (v *View) current(f *forms.Field, at string) any {
	if m := v.Masked[at]; m != "" && !v.Print {
		return m
	}
	if v.Result.Locked[at] || f.Compute != "" {
		return v.Result.Values[at]
	}
	if x, ok := v.Raw[at]; ok {
		return x
	}
	return v.Result.Values[at]
}

func (v *View) rows(f *forms.Field) []map[string]any {
	typed := rowsOf(v.Raw[f.ID])
	reckoned := rowsOf(v.Result.Values[f.ID])
	out := make([]map[string]any, max(len(typed), len(reckoned)))
	for i := range out {
		out[i] = map[string]any{}
		for j := range f.Fields {
			c := &f.Fields[j]
			if i < len(typed) && c.Compute == "" && typed[i][c.ID] != nil {
				out[i][c.ID] = typed[i][c.ID]
			} else if i < len(reckoned) {
				out[i][c.ID] = reckoned[i][c.ID]
			}
		}
	}
	if len(out) == 0 && !v.Result.Locked[f.ID] && !v.Print {
		for range max(f.MinRows, 1) {
			out = append(out, map[string]any{})
		}
	}
	return out
}

func rowsOf(v any) (out []map[string]any) {
	switch x := v.(type) {
	case []map[string]any:
		return x
	case []any:
		for _, r := range x {
			if m, ok := r.(map[string]any); ok {
				out = append(out, m)
			}
		}
	}
	return out
}

// show spells a value for an input.
func show(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		if x {
			return "1"
		}
		return ""
	case []string:
		return strings.Join(x, ",")
	case []any:
		parts := make([]string, len(x))
		for i, y := range x {
			parts[i] = show(y)
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v)
}

func part(v any, name string) string {
	switch m := v.(type) {
	case map[string]string:
		return m[name]
	case map[string]any:
		return show(m[name])
	}
	return ""
}

func files(v any) (out []map[string]string) {
	switch x := v.(type) {
	case []map[string]string:
		return x
	case []any:
		for _, f := range x {
			out = append(out, map[string]string{"id": part(f, "id"), "name": part(f, "name")})
		}
	}
	return out
}

// rules is the plan of the form for the browser, with the sentences that it may say.
func (v *View) rules() string {
	type browser struct {
		forms.Plan
		Text map[string]string `json:"text"`
		Live bool              `json:"live"`
	}
	plan := v.Compiled.Plan(v.Context)
	v.Compiled.Hide(&plan, v.Masked, v.Result)
	b := browser{Plan: plan, Text: sentences(), Live: v.blamed}
	data, err := json.Marshal(b)
	if err != nil {
		return "{}"
	}
	return string(data)
}

// sentences are the catalogue texts that rules in the browser use.
func sentences() map[string]string {
	out := map[string]string{}
	for _, key := range []string{
		"forms.required", "forms.choose", "forms.tick", "forms.attach", "forms.sign", "forms.add_row", "forms.not_an_option", "forms.too_short", "forms.too_long", "forms.pattern", "forms.not_a_date",
		"forms.too_early", "forms.too_late", "forms.not_a_number", "forms.not_whole", "forms.decimals", "forms.number_range", "forms.too_small", "forms.too_big", "forms.no_division", "forms.too_many_files",
		"forms.too_many_rows", "forms.too_few_rows", "forms.rule_broken",
		"id_number_length", "id_number_char", "id_number_area", "id_number_date", "id_number_check", "credit_code_length", "credit_code_char", "credit_code_check", "phone_format",
	} {
		out[key] = text.T(key)
	}
	return out
}

// cellShown reports whether a cell is visible; one of a row that does not count yet follows its rule on nothing.
func (v *View) cellShown(at string, f *forms.Field) bool {
	shown, known := v.Result.Shown[at+"."+f.ID]
	return shown || !known && f.Visible == ""
}
