package flows

import (
	"cmp"
	"slices"
)

func forward(n *node) (next []*node) {
	for _, e := range n.out {
		next = append(next, e.to)
	}
	return next
}

func backward(n *node) (prev []*node) {
	for _, e := range n.in {
		prev = append(prev, e.from)
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
	return reach(forward(n), forward, func(n *node) bool { return n.kind != gateway })
}

// longest is the most working days that reviewing and deciding can take on one way through
// the flow, and the names of the steps that take them. Steps that lead back to each other are
// taken together, each once, since a step entered again gets no new time.
func (d *Definition) longest() (days int, path []string) {
	type way struct {
		days int
		path []string
	}
	best := map[*node]way{} // from the group of the node to an end
	for _, group := range d.groups() {
		var own, rest way
		for _, n := range group {
			if k := n.step.Kind; n.step.LimitDays > 0 && (k == Review || k == Decide) {
				own.days += n.step.LimitDays
				own.path = append(own.path, cmp.Or(n.step.Name, n.step.ID))
			}
			for _, e := range n.out {
				if w := best[e.to]; w.days > rest.days {
					rest = w
				}
			}
		}
		w := way{own.days + rest.days, slices.Concat(own.path, rest.path)}
		for _, n := range group {
			best[n] = w
		}
		if w.days > days {
			days, path = w.days, w.path
		}
	}
	return days, path
}

// groups are the strongly connected components (Tarjan), each after all that it leads to.
func (d *Definition) groups() [][]*node {
	var (
		out   [][]*node
		stack []*node
		index = map[*node]int{} // from 1; the order in which nodes are met
		low   = map[*node]int{}
		held  = map[*node]bool{}
		visit func(*node)
	)
	visit = func(n *node) {
		index[n] = len(index) + 1
		low[n], held[n] = index[n], true
		stack = append(stack, n)
		for _, m := range forward(n) {
			if index[m] == 0 {
				visit(m)
				low[n] = min(low[n], low[m])
			} else if held[m] {
				low[n] = min(low[n], index[m])
			}
		}
		if low[n] != index[n] {
			return
		}
		at := slices.Index(stack, n)
		group := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, m := range group {
			held[m] = false
		}
		out = append(out, group)
	}
	for _, n := range d.nodes {
		if index[n] == 0 {
			visit(n)
		}
	}
	return out
}
