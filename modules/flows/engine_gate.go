package flows

import (
	"fmt"
)

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
