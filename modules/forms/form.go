package forms

import (
	"encoding/json"
	"time"

	"liandong/policies"
	"liandong/tenancy"
)

// State (状态) is where a form stands.
type State string

// The states of a form.
const (
	Draft     State = "draft"     // 草稿: never published
	Published State = "published" // 已发布
	Withdrawn State = "withdrawn" // 已停用: begun drafts may be finished, new ones not begun
)

// Form (电子表单) is a form that a tenant keeps.
type Form struct {
	TenantID   tenancy.ID
	ID         string
	Title      string
	State      State
	Step       int // of the design that is worked on
	Published  int // newest version; 0 before the first
	AuthorID   string
	AuthorName string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int // counts changes, against overwriting
	OwnerName  string
}

// Step (修改步骤) is one state of a design; undo goes back to the one before.
type Step struct {
	FormID string
	Seq    int
	Schema json.RawMessage
	What   string // what was done: a catalogue key's last part
	At     time.Time
	ByName string
}

// Version (版本) is a published schema. It never changes.
type Version struct {
	TenantID    tenancy.ID
	FormID      string
	Number      int
	Mapping     Mapping
	Note        string
	PublishedAt time.Time
	PublishedBy string
	State       State // of the form now
	*Compiled
}

// Sheet is everything about one form for its keepers.
type Sheet struct {
	Form     Form
	Schema   Schema // as it is being designed; of a form of somebody else: as published
	Own      bool   // the design may be seen
	Problems []Problem
	Changed  bool // the design differs from the newest version
	CanUndo  bool
	CanRedo  bool
	Versions []VersionLine // newest first
	May      map[policies.Action]string
}

// VersionLine is a version in a list.
type VersionLine struct {
	Number      int
	Note        string
	PublishedAt time.Time
	PublishedBy string
	Drafts      int // being filled in on it, in scope
}
