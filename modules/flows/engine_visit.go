package flows

import (
	"slices"

	"liandong/tenancy/fault"
)

// enter begins a visit to an activity or a catch event.
func (r *run) enter(n *node, in int) error {
	if slices.ContainsFunc(r.m.Active, func(a Active) bool { return a.Node == n.step.ID && a.In == in }) {
		return stuck(n) // a second token: the flow is not sound
	}
	a := Active{Node: n.step.ID, In: in}
	if n.many != nil {
		who, err := r.who(n)
		if err != nil {
			return err
		}
		a.Who = who
	}
	a = r.visit(a)
	for _, g := range n.guards {
		r.visit(Active{Node: g.step.ID, In: in, On: a.Ticket})
	}
	switch {
	case a.Who != nil:
		r.ask(a.Ticket)
	case n.inner != nil:
		return r.start(n.inner, a.Ticket)
	case n.kind == call || n.kind == sub:
		return stuck(n) // a call that was not expanded
	}
	return nil
}

// who are those that share the step.
func (r *run) who(n *node) ([]string, error) {
	vars, err := r.known()
	if err != nil {
		return nil, err
	}
	who, err := n.many.who(vars)
	if err != nil {
		return nil, fault.New(fault.Precondition, "flow_condition_failed").With(n.step.ID).Because(err)
	}
	if bad := n.many.check(who); bad != "" {
		return nil, fault.New(fault.Precondition, "flow_many_who").With(n.step.ID + ": " + bad)
	}
	return who, nil
}

// visit gives a ticket and notes what is to do.
func (r *run) visit(a Active) Active {
	r.m.Last++
	a.Ticket = r.m.Last
	r.m.Active = append(r.m.Active, a)
	if w, ok := r.work(a); ok {
		r.change.Entered = append(r.change.Entered, w)
	}
	return a
}

// ask opens the parts of a shared step: all at once, or the next one.
func (r *run) ask(ticket int) {
	a := r.m.find(ticket)
	n := r.nodes[a.Node].n
	upTo := len(a.Who)
	if n.many.Sequential {
		upTo = min(upTo, a.Next+1)
	}
	ask := a.Who[a.Next:upTo]
	a.Next = upTo
	for _, who := range ask {
		r.visit(Active{Node: n.step.ID, In: ticket, Value: who})
	}
}

// share counts a part of a shared step that is done, or refused.
func (r *run) share(part Active, refused bool) error {
	r.drop(part.Ticket)
	counted := r.m.find(part.In)
	if refused {
		counted.Refused++
	} else {
		counted.Done++
	}
	whole := *counted
	n := r.nodes[whole.Node].n
	needed := n.many.needed(len(whole.Who))
	if whole.Done >= needed || len(whole.Who)-whole.Refused < needed {
		r.inside(whole.Ticket)
		return r.leave(whole)
	}
	if n.many.Sequential {
		r.ask(whole.Ticket)
	}
	return nil
}

// leave ends a visit and goes on behind it.
func (r *run) leave(a Active) error {
	r.drop(a.Ticket)
	r.guards(a.Ticket)
	return r.out(r.nodes[a.Node].n, a.In)
}

// drop forgets a visit.
func (r *run) drop(ticket int) {
	r.m.Active = slices.DeleteFunc(r.m.Active, func(a Active) bool { return a.Ticket == ticket })
}

// guards cancels the boundary events of a visit.
func (r *run) guards(ticket int) {
	for _, a := range slices.Clone(r.m.Active) {
		if a.On == ticket {
			r.cancel(a.Ticket)
		}
	}
}

// inside cancels everything within a visit.
func (r *run) inside(ticket int) {
	for _, a := range slices.Clone(r.m.Active) {
		if a.In == ticket {
			r.cancel(a.Ticket)
		}
	}
	r.m.Tokens = slices.DeleteFunc(r.m.Tokens, func(t Token) bool { return t.In == ticket })
}

// cancel ends a visit with everything within and upon it.
func (r *run) cancel(ticket int) {
	a := r.m.find(ticket)
	if a == nil {
		return // it went with what was around it
	}
	if w, ok := r.work(*a); ok {
		r.change.Cancelled = append(r.change.Cancelled, w)
	}
	r.drop(ticket)
	r.inside(ticket)
	r.guards(ticket)
}
