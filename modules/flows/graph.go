package flows

import "slices"

// forward is what comes next: the arrows out, and the boundary events of an activity.
func forward(n *node) (next []*node) {
	for _, e := range n.out {
		next = append(next, e.to)
	}
	return append(next, n.guards...)
}

func backward(n *node) (prev []*node) {
	for _, e := range n.in {
		prev = append(prev, e.from)
	}
	if n.host != nil {
		prev = append(prev, n.host)
	}
	return prev
}

// reach is every node that can be come to from the given ones, themselves included. A node at
// which stop holds is come to, but not passed.
func reach(from []*node, next func(*node) []*node, stop func(*node) bool) map[*node]bool {
	seen := map[*node]bool{}
	for todo := slices.Clone(from); len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		if stop == nil || !stop(n) {
			todo = append(todo, next(n)...)
		}
	}
	return seen
}

// onlyGateways is what n leads to without any step between.
func (n *node) onlyGateways() map[*node]bool {
	return reach(forward(n), forward, func(n *node) bool { return !n.kind.isGateway() })
}

// longest is the most working days that the promise must hold on one way through the flow, and
// that way. Of parallel branches the longest counts. Steps that lead back to each other are taken
// together, each once, since a step entered again gets no new time.
func (f *flat) longest() (days int, path []*place) {
	type way struct {
		days int
		path []*place
	}
	best := map[*place]way{} // from the group of the place to an end
	for _, group := range f.groups() {
		var own, rest way
		for _, p := range group {
			own.days += p.days
			own.path = append(own.path, p)
			for _, q := range p.out {
				if w := best[q]; w.days > rest.days {
					rest = w
				}
			}
		}
		w := way{own.days + rest.days, slices.Concat(own.path, rest.path)}
		for _, p := range group {
			best[p] = w
		}
		if w.days >= days { // groups come from the end, so the last of equals begins at the start
			days, path = w.days, w.path
		}
	}
	return days, path
}

// groups are the strongly connected components (Tarjan), each after all that it leads to.
func (f *flat) groups() [][]*place {
	var (
		out   [][]*place
		stack []*place
		index = map[*place]int{} // from 1; the order in which places are met
		low   = map[*place]int{}
		held  = map[*place]bool{}
		visit func(*place)
	)
	visit = func(p *place) {
		index[p] = len(index) + 1
		low[p], held[p] = index[p], true
		stack = append(stack, p)
		for _, q := range p.out {
			if index[q] == 0 {
				visit(q)
				low[p] = min(low[p], low[q])
			} else if held[q] {
				low[p] = min(low[p], index[q])
			}
		}
		if low[p] != index[p] {
			return
		}
		at := slices.Index(stack, p)
		group := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, q := range group {
			held[q] = false
		}
		out = append(out, group)
	}
	for _, p := range f.places {
		if index[p] == 0 {
			visit(p)
		}
	}
	return out
}
