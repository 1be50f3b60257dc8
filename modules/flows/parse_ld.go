package flows

import (
	"regexp"
	"strconv"
	"strings"
)

// extensions reads the extension elements of a node: ours, each where it belongs, and those of
// other tools that say nothing about execution.
func (p *parser) extensions(n *node, e *element) {
	seen := map[string]bool{}
	for _, c := range e.children {
		if c.name.Space != Namespace {
			if keeps(c) {
				n.extra = append(n.extra, c)
			} else {
				p.unsupported(c)
			}
			continue
		}
		local := c.name.Local
		if seen[local] {
			p.refuse(c, RuleStepTwice, n.step.ID)
			continue
		}
		seen[local] = true
		switch {
		case local == "step" && n.kind == task && !n.abstract:
			n.bare = false
			p.step(&n.step, c)
		case local == "service" && n.kind == service && p.leaf(c, "kind"):
			n.service = c.attr("kind")
		case local == "timer" && n.kind.isEvent() && p.leaf(c, "days"):
			p.days(n, c, c.attr("days"))
		case local == "wait" && n.kind.isEvent() && p.leaf(c, "for", "key"):
			n.trigger.wait = Wait{c.attr("for"), c.attr("key")}
		case local == "end" && n.kind == end && p.leaf(c, "kind"):
			n.ending = Ending(c.attr("kind"))
		default:
			p.unsupported(c)
		}
	}
}

// leaf reports whether e has no children; attributes that are not known are refused.
func (p *parser) leaf(e *element, known ...string) bool {
	p.attributes(e, known...)
	return len(e.children) == 0
}

func (p *parser) step(s *Step, e *element) {
	p.attributes(e, "kind", "level", "tenant", "department", "post", "role", "person", "substitute",
		"limit", "opinion", "attachments", "documents", "acts")
	s.read(e)
	if o := e.attr("opinion"); !oneOf(o, "", "required", "optional") {
		p.refuse(e, RuleAttribute, "opinion="+o)
	}
	rights := map[string]Right{}
	for _, c := range e.children {
		switch {
		case c.is(Namespace, "risk") && s.Risk == Risk{} && p.leaf(c, "kind", "text", "measure"):
			s.Risk = Risk{c.attr("kind"), c.attr("text"), c.attr("measure")}
		case c.is(Namespace, "field") && p.leaf(c, "name", "right"):
			name := c.attr("name")
			if _, twice := rights[name]; twice || !fieldName.MatchString(name) {
				p.refuse(c, RuleStepField, name)
				continue
			}
			rights[name] = Right(strings.Join(strings.Fields(c.attr("right")), "_"))
		default:
			p.unsupported(c)
		}
	}
	s.Fields = RightsOf(rights)
}

func (s *Step) read(e *element) {
	s.Kind, s.Level = Kind(e.attr("kind")), Level(e.attr("level"))
	s.TenantRef, s.Post = e.attr("tenant"), e.attr("post")
	s.Department, s.Role, s.Person, s.Substitute = e.attr("department"), e.attr("role"), e.attr("person"), e.attr("substitute")
	s.Opinion = e.attr("opinion") == "required"
	s.Attachments, s.Documents, s.Acts = List(e.attr("attachments")), List(e.attr("documents")), List(e.attr("acts"))
	s.LimitDays = -1
	if days, err := strconv.Atoi(e.attr("limit")); err == nil {
		s.LimitDays = days
	}
}

// period is the one form of an ISO 8601 duration that is taken: whole days, which are working
// days here (工作日), as every limit of a flow is.
var period = regexp.MustCompile(`^P([0-9]{1,4})D$`)

// trigger reads what an event waits for.
func (p *parser) trigger(n *node, e *element) {
	n.trigger.kind = strings.TrimSuffix(e.name.Local, "EventDefinition")
	n.trigger.attrs = p.attributes(e, "id", "messageRef")
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == "id" {
			n.trigger.attrs = append(n.trigger.attrs, a)
		}
	}
	n.trigger.message = e.attr("messageRef")
	for _, c := range e.children {
		m := period.FindStringSubmatch(strings.TrimSpace(c.text.String()))
		switch {
		case n.trigger.kind == "timer" && c.is(nsBPMN, "timeDuration") && m != nil && len(c.children) == 0:
			p.days(n, c, m[1])
		case c.is(nsBPMN, "extensionElements") && keepsAll(c):
		default:
			p.unsupported(c)
		}
	}
}

// days sets the working days of a timer. Both ways of saying them may stand, if they agree.
func (p *parser) days(n *node, e *element, s string) {
	days, err := strconv.Atoi(s)
	if err != nil || days < 1 || days > maxLimitDays || n.trigger.days != 0 && n.trigger.days != days {
		p.refuse(e, RuleTimer, s)
		return
	}
	n.trigger.days = days
}

// many reads who shares a step. What other tools say of it would be done otherwise here, and is
// refused; only how, parallel or sequential, is standard.
func (p *parser) many(n *node, e *element) {
	p.attributes(e, "id", "isSequential", "behavior")
	n.many = &Many{Sequential: e.attr("isSequential") == "true"}
	for _, c := range e.children {
		if !c.is(nsBPMN, "extensionElements") {
			p.unsupported(c)
			continue
		}
		for _, x := range c.children {
			if !x.is(Namespace, "many") || !p.leaf(x, "over", "values", "from", "rule", "n") {
				p.unsupported(x)
				continue
			}
			m := n.many
			m.Over, m.Values, m.From = x.attr("over"), List(x.attr("values")), strings.TrimSpace(x.attr("from"))
			m.Rule = Rule(x.attr("rule"))
			if m.N, _ = strconv.Atoi(x.attr("n")); x.attr("n") != "" && m.N <= 0 {
				p.refuse(x, RuleAttribute, "n="+x.attr("n"))
			}
		}
	}
}
