package flows

import "strconv"

// Linear writes the flow that goes through steps one after the other, as BPMN 2.0 XML with a
// drawing. Parse reads the same steps back. A step without a usable id of its own gets one;
// characters that XML cannot hold are replaced by U+FFFD.
func Linear(name string, steps []Step) []byte {
	d := &Definition{Name: name, diagram: newDiagram()}
	ids := idSet{}
	for i, s := range steps {
		if !ncName.MatchString(s.ID) || ids[s.ID] {
			s.ID = ids.fresh("step_" + strconv.Itoa(i+1))
		}
		ids[s.ID] = true
		d.nodes = append(d.nodes, &node{kind: task, step: s})
	}
	d.ID = ids.fresh("flow")
	first, last := &node{kind: start}, &node{kind: end}
	first.step.ID, last.step.ID = ids.fresh("start"), ids.fresh("end")
	d.nodes = append(append([]*node{first}, d.nodes...), last)
	for i, n := range d.nodes[1:] {
		d.join(ids.fresh("to_"+strconv.Itoa(i+1)), d.nodes[i], n)
	}
	return encode(d)
}

// join draws an arrow between two nodes of a definition that is being built.
func (d *Definition) join(id string, from, to *node) *edge {
	e := &edge{id: id, from: from, to: to}
	from.out, to.in = append(from.out, e), append(to.in, e)
	d.edges = append(d.edges, e)
	return e
}

type idSet map[string]bool

// fresh takes id, or the next like it that is still free.
func (s idSet) fresh(id string) string {
	for s[id] {
		id += "_"
	}
	s[id] = true
	return id
}
