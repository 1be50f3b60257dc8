package flows

import (
	"slices"

	"github.com/google/cel-go/cel"
)

// Definition (流程定义) is one flow as read from its XML. It never changes and is safe for
// concurrent use.
type Definition struct {
	ID   string // of the process
	Name string // of the process, as shown

	nodes   []*node // as they stand in the document
	edges   []*edge
	diagram diagram
}

// node is a flow node: an event, a step or a gateway.
type node struct {
	kind nodeKind
	step Step // of a task; ID and Name are set for every kind
	bare bool // a task without its step element
	line int

	in, out  []*edge // as the arrows stand in the document
	fallback *edge   // the default arrow of a gateway
}

type nodeKind string

// The kinds of node, by their element.
const (
	start   nodeKind = "startEvent"
	end     nodeKind = "endEvent"
	task    nodeKind = "userTask"
	gateway nodeKind = "exclusiveGateway"
)

// edge is a sequence flow.
type edge struct {
	id, name  string
	from, to  *node
	condition string // CEL; empty when the arrow has none
	line      int

	program cel.Program // nil when there is no condition, or it does not compile
	broken  error       // why it does not compile
}

func (n *node) problem(rule, detail string) Problem {
	return Problem{
		Element: string(n.kind), ID: n.step.ID, Name: n.step.Name,
		Line: n.line, Rule: rule, Detail: detail,
	}
}

func (e *edge) problem(rule, detail string) Problem {
	return Problem{Element: "sequenceFlow", ID: e.id, Name: e.name, Line: e.line, Rule: rule, Detail: detail}
}

// Steps lists the steps in the order of the flow: a step stands before those that it leads to,
// arrows back aside, and the branch drawn first comes first. Steps that the start does not
// lead to are left out.
func (d *Definition) Steps() []Step {
	var out []Step
	for _, n := range d.inOrder() {
		if n.kind == task {
			out = append(out, n.step)
		}
	}
	return out
}

// Step finds a step by its id.
func (d *Definition) Step(id string) (Step, bool) {
	n := d.node(id)
	if n == nil || n.kind != task {
		return Step{}, false
	}
	return n.step, true
}

func (d *Definition) node(id string) *node {
	for _, n := range d.nodes {
		if n.step.ID == id {
			return n
		}
	}
	return nil
}

func (d *Definition) ofKind(k nodeKind) []*node {
	return slices.DeleteFunc(slices.Clone(d.nodes), func(n *node) bool { return n.kind != k })
}

// inOrder lists what the starts lead to, in reverse postorder.
func (d *Definition) inOrder() []*node {
	var order []*node
	seen := map[*node]bool{}
	var visit func(*node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, e := range slices.Backward(n.out) {
			visit(e.to)
		}
		order = append(order, n)
	}
	for _, n := range slices.Backward(d.ofKind(start)) {
		visit(n)
	}
	slices.Reverse(order)
	return order
}
