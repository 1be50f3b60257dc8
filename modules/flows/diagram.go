package flows

import (
	"encoding/xml"
	"math"
	"strconv"
)

// diagram is the drawing of a flow, in the units of BPMN DI (pixels at 100 %).
type diagram struct {
	shapes map[string]rect    // by node id
	lines  map[string][]point // by edge id
	labels map[string]rect    // by node or edge id; where an editor put the name

	planes []*plane // nil when there is no drawing
	attrs  map[string][]xml.Attr
	named  map[string][]xml.Attr // of the label
	more   map[string][]*element
}

// plane is one sheet of a drawing; tools give a collapsed sub-process one of its own.
type plane struct {
	diagram, attrs []xml.Attr
	element        string
	ids            []string // what is drawn on it, in its order
	styles         []*element
}

type point struct{ x, y float64 }

type rect struct{ x, y, w, h float64 }

func (r rect) centre() point { return point{r.x + r.w/2, r.y + r.h/2} }

func newDiagram() diagram {
	return diagram{
		shapes: map[string]rect{}, lines: map[string][]point{}, labels: map[string]rect{},
		attrs: map[string][]xml.Attr{}, named: map[string][]xml.Attr{}, more: map[string][]*element{},
	}
}

// maxCoordinate bounds a drawing: 100,000 pixels are fifty screens.
const maxCoordinate = 1e5

// drawing reads a BPMNDiagram. What it does not know there is decoration and passed over:
// colours and fonts change nothing about what the flow does.
func (p *parser) drawing(e *element) {
	for _, c := range e.children {
		at := p.d.diagram.planes[len(p.d.diagram.planes)-1]
		id := c.attr("bpmnElement")
		switch {
		case c.is(nsDI, "BPMNPlane"):
			at.element, at.attrs = id, c.attrs
			p.drawing(c)
		case c.is(nsDI, "BPMNShape"):
			p.bounds(c, p.d.diagram.shapes, id)
			p.drawn(at, c, id)
		case c.is(nsDI, "BPMNEdge"):
			p.waypoints(c, id)
			p.drawn(at, c, id)
		default:
			at.styles = append(at.styles, c)
		}
	}
}

// drawn notes what belongs to a shape or an edge beside its place.
func (p *parser) drawn(at *plane, e *element, id string) {
	g := p.d.diagram
	if _, twice := g.attrs[id]; twice {
		return
	}
	at.ids, g.attrs[id] = append(at.ids, id), e.attrs
	for _, c := range e.children {
		switch {
		case c.is(nsDI, "BPMNLabel"):
			p.bounds(c, g.labels, id)
			g.named[id] = c.attrs
		case c.is(nsDC, "Bounds"), c.is(nsEdge, "waypoint"):
		default:
			g.more[id] = append(g.more[id], c)
		}
	}
}

func (p *parser) bounds(e *element, into map[string]rect, id string) {
	for _, c := range e.children {
		if c.is(nsDC, "Bounds") {
			into[id] = rect{p.number(c, "x"), p.number(c, "y"), p.size(c, "width"), p.size(c, "height")}
		}
	}
}

func (p *parser) waypoints(e *element, id string) {
	var line []point
	for _, c := range e.children {
		if c.is(nsEdge, "waypoint") {
			line = append(line, point{p.number(c, "x"), p.number(c, "y")})
		}
	}
	p.d.diagram.lines[id] = line
}

func (p *parser) number(e *element, attr string) float64 {
	v, err := strconv.ParseFloat(e.attr(attr), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > maxCoordinate {
		p.refuse(e, RuleDiagramValue, attr+"="+e.attr(attr))
		return 0
	}
	return v
}

func (p *parser) size(e *element, attr string) float64 {
	v := p.number(e, attr)
	if v < 0 {
		p.refuse(e, RuleDiagramValue, attr+"="+e.attr(attr))
	}
	return v
}

// complete reports whether every node and arrow of d is drawn.
func (g diagram) complete(d *Definition) bool {
	for _, n := range d.nodes {
		if r := g.shapes[n.step.ID]; r.w <= 0 || r.h <= 0 {
			return false
		}
		if n.kind == sub && !g.complete(n.inner) {
			return false
		}
	}
	for _, e := range d.edges {
		if len(g.lines[e.id]) < 2 {
			return false
		}
	}
	return true
}

// open reports whether the inside of a sub-process is drawn within its shape.
func (g diagram) open(n *node) bool {
	if n.kind != sub {
		return false
	}
	outer := g.shapes[n.step.ID]
	for _, m := range n.inner.nodes {
		c := g.shapes[m.step.ID].centre()
		if c.x < outer.x || c.x > outer.x+outer.w || c.y < outer.y || c.y > outer.y+outer.h {
			return false
		}
	}
	for _, at := range g.planes {
		if at.element == n.step.ID {
			return false
		}
	}
	return true
}
