package forms

import (
	"github.com/google/cel-go/cel"
	celast "github.com/google/cel-go/common/ast"
)

// reads notes what an expression looks at.
func (e *expression) reads(a *cel.Ast) {
	celast.PostOrderVisit(a.NativeRep().Expr(), celast.NewExprVisitor(func(x celast.Expr) {
		switch x.Kind() {
		case celast.IdentKind:
			e.names[x.AsIdent()] = true
		case celast.SelectKind:
			if s := x.AsSelect(); s.Operand().Kind() == celast.IdentKind && s.Operand().AsIdent() == varFilled {
				e.asks[s.FieldName()] = true
			}
		default:
		}
	}))
}

// touches lists the fields that e depends on.
func (e *expression) touches(known map[string]*node) (out []*node) {
	if e == nil {
		return nil
	}
	for _, names := range []map[string]bool{e.names, e.asks} {
		for name := range names {
			if n := known[name]; n != nil {
				out = append(out, n)
			}
		}
	}
	return out
}
