// Package events holds the facts catalog publishes to other modules.
package events

import "liandong/tenancy"

// ItemPublished reports that a version of an item came into force.
type ItemPublished struct {
	ItemID    string `json:"item_id"`
	VersionID string `json:"version_id"`
	Number    int    `json:"number"`
	Act       string `json:"act"` // create, change, resume, merge, split
}

// EventName is the stable wire name.
func (ItemPublished) EventName() string { return "catalog.item_published" }

// EntryPublished reports that a version of an entry of the basic list came into
// force: nothing that people could apply for, but items were taken from it.
type EntryPublished struct {
	ItemID    string `json:"item_id"`
	VersionID string `json:"version_id"`
	Number    int    `json:"number"`
}

// EventName is the stable wire name.
func (EntryPublished) EventName() string { return "catalog.entry_published" }

// ItemWithdrawn reports that an item may no longer be applied for.
type ItemWithdrawn struct {
	ItemID string   `json:"item_id"`
	Act    string   `json:"act"` // cancel, split, merge
	Reason string   `json:"reason"`
	To     []string `json:"to,omitempty"` // the items that follow it
}

// EventName is the stable wire name.
func (ItemWithdrawn) EventName() string { return "catalog.item_withdrawn" }

// ItemOverridden reports that a tenant changed what it says of an inherited item.
type ItemOverridden struct {
	ItemID string     `json:"item_id"`
	Tenant tenancy.ID `json:"tenant"`
}

// EventName is the stable wire name.
func (ItemOverridden) EventName() string { return "catalog.item_overridden" }

// LocksChanged reports that a tenant locked or freed an element for those below it.
type LocksChanged struct {
	ItemID  string     `json:"item_id"` // empty: of all items
	Tenant  tenancy.ID `json:"tenant"`
	Element string     `json:"element"`
}

// EventName is the stable wire name.
func (LocksChanged) EventName() string { return "catalog.locks_changed" }

// TasksOpened reports that a change above asks something of a tenant's item editors.
type TasksOpened struct {
	Kind     string `json:"kind"`
	ItemName string `json:"item_name"` // of one of them
	Count    int    `json:"count"`
}

// EventName is the stable wire name.
func (TasksOpened) EventName() string { return "catalog.tasks_opened" }

// RequestMade reports that a tenant asks a level above to change an element.
type RequestMade struct {
	RequestID string     `json:"request_id"`
	To        tenancy.ID `json:"to"`
	ItemName  string     `json:"item_name"`
	FromName  string     `json:"from_name"`
}

// EventName is the stable wire name.
func (RequestMade) EventName() string { return "catalog.request_made" }

// RequestAnswered reports what became of such a request.
type RequestAnswered struct {
	RequestID string     `json:"request_id"`
	Asker     tenancy.ID `json:"asker"`
	ItemName  string     `json:"item_name"`
	Accepted  bool       `json:"accepted"`
}

// EventName is the stable wire name.
func (RequestAnswered) EventName() string { return "catalog.request_answered" }

// ItemSuspended reports that nobody may apply for an item for a while.
type ItemSuspended struct {
	ItemID string `json:"item_id"`
	Reason string `json:"reason"`
}

// EventName is the stable wire name.
func (ItemSuspended) EventName() string { return "catalog.item_suspended" }

// ItemResumed reports that an item may be applied for again.
type ItemResumed struct {
	ItemID string `json:"item_id"`
}

// EventName is the stable wire name.
func (ItemResumed) EventName() string { return "catalog.item_resumed" }

// ItemSubmitted reports that a version waits for a step of its review. Text is
// what the reviewers are told.
type ItemSubmitted struct {
	ItemID    string `json:"item_id"`
	VersionID string `json:"version_id"`
	Step      int    `json:"step"` // from 1
	Text      string `json:"text"`
}

// EventName is the stable wire name.
func (ItemSubmitted) EventName() string { return "catalog.item_submitted" }

// ItemReturned reports that a version went back to its author.
type ItemReturned struct {
	ItemID    string `json:"item_id"`
	VersionID string `json:"version_id"`
	AuthorID  string `json:"author_id"`
	Text      string `json:"text"`
}

// EventName is the stable wire name.
func (ItemReturned) EventName() string { return "catalog.item_returned" }

// ItemHeld reports that an approved version could not come into force on its day
// and went back to its author.
type ItemHeld struct {
	ItemID    string `json:"item_id"`
	VersionID string `json:"version_id"`
	AuthorID  string `json:"author_id"`
	Text      string `json:"text"`
}

// EventName is the stable wire name.
func (ItemHeld) EventName() string { return "catalog.item_held" }

// SubtreeMoved reports that a tenant with all below it inherits from other levels
// than before: it was moved, or came to another parent by a merger.
type SubtreeMoved struct{}

// EventName is the stable wire name.
func (SubtreeMoved) EventName() string { return "catalog.subtree_moved" }
