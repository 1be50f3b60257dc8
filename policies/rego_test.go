package policies

import (
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
)

// TestRego runs the tests written in Rego, and demands that together they
// reach every line of the law: an untested rule is not law yet.
func TestRego(t *testing.T) {
	t.Parallel()
	lawModules, all := modules(t)
	store, err := facts()
	if err != nil {
		t.Fatal(err)
	}
	txn, err := store.NewTransaction(t.Context(), storage.TransactionParams{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(t.Context(), txn)
	seen := cover.New()
	results, err := tester.NewRunner().SetStore(store).SetModules(all).
		SetCoverageQueryTracer(seen).SetCoverageRuns(nil).RunTests(t.Context(), txn)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for r := range results {
		ran++
		if !r.Pass() {
			t.Errorf("%s %s: fail=%v error=%v", r.Location, r.Name, r.Fail, r.Error)
		}
	}
	if ran < 2*len(Actions()) {
		t.Errorf("only %d Rego tests ran", ran)
	}
	for name, file := range seen.Report(lawModules).Files {
		for _, r := range file.NotCovered {
			t.Errorf("%s:%d-%d: no Rego test reaches this", name, r.Start.Row, r.End.Row)
		}
	}
}

// TestEveryActionIsAccountedFor: constant ⇄ data.json ⇄ rules ⇄ tests.
func TestEveryActionIsAccountedFor(t *testing.T) {
	t.Parallel()
	lawModules, all := modules(t)
	rules := map[string]map[string]bool{"allow": {}, "deny": {}}
	for _, m := range lawModules {
		for _, r := range m.Rules {
			if ref := r.Head.Ref(); len(ref) >= 2 && rules[ref[0].Value.String()] != nil {
				rules[headName(ref)][actionIn(ref)] = true
			}
		}
	}
	tests := map[string]map[string]bool{"allow": {}, "deny": {}}
	for name, m := range all {
		if !strings.HasSuffix(name, "_test.rego") {
			continue
		}
		for _, r := range m.Rules {
			name := r.Head.Name.String()
			for outcome := range tests {
				if strings.HasPrefix(name, "test_") && strings.HasSuffix(name, "_"+outcome) {
					maps.Copy(tests[outcome], mentioned(r))
				}
			}
		}
	}
	declared := map[string]bool{}
	for _, a := range Actions() {
		declared[string(a)] = true
		for _, outcome := range []string{"allow", "deny"} {
			if !rules[outcome][string(a)] {
				t.Errorf("%s has no %s rule", a, outcome)
			}
			if !tests[outcome][string(a)] {
				t.Errorf("%s has no Rego test that ends in _%s", a, outcome)
			}
		}
	}
	for _, ruled := range rules {
		for a := range ruled {
			if !declared[a] {
				t.Errorf("the law rules on %s, which actions.go does not declare", a)
			}
		}
	}
}

func headName(ref ast.Ref) string { return ref[0].Value.String() }

func actionIn(ref ast.Ref) string {
	s, _ := ref[1].Value.(ast.String)
	return string(s)
}

// mentioned is every string that a rule mentions.
func mentioned(r *ast.Rule) map[string]bool {
	out := map[string]bool{}
	ast.WalkTerms(r, func(term *ast.Term) bool {
		if s, ok := term.Value.(ast.String); ok {
			out[string(s)] = true
		}
		return false
	})
	return out
}

// modules parses the law alone, and the law with its tests.
func modules(t *testing.T) (lawModules, all map[string]*ast.Module) {
	t.Helper()
	lawModules, err := parse(law)
	if err != nil {
		t.Fatal(err)
	}
	if all, err = parse(os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	for name := range all {
		if !strings.HasSuffix(name, "_test.rego") && lawModules[name] == nil {
			t.Errorf("%s is not embedded", name)
		}
	}
	return lawModules, all
}
