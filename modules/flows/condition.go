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

// compile compiles every condition once. What fails is kept for Check and for Next to report.
func (d *Definition) compile() {
	var env *cel.Env // made only when needed: most flows have no condition
	for _, e := range d.edges {
		if e.condition == "" {
			continue
		}
		if env == nil {
			if env, e.broken = newEnv(); e.broken != nil {
				return
			}
		}
		e.program, e.broken = compileBool(env, e.condition)
	}
}

func compileBool(env *cel.Env, expr string) (cel.Program, error) {
	ast, issues := env.Compile(expr)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) {
		return nil, fmt.Errorf("%w: %s", errNotBool, t)
	}
	return env.Program(ast, cel.CostLimit(costLimit))
}
