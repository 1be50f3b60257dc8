package flows

import "slices"

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

func set(s []byte, i int)      { s[i/8] |= 1 << (i % 8) }
func unset(s []byte, i int)    { s[i/8] &^= 1 << (i % 8) }
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

// expand finds what can happen next, or what must not.
func (x *explorer) expand(s *visit) *finding {
	for _, v := range x.w.vertices {
		if f := x.fire(s, v); f != nil {
			return f
		}
	}
	return nil
}

func (x *explorer) fire(s *visit, v *vertex) *finding {
	switch v.kind {
	case chooses, ends:
		return x.fireChoice(s, v)
	case forks:
		if len(v.in) == 0 || slices.ContainsFunc(v.in, func(a *arc) bool { return !x.on(s.at, a) }) {
			return nil
		}
		return x.move(s, v, x.takeArcs(v.in), v.out)
	case selects:
		return x.fireSelect(s, v)
	case works:
		return x.fireWork(s, v)
	}
	return nil
}

func (x *explorer) fireChoice(s *visit, v *vertex) *finding {
	for _, i := range v.in {
		if !x.on(s.at, i) {
			continue
		}
		if v.kind == ends {
			if f := x.move(s, v, []int{x.arcAt[i]}, nil); f != nil {
				return f
			}
		}
		for _, o := range v.out {
			if f := x.move(s, v, []int{x.arcAt[i]}, []*arc{o}); f != nil {
				return f
			}
		}
	}
	return nil
}

func (x *explorer) takeArcs(arcs []*arc) []int {
	out := make([]int, len(arcs))
	for i, a := range arcs {
		out[i] = x.arcAt[a]
	}
	return out
}

func (x *explorer) fireSelect(s *visit, v *vertex) *finding {
	var held []*arc
	for _, a := range v.in {
		if x.on(s.at, a) {
			held = append(held, a)
		}
	}
	if len(held) == 0 || !x.ready(s.at, v) {
		return nil
	}
	take := x.takeArcs(held)
	if v.fallback != nil {
		if f := x.move(s, v, take, []*arc{v.fallback}); f != nil {
			return f
		}
	}
	free := without(slices.Clone(v.out), v.fallback)
	if len(free) > maxSelect {
		return x.tooComplex()
	}
	for pick := 1; pick < 1<<len(free); pick++ {
		var put []*arc
		for i, a := range free {
			if pick&(1<<i) != 0 {
				put = append(put, a)
			}
		}
		if f := x.move(s, v, take, put); f != nil {
			return f
		}
	}
	return nil
}

// maxFanOut bounds the moves out of a state, on average.
const maxFanOut = 20

// maxSelect bounds the branches of an inclusive gateway that do not reduce.
const maxSelect = 10

// ready is [run.ready] on a state.
func (x *explorer) ready(s state, j *vertex) bool {
	come, ok := x.come[j]
	if !ok {
		return true
	}
	for i, into := range come {
		if into == nil || !s.has(i) {
			continue
		}
		empty, taken := false, false
		for a := range into {
			empty, taken = empty || !s.has(a), taken || s.has(a)
		}
		if empty && !taken {
			return false
		}
	}
	return true
}

// fireWork: a token enters the activity and arms its events; it leaves and disarms them; an
// event beside it fires once.
func (x *explorer) fireWork(s *visit, v *vertex) *finding {
	inside := x.workAt[v]
	armed := []int{inside}
	for _, a := range v.beside {
		armed = append(armed, x.besAt[a])
	}
	for _, i := range v.in {
		if x.on(s.at, i) {
			if f := x.step(s, v, []int{x.arcAt[i]}, nil, armed); f != nil {
				return f
			}
		}
	}
	if !s.at.has(inside) {
		return nil
	}
	for _, o := range v.out {
		if f := x.move(s, v, armed, []*arc{o}); f != nil {
			return f
		}
	}
	for _, a := range v.beside {
		if s.at.has(x.besAt[a]) {
			if f := x.move(s, v, []int{x.besAt[a]}, []*arc{a}); f != nil {
				return f
			}
		}
	}
	return nil
}

func (x *explorer) move(s *visit, v *vertex, take []int, put []*arc) *finding {
	return x.step(s, v, take, put, nil)
}

// step takes tokens and puts others; a place that has one already is found to be too full.
func (x *explorer) step(s *visit, v *vertex, take []int, put []*arc, arm []int) *finding {
	x.steps++
	next := []byte(s.at)
	for _, i := range take {
		unset(next, i)
	}
	full := len(arm) > 0 && state(next).has(arm[0])
	for _, a := range put {
		x.used[a] = true
		if a.instant {
			continue
		}
		full = full || state(next).has(x.arcAt[a])
		set(next, x.arcAt[a])
	}
	for _, i := range arm {
		set(next, i)
	}
	if full {
		f := &finding{rule: RuleTwoTokens, path: x.path(&visit{from: s, via: v, new: put})}
		for _, a := range put {
			f.stuck = append(f.stuck, last(a.trail)...)
		}
		if v.id != "" {
			f.stuck = append(f.stuck, v.id)
		}
		return f
	}
	x.visit(state(next), s, v, put)
	return nil
}

func last(list []string) []string { return list[max(0, len(list)-1):] }

// path tells how a state is come to.
func (x *explorer) path(v *visit) []string {
	var steps []*visit
	for ; v != nil; v = v.from {
		steps = append(steps, v)
	}
	var out []string
	seen := map[string]bool{}
	add := func(ids ...string) {
		for _, id := range ids {
			if id != "" && !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	for _, s := range slices.Backward(steps) {
		if s.via != nil {
			add(s.via.id)
		}
		for _, a := range s.new {
			add(a.trail...)
		}
	}
	return out
}

// trapped finds a state from which the end cannot be come to: one in which nothing can happen
// any more, if there is such.
func (x *explorer) trapped() *finding {
	back := map[*visit][]*visit{}
	good := map[*visit]bool{}
	var todo []*visit
	for _, v := range x.order {
		for _, m := range v.moves {
			back[m] = append(back[m], v)
		}
		if v.at.empty() {
			todo = append(todo, v)
		}
	}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !good[v] {
			good[v] = true
			todo = append(todo, back[v]...)
		}
	}
	var bad *visit
	for _, v := range x.order {
		switch {
		case good[v]:
		case len(v.moves) == 0:
			return x.at(RuleDeadlock, v)
		case bad == nil:
			bad = v
		}
	}
	if bad != nil {
		return x.at(RuleNoCompletion, bad)
	}
	return nil
}

// at is a finding at the places that hold a token.
func (x *explorer) at(rule string, v *visit) *finding {
	f := &finding{rule: rule, path: x.path(v)}
	for i, p := range x.places {
		switch {
		case !v.at.has(i):
		case p.arc == nil:
			f.stuck = append(f.stuck, p.v.id)
		default:
			f.stuck = append(f.stuck, last(p.arc.trail)...)
			if p.arc.to.id != "" {
				f.stuck = append(f.stuck, p.arc.to.id)
			}
		}
	}
	return f
}

// dead finds an arc that never has a token.
func (x *explorer) dead() *finding {
	for i, p := range x.places {
		if p.arc == nil || !x.used[p.arc] && !slices.ContainsFunc(x.order, func(v *visit) bool { return v.at.has(i) }) {
			if p.arc == nil && slices.ContainsFunc(x.order, func(v *visit) bool { return v.at.has(i) }) {
				continue
			}
			f := &finding{rule: RuleDeadNode}
			if p.arc == nil {
				f.stuck = []string{p.v.id}
			} else {
				f.stuck = slices.Clone(p.arc.trail)
				if p.arc.to.id != "" {
					f.stuck = append(f.stuck, p.arc.to.id)
				}
			}
			return f
		}
	}
	return nil
}

func (x *explorer) tooComplex() *finding {
	f := &finding{rule: RuleTooComplex}
	for _, v := range x.w.vertices {
		if v.id != "" && v.kind != ends {
			f.stuck = append(f.stuck, v.id)
		}
	}
	return f
}
