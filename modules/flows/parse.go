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
		d:      &Definition{diagram: newDiagram()},
		ids:    map[string]bool{},
		nodes:  map[string]*node{},
		starts: map[*node]*element{},
	}
	p.definitions(root)
	p.connect()
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
	nodes    map[string]*node
	starts   map[*node]*element // the element of each node, for its default arrow
	arrows   []*element         // of p.d.edges, in step
}

func (p *parser) refuse(e *element, rule, detail string) {
	p.problems = append(p.problems, e.problem(rule, detail))
}

func (p *parser) unsupported(e *element) { p.refuse(e, RuleElement, e.name.Space) }

func (p *parser) definitions(root *element) {
	if !root.is(nsBPMN, "definitions") {
		p.refuse(root, RuleNotBPMN, root.name.Space)
		return
	}
	p.language(root, "expressionLanguage")
	processes := 0
	for _, c := range root.children {
		switch {
		case c.is(nsBPMN, "process"):
			if processes++; processes == 1 {
				p.process(c)
			}
		case c.is(nsDI, "BPMNDiagram"):
			p.drawing(c)
		default:
			p.unsupported(c)
		}
	}
	if processes != 1 {
		p.refuse(root, RuleOneProcess, strconv.Itoa(processes))
	}
}

func (p *parser) process(e *element) {
	p.d.ID, p.d.Name = p.id(e), e.attr("name")
	p.attributes(e, "id", "name", "isExecutable", "processType", "isClosed")
	for _, c := range e.children {
		switch {
		case c.name.Space != nsBPMN:
			p.unsupported(c)
		case c.name.Local == "sequenceFlow":
			p.arrow(c)
		case oneOf(nodeKind(c.name.Local), start, end, task, gateway):
			p.flowNode(c)
		case c.name.Local != "documentation":
			p.unsupported(c)
		}
	}
	if len(p.d.nodes) > maxNodes || len(p.d.edges) > maxEdges {
		p.refuse(e, RuleTooLarge, "")
	}
}

func (p *parser) flowNode(e *element) {
	p.attributes(e, "id", "name", "default", "gatewayDirection", "implementation",
		"isInterrupting", "isForCompensation", "startQuantity", "completionQuantity")
	n := &node{kind: nodeKind(e.name.Local), line: e.line}
	n.step.ID, n.step.Name = p.id(e), e.attr("name")
	n.bare = n.kind == task
	for _, c := range e.children {
		switch {
		case c.is(nsBPMN, "incoming"), c.is(nsBPMN, "outgoing"), c.is(nsBPMN, "documentation"):
			// The arrows say it themselves.
		case c.is(nsBPMN, "extensionElements") && n.kind == task:
			p.extensions(n, c)
		default:
			p.unsupported(c)
		}
	}
	p.d.nodes = append(p.d.nodes, n)
	p.nodes[n.step.ID], p.starts[n] = n, e
}

func (p *parser) extensions(n *node, e *element) {
	for _, c := range e.children {
		switch {
		case !c.is(Namespace, "step") || len(c.children) > 0:
			p.unsupported(c)
		case !n.bare:
			p.refuse(c, RuleStepTwice, n.step.ID)
		default:
			n.bare = false
			p.attributes(c, "kind", "level", "tenant", "post", "limit")
			n.step.read(c)
		}
	}
}

func (s *Step) read(e *element) {
	s.Kind, s.Level = Kind(e.attr("kind")), Level(e.attr("level"))
	s.TenantRef, s.Post = e.attr("tenant"), e.attr("post")
	s.LimitDays = -1
	if days, err := strconv.Atoi(e.attr("limit")); err == nil {
		s.LimitDays = days
	}
}

func (p *parser) arrow(e *element) {
	p.attributes(e, "id", "name", "sourceRef", "targetRef", "isImmediate")
	a := &edge{id: p.id(e), name: e.attr("name"), line: e.line}
	for _, c := range e.children {
		switch {
		case c.is(nsBPMN, "documentation"):
		case c.is(nsBPMN, "conditionExpression") && a.condition == "" && len(c.children) == 0:
			p.language(c, "language")
			a.condition = strings.TrimSpace(c.text.String())
		default:
			p.unsupported(c)
		}
	}
	p.d.edges, p.arrows = append(p.d.edges, a), append(p.arrows, e)
}

// connect ties the arrows to the nodes, once all are read.
func (p *parser) connect() {
	byID := map[string]*edge{}
	for i, a := range p.d.edges {
		e := p.arrows[i]
		a.from, a.to, byID[a.id] = p.nodes[e.attr("sourceRef")], p.nodes[e.attr("targetRef")], a
		if a.from == nil || a.to == nil {
			p.refuse(e, RuleDangling, e.attr("sourceRef")+" → "+e.attr("targetRef"))
			continue
		}
		a.from.out, a.to.in = append(a.from.out, a), append(a.to.in, a)
	}
	for _, n := range p.d.nodes {
		e := p.starts[n]
		ref := e.attr("default")
		if ref == "" {
			continue
		}
		if n.fallback = byID[ref]; n.fallback == nil || n.fallback.from != n || n.kind != gateway {
			p.refuse(e, RuleDangling, "default="+ref)
		}
	}
}
