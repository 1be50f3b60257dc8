package policies

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

//go:embed main.rego lib.rego administration.rego items.rego cases.rego supervision.rego sites.rego
var law embed.FS

//go:embed data.json
var data []byte

// compile parses and type-checks the embedded policies in strict mode.
func compile() (*ast.Compiler, error) {
	modules, err := parse(law)
	if err != nil {
		return nil, err
	}
	c := ast.NewCompiler().WithStrict(true)
	if c.Compile(modules); c.Failed() {
		return nil, fmt.Errorf("compile policies: %w", c.Errors)
	}
	return c, nil
}

func parse(files fs.FS) (map[string]*ast.Module, error) {
	names, err := fs.Glob(files, "*.rego")
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	modules := make(map[string]*ast.Module, len(names))
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read policy %s: %w", name, err)
		}
		if modules[name], err = ast.ParseModule(name, string(src)); err != nil {
			return nil, fmt.Errorf("parse policy %s: %w", name, err)
		}
	}
	return modules, nil
}

// facts is the store of what the law refers to: the roles, the actions and
// the fields that a lower level may not change.
func facts() (storage.Store, error) {
	var doc map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("read policy data: %w", err)
	}
	return inmem.NewFromObjectWithOpts(doc, inmem.OptReturnASTValuesOnRead(true)), nil
}

// Term is a word of the law with what people call it.
type Term struct {
	Key         string `json:"-"`
	Name        string `json:"name"` // Chinese
	Description string `json:"description"`
}

// catalogue is data.json as the Go side reads it.
type catalogue struct {
	Roles     map[string]Term `json:"roles"`
	RoleOrder []string        `json:"role_order"`
}

// Roles lists every role in the order people expect, with Chinese names.
func Roles() ([]Term, error) {
	var c catalogue
	if err := json.NewDecoder(strings.NewReader(string(data))).Decode(&c); err != nil {
		return nil, fmt.Errorf("read policy data: %w", err)
	}
	out := make([]Term, 0, len(c.RoleOrder))
	for _, key := range c.RoleOrder {
		t := c.Roles[key]
		t.Key = key
		out = append(out, t)
	}
	return out, nil
}
