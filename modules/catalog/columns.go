package catalog

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// Column (列) is one column of an imported or exported list of items.
type Column struct {
	Key     string   `json:"key"`     // of the body, as in its JSON
	Header  string   `json:"header"`  // as the template and the export spell it
	Aliases []string `json:"aliases"` // as other systems spell it
	Group   string   `json:"group"`   // of the editor and the guide
	Type    string   `json:"type"`    // AreaElement, …
	List    string   `json:"list"`    // the code list of its values, if any
	Many    bool     `json:"many"`    // several codes in one cell
	Open    bool     `json:"open"`    // a lower level may change it
	Example string   `json:"example"`

	Required bool     `json:"required"` // before review
	Help     string   `json:"help"`
	Unit     string   `json:"unit"`
	Kinds    []string `json:"kinds"` // of items that have it; none: all
	Entry    string   `json:"entry"` // EntryToo, EntryOnly; empty: implementing items only
}

// What an entry of the basic list has of a column.
const (
	EntryToo  = "both"
	EntryOnly = "only"
)

// On reports whether an item of a list and a kind has the element.
func (c Column) On(list, kind string) bool {
	if list == BasicList && c.Entry == "" || list != BasicList && c.Entry == EntryOnly {
		return false
	}
	return len(c.Kinds) == 0 || slices.Contains(c.Kinds, kind)
}

//go:embed columns.json
var columnsFile []byte

var columns = sync.OnceValue(func() (all []Column) { //nolint:gochecknoglobals // read-only after the first use
	if err := json.Unmarshal(columnsFile, &all); err != nil {
		panic(err) // a broken embedded list is a broken build
	}
	return all
})

// Elements lists the columns of one group.
func Elements(group string) (out []Column) {
	for _, c := range columns() {
		if c.Group == group {
			out = append(out, c)
		}
	}
	return out
}

// Columns lists the columns of a list of items, in the order of the template.
func Columns() []Column { return slices.Clone(columns()) }

// column returns the column called key; ok is false for any other word.
func column(key string) (c Column, ok bool) {
	i := slices.IndexFunc(columns(), func(c Column) bool { return c.Key == key })
	if key == "" || i < 0 {
		return c, false
	}
	return columns()[i], true
}

// guess says which column every header of a file means, "" when none does; no
// column is meant twice.
func guess(head []string) []string {
	out := make([]string, len(head))
	for i, h := range head {
		h = strings.ToLower(strings.Trim(strings.TrimSpace(h), "*"))
		for _, c := range columns() {
			fits := h == c.Header || slices.Contains(c.Aliases, h)
			if fits && !slices.Contains(out, c.Key) {
				out[i] = c.Key
				break
			}
		}
	}
	return out
}
