package flows

import "strings"

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

// checkOrder: no end without acceptance, no decision before it, no delivery before a decision.
// A way to an end without decision is lawful: that is refusal to accept (不予受理).
func (d *Definition) checkOrder() []Problem {
	unaccepted, undecided := d.without(Accept), d.without(Decide)
	var out []Problem
	decides := false
	for _, n := range d.nodes {
		decides = decides || n.step.Kind == Decide
		switch {
		case n.kind == end && unaccepted[n]:
			out = append(out, n.problem(RuleAcceptMissing, ""))
		case n.step.Kind == Decide && unaccepted[n]:
			out = append(out, n.problem(RuleDecideUnaccepted, ""))
		case n.step.Kind == Deliver && undecided[n]:
			out = append(out, n.problem(RuleDeliverUndecided, ""))
		}
	}
	if !decides {
		out = append(out, d.whole(RuleDecideMissing, ""))
	}
	return out
}

// without is what a case can come to without a step of kind k behind it, that step included.
func (d *Definition) without(k Kind) map[*node]bool {
	return reach(d.ofKind(start), forward, func(n *node) bool { return n.step.Kind == k })
}

// checkHands: who accepts does not decide (审批分离). Places are compared as the flow names
// them; that one person holds both posts is for policy to refuse when the step is taken.
func (d *Definition) checkHands() []Problem {
	var out []Problem
	for _, a := range d.nodes {
		for _, b := range d.nodes {
			if a.step.Kind == Accept && b.step.Kind == Decide && a.step.place() == b.step.place() {
				out = append(out, b.problem(RuleSameHands, a.step.ID))
			}
		}
	}
	return out
}

// checkPromise: on the longest way, reviewing and deciding fit into the promise.
func (d *Definition) checkPromise(promised int) []Problem {
	days, path := d.longest()
	if promised <= 0 || days <= promised {
		return nil
	}
	return []Problem{d.whole(RuleOverPromise, exceeds(days, promised)+": "+strings.Join(path, " → "))}
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }
