package web

import (
	"net/url"
	"strconv"
	"strings"

	"liandong/modules/forms"
)

// prefix begins the names of a form's inputs, apart from those of the page around it.
const prefix = "f."

// Decode reads the values of a form as they were typed. Only fields that the
// request names are in it: what a browser did not send stays what it was.
func Decode(in url.Values, c *forms.Compiled) forms.Values {
	out := forms.Values{}
	c.Schema.Walk(func(f *forms.Field, around []*forms.Field) bool {
		for _, a := range around {
			if a.Kind == forms.Table {
				return true
			}
		}
		if v, ok := decodeField(in, f, prefix+f.ID); ok {
			out[f.ID] = v
		}
		return true
	})
	return out
}

// sent marks inputs that send nothing when empty: boxes, rows.
const sent = ".sent"

func decodeField(in url.Values, f *forms.Field, name string) (any, bool) {
	_, marked := in[name+sent]
	switch f.Kind { //nolint:exhaustive // the rest is one text
	case forms.Group, forms.Columns, forms.Note:
		return nil, false
	case forms.Table:
		return decodeRows(in, f, name)
	case forms.Address:
		return decodeAddress(in, name), marked
	case forms.Signature:
		return trimmed(map[string]any{forms.Named: in.Get(name + ".name"), forms.Image: in.Get(name + ".image")}), marked
	case forms.File:
		return decodeFiles(in[name]), marked
	case forms.Checkbox:
		if !f.Multiple() {
			return in.Get(name) == "1", marked
		}
		list := []any{}
		for _, s := range in[name] {
			list = append(list, s)
		}
		return list, marked
	}
	all, ok := in[name]
	if !ok || len(all) == 0 {
		return nil, false
	}
	return all[len(all)-1], true
}

func trimmed(m map[string]any) any {
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}

// decodeAddress takes the deepest division that lies in those chosen above it:
// whoever changes the province has not chosen the county that still stands below.
func decodeAddress(in url.Values, name string) any {
	chosen := ""
	for _, code := range in[name] {
		if code == "" || len(code) != 12 || chosen != "" && !below(chosen, code) {
			break
		}
		chosen = code
	}
	return trimmed(map[string]any{forms.Division: chosen, forms.Named: "", forms.Detail: strings.TrimSpace(in.Get(name + ".detail"))})
}

// below reports whether a division lies in another, by the digits that are not zero.
func below(above, code string) bool {
	stem := strings.TrimRight(above, "0")
	for len(stem) != 2 && len(stem) != 4 && len(stem) != 6 && len(stem) != 9 && len(stem) < 12 {
		stem += "0"
	}
	return strings.HasPrefix(code, stem) && code != above
}

// decodeFiles reads id|name, as kept files stand in the form.
func decodeFiles(in []string) any {
	list := []any{}
	for _, s := range in {
		if id, name, ok := strings.Cut(s, "|"); ok && id != "" {
			list = append(list, map[string]any{"id": id, "name": name})
		}
	}
	return list
}

// maxRows bounds what is read; the rules bound what is taken.
const maxRows = 300

func decodeRows(in url.Values, f *forms.Field, name string) (any, bool) {
	n, err := strconv.Atoi(in.Get(name + sent))
	if err != nil {
		return nil, false
	}
	list := []any{}
	for i := range min(n, maxRows) {
		at := name + "." + strconv.Itoa(i)
		if in.Get(at+".gone") == "1" {
			continue
		}
		cells := map[string]any{}
		for j := range f.Fields {
			if v, ok := decodeField(in, &f.Fields[j], at+"."+f.Fields[j].ID); ok {
				cells[f.Fields[j].ID] = v
			}
		}
		list = append(list, cells)
	}
	return list, true
}

// deed is what a button of a form asks besides sending: add.herd, remove.herd.0.
func deed(values forms.Values, do string) forms.Values {
	parts := strings.Split(do, ".")
	if len(parts) < 2 {
		return values
	}
	list, _ := values[parts[1]].([]any)
	switch {
	case parts[0] == "add" && len(list) < maxRows:
		values[parts[1]] = append(list, map[string]any{})
		return values
	case parts[0] == "remove" && len(parts) == 3:
		if i, err := strconv.Atoi(parts[2]); err == nil && i >= 0 && i < len(list) {
			values[parts[1]] = append(list[:i:i], list[i+1:]...)
			return values
		}
	}
	return values
}
