package flows

import (
	"encoding/json"
	"fmt"
	"slices"

	"liandong/tenancy/fault"
)

// Marking (流程状态) is where a case stands in its flow: what is active and which tokens wait at
// joins. It is a value: whoever changes it gets a new one. As JSON it is small and stays
// readable for later versions of this package; store it with the case, in one transaction with
// the work that a [Change] opens and closes.
type Marking struct {
	Version int      `json:"v"`
	Last    int      `json:"last"` // ticket given last; a ticket is never given twice in a case
	Active  []Active `json:"active,omitempty"`
	Tokens  []Token  `json:"tokens,omitempty"`
}

// markingVersion is that of the JSON form that is written.
const markingVersion = 1

// Active is one visit to a node: an activity, an event that is waited for, one of those who
// share a step, or the shared step itself.
type Active struct {
	Ticket int    `json:"t"`
	Node   string `json:"n"`            // id, that of a called flow behind the id of the call and a slash
	In     int    `json:"in,omitempty"` // ticket of the sub-process or shared step around it
	On     int    `json:"on,omitempty"` // of a boundary event: ticket of the activity

	Value string   `json:"value,omitempty"` // of one of those who share a step: who
	Who   []string `json:"who,omitempty"`   // of a shared step: all of them
	Next  int      `json:"next,omitempty"`  // of a shared step: how many of them have been asked
	Done  int      `json:"done,omitempty"`  // of a shared step: how many of them have done it

	Refused int `json:"refused,omitempty"` // of a shared step: how many of them were against it
}

// Token waits on an arrow into a join.
type Token struct {
	Arrow string `json:"a"`
	In    int    `json:"in,omitempty"` // ticket of the sub-process around it
}

// Ended reports whether the flow has come to its end: nothing is active and nothing waits.
func (m Marking) Ended() bool {
	return m.Version != 0 && len(m.Active) == 0 && len(m.Tokens) == 0
}

// UnmarshalJSON refuses a form of a later version, which might say more than is read here.
func (m *Marking) UnmarshalJSON(src []byte) error {
	type plain Marking
	var p plain
	if err := json.Unmarshal(src, &p); err != nil {
		return err
	}
	if p.Version > markingVersion {
		return fmt.Errorf("marking of version %d, known is %d", p.Version, markingVersion)
	}
	*m = Marking(p)
	return nil
}

func (m Marking) clone() Marking {
	m.Active, m.Tokens = slices.Clone(m.Active), slices.Clone(m.Tokens)
	return m
}

func (m *Marking) find(ticket int) *Active {
	for i := range m.Active {
		if m.Active[i].Ticket == ticket {
			return &m.Active[i]
		}
	}
	return nil
}

// WorkKind says what has to be done about a [Work].
type WorkKind string

// The kinds of work.
const (
	WorkStep    WorkKind = "step"    // somebody does the step; then Complete
	WorkService WorkKind = "service" // the caller runs the handler; then Complete
	WorkTimer   WorkKind = "timer"   // so many working days from now; then Fire
	WorkWait    WorkKind = "wait"    // until the answer comes; then Fire
)

// Work (待办单元) is one thing that is open at a case: open it when it is Entered, close it
// when it is Cancelled. It is known by its ticket, which is never given again in the case.
type Work struct {
	Ticket int
	Kind   WorkKind
	Node   string // id of the node
	Name   string
	Step   Step   // of a step
	Over   string // of a shared step: what Value is: departments, tenants, persons or list
	Value  string // of a shared step: who does this part
	Of     int    // of a shared step: the ticket that all parts have in common

	Service string // of a service: the handler by name
	Days    int    // of a timer: working days
	Wait    Wait   // of a wait
	On      int    // of a boundary event: ticket of the activity on which it stands
	Cancels bool   // of a boundary event: whether firing it cancels that activity
}

// Change (变动) is what a step of the engine did. Store Marking, open Entered and close
// Cancelled in one transaction.
type Change struct {
	Marking   Marking
	Entered   []Work
	Cancelled []Work
	Ended     bool // the case is to be completed (办结)
}

// Open lists the work that is open at m.
func (d *Definition) Open(m Marking) []Work {
	r := d.run(m, nil)
	var out []Work
	for _, a := range m.Active {
		if w, ok := r.work(a); ok {
			out = append(out, w)
		}
	}
	return out
}

// work is what there is to do about a visit; a sub-process and a shared step as a whole are none.
func (r *run) work(a Active) (Work, bool) {
	n := r.nodes[a.Node].n
	if n == nil {
		return Work{}, false
	}
	w := Work{Ticket: a.Ticket, Node: a.Node, Name: n.step.Name, On: a.On}
	switch {
	case n.kind == task && a.Who == nil:
		w.Kind, w.Step = WorkStep, n.step
		if n.many != nil {
			w.Over, w.Value, w.Of = n.many.Over, a.Value, a.In
		}
	case n.kind == service:
		w.Kind, w.Service = WorkService, n.service
	case n.kind.isEvent():
		w.Kind, w.Days = WorkTimer, n.trigger.days
		if n.trigger.kind == "message" {
			w.Kind, w.Wait, w.Days = WorkWait, n.trigger.wait, 0
		}
		w.Cancels = n.kind == boundary && !n.beside
	default:
		return Work{}, false
	}
	return w, true
}

func workGone(ticket int) error {
	return fault.New(fault.Conflict, "flow_work_gone").With(fmt.Sprint(ticket))
}
