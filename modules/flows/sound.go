package flows

import "slices"

// checkSound proves that cases always come to a proper end (流程合理性自动审查), for the flow and
// for each sub-process by itself: nothing is dead, nothing is stuck, nothing has two tokens, and
// when the end is come to nothing is left behind. See [net.reduce] and [net.prove]. It is asked
// only of a flow that is drawn well: with one start, and ends to which everything leads.
func (d *Definition) checkSound() []Problem {
	var out []Problem
	d.everyScope(func(s *Definition) {
		if f := s.unsound(); f != nil {
			out = append(out, s.found(f))
		}
	})
	return out
}

// unsound is why the scope is not sound, if it is not. A sub-process is taken as sound.
func (d *Definition) unsound() *finding {
	w := d.net()
	w.reduce()
	f := w.prove(maxStates)
	if f == nil || f.rule == RuleTooComplex {
		return f
	}
	// What is left of the net knows the verdict; the whole net knows best where it comes from.
	if exact := d.net().prove(maxShown); exact != nil && exact.rule != RuleTooComplex {
		return exact
	}
	return f
}

// maxShown bounds the states of a whole net that are looked at to show a problem.
const maxShown = 3_000

// found blames the first node where a finding holds.
func (d *Definition) found(f *finding) Problem {
	out := d.whole(f.rule, "")
	for _, n := range d.nodes {
		if slices.Contains(f.stuck, n.step.ID) {
			out = n.problem(f.rule, "")
			break
		}
	}
	out.Path, out.Stuck = ListOf(f.path...), ListOf(f.stuck...)
	return out
}
