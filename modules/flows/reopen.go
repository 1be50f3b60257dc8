package flows

import "liandong/tenancy/fault"

// Reopen brings a case that has ended back to a step, as when its decision was quashed. Tickets go
// on from where they were. It fails with Conflict when the case has not ended, NotFound for a step
// that is not there, and Precondition (flow_back_unsound) when nothing but a single token at the
// step would ever come to a proper end, as within one of parallel branches.
func (d *Definition) Reopen(m Marking, to string, facts map[string]any) (Change, error) {
	if len(m.Active) > 0 || len(m.Tokens) > 0 {
		return Change{}, workGone(m.Last)
	}
	r := d.run(Marking{Version: markingVersion, Last: m.Last}, facts)
	target := r.nodes[to]
	if target.n == nil || target.n.kind != task {
		return Change{}, fault.New(fault.NotFound, "flow_step_unknown").With(to)
	}
	in := r.around(target.in)
	if !r.stays(target, in) {
		return Change{}, fault.New(fault.Precondition, "flow_back_unsound").With(target.n.step.Name)
	}
	return r.finish(r.enter(target.n, in))
}

// around visits the sub-processes around a scope, the outermost first, and returns the ticket of
// the innermost; their boundary events are armed again.
func (r *run) around(scope *Definition) int {
	if scope == nil || scope.owner == nil {
		return 0
	}
	in := r.around(r.nodes[scope.owner.step.ID].in)
	a := r.visit(Active{Node: scope.owner.step.ID, In: in})
	for _, g := range scope.owner.guards {
		r.visit(Active{Node: g.step.ID, In: in, On: a.Ticket})
	}
	return a.Ticket
}
