package flows

import (
	"math"
	"strconv"
)

// diagram is the drawing of a flow, in the units of BPMN DI (pixels at 100 %).
type diagram struct {
	shapes map[string]rect    // by node id
	lines  map[string][]point // by edge id
	labels map[string]rect    // by node or edge id; where an editor put the name
}

type point struct{ x, y float64 }

type rect struct{ x, y, w, h float64 }

func (r rect) centre() point { return point{r.x + r.w/2, r.y + r.h/2} }

func newDiagram() diagram {
	return diagram{shapes: map[string]rect{}, lines: map[string][]point{}, labels: map[string]rect{}}
}

// maxCoordinate bounds a drawing: 100,000 pixels are fifty screens.
const maxCoordinate = 1e5

// drawing reads a BPMNDiagram. What it does not know there is decoration and passed over:
// colours and fonts change nothing about what the flow does.
func (p *parser) drawing(e *element) {
	for _, c := range e.children {
		switch id := c.attr("bpmnElement"); {
		case c.is(nsDI, "BPMNPlane"):
			p.drawing(c)
		case c.is(nsDI, "BPMNShape"):
			p.bounds(c, p.d.diagram.shapes, id)
			p.label(c, id)
		case c.is(nsDI, "BPMNEdge"):
			p.waypoints(c, id)
			p.label(c, id)
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

func (p *parser) label(e *element, id string) {
	for _, c := range e.children {
		if c.is(nsDI, "BPMNLabel") {
			p.bounds(c, p.d.diagram.labels, id)
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
	}
	for _, e := range d.edges {
		if len(g.lines[e.id]) < 2 {
			return false
		}
	}
	return true
}
