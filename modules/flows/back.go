package flows

import (
	"slices"

	"liandong/tenancy/fault"
)

// Back sends the work with this ticket back to an earlier step (退回): the token of its branch
// goes there, and the work, with all that belongs to it, is cancelled. The step must lie on a
// way to where the work is, in the same sub-process or around it; one of those who share a step
// takes the whole step back.
//
// What is open elsewhere stays, if the case then still comes to a proper end in every way: that
// is proved. If it would not, as from one of parallel branches to before they part, it is
// Precondition flow_back_unsound, unless alone is asked: then everything else open in that
// sub-process is cancelled too, and the step is the only one there.
func (d *Definition) Back(m Marking, ticket int, to string, alone bool, facts map[string]any) (Change, error) {
	r := d.run(m, facts)
	a := r.m.find(ticket)
	if _, ok := r.open(a); !ok {
		return Change{}, workGone(ticket)
	}
	target := r.nodes[to]
	if target.n == nil || !target.n.kind.isActivity() {
		return Change{}, fault.New(fault.NotFound, "flow_step_unknown").With(to)
	}
	from, err := r.lift(*a, target)
	if err != nil {
		return Change{}, err
	}
	r.cancel(from.Ticket)
	if alone {
		r.inside(from.In)
	}
	if !r.stays(target, from.In) {
		return Change{}, fault.New(fault.Precondition, "flow_back_unsound").With(target.n.step.Name)
	}
	return r.finish(r.enter(target.n, from.In))
}

// lift finds what of a stands in the scope of the target: a itself, or what is around it.
func (r *run) lift(a Active, target placed) (Active, error) {
	for {
		if a.On != 0 { // an event stands for its activity
			a = *r.m.find(a.On)
		}
		at := r.nodes[a.Node]
		whole := r.m.find(a.In)
		switch shared := whole != nil && whole.Who != nil; {
		case shared:
		case at.in == target.in:
			if at.n != target.n && !reach(forward(target.n), forward, nil)[at.n] {
				return a, fault.New(fault.Precondition, "flow_back_ahead").With(target.n.step.Name)
			}
			return a, nil
		}
		if whole == nil {
			return a, fault.New(fault.Precondition, "flow_back_ahead").With(target.n.step.Name)
		}
		a = *whole
	}
}

// stays reports whether the scope comes to a proper end from what is open in it and a token at
// the target.
func (r *run) stays(target placed, in int) bool {
	return r.provable(target.in, in, target.n) == nil
}

// provable proves that the scope comes to a proper end from what is open in it, and from a
// further node if one is given.
func (r *run) provable(d *Definition, in int, further *node) *finding {
	w := d.net()
	for _, a := range w.arcs {
		a.marked = false
	}
	begin := func(n *node) {
		for _, v := range w.vertices {
			if v.id == n.step.ID {
				w.arc(nil, v, nil, false).marked = true
			}
		}
	}
	for _, a := range r.m.Active {
		if a.In == in && a.On == 0 {
			begin(r.nodes[a.Node].n)
		}
	}
	for _, t := range r.m.Tokens {
		if t.In != in {
			continue
		}
		for _, a := range w.arcs {
			if slices.Contains(a.trail, t.Arrow) {
				a.marked, a.instant = true, false
			}
		}
	}
	if further != nil {
		begin(further)
	}
	w.prune()
	w.reduce()
	f := w.prove(maxStates)
	if f != nil && f.rule == RuleDeadNode {
		return nil // what lies behind is never come to again, and need not be
	}
	return f
}

// prune takes away the arcs that no token can come to any more; a join that waited for one
// of them is left alone, since it would wait in vain.
func (w *net) prune() {
	for _, a := range slices.Clone(w.arcs) {
		if a.from == nil && !a.marked {
			w.remove(a)
		}
	}
}
