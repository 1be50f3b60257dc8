package flows

import (
	"context"
	"encoding/json"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Turn (试运行的一步) is what is to happen next when a flow is played with sample data. It is an
// alias of its shape, as [Line] is.
type Turn = struct {
	Do      string          // begin, complete, fire or skip
	Ticket  int             // of the work that it is about
	Marking json.RawMessage // as the [Scene] before gave it; of no account to begin
	Facts   map[string]any  // as for [Definition.Next]
}

// Scene (试运行的场面) is where the play then stands.
type Scene = struct {
	Marking json.RawMessage
	Open    []Task
	Entered []string // ids of the nodes that were come to, also those that were left at once
	Called  []string // and of what was called off
	Waiting []string // ids of the arrows on which something waits for other branches
	Ended   bool
}

// Task is a [Work] as a page shows it.
type Task = struct {
	Ticket int
	Kind   string // step, service, timer or wait
	Node   string
	Name   string

	StepKind, Level, Tenant, Department, Post, Role, Person, Substitute string

	Limit   int // working days, of a step
	Over    string
	Value   string // of a shared step: who does this part
	Of      int    // of a shared step: the ticket that all parts have in common
	Service string
	Days    int // working days, of a timer
	For     string
	Key     string
	On      int // of a boundary event: the ticket of the activity on which it stands
	Cancels bool
}

// Rehearse (试运行) plays one turn of the flow src, with the calls to other flows of the tenant
// followed. Nothing is kept: whoever plays holds the marking. The errors are those of the engine,
// and [Problems] when src cannot be read.
func (s *Service) Rehearse(ctx context.Context, tx *db.Tx, tenant tenancy.ID, src []byte, t Turn) (Scene, error) {
	d, err := Parse(src)
	if err == nil {
		d, err = s.open(ctx, tx, tenant, d)
	}
	if err != nil {
		return Scene{}, err
	}
	var m Marking
	if t.Do != "begin" {
		if err := json.Unmarshal(t.Marking, &m); err != nil {
			return Scene{}, fault.InvalidField("marking", "flow_work_gone").Because(fmt.Errorf("marking: %w", err))
		}
	}
	if !d.fits(m) {
		return Scene{}, fault.New(fault.Conflict, "flow_work_gone")
	}
	c, err := d.turn(m, t)
	if err != nil {
		return Scene{}, err
	}
	return d.scene(c)
}

// fits reports whether everything that m names is in the flow; it may have been drawn anew since.
func (d *Definition) fits(m Marking) bool {
	r := d.run(m, nil)
	for _, a := range m.Active {
		if r.nodes[a.Node].n == nil {
			return false
		}
	}
	for _, t := range m.Tokens {
		if r.arrows[t.Arrow] == nil {
			return false
		}
	}
	return true
}

func (d *Definition) turn(m Marking, t Turn) (Change, error) {
	switch t.Do {
	case "begin":
		return d.Begin(t.Facts)
	case "complete":
		return d.Complete(m, t.Ticket, t.Facts)
	case "fire":
		return d.Fire(m, t.Ticket, t.Facts)
	case "skip":
		return d.Skip(m, t.Ticket, t.Facts)
	case "refuse":
		return d.Refuse(m, t.Ticket, t.Facts)
	}
	return Change{}, fault.InvalidField("do", "flow_work_gone")
}

func (d *Definition) scene(c Change) (Scene, error) {
	at, err := json.Marshal(c.Marking)
	if err != nil {
		return Scene{}, err
	}
	out := Scene{Marking: at, Ended: c.Ended}
	for _, w := range d.Open(c.Marking) {
		out.Open = append(out.Open, w.task())
	}
	for _, w := range c.Entered {
		out.Entered = append(out.Entered, w.Node)
	}
	for _, w := range c.Cancelled {
		out.Called = append(out.Called, w.Node)
	}
	for _, t := range c.Marking.Tokens {
		out.Waiting = append(out.Waiting, t.Arrow)
	}
	return out, nil
}

func (w Work) task() Task {
	s := w.Step
	return Task{
		Ticket: w.Ticket, Kind: string(w.Kind), Node: w.Node, Name: w.Name,
		StepKind: string(s.Kind), Level: string(s.Level), Tenant: s.TenantRef, Department: s.Department,
		Post: s.Post, Role: s.Role, Person: s.Person, Substitute: s.Substitute, Limit: s.LimitDays,
		Over: w.Over, Value: w.Value, Of: w.Of, Service: w.Service, Days: w.Days, For: w.Wait.For, Key: w.Wait.Key,
		On: w.On, Cancels: w.Cancels,
	}
}
