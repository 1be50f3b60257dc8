// Package events holds the facts materials publishes. They carry ids, never personal data.
package events

import "liandong/tenancy"

// Judged reports what an office made of a material that was used there.
type Judged struct {
	MaterialTenant tenancy.ID `json:"material_tenant"`
	MaterialID     string     `json:"material_id"`
	Verdict        string     `json:"verdict"`
	Grade          string     `json:"grade,omitempty"`
	ValidUntil     string     `json:"valid_until,omitempty"` // a date
	By             string     `json:"by"`                    // name of the member of staff
}

// EventName is the stable wire name.
func (Judged) EventName() string { return "materials.judged" }
