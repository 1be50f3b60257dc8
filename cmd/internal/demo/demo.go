// Package demo carries the data that a fresh installation shows: the tenant
// tree of one real league, items (事项) of its four levels, and invented people.
// NOTICE.md says where each file comes from.
package demo

import (
	"bytes"
	_ "embed" // the data files below
	"encoding/json"
	"fmt"
	"io"

	"liandong/modules/catalog"
	"liandong/modules/flows"
)

var (
	//go:embed items.json
	items []byte
	//go:embed division-1525.csv
	divisions []byte
	//go:embed people.json
	people []byte
)

// Item is an item (事项) as a catalogue takes it, with the flow (流程) of its cases.
type Item struct {
	catalog.Body
	Owner string `json:"owner,omitempty"` // 12-digit code of who defines it; empty is the league
	Flow  []Step `json:"flow"`
	Drawn string `json:"drawn,omitempty"` // names a BPMN file that says more than Flow can: branches, joint decisions, waits

	rights map[flows.Kind]map[string]flows.Right // of its steps to the fields of its form
}

// Step (环节) is one step of a flow in its order; see flows.Step for the words.
type Step struct {
	Name  string      `json:"name"`
	Kind  flows.Kind  `json:"kind"`
	Level flows.Level `json:"level"` // relative to where the case is born
	Post  string      `json:"post"`
	Limit int         `json:"limit"` // working days
}

// Steps is the flow of the item as flows.Linear takes it.
func (i Item) Steps() []flows.Step {
	steps := make([]flows.Step, len(i.Flow))
	for n, s := range i.Flow {
		steps[n] = flows.Step{Name: s.Name, Kind: s.Kind, Level: s.Level, Post: s.Post, LimitDays: s.Limit, Fields: flows.RightsOf(i.rights[s.Kind])}
	}
	return steps
}

// Items returns the demonstration items, a new slice at each call.
func Items() ([]Item, error) { return decode[[]Item]("items.json", items) }

// Divisions (区划) reads the official divisions of the league as CSV with a
// heading: code12, level (league, county, town, village), name, parent12;
// parents stand before their children.
func Divisions() io.Reader { return bytes.NewReader(divisions) }

// Cast is everyone who appears in a demonstration. All of them are invented.
type Cast struct {
	Note     string    `json:"note"` // the same, for people to read
	Citizens []Citizen `json:"citizens"`
	Staff    []Staff   `json:"staff"`
	Names    Names     `json:"names"`
}

// Staff (工作人员) is an invented member of staff with the posts that she holds.
type Staff struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Note  string `json:"note"` // the part that the person plays
	Posts []Post `json:"posts"`
}

// Post (岗位) is one post of a member of staff in one centre.
type Post struct {
	Division   string   `json:"division"` // 12-digit code of the tenant
	Department string   `json:"department"`
	Name       string   `json:"name"`
	Roles      []string `json:"roles"`
}

// Citizen (自然人) is an invented person with an identity number that passes
// every check and belongs to nobody.
type Citizen struct {
	Name      string `json:"name"`
	IDNumber  string `json:"id_number"`
	Phone     string `json:"phone"`
	Sex       string `json:"sex"` // m or f, as the identity number says
	Ethnicity string `json:"ethnicity"`
	Division  string `json:"division"` // 12-digit code of the home village
	Address   string `json:"address"`
	Note      string `json:"note"` // the part that the person plays
}

// Names are to be combined by a seeded generator: a Han name is family and
// given, a Mongolian name stands alone.
type Names struct {
	HanFamily []string `json:"han_family"`
	HanGiven  []string `json:"han_given"`
	Mongolian []string `json:"mongolian"`
}

// People returns the cast, a new one at each call.
func People() (Cast, error) { return decode[Cast]("people.json", people) }

// decode refuses fields that it does not know: a slip in the data is an error.
func decode[T any](name string, data []byte) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, fmt.Errorf("demo: read %s: %w", name, err)
	}
	return v, nil
}
