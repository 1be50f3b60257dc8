package flows

import (
	"fmt"

	"liandong/tenancy/fault"
)

// First is the step at which every case of the flow begins. It is the zero Step only for a
// draft in which the start does not lead straight to a step, which Check refuses.
func (d *Definition) First() Step {
	for _, n := range d.ofKind(start) {
		if to, err := d.walk(n, nil); err == nil {
			return to.step
		}
	}
	return Step{}
}

// Next is the step that follows stepID for a case with the given facts, or ended: then the
// case is to be completed (办结). Facts not given are zero; the declared ones are amount and
// days (whole numbers), level, origin_level, applicant_kind, opinion and outcome (strings),
// form (fields by name) and choices (the ids of what the applicant chose of the item's
// situations).
//
// It fails with NotFound for a step that is not in the flow and with Precondition when a
// condition has no value for these facts, or no arrow can be followed. Other errors are
// mistakes of the caller: a fact that is not declared or of another type.
func (d *Definition) Next(stepID string, facts map[string]any) (next Step, ended bool, err error) {
	n := d.node(stepID)
	if n == nil || n.kind != task {
		return Step{}, false, fault.New(fault.NotFound, "flow_step_unknown").With(stepID)
	}
	vars, err := activation(facts)
	if err != nil {
		return Step{}, false, err
	}
	to, err := d.walk(n, vars)
	if err != nil {
		return Step{}, false, fmt.Errorf("next after step %s: %w", stepID, err)
	}
	if to.kind == end {
		return Step{}, true, nil
	}
	return to.step, false, nil
}

// walk follows the arrows from n through gateways to the next step or end. In a sound flow
// gateways form no loop, so that as many hops as there are nodes are always enough.
func (d *Definition) walk(n *node, vars map[string]any) (*node, error) {
	for range d.nodes {
		e, err := n.choose(vars)
		if err != nil {
			return nil, err
		}
		switch n = e.to; {
		case n.kind == end, n.kind == task && n.many == nil:
			return n, nil
		case n.kind != gateway:
			return nil, stuck(n) // see Single
		}
	}
	return nil, stuck(n)
}

// choose is the arrow to follow out of n: the only one, or at a gateway the first whose
// condition holds, or the default.
func (n *node) choose(vars map[string]any) (*edge, error) {
	if len(n.out) == 1 && n.out[0].condition == "" {
		return n.out[0], nil
	}
	if n.kind != gateway || vars == nil {
		return nil, stuck(n)
	}
	for _, e := range n.out {
		if e == n.fallback {
			continue
		}
		if ok, err := e.holds(vars); err != nil || ok {
			return e, err
		}
	}
	if n.fallback == nil {
		return nil, stuck(n)
	}
	return n.fallback, nil
}

func (e *edge) holds(vars map[string]any) (bool, error) {
	if e.program == nil {
		return false, stuck(e.from).Because(e.broken)
	}
	out, _, err := e.program.Eval(vars)
	if err != nil {
		return false, fault.New(fault.Precondition, "flow_condition_failed").With(e.condition).
			Because(fmt.Errorf("condition of %s: %w", e.id, err))
	}
	ok, _ := out.Value().(bool)
	return ok, nil
}

func stuck(n *node) *fault.Error {
	return fault.New(fault.Precondition, "flow_stuck").With(n.step.ID)
}
