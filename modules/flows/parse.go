package flows

import (
	"regexp"
	"strconv"
	"strings"
)

// How large a flow may be; a flow that people can read has a tenth of it.
const (
	maxNodes = 200
	maxEdges = 400
)

// ncName is the part of XML's NCName that editors produce, and ours.
var ncName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.\-]{0,127}$`)

// Parse reads a flow from BPMN 2.0 XML of at most [MaxBytes]. A flow that is not finished is
// read too; see [Definition.Check]. The error is always [Problems], a fault of kind Invalid,
// that lists every element and attribute that is not supported.
func Parse(src []byte) (*Definition, error) {
	root, bad := readTree(src)
	if bad != nil {
		return nil, Problems{*bad}
	}
	p := parser{
		d:     &Definition{diagram: newDiagram()},
		ids:   map[string]bool{},
		nodes: map[string]placed{},
		gone:  map[string]bool{},
	}
	p.definitions(root)
	p.connect()
	p.attach()
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	p.d.compile()
	return p.d, nil
}

type parser struct {
	d        *Definition
	problems Problems
	ids      map[string]bool
	nodes    map[string]placed
	order    []placed
	arrows   []arrowAt
	foreign  string          // the expression language of the document, when it is not CEL
	gone     map[string]bool // ids of what was refused
}

// placed is a node with its element and the scope in which it stands.
type placed struct {
	n  *node
	e  *element
	in *Definition
}

// arrowAt is an arrow with its element and the scope in which it stands.
type arrowAt struct {
	a  *edge
	e  *element
	in *Definition
}

func (p *parser) refuse(e *element, rule, detail string) {
	p.problems = append(p.problems, e.problem(rule, detail))
}

// unsupported refuses e. What it was is not missed where arrows lead to it: that would be the
// same problem twice.
func (p *parser) unsupported(e *element) {
	p.refuse(e, RuleElement, e.name.Space)
	p.forget(e)
}

func (p *parser) forget(e *element) {
	if id := e.attr("id"); id != "" {
		p.gone[id] = true
	}
	for _, c := range e.children {
		p.forget(c)
	}
}

func (p *parser) definitions(root *element) {
	if !root.is(nsBPMN, "definitions") {
		p.refuse(root, RuleNotBPMN, root.name.Space)
		return
	}
	p.root(root)
	processes := 0
	for _, c := range root.children {
		switch {
		case c.is(nsBPMN, "process"):
			switch processes++; {
			case processes == 1:
				p.process(c)
			case isEmptyProcess(c): // of a pool that is only drawn
				p.d.doc.after = append(p.d.doc.after, c)
			default:
				p.refuse(c, RuleOneProcess, strconv.Itoa(processes))
			}
		case c.is(nsDI, "BPMNDiagram"):
			p.d.diagram.planes = append(p.d.diagram.planes, &plane{diagram: c.attrs})
			p.drawing(c)
		case !p.keepsRoot(c):
			p.unsupported(c)
		case processes == 0:
			p.d.doc.before = append(p.d.doc.before, c)
		default:
			p.d.doc.after = append(p.d.doc.after, c)
		}
	}
	if processes == 0 {
		p.refuse(root, RuleOneProcess, strconv.Itoa(processes))
	}
}

// isEmptyProcess reports whether nothing happens in the process: tools write one for each pool.
func isEmptyProcess(e *element) bool {
	for _, c := range e.children {
		if c.name.Space != nsBPMN || !oneOf(c.name.Local, "documentation", "extensionElements", "laneSet") || !drawingOnly(c) {
			return false
		}
	}
	return true
}

func (p *parser) process(e *element) {
	p.d.ID, p.d.Name = p.id(e), e.attr("name")
	p.d.attrs = p.attributes(e, "id", "name", "isExecutable", "processType", "isClosed")
	for _, a := range e.attrs {
		if a.Name.Space == "" && oneOf(a.Name.Local, "isExecutable", "processType", "isClosed") {
			p.d.attrs = append(p.d.attrs, a)
		}
	}
	for _, c := range e.children {
		if !p.flowElement(p.d, c) && !p.keepsInScope(p.d, c) {
			p.unsupported(c)
		}
	}
	if len(p.order) > maxNodes || len(p.arrows) > maxEdges {
		p.refuse(e, RuleTooLarge, "")
	}
}

// flowElement reads c into the scope d, if it is a node or an arrow.
func (p *parser) flowElement(d *Definition, c *element) bool {
	if c.name.Space != nsBPMN {
		return false
	}
	switch kind := nodeKind(c.name.Local); {
	case kind == "sequenceFlow":
		p.arrow(d, c)
	case oneOf(kind, start, end, task, service, call, sub, gateway, parallel, inclusive, catch, boundary, "task"):
		p.flowNode(d, c)
	default:
		return false
	}
	return true
}

func (p *parser) flowNode(d *Definition, e *element) {
	n := &node{kind: nodeKind(e.name.Local), line: e.line}
	if n.kind == "task" {
		n.kind, n.abstract = task, true
	}
	n.attrs = p.attributes(e, append([]string{"id", "name"}, nodeAttributes(n.kind)...)...)
	n.step.ID, n.step.Name = p.id(e), e.attr("name")
	n.bare = n.kind == task
	n.called, n.beside = e.attr("calledElement"), n.kind == boundary && e.attr("cancelActivity") == "false"
	if n.kind == sub {
		n.inner = &Definition{ID: n.step.ID, Name: n.step.Name, diagram: p.d.diagram, owner: n}
	}
	for _, c := range e.children {
		if !p.part(n, c) {
			p.unsupported(c)
		}
	}
	d.nodes = append(d.nodes, n)
	at := placed{n, e, d}
	p.nodes[n.step.ID], p.order = at, append(p.order, at)
}

// nodeAttributes are those that a node may have beside its id and name.
func nodeAttributes(k nodeKind) []string {
	both := []string{"isForCompensation", "startQuantity", "completionQuantity"}
	switch k {
	case start:
		return append(both, "isInterrupting")
	case task, service:
		return append(both, "default", "implementation")
	case call:
		return append(both, "default", "calledElement")
	case sub:
		return append(both, "default", "triggeredByEvent")
	case gateway, parallel, inclusive:
		return append(both, "default", "gatewayDirection")
	case boundary:
		return append(both, "attachedToRef", "cancelActivity", "parallelMultiple")
	case catch:
		return append(both, "parallelMultiple")
	case end:
	}
	return both
}

// part reads what stands inside of a node, if it is known there.
func (p *parser) part(n *node, c *element) bool {
	switch {
	case c.is(nsBPMN, "incoming"), c.is(nsBPMN, "outgoing"): // the arrows say it themselves
	case c.is(nsBPMN, "extensionElements"):
		p.extensions(n, c)
	case n.kind.isEvent() && n.trigger.kind == "" && (c.is(nsBPMN, "timerEventDefinition") || c.is(nsBPMN, "messageEventDefinition")):
		p.trigger(n, c)
	case n.kind == task && !n.abstract && n.many == nil && c.is(nsBPMN, "multiInstanceLoopCharacteristics"):
		p.many(n, c)
	case n.inner != nil && p.flowElement(n.inner, c):
	case n.inner != nil && p.keepsInScope(n.inner, c):
	case keepsInNode(c):
		n.kept = append(n.kept, c)
	default:
		return false
	}
	return true
}

func (p *parser) arrow(d *Definition, e *element) {
	a := &edge{id: p.id(e), name: e.attr("name"), line: e.line}
	a.attrs = p.attributes(e, "id", "name", "sourceRef", "targetRef", "isImmediate")
	for _, c := range e.children {
		switch {
		case c.is(nsBPMN, "conditionExpression") && a.condition == "" && len(c.children) == 0:
			p.language(c, "language")
			a.condition = strings.TrimSpace(c.text.String())
		case c.is(nsBPMN, "documentation"), c.is(nsBPMN, "extensionElements") && keepsAll(c):
			a.kept = append(a.kept, c)
		default:
			p.unsupported(c)
		}
	}
	d.edges, p.arrows = append(d.edges, a), append(p.arrows, arrowAt{a, e, d})
}

// connect ties the arrows to the nodes, once all are read. An arrow stays within its scope.
func (p *parser) connect() {
	byID := map[string]*edge{}
	for _, at := range p.arrows {
		a, e := at.a, at.e
		from, to := p.nodes[e.attr("sourceRef")], p.nodes[e.attr("targetRef")]
		a.from, a.to, byID[a.id] = from.n, to.n, a
		if p.gone[e.attr("sourceRef")] || p.gone[e.attr("targetRef")] {
			continue
		}
		if a.from == nil || a.to == nil || from.in != at.in || to.in != at.in {
			p.refuse(e, RuleDangling, e.attr("sourceRef")+" → "+e.attr("targetRef"))
			continue
		}
		a.from.out, a.to.in = append(a.from.out, a), append(a.to.in, a)
	}
	for _, at := range p.order {
		ref := at.e.attr("default")
		if ref == "" {
			continue
		}
		n := at.n
		if n.kind != gateway && n.kind != inclusive {
			p.refuse(at.e, RuleAttribute, "default="+ref)
			continue
		}
		if p.gone[ref] {
			continue
		}
		if n.fallback = byID[ref]; n.fallback == nil || n.fallback.from != n {
			p.refuse(at.e, RuleDangling, "default="+ref)
		}
	}
}

// attach ties the boundary events to what they stand on.
func (p *parser) attach() {
	for _, at := range p.order {
		if at.n.kind != boundary {
			continue
		}
		ref := at.e.attr("attachedToRef")
		host := p.nodes[ref]
		if p.gone[ref] {
			continue
		}
		if host.n == nil || !host.n.kind.isActivity() || host.in != at.in {
			p.refuse(at.e, RuleDangling, "attachedToRef="+ref)
			continue
		}
		at.n.host, host.n.guards = host.n, append(host.n.guards, at.n)
	}
}
