// Package events holds the facts catalog publishes to other modules.
package events

// ItemPublished reports that a version of an item came into force.
type ItemPublished struct {
	ItemID    string `json:"item_id"`
	VersionID string `json:"version_id"`
	Number    int    `json:"number"`
}

// EventName is the stable wire name.
func (ItemPublished) EventName() string { return "catalog.item_published" }

// ItemWithdrawn reports that an item may no longer be applied for.
type ItemWithdrawn struct {
	ItemID string `json:"item_id"`
}

// EventName is the stable wire name.
func (ItemWithdrawn) EventName() string { return "catalog.item_withdrawn" }
