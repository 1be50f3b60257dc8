package forms

import (
	"slices"
	"strings"
	"unicode/utf8"

	"liandong/tenancy/idcode"
)

// Values is what a form holds: text, dates, codes and choices as string; numbers
// and money (yuan) as float64; one tick as bool; several choices as []string; an
// address, or a signature as map[string]string; files as []map[string]string; a
// table as []map[string]any. A field without a value is missing.
type Values map[string]any

// Error is what is wrong with one field.
type Error struct {
	Path    string // id, or table.row.id; empty: the form as a whole
	Label   string
	Key     string // of the catalogue; empty when Message is the rule's own
	Args    []any
	Message string
}

// zero is what an expression sees of a field without a value.
func zero(f *Field) any {
	switch f.Kind { //nolint:exhaustive // the rest is text
	case Number, Money:
		return 0.0
	case Checkbox:
		if f.Multiple() {
			return []string{}
		}
		return false
	case Address, Signature:
		return map[string]string{}
	case File:
		return []map[string]string{}
	case Table:
		return []map[string]any{}
	}
	return ""
}

// blame is a reason in the words of the catalogue.
type blame struct {
	key  string
	args []any
}

func because(key string, args ...any) *blame { return &blame{"forms." + key, args} }

// normal brings what was typed, or what is stored, into the one form that Values
// promises; nil without blame when there is nothing. A blamed value is kept as
// typed where it can be.
func normal(f *Field, raw any, today string) (any, *blame) {
	switch f.Kind { //nolint:exhaustive // the rest is text
	case Number, Money:
		return normalNumber(f, raw)
	case Checkbox:
		if !f.Multiple() {
			return normalTick(raw), nil
		}
		return normalMany(f, raw)
	case Address, Signature:
		return normalMap(f, raw)
	case File:
		return normalFiles(f, raw)
	}
	s := strings.TrimSpace(text(raw))
	if s == "" {
		return nil, nil
	}
	return normalText(f, s, today)
}

// offers reports whether s is a choice; a list that nobody filled in yet (a code list without its host) takes anything.
func offers(f *Field, s string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == s })
}

func normalTick(raw any) any {
	switch v := raw.(type) {
	case bool:
		if v {
			return true
		}
	default:
		if s := text(v); s == "1" || s == "on" || s == "true" {
			return true
		}
	}
	return nil
}

func normalMany(f *Field, raw any) (any, *blame) {
	var all []string
	switch v := raw.(type) {
	case []string:
		all = v
	case []any:
		for _, x := range v {
			all = append(all, text(x))
		}
	case string:
		all = []string{v}
	}
	var out []string
	for _, s := range all {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	for _, s := range out {
		if !offers(f, s) {
			return out, because("not_an_option")
		}
	}
	return out, nil
}

// The parts of an address and of a signature.
const (
	Division = "division" // 12 digits
	Named    = "name"     // of the division, or who signed
	Detail   = "detail"   // street and number
	Image    = "image"    // of a signature: the id of a file
)

func partsOf(k Kind) []string {
	if k == Address {
		return []string{Division, Named, Detail}
	}
	return []string{Named, Image}
}

func strs(raw any) map[string]string {
	out := map[string]string{}
	switch v := raw.(type) {
	case map[string]string:
		for k, s := range v {
			out[k] = strings.TrimSpace(s)
		}
	case map[string]any:
		for k, x := range v {
			out[k] = strings.TrimSpace(text(x))
		}
	}
	return out
}

func normalMap(f *Field, raw any) (any, *blame) {
	in, out := strs(raw), map[string]string{}
	for _, part := range partsOf(f.Kind) {
		if s := in[part]; s != "" {
			out[part] = s
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	for _, s := range out {
		if utf8.RuneCountInString(s) > 200 {
			return out, because("too_long", 200)
		}
	}
	if f.Kind == Address {
		if _, err := idcode.ParseDivision(out[Division]); err != nil {
			return out, because("no_division")
		}
	}
	return out, nil
}

func normalFiles(f *Field, raw any) (any, *blame) {
	var out []map[string]string
	add := func(m map[string]string) {
		if m["id"] != "" {
			out = append(out, map[string]string{"id": m["id"], "name": m["name"]})
		}
	}
	switch v := raw.(type) {
	case []map[string]string:
		for _, m := range v {
			add(m)
		}
	case []any:
		for _, x := range v {
			add(strs(x))
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	if most := max(f.MaxFiles, 1); len(out) > most {
		return out, because("too_many_files", most)
	}
	return out, nil
}

// rows reads the rows of a table as they were typed or stored.
func rows(raw any) (out []map[string]any) {
	switch v := raw.(type) {
	case []map[string]any:
		return v
	case []any:
		for _, x := range v {
			if m, ok := x.(map[string]any); ok {
				out = append(out, m)
			}
		}
	}
	return out
}
