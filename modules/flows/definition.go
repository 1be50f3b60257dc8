package flows

import (
	"encoding/xml"
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

	owner *node      // the sub-process or call of which this is the inside; nil for the flow itself
	kept  []*element // content that says nothing about execution, for writing back
	attrs []xml.Attr // likewise
	doc   document
	index *index // of a stored flow, whose calls are open; nil: it is made when it is needed
}

// document is what stands around the process, for writing back.
type document struct {
	attrs      []xml.Attr // of the root, namespaces aside
	namespaces []xml.Attr // that the root declares
	before     []*element // root elements before the process: messages, the pool
	after      []*element // and behind it
}

// node is a flow node: an event, a step, a gateway or another activity.
type node struct {
	kind nodeKind
	step Step // of a task; ID and Name are set for every kind
	bare bool // a task without its step element
	line int

	in, out  []*edge // as the arrows stand in the document
	fallback *edge   // the default arrow of a gateway

	abstract bool        // a plain task of BPMN, which says not what it is
	many     *Many       // of a task that is done by several
	service  string      // of a service task: the handler by name
	called   string      // of a call activity: the id of the flow
	inner    *Definition // of a sub-process, and of a call once it is expanded
	trigger  trigger     // of a catch or boundary event
	host     *node       // of a boundary event
	guards   []*node     // the boundary events on an activity
	beside   bool        // a boundary event that does not interrupt
	ending   Ending      // of an end: why it is lawful without a decision

	kept  []*element // content that says nothing about execution, for writing back
	extra []*element // likewise, of the extension elements
	attrs []xml.Attr // likewise
}

// trigger is what an event waits for: a time or a message.
type trigger struct {
	kind    string // timer, message, or empty in a draft
	days    int    // working days
	wait    Wait
	message string     // messageRef, for writing back
	attrs   []xml.Attr // of the event definition, likewise
}

type nodeKind string

// The kinds of node, by their element.
const (
	start     nodeKind = "startEvent"
	end       nodeKind = "endEvent"
	task      nodeKind = "userTask"
	service   nodeKind = "serviceTask"
	call      nodeKind = "callActivity"
	sub       nodeKind = "subProcess"
	gateway   nodeKind = "exclusiveGateway"
	parallel  nodeKind = "parallelGateway"
	inclusive nodeKind = "inclusiveGateway"
	catch     nodeKind = "intermediateCatchEvent"
	boundary  nodeKind = "boundaryEvent"
)

func (k nodeKind) isGateway() bool  { return k == gateway || k == parallel || k == inclusive }
func (k nodeKind) isActivity() bool { return k == task || k == service || k == call || k == sub }
func (k nodeKind) isEvent() bool    { return k == catch || k == boundary }

// edge is a sequence flow.
type edge struct {
	id, name  string
	from, to  *node
	condition string // CEL; empty when the arrow has none
	line      int

	program cel.Program // nil when there is no condition, or it does not compile
	broken  error       // why it does not compile

	kept  []*element // content that says nothing about execution, for writing back
	attrs []xml.Attr // likewise
}

// element is the name of the node in XML.
func (n *node) element() string {
	if n.abstract {
		return "task"
	}
	return string(n.kind)
}

func (n *node) problem(rule, detail string) Problem {
	return Problem{
		Element: n.element(), ID: n.step.ID, Name: n.step.Name,
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
		if n.inner != nil {
			out = append(out, n.inner.Steps()...)
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
		if n.inner != nil {
			if m := n.inner.node(id); m != nil {
				return m
			}
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
		for _, m := range slices.Backward(forward(n)) {
			visit(m)
		}
		order = append(order, n)
	}
	for _, n := range slices.Backward(d.ofKind(start)) {
		visit(n)
	}
	slices.Reverse(order)
	return order
}
