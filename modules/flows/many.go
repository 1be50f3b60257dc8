package flows

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
)

// Rule says how many of those who share a step must have done it.
type Rule string

// The rules of a shared step.
const (
	All  Rule = "all" // 会签: every one
	Any  Rule = "any" // 或签: the first one, and the others are called off
	Some Rule = "n"   // n of them, and the others are called off
)

// Whoever is against it is left out of the count: see [Definition.Refuse].

// Many (多人办理) makes a step the work of several: departments, tenants, persons or the values
// of a list. Who they are stands in Values, or comes from the facts of the case through From.
type Many struct {
	Sequential bool   // 依次: one after the other; otherwise at the same time
	Over       string // departments, tenants, persons or list
	Values     List   // fixed when the flow is drawn
	From       string // CEL over the facts, giving a list of strings; instead of Values
	Rule       Rule
	N          int // of the rule n

	program cel.Program
	broken  error
}

// maxMany bounds how many may share a step.
const maxMany = 50

// List is a list of codes, divided by spaces, as an attribute holds it. It is a string so that a
// [Step] stays comparable.
type List string

// All are the codes in their order.
func (l List) All() []string { return strings.Fields(string(l)) }

// ListOf makes a List.
func ListOf(codes ...string) List { return List(strings.Join(codes, " ")) }

// faults is what is wrong with the properties, empty when nothing is.
func (m *Many) fault() string {
	switch {
	case !oneOf(m.Over, "departments", "tenants", "persons", "list"):
		return "over=" + m.Over
	case !oneOf(m.Rule, All, Any, Some):
		return "rule=" + string(m.Rule)
	case (m.Rule == Some) != (m.N > 0):
		return "n=" + strconv.Itoa(m.N)
	case (m.Values == "") == (m.From == ""):
		return "values"
	case m.broken != nil:
		return "from: " + m.broken.Error()
	}
	if m.From != "" {
		return ""
	}
	return m.check(m.Values.All())
}

// check says what is wrong with those who are to share the step, empty when nothing is.
func (m *Many) check(who []string) string {
	seen := map[string]bool{}
	for _, w := range who {
		if w == "" || seen[w] {
			return "values: " + strconv.Quote(w)
		}
		seen[w] = true
	}
	if len(who) == 0 || len(who) > maxMany || m.N > len(who) {
		return fmt.Sprintf("values: %d", len(who))
	}
	return ""
}

// needed is how many of count must have done the step.
func (m *Many) needed(count int) int {
	switch m.Rule {
	case Any:
		return 1
	case Some:
		return m.N
	case All:
	}
	return count
}

var errNotStrings = errors.New("not a list of strings")

// who are those that share the step in a case with the given facts.
func (m *Many) who(vars map[string]any) ([]string, error) {
	if m.From == "" {
		return m.Values.All(), nil
	}
	if m.program == nil {
		return nil, m.broken
	}
	out, _, err := m.program.Eval(vars)
	if err != nil {
		return nil, err
	}
	v, err := out.ConvertToNative(reflect.TypeFor[[]string]())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotStrings, err)
	}
	list, _ := v.([]string)
	return list, nil
}
