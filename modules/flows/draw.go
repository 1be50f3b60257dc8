package flows

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Draw draws the flow as an SVG element to stand in a page: role img with a title and a
// description that says every step and its mark in words. It takes its looks from classes only
// (see flow.css of the kit), since pages allow no inline style; the presentation
// attributes keep it legible without any sheet. marks is by node id; a step without one is to
// do, and starts, gateways, ends and arrows follow from the steps around them.
func Draw(d *Definition, marks map[string]Mark) []byte {
	c := canvas{d: d, g: d.drawn(), p: d.progress(marks)}
	for _, e := range c.inFront() {
		c.edge(e)
	}
	for _, n := range d.nodes {
		c.node(n)
	}
	return c.document()
}

// DrawProblem draws the flow with the way to a problem, and where it then is held up.
func DrawProblem(d *Definition, p Problem) []byte {
	marks := map[string]Mark{}
	for _, id := range p.Path.All() {
		marks[id] = Mark{State: Offends}
	}
	for _, id := range append(p.Stuck.All(), p.ID) {
		marks[id] = Mark{State: Held}
	}
	return Draw(d, marks)
}

// drawn is the drawing that came with the flow, or a simple one where that has gaps.
func (d *Definition) drawn() diagram {
	if d.diagram.complete(d) {
		return d.diagram
	}
	g := d.layout()
	g.planes, g.attrs, g.named, g.more = d.diagram.planes, d.diagram.attrs, d.diagram.named, d.diagram.more
	for id, r := range d.diagram.shapes { // texts, lanes and pools stay where they were
		if _, ok := g.shapes[id]; !ok {
			g.shapes[id] = r
		}
	}
	for id, l := range d.diagram.lines {
		if _, ok := g.lines[id]; !ok {
			g.lines[id] = l
		}
	}
	return g
}

// canvas collects the drawing and how far it reaches.
type canvas struct {
	strings.Builder
	d *Definition
	g diagram
	p progress

	used           bool
	x1, y1, x2, y2 float64
}

// cover makes sure that r is inside of the picture.
func (c *canvas) cover(r rect) {
	if !c.used {
		c.used, c.x1, c.y1, c.x2, c.y2 = true, r.x, r.y, r.x, r.y
	}
	c.x1, c.y1 = min(c.x1, r.x), min(c.y1, r.y)
	c.x2, c.y2 = max(c.x2, r.x+r.w), max(c.y2, r.y+r.h)
}

// padding is left around the drawing, in pixels.
const padding = 12.0

func (c *canvas) document() []byte {
	x, y := math.Floor(c.x1-padding), math.Floor(c.y1-padding)
	w, h := math.Ceil(c.x2+padding)-x, math.Ceil(c.y2+padding)-y
	name := c.d.Name
	if isBlank(name) {
		name = c.d.ID
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" aria-label="%s" `+
		`viewBox="%s %s %s %s" width="%s" height="%s"><title>%[1]s</title><desc>%[8]s</desc>%[9]s</svg>`,
		escape(name), num(x), num(y), num(w), num(h), num(w), num(h), escape(c.describe()), c.String())
}

// describe says the steps in words, for those who cannot see the drawing.
func (c *canvas) describe() string {
	var out []string
	for i, s := range c.d.Steps() {
		line := fmt.Sprintf("%d. %s", i+1, s.Name)
		if t := c.p.marks[s.ID].Text; t != "" {
			line += "（" + t + "）"
		}
		out = append(out, line)
	}
	return strings.Join(out, "；")
}

// inFront lists the arrows so that those gone along lie above the others.
func (c *canvas) inFront() []*edge {
	return slices.SortedStableFunc(slices.Values(c.d.edges), func(a, b *edge) int {
		return strings.Compare(string(c.p.edge(b)), string(c.p.edge(a))) // todo before done
	})
}

func (c *canvas) edge(e *edge) {
	line := c.g.lines[e.id]
	for _, p := range line {
		c.cover(rect{p.x - 1, p.y - 1, 2, 2})
	}
	body, head := arrow(line)
	fmt.Fprintf(c, `<g class="flow-edge is-%s"><path class="flow-line" d="%s" fill="none" stroke="currentColor"/>`+
		`<polygon class="flow-head" points="%s" fill="currentColor"/>`, c.p.edge(e), body, head)
	if e.name != "" {
		c.edgeName(e, line)
	}
	_, _ = c.WriteString(`</g>`) // a Builder never fails
}

// edgeName writes the name of an arrow on its last level run, or where an editor put it.
func (c *canvas) edgeName(e *edge, line []point) {
	if r, ok := c.g.labels[e.id]; ok {
		c.text("flow-name", r.centre(), smallFont, wrap(e.name, max(r.w, 4*smallFont), smallFont, 2))
		return
	}
	text := wrap(e.name, maxGap-2*elbow, smallFont, 1)
	c.text("flow-name", besides(line, textWidth(e.name, smallFont)), smallFont, text)
}

// besides is a place for a name of the given width: above the last level run that is as wide,
// or else on the middle of the longest run.
func besides(line []point, width float64) point {
	var longest float64
	var at point
	for i := len(line) - 1; i > 0; i-- {
		a, b := line[i-1], line[i]
		mid := point{(a.x + b.x) / 2, (a.y + b.y) / 2}
		if a.y == b.y && math.Abs(a.x-b.x) >= width {
			return point{mid.x, mid.y - smallFont*0.75}
		}
		if l := math.Hypot(b.x-a.x, b.y-a.y); l > longest {
			longest, at = l, mid
		}
	}
	return at
}
