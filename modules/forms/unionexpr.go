package forms

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// scopes is what the expressions of a form may name: the form's fields, and in a row
// its cells.
type scopes struct {
	form  *cel.Env
	rows  map[*node]*cel.Env
	bound map[string]bool // names that expressions bind
}

func newScopes(c *Compiled) (*scopes, error) {
	base, err := newEnv()
	if err == nil {
		base, err = base.Extend(declare(c.nodes)...)
	}
	if err != nil {
		return nil, err
	}
	s := &scopes{form: base, rows: map[*node]*cel.Env{}, bound: map[string]bool{}}
	note := func(env *cel.Env, sources ...string) {
		for _, source := range sources {
			if ast, issues := env.Compile(Decimal(source)); source != "" && issues.Err() == nil {
				s.binds(ast)
			}
		}
	}
	for _, n := range c.nodes {
		note(base, spoken(n.f)...)
		if len(n.cells) == 0 {
			continue
		}
		if s.rows[n], err = base.Extend(declare(n.cells)...); err != nil {
			return nil, err
		}
		for _, cell := range n.cells {
			note(s.rows[n], spoken(cell.f)...)
		}
	}
	for _, r := range c.Schema.Rules {
		note(base, r.CEL)
	}
	return s, nil
}

// spoken are the expressions of a field.
func spoken(f *Field) []string {
	out := []string{f.Visible, f.RequiredWhen, f.Compute}
	for _, r := range f.Rules {
		out = append(out, r.CEL)
	}
	return out
}

func (s *scopes) binds(a *cel.Ast) {
	celast.PreOrderVisit(a.NativeRep().Expr(), celast.NewExprVisitor(func(x celast.Expr) {
		if x.Kind() == celast.ComprehensionKind {
			s.bound[x.AsComprehension().IterVar()] = true
		}
	}))
}

func (s *scopes) of(n *node) *cel.Env {
	if n != nil && n.table != nil {
		return s.rows[n.table]
	}
	return s.form
}

// rewrite is an expression of a part in the words of the union: the places of names are
// taken from its syntax tree, and only these are replaced.
func (u *uniter) rewrite(p *joining, env *cel.Env, source string) (string, error) {
	if source == "" {
		return "", nil
	}
	text := Decimal(source)
	ast, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		return "", err
	}
	w := &rewriter{u: u, p: p, ast: ast.NativeRep(), text: []rune(text), cuts: map[int]cut{}}
	w.visit(w.ast.Expr(), nil)
	if w.err != nil {
		return "", w.err
	}
	return w.spliced(), nil
}

var errUnion = errors.New("cannot be united")

type cut struct {
	to   int
	with string
}

type rewriter struct {
	u    *uniter
	p    *joining
	ast  *celast.AST
	text []rune
	cuts map[int]cut // by where they begin
	err  error
}

func (w *rewriter) spliced() string {
	var b strings.Builder
	for at := 0; at < len(w.text); {
		if c, ok := w.cuts[at]; ok {
			b.WriteString(c.with)
			at = c.to
			continue
		}
		b.WriteRune(w.text[at])
		at++
	}
	return b.String()
}

func (w *rewriter) refuse() {
	if w.err == nil {
		w.err = fmt.Errorf("%w: %s", errUnion, string(w.text))
	}
}

func (w *rewriter) visit(x celast.Expr, bound []string) {
	switch x.Kind() { //nolint:exhaustive // the rest names nothing
	case celast.IdentKind:
		w.ident(x, bound)
	case celast.SelectKind:
		w.selects(x, bound)
	case celast.CallKind:
		w.call(x, bound)
	case celast.ListKind:
		for _, e := range x.AsList().Elements() {
			w.visit(e, bound)
		}
	case celast.MapKind:
		for _, e := range x.AsMap().Entries() {
			w.visit(e.AsMapEntry().Key(), bound)
			w.visit(e.AsMapEntry().Value(), bound)
		}
	case celast.ComprehensionKind:
		c := x.AsComprehension()
		w.visit(c.IterRange(), bound)
		inner := append(slices.Clip(bound), c.IterVar(), c.IterVar2(), c.AccuVar())
		for _, e := range []celast.Expr{c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
			w.visit(e, inner)
		}
	case celast.StructKind:
		w.refuse()
	}
}

func (w *rewriter) at(x celast.Expr) int {
	r, ok := w.ast.SourceInfo().GetOffsetRange(x.ID())
	if !ok {
		return -1
	}
	return int(r.Start)
}

// reads reports whether name stands at a place of the text.
func (w *rewriter) reads(at int, name string) bool {
	n := []rune(name)
	return at >= 0 && at+len(n) <= len(w.text) && slices.Equal(w.text[at:at+len(n)], n)
}

func (w *rewriter) replace(at int, old, with string) {
	if !w.reads(at, old) {
		w.refuse()
		return
	}
	w.cuts[at] = cut{at + len([]rune(old)), with}
}

func (w *rewriter) ident(x celast.Expr, bound []string) {
	name := x.AsIdent()
	if slices.Contains(bound, name) {
		return
	}
	if name == varFilled { // looked at as a whole: filled.exists(…)
		w.refuse()
		return
	}
	n := w.p.c.byID[name]
	if n == nil {
		return
	}
	with := w.p.ids[name]
	if guard := w.u.guard(w.p, n); guard != "" {
		with = "(" + paren(guard) + " ? " + with + " : " + nothing(n.f) + ")"
	}
	w.replace(w.at(x), name, with)
}

// nothing spells what an expression sees of a field without a value.
func nothing(f *Field) string {
	switch zero(f).(type) {
	case float64:
		return "0.0"
	case bool:
		return "false"
	case string:
		return `""`
	case map[string]string:
		return "{}"
	}
	return "[]"
}

func (w *rewriter) selects(x celast.Expr, bound []string) {
	s := x.AsSelect()
	if isFilled(s.Operand(), bound) {
		w.filled(x, s)
		return
	}
	w.visit(s.Operand(), bound)
	if !w.isRow(s.Operand()) || w.p.ids[s.FieldName()] == "" {
		return
	}
	dot := w.at(x)
	if s.IsTestOnly() {
		if s.Operand().Kind() != celast.IdentKind {
			w.refuse()
			return
		}
		dot = w.skip(w.at(s.Operand()) + len([]rune(s.Operand().AsIdent())))
	}
	w.replace(w.afterDot(dot), s.FieldName(), w.p.ids[s.FieldName()])
}

func isFilled(x celast.Expr, bound []string) bool {
	return x.Kind() == celast.IdentKind && x.AsIdent() == varFilled && !slices.Contains(bound, varFilled)
}

// isRow reports whether x is a row of repeating rows: nothing else maps names to anything.
func (w *rewriter) isRow(x celast.Expr) bool {
	t := w.ast.GetType(x.ID())
	return t.Kind() == types.DynKind || t.Kind() == types.MapKind && t.Parameters()[1].Kind() == types.DynKind
}

func (w *rewriter) skip(at int) int {
	for at >= 0 && at < len(w.text) && strings.ContainsRune(" \t\r\n", w.text[at]) {
		at++
	}
	return at
}

func (w *rewriter) afterDot(at int) int {
	if !w.reads(at, ".") {
		return -1
	}
	return w.skip(at + 1)
}

// filled rewrites filled.x.
func (w *rewriter) filled(x celast.Expr, s celast.SelectExpr) {
	n := w.p.c.byID[s.FieldName()]
	if n == nil || s.IsTestOnly() {
		w.refuse()
		return
	}
	from, name := w.at(s.Operand()), w.afterDot(w.at(x))
	if !w.reads(from, varFilled) || !w.reads(name, s.FieldName()) {
		w.refuse()
		return
	}
	with := varFilled + "." + w.p.ids[s.FieldName()]
	if guard := w.u.guard(w.p, n); guard != "" {
		with = "(" + paren(guard) + " && " + with + ")"
	}
	w.cuts[from] = cut{name + len([]rune(s.FieldName())), with}
}

func (w *rewriter) call(x celast.Expr, bound []string) {
	c := x.AsCall()
	if c.IsMemberFunction() {
		w.visit(c.Target(), bound)
	}
	args := c.Args()
	if c.FunctionName() == "_[_]" && len(args) == 2 && (isFilled(args[0], bound) || w.isRow(args[0])) && args[1].Kind() == celast.LiteralKind {
		w.indexes(args[0], args[1], bound)
		return
	}
	if c.FunctionName() == "_[_]" && w.ast.GetType(args[0].ID()).Kind() == types.MapKind && w.isRow(args[0]) { // a name that is only known later
		w.refuse()
		return
	}
	for _, a := range args {
		w.visit(a, bound)
	}
}

// indexes rewrites row["cell"].
func (w *rewriter) indexes(of, by celast.Expr, bound []string) {
	name, ok := by.AsLiteral().(types.String)
	if isFilled(of, bound) {
		w.refuse()
		return
	}
	w.visit(of, bound)
	if ok && w.p.ids[string(name)] != "" {
		w.replace(w.at(by), strconv.Quote(string(name)), strconv.Quote(w.p.ids[string(name)]))
	}
}

func paren(s string) string { return "(" + s + ")" }

// all joins conditions that must all hold.
func all(terms ...string) string { return joined(" && ", terms) }

// some joins conditions one of which must hold.
func some(terms ...string) string { return joined(" || ", terms) }

func joined(with string, terms []string) string {
	var out []string
	for _, t := range terms {
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	for i := range out {
		out[i] = paren(out[i])
	}
	return strings.Join(out, with)
}
