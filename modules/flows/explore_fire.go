package flows

import (
	"slices"
)

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
