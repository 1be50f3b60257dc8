package flows

import (
	"math"
	"slices"
)

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
	inside map[*node]diagram
	rows   map[int]float64 // the height of rows that are higher than usual
}

func (d *Definition) layout() diagram {
	l := layout{
		d: d, order: map[*node]int{}, column: map[*node]int{}, row: map[*node]int{},
		lane: map[*edge]int{}, taken: map[[2]int]bool{},
		inside: map[*node]diagram{}, rows: map[int]float64{},
	}
	for _, n := range d.nodes {
		if n.kind == sub {
			l.inside[n] = n.inner.layout()
		}
	}
	nodes := l.rank()
	for _, n := range nodes {
		l.place(n)
	}
	l.measure()
	g := newDiagram()
	for _, n := range nodes {
		g.shapes[n.step.ID] = l.shape(n)
		if n.kind == sub {
			g.take(l.inside[n], g.shapes[n.step.ID])
		}
	}
	for _, n := range nodes {
		for i, b := range n.guards {
			r := g.shapes[n.step.ID]
			x := r.x + r.w - float64(i+1)*(eventSize+4)
			g.shapes[b.step.ID] = rect{x, r.y + r.h - eventSize/2, eventSize, eventSize}
		}
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
		if n.host != nil {
			l.column[n] = l.column[n.host]
		}
	}
	return nodes
}

func (l *layout) back(e *edge) bool { return l.order[e.to] <= l.order[e.from] }

// place gives n a row, if no arrow gave it one, and then those that n leads to: the first
// branch keeps the row, the others go below. An arrow across columns takes a row of its own.
func (l *layout) place(n *node) {
	if n.host != nil { // it stands on its activity; what follows goes below
		l.row[n] = l.row[n.host] + 1
	}
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
		w, h := l.size(n)
		if h > taskH {
			l.rows[l.row[n]] = max(l.rows[l.row[n]], h)
		}
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
	case service, call, sub:
		return taskW, taskH
	case gateway, parallel, inclusive:
		return gatewaySize, gatewaySize
	case start, end, catch, boundary:
	}
	return eventSize, eventSize
}

// size is that of the kind, or what the inside of a sub-process needs.
func (l *layout) size(n *node) (w, h float64) {
	if n.kind == sub {
		w, h = l.inside[n].extent()
		return w + 2*frameGap, h + 2*frameGap
	}
	return n.kind.size()
}

// frameGap is left around the inside of a sub-process.
const frameGap = 28.0

// extent is how far a drawing reaches.
func (g diagram) extent() (w, h float64) {
	r := g.box()
	return r.w, r.h
}

func (g diagram) box() rect {
	x1, y1, x2, y2 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	take := func(x, y float64) { x1, y1, x2, y2 = min(x1, x), min(y1, y), max(x2, x), max(y2, y) }
	for _, r := range g.shapes {
		take(r.x, r.y)
		take(r.x+r.w, r.y+r.h)
	}
	for _, line := range g.lines {
		for _, p := range line {
			take(p.x, p.y)
		}
	}
	if x1 > x2 {
		return rect{}
	}
	return rect{x1, y1, x2 - x1, y2 - y1}
}

// take moves the drawing of an inside into its frame.
func (g diagram) take(inside diagram, frame rect) {
	at := inside.box()
	dx, dy := frame.x+frameGap-at.x, frame.y+frameGap-at.y
	for id, r := range inside.shapes {
		g.shapes[id] = rect{r.x + dx, r.y + dy, r.w, r.h}
	}
	for id, line := range inside.lines {
		moved := make([]point, len(line))
		for i, p := range line {
			moved[i] = point{p.x + dx, p.y + dy}
		}
		g.lines[id] = moved
	}
}

// middle is where the middle of a row lies; rows that hold an open sub-process are higher.
func (l *layout) middle(row int) float64 {
	y := float64(row) * rowPitch
	for r, h := range l.rows {
		switch {
		case r < row:
			y += h - taskH
		case r == row:
			y += (h - taskH) / 2
		}
	}
	return y + taskH/2
}

func (l *layout) shape(n *node) rect {
	w, h := l.size(n)
	c := l.column[n]
	return rect{(l.left[c]+l.right[c])/2 - w/2, l.middle(l.row[n]) - h/2, w, h}
}

// route draws an arrow from the right of a to the left of b, turning only between columns,
// where no node can stand in its way.
func (l *layout) route(e *edge, a, b rect) []point {
	from, to := a.centre(), b.centre()
	turn, back := l.right[l.column[e.from]]+elbow, l.left[l.column[e.to]]-elbow
	y := to.y
	if row, ok := l.lane[e]; ok {
		y = l.middle(row)
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
