package flows

import (
	"fmt"
	"slices"

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

func (r *run) choose(n *node, in int) error {
	vars, err := r.known()
	if err != nil {
		return err
	}
	e, err := n.choose(vars)
	if err != nil {
		return fmt.Errorf("branch at %s: %w", n.step.ID, err)
	}
	return r.put(e, in)
}

// some follows every arrow whose condition holds, or else the default.
func (r *run) some(n *node, in int) error {
	if len(n.out) == 1 {
		return r.put(n.out[0], in)
	}
	vars, err := r.known()
	if err != nil {
		return err
	}
	var on []*edge
	for _, e := range n.out {
		if e == n.fallback {
			continue
		}
		ok, err := e.holds(vars)
		if err != nil {
			return fmt.Errorf("branch at %s: %w", n.step.ID, err)
		}
		if ok {
			on = append(on, e)
		}
	}
	if len(on) == 0 {
		if n.fallback == nil {
			return stuck(n)
		}
		on = []*edge{n.fallback}
	}
	return r.each(on, in)
}

// known are the facts as conditions see them.
func (r *run) known() (map[string]any, error) {
	if r.vars == nil {
		vars, err := activation(r.facts)
		if err != nil {
			return nil, err
		}
		r.vars = vars
	}
	return r.vars, nil
}

// wait leaves a token before a join, and opens a parallel one that is complete.
func (r *run) wait(e *edge, in int) error {
	t := Token{e.id, in}
	if slices.Contains(r.m.Tokens, t) {
		return stuck(e.to)
	}
	r.m.Tokens = append(r.m.Tokens, t)
	n := e.to
	if n.kind != parallel {
		return nil
	}
	for _, other := range n.in {
		if !slices.Contains(r.m.Tokens, Token{other.id, in}) {
			return nil
		}
	}
	r.take(n, in)
	return r.each(n.out, in)
}

// take removes the tokens that wait before n.
func (r *run) take(n *node, in int) {
	r.m.Tokens = slices.DeleteFunc(r.m.Tokens, func(t Token) bool {
		return t.In == in && slices.ContainsFunc(n.in, func(e *edge) bool { return e.id == t.Arrow })
	})
}

// settle opens inclusive joins to which nothing more can come, and leaves sub-processes in which
// nothing is left, until nothing changes.
func (r *run) settle() error {
	for {
		moved, err := r.settleOne()
		if err != nil {
			return err
		}
		if !moved {
			break
		}
	}
	if len(r.m.Active) == 0 && len(r.m.Tokens) > 0 {
		return stuck(r.arrows[r.m.Tokens[0].Arrow].to)
	}
	return nil
}

func (r *run) settleOne() (bool, error) {
	for _, t := range r.m.Tokens {
		if n := r.arrows[t.Arrow].to; n.kind == inclusive && r.ready(n, t.In) {
			r.take(n, t.In)
			return true, r.some(n, t.In)
		}
	}
	for _, a := range r.m.Active {
		if n := r.nodes[a.Node].n; n.inner != nil && !r.holds(a.Ticket) {
			return true, r.leave(a)
		}
	}
	return false, nil
}

// holds reports whether anything is left within a sub-process.
func (r *run) holds(ticket int) bool {
	return slices.ContainsFunc(r.m.Active, func(a Active) bool { return a.In == ticket }) ||
		slices.ContainsFunc(r.m.Tokens, func(t Token) bool { return t.In == ticket })
}

// ready reports whether an inclusive join opens, as BPMN 2.0 (13.4.3) has it: no token elsewhere
// can still come to an arrow that is empty, unless it can come to one that is not.
func (r *run) ready(n *node, in int) bool {
	full := map[*edge]bool{}
	for _, e := range n.in {
		full[e] = slices.Contains(r.m.Tokens, Token{e.id, in})
	}
	for _, from := range r.others(n, in) {
		empty, taken := false, false
		for e := range arrowsFrom(from, n) {
			if held, into := full[e]; into {
				empty, taken = empty || !held, taken || held
			}
		}
		if empty && !taken {
			return false
		}
	}
	return true
}

// others are the arrows on which each token of the scope may go on, those before n left out.
func (r *run) others(n *node, in int) [][]*edge {
	var out [][]*edge
	for _, t := range r.m.Tokens {
		if m := r.arrows[t.Arrow].to; t.In == in && m != n {
			out = append(out, m.out)
		}
	}
	for _, a := range r.m.Active {
		if a.In == in {
			out = append(out, r.nodes[a.Node].n.out)
		}
	}
	return out
}

// arrowsFrom are the arrows that can be come to from the given ones without passing n.
func arrowsFrom(from []*edge, n *node) map[*edge]bool {
	seen := map[*edge]bool{}
	for todo := slices.Clone(from); len(todo) > 0; {
		e := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[e] {
			continue
		}
		if seen[e] = true; e.to == n {
			continue
		}
		todo = append(todo, e.to.out...)
		for _, g := range e.to.guards {
			todo = append(todo, g.out...)
		}
	}
	return seen
}
