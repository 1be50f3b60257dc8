// Package modules_test holds the import law: who may know whom. It reads the
// imports of every package, so nobody has to remember the law.
package modules_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const root = "liandong/"

// pkg is what `go list` says about one package.
type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", root+"...").Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %s", failed.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestImportLaw finds every import that the law forbids.
func TestImportLaw(t *testing.T) {
	t.Parallel()
	all := packages(t)
	if len(all) < 25 {
		t.Fatalf("only %d packages found", len(all))
	}
	for _, p := range all {
		for _, imported := range p.Imports {
			if why := forbidden(p.ImportPath, imported); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
}

// TestImportLawBites holds the law itself: each line is an import that it must refuse or allow.
func TestImportLawBites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"tenancy/db", "modules/cases", false},
		{"tenancy", "policies", false},
		{"tenancy/tree", "tenancy/db", true},
		{"policies", "modules/cases", false},
		{"policies", "tenancy/fault", true},
		{"modules/cases/events", "modules/cases", false},
		{"modules/cases", "modules/catalog", false},
		{"modules/cases", "modules/catalog/events", true},
		{"modules/cases", "modules/cases/internal/clock", true},
		{"modules/catalog", "modules/catalog/codes", true},
		{"modules/catalog/web", "modules/catalog/codes", true},
		{"modules/cases/web", "modules/catalog/codes", true},
		{"portal-sites/citizen", "modules/catalog/codes", true},
		{"portal-sites/kit", "modules/catalog/codes", false},
		{"modules/catalog/codes", "modules/catalog", false},
		{"modules/catalog/codes", "tenancy/db", false},
		{"modules/cases", "modules/cases/web", false},
		{"modules/cases/web", "modules/cases", true},
		{"modules/cases/web", "modules/catalog", false},
		{"modules/cases/web", "portal-sites/kit", true},
		{"modules/cases/web", "portal-sites/desk", false},
		{"modules/cases", "net/http", false},
		{"modules/cases/web", "github.com/uptrace/bun", false},
		{"modules/forms", "github.com/google/cel-go/cel", true},
		{"portal-sites/kit", "github.com/google/cel-go/cel", false},
		{"portal-sites/kit", "modules/cases", false},
		{"portal-sites/kit/visit", "tenancy/identity", true},
		{"portal-sites/desk", "portal-sites/citizen", false},
		{"portal-sites/desk", "portal-sites/desk/queues", true},
		{"portal-sites/desk", "modules/cases/web", true},
		{"portal-sites/desk", "tenancy/db", false},
		{"portal-sites/desk", "jobs", false},
		{"jobs", "modules/cases", true},
		{"jobs", "portal-sites/kit", false},
		{"modules/cases", "jobs", false},
		{"modules/cases", "github.com/hibiken/asynq", false},
		{"modules/cases", "github.com/open-policy-agent/opa/v1/rego", false},
		{"modules/org", "github.com/ory/kratos-client-go", false},
		{"deploy/local", "modules/cases", false},
		{"cmd/internal/wire", "modules/cases", true},
	} {
		from, to := root+c.from, c.to
		if !strings.Contains(strings.SplitN(to, "/", 2)[0], ".") && !strings.HasPrefix(to, "net/") {
			to = root + to
		}
		if got := forbidden(from, to) == ""; got != c.ok {
			t.Errorf("%s → %s: allowed %v, want %v", c.from, c.to, got, c.ok)
		}
	}
}

// homes says in which parts a library may be used.
func homes() map[string][]string {
	return map[string][]string{
		"github.com/uptrace/bun":            {"tenancy", "modules", "migrations", "jobs", "cmd"},
		"github.com/jackc/pgx":              {"tenancy/db", "tenancy/identity/store", "migrations", "deploy", "cmd"},
		"github.com/hibiken/asynq":          {"jobs", "cmd"},
		"github.com/open-policy-agent/opa":  {"policies"},
		"github.com/ory":                    {"tenancy/identity", "deploy"},
		"github.com/danielgtaylor/huma":     {"portal-sites/api"},
		"github.com/google/cel-go":          {"modules"},
		"github.com/6tail/lunar-go":         {"tenancy/calendar"},
		"github.com/chromedp":               {"portal-sites/kit/kittest", "cmd"},
		"github.com/alicebob/miniredis":     {"deploy", "jobs", "cmd"},
		"github.com/redis/go-redis":         {"jobs", "deploy", "cmd"},
		"github.com/a-h/templ":              {"portal-sites", "modules/*/web", "cmd"},
		"github.com/go-chi/chi":             {"portal-sites", "modules/*/web", "cmd"},
		"net/http":                          {"portal-sites", "modules/*/web", "modules/notices", "modules/files", "tenancy/identity", "deploy", "cmd"},
		root + "tenancy/db/dbtest":          {},
		root + "portal-sites/kit/kittest":   {},
		root + "portal-sites/kit/internal/": {"portal-sites/kit"},
	}
}

// forbidden says why from may not import to, or nothing. Tests are not looked at.
func forbidden(from, to string) string {
	part := strings.TrimPrefix(from, root)
	if strings.HasSuffix(part, "test") && slices.Contains([]string{"tenancy/db/dbtest", "portal-sites/kit/kittest"}, part) {
		return ""
	}
	for lib, allowed := range homes() {
		if within(to, lib) && !slices.ContainsFunc(allowed, func(home string) bool { return matches(home, part) }) {
			return "only for " + strings.Join(allowed, ", ")
		}
	}
	if !strings.HasPrefix(to, root) {
		if within(to, "github.com/uptrace/bun") && matches("modules/*/web", part) {
			return "pages ask their service"
		}
		return ""
	}
	if !slices.ContainsFunc(mayKnow(part), func(p string) bool { return matches(p, strings.TrimPrefix(to, root)) }) {
		return "not in the law of its part"
	}
	return ""
}

// mayKnow lists the parts of the product that a package may import.
func mayKnow(part string) []string {
	names := strings.Split(part, "/")
	switch names[0] {
	case "tenancy":
		return []string{"tenancy"}
	case "policies":
		return []string{"policies", "tenancy"}
	case "migrations":
		return []string{"migrations"}
	case "deploy":
		return []string{"deploy"}
	case "jobs":
		return []string{"jobs", "tenancy", "policies", "modules", "modules/*/events"}
	case "cmd":
		return []string{"cmd", "tenancy", "policies", "modules", "jobs", "migrations", "deploy", "portal-sites"}
	case "modules":
		return moduleMayKnow(names)
	case "portal-sites":
		return siteMayKnow(names)
	}
	return nil
}

func moduleMayKnow(names []string) []string {
	own := path.Join(names[:2]...)
	if len(names) > 2 && names[2] == "events" {
		return []string{own + "/events", "tenancy"}
	}
	if len(names) > 2 && names[2] == "codes" { // a leaf of data
		return []string{own + "/codes", "tenancy!"}
	}
	if len(names) > 2 && names[2] == "web" {
		return append(above(), own, "modules/*/events", "modules/*/codes")
	}
	return []string{"tenancy", "policies", "modules/*/events", "modules/*/codes", own + "/internal", "portal-sites/kit/text"}
}

// above is what pages may know of the floor: everything but the door to the database.
func above() []string {
	return []string{"tenancy!", "tenancy/fault", "tenancy/identity", "tenancy/calendar", "tenancy/tree", "tenancy/idcode", "policies", "portal-sites/kit"}
}

func siteMayKnow(names []string) []string {
	if len(names) > 1 && names[1] == "kit" {
		return above()
	}
	return append(above(), "modules", path.Join(names[:2]...))
}

// matches reports whether part lies in the place that a pattern names: * is any
// one name, ! at the end means this package and nothing below it. A module
// named alone does not open its web to another module.
func matches(pattern, part string) bool {
	if exact, ok := strings.CutSuffix(pattern, "!"); ok {
		return part == exact
	}
	ps, ns := strings.Split(pattern, "/"), strings.Split(part, "/")
	if len(ns) < len(ps) {
		return false
	}
	for i, p := range ps {
		if p != "*" && p != ns[i] {
			return false
		}
	}
	if len(ps) == 2 && ps[0] == "modules" && ps[1] != "*" && len(ns) > 2 {
		return false // its web and events are packages of their own right
	}
	return true
}

func within(imported, lib string) bool {
	return imported == lib || strings.HasPrefix(imported, strings.TrimSuffix(lib, "/")+"/")
}
