package cases

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Status is where a case stands in its life.
type Status string

// The statuses of a case; doc.go draws the transitions.
const (
	Submitted  Status = "submitted"  // 待受理
	Supplement Status = "supplement" // 待补正
	Handling   Status = "handling"   // 办理中
	Completed  Status = "completed"  // 已办结
	Refused    Status = "refused"    // 不予受理
	Withdrawn  Status = "withdrawn"  // 已撤回
	Voided     Status = "voided"     // 已作废
)

// Outcomes of a decision.
const (
	Granted = "granted" // 准予
	Denied  = "denied"  // 不予

	Forwarded = "forwarded" // 转报: an organ outside decides
)

// Case (办件) is one application that the centres handle.
type Case struct {
	bun.BaseModel `bun:"table:cases"`

	TenantID        tenancy.ID `bun:",pk"` // where it was born
	ID              string     `bun:",pk"`
	No              string     // division code, day, serial: unique in its tenant
	ItemTenant      tenancy.ID
	ItemID          string
	ItemVersionID   string // pinned: a running case finishes on the version it began with
	ItemName        string
	Department      string // whose item it is, as it was called when the case was filed
	FlowTenant      tenancy.ID
	FlowID          string
	Subject         *string // identity of the applicant; nil for a herder without an account
	ApplicantKind   string  // person or legal
	ApplicantName   string
	ApplicantSealed string // ID number or credit code, sealed
	ApplicantBlind  string // for equality look-ups only
	PhoneSealed     string
	PhoneBlind      string
	AddressSealed   string
	Form            map[string]any `bun:"type:jsonb"`
	Choices         []Choice       `bun:"type:jsonb"` // what she chose of the item's situations
	FormID          *string        // of the electronic form that was filed with it; its row bears the case's id
	FormNumber      int            // of its version
	Channel         string         // see the channels in kinds.go
	HelperID        string         // who filed it in the applicant's name
	HelperName      string
	Status          Status
	Outcome         string
	AtTenant        tenancy.ID // where it stands now
	StepID          string
	StepName        string
	StepKind        string
	StepPost        string
	StepSeq         int
	StepDueAt       *time.Time
	AssigneeID      string // to whom the step was referred; empty: anybody of its post
	AssigneeName    string
	StatutoryDays   int // working days
	PromisedDays    int // working days
	ExtendedDays    int // working days by which the promise was extended
	AcceptNo        string
	AcceptedAt      *time.Time
	AcceptedBy      string
	DueAt           *time.Time // when the promise ends; nil while the clock stands and once it is decided
	SuspendedAt     *time.Time
	DecidedAt       *time.Time
	DecidedBy       string
	EndedAt         *time.Time
	ArchivedAt      *time.Time
	CreatedAt       time.Time
	Version         int

	Marking        json.RawMessage `bun:"type:jsonb"` // where the flow stands; only whoever executes flows reads it
	LastSeq        int             // number of the visit that was opened last
	WholeAt        int             // version at which something that concerns every step changed last
	Beside         int             // steps that are open besides the one that the fields above show
	Awaits         string          // applicant, while the flow waits for her
	StepDepartment string          // code of the department that the step falls to; empty: any
	StepSubstitute string          // who may do the step instead: a person, or a post (AB角)

	Kind          Kind // 办件类型; see [Kind]
	Mode          Mode // 网上办理模式 of its item when it was filed
	Way           Way  // 办理方式 of its item when it was filed
	TripsPromised int  // how often its applicant has to come (到场)
	Trips         int  // how often she came

	TakenTenant  *tenancy.ID // the office that took it in for this one (异地通办); nil: none
	TakenName    string
	TakenTrouble string  // catalogue key: why what was delivered there could not be written down here
	JointID      *string // the joint case that it is a part of
	Part         string  // which part
	Parts        int     // of a joint case: of how many it is made

	Refers []string `bun:"type:jsonb,nullzero"` // numbers of earlier cases out of which its form was filled in
}

// choiceIDs are what the conditions of a flow look at.
func (c *Case) choiceIDs() []string {
	ids := make([]string, len(c.Choices))
	for i, x := range c.Choices {
		ids[i] = x.ID
	}
	return ids
}

// Open reports whether somebody still has to act.
func (c *Case) Open() bool { return c.EndedAt == nil }

// at returns a Precondition fault unless the case is in one of the statuses.
func (c *Case) at(allowed ...Status) error {
	if slices.Contains(allowed, c.Status) {
		return nil
	}
	return fault.New(fault.Precondition, "case_not_now_"+string(c.Status))
}

// undecided returns a Precondition fault once there is a decision: it is not taken
// back by sending the case round again.
func (c *Case) undecided() error {
	if c.DecidedAt != nil {
		return fault.New(fault.Precondition, "case_already_decided")
	}
	return nil
}

func (c *Case) end(s Status, at time.Time) {
	c.Status, c.EndedAt, c.StepDueAt, c.SuspendedAt = s, &at, nil, nil
}

func (c *Case) subject() string {
	if c.Subject == nil {
		return ""
	}
	return *c.Subject
}

// resource is what policies may know about the case; actor is who asks.
func (c *Case) resource(actor tenancy.Actor, atName string) policies.Resource {
	return policies.Resource{
		"tenant": c.TenantID, "subject": c.subject(), "at_tenant": c.AtTenant, "at_name": atName,
		"step_post": c.StepPost, "step_kind": c.StepKind, "open": c.Open(),
		"accepted_by": c.AcceptedBy, "filed_by_actor": c.HelperID != "" && c.HelperID == actor.ID,
		"on_behalf": c.Channel != Online, "assignee": c.AssigneeID, "assignee_name": c.AssigneeName,
		"department": c.StepDepartment, "substitute": c.StepSubstitute, "awaits": c.Awaits, "joint": c.Joint(),
		"kind": string(c.Kind),
	}
}

func (c *Case) fact() events.Case {
	return events.Case{
		CaseID: c.ID, Tenant: c.TenantID, No: c.No, ItemName: c.ItemName, Subject: c.subject(),
		AtTenant: c.AtTenant, StepName: c.StepName, StepPost: c.StepPost, Outcome: c.Outcome,
		Joint: c.joined(),
	}
}

// StepRecord (环节记录) is one visit of a case to a step, or to what it waits for.
type StepRecord struct {
	bun.BaseModel `bun:"table:case_steps"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	CaseID    string
	Seq       int
	StepID    string
	Name      string
	Kind      string
	Post      string
	AtTenant  tenancy.ID
	AtName    string
	LimitDays int
	EnteredAt time.Time
	DueAt     *time.Time
	EndedAt   *time.Time
	UsedDays  *int // working days
	Act       string
	Opinion   string
	ActorID   string
	ActorName string
	ForID     string // who was away and stood in for by the actor (代办); empty: nobody
	ForName   string

	Work         string // step, service, timer or wait
	Ticket       int    // by which the flow knows the visit
	OfTicket     int    // of one of those who share a step: what all of them have in common
	Part         string // of one of those who share a step: which
	Department   string
	Substitute   string
	AssigneeID   string
	AssigneeName string
	WaitsFor     string // of a wait: applicant, payment, external or parts
	WaitKey      string
	Since        int  // version of the case since which it stands, or ended, as it does
	Beside       bool // open, while the case is shown at another
}

// ClockRow is one stretch of a case's clock.
type ClockRow struct {
	bun.BaseModel `bun:"table:case_clocks"`

	TenantID tenancy.ID `bun:",pk"`
	ID       string     `bun:",pk"`
	CaseID   string
	Kind     string
	Reason   string
	FromAt   time.Time
	ToAt     *time.Time
}

// Notice (补正告知) is the one notice that lists everything still wanted.
type Notice struct {
	bun.BaseModel `bun:"table:case_supplements"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	CaseID     string
	No         string
	Wanted     []string `bun:"type:jsonb"`
	Note       string
	AskedAt    time.Time
	AskedBy    string
	AnswerBy   time.Time
	AnsweredAt *time.Time
	Answer     string
	Fields     []string `bun:"type:jsonb"` // of the form, that may be corrected with the answer
}
