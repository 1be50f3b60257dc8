package supervision

import (
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/supervision/events"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// OrderState is where a supervision order stands; doc.go draws the transitions.
type OrderState string

// The states of an order.
const (
	Issued      OrderState = "issued"   // 待答复
	Answered    OrderState = "answered" // 已答复，待销号
	Returned    OrderState = "returned" // 已退回，待重新答复
	OrderClosed OrderState = "closed"   // 已销号
)

// OrderStates lists them in the order of an order's life.
func OrderStates() []OrderState { return []OrderState{Issued, Answered, Returned, OrderClosed} }

// Order (督办单) demands that an office answers for one card.
type Order struct {
	bun.BaseModel `bun:"table:supervision_orders"`

	TenantID     tenancy.ID `bun:",pk"` // the office that must answer
	ID           string     `bun:",pk"`
	No           string
	CardID       string
	IssuerTenant tenancy.ID
	IssuerID     string
	IssuerName   string
	Demand       string
	IssuedAt     time.Time
	AnswerBy     time.Time // exclusive, as every due time
	Answer       string
	AnsweredAt   *time.Time
	AnswererID   string
	AnswererName string
	ClosedAt     *time.Time
	ClosedBy     string
	Verdict      string
	State        OrderState
	Version      int
}

// Note is one thing said about an order; notes are never changed.
type Note struct {
	bun.BaseModel `bun:"table:supervision_notes"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	OrderID   string
	At        time.Time
	Act       string // issued, answered, returned, closed
	Said      string
	ActorID   string
	ActorName string
}

// Waits reports whether the office still owes an answer.
func (o *Order) Waits() bool { return o.State == Issued || o.State == Returned }

// Late reports whether the answer is overdue at now.
func (o *Order) Late(now time.Time) bool { return o.Waits() && !now.Before(o.AnswerBy) }

const maxSaid = 2000 // characters of a demand, an answer or a verdict

func said(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", fault.InvalidField(field, "required")
	case len([]rune(text)) > maxSaid:
		return "", fault.InvalidField(field, "too_long")
	}
	return text, nil
}

func (o *Order) answer(a tenancy.Actor, text string, at time.Time) error {
	if !o.Waits() {
		return fault.New(fault.Precondition, "supervision.order_not_waiting")
	}
	o.State, o.Answer, o.AnsweredAt, o.AnswererID, o.AnswererName = Answered, text, &at, a.ID, a.Name
	return nil
}

func (o *Order) sendBack(by time.Time) error {
	if o.State != Answered {
		return fault.New(fault.Precondition, "supervision.order_not_answered")
	}
	o.State, o.AnswerBy = Returned, by
	return nil
}

func (o *Order) close(a tenancy.Actor, verdict string, at time.Time) error {
	if o.State != Answered {
		return fault.New(fault.Precondition, "supervision.order_not_answered")
	}
	o.State, o.ClosedAt, o.ClosedBy, o.Verdict = OrderClosed, &at, a.Name, verdict
	return nil
}

func (o *Order) fact() events.Order {
	return events.Order{OrderID: o.ID, No: o.No, CardID: o.CardID, Tenant: o.TenantID, Issuer: o.IssuerTenant, AnswerBy: o.AnswerBy}
}
