// Package events holds the facts org publishes to other modules. They carry ids
// and labels, never names.
package events

import "liandong/tenancy"

// GrantGiven reports a new delegated authorisation (授权).
type GrantGiven struct {
	GrantID string     `json:"grant_id"`
	Tenant  tenancy.ID `json:"tenant"` // where the holder may administer
	Holder  string     `json:"holder"` // identity
	Tier    int        `json:"tier"`
}

// EventName is the stable wire name.
func (GrantGiven) EventName() string { return "org.grant_given" }

// GrantRevoked reports that a grant was taken back, or fell with one above it.
type GrantRevoked struct {
	GrantID string     `json:"grant_id"`
	Tenant  tenancy.ID `json:"tenant"`
	Holder  string     `json:"holder"`
	With    string     `json:"with,omitempty"` // the grant that was taken back, when it is another one
}

// EventName is the stable wire name.
func (GrantRevoked) EventName() string { return "org.grant_revoked" }

// PersonAppointed reports that a post (岗位) has a holder.
type PersonAppointed struct {
	AppointmentID string     `json:"appointment_id"`
	PostID        string     `json:"post_id"`
	Tenant        tenancy.ID `json:"tenant"`
	Holder        string     `json:"holder"`
}

// EventName is the stable wire name.
func (PersonAppointed) EventName() string { return "org.person_appointed" }

// PersonRemoved reports that somebody no longer holds a post.
type PersonRemoved struct {
	AppointmentID string     `json:"appointment_id"`
	PostID        string     `json:"post_id"`
	Tenant        tenancy.ID `json:"tenant"`
	Holder        string     `json:"holder"`
	With          string     `json:"with,omitempty"` // the grant that fell, when that was the reason
}

// EventName is the stable wire name.
func (PersonRemoved) EventName() string { return "org.person_removed" }
