package cases

import (
	"context"
	"encoding/json"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Offer is an item as the tenant in scope offers it.
type Offer struct {
	ItemTenant    tenancy.ID
	ItemID        string
	VersionID     string
	Name          string
	Department    string // whose item it is, as people read it
	FlowTenant    tenancy.ID
	FlowID        string
	StatutoryDays int
	Origins       []string // levels at which it may be filed
	Form          FormRef  // the electronic form that is filed with it

	// What follows from the choices that were offered with the question.
	PromisedDays int
	Materials    []string // every one that it asks for
	Required     []string // materials without which it cannot be filed
	Tolerable    []string // materials that may follow after acceptance (容缺后补)
	Chosen       []Choice // the choices that count, in the order of the questions
	Unanswered   int      // questions that still want an answer

	Kind  Kind // KindInstant or KindPromise
	Mode  Mode
	Way   Way
	Trips int         // how often its applicant has to come
	Parts []PartOffer // of a theme: what it brings about after these choices

	// Where to ask about it.
	Phone, Address, Hours string
}

// Choice (情形选择) is one answer of an applicant to what an item asks before it is
// filed. A handling item is an answer to no question.
type Choice struct {
	ID       string `json:"id"` // of the option, unique in its item
	Question string `json:"question,omitempty"`
	Label    string `json:"label"`
}

// Items is what cases asks of whoever keeps items.
type Items interface {
	// Offer resolves an item for the tenant in scope and for the ids of what its
	// applicant chose; NotFound when it is not offered there.
	Offer(ctx context.Context, tx *db.Tx, itemID, versionID string, choices []string) (Offer, error)
}

// Flows is what cases asks of whoever executes flows.
type Flows interface {
	// Turn moves a case that was born in origin; see [Move].
	Turn(ctx context.Context, tx *db.Tx, flow FlowRef, origin tenancy.ID, m Move) (Shift, error)
	// Rules are what a step asks of whoever does it.
	Rules(ctx context.Context, tx *db.Tx, flow FlowRef, node string) (Rules, error)
	// Remap moves a running case to another flow; to says for nodes of the old one which they are there.
	Remap(ctx context.Context, tx *db.Tx, from, into FlowRef, origin tenancy.ID, marking json.RawMessage, to map[string]string) (Remapping, error)
}

// FlowRef names a stored flow. This and the following are aliases of their shapes, so
// that whoever executes flows spells the same types without importing cases.
type FlowRef = struct {
	Tenant tenancy.ID
	ID     string
}

// Move (流转) is what is to happen to a case in its flow next.
type Move = struct {
	Do      string          // begin, complete, skip, refuse, fire, back, reopen or stop
	Marking json.RawMessage // where the case stands
	Ticket  int             // of the visit that it is about
	To      string          // back and reopen: id of the step
	Alone   bool            // back: whatever else is open is called off
	Facts   map[string]any  // what conditions may look at
}

// Visit (待办) is one thing that a move opened, with the tenant that it falls to.
type Visit = struct {
	Ticket int
	Kind   string // step, service, timer or wait
	Node   string
	Name   string

	StepKind, Post, Department, Role, Person, Substitute string

	At      tenancy.ID
	AtName  string
	Days    int    // working days: the limit of a step, the time of a timer
	Value   string // of a shared step: who does this part
	Of      int    // of a shared step: the ticket that all parts have in common
	Service string
	For     string // of a wait: applicant, payment, external or parts
	Key     string
}

// Shift is what a move did.
type Shift = struct {
	Marking   json.RawMessage
	Entered   []Visit
	Cancelled []int // tickets
	Ended     bool
}

// Remapping is what moving a running case to another flow would make of it.
type Remapping = struct {
	Shift
	Open    []Visit           // what is open afterwards
	Reasons map[string]string // why it cannot be moved: the catalogue key by where it stands; nothing else then counts
}

// Rules (环节要求) are what a step asks of whoever does it.
type Rules = struct {
	Opinion     bool
	Attachments []string
	Documents   []string // issued before it is left, by key, by title or by the name of their template
	Acts        []string // empty: those that the kind of step allows
	Fields      map[string]string
	Risk        string
	Measure     string
}

// Tree is what cases asks of the tenant tree.
type Tree interface {
	Place(ctx context.Context, tx *db.Tx, id tenancy.ID) (Place, error)
}

// Colleague is somebody who holds a post.
type Colleague struct {
	ID, Name string
	Roles    []string // of her posts in the tenant
	Posted   []string // names and codes of the departments of her posts
	Away     bool     // 请假出差: she is not there now
	StandIn  string   // who stands in for her then, by name; empty: whoever a step names
}

// Staff is what cases asks of whoever keeps posts.
type Staff interface {
	// Colleagues hold a post of a tenant now.
	Colleagues(ctx context.Context, tx *db.Tx, tenant tenancy.ID) ([]Colleague, error)
}

// Place is what people call a tenant.
type Place struct {
	Name, Level, Code string
}

// Calendars gives the working days of a tenant, exceptions included.
type Calendars interface {
	Of(ctx context.Context, tx *db.Tx, tenant tenancy.ID) (calendar.Calendar, error)
	// OfMany is Of for several tenants at once.
	OfMany(ctx context.Context, tx *db.Tx, tenants []tenancy.ID) (map[tenancy.ID]calendar.Calendar, error)
}

// Sealer keeps personal data unreadable at rest.
type Sealer interface {
	Seal(purpose, plain string) string
	Open(purpose, sealed string) (string, error)
	Blind(purpose, plain string) string
}

// Files is what cases asks of whoever keeps files.
type Files interface {
	// Attach binds uploads of the actor's to a case and returns the names of the
	// materials that they are for. reader is the identity of the applicant when she
	// may read them from now on, "" when they are for the staff alone.
	Attach(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID, reader string, stepSeq int, fileIDs []string) (materials []string, err error)
	// Waiting lists uploads of the actor's that no case has yet: the material and the name
	// of each; NotFound when one of ids is none.
	Waiting(ctx context.Context, tx *db.Tx, ids []string) ([][2]string, error)
	// Handed lists what an applicant handed in up to now: the material and the name of each file.
	Handed(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID string) ([][2]string, error)
}
