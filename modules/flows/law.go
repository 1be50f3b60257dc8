package flows

import (
	"cmp"
	"strings"
)

// checkReach: every node lies on a way from the start to an end.
func (d *Definition) checkReach() []Problem {
	var out []Problem
	from := reach(d.ofKind(start), forward, nil)
	to := reach(d.ofKind(end), backward, nil)
	for _, n := range d.nodes {
		if !from[n] {
			out = append(out, n.problem(RuleUnreachable, ""))
		}
		if !to[n] {
			out = append(out, n.problem(RuleNoWayOut, ""))
		}
	}
	return out
}

// checkOrder: no end without acceptance, no decision before it, no delivery before a decision,
// and no end after a review without a decision, unless the end says why. A way from acceptance
// straight to an end is lawful: that is refusal to accept (不予受理).
func (f *flat) checkOrder() []Problem {
	unaccepted, undecided := f.without(Accept), f.without(Decide)
	reviewed := f.reviewed(undecided)
	var out []Problem
	decides := false
	for _, p := range f.places {
		decides = decides || p.kind() == Decide
		switch {
		case p.last && unaccepted.has(p):
			out = append(out, p.blame(RuleAcceptMissing, unaccepted))
		case p.kind() == Decide && unaccepted.has(p):
			out = append(out, p.blame(RuleDecideUnaccepted, unaccepted))
		case p.kind() == Deliver && undecided.has(p):
			out = append(out, p.blame(RuleDeliverUndecided, undecided))
		case p.last && p.node.ending == "" && reviewed.has(p):
			out = append(out, p.blame(RuleEndUndecided, reviewed))
		}
	}
	if !decides {
		out = append(out, f.d.whole(RuleDecideMissing, ""))
	}
	return out
}

// checkHands: who accepts does not decide (审批分离). Places are compared as the flow names
// them; that one person holds both posts is for policy to refuse when the step is taken.
func (f *flat) checkHands() []Problem {
	var out []Problem
	for _, a := range f.places {
		for _, b := range f.places {
			if a.kind() == Accept && b.kind() == Decide && sameHands(a.node.step, b.node.step) {
				out = append(out, b.node.problem(RuleSameHands, a.node.step.ID))
			}
		}
	}
	return out
}

// sameHands: the same place, or the same person, also as the substitute of the other.
func sameHands(a, b Step) bool {
	person := func(x, y string) bool { return x != "" && x == y }
	return a.place() == b.place() || person(a.Person, b.Person) ||
		person(a.Person, b.Substitute) || person(a.Substitute, b.Person)
}

// checkNotices: a decision, and an acceptance that may end in a refusal, must give reasons and
// name the document that tells the applicant (行政许可法 arts 32, 38).
func (f *flat) checkNotices() []Problem {
	undecided := f.without(Decide)
	var out []Problem
	for _, p := range f.places {
		s := p.step()
		owes := s.Kind == Decide || s.Kind == Accept && f.mayEnd(p, undecided)
		if owes && (s.Documents == "" || !s.Opinion) {
			out = append(out, p.node.problem(RuleNotice, ""))
		}
	}
	return out
}

// mayEnd reports whether an end comes after p without a decision.
func (f *flat) mayEnd(p *place, undecided way) bool {
	seen := map[*place]bool{}
	todo := []*place{p}
	for len(todo) > 0 {
		q := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[q] || !undecided.has(q) || q.kind() == Decide {
			continue
		}
		if seen[q] = true; q.last {
			return true
		}
		todo = append(todo, q.out...)
	}
	return false
}

// checkPromise: on the longest way, reviewing, deciding and the timers between acceptance and
// decision fit into the promise.
func (f *flat) checkPromise(promised int) []Problem {
	days, path := f.longest()
	if promised <= 0 || days <= promised {
		return nil
	}
	var names []string
	for _, p := range path {
		if p.days > 0 {
			names = append(names, cmp.Or(p.node.step.Name, p.node.step.ID))
		}
	}
	out := f.d.whole(RuleOverPromise, exceeds(days, promised)+": "+strings.Join(names, " → "))
	out.Path = trail(path)
	return []Problem{out}
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }
