package flows

import "slices"

// reduce makes the net smaller by rules that keep it sound or unsound, as it was. What people
// draw is mostly nested blocks, and of such nothing is left but one arc; only what is
// entangled remains to be explored. An arc that is marked from the beginning is changed only
// where its token can go on alone.
//
//   - pass: what has one arc in and one out only passes a token on: the arcs become one.
//   - twins: two arcs from one vertex to another become one, where both or just one of them
//     carry a token when the other end looks: choices that meet again in a choice or an end,
//     forks that are joined again, and everything that meets in an inclusive join or an end.
//   - spin: an arc of a choice back to itself does nothing.
//   - fuse: a choice behind a choice is one choice; a fork behind a fork is one fork.
//   - spare: a token of a fork that only goes to an end does nothing, if it is gone at once or
//     there is never a second one; likewise that of a boundary event beside its activity.
//   - settle: an activity whose events only interrupt is a choice.
func (w *net) reduce() {
	for w.reduceOnce() {
	}
}

func (w *net) reduceOnce() bool {
	for _, v := range w.vertices {
		if w.pass(v) || w.twins(v) || w.spin(v) || w.fuse(v) || w.spare(v) {
			return true
		}
	}
	return false
}

func (w *net) pass(v *vertex) bool {
	if v.kind == ends || v.kind == works || len(v.in) != 1 || len(v.out) != 1 {
		return false
	}
	a, b := v.in[0], v.out[0]
	if a == b || a.marked && b.marked {
		return false
	}
	a.trail = slices.Concat(a.trail, []string{v.id}, b.trail)
	a.marked, a.instant = a.marked || b.marked, false
	to := b.to
	w.remove(b)
	a.lead(to)
	w.drop(v)
	return true
}

func (w *net) twins(v *vertex) bool {
	for i, a := range v.out {
		for _, b := range v.out[i+1:] {
			if a.to != b.to || !same(v, a, b) {
				continue
			}
			if v.kind == forks || v.kind == selects {
				a.trail = slices.Concat(a.trail, b.trail)
			}
			a.instant = a.instant && b.instant
			w.remove(b)
			if v.fallback == a { // the default together with a condition is chosen as a condition
				v.fallback = nil
			}
			return true
		}
	}
	return false
}

// same reports whether the arcs a and b from v to one vertex may become one.
func same(v *vertex, a, b *arc) bool {
	switch to := a.to.kind; {
	case a.marked || b.marked:
		return false
	case to == ends:
		return true
	case to == selects:
		return true
	case to == forks:
		return v.kind == forks
	default:
		return v.kind == chooses || v.kind == works
	}
}

func (w *net) spin(v *vertex) bool {
	if v.kind != chooses || len(v.out) < 2 {
		return false
	}
	for i, a := range v.out {
		if a.to != v || a.marked {
			continue
		}
		rest := slices.Delete(slices.Clone(v.out), i, i+1)
		held := slices.ContainsFunc(rest, func(b *arc) bool { return !b.instant })
		if !held && w.waits() {
			continue
		}
		w.remove(a)
		if !held { // a token may have rested on the arc, and a second one been too many
			rest[0].instant = false
		}
		return true
	}
	return false
}

// waits reports whether some inclusive join looks at tokens elsewhere. As long as one does, a
// token must not seem to have chosen its end before it has.
func (w *net) waits() bool {
	return slices.ContainsFunc(w.vertices, func(v *vertex) bool { return v.kind == selects && len(v.in) > 1 })
}

// fuse joins a vertex with the one behind it: a choice, if either has no other way between;
// a fork only if the second waits for nothing else.
func (w *net) fuse(v *vertex) bool {
	if v.kind != chooses && v.kind != forks {
		return false
	}
	for _, a := range v.out {
		u := a.to
		if u == v || u.kind != v.kind || a.marked {
			continue
		}
		only := len(u.in) == 1
		rests := func(b *arc) bool { return !b.instant }
		switch {
		case !only && (v.kind == forks || len(v.out) > 1 || slices.ContainsFunc(u.out, func(b *arc) bool { return b.instant })):
			continue
		case v.kind == chooses && slices.ContainsFunc(u.out, func(b *arc) bool { return b.instant }) && w.waits():
			continue
		case v.kind == forks && !slices.ContainsFunc(u.out, rests):
			continue // what is on a would be forgotten
		}
		w.remove(a)
		for _, b := range slices.Clone(u.out) {
			u.out = without(u.out, b)
			b.from, v.out = v, append(v.out, b)
			b.trail = slices.Concat(a.trail, []string{u.id}, b.trail)
			b.instant = b.instant && v.kind == forks
		}
		for _, b := range slices.Clone(u.in) {
			b.lead(v)
		}
		w.drop(u)
		return true
	}
	return false
}

func (w *net) spare(v *vertex) bool {
	list := v.beside
	switch {
	case v.kind == works && len(v.beside) == 0:
		return w.settle(v)
	case v.kind == forks && len(v.out) > 1:
		list = v.out
	case v.kind != works:
		return false
	}
	for _, a := range list {
		if a.to == w.end && !a.marked && (a.instant || !v.again()) {
			w.remove(a)
			return true
		}
	}
	return false
}

// settle makes a choice of an activity with events that only interrupt. Its token then rests on
// the arc in, or if there are several of these, on the arcs out.
func (w *net) settle(v *vertex) bool {
	if len(v.in) != 1 {
		if w.waits() {
			return false
		}
		for _, a := range v.out {
			a.instant = false
		}
	}
	v.kind = chooses
	return true
}

// again reports whether a token that leaves v can come back.
func (v *vertex) again() bool {
	seen := map[*vertex]bool{}
	for todo := []*vertex{v}; len(todo) > 0; {
		u := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, a := range slices.Concat(u.out, u.beside) {
			if a.to == v {
				return true
			}
			if !seen[a.to] {
				seen[a.to] = true
				todo = append(todo, a.to)
			}
		}
	}
	return false
}
