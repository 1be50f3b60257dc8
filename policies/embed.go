package policies

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

//go:embed main.rego lib.rego administration.rego items.rego laws.rego forms.rego cases.rego materials.rego datasets.rego supervision.rego sites.rego
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

// Term is a word of the law with what people call it, in Chinese.
type Term struct {
	Key         string
	Name        string
	Description string
}

// catalogue is data.json as the Go side reads it.
type catalogue struct {
	RoleOrder []string `json:"role_order"`
	Roles     map[string]struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"roles"`
	Actions map[string]struct {
		Name  string   `json:"name"`
		Note  string   `json:"note"`
		Facts []string `json:"facts"`
	} `json:"actions"`
}

func readCatalogue() (catalogue, error) {
	var c catalogue
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("read policy data: %w", err)
	}
	return c, nil
}

// Roles lists every role (角色) in the order that people expect.
func Roles() ([]Term, error) {
	c, err := readCatalogue()
	if err != nil {
		return nil, err
	}
	out := make([]Term, 0, len(c.RoleOrder))
	for _, key := range c.RoleOrder {
		out = append(out, Term{Key: key, Name: c.Roles[key].Name, Description: c.Roles[key].Description})
	}
	return out, nil
}

// Verbs lists every action in the order of Actions, for audit pages and
// administrators; the description is the condition that it is subject to.
func Verbs() ([]Term, error) {
	c, err := readCatalogue()
	if err != nil {
		return nil, err
	}
	actions := Actions()
	out := make([]Term, 0, len(actions))
	for _, a := range actions {
		v := c.Actions[string(a)]
		out = append(out, Term{Key: string(a), Name: v.Name, Description: v.Note})
	}
	return out, nil
}
