package flows

import (
	"liandong/tenancy/fault"
)

// run is one step of the engine.
type run struct {
	*index
	d      *Definition
	m      Marking
	facts  map[string]any
	vars   map[string]any
	change Change
	moves  int
}

// index finds the nodes and arrows of a flow by id, those of its sub-processes and calls too.
type index struct {
	nodes  map[string]placed
	arrows map[string]*edge
}

// maxMoves bounds one step of the engine. A flow that passes [Definition.Check] needs no more
// than a few moves for each node.
const maxMoves = 20_000

func (d *Definition) run(m Marking, facts map[string]any) *run {
	return &run{index: d.indexed(), d: d, m: m.clone(), facts: facts}
}

// indexed is the index of a flow: the one that is kept with a stored flow, or a new one.
func (d *Definition) indexed() *index {
	if d.index != nil {
		return d.index
	}
	x := &index{nodes: map[string]placed{}, arrows: map[string]*edge{}}
	d.everyScope(func(s *Definition) {
		for _, n := range s.nodes {
			x.nodes[n.step.ID] = placed{n: n, in: s}
		}
		for _, e := range s.edges {
			x.arrows[e.id] = e
		}
	})
	return x
}

// Begin starts a case of the flow with the given facts; they are those of [Definition.Next].
// Errors are as there, for all the functions of the engine: a condition without a value is
// Precondition and never a branch, and then nothing has changed.
func (d *Definition) Begin(facts map[string]any) (Change, error) {
	r := d.run(Marking{Version: markingVersion}, facts)
	return r.finish(r.start(d, 0))
}

// Complete says that the step or service with this ticket is done. It fails with Conflict when
// nothing with this ticket is open any more: somebody was faster, or it was cancelled.
func (d *Definition) Complete(m Marking, ticket int, facts map[string]any) (Change, error) {
	r := d.run(m, facts)
	a := r.m.find(ticket)
	w, ok := r.open(a)
	if !ok || w.Kind != WorkStep && w.Kind != WorkService {
		return Change{}, workGone(ticket)
	}
	if w.Of != 0 {
		return r.finish(r.share(*a, false))
	}
	return r.finish(r.leave(*a))
}

// Refuse is Complete by one who is against it. Of those who share a step hers is one voice that does
// not count: the step goes on until enough have done it, or so many have refused that enough
// no longer can. Where all must do it (会签), the first refusal ends it.
func (d *Definition) Refuse(m Marking, ticket int, facts map[string]any) (Change, error) {
	r := d.run(m, facts)
	a := r.m.find(ticket)
	if w, ok := r.open(a); !ok || w.Kind != WorkStep {
		return Change{}, workGone(ticket)
	} else if w.Of != 0 {
		return r.finish(r.share(*a, true))
	}
	return r.finish(r.leave(*a))
}

// Skip ends the step with this ticket as a whole, also for the others who share it; their parts
// are cancelled.
func (d *Definition) Skip(m Marking, ticket int, facts map[string]any) (Change, error) {
	r := d.run(m, facts)
	a := r.m.find(ticket)
	w, ok := r.open(a)
	if !ok || w.Kind != WorkStep && w.Kind != WorkService {
		return Change{}, workGone(ticket)
	}
	whole := *a
	if w.Of != 0 {
		whole = *r.m.find(w.Of)
	}
	r.drop(ticket)
	r.inside(whole.Ticket)
	return r.finish(r.leave(whole))
}

// Fire says that the time of a timer has come, or that what a wait waits for is there. At an
// activity, an event that interrupts cancels it with all that is open within, and one that does
// not goes on beside it, once for each visit to the activity.
func (d *Definition) Fire(m Marking, ticket int, facts map[string]any) (Change, error) {
	r := d.run(m, facts)
	a := r.m.find(ticket)
	w, ok := r.open(a)
	if !ok || w.Kind != WorkTimer && w.Kind != WorkWait {
		return Change{}, workGone(ticket)
	}
	event := *a
	if event.On == 0 {
		return r.finish(r.leave(event))
	}
	r.drop(ticket)
	if w.Cancels {
		r.cancel(event.On)
	}
	return r.finish(r.out(r.nodes[event.Node].n, event.In))
}

// Stop cancels everything that is open, as when a case is withdrawn.
func (d *Definition) Stop(m Marking) Change {
	r := d.run(m, nil)
	for len(r.m.Active) > 0 {
		r.cancel(r.m.Active[0].Ticket)
	}
	r.m.Tokens = nil
	r.change.Marking, r.change.Ended = r.m, true
	return r.change
}

// open is the work of a visit, if there is such.
func (r *run) open(a *Active) (Work, bool) {
	if a == nil {
		return Work{}, false
	}
	return r.work(*a)
}

// finish moves on what can move by itself and returns what came of it.
func (r *run) finish(err error) (Change, error) {
	if err == nil {
		err = r.settle()
	}
	if err != nil {
		return Change{}, err
	}
	r.change.Marking, r.change.Ended = r.m, r.m.Ended()
	return r.change, nil
}

// start puts a token behind the start of a scope.
func (r *run) start(d *Definition, in int) error {
	starts := d.ofKind(start)
	if len(starts) != 1 {
		return fault.New(fault.Precondition, "flow_stuck").With(d.ID)
	}
	return r.out(starts[0], in)
}

// out follows the one arrow out of n.
func (r *run) out(n *node, in int) error {
	if len(n.out) != 1 {
		return stuck(n)
	}
	return r.put(n.out[0], in)
}

func (r *run) each(arrows []*edge, in int) error {
	for _, e := range arrows {
		if err := r.put(e, in); err != nil {
			return err
		}
	}
	return nil
}

// put moves a token along e to where it stays.
func (r *run) put(e *edge, in int) error {
	if r.moves++; r.moves > maxMoves {
		return stuck(e.to)
	}
	n := e.to
	switch {
	case n.kind == end:
		return nil
	case n.kind == gateway:
		return r.choose(n, in)
	case !n.kind.isGateway():
		return r.enter(n, in)
	case len(n.in) > 1:
		return r.wait(e, in)
	case n.kind == inclusive:
		return r.some(n, in)
	default:
		return r.each(n.out, in)
	}
}
