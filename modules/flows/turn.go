package flows

import (
	"context"
	"encoding/json"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	tenants "liandong/tenancy/tree"
)

// Ref names a stored flow. Like the other shapes of this file it is an alias, so that whoever
// keeps cases can spell the same type without importing this package.
type Ref = struct {
	Tenant tenancy.ID
	ID     string
}

// Move (流转) is what is to happen to a case next.
type Move = struct {
	Do      string          // begin, complete, skip, refuse, fire, back, reopen or stop
	Marking json.RawMessage // where the case stands; of no account to begin
	Ticket  int             // of the work that it is about
	To      string          // back and reopen: id of the step
	Alone   bool            // back: whatever else is open is called off
	Facts   map[string]any  // as for [Definition.Next]
}

// Visit (待办) is one thing that a move opened, with the tenant that it falls to.
type Visit = struct {
	Ticket int
	Kind   string // step, service, timer or wait
	Node   string // id of the node
	Name   string

	StepKind, Post, Department, Role, Person, Substitute string

	At      tenancy.ID // of a step; what nobody does stands at the origin
	AtName  string
	Days    int    // working days: the limit of a step, the time of a timer
	Value   string // of a shared step: who does this part
	Of      int    // of a shared step: the ticket that all parts have in common
	Service string
	For     string // of a wait: applicant, payment, external or parts
	Key     string
}

// Shift is what a move did. Whoever keeps the case stores all of it in one transaction.
type Shift = struct {
	Marking   json.RawMessage
	Entered   []Visit
	Cancelled []int // tickets
	Ended     bool
}

// Rules (环节要求) are what a step asks of whoever does it.
type Rules = struct {
	Opinion     bool
	Attachments []string
	Documents   []string
	Acts        []string // empty: those that the kind of step allows
	Fields      map[string]string
	Risk        string
	Measure     string
}

// Turn moves a case of a stored flow that was born in origin. The errors are those of the
// engine, NotFound for a flow that the scope may not see, and Precondition for a step that
// falls to a level that origin does not have.
func (s *Service) Turn(ctx context.Context, tx *db.Tx, flow Ref, origin tenancy.ID, m Move) (out Shift, err error) {
	d, err := s.Load(ctx, tx, flow.Tenant, flow.ID)
	if err != nil {
		return out, err
	}
	c, err := d.move(m)
	if err != nil {
		return out, err
	}
	return (&placer{tx: tx, origin: origin}).shift(ctx, c)
}

// shift tells what a change of the engine did, with every step placed in the tree.
func (p *placer) shift(ctx context.Context, c Change) (out Shift, err error) {
	if out.Marking, err = json.Marshal(c.Marking); err != nil {
		return out, fmt.Errorf("marking: %w", err)
	}
	for _, w := range c.Cancelled {
		out.Cancelled = append(out.Cancelled, w.Ticket)
	}
	out.Ended = c.Ended
	for _, w := range c.Entered {
		v, err := p.visit(ctx, w)
		if err != nil {
			return out, err
		}
		out.Entered = append(out.Entered, v)
	}
	return out, nil
}

// Rules are those of a step of a stored flow; none for what is no step.
func (s *Service) Rules(ctx context.Context, tx *db.Tx, flow Ref, node string) (out Rules, err error) {
	d, err := s.Load(ctx, tx, flow.Tenant, flow.ID)
	if err != nil {
		return out, err
	}
	at := d.indexed().nodes[node].n
	if at == nil || at.kind != task {
		return out, nil
	}
	step := at.step
	out = Rules{
		Opinion: step.Opinion, Attachments: step.Attachments.All(), Documents: step.Documents.All(), Acts: step.Acts.All(),
		Risk: step.Risk.Text, Measure: step.Risk.Measure, Fields: map[string]string{},
	}
	for name, r := range step.Fields.All() {
		out.Fields[name] = string(r)
	}
	return out, nil
}

// Place is the tenant that a step falls to for a case born in origin, and its name.
func (s *Service) Place(ctx context.Context, tx *db.Tx, step Step, origin tenancy.ID) (tenancy.ID, string, error) {
	v, err := (&placer{tx: tx, origin: origin}).visit(ctx, Work{Kind: WorkStep, Step: step})
	return v.At, v.AtName, err
}

func (d *Definition) move(m Move) (Change, error) {
	var at Marking
	if m.Do != "begin" {
		if err := json.Unmarshal(m.Marking, &at); err != nil {
			return Change{}, fault.New(fault.Internal, "flow_stuck").Because(fmt.Errorf("marking: %w", err))
		}
	}
	switch m.Do {
	case "begin":
		return d.Begin(m.Facts)
	case "complete":
		return d.Complete(at, m.Ticket, m.Facts)
	case "skip":
		return d.Skip(at, m.Ticket, m.Facts)
	case "refuse":
		return d.Refuse(at, m.Ticket, m.Facts)
	case "fire":
		return d.Fire(at, m.Ticket, m.Facts)
	case "back":
		return d.Back(at, m.Ticket, m.To, m.Alone, m.Facts)
	case "reopen":
		return d.Reopen(at, m.To, m.Facts)
	case "stop":
		return d.Stop(at), nil
	}
	return Change{}, fault.New(fault.Internal, "flow_stuck").Because(fmt.Errorf("no move %q", m.Do))
}

// placer finds the tenants that work falls to; the way up is read once.
type placer struct {
	tx     *db.Tx
	origin tenancy.ID
	chain  []Node
	names  map[tenancy.ID]string
}

func (p *placer) visit(ctx context.Context, w Work) (Visit, error) {
	s := w.Step
	v := Visit{
		Ticket: w.Ticket, Kind: string(w.Kind), Node: w.Node, Name: w.Name, StepKind: string(s.Kind), Post: s.Post, Department: s.Department,
		Role: s.Role, Person: s.Person, Substitute: s.Substitute, Days: s.LimitDays, Value: w.Value, Of: w.Of, Service: w.Service,
		For: w.Wait.For, Key: w.Wait.Key, At: p.origin,
	}
	if w.Kind == WorkTimer {
		v.Days = w.Days
	}
	err := p.climb(ctx)
	if err != nil {
		return v, err
	}
	if w.Kind == WorkStep {
		switch w.Over {
		case "tenants":
			s.Level, s.TenantRef = Named, w.Value
		case "departments":
			v.Department = w.Value
		case "persons":
			v.Person = w.Value
		}
		if v.At, err = s.Tenant(p.chain[len(p.chain)-1], p.chain[:len(p.chain)-1]); err != nil {
			return v, err
		}
	}
	v.AtName, err = p.name(ctx, v.At)
	return v, err
}

func (p *placer) climb(ctx context.Context) error {
	if p.chain != nil {
		return nil
	}
	chain, err := tenants.In(p.tx).Way(ctx, p.origin)
	if err != nil {
		return err
	}
	p.names = map[tenancy.ID]string{}
	for _, n := range chain {
		p.chain = append(p.chain, Node{ID: n.ID, Level: n.Level})
		p.names[n.ID] = n.Name
	}
	return nil
}

func (p *placer) name(ctx context.Context, id tenancy.ID) (string, error) {
	if name, known := p.names[id]; known {
		return name, nil
	}
	n, err := tenants.In(p.tx).Get(ctx, id)
	return n.Name, err
}

// Remapping is what moving a running case to another flow would make of it.
type Remapping = struct {
	Shift
	Open    []Visit           // what is open afterwards, as the other flow has it
	Reasons map[string]string // why it cannot be moved: the catalogue key by where it stands; nothing else then counts
}

// Remap moves a running case from one stored flow to another; see [Remap].
func (s *Service) Remap(ctx context.Context, tx *db.Tx, from, into Ref, origin tenancy.ID, marking json.RawMessage, to map[string]string) (out Remapping, err error) {
	old, err := s.Load(ctx, tx, from.Tenant, from.ID)
	if err != nil {
		return out, err
	}
	d, err := s.Load(ctx, tx, into.Tenant, into.ID)
	if err != nil {
		return out, err
	}
	var at Marking
	if err := json.Unmarshal(marking, &at); err != nil {
		return out, fault.New(fault.Internal, "flow_stuck").Because(fmt.Errorf("marking: %w", err))
	}
	c, reasons := Remap(old, d, at, to)
	if len(reasons) > 0 {
		out.Reasons = map[string]string{}
		for _, r := range reasons {
			out.Reasons[old.called(r.Node)] = r.Rule
		}
		return out, nil
	}
	p := &placer{tx: tx, origin: origin}
	if out.Shift, err = p.shift(ctx, c); err != nil {
		return out, err
	}
	for _, w := range d.Open(c.Marking) {
		v, err := p.visit(ctx, w)
		if err != nil {
			return out, err
		}
		out.Open = append(out.Open, v)
	}
	return out, nil
}

// called is the name of a node, or its id.
func (d *Definition) called(node string) string {
	if n := d.indexed().nodes[node].n; n != nil && n.step.Name != "" {
		return n.step.Name
	}
	return node
}
