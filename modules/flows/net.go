package flows

import "slices"

// net is a scope of a flow as the proof of its soundness sees it. A sub-process is one node of
// it: its inside is a net of its own.
//
// What a node does with tokens is all that counts. A plain step passes one on, and so does an
// exclusive gateway, which moreover chooses; a boundary event that interrupts is such a choice.
type net struct {
	vertices []*vertex
	arcs     []*arc
	end      *vertex
	ways     int // arcs that were never removed: gives each a number
}

type vertexKind int

const (
	chooses vertexKind = iota // one token in, one out on one of the arcs: steps and exclusive gateways
	forks                     // parallel: takes one from every arc in, puts one on every arc out
	selects                   // inclusive: puts one on some of the arcs out, and waits for what may come
	works                     // an activity with boundary events: a token rests in it
	ends                      // takes a token away
)

type vertex struct {
	kind     vertexKind
	id       string // of the node; the first of several
	in, out  []*arc
	beside   []*arc // of works: where the boundary events beside it lead
	fallback *arc   // of selects
}

// arc carries at most one token. It stands for the arrows and nodes of its trail, since those
// that only pass a token on are drawn together.
type arc struct {
	from, to *vertex
	trail    []string
	marked   bool // at the beginning
	instant  bool // into an end, which takes its token at once: none rests on it
	number   int
}

// net is the net of the scope d, with a token behind each start.
func (d *Definition) net() *net {
	w := &net{end: &vertex{kind: ends}}
	of := map[*node]*vertex{}
	for _, n := range d.nodes {
		switch n.kind {
		case end:
			of[n] = w.end
		case start, boundary: // the arrow out of a boundary event leaves its activity
		default:
			of[n] = &vertex{kind: n.vertexKind(), id: n.step.ID}
			w.vertices = append(w.vertices, of[n])
		}
	}
	for _, n := range d.nodes {
		for _, e := range n.out {
			trail := []string{e.id}
			if e.to.kind == end {
				trail = append(trail, e.to.step.ID)
			}
			if n.kind == start || n.kind == boundary {
				trail = append([]string{n.step.ID}, trail...)
			}
			a := w.arc(n.leaves(of), of[e.to], trail, n.beside)
			a.marked = n.kind == start
			a.instant = e.to.kind == end && (n.kind.isGateway() || n.kind == boundary || len(n.guards) > 0)
			if e == n.fallback && n.kind == inclusive {
				of[n].fallback = a
			}
		}
	}
	w.vertices = append(w.vertices, w.end)
	return w
}

// leaves is the vertex that the arrows out of n leave; none for a start.
func (n *node) leaves(of map[*node]*vertex) *vertex {
	if n.host != nil {
		return of[n.host]
	}
	return of[n]
}

func (n *node) vertexKind() vertexKind {
	switch n.kind {
	case parallel:
		return forks
	case inclusive:
		return selects
	default:
	}
	if len(n.guards) > 0 {
		return works
	}
	return chooses
}

func (w *net) arc(from, to *vertex, trail []string, beside bool) *arc {
	w.ways++
	a := &arc{from: from, to: to, trail: trail, number: w.ways}
	switch {
	case from == nil:
	case beside:
		from.beside = append(from.beside, a)
	default:
		from.out = append(from.out, a)
	}
	to.in = append(to.in, a)
	w.arcs = append(w.arcs, a)
	return a
}

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(list, func(x T) bool { return x == v })
}

// remove takes an arc away.
func (w *net) remove(a *arc) {
	if a.from != nil {
		a.from.out, a.from.beside = without(a.from.out, a), without(a.from.beside, a)
		if a.from.fallback == a {
			a.from.fallback = nil
		}
	}
	a.to.in = without(a.to.in, a)
	w.arcs = without(w.arcs, a)
}

// drop takes a vertex away that has no arcs left.
func (w *net) drop(v *vertex) { w.vertices = without(w.vertices, v) }

// lead makes a end at v instead.
func (a *arc) lead(v *vertex) {
	a.to.in = without(a.to.in, a)
	a.to, v.in = v, append(v.in, a)
}
