package web

import (
	"slices"
	"strconv"
	"strings"

	"liandong/modules/forms"
	"liandong/portal-sites/kit"
)

// control is a field as the kit draws it.
func (v *View) control(f *forms.Field, at string, value any) kit.F {
	k := kit.F{
		Name: prefix + at, Label: named(f), Help: f.Help, Placeholder: f.Placeholder, Unit: f.Unit, Required: v.Result.Required[at], Value: show(value),
		ReadOnly: v.locked(at) || f.Compute != "" || f.Readonly, Full: true, Attrs: map[string]any{},
	}
	switch f.Kind { //nolint:exhaustive // drawn by templates of their own
	case forms.LongText:
		k.Type, k.MaxLength = kit.Textarea, or(f.MaxLength, 2000)
	case forms.Text:
		k.MaxLength = or(f.MaxLength, 200)
	case forms.Number:
		k.Attrs["inputmode"] = "decimal"
	case forms.Money:
		k.Type = kit.Money
	case forms.Date:
		k.Type, k.Min, k.Max = kit.Date, day(f.After, v.Context.Today), day(f.Before, v.Context.Today)
	case forms.Select, forms.Radio:
		k.Type, k.Options = kit.Select, options(f)
		if f.Kind == forms.Radio {
			k.Type = kit.Radio
		}
		if k.ReadOnly { // a choice cannot be read-only; what it is stands there as text
			k.Type, k.Value, k.Options = kit.Text, v.words(f, value), nil
		}
	case forms.Checkbox:
		k.Type = kit.Checkbox
		if f.Multiple() {
			k.Type, k.Options = kit.Checkboxes, options(f)
		}
		k.Disabled = k.ReadOnly
	case forms.Phone:
		k.Type, k.Value = kit.Tel, strings.TrimPrefix(k.Value, "+86")
	case forms.IDNumber, forms.CreditCode:
		k.MaxLength = 30
	}
	if v.Print {
		k.Value = v.words(f, value)
	}
	k.Help = v.help(f, at)
	return k
}

// help is what is said below a field, with where its value comes from.
func (v *View) help(f *forms.Field, at string) string {
	from := v.Prefilled[at]
	if from == "" || v.Print {
		return f.Help
	}
	note := prefilledNote(from, v.locked(at))
	if f.Help == "" {
		return note
	}
	return f.Help + helpGlue + note
}

func day(bound, today string) string {
	if bound == "today" {
		return today
	}
	return bound
}

func options(f *forms.Field) (out []kit.Option) {
	for _, o := range f.Options {
		out = append(out, kit.Option{Value: o.Value, Label: o.Label})
	}
	return out
}

// words is a value as people read it.
func (v *View) words(f *forms.Field, value any) string { return Words(f, value) }

func optionLabel(f *forms.Field, value string) string {
	if i := slices.IndexFunc(f.Options, func(o forms.Option) bool { return o.Value == value }); i >= 0 {
		return f.Options[i].Label
	}
	return value
}

func named(f *forms.Field) string {
	if f.Label != "" {
		return f.Label
	}
	return f.ID
}

func or(n, fallback int) int {
	if n > 0 {
		return n
	}
	return fallback
}

// width is the class of a field's place in the grid of twelve.
func width(f *forms.Field, inColumns int) string {
	w := f.Width
	if w == 0 {
		switch {
		case inColumns > 0:
			w = max(12/inColumns, 3)
		case f.Kind == forms.LongText || f.Kind == forms.Table || f.Kind.Contains() || f.Kind == forms.Note || f.Kind == forms.Address || f.Kind == forms.File || f.Kind == forms.Signature || len(f.Options) > 4 && f.Kind != forms.Select:
			w = 12
		default:
			w = 6
		}
	}
	return "w" + strconv.Itoa(w)
}
