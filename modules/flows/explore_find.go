package flows

import (
	"slices"
)

func last(list []string) []string { return list[max(0, len(list)-1):] }

// path tells how a state is come to.
func (x *explorer) path(v *visit) []string {
	var steps []*visit
	for ; v != nil; v = v.from {
		steps = append(steps, v)
	}
	var out []string
	seen := map[string]bool{}
	add := func(ids ...string) {
		for _, id := range ids {
			if id != "" && !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	for _, s := range slices.Backward(steps) {
		if s.via != nil {
			add(s.via.id)
		}
		for _, a := range s.new {
			add(a.trail...)
		}
	}
	return out
}

// trapped finds a state from which the end cannot be come to: one in which nothing can happen
// any more, if there is such.
func (x *explorer) trapped() *finding {
	back := map[*visit][]*visit{}
	good := map[*visit]bool{}
	var todo []*visit
	for _, v := range x.order {
		for _, m := range v.moves {
			back[m] = append(back[m], v)
		}
		if v.at.empty() {
			todo = append(todo, v)
		}
	}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !good[v] {
			good[v] = true
			todo = append(todo, back[v]...)
		}
	}
	var bad *visit
	for _, v := range x.order {
		switch {
		case good[v]:
		case len(v.moves) == 0:
			return x.at(RuleDeadlock, v)
		case bad == nil:
			bad = v
		}
	}
	if bad != nil {
		return x.at(RuleNoCompletion, bad)
	}
	return nil
}

// at is a finding at the places that hold a token.
func (x *explorer) at(rule string, v *visit) *finding {
	f := &finding{rule: rule, path: x.path(v)}
	for i, p := range x.places {
		switch {
		case !v.at.has(i):
		case p.arc == nil:
			f.stuck = append(f.stuck, p.v.id)
		default:
			f.stuck = append(f.stuck, last(p.arc.trail)...)
			if p.arc.to.id != "" {
				f.stuck = append(f.stuck, p.arc.to.id)
			}
		}
	}
	return f
}

// dead finds an arc that never has a token.
func (x *explorer) dead() *finding {
	for i, p := range x.places {
		if p.arc == nil || !x.used[p.arc] && !slices.ContainsFunc(x.order, func(v *visit) bool { return v.at.has(i) }) {
			if p.arc == nil && slices.ContainsFunc(x.order, func(v *visit) bool { return v.at.has(i) }) {
				continue
			}
			f := &finding{rule: RuleDeadNode}
			if p.arc == nil {
				f.stuck = []string{p.v.id}
			} else {
				f.stuck = slices.Clone(p.arc.trail)
				if p.arc.to.id != "" {
					f.stuck = append(f.stuck, p.arc.to.id)
				}
			}
			return f
		}
	}
	return nil
}

func (x *explorer) tooComplex() *finding {
	f := &finding{rule: RuleTooComplex}
	for _, v := range x.w.vertices {
		if v.id != "" && v.kind != ends {
			f.stuck = append(f.stuck, v.id)
		}
	}
	return f
}
