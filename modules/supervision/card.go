package supervision

import (
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/supervision/events"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Colour is how serious a card is.
type Colour string

// The colours, in order of seriousness.
const (
	Warning Colour = "warning" // 预警
	Yellow  Colour = "yellow"  // 黄牌
	Red     Colour = "red"     // 红牌
)

// Colours lists them from the mildest.
func Colours() []Colour { return []Colour{Warning, Yellow, Red} }

// State is where a card stands; doc.go draws the transitions.
type State string

// The states of a card.
const (
	Open      State = "open"      // 待处理
	Ordered   State = "ordered"   // 督办中
	Closed    State = "closed"    // 已了结
	Withdrawn State = "withdrawn" // 已撤销
)

// States lists them in the order of a card's life.
func States() []State { return []State{Open, Ordered, Closed, Withdrawn} }

// movedOn is the reason, a catalogue key, for which the sweep closes a card.
const movedOn = "supervision.moved_on"

// Card (监察牌) says that one office let one clock run too far.
type Card struct {
	bun.BaseModel `bun:"table:cards"`

	TenantID   tenancy.ID `bun:",pk"` // the office where the case stood
	ID         string     `bun:",pk"`
	CaseTenant tenancy.ID
	CaseID     string
	CaseNo     string
	ItemName   string
	Scope      Scope
	StepSeq    int // the visit to a step; 0 when the whole case is meant
	StepName   string
	Colour     Colour
	RuleTenant tenancy.ID // whose rule raised it
	DueAt      time.Time  // as reckoned when it was raised
	RaisedAt   time.Time
	State      State
	ClosedAt   *time.Time
	ClosedBy   string // empty when the case moved on by itself
	Reason     string // of the withdrawal or, a catalogue key, why it closed by itself
	Version    int
}

// Live reports whether somebody still has to act on the card.
func (c *Card) Live() bool { return c.State == Open || c.State == Ordered }

func (c *Card) withdraw(by, reason string, at time.Time) error {
	if c.State == Ordered {
		return fault.New(fault.Precondition, "supervision.card_ordered")
	}
	if c.State != Open {
		return fault.New(fault.Precondition, "supervision.card_settled")
	}
	c.State, c.ClosedAt, c.ClosedBy, c.Reason = Withdrawn, &at, by, reason
	return nil
}

func (c *Card) fact(post string) events.Card {
	return events.Card{
		CardID: c.ID, Tenant: c.TenantID, Colour: string(c.Colour), Scope: string(c.Scope), CaseID: c.CaseID,
		CaseTenant: c.CaseTenant, CaseNo: c.CaseNo, ItemName: c.ItemName, StepName: c.StepName, StepPost: post, DueAt: c.DueAt,
	}
}
