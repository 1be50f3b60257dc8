package flows

// State says how far a case is with one step.
type State string

// The states of a step; the zero State is Todo.
const (
	Todo    State = "todo"    // 未开始
	Current State = "current" // 进行中
	Done    State = "done"    // 已完成

	// On the way of a [Problem]; see [DrawProblem].
	Offends State = "offends" // 问题经过处
	Held    State = "held"    // 问题所在处
)

// Mark (进度标记) is what Draw shows at a node.
type Mark struct {
	State State
	// Text is the state in words, such as the time that is left. It is read out with the step
	// and, where the case stands, drawn below it.
	Text string
}

// progress knows the state of every node and arrow, given that of the steps.
type progress struct {
	marks  map[string]Mark
	passed map[*node]bool
	ahead  map[*node]bool // something done or current is met next, past gateways
	order  map[*node]int
}

func (d *Definition) progress(marks map[string]Mark) progress {
	p := progress{marks: marks, passed: map[*node]bool{}, ahead: map[*node]bool{}, order: map[*node]int{}}
	all := d.everyNode()
	for i, n := range all {
		p.order[n] = i
	}
	var begun []*node
	current := false
	for _, n := range all {
		if s := marks[n.step.ID].State; s == Done || s == Current {
			begun = append(begun, n)
			current = current || s == Current
		}
	}
	if !current { // the case has ended, or not begun
		begun = append(begun, d.lastEnds(marks)...)
	}
	p.lookBack(begun)
	p.lookAhead(all)
	return p
}

// everyNode lists what can be come to, in the order of the flow, the inside of a sub-process
// behind it.
func (d *Definition) everyNode() []*node {
	var out []*node
	for _, n := range d.inOrder() {
		out = append(out, n)
		if n.inner != nil {
			out = append(out, n.inner.everyNode()...)
		}
	}
	return out
}

// lastEnds are the ends that an ended case came to: those next to a done step after which
// no other was begun. Where several are next, nothing says which, and none is taken.
func (d *Definition) lastEnds(marks map[string]Mark) []*node {
	var out []*node
	for _, n := range d.ofKind(task) {
		if marks[n.step.ID].State != Done {
			continue
		}
		var ends []*node
		wentOn := false
		for _, m := range stopsAfter(n) {
			if m.kind == end {
				ends = append(ends, m)
			}
			wentOn = wentOn || marks[m.step.ID].State == Done
		}
		if len(ends) == 1 && !wentOn {
			out = append(out, ends[0])
		}
	}
	return out
}

// stopsAfter are the steps and ends that come next after n, past gateways.
func stopsAfter(n *node) []*node {
	var out []*node
	for m := range reach(forward(n), forward, func(m *node) bool { return !m.kind.isGateway() }) {
		if !m.kind.isGateway() {
			out = append(out, m)
		}
	}
	return out
}

// lookBack marks what leads to the given nodes past gateways, themselves included.
func (p progress) lookBack(from []*node) {
	for _, n := range from {
		p.ahead[n] = true
		for m := range reach(backward(n), backward, func(m *node) bool { return !m.kind.isGateway() }) {
			if m.kind.isGateway() || m.kind == start {
				p.ahead[m] = true
			}
		}
	}
}

// lookAhead marks the starts and gateways that the case has passed, and the ends it came to.
func (p progress) lookAhead(all []*node) {
	var from []*node
	for _, n := range all {
		if p.marks[n.step.ID].State == Done || n.kind == start && p.ahead[n] {
			from = append(from, n)
		}
	}
	for _, n := range from {
		p.passed[n] = true
		for m := range reach(forward(n), forward, func(m *node) bool { return !m.kind.isGateway() || !p.ahead[m] }) {
			if p.ahead[m] && (m.kind.isGateway() || m.kind == end) {
				p.passed[m] = true
			}
		}
	}
}

func (p progress) node(n *node) State {
	if s := p.marks[n.step.ID].State; s != "" && s != Todo {
		return s
	}
	if p.passed[n] {
		return Done
	}
	return Todo
}

// edge is done when the case went along it, as far as the marks tell: out of a gateway it took
// the branch to what comes first of all that it came to, and never an arrow back.
func (p progress) edge(e *edge) State {
	if s := p.marks[e.id].State; s == Offends || s == Held {
		return s
	}
	if p.node(e.from) != Done || !p.entered(e) {
		return Todo
	}
	if e.from.kind == parallel { // all its arrows are gone along
		return Done
	}
	for _, other := range e.from.out {
		if p.entered(other) && p.order[other.to] < p.order[e.to] {
			return Todo
		}
	}
	return Done
}

// entered reports whether e leads on to a node that the case came to.
func (p progress) entered(e *edge) bool {
	return p.node(e.to) != Todo && p.order[e.from] < p.order[e.to]
}
