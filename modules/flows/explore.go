package flows

import (
	"slices"
)

// maxStates bounds what is explored of a net that does not reduce. Some hundred are usual for
// what people entangle; the bound is about half a second.
const maxStates = 20_000

// state says on which places tokens are, one bit each.
type state string

// explorer walks all states of a net.
type explorer struct {
	w      *net
	places []spot
	arcAt  map[*arc]int
	workAt map[*vertex]int
	besAt  map[*arc]int // the boundary event beside an activity, not yet fired
	come   map[*vertex][]map[int]bool
	known  map[state]*visit
	order  []*visit
	used   map[*arc]bool // had a token at some time
	steps  int
}

// spot is what can hold a token: an arc, an activity, or a boundary event that is armed.
type spot struct {
	arc *arc
	v   *vertex
}

// visit is a state that can be come to.
type visit struct {
	at    state
	from  *visit
	moves []*visit // where it can go on to
	via   *vertex  // how it was come to first
	new   []*arc
}

// finding is why a net is not sound.
type finding struct {
	rule  string
	path  []string
	stuck []string
}

// prove explores the net. It returns nothing when it is sound: from every state that can be come
// to the end can be come to with no token left behind, no place ever has two, and every arc has
// one at some time. It gives up when there are more states than limit.
func (w *net) prove(limit int) *finding {
	x := &explorer{w: w, arcAt: map[*arc]int{}, workAt: map[*vertex]int{}, besAt: map[*arc]int{}, known: map[state]*visit{}, used: map[*arc]bool{}}
	x.number()
	x.reachable()
	first := make([]byte, (len(x.places)+7)/8)
	var begin []*arc
	for _, a := range w.arcs {
		if a.marked {
			set(first, x.arcAt[a])
			begin = append(begin, a)
		}
	}
	x.visit(state(first), nil, nil, begin)
	for i := 0; i < len(x.order); i++ {
		if f := x.expand(x.order[i]); f != nil {
			return f
		}
		if len(x.order) > limit || x.steps > maxFanOut*limit {
			return x.tooComplex()
		}
	}
	if f := x.trapped(); f != nil {
		return f
	}
	return x.dead()
}

func (x *explorer) number() {
	add := func(p spot) int {
		x.places = append(x.places, p)
		return len(x.places) - 1
	}
	for _, a := range x.w.arcs {
		x.arcAt[a] = add(spot{arc: a})
	}
	for _, v := range x.w.vertices {
		if v.kind == works {
			x.workAt[v] = add(spot{v: v})
			for _, a := range v.beside {
				x.besAt[a] = add(spot{v: v})
			}
		}
	}
}

// reachable finds, for each inclusive join and each place, which arcs into the join a token
// there can come to without passing it.
func (x *explorer) reachable() {
	x.come = map[*vertex][]map[int]bool{}
	for _, j := range x.w.vertices {
		if j.kind != selects || len(j.in) < 2 {
			continue
		}
		come := make([]map[int]bool, len(x.places))
		for _, a := range x.w.arcs {
			if a.to != j {
				come[x.arcAt[a]] = x.arcsInto(j, slices.Concat(a.to.out, a.to.beside))
			}
		}
		for v, at := range x.workAt {
			come[at] = x.arcsInto(j, v.out)
			for _, a := range v.beside {
				come[x.besAt[a]] = x.arcsInto(j, []*arc{a})
			}
		}
		x.come[j] = come
	}
}

func (x *explorer) arcsInto(j *vertex, from []*arc) map[int]bool {
	seen, out := map[*arc]bool{}, map[int]bool{}
	for todo := slices.Clone(from); len(todo) > 0; {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[a] {
			continue
		}
		if seen[a] = true; a.to == j {
			out[x.arcAt[a]] = true
			continue
		}
		todo = append(append(todo, a.to.out...), a.to.beside...)
	}
	return out
}

func set(s []byte, i int) { s[i/8] |= 1 << (i % 8) }

func unset(s []byte, i int) { s[i/8] &^= 1 << (i % 8) }

func (s state) has(i int) bool { return s[i/8]&(1<<(i%8)) != 0 }

func (s state) empty() bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b != 0 })
}

func (x *explorer) on(s state, a *arc) bool { return s.has(x.arcAt[a]) }

func (x *explorer) visit(s state, from *visit, via *vertex, fresh []*arc) {
	v := x.known[s]
	if v == nil {
		v = &visit{at: s, from: from, via: via, new: fresh}
		x.known[s] = v
		x.order = append(x.order, v)
	}
	if from != nil {
		from.moves = append(from.moves, v)
	}
}
