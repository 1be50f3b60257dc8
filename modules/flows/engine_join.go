package flows

import (
	"slices"
)

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
