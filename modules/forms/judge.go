package forms

import (
	"slices"

	"github.com/google/cel-go/cel"
)

// judge finds what is wrong with a visible field that the actor may mend.
func (e *evaluation) judge(n *node) {
	f := n.f
	if !f.Kind.Holds() || !e.res.Shown[f.ID] {
		return
	}
	e.require(n, f.ID, e)
	if e.right(n) != Write || f.Readonly {
		return
	}
	if f.Kind == Table {
		e.judgeTable(n)
	}
	e.check(n, f.ID, e.filled[f.ID], e)
}

// require settles whether a field must be filled in, for whoever may.
func (e *evaluation) require(n *node, at string, vars cel.Activation) {
	f := n.f
	must := f.Required
	if n.required != nil {
		if v, ok := truth(n.required, vars); !ok || v {
			must = true // a rule that fails is no excuse
		}
	}
	if n.compute != nil || f.Readonly || e.right(n) != Write {
		must = false
	}
	if must {
		e.res.Required[at] = true
	}
}

// check runs the built-in checks and the rules of one field; the first finding stands.
func (e *evaluation) check(n *node, at string, filled bool, vars cel.Activation) {
	if b := e.wrong[at]; b != nil {
		e.fail(Error{Path: at, Label: n.f.Label, Key: b.key, Args: b.args})
		return
	}
	if !filled {
		if e.res.Required[at] {
			e.fail(Error{Path: at, Label: n.f.Label, Key: missing(n.f)})
		}
		return
	}
	for _, r := range n.rules {
		v, ok := truth(r.expr, vars)
		if !ok {
			e.fail(Error{Path: at, Label: n.f.Label, Key: "forms.rule_broken"})
			return
		}
		if !v {
			e.fail(Error{Path: at, Label: n.f.Label, Message: r.message})
			return
		}
	}
}

// missing is what is said about a field that must be filled in.
func missing(f *Field) string {
	switch f.Kind { //nolint:exhaustive // the rest is text
	case Select, Radio, Address, Date:
		return "forms.choose"
	case Checkbox:
		if f.Multiple() {
			return "forms.choose"
		}
		return "forms.tick"
	case File:
		return "forms.attach"
	case Signature:
		return "forms.sign"
	case Table:
		return "forms.add_row"
	}
	return "forms.required"
}

func (e *evaluation) judgeTable(n *node) {
	rows := e.tables[n.f.ID]
	typed := len(slices.DeleteFunc(slices.Clone(rows), func(r *row) bool { return r.blank }))
	if typed > 0 && typed < n.f.MinRows && e.wrong[n.f.ID] == nil {
		e.wrong[n.f.ID] = because("too_few_rows", n.f.MinRows)
	}
	for _, r := range rows {
		for i := range n.f.Fields {
			cell := e.c.byID[n.f.Fields[i].ID]
			at := r.at + "." + cell.f.ID
			if cell.table != n || !cell.f.Kind.Holds() || !e.res.Shown[at] {
				continue
			}
			e.require(cell, at, r)
			if !r.blank {
				e.check(cell, at, r.filled[cell.f.ID], r)
			}
		}
	}
}

// judgeForm runs the rules of the form as a whole: they are about fields that are
// in order by themselves.
func (e *evaluation) judgeForm() {
	for _, r := range e.c.rules {
		v, ok := truth(r.expr, e)
		if ok && v {
			continue
		}
		out := Error{Message: r.message}
		if !ok {
			out = Error{Key: "forms.rule_broken"}
		}
		if n := e.c.byID[r.blames]; n != nil && n.table == nil && e.res.Shown[r.blames] {
			if e.res.Error(r.blames) != nil {
				continue
			}
			out.Path, out.Label = r.blames, n.f.Label
		}
		e.fail(out)
	}
}

func (e *evaluation) fail(x Error) { e.res.Errors = append(e.res.Errors, x) }
