package flows

import (
	"cmp"
	"slices"
)

// Expand opens the call activities of the flow: find gives the called flow by its id. The nodes
// of a called flow get ids that begin with that of the call and a slash, which no id of a
// document holds. What cannot be found, calls itself around corners, or makes the whole larger
// than a flow may be, comes back as [Problems] at the call. A flow without calls is returned as
// it is; d itself never changes.
func (d *Definition) Expand(find func(id string) (*Definition, error)) (*Definition, error) {
	if len(d.Calls()) == 0 {
		return d, nil
	}
	x := &expander{find: find}
	out := d.copy("", nil)
	x.open(out, nil, nil)
	if len(x.problems) > 0 {
		return nil, x.problems
	}
	return out, nil
}

// Calls lists the ids of the flows that are called, each once, those that a called flow calls
// aside.
func (d *Definition) Calls() []string {
	var out []string
	d.everyScope(func(s *Definition) {
		for _, n := range s.ofKind(call) {
			if !slices.Contains(out, n.called) {
				out = append(out, n.called)
			}
		}
	})
	return out
}

type expander struct {
	find     func(id string) (*Definition, error)
	problems Problems
	size     int
}

// open expands the calls in d; within are the flows around it, and outer the call of the flow
// itself through which it is come to.
func (x *expander) open(d *Definition, outer *node, within []string) {
	x.size += len(d.nodes)
	for _, n := range d.nodes {
		switch n.kind {
		case sub:
			x.open(n.inner, outer, within)
		case call:
			x.call(n, cmp.Or(outer, n), within)
		default:
		}
	}
}

func (x *expander) call(n, outer *node, within []string) {
	refuse := func(detail string) { x.problems = append(x.problems, outer.problem(RuleCalled, detail)) }
	if n.called == "" || slices.Contains(within, n.called) {
		refuse(n.called)
		return
	}
	called, err := x.find(n.called)
	if err != nil {
		refuse(n.called + ": " + err.Error())
		return
	}
	if x.size+len(called.nodes) > maxNodes {
		refuse(RuleTooLarge)
		return
	}
	n.inner = called.copy(n.step.ID+"/", n)
	x.open(n.inner, outer, append(slices.Clip(within), n.called))
}

// copy is d with another beginning to all its ids. What is compiled is shared.
func (d *Definition) copy(prefix string, owner *node) *Definition {
	out := &Definition{
		ID: d.ID, Name: d.Name, owner: owner, kept: d.kept, attrs: d.attrs, doc: d.doc,
		diagram: d.diagram,
	}
	if owner != nil && prefix != "" {
		out.diagram = newDiagram()
	}
	nodes, edges := map[*node]*node{}, map[*edge]*edge{}
	for _, e := range d.edges {
		c := *e
		c.id = prefix + e.id
		edges[e] = &c
		out.edges = append(out.edges, &c)
	}
	moved := func(list []*edge) []*edge {
		var to []*edge
		for _, e := range list {
			to = append(to, edges[e])
		}
		return to
	}
	for _, n := range d.nodes {
		c := *n
		c.step.ID = prefix + n.step.ID
		c.in, c.out, c.fallback, c.guards = moved(n.in), moved(n.out), edges[n.fallback], nil
		nodes[n] = &c
		out.nodes = append(out.nodes, &c)
	}
	for _, n := range d.nodes {
		c := nodes[n]
		for _, g := range n.guards {
			c.guards = append(c.guards, nodes[g])
		}
		if n.host != nil {
			c.host = nodes[n.host]
		}
		if n.inner != nil {
			c.inner = n.inner.copy(prefix, c)
		}
	}
	for _, e := range out.edges {
		e.from, e.to = nodes[e.from], nodes[e.to]
	}
	return out
}
