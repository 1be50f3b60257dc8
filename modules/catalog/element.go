package catalog

import (
	"reflect"
	"strconv"
	"strings"
	"sync"

	"liandong/modules/catalog/codes"
	"liandong/tenancy/fault"
)

// The types of an element (要素); the zero one is a line of text.
const (
	AreaElement    = "area"    // text of several lines
	NumberElement  = "number"  // a whole number: working days, times, places
	BoolElement    = "bool"    // yes or no
	LinesElement   = "lines"   // texts, one a line
	EntriesElement = "entries" // rows of several parts: materials, provisions, fees
)

// fields are the places of the elements in a Body by their JSON names.
var fields = sync.OnceValue(func() map[string][]int { //nolint:gochecknoglobals // read-only after the first use
	out := map[string][]int{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Body]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			out[name] = f.Index
		}
	}
	return out
})

// value points at the element called key: a *string, *int, *bool or *[]string;
// nil for anything else.
func (b *Body) value(key string) any {
	switch key {
	case "result_name":
		return &b.Result.Name
	case "result_type":
		return &b.Result.Type
	}
	at, ok := fields()[key]
	if !ok {
		return nil
	}
	return reflect.ValueOf(b).Elem().FieldByIndex(at).Addr().Interface()
}

// Value points at the element called key: a *string, *int, *bool or *[]string, or
// at rows of several parts; nil for a key that no column has.
func (b *Body) Value(key string) any { return b.value(key) }

// Element spells one element as a cell of a list spells it, codes by their names;
// empty for a key that no column has.
func (b Body) Element(key string) string {
	c, ok := column(key)
	if !ok {
		return ""
	}
	return b.cell(c)
}

// Codes are the codes that an element of a code list holds.
func (b Body) Codes(key string) []string {
	switch v := b.value(key).(type) {
	case *string:
		if *v != "" {
			return []string{*v}
		}
	case *[]string:
		return *v
	}
	return nil
}

// SetElement reads into an element what Element spells of it; an empty text
// empties it. It returns Invalid on field key when the text cannot be read.
func (b *Body) SetElement(key, text string) error {
	c, ok := column(key)
	if !ok {
		return fault.InvalidField(key, "item_field_unknown")
	}
	if strings.TrimSpace(text) == "" {
		reflect.ValueOf(b.value(key)).Elem().SetZero()
		return nil
	}
	if why := b.set(c, text, ""); why != "" {
		return fault.InvalidField(key, why)
	}
	return nil
}

// Open lists what a lower level may change beside its promise and its materials.
func Open() (keys []string) {
	for _, c := range columns() {
		if c.Open {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// checkElements holds every element to its code list and its bounds.
func (b Body) checkElements(bad map[string]string) {
	for _, c := range columns() {
		switch v := b.value(c.Key).(type) {
		case *string:
			if len([]rune(*v)) > maxText {
				bad[c.Key] = "item_text_too_long"
			}
		case *int:
			if *v < 0 || *v > maxCount {
				bad[c.Key] = "item_number_range"
			}
		}
		if c.List == "" || bad[c.Key] != "" {
			continue
		}
		for _, code := range b.Codes(c.Key) {
			if why := b.unusable(c.List, code); why != "" {
				bad[c.Key] = why
			}
		}
	}
	b.checkMaterials(bad)
}

// unusable says why a body that is written now may not hold a code; empty: it may.
func (b Body) unusable(list, code string) string {
	switch c, ok := b.book.Get(list, code); {
	case !ok:
		return "item_code_unknown"
	case c.Stopped:
		return "item_code_stopped"
	}
	return ""
}

func (b Body) checkMaterials(bad map[string]string) {
	for i, m := range b.Materials {
		for list, code := range map[string]string{codes.MaterialNeed: m.Need, codes.MaterialSource: m.Source, codes.MaterialForm: m.Form, codes.MaterialType: m.Type, codes.StandardMaterial: m.Code} {
			if why := b.unusable(list, code); code != "" && why != "" {
				bad["materials."+strconv.Itoa(i)] = why
			}
		}
	}
}

// maxCount bounds every number of a version that is no limit.
const maxCount = 100_000

// yes and no, as a cell of a list spells them.
func spellBool(v bool) string {
	if v {
		return codes.Name(codes.YesNo, "1")
	}
	return ""
}

func readBool(field *bool, cell string) string {
	code, ok := codes.Find(codes.YesNo, cell)
	if !ok {
		return "import_code_unknown"
	}
	*field = code == "1"
	return ""
}

func spellNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
