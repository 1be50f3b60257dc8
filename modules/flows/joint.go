package flows

// ComposeJoint writes the flow of a theme (一件事): through lines in their order, and behind
// the acceptance it waits, under the name given, until all parts have ended.
func (s *Service) ComposeJoint(name, wait string, lines []Line) []byte {
	d, err := Parse(s.Compose(name, lines))
	if err != nil || len(d.nodes) < 3 {
		return s.Compose(name, lines)
	}
	ids := idSet{}
	for _, n := range d.nodes {
		ids[n.step.ID] = true
	}
	for _, e := range d.edges {
		ids[e.id] = true
	}
	first := d.nodes[1]
	for _, n := range d.nodes {
		if n.step.Kind == Accept {
			first = n
		}
	}
	halt := &node{kind: catch, step: Step{ID: ids.fresh("parts"), Name: wait}, trigger: trigger{kind: "message", wait: Wait{For: forParts}}}
	out := first.out[0]
	next := out.to
	next.in = nil
	out.to, halt.in = halt, []*edge{out}
	d.nodes = append(d.nodes, halt)
	d.join(ids.fresh("to_parts"), halt, next)
	d.diagram = newDiagram()
	return encode(d)
}
