// Package events holds the facts laws publishes to other modules. They carry ids.
package events

import "liandong/tenancy"

// Published reports that a law can be read from now on.
type Published struct {
	LawID  string     `json:"law_id"`
	Tenant tenancy.ID `json:"tenant"`
}

// EventName is the stable wire name.
func (Published) EventName() string { return "laws.published" }

// Amended reports that articles of a law have new text from a day on.
type Amended struct {
	LawID    string     `json:"law_id"`
	Tenant   tenancy.ID `json:"tenant"`
	Title    string     `json:"title"`    // by which items name it
	Editions []string   `json:"editions"` // ids of the new editions
	Items    []string   `json:"items"`    // that stand on the law, as far as its tenant sees
	From     string     `json:"from"`     // 2006-01-02, China
}

// EventName is the stable wire name.
func (Amended) EventName() string { return "laws.amended" }

// Repealed reports that a law is void from a day on.
type Repealed struct {
	LawID  string     `json:"law_id"`
	Tenant tenancy.ID `json:"tenant"`
	Title  string     `json:"title"` // by which items name it
	Items  []string   `json:"items"` // that stand on the law, as far as its tenant sees
	From   string     `json:"from"`  // 2006-01-02, China
}

// EventName is the stable wire name.
func (Repealed) EventName() string { return "laws.repealed" }
