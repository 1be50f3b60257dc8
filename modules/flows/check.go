package flows

import (
	"cmp"
	"strconv"
)

// The legal periods outside the promise, in working days: 行政许可法 art 32(4), what is
// incomplete must be told within 5 days; art 44, a licence is delivered within 10 days of the
// decision.
const (
	LegalAcceptDays  = 5
	LegalDeliverDays = 10
)

// Check is what a flow is held to at publish. The promised limit (承诺办结时限) runs from
// acceptance to decision (行政许可法 arts 42, 44), so reviewing and deciding must fit into it
// on every path. Acceptance comes before that clock and delivery after it; each has its own
// legal period. A step that is entered again gets no new time: it counts once on a path.
type Check struct {
	PromisedDays int // working days; 0 when the item promises none
	AcceptDays   int // for each acceptance; 0 is LegalAcceptDays
	DeliverDays  int // for each delivery; 0 is LegalDeliverDays
}

// Check lists why the flow must not be published; an empty list means that it may, and that it
// can be executed as [Definition.Next] promises.
func (d *Definition) Check(c Check) []Problem {
	out := d.checkEnds()
	for _, n := range d.nodes {
		out = append(out, n.checkArrows()...)
		if n.kind == task {
			out = append(out, n.checkStep(c)...)
		}
	}
	for _, e := range d.edges {
		out = append(out, e.check()...)
	}
	out = append(out, d.checkReach()...)
	out = append(out, d.checkOrder()...)
	out = append(out, d.checkHands()...)
	return append(out, d.checkPromise(c.PromisedDays)...)
}

// whole blames the flow rather than a part of it.
func (d *Definition) whole(rule, detail string) Problem {
	return Problem{Element: "process", ID: d.ID, Name: d.Name, Rule: rule, Detail: detail}
}

func (d *Definition) checkEnds() []Problem {
	var out []Problem
	starts := d.ofKind(start)
	if len(starts) != 1 {
		out = append(out, d.whole(RuleOneStart, strconv.Itoa(len(starts))))
	} else if d.First() == (Step{}) {
		out = append(out, starts[0].problem(RuleFirstStep, ""))
	}
	if len(d.ofKind(end)) == 0 {
		out = append(out, d.whole(RuleNoEnd, ""))
	}
	return out
}

// checkArrows looks at how many arrows enter and leave n, and at a gateway's branches.
func (n *node) checkArrows() []Problem {
	var out []Problem
	switch {
	case n.kind == start && len(n.in) > 0:
		out = append(out, n.problem(RuleEnterStart, n.in[0].from.step.ID))
	case n.kind == end && len(n.out) > 0:
		out = append(out, n.problem(RuleLeaveEnd, n.out[0].to.step.ID))
	}
	switch {
	case (n.kind == start || n.kind == task) && len(n.out) > 1:
		out = append(out, n.problem(RuleOneWayOut, strconv.Itoa(len(n.out))))
	case n.kind == gateway && len(n.out) > 1 && n.fallback == nil:
		out = append(out, n.problem(RuleDefaultMissing, ""))
	case n.kind == gateway && n.onlyGateways()[n]:
		out = append(out, n.problem(RuleGatewayLoop, ""))
	}
	return out
}

func (n *node) checkStep(c Check) []Problem {
	if n.bare {
		return []Problem{n.problem(RuleStepMissing, "")}
	}
	var out []Problem
	if isBlank(n.step.Name) {
		out = append(out, n.problem(RuleStepName, ""))
	}
	for _, f := range n.step.faults() {
		out = append(out, n.problem(f[0], f[1]))
	}
	over := func(k Kind, limit int, rule string) {
		if n.step.Kind == k && n.step.LimitDays > limit {
			out = append(out, n.problem(rule, exceeds(n.step.LimitDays, limit)))
		}
	}
	over(Accept, cmp.Or(c.AcceptDays, LegalAcceptDays), RuleOverAccept)
	over(Deliver, cmp.Or(c.DeliverDays, LegalDeliverDays), RuleOverDeliver)
	return out
}

// exceeds is the detail of a limit that is passed.
func exceeds(days, limit int) string { return strconv.Itoa(days) + " > " + strconv.Itoa(limit) }

func (e *edge) check() []Problem {
	branch := e.from.kind == gateway && len(e.from.out) > 1
	isDefault := e == e.from.fallback
	switch {
	case e.condition != "" && isDefault:
		return []Problem{e.problem(RuleDefaultCondition, e.condition)}
	case e.condition != "" && !branch:
		return []Problem{e.problem(RuleConditionPlace, e.condition)}
	case e.condition == "" && branch && !isDefault:
		return []Problem{e.problem(RuleConditionMissing, "")}
	case e.broken != nil:
		return []Problem{e.problem(RuleCondition, e.broken.Error())}
	}
	return nil
}
