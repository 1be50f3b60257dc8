package flows

import "slices"

// Sizes of the simple layout, in pixels; the nodes are those of BPMN editors.
const (
	taskW, taskH = 116.0, 72.0
	eventSize    = 36.0
	gatewaySize  = 48.0
	columnGap    = 48.0 // between columns, when no name stands on an arrow there
	maxGap       = 136.0
	rowPitch     = 112.0
	elbow        = 16.0 // from a column to where an arrow turns
	laneGap      = 24.0 // between arrows that lead back above everything
)

// layout draws a flow without a drawing: columns by the longest way from the start, one row
// per branch, arrows at right angles, arrows back in lanes above.
type layout struct {
	d      *Definition
	order  map[*node]int
	column map[*node]int
	row    map[*node]int
	lane   map[*edge]int // the row of an arrow across columns
	taken  map[[2]int]bool
	left   []float64 // of each column
	right  []float64
	top    float64 // of the highest lane
}

func (d *Definition) layout() diagram {
	l := layout{
		d: d, order: map[*node]int{}, column: map[*node]int{}, row: map[*node]int{},
		lane: map[*edge]int{}, taken: map[[2]int]bool{},
	}
	nodes := l.rank()
	for _, n := range nodes {
		l.place(n)
	}
	l.measure()
	g := newDiagram()
	for _, n := range nodes {
		g.shapes[n.step.ID] = l.shape(n)
	}
	for _, e := range d.edges {
		g.lines[e.id] = l.route(e, g.shapes[e.from.step.ID], g.shapes[e.to.step.ID])
	}
	return g
}

// rank gives each node its column and lists the nodes in the order of the flow, those that
// the start does not lead to at the end.
func (l *layout) rank() []*node {
	nodes := l.d.inOrder()
	for _, n := range l.d.nodes {
		if !slices.Contains(nodes, n) {
			nodes = append(nodes, n)
		}
	}
	for i, n := range nodes {
		l.order[n], l.column[n] = i, 0
	}
	for _, n := range nodes {
		for _, e := range n.in {
			if !l.back(e) {
				l.column[n] = max(l.column[n], l.column[e.from]+1)
			}
		}
	}
	return nodes
}

func (l *layout) back(e *edge) bool { return l.order[e.to] <= l.order[e.from] }

// place gives n a row, if no arrow gave it one, and then those that n leads to: the first
// branch keeps the row, the others go below. An arrow across columns takes a row of its own.
func (l *layout) place(n *node) {
	if _, ok := l.row[n]; !ok {
		l.row[n] = l.free(0, l.column[n], l.column[n])
	}
	for _, e := range n.out {
		from, to := l.column[n]+1, l.column[e.to]
		_, placed := l.row[e.to]
		switch {
		case l.back(e):
		case from < to:
			l.lane[e] = l.free(l.row[n], from, to-1)
		case !placed:
			l.row[e.to] = l.free(l.row[n], to, to)
		}
	}
}

// free takes the first row from want down that is free in the columns from … to.
func (l *layout) free(want, from, to int) int {
	for row := want; ; row++ {
		ok := true
		for c := from; c <= to; c++ {
			ok = ok && !l.taken[[2]int{c, row}]
		}
		if !ok {
			continue
		}
		for c := from; c <= to; c++ {
			l.taken[[2]int{c, row}] = true
		}
		return row
	}
}

// measure finds where each column stands, leaving room for the names on arrows.
func (l *layout) measure() {
	columns := 0
	for _, c := range l.column {
		columns = max(columns, c+1)
	}
	width, gap := make([]float64, columns), make([]float64, columns)
	for n, c := range l.column {
		w, _ := n.kind.size()
		width[c], gap[c] = max(width[c], w), max(gap[c], columnGap)
		for _, e := range n.out {
			gap[c] = max(gap[c], min(maxGap, textWidth(e.name, smallFont)+2*elbow+arrowLength))
		}
	}
	x := 0.0
	for c := range columns {
		l.left, l.right = append(l.left, x), append(l.right, x+width[c])
		x += width[c] + gap[c]
	}
}

func (k nodeKind) size() (w, h float64) {
	switch k {
	case task:
		return taskW, taskH
	case gateway:
		return gatewaySize, gatewaySize
	case start, end:
	}
	return eventSize, eventSize
}

func middle(row int) float64 { return float64(row)*rowPitch + taskH/2 }

func (l *layout) shape(n *node) rect {
	w, h := n.kind.size()
	c := l.column[n]
	return rect{(l.left[c]+l.right[c])/2 - w/2, middle(l.row[n]) - h/2, w, h}
}

// route draws an arrow from the right of a to the left of b, turning only between columns,
// where no node can stand in its way.
func (l *layout) route(e *edge, a, b rect) []point {
	from, to := a.centre(), b.centre()
	turn, back := l.right[l.column[e.from]]+elbow, l.left[l.column[e.to]]-elbow
	y := to.y
	if row, ok := l.lane[e]; ok {
		y = middle(row)
	}
	if l.back(e) { // a little aside of the arrows forward
		l.top -= laneGap
		turn, back, y = turn-elbow/3, back-elbow/2, l.top
	}
	return straighten([]point{
		{a.x + a.w, from.y}, {turn, from.y}, {turn, y}, {back, y}, {back, to.y}, {b.x, to.y},
	})
}

// straighten leaves out points that lie between their neighbours on one horizontal or
// vertical line, and repeated ones.
func straighten(line []point) []point {
	out := line[:0:0]
	for _, p := range line {
		if n := len(out); n > 0 && out[n-1] == p {
			continue
		}
		if n := len(out); n > 1 && (out[n-2].x == out[n-1].x && out[n-1].x == p.x ||
			out[n-2].y == out[n-1].y && out[n-1].y == p.y) {
			out = out[:n-1]
		}
		out = append(out, p)
	}
	return out
}
