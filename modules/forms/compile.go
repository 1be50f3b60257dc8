package forms

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
)

// node is a field with its compiled expressions.
type node struct {
	f        *Field
	parent   *node // the container around it
	table    *node // the table whose row it is a cell of
	visible  *expression
	required *expression
	compute  *expression
	rules    []rule
	cells    []*node // of a table, in the order in which they are reckoned
}

type rule struct {
	expr    *expression
	message string
	blames  string
}

// Compiled is a schema ready to be evaluated. It is safe for concurrent use.
type Compiled struct {
	Schema Schema
	nodes  []*node          // in document order, cells excluded
	order  []*node          // in the order of their dependencies
	byID   map[string]*node // cells included
	rules  []rule
}

// Where an expression stands in a field.
const (
	whereVisible  = "visible"
	whereRequired = "required_when"
	whereCompute  = "compute"
	whereRule     = "rule"
)

// Compile prepares a schema. What is wrong with its expressions is told and left
// out, so that a draft can be tried; a version is published only without problems.
func Compile(s Schema) (*Compiled, []Problem) {
	s = s.Clone()
	c := &Compiled{Schema: s, byID: map[string]*node{}}
	p := &compiler{c: c}
	p.grow(c.Schema.Fields, nil, nil)
	p.compileAll()
	p.sort()
	return c, p.problems
}

type compiler struct {
	c        *Compiled
	problems []Problem
}

func (p *compiler) wrong(f *Field, where, key, detail string) {
	p.problems = append(p.problems, Problem{Field: f.ID, Label: f.Label, Where: where, Key: "forms." + key, Detail: detail})
}

// grow makes nodes of fields, in document order.
func (p *compiler) grow(fields []Field, parent, table *node) {
	for i := range fields {
		n := &node{f: &fields[i], parent: parent, table: table}
		if p.c.byID[n.f.ID] == nil { // a duplicate is told by Check
			p.c.byID[n.f.ID] = n
		}
		if table != nil {
			table.cells = append(table.cells, n)
		} else {
			p.c.nodes = append(p.c.nodes, n)
		}
		inner := table
		if n.f.Kind == Table && table == nil {
			inner = n
		}
		p.grow(n.f.Fields, n, inner)
	}
}

func (p *compiler) compileAll() {
	base, err := newEnv()
	if err == nil {
		base, err = base.Extend(declare(p.c.nodes)...)
	}
	if err != nil {
		p.problems = append(p.problems, Problem{Key: "forms.env", Detail: err.Error()})
		return
	}
	for _, n := range p.c.nodes {
		p.compileNode(base, n)
		if len(n.cells) == 0 {
			continue
		}
		row, err := base.Extend(declare(n.cells)...)
		if err != nil {
			p.wrong(n.f, "", "env", err.Error())
			continue
		}
		for _, cell := range n.cells {
			p.compileNode(row, cell)
		}
	}
	form := &Field{}
	for _, r := range p.c.Schema.Rules {
		if e := p.expr(base, form, whereRule, r.CEL, cel.BoolType); e != nil {
			p.c.rules = append(p.c.rules, rule{e, r.Message, r.Field})
		}
	}
}

func declare(nodes []*node) (opts []cel.EnvOption) {
	seen := map[string]bool{}
	for _, n := range nodes {
		if n.f.Kind.Holds() && validID(n.f.ID) && !seen[n.f.ID] {
			opts = append(opts, cel.Variable(n.f.ID, typeOf(n.f)))
			seen[n.f.ID] = true
		}
	}
	return opts
}

func (p *compiler) compileNode(env *cel.Env, n *node) {
	f := n.f
	n.visible = p.expr(env, f, whereVisible, f.Visible, cel.BoolType)
	if !f.Kind.Holds() {
		return
	}
	n.required = p.expr(env, f, whereRequired, f.RequiredWhen, cel.BoolType)
	n.compute = p.expr(env, f, whereCompute, f.Compute, computed(f)...)
	for _, r := range f.Rules {
		if e := p.expr(env, f, whereRule, r.CEL, cel.BoolType); e != nil {
			n.rules = append(n.rules, rule{e, r.Message, f.ID})
		}
	}
}

// computed lists the types that a computation of f may have.
func computed(f *Field) []*cel.Type {
	if f.Kind == Number || f.Kind == Money {
		return []*cel.Type{cel.DoubleType, cel.IntType}
	}
	return []*cel.Type{typeOf(f)}
}

func (p *compiler) expr(env *cel.Env, f *Field, where, source string, want ...*cel.Type) *expression {
	if source == "" {
		return nil
	}
	e, err := compileExpr(env, source, want...)
	switch {
	case err == nil:
		for name := range e.asks {
			if p.c.byID[name] == nil {
				p.wrong(f, where, "cel_unknown", name)
				return nil
			}
		}
		return e
	case errors.Is(err, errType):
		p.wrong(f, where, "cel_type", want[0].String())
	case errors.Is(err, errCost):
		p.wrong(f, where, "cel_cost", "")
	default:
		p.wrong(f, where, "cel", firstLine(err.Error()))
	}
	return nil
}

func firstLine(s string) string {
	for i := range len(s) {
		if s[i] == '\n' {
			return s[:i]
		}
	}
	return s
}

// needs lists the nodes whose value or visibility must be known before n's.
func (p *compiler) needs(n *node) (out []*node) {
	if n.parent != nil && n.parent != n.table {
		out = append(out, n.parent)
	}
	for _, e := range []*expression{n.visible, n.compute} {
		out = append(out, e.touches(p.c.byID)...)
	}
	return out
}

// sort puts nodes after what they depend on and tells every cycle by its labels.
func (p *compiler) sort() {
	for _, n := range p.c.nodes {
		if n.f.Kind == Table {
			n.cells = p.arrange(n.cells, func(m *node) (deps []*node) {
				for _, d := range p.needs(m) {
					if d.table == n {
						deps = append(deps, d)
					}
				}
				return deps
			})
		}
	}
	p.c.order = p.arrange(p.c.nodes, func(n *node) []*node {
		deps := p.needs(n)
		for _, cell := range n.cells {
			for _, d := range p.needs(cell) {
				if d.table == nil && d != n.parent {
					deps = append(deps, d)
				}
			}
		}
		return deps
	})
}

func (p *compiler) arrange(nodes []*node, needs func(*node) []*node) (order []*node) {
	place := map[*node]int{}
	for i, n := range nodes {
		place[n] = i
	}
	const onWay, done = 1, 2
	state := map[*node]int{}
	var way []*node
	var visit func(n *node)
	visit = func(n *node) {
		if state[n] == done {
			return
		}
		if state[n] == onWay {
			p.cycle(way[slices.Index(way, n):])
			return
		}
		state[n] = onWay
		way = append(way, n)
		deps := needs(n)
		slices.SortFunc(deps, func(a, b *node) int { return place[a] - place[b] })
		for _, d := range slices.Compact(deps) {
			if _, here := place[d]; here {
				visit(d)
			}
		}
		way = way[:len(way)-1]
		state[n] = done
		order = append(order, n)
	}
	for _, n := range nodes {
		visit(n)
	}
	return order
}

func (p *compiler) cycle(way []*node) {
	names := make([]string, 0, len(way)+1)
	for _, n := range append(slices.Clone(way), way[0]) {
		names = append(names, named(n.f))
	}
	p.wrong(way[0].f, "", "cycle", strings.Join(names, " → "))
}

func named(f *Field) string {
	if f.Label != "" {
		return f.Label
	}
	return f.ID
}
