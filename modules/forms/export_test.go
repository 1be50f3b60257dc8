package forms

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// TryExpression evaluates an expression over the variables of the shared cases, the
// way a rule is; nil when it cannot be answered. It also says what the browser gets.
func TryExpression(expr string) (value any, source string, err error) {
	env, err := newEnv()
	if err != nil {
		return nil, "", err
	}
	rows := cel.ListType(cel.MapType(cel.StringType, cel.DynType))
	if env, err = env.Extend(cel.Variable("a", cel.DoubleType), cel.Variable("b", cel.DoubleType), cel.Variable("s", cel.StringType), cel.Variable("empty", cel.StringType), cel.Variable("t", cel.BoolType),
		cel.Variable("many", cel.ListType(cel.StringType)), cel.Variable("none", rows), cel.Variable("rows", rows), cel.Variable("place", cel.MapType(cel.StringType, cel.StringType))); err != nil {
		return nil, "", err
	}
	e, err := compileExpr(env, expr, cel.DoubleType, cel.BoolType, cel.StringType, cel.IntType)
	if err != nil {
		return nil, "", err
	}
	out, _, err := e.program.Eval(map[string]any{
		"a": 1.25, "b": 2.5, "s": "其其格", "empty": "", "t": true, "many": []string{"x", "y"}, "none": []map[string]any{}, "rows": []map[string]any{{"n": 1.0, "m": 5.0}, {"n": 2.0}, {"n": 3.0}},
		"place": map[string]string{"division": "152502000000", "detail": "街"}, "today": "2026-03-04", "applicant_kind": "person", "step": "", "filled": map[string]bool{"s": true, "empty": false},
	})
	if err != nil {
		return nil, e.source, nil //nolint:nilerr // no answer is an answer
	}
	if i, ok := out.(types.Int); ok {
		return float64(i), e.source, nil
	}
	return out.Value(), e.source, nil
}
