package flows

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// node draws one node with its state.
func (c *canvas) node(n *node) {
	r := c.g.shapes[n.step.ID]
	c.cover(r)
	state := c.p.node(n)
	fmt.Fprintf(c, `<g class="flow-node flow-%s is-%s" data-node="%s">`, n.class(), state, escape(n.step.ID))
	switch {
	case n.kind == sub && c.g.open(n):
		c.frame(n, r)
	case n.kind.isActivity():
		c.task(n, r)
	default:
		c.mark(n, r)
	}
	c.badge(state, n, r)
	_, _ = c.WriteString(`</g>`) // a Builder never fails
}

func (n *node) class() string {
	switch n.kind {
	case task:
		return "step"
	case service, call, sub:
		return "work"
	case gateway, parallel, inclusive:
		return "choice"
	case catch, boundary:
		return "wait"
	case start:
		return "start"
	case end:
	}
	return "end"
}

// icon is drawn in a square of 16: a tray, a lens, a stamp, a paper plane.
func (k Kind) icon() string {
	switch k {
	case Accept:
		return "M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 2h3l1-2H14"
	case Review:
		return "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9M10.5 10.5L14 14"
	case Decide:
		return "M6 2h4v3l-1 3h4v3H3V8h4L6 5zM3 13.5h10"
	case Deliver:
		return "M14 2L2 7l4.5 2zM14 2L9 14L6.5 9"
	}
	return ""
}

func (n *node) icon() string {
	switch n.kind {
	case service: // a gear
		return "M8 5a3 3 0 1 1 0 6a3 3 0 1 1 0 -6M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4 -1.4M11.2 4.8l1.4 -1.4"
	case call, sub:
		return ""
	default:
		return n.step.Kind.icon()
	}
}

// inset draws a second line within a shape.
func (c *canvas) inset(r rect, by float64) {
	fmt.Fprintf(c, `<rect class="flow-inset" x="%s" y="%s" width="%s" height="%s" rx="8" fill="none" stroke="currentColor"/>`,
		num(r.x+by), num(r.y+by), num(r.w-2*by), num(r.h-2*by))
}

// foot draws the mark at the lower edge: bars for many, a plus for what has an inside.
func (c *canvas) foot(n *node, r rect) {
	m := point{r.centre().x, r.y + r.h - 8}
	d := "M%s %sm-5 -4v8m5 -8v8m5 -8v8"
	switch {
	case n.kind == sub:
		d = "M%s %sm-5 0h10m-5 -5v10"
	case n.many.Sequential:
		d = "M%s %sm-5 -4h10m-10 4h10m-10 4h10"
	}
	fmt.Fprintf(c, `<path class="flow-icon" d="`+d+`" fill="none" stroke="currentColor"/>`, num(m.x), num(m.y))
}

// frame draws a sub-process open, with what it holds.
func (c *canvas) frame(n *node, r rect) {
	fmt.Fprintf(c, `<rect class="flow-shape" x="%s" y="%s" width="%s" height="%s" rx="10" fill="none" stroke="currentColor"/>`,
		num(r.x), num(r.y), num(r.w), num(r.h))
	c.text("flow-name", point{r.centre().x, r.y + smallFont}, smallFont, wrap(n.step.Name, r.w-16, smallFont, 1))
	for _, e := range n.inner.edges {
		c.edge(e)
	}
	for _, m := range n.inner.nodes {
		c.node(m)
	}
}

func (c *canvas) task(n *node, r rect) {
	fmt.Fprintf(c, `<rect class="flow-shape" x="%s" y="%s" width="%s" height="%s" rx="10" fill="none" stroke="currentColor"/>`,
		num(r.x), num(r.y), num(r.w), num(r.h))
	if n.kind == call {
		c.inset(r, 3)
	}
	if d := n.icon(); d != "" {
		fmt.Fprintf(c, `<path class="flow-icon" transform="translate(%s %s)" d="%s" fill="none" stroke="currentColor"/>`,
			num(r.x+7), num(r.y+6), d)
	}
	if n.many != nil || n.kind == sub {
		c.foot(n, r)
	}
	at := r.centre()
	at.y += 4 // the icon weighs on the top
	lines := max(1, int((r.h-24)/(labelFont*leading)))
	c.text("flow-label", at, labelFont, wrap(n.step.Name, r.w-16, labelFont, lines))
}

// mark draws an event as a circle and a gateway as a diamond, with the name beside it.
func (c *canvas) mark(n *node, r rect) {
	m, name := r.centre(), wrap(n.step.Name, taskW, smallFont, 2)
	at := point{m.x, r.y + r.h + smallFont*leading*(0.25+float64(len(name))/2)}
	if n.kind.isGateway() {
		fmt.Fprintf(c, `<path class="flow-shape" d="M%s %sL%s %sL%s %sL%s %sZ" fill="none" stroke="currentColor" stroke-linejoin="round"/>`,
			num(m.x), num(r.y), num(r.x+r.w), num(m.y), num(m.x), num(r.y+r.h), num(r.x), num(m.y))
		c.sign(n, m)
		at.y = r.y - smallFont*leading*(0.1+float64(len(name))/2)
	} else {
		fmt.Fprintf(c, `<circle class="flow-shape" cx="%s" cy="%s" r="%s" fill="none" stroke="currentColor"/>`,
			num(m.x), num(m.y), num(r.w/2))
	}
	if n.kind.isEvent() {
		c.event(n, m, r)
	}
	if box, ok := c.g.labels[n.step.ID]; ok {
		at = box.centre()
	}
	c.text("flow-name", at, smallFont, name)
}

// sign is what a gateway does: a cross for one way, a plus for all, a ring for some.
func (c *canvas) sign(n *node, m point) {
	switch n.kind {
	case parallel:
		fmt.Fprintf(c, `<path class="flow-cross" d="M%s %sm-9 0h18m-9 -9v18" fill="none" stroke="currentColor"/>`, num(m.x), num(m.y))
	case inclusive:
		fmt.Fprintf(c, `<circle class="flow-cross" cx="%s" cy="%s" r="9" fill="none" stroke="currentColor"/>`, num(m.x), num(m.y))
	default:
		fmt.Fprintf(c, `<path class="flow-cross" d="M%s %sl12 12m0 -12l-12 12" fill="none" stroke="currentColor"/>`,
			num(m.x-6), num(m.y-6))
	}
}

// event is the second ring of an event that waits, broken when it does not interrupt, with a
// clock or a letter in it.
func (c *canvas) event(n *node, m point, r rect) {
	dash := ""
	if n.beside {
		dash = ` stroke-dasharray="4 3"`
	}
	fmt.Fprintf(c, `<circle class="flow-inset" cx="%s" cy="%s" r="%s" fill="none" stroke="currentColor"%s/>`,
		num(m.x), num(m.y), num(r.w/2-3), dash)
	d := "M%s %sm-7 -5h14v10h-14zl7 5l7 -5"
	if n.trigger.kind == "timer" {
		d = "M%s %sm0 -6v6l4 3"
	}
	fmt.Fprintf(c, `<path class="flow-icon" d="`+d+`" fill="none" stroke="currentColor"/>`, num(m.x), num(m.y))
}

// badge says the state of a step by shape, since colour must not be the only sign: a tick when
// done, a dot where the case stands, there with the words of the mark below.
func (c *canvas) badge(state State, n *node, r rect) {
	if n.kind != task && state != Held {
		return
	}
	at := point{r.x + r.w - 2, r.y + 2}
	switch state {
	case Done:
		fmt.Fprintf(c, `<circle class="flow-badge" cx="%s" cy="%s" r="9"/><path class="flow-tick" d="M%s %sl3 3l5 -6" fill="none" stroke="#fff"/>`,
			num(at.x), num(at.y), num(at.x-4), num(at.y+0.5))
	case Current:
		fmt.Fprintf(c, `<circle class="flow-badge" cx="%s" cy="%s" r="9"/><circle class="flow-dot" cx="%[1]s" cy="%[2]s" r="3.5" fill="#fff"/>`,
			num(at.x), num(at.y))
		c.pill(c.p.marks[n.step.ID].Text, r)
	case Held:
		fmt.Fprintf(c, `<circle class="flow-badge" cx="%s" cy="%s" r="9"/><path class="flow-tick" d="M%s %sv6m0 2v1" fill="none" stroke="#fff"/>`,
			num(at.x), num(at.y), num(at.x), num(at.y-5))
	case Todo, Offends:
	}
	c.cover(rect{at.x - 10, at.y - 10, 20, 20})
}

// pill writes a short text on a ground of its own below r.
func (c *canvas) pill(s string, r rect) {
	if s == "" {
		return
	}
	s = shorten(s, 2*taskW, smallFont)
	w, h := textWidth(s, smallFont)+16, 22.0
	box := rect{r.centre().x - w/2, r.y + r.h + 6, w, h}
	c.cover(box)
	fmt.Fprintf(c, `<rect class="flow-pill" x="%s" y="%s" width="%s" height="%s" rx="11"/>`, num(box.x), num(box.y), num(w), num(h))
	c.text("flow-pill-text", box.centre(), smallFont, []string{s})
}

// text writes lines centred on a point.
func (c *canvas) text(class string, at point, font float64, lines []string) {
	if len(lines) == 0 {
		return
	}
	step := font * leading
	y := at.y - step*float64(len(lines)-1)/2 + font*0.36 // from the middle to the baseline
	fmt.Fprintf(c, `<text class="%s" text-anchor="middle" font-size="%s">`, class, num(font))
	for i, l := range lines {
		w := textWidth(l, font)
		c.cover(rect{at.x - w/2, y + step*float64(i) - font, w, step})
		fmt.Fprintf(c, `<tspan x="%s" y="%s">%s</tspan>`, num(at.x), num(y+step*float64(i)), escape(l))
	}
	_, _ = c.WriteString(`</text>`) // a Builder never fails
}

// escape makes s safe as text and as an attribute.
func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // a Builder takes everything
	}
	return b.String()
}
