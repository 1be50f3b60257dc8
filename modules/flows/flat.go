package flows

import "slices"

// flat is a flow as the rules of law see it: sub-processes and calls opened, boundary events as
// other ways on from before their activity.
type flat struct {
	d      *Definition
	places []*place // as the nodes stand in the document, insides after their activity
	first  []*place
}

// place is a point on the way of a case.
type place struct {
	node  *node
	shell bool // the edge of a sub-process, or the entry of an activity with boundary events
	last  bool // an end of the flow itself
	all   bool // a parallel join: the case has been on every way into it
	days  int  // working days that it takes of the promise

	in, out []*place
}

func (p *place) step() Step {
	if p.shell || p.node.kind != task {
		return Step{}
	}
	return p.node.step
}

func (p *place) kind() Kind { return p.step().Kind }

func (d *Definition) flatten() *flat {
	f := &flat{d: d}
	f.first, _ = f.scope(d)
	f.spend()
	return f
}

func link(a, b *place) { a.out, b.in = append(a.out, b), append(b.in, a) }

func (f *flat) add(p *place) *place {
	f.places = append(f.places, p)
	return p
}

// scope opens d and returns its starts and ends.
func (f *flat) scope(d *Definition) (first, last []*place) {
	entry, exit := map[*node]*place{}, map[*node]*place{}
	for _, n := range d.nodes {
		entry[n], exit[n] = f.node(n)
		switch n.kind {
		case start:
			first = append(first, entry[n])
		case end:
			entry[n].last = d.owner == nil
			last = append(last, exit[n])
		default:
		}
	}
	for _, n := range d.nodes {
		if n.host != nil {
			link(entry[n.host], entry[n])
		}
		for _, e := range n.out {
			link(exit[n], entry[e.to])
		}
	}
	return first, last
}

func (f *flat) node(n *node) (entry, exit *place) {
	p := &place{node: n, all: n.kind == parallel && len(n.in) > 1}
	if n.inner == nil && len(n.guards) == 0 {
		f.add(p)
		return p, p
	}
	entry = f.add(&place{node: n, shell: true})
	if n.inner == nil {
		link(entry, f.add(p))
		return entry, p
	}
	exit = f.add(&place{node: n, shell: true})
	first, last := f.scope(n.inner)
	for _, s := range first {
		link(entry, s)
	}
	for _, e := range last {
		link(e, exit)
	}
	return entry, exit
}

// spend finds what each place takes of the promise: reviewing and deciding their limits, and
// timers their days where they stand between an acceptance and a decision. A timer on an
// activity runs instead of its limit. Those who share a step one after the other take it in turn.
func (f *flat) spend() {
	after := f.near(Accept, func(p *place) []*place { return p.out })
	before := f.near(Decide, func(p *place) []*place { return p.in })
	for _, p := range f.places {
		n := p.node
		switch s := p.step(); {
		case s.Kind == Review || s.Kind == Decide:
			p.days = max(0, s.LimitDays) * n.turns()
		case n.kind.isEvent() && n.trigger.kind == "timer" && after[p] && before[p]:
			p.days = n.trigger.days
		case n.kind == boundary && n.trigger.kind == "message" && n.host != nil && after[p]:
			p.days = n.host.limits()
		}
	}
}

// turns is how often the limit of a step runs.
func (n *node) turns() int {
	if n.many == nil || !n.many.Sequential {
		return 1
	}
	return max(1, len(n.many.Values.All()))
}

// limits is the most that an activity can take before it is interrupted.
func (n *node) limits() int {
	if n.inner != nil {
		days, _ := n.inner.flatten().longest()
		return days
	}
	if k := n.step.Kind; n.kind != task || k != Review && k != Decide {
		return 0
	}
	return max(0, n.step.LimitDays) * n.turns()
}

// near is what can be come to from the steps of kind k.
func (f *flat) near(k Kind, next func(*place) []*place) map[*place]bool {
	seen := map[*place]bool{}
	var todo []*place
	for _, p := range f.places {
		if p.kind() == k {
			todo = append(todo, next(p)...)
		}
	}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[p] {
			seen[p] = true
			todo = append(todo, next(p)...)
		}
	}
	return seen
}

// way is a set of places, each with the one from which it was first come to.
type way map[*place]*place

func (w way) has(p *place) bool { _, ok := w[p]; return ok }

// to is the way from the start to p.
func (w way) to(p *place) List {
	var out []*place
	for ; p != nil && !slices.Contains(out, p); p = w[p] {
		out = append(out, p)
	}
	slices.Reverse(out)
	return trail(out)
}

// trail names the nodes of a way and the arrows between them.
func trail(places []*place) List {
	var out []string
	for i, p := range places {
		if i > 0 {
			for _, e := range places[i-1].node.out {
				if e.to == p.node {
					out = append(out, e.id)
					break
				}
			}
		}
		out = append(out, p.node.step.ID)
	}
	return ListOf(slices.Compact(out)...)
}

// blame is a problem at p with the way that leads there.
func (p *place) blame(rule string, w way) Problem {
	out := p.node.problem(rule, "")
	out.Path = w.to(p)
	return out
}

// without is what a case can come to without a step of kind k behind it, that step included.
// At a parallel join it has been on all ways in, so one of them with such a step is enough.
func (f *flat) without(k Kind) way {
	w := way{}
	var todo []*place
	for _, p := range f.first {
		w[p] = nil
		todo = append(todo, p)
	}
	clean := func(p *place) bool { return w.has(p) && p.kind() != k }
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		if !clean(p) {
			continue
		}
		for _, q := range p.out {
			if w.has(q) || q.all && slices.ContainsFunc(q.in, func(r *place) bool { return !clean(r) }) {
				continue
			}
			w[q] = p
			todo = append(todo, q)
		}
	}
	return w
}

// reviewed is what of undecided can be come to with a review behind it; what stands before the
// reviews on the ways there is in it too, so that the whole way can be told.
func (f *flat) reviewed(undecided way) way {
	w := way{}
	var todo []*place
	for _, p := range f.places {
		if p.kind() == Review && undecided.has(p) {
			todo = append(todo, p)
		}
	}
	reviews := slices.Clone(todo)
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		for _, q := range p.out {
			if !w.has(q) && undecided.has(q) && p.kind() != Decide {
				w[q] = p
				todo = append(todo, q)
			}
		}
	}
	for _, p := range reviews {
		for ; p != nil && !w.has(p); p = undecided[p] {
			w[p] = undecided[p]
		}
	}
	return w
}
