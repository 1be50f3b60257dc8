package tree

import "io"

// Draft is what Import would add to an empty tree.
func Draft(r io.Reader) (nodes []Node, errs LineErrors) {
	lines, errs := parse(r)
	if len(errs) > 0 {
		return nil, errs
	}
	p := newPlan(lines, nil)
	top := &planned{node: Node{Hi: whole().Hi}, children: p.roots}
	if len(p.errs) == 0 {
		p.spread(top)
	}
	for _, e := range p.all {
		nodes = append(nodes, e.node)
	}
	if len(p.errs) > 0 {
		return nil, p.errs
	}
	return nodes, nil
}
