package forms

import (
	"strconv"

	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// said is an expression of n in the words of the union; what cannot be said is a problem.
func (u *uniter) said(p *joining, n *node, where, source string) string {
	out, err := u.rewrite(p, p.scope.of(n), source)
	if err != nil {
		u.problems = append(u.problems, Problem{Field: n.f.ID, Label: named(n.f), Where: where, Key: "forms.union_expression", Detail: source})
	}
	return out
}

// asked is when a part asks for one of its fields, apart from whether the part was chosen.
func (u *uniter) asked(p *joining, n *node) string {
	if known, ok := p.seen[n.f.ID]; ok {
		return known
	}
	if p.busy[n.f.ID] { // conditions of two parts wait for each other
		u.close(p.share[n.f.ID], "condition")
		return ""
	}
	p.busy[n.f.ID] = true
	var terms []string
	for _, m := range n.conditions() {
		terms = append(terms, u.said(p, m, whereVisible, m.f.Visible))
	}
	delete(p.busy, n.f.ID)
	p.seen[n.f.ID] = all(terms...)
	return p.seen[n.f.ID]
}

func (u *uniter) close(c *cluster, why string) {
	if c != nil && u.shut[c] == "" {
		u.shut[c] = why
	}
}

// guard is what must hold for a part to see the answer to a shared field: another part
// may ask for it when this one does not, and what it does not ask for is empty to it.
func (u *uniter) guard(p *joining, n *node) string {
	c := p.share[n.f.ID]
	if c == nil || len(n.conditions()) == 0 {
		return ""
	}
	mine, same := u.asked(p, n), true
	for _, m := range c.members {
		same = same && u.asked(m.part, m.n) == mine
	}
	if same {
		return ""
	}
	for _, m := range n.conditions() {
		if !p.certain(m) {
			u.close(c, "condition")
		}
	}
	return mine
}

// certain reports whether a condition always has an answer. One that fails shows its
// field, but makes an expression that looks at it fail.
func (p *joining) certain(n *node) bool {
	ast, issues := p.scope.of(n).Compile(Decimal(n.f.Visible))
	if issues.Err() != nil {
		return false
	}
	ok := true
	celast.PreOrderVisit(ast.NativeRep().Expr(), celast.NewExprVisitor(func(x celast.Expr) {
		switch x.Kind() {
		case celast.IdentKind, celast.LiteralKind, celast.ListKind:
		case celast.SelectKind:
			ok = ok && isFilled(x.AsSelect().Operand(), nil)
		case celast.CallKind:
			ok = ok && sure()[x.AsCall().FunctionName()]
		default:
			ok = false
		}
	}))
	return ok
}

// sure are the functions that have an answer whatever they are asked.
func sure() map[string]bool {
	out := map[string]bool{}
	for _, name := range []string{
		operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.Equals, operators.NotEquals,
		operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.In,
		"size", "contains", "startsWith", "endsWith", "count", "length", "sum", "least", "greatest", "round", "days", "years", "birth", "sex", "email",
	} {
		out[name] = true
	}
	return out
}

// picked is when a part that is asked for by choice was chosen.
func (u *uniter) picked(p *joining) string {
	if !p.Choice {
		return ""
	}
	return strconv.Quote(p.Key) + " in " + u.chosen
}

// build makes the form as the clusters stand.
func (u *uniter) build() Schema {
	out := Schema{Title: u.in.Words.Title, Intro: u.in.Words.Intro}
	shared := Field{ID: "shared", Kind: Group, Label: u.in.Words.Shared}
	if u.chosen != "" {
		shared.Fields = append(shared.Fields, u.choices())
	}
	for _, c := range u.clusters {
		shared.Fields = append(shared.Fields, u.share(c))
	}
	if len(shared.Fields) > 0 {
		shared.ID = u.fresh("shared_part", "shared")
		out.Fields = append(out.Fields, shared)
	}
	for _, p := range u.parts {
		out.Fields = append(out.Fields, u.section(p)...)
		for _, r := range p.c.Schema.Rules {
			r.CEL = unless(u.picked(p), u.said(p, &node{f: &Field{Label: p.Title}}, whereRule, r.CEL))
			r.Field = p.ids[r.Field]
			out.Rules = append(out.Rules, r)
		}
	}
	out.Union = u.union()
	return out
}

// unless is a rule that holds only while a condition does.
func unless(when, rule string) string {
	if when == "" {
		return rule
	}
	return "!" + paren(when) + " || " + paren(rule)
}

// choices is the field that says which parts were chosen.
func (u *uniter) choices() Field {
	f := Field{ID: u.chosen, Kind: Checkbox, Label: u.in.Words.Chosen, Readonly: true, Element: ChosenElement}
	for _, p := range u.parts {
		if p.Choice {
			f.Options = append(f.Options, Option{p.Key, p.Title})
		}
	}
	return f
}

// share is the field of a cluster.
func (u *uniter) share(c *cluster) Field {
	f := c.merged
	f.ID = c.id
	whens := make([]string, len(c.members))
	always := false
	for i, m := range c.members {
		whens[i] = all(u.picked(m.part), u.asked(m.part, m.n))
		always = always || whens[i] == ""
		f.Compute = u.reckoned(c, i)
	}
	if !always {
		f.Visible = some(whens...)
	}
	u.bind(&f, c, whens)
	var must []string
	for i, m := range c.members {
		need, sometimes := whens[i], m.n.f.Required || m.n.f.RequiredWhen != ""
		if !m.n.f.Required {
			need = all(need, u.said(m.part, m.n, whereRequired, m.n.f.RequiredWhen))
		}
		if sometimes {
			f.Required = f.Required || need == f.Visible
			must = append(must, need)
		}
		u.rule(&f, m, whens[i])
	}
	if !f.Required {
		f.RequiredWhen = some(must...)
	}
	return f
}

// reckoned is the computation of a cluster's member i, which must be that of them all.
func (u *uniter) reckoned(c *cluster, i int) string {
	m := c.members[i]
	mine := u.said(m.part, m.n, whereCompute, m.n.f.Compute)
	if i > 0 && mine != u.said(c.members[0].part, c.members[0].n, whereCompute, c.members[0].n.f.Compute) {
		u.close(c, "compute")
	}
	return mine
}

func (u *uniter) rule(f *Field, m member, when string) {
next:
	for _, r := range m.n.f.Rules {
		r.CEL = u.said(m.part, m.n, whereRule, r.CEL)
		if when != f.Visible {
			r.CEL = unless(when, r.CEL)
		}
		for _, known := range f.Rules {
			if known == r {
				continue next
			}
		}
		f.Rules = append(f.Rules, r)
	}
}

// section is what a part asks for on its own. What would be too deep inside of its
// section stands beside it.
func (u *uniter) section(p *joining) (out []Field) {
	head := Field{ID: u.fresh("part_"+p.Key, "part"), Kind: Group, Label: p.Title, Visible: u.picked(p)}
	for _, f := range u.own(p, p.c.Schema.Fields) {
		if deep(f) < MaxDepth {
			head.Fields = append(head.Fields, f)
			continue
		}
		f.Visible = all(head.Visible, f.Visible)
		if f.Kind == Group {
			f.Label = p.Title + " · " + f.Label
		}
		out = append(out, f)
	}
	if len(head.Fields) == 0 {
		return out
	}
	return append([]Field{head}, out...)
}

func deep(f Field) int {
	most := 0
	for _, x := range f.Fields {
		most = max(most, deep(x))
	}
	return most + 1
}

// own are the fields of a part that it does not share.
func (u *uniter) own(p *joining, fields []Field) (out []Field) {
	for _, f := range fields {
		if p.share[f.ID] != nil {
			continue
		}
		n := p.c.byID[f.ID]
		inner := u.own(p, f.Fields)
		if len(f.Fields) > 0 && len(inner) == 0 {
			continue
		}
		f.Fields = inner
		f.ID = p.ids[f.ID]
		f.freeze()
		f.Visible = u.said(p, n, whereVisible, f.Visible)
		f.RequiredWhen = u.said(p, n, whereRequired, f.RequiredWhen)
		f.Compute = u.said(p, n, whereCompute, f.Compute)
		rules := f.Rules
		f.Rules = nil
		for _, r := range rules {
			r.CEL = u.said(p, n, whereRule, r.CEL)
			f.Rules = append(f.Rules, r)
		}
		out = append(out, f)
	}
	return out
}
