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

	Notices  bool     // decisions and refusals must name the documents that tell the applicant
	Services []string // the handlers of service tasks that exist; nil: not asked
}

// Check lists why the flow must not be published; an empty list means that it may, and that it
// can be executed by [Definition.Begin].
func (d *Definition) Check(c Check) []Problem {
	out := d.checkScope(c)
	if len(d.ofKind(start)) == 1 && d.First() == (Step{}) {
		out = append(out, d.ofKind(start)[0].problem(RuleFirstStep, ""))
	}
	if d.wellShaped() {
		out = append(out, d.checkSound()...)
	}
	f := d.flatten()
	out = append(out, f.checkOrder()...)
	out = append(out, f.checkHands()...)
	if c.Notices {
		out = append(out, f.checkNotices()...)
	}
	return append(out, f.checkPromise(c.PromisedDays)...)
}

// checkScope looks at the flow, or at the inside of a sub-process.
func (d *Definition) checkScope(c Check) []Problem {
	out := d.checkEnds()
	for _, n := range d.nodes {
		out = append(out, n.checkArrows()...)
		out = append(out, n.checkKind(c)...)
		if n.kind == sub {
			out = append(out, n.inner.checkScope(c)...)
		}
	}
	for _, e := range d.edges {
		out = append(out, e.check()...)
	}
	out = append(out, d.checkReach()...)
	return out
}

// wellShaped reports whether every scope has one start, ends to which everything leads, and
// gateways where it branches, so that its soundness may be asked.
func (d *Definition) wellShaped() bool {
	ok := true
	d.everyScope(func(s *Definition) {
		ok = ok && len(s.checkEnds())+len(s.checkReach()) == 0
		for _, n := range s.nodes {
			ok = ok && len(n.in)*boolInt(n.kind == start || n.kind == boundary) == 0 &&
				(n.kind.isGateway() || len(n.out) == boolInt(n.kind != end)) && (n.kind != boundary || n.host != nil)
		}
	})
	return ok
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// whole blames the flow rather than a part of it.
func (d *Definition) whole(rule, detail string) Problem {
	if d.owner != nil {
		return d.owner.problem(rule, detail)
	}
	return Problem{Element: "process", ID: d.ID, Name: d.Name, Rule: rule, Detail: detail}
}

func (d *Definition) checkEnds() []Problem {
	var out []Problem
	starts := d.ofKind(start)
	if len(starts) != 1 {
		out = append(out, d.whole(RuleOneStart, strconv.Itoa(len(starts))))
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
	case (n.kind == start || n.kind == boundary) && len(n.in) > 0:
		out = append(out, n.problem(RuleEnterStart, n.in[0].from.step.ID))
	case n.kind == end && len(n.out) > 0:
		out = append(out, n.problem(RuleLeaveEnd, n.out[0].to.step.ID))
	}
	switch {
	case !n.kind.isGateway() && n.kind != end && len(n.out) > 1:
		out = append(out, n.problem(RuleOneWayOut, strconv.Itoa(len(n.out))))
	case (n.kind == gateway || n.kind == inclusive) && len(n.out) > 1 && n.fallback == nil:
		out = append(out, n.problem(RuleDefaultMissing, ""))
	case n.kind.isGateway() && n.onlyGateways()[n]:
		out = append(out, n.problem(RuleGatewayLoop, ""))
	}
	return out
}

// checkKind looks at what n says of itself.
func (n *node) checkKind(c Check) []Problem {
	var out []Problem
	add := func(bad bool, rule, detail string) {
		if bad {
			out = append(out, n.problem(rule, detail))
		}
	}
	switch n.kind {
	case task:
		out = n.checkStep(c)
	case service:
		add(n.service == "" || c.Services != nil && !oneOf(n.service, c.Services...), RuleService, n.service)
	case call:
		add(n.inner == nil, RuleCalled, n.called)
	case catch, boundary:
		add(n.trigger.kind != "message" && n.trigger.days == 0, RuleTimer, "")
		add(n.trigger.kind == "message" && n.trigger.wait.fault() != "", RuleWait, n.trigger.wait.fault())
		add(n.trigger.kind == "message" && n.trigger.days != 0, RuleTimer, strconv.Itoa(n.trigger.days))
	case end:
		add(!oneOf(n.ending, "", Refused, Withdrawn, Terminated), RuleEnding, string(n.ending))
	case start, sub, gateway, parallel, inclusive:
	}
	return out
}

func (n *node) checkStep(c Check) []Problem {
	if n.abstract {
		return []Problem{n.problem(RuleAbstractTask, "")}
	}
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
	if n.many != nil && n.many.fault() != "" {
		out = append(out, n.problem(RuleMany, n.many.fault()))
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
	branch := (e.from.kind == gateway || e.from.kind == inclusive) && len(e.from.out) > 1
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
