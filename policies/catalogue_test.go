package policies

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCatalogueNamesEverything holds data.json and actions.go to each other:
// every constant has a Chinese name, every name a constant, and the facts that
// the law demands are those that the constant's comment promises.
func TestCatalogueNamesEverything(t *testing.T) {
	t.Parallel()
	c, err := readCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	actions, roles := constants(t)
	for _, a := range Actions() {
		if _, ok := actions[string(a)]; !ok {
			t.Errorf("Actions lists %q, which is no constant", a)
		}
	}
	if len(Actions()) != len(actions) || len(c.Actions) != len(actions) {
		t.Errorf("%d constants, %d in Actions, %d in data.json", len(actions), len(Actions()), len(c.Actions))
	}
	for a, comment := range actions {
		v, ok := c.Actions[a]
		if !ok || v.Name == "" || v.Note == "" {
			t.Errorf("%s has no name or note in data.json", a)
		}
		if strings.HasPrefix(comment, "as ") { // as another action
			continue
		}
		demanded, _, _ := strings.Cut(comment, " (")
		for _, fact := range v.Facts {
			if !strings.Contains(demanded, fact) {
				t.Errorf("%s demands the fact %s, its comment does not", a, fact)
			}
		}
	}
	if len(c.Roles) != len(roles) || len(c.RoleOrder) != len(roles) {
		t.Errorf("%d role constants, %d roles and %d in order in data.json", len(roles), len(c.Roles), len(c.RoleOrder))
	}
	for _, r := range roles {
		if c.Roles[r].Name == "" || c.Roles[r].Description == "" || !slices.Contains(c.RoleOrder, r) {
			t.Errorf("role %s has no name, description or place in data.json", r)
		}
	}
}

// constants reads actions.go: each action with its line comment, and the roles.
func constants(t *testing.T) (actions map[string]string, roles []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "actions.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	actions = map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if spec.Type == nil {
			roles = append(roles, value)
			return true
		}
		actions[value] = spec.Comment.Text()
		return true
	})
	return actions, roles
}
