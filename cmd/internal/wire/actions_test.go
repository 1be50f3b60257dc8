package wire

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"liandong/deploy/local"
)

// TestEveryActionIsUsed demands that the law has no action that nothing asks for.
// That every action has a rule and every rule a test is proven in policies.
func TestEveryActionIsUsed(t *testing.T) {
	t.Parallel()
	root, err := local.Project()
	if err != nil {
		t.Fatal(err)
	}
	used := usedNames(t, root)
	actions := actionNames(t, filepath.Join(root, "policies", "actions.go"))
	for _, name := range actions {
		if !used[name] {
			t.Errorf("nothing asks for policies.%s", name)
		}
	}
}

func actionNames(t *testing.T, file string) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && v.Type != nil {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				if s, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(s, ":") {
					names = append(names, v.Names[0].Name)
				}
			}
		}
		return true
	})
	return names
}

// usedNames are the names of package policies that product code mentions. The
// bench and demonstrations are no product code.
func usedNames(t *testing.T, root string) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	for _, dir := range []string{"modules", "portal-sites", "jobs", "tenancy", "cmd/internal/wire"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				if err == nil && d.Name() == "node_modules" {
					return filepath.SkipDir
				}
				return err
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if p, ok := s.X.(*ast.Ident); ok && p.Name == "policies" {
						used[s.Sel.Name] = true
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return used
}
