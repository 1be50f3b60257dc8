package flows

// Leg (路段) is one thing on the way of a case: a step, something that is waited for, or ways
// that part here and meet again.
type Leg struct {
	Step  Step   // zero where ways part
	Waits string // of something that is waited for: applicant, payment, external, parts or timer; its name is that of Step

	Ways     [][]Leg  // two or more
	Together bool     // they are gone at the same time; otherwise one of them is
	Names    []string // of the arrows that lead into the ways, as drawn; often empty
}

// Outline (流程提要) is the way of a case with the given facts, with branches that are gone at
// the same time beside each other. Where nothing decides between ways, as with facts nil,
// all of them stand there. What is done again stands once, and what only happens when
// something goes wrong (boundary events) is left out.
func (d *Definition) Outline(facts map[string]any) []Leg {
	o := outline{met: map[*node]bool{}}
	if facts != nil {
		vars, err := activation(facts)
		if err != nil {
			return nil
		}
		o.vars = vars
	}
	return o.inside(d)
}

type outline struct {
	vars map[string]any
	met  map[*node]bool
}

func (o *outline) inside(d *Definition) (legs []Leg) {
	for _, n := range d.ofKind(start) {
		legs = append(legs, o.from(n, nil)...)
	}
	return legs
}

// from is the way from n on, n included, up to a node that is not.
func (o *outline) from(n, until *node) (legs []Leg) {
	for n != nil && n != until && !o.met[n] {
		o.met[n] = true
		legs = append(legs, o.leg(n)...)
		ways, together := o.out(n)
		if len(ways) < 2 {
			n = nil
			if len(ways) == 1 {
				n = ways[0].to
			}
			continue
		}
		meet := meeting(n, ways)
		legs = append(legs, o.part(ways, meet, together)...)
		n = meet
	}
	return legs
}

// leg is what a node itself is on the way.
func (o *outline) leg(n *node) []Leg {
	switch {
	case n.inner != nil:
		return o.inside(n.inner)
	case n.kind == task:
		return []Leg{{Step: n.step}}
	case n.kind == catch:
		waits := n.trigger.wait.For
		if n.trigger.kind == "timer" {
			waits = n.trigger.kind
		}
		return []Leg{{Step: n.step, Waits: waits}}
	}
	return nil
}

// out are the arrows that a case follows out of n, or may follow.
func (o *outline) out(n *node) (ways []*edge, together bool) {
	switch {
	case len(n.out) < 2 || n.kind == parallel:
		return n.out, true
	case o.vars == nil:
		return n.out, n.kind == inclusive
	case n.kind == inclusive:
		for _, e := range n.out {
			ok, err := e.condition == "" && e != n.fallback, error(nil)
			if e.condition != "" && e != n.fallback {
				ok, err = e.holds(o.vars)
			}
			if err != nil {
				return n.out, true
			}
			if ok {
				ways = append(ways, e)
			}
		}
		if len(ways) == 0 && n.fallback != nil {
			ways = []*edge{n.fallback}
		}
		return ways, true
	}
	if e, err := n.choose(o.vars); err == nil {
		return []*edge{e}, false
	}
	return n.out, false
}

// part is what lies between a node and where its ways meet again; a way on which nothing is
// done is no way.
func (o *outline) part(ways []*edge, meet *node, together bool) []Leg {
	leg := Leg{Together: together}
	before := o.met
	all := map[*node]bool{}
	for _, e := range ways {
		o.met = map[*node]bool{}
		for n := range before {
			o.met[n] = true
		}
		if legs := o.from(e.to, meet); len(legs) > 0 {
			leg.Ways, leg.Names = append(leg.Ways, legs), append(leg.Names, e.name)
		}
		for n := range o.met {
			all[n] = true
		}
	}
	o.met = all
	switch {
	case len(leg.Ways) == 0:
		return nil
	case len(leg.Ways) == 1 && together:
		return leg.Ways[0]
	}
	return []Leg{leg}
}

// meeting is the first node that every way out of n comes to, unless it leads back to n; nil
// when there is none.
func meeting(n *node, ways []*edge) *node {
	arrows := func(n *node) (next []*node) {
		for _, e := range n.out {
			next = append(next, e.to)
		}
		return next
	}
	var begin []*node
	for _, e := range ways {
		begin = append(begin, e.to)
	}
	// What can be come to before c: when there is an end among it, a case may pass by c.
	before := func(c *node) map[*node]bool {
		return reach(begin, arrows, func(x *node) bool { return x == c || x == n })
	}
	all := map[*node]map[*node]bool{}
	for c := range before(nil) {
		ahead := before(c)
		passed := false
		for x := range ahead {
			passed = passed || x.kind == end && x != c
		}
		if c != n && !passed {
			all[c] = ahead
		}
	}
	for c, ahead := range all {
		nearest := true
		for x := range all {
			nearest = nearest && (x == c || !ahead[x])
		}
		if nearest {
			return c
		}
	}
	return nil
}
