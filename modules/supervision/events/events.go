// Package events holds the facts supervision publishes to other modules. They
// carry ids, numbers and labels, never what people wrote.
package events

import (
	"time"

	"liandong/tenancy"
)

// Card is what every fact about a card says.
type Card struct {
	CardID     string     `json:"card_id"`
	Tenant     tenancy.ID `json:"tenant"` // the office that is late
	Colour     string     `json:"colour"` // warning, yellow, red
	Scope      string     `json:"scope"`  // case or step
	CaseID     string     `json:"case_id"`
	CaseTenant tenancy.ID `json:"case_tenant"`
	CaseNo     string     `json:"case_no"`
	ItemName   string     `json:"item_name"`
	StepName   string     `json:"step_name,omitempty"`
	StepPost   string     `json:"step_post,omitempty"` // the role that holds the step
	DueAt      time.Time  `json:"due_at"`
}

// CardRaised reports a new warning (预警), yellow card (黄牌) or red card (红牌).
type CardRaised struct{ Card }

// EventName is the stable wire name.
func (CardRaised) EventName() string { return "supervision.card_raised" }

// CardWithdrawn reports that a supervisor took a card back.
type CardWithdrawn struct{ Card }

// EventName is the stable wire name.
func (CardWithdrawn) EventName() string { return "supervision.card_withdrawn" }

// Order is what every fact about a supervision order says.
type Order struct {
	OrderID  string     `json:"order_id"`
	No       string     `json:"no"`
	CardID   string     `json:"card_id"`
	Tenant   tenancy.ID `json:"tenant"` // the office that must answer
	Issuer   tenancy.ID `json:"issuer"` // the level that issued it
	AnswerBy time.Time  `json:"answer_by"`
}

// OrderIssued reports an order that the office must answer.
type OrderIssued struct{ Order }

// EventName is the stable wire name.
func (OrderIssued) EventName() string { return "supervision.order_issued" }

// OrderAnswered reports that the issuer has an answer to judge.
type OrderAnswered struct{ Order }

// EventName is the stable wire name.
func (OrderAnswered) EventName() string { return "supervision.order_answered" }

// OrderReturned reports that an answer was not accepted and another is due.
type OrderReturned struct{ Order }

// EventName is the stable wire name.
func (OrderReturned) EventName() string { return "supervision.order_returned" }

// OrderClosed reports that an order and its card are settled.
type OrderClosed struct{ Order }

// EventName is the stable wire name.
func (OrderClosed) EventName() string { return "supervision.order_closed" }

// RuleChanged reports that another rule holds in a tenant and below it.
type RuleChanged struct {
	Tenant tenancy.ID `json:"tenant"`
	Scope  string     `json:"scope"`
}

// EventName is the stable wire name.
func (RuleChanged) EventName() string { return "supervision.rule_changed" }

// CalendarChanged reports that a tenant works on other days: due times of cases
// in it and below it may have moved.
type CalendarChanged struct {
	Tenant tenancy.ID `json:"tenant"`
	Day    string     `json:"day"` // YYYY-MM-DD
}

// EventName is the stable wire name.
func (CalendarChanged) EventName() string { return "supervision.calendar_changed" }
