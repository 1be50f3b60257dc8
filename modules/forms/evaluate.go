package forms

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"
)

// Context is what an evaluation knows besides the values.
type Context struct {
	Today         string // the day in China, 2026-03-04
	ApplicantKind string // person or enterprise
	Step          string // kind of the step (环节) at work; empty while filing
	Rights        map[string]Right
	Stored        Values // what fields that the actor may not write hold: from prefill or an earlier step
}

// Result is a form after all its rules ran.
type Result struct {
	Values   Values          // of visible fields, normalised; computed ones included
	Shown    map[string]bool // by id, or table.row.id
	Required map[string]bool
	Locked   map[string]bool // shown, but not hers to write
	Secret   map[string]bool // kept, but not hers to read
	Dropped  []string        // fields that had a value and are hidden now
	Errors   []Error         // in document order
}

// OK reports whether the form may be submitted.
func (r *Result) OK() bool { return len(r.Errors) == 0 }

// Error returns the first error of a path, nil when there is none.
func (r *Result) Error(path string) *Error {
	for i := range r.Errors {
		if r.Errors[i].Path == path {
			return &r.Errors[i]
		}
	}
	return nil
}

// Evaluate runs every rule over what was typed, in the order of their
// dependencies. The same input gives the same result, wherever and whenever: the
// day is given. What a browser says about visibility or computed values is not asked.
func (c *Compiled) Evaluate(in Values, ctx Context) Result {
	e := &evaluation{
		c: c, ctx: ctx, in: in, vals: make(map[string]any, len(c.nodes)), filled: make(map[string]bool, len(c.nodes)), wrong: map[string]*blame{},
		res: Result{Values: Values{}, Shown: map[string]bool{}, Required: map[string]bool{}, Locked: map[string]bool{}, Secret: map[string]bool{}},
	}
	for _, n := range c.order {
		e.reckon(n)
	}
	for _, n := range c.nodes {
		e.judge(n)
	}
	e.judgeForm()
	return e.res
}

type evaluation struct {
	c      *Compiled
	ctx    Context
	in     Values
	vals   map[string]any // what expressions see
	filled map[string]bool
	tables map[string][]*row
	wrong  map[string]*blame // by path: what normal found
	res    Result
}

// ResolveName and Parent make the evaluation what CEL reads variables from.
func (e *evaluation) ResolveName(name string) (any, bool) {
	switch name {
	case varToday:
		return e.ctx.Today, true
	case varApplicant:
		return e.ctx.ApplicantKind, true
	case varStep:
		return e.ctx.Step, true
	case varFilled:
		return e.filled, true
	}
	if v, ok := e.vals[name]; ok {
		return v, true
	}
	if n := e.c.byID[name]; n != nil && n.table == nil {
		return zero(n.f), true
	}
	return nil, false
}

// Parent implements the activation of CEL.
func (e *evaluation) Parent() interpreter.Activation { return nil }

// row is one row of a table: its cells first, then the form.
type row struct {
	e      *evaluation
	table  *node
	at     string // table.row
	blank  bool   // nothing is typed in it, nor behind it
	in     map[string]any
	vals   map[string]any
	filled map[string]bool
}

// ResolveName and Parent make a row what CEL reads variables from.
func (r *row) ResolveName(name string) (any, bool) {
	if v, ok := r.vals[name]; ok {
		return v, true
	}
	if name == varFilled {
		all := make(map[string]bool, len(r.filled)+len(r.e.filled))
		maps.Copy(all, r.e.filled)
		for _, cell := range r.table.cells {
			all[cell.f.ID] = r.filled[cell.f.ID]
		}
		return all, true
	}
	if n := r.e.c.byID[name]; n != nil && n.table == r.table {
		return zero(n.f), true
	}
	return r.e.ResolveName(name)
}

// Parent implements the activation of CEL.
func (r *row) Parent() interpreter.Activation { return nil }

func truth(e *expression, vars cel.Activation) (value, ok bool) {
	out, _, err := e.program.Eval(vars)
	if err != nil {
		return false, false
	}
	b, ok := out.(types.Bool)
	return bool(b), ok
}

// right is what the actor may do with a field: the strictest of it and what is around it.
func (e *evaluation) right(n *node) Right {
	worst := Write
	for m := n; m != nil; m = m.parent {
		r, ok := e.ctx.Rights[m.f.ID]
		if !ok && e.ctx.Step != "" {
			r = m.f.Rights[e.ctx.Step]
		}
		switch r {
		case Hidden:
			return Hidden
		case Read:
			worst = Read
		case Write:
		}
	}
	return worst
}

// reckon settles whether n is visible, and its value.
func (e *evaluation) reckon(n *node) {
	f := n.f
	shown := n.parent == nil || e.res.Shown[n.parent.f.ID]
	if shown && n.visible != nil {
		if v, ok := truth(n.visible, e); ok { // a rule that fails hides nothing
			shown = v
		}
	}
	e.res.Shown[f.ID] = shown
	right := e.right(n)
	if right == Hidden {
		e.res.Secret[f.ID] = true
	}
	if !f.Kind.Holds() {
		return
	}
	locked := right != Write || f.Readonly || n.compute != nil
	raw := e.in[f.ID]
	if right != Write || f.Readonly {
		raw = e.ctx.Stored[f.ID]
	}
	var value any
	switch {
	case f.Kind == Table:
		if shown {
			value = e.table(n, raw)
		} else if len(rows(raw)) > 0 {
			e.res.Dropped = append(e.res.Dropped, f.ID)
		}
	case shown && n.compute != nil:
		value = compute(n, e)
	default:
		v, b := normal(f, raw, e.ctx.Today)
		if !shown {
			if v != nil {
				e.res.Dropped = append(e.res.Dropped, f.ID)
			}
			v, b = nil, nil
		}
		if value = v; b != nil {
			e.wrong[f.ID] = b
		}
	}
	e.set(n, value, locked)
}

func (e *evaluation) set(n *node, value any, locked bool) {
	id := n.f.ID
	if locked && e.res.Shown[id] {
		e.res.Locked[id] = true
	}
	e.filled[id] = value != nil
	if value == nil {
		return
	}
	e.res.Values[id] = value
	e.vals[id] = seen(n.f, value, e.wrong[id])
}

// seen is what expressions see of a value: what cannot be read (letters in a number) is as if missing.
func seen(f *Field, value any, b *blame) any {
	if _, isText := value.(string); b != nil && isText && (f.Kind == Number || f.Kind == Money) {
		return zero(f)
	}
	return value
}

func compute(n *node, vars cel.Activation) any {
	out, _, err := n.compute.program.Eval(vars)
	if err != nil {
		return nil
	}
	var raw any
	switch v := out.(type) {
	case types.Double, types.Int:
		x := num(v)
		if math.IsNaN(x) || math.IsInf(x, 0) || math.Abs(x) > largest {
			return nil
		}
		raw = round(x, n.f.places())
	case types.String:
		raw = string(v)
	case types.Bool:
		raw = bool(v)
	default:
		return nil
	}
	if s, ok := raw.(string); ok {
		if s == "" {
			return nil
		}
		return s
	}
	if raw == false {
		return nil
	}
	return raw
}

// table settles the cells of every row.
func (e *evaluation) table(n *node, raw any) any {
	in := rows(raw)
	var out []map[string]any
	if e.tables == nil {
		e.tables = map[string][]*row{}
	}
	typed := e.typed(n, in)
	for i, cells := range in {
		if i >= n.f.most() {
			if i < typed {
				e.wrong[n.f.ID] = because("too_many_rows", n.f.most())
			}
			break
		}
		r := &row{e: e, table: n, at: n.f.ID + "." + strconv.Itoa(i), in: cells, blank: i >= typed, vals: map[string]any{}, filled: map[string]bool{}}
		values := map[string]any{}
		for _, cell := range n.cells {
			e.cell(r, cell, values)
		}
		e.tables[n.f.ID] = append(e.tables[n.f.ID], r)
		if !r.blank {
			out = append(out, values)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// typed is how many rows there are up to the last in which something is typed: a page offers an
// empty one, and whoever has nothing to say leaves it so.
func (e *evaluation) typed(n *node, in []map[string]any) int {
	for i, cells := range slices.Backward(in) {
		for _, c := range n.cells {
			if c.compute != nil || !c.f.Kind.Holds() {
				continue
			}
			if v, b := normal(c.f, cells[c.f.ID], e.ctx.Today); v != nil || b != nil {
				return i + 1
			}
		}
	}
	return 0
}

// most is how many rows a table may have.
func (f *Field) most() int {
	if f.MaxRows > 0 && f.MaxRows < hardRows {
		return f.MaxRows
	}
	return hardRows
}

func (e *evaluation) cell(r *row, n *node, values map[string]any) {
	id := n.f.ID
	at := r.at + "." + id
	shown := true
	if n.visible != nil {
		if v, ok := truth(n.visible, r); ok {
			shown = v
		}
	}
	e.res.Shown[at] = shown
	if !n.f.Kind.Holds() {
		return
	}
	var value any
	switch {
	case !shown:
	case n.compute != nil:
		value = compute(n, r)
	default:
		v, b := normal(n.f, r.in[id], e.ctx.Today)
		if value = v; b != nil {
			e.wrong[at] = b
		}
	}
	if shown && (n.compute != nil || n.f.Readonly || e.right(n) != Write) {
		e.res.Locked[at] = true
	}
	r.filled[id] = value != nil
	if value != nil {
		values[id] = value
		r.vals[id] = seen(n.f, value, e.wrong[at])
		return
	}
	r.vals[id] = zero(n.f)
}
