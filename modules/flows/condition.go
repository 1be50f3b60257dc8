package flows

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/cel"
)

// Bounds on one condition: its length in characters, and the CEL cost units that one
// evaluation may spend (a comparison costs a few; the bound is well under a millisecond).
const (
	maxExpression = 2_000
	costLimit     = 20_000
)

// newEnv declares what a condition may ask about a case, and nothing else.
func newEnv() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable("amount", cel.IntType),
		cel.Variable("days", cel.IntType),
		cel.Variable("level", cel.StringType),
		cel.Variable("origin_level", cel.StringType),
		cel.Variable("applicant_kind", cel.StringType),
		cel.Variable("form", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("opinion", cel.StringType),
		cel.Variable("outcome", cel.StringType),
		cel.Variable("choices", cel.ListType(cel.StringType)),
		cel.ParserExpressionSizeLimit(maxExpression),
	)
}

var errNotBool = errors.New("not a bool")

// compile compiles every expression once. What fails is kept for Check and for the engine to
// report.
func (d *Definition) compile() {
	var env *cel.Env // made only when needed: most flows have no condition
	var broken error
	ready := func() bool {
		if env == nil && broken == nil {
			env, broken = newEnv()
		}
		return broken == nil
	}
	d.everyScope(func(d *Definition) {
		for _, e := range d.edges {
			if e.condition == "" {
				continue
			}
			if e.broken = broken; ready() {
				e.program, e.broken = compileTo(env, e.condition, isBool)
			}
		}
		for _, n := range d.nodes {
			if m := n.many; m != nil && m.From != "" && ready() {
				m.program, m.broken = compileTo(env, m.From, isStrings)
			}
		}
	})
}

// everyScope visits the flow and the insides of its sub-processes.
func (d *Definition) everyScope(visit func(*Definition)) {
	visit(d)
	for _, n := range d.nodes {
		if n.inner != nil {
			n.inner.everyScope(visit)
		}
	}
}

func isBool(t *cel.Type) error {
	if !t.IsExactType(cel.BoolType) {
		return fmt.Errorf("%w: %s", errNotBool, t)
	}
	return nil
}

// isStrings takes a list of anything whose type is not known before: a form field is such.
func isStrings(t *cel.Type) error {
	if t.IsExactType(cel.DynType) || cel.ListType(cel.StringType).IsAssignableType(t) || t.IsExactType(cel.ListType(cel.DynType)) {
		return nil
	}
	return fmt.Errorf("%w: %s", errNotStrings, t)
}

func compileTo(env *cel.Env, expr string, fits func(*cel.Type) error) (cel.Program, error) {
	ast, issues := env.Compile(expr)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	if err := fits(ast.OutputType()); err != nil {
		return nil, err
	}
	return env.Program(ast, cel.CostLimit(costLimit))
}
