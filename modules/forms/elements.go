package forms

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

// Element (数据元) is an item of information that many forms ask for, under one name
// and with one meaning. Certainty says how sure its definition is: standard for what
// the named standard says, common for what forms usually say.
type Element struct {
	ID        string   `json:"id"` // internal identifier, the id that a field made from it gets
	Name      string   `json:"name"`
	Group     string   `json:"group"`
	Kind      Kind     `json:"kind"`
	Length    int      `json:"length"`
	Source    string   `json:"source"`
	Certainty string   `json:"certainty"`
	PII       bool     `json:"pii"`
	Prefill   string   `json:"prefill"`
	Unit      string   `json:"unit"`
	Decimals  int      `json:"decimals"`
	Pattern   string   `json:"pattern"`
	Options   []Option `json:"options"`
	Rules     []Rule   `json:"rules"`
}

//go:embed elements.json
var elementsJSON []byte

// Elements is the dictionary of data elements (数据元字典).
var Elements = sync.OnceValue(func() (out []Element) { //nolint:gochecknoglobals // embedded data, read once
	if err := json.Unmarshal(elementsJSON, &out); err != nil {
		panic(err) // a build that cannot read its own data; a test reads it
	}
	return out
})

// FindElements looks for words in names, groups and identifiers; none finds all.
func FindElements(words string) (out []Element) {
	words = strings.ToLower(strings.TrimSpace(words))
	for _, e := range Elements() {
		if words == "" || strings.Contains(e.Name, words) || strings.Contains(e.Group, words) || strings.Contains(e.ID, words) {
			out = append(out, e)
		}
	}
	return out
}

// Field makes a field of an element.
func (e Element) Field() Field {
	f := Field{ID: e.ID, Kind: e.Kind, Label: e.Name, PII: e.PII, Prefill: e.Prefill, Unit: e.Unit, Decimals: e.Decimals, Pattern: e.Pattern, Options: e.Options, Rules: e.Rules, Element: e.ID}
	if e.Kind == Text || e.Kind == LongText {
		f.MaxLength = e.Length
	}
	return f
}
