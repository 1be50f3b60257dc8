package flows

import (
	"strconv"
	"strings"
)

// pairs are attributes, those without a value left out.
func pairs(list ...string) []string {
	var out []string
	for i := 0; i+1 < len(list); i += 2 {
		if list[i+1] != "" {
			out = append(out, list[i], list[i+1])
		}
	}
	return out
}

// scope writes the nodes and arrows of d. Documentation goes first and artifacts last, as the
// schema of BPMN has it.
func (w *writer) scope(d *Definition) {
	last := func(e *element) bool { return oneOf(e.name.Local, "textAnnotation", "association", "group") }
	for _, e := range d.kept {
		if !last(e) {
			w.keep(e)
		}
	}
	for _, n := range d.nodes {
		w.node(n)
	}
	for _, e := range d.edges {
		w.edge(e)
	}
	for _, e := range d.kept {
		if last(e) {
			w.keep(e)
		}
	}
}

func (w *writer) node(n *node) {
	name := "bpmn:" + n.element()
	attrs := append(pairs("id", n.step.ID, "name", n.step.Name), w.attrs(n.attrs)...)
	if n.fallback != nil {
		attrs = append(attrs, "default", n.fallback.id)
	}
	attrs = append(attrs, pairs("calledElement", n.called)...)
	if n.host != nil {
		attrs = append(attrs, "attachedToRef", n.host.step.ID)
		if n.beside {
			attrs = append(attrs, "cancelActivity", "false")
		}
	}
	w.open(name, attrs...)
	w.parts(n, true)
	w.extensions(n)
	for _, e := range n.in {
		w.text("bpmn:incoming", e.id)
	}
	for _, e := range n.out {
		w.text("bpmn:outgoing", e.id)
	}
	w.parts(n, false)
	w.definition(n)
	w.many(n.many)
	if n.kind == sub {
		w.scope(n.inner)
	}
	w.shut(name)
}

// parts writes what was kept: documentation before the extension elements, the rest behind.
func (w *writer) parts(n *node, documentation bool) {
	for _, e := range n.kept {
		if (e.name.Local == "documentation") == documentation {
			w.keep(e)
		}
	}
}

func (w *writer) extensions(n *node) {
	step := n.kind == task && !n.abstract && !n.bare
	if !step && n.service == "" && n.trigger.days == 0 && n.trigger.wait == (Wait{}) && n.ending == "" && len(n.extra) == 0 {
		return
	}
	w.open("bpmn:extensionElements")
	if step {
		w.step(n.step)
	}
	if n.service != "" {
		w.empty("ld:service", "kind", n.service)
	}
	if n.trigger.days != 0 {
		w.empty("ld:timer", "days", strconv.Itoa(n.trigger.days))
	}
	if n.trigger.wait != (Wait{}) {
		w.empty("ld:wait", pairs("for", n.trigger.wait.For, "key", n.trigger.wait.Key)...)
	}
	if n.ending != "" {
		w.empty("ld:end", "kind", string(n.ending))
	}
	for _, e := range n.extra {
		w.keep(e)
	}
	w.shut("bpmn:extensionElements")
}

func (w *writer) step(s Step) {
	opinion := ""
	if s.Opinion {
		opinion = "required"
	}
	attrs := append([]string{"kind", string(s.Kind), "level", string(s.Level)}, pairs("tenant", s.TenantRef, "department", s.Department)...)
	attrs = append(append(attrs, "post", s.Post), pairs("role", s.Role, "person", s.Person, "substitute", s.Substitute)...)
	attrs = append(append(attrs, "limit", strconv.Itoa(s.LimitDays)), pairs("opinion", opinion,
		"attachments", string(s.Attachments), "documents", string(s.Documents), "acts", string(s.Acts))...)
	if s.Risk == (Risk{}) && s.Fields == "" {
		w.empty("ld:step", attrs...)
		return
	}
	w.open("ld:step", attrs...)
	if s.Risk != (Risk{}) {
		w.empty("ld:risk", "kind", s.Risk.Kind, "text", s.Risk.Text, "measure", s.Risk.Measure)
	}
	for pair := range strings.FieldsSeq(string(s.Fields)) {
		name, right, _ := strings.Cut(pair, "=")
		w.empty("ld:field", "name", name, "right", right)
	}
	w.shut("ld:step")
}

// definition writes what an event waits for. The days stand there in the way of BPMN too, so
// that another tool shows them.
func (w *writer) definition(n *node) {
	t := n.trigger
	if t.kind == "" {
		return
	}
	name, attrs := "bpmn:"+t.kind+"EventDefinition", append(w.attrs(t.attrs), pairs("messageRef", t.message)...)
	if t.days == 0 || t.kind != "timer" {
		w.empty(name, attrs...)
		return
	}
	w.open(name, attrs...)
	w.text("bpmn:timeDuration", "P"+strconv.Itoa(t.days)+"D", "xsi:type", "bpmn:tFormalExpression")
	w.shut(name)
}

func (w *writer) many(m *Many) {
	if m == nil {
		return
	}
	var attrs []string
	if m.Sequential {
		attrs = []string{"isSequential", "true"}
	}
	if m.Over == "" && m.Rule == "" && m.Values == "" && m.From == "" {
		w.empty("bpmn:multiInstanceLoopCharacteristics", attrs...)
		return
	}
	n := ""
	if m.N > 0 {
		n = strconv.Itoa(m.N)
	}
	w.open("bpmn:multiInstanceLoopCharacteristics", attrs...)
	w.open("bpmn:extensionElements")
	w.empty("ld:many", pairs("over", m.Over, "values", string(m.Values), "from", m.From, "rule", string(m.Rule), "n", n)...)
	w.shut("bpmn:extensionElements")
	w.shut("bpmn:multiInstanceLoopCharacteristics")
}

func (w *writer) edge(e *edge) {
	attrs := append(append(pairs("id", e.id, "name", e.name), "sourceRef", e.from.step.ID, "targetRef", e.to.step.ID), w.attrs(e.attrs)...)
	if e.condition == "" && len(e.kept) == 0 {
		w.empty("bpmn:sequenceFlow", attrs...)
		return
	}
	w.open("bpmn:sequenceFlow", attrs...)
	for _, k := range e.kept {
		w.keep(k)
	}
	if e.condition != "" {
		w.text("bpmn:conditionExpression", e.condition, "xsi:type", "bpmn:tFormalExpression")
	}
	w.shut("bpmn:sequenceFlow")
}

// drawing writes the shapes and lines, sheet by sheet; what is new goes on the first.
func (w *writer) drawing(d *Definition) {
	g, planes := d.drawn(), d.diagram.planes
	if len(planes) == 0 {
		planes = []*plane{{element: d.ID}}
	}
	on := map[string]bool{}
	for _, p := range planes {
		for _, id := range p.ids {
			on[id] = true
		}
	}
	missing := d.drawable(on)
	for i, p := range planes {
		w.open("bpmndi:BPMNDiagram", w.attrs(p.diagram)...)
		attrs := w.attrs(p.attrs)
		if len(p.attrs) == 0 {
			attrs = []string{"bpmnElement", p.element}
		}
		w.open("bpmndi:BPMNPlane", attrs...)
		for _, id := range p.ids {
			w.shape(g, id)
		}
		if i == 0 {
			for _, id := range missing {
				w.shape(g, id)
			}
		}
		w.shut("bpmndi:BPMNPlane")
		for _, s := range p.styles {
			w.keep(s)
		}
		w.shut("bpmndi:BPMNDiagram")
	}
}

// drawable are the nodes and arrows of d that are not yet drawn.
func (d *Definition) drawable(on map[string]bool) []string {
	var out []string
	add := func(id string) {
		if !on[id] {
			out = append(out, id)
		}
	}
	for _, n := range d.nodes {
		add(n.step.ID)
	}
	for _, e := range d.edges {
		add(e.id)
	}
	for _, n := range d.nodes {
		if n.kind == sub {
			out = append(out, n.inner.drawable(on)...)
		}
	}
	return out
}

func (w *writer) shape(g diagram, id string) {
	attrs := w.attrs(g.attrs[id])
	if attrs == nil {
		attrs = []string{"bpmnElement", id}
	}
	name := "bpmndi:BPMNShape"
	if line, ok := g.lines[id]; ok {
		name = "bpmndi:BPMNEdge"
		w.open(name, attrs...)
		for _, p := range line {
			w.empty("di:waypoint", "x", exact(p.x), "y", exact(p.y))
		}
	} else {
		w.open(name, attrs...)
		w.bounds(g.shapes[id])
	}
	w.label(g, id)
	for _, e := range g.more[id] {
		w.keep(e)
	}
	w.shut(name)
}

func (w *writer) bounds(r rect) {
	w.empty("dc:Bounds", "x", exact(r.x), "y", exact(r.y), "width", exact(r.w), "height", exact(r.h))
}

func (w *writer) label(g diagram, id string) {
	box, placed := g.labels[id]
	named, has := g.named[id]
	if !has {
		return
	}
	attrs := w.attrs(named)
	if !placed {
		w.empty("bpmndi:BPMNLabel", attrs...)
		return
	}
	w.open("bpmndi:BPMNLabel", attrs...)
	w.bounds(box)
	w.shut("bpmndi:BPMNLabel")
}
