package forms

import (
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"liandong/tenancy/idcode"
)

// Bounds on one expression: its length in characters, what it may be estimated to
// cost when it is published, and what one evaluation may really spend (CEL units).
const (
	maxExpression = 1_000
	maxEstimate   = 200_000
	costLimit     = 200_000
)

// What every expression may ask besides the fields of its form.
const (
	varToday     = "today"          // the day in China
	varApplicant = "applicant_kind" // person or enterprise
	varStep      = "step"           // kind of the step (环节) at work; empty while filing
	varFilled    = "filled"         // filled.x: whether field x has a value
)

func variables() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Variable(varToday, cel.StringType), cel.Variable(varApplicant, cel.StringType), cel.Variable(varStep, cel.StringType),
		cel.Variable(varFilled, cel.MapType(cel.StringType, cel.BoolType)),
	}
}

// typeOf is how an expression sees a field.
func typeOf(f *Field) *cel.Type {
	switch f.Kind { //nolint:exhaustive // the rest is text
	case Number, Money:
		return cel.DoubleType
	case Checkbox:
		if f.Multiple() {
			return cel.ListType(cel.StringType)
		}
		return cel.BoolType
	case Address, Signature:
		return cel.MapType(cel.StringType, cel.StringType)
	case File:
		return cel.ListType(cel.MapType(cel.StringType, cel.StringType))
	case Table:
		return cel.ListType(cel.MapType(cel.StringType, cel.DynType))
	}
	return cel.StringType
}

// newEnv declares the functions that the browser has too (src/forms/functions.js), and nothing that it has not.
func newEnv() (*cel.Env, error) {
	list := cel.ListType(cel.DynType)
	text, number := cel.StringType, cel.DoubleType
	opts := append(variables(),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(maxExpression),
		unary("count_list", "count", list, number, func(v ref.Val) ref.Val { return types.Double(listSize(v)) }),
		unary("length_string", "length", text, number, func(v ref.Val) ref.Val { return types.Double(utf8.RuneCountInString(str(v))) }),
		unary("sum_list", "sum", list, number, func(v ref.Val) ref.Val { return fold(v, 0, func(a, b float64) float64 { return a + b }) }),
		unary("least_list", "least", list, number, func(v ref.Val) ref.Val { return fold(v, math.Inf(1), math.Min) }),
		unary("greatest_list", "greatest", list, number, func(v ref.Val) ref.Val { return fold(v, math.Inf(-1), math.Max) }),
		binary("round_double", "round", number, number, number, func(a, b ref.Val) ref.Val { return types.Double(round(num(a), int(num(b)))) }),
		binary("days_string", "days", text, text, number, func(a, b ref.Val) ref.Val { return types.Double(days(str(a), str(b))) }),
		binary("years_string", "years", text, text, number, func(a, b ref.Val) ref.Val { return types.Double(years(str(a), str(b))) }),
		unary("birth_string", "birth", text, text, func(v ref.Val) ref.Val { return types.String(birth(str(v))) }),
		unary("sex_string", "sex", text, text, func(v ref.Val) ref.Val { return types.String(sex(str(v))) }),
		unary("email_string", "email", text, cel.BoolType, func(v ref.Val) ref.Val { return types.Bool(email(str(v))) }),
	)
	return cel.NewEnv(opts...)
}

func unary(id, name string, in, out *cel.Type, f func(ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(id, []*cel.Type{in}, out, cel.UnaryBinding(f)))
}

func binary(id, name string, a, b, out *cel.Type, f func(a, b ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(id, []*cel.Type{a, b}, out, cel.BinaryBinding(f)))
}

func str(v ref.Val) string { s, _ := v.Value().(string); return s }

func num(v ref.Val) float64 {
	switch n := v.(type) {
	case types.Double:
		return float64(n)
	case types.Int:
		return float64(n)
	}
	return math.NaN()
}

func listSize(v ref.Val) float64 {
	if l, ok := v.(traits.Sizer); ok {
		return num(l.Size())
	}
	return 0
}

// fold goes through a list of numbers; an empty list is 0.
func fold(v ref.Val, start float64, f func(a, b float64) float64) ref.Val {
	l, ok := v.(traits.Lister)
	if !ok || listSize(v) == 0 {
		return types.Double(0)
	}
	for it := l.Iterator(); it.HasNext() == types.True; {
		start = f(start, num(it.Next()))
	}
	return types.Double(start)
}

// days is how many days lie between two days; 0 when one is missing.
func days(a, b string) float64 {
	from, err1 := time.Parse(time.DateOnly, a)
	to, err2 := time.Parse(time.DateOnly, b)
	if err1 != nil || err2 != nil {
		return 0
	}
	return math.Round(to.Sub(from).Hours() / 24)
}

// years is how many full years lie between two days; 0 when one is missing.
func years(a, b string) float64 {
	from, err1 := time.Parse(time.DateOnly, a)
	to, err2 := time.Parse(time.DateOnly, b)
	if err1 != nil || err2 != nil {
		return 0
	}
	n := to.Year() - from.Year()
	if to.Month() < from.Month() || to.Month() == from.Month() && to.Day() < from.Day() {
		n--
	}
	return float64(n)
}

func birth(id string) string {
	n, err := idcode.ParseIDNumber(id)
	if err != nil {
		return ""
	}
	return n.Birth.Format(time.DateOnly)
}

// sex is the code of GB/T 2261.1: 1 male, 2 female.
func sex(id string) string {
	n, err := idcode.ParseIDNumber(id)
	switch {
	case err != nil:
		return ""
	case n.Male:
		return "1"
	}
	return "2"
}

// Decimal spells every whole number of an expression as a decimal: all numbers of
// a form are decimals, and whoever writes amount > 100 should not have to know.
// The browser gets what this returns.
func Decimal(expr string) string {
	out := make([]byte, 0, len(expr)+8)
	for i := 0; i < len(expr); {
		c := expr[i]
		switch {
		case c == '"' || c == '\'':
			j := i + 1
			for j < len(expr) && expr[j] != c {
				if expr[j] == '\\' {
					j++
				}
				j++
			}
			j = min(j+1, len(expr))
			out = append(out, expr[i:j]...)
			i = j
		case letter(c) || digit(c):
			j := i
			for j < len(expr) && (letter(expr[j]) || digit(expr[j]) || expr[j] == '.' && digit(c)) {
				j++
			}
			out = append(out, expr[i:j]...)
			if wholeNumber(expr[i:j]) && (i == 0 || expr[i-1] != '.') && !indexes(expr, i, j) {
				out = append(out, ".0"...)
			}
			i = j
		default:
			out = append(out, c)
			i++
		}
	}
	return string(out)
}

// indexes reports whether the number at i..j chooses an element of a list: rows[0].
func indexes(expr string, i, j int) bool {
	return i >= 2 && expr[i-1] == '[' && j < len(expr) && expr[j] == ']' && (letter(expr[i-2]) || digit(expr[i-2]) || expr[i-2] == ')' || expr[i-2] == ']')
}

func letter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func wholeNumber(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}

var (
	errType = errors.New("type")
	errCost = errors.New("cost")
)

// expression is one compiled expression.
type expression struct {
	source  string // decimal form, as the browser gets it
	program cel.Program
	names   map[string]bool // variables it reads
	asks    map[string]bool // filled.x
}

// compileExpr type-checks expr, whose result must be one of the types wanted, and bounds its cost.
func compileExpr(env *cel.Env, expr string, want ...*cel.Type) (*expression, error) {
	e := &expression{source: Decimal(expr), names: map[string]bool{}, asks: map[string]bool{}}
	ast, issues := env.Compile(e.source)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	if !isOneOf(ast.OutputType(), want) {
		return nil, fmt.Errorf("%w %s", errType, ast.OutputType())
	}
	cost, err := env.EstimateCost(ast, sizes{})
	if err != nil {
		return nil, err
	}
	if cost.Max > maxEstimate {
		return nil, errCost
	}
	e.reads(ast)
	if e.program, err = env.Program(ast, cel.CostLimit(costLimit)); err != nil {
		return nil, err
	}
	return e, nil
}

func isOneOf(t *cel.Type, want []*cel.Type) bool {
	for _, w := range want {
		if t.IsExactType(w) || t.IsExactType(cel.DynType) {
			return true
		}
	}
	return false
}

// sizes tells the estimate how large what an expression reads can be at most.
type sizes struct{}

func (sizes) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	switch n.Type().Kind() {
	case types.ListKind:
		return &checker.SizeEstimate{Min: 0, Max: hardRows}
	case types.MapKind:
		return &checker.SizeEstimate{Min: 0, Max: 50}
	case types.StringKind:
		return &checker.SizeEstimate{Min: 0, Max: 500}
	default:
		return nil
	}
}

func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}
