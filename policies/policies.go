// Package policies decides who may do what. The law is written in Rego beside
// this file, embedded and compiled once; Go only carries the facts to it.
//
// A decision fails closed: an unknown action, a missing fact or an absent actor
// is a refusal, and every refusal says why and what to do next, in Chinese.
// MATRIX.md is the same law as a table for people who do not program.
package policies

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Action is a verb on a kind of thing, as the policies spell it.
type Action string

// Resource is what a policy may look at: facts, never rows. Each action says
// in actions.go which facts it needs; one that is missing is a refusal.
type Resource map[string]any

// Decision is the answer to one question, with what led to it.
type Decision struct {
	Allow   bool
	Reasons []string // sentences for people, in Chinese; empty when allowed
	Rule    string   // "items:edit/own_draft" when allowed, "items:edit/!not_draft" when refused
}

// Authorizer answers Allow with nil or a fault of kind Forbidden.
type Authorizer interface {
	Allow(ctx context.Context, a Action, r Resource) error
}

// Engine answers from the embedded policies. It is safe for concurrent use.
type Engine struct {
	ways    rego.PreparedEvalQuery // why an action is allowed: the names of the rules that hold
	reasons rego.PreparedEvalQuery // why it is not; asked only after a refusal
}

var _ Authorizer = (*Engine)(nil)

// New compiles the embedded policies. It fails only for a broken build.
func New(ctx context.Context) (*Engine, error) {
	compiler, err := compile()
	if err != nil {
		return nil, err
	}
	store, err := facts()
	if err != nil {
		return nil, err
	}
	prepare := func(query string) (rego.PreparedEvalQuery, error) {
		q, err := rego.New(rego.Query(query), rego.Compiler(compiler), rego.Store(store)).PrepareForEval(ctx)
		if err != nil {
			return q, fmt.Errorf("prepare policy query %s: %w", query, err)
		}
		return q, nil
	}
	var e Engine
	if e.ways, err = prepare("data.liandong.ways"); err != nil {
		return nil, err
	}
	if e.reasons, err = prepare("data.liandong.reasons"); err != nil {
		return nil, err
	}
	return &e, nil
}

// Allow returns nil when the actor of ctx's scope may do a to r. Otherwise it
// returns a Forbidden fault whose Detail says why; Internal when the policies
// could not be asked; tenancy.ErrNoScope when ctx carries no scope.
func (e *Engine) Allow(ctx context.Context, a Action, r Resource) error {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return fmt.Errorf("authorise %s: %w", a, err)
	}
	in, err := input(scope, a, r)
	if err != nil {
		return fault.New(fault.Internal, "internal").Because(fmt.Errorf("authorise %s: %w", a, err))
	}
	d, err := e.decide(ctx, a, in)
	if err != nil {
		return fault.New(fault.Internal, "internal").Because(err)
	}
	if d.Allow {
		return nil
	}
	return fault.New(fault.Forbidden, "forbidden").With(strings.Join(d.Reasons, ""))
}

// Explain answers like Allow and shows the grounds. Where the policies cannot
// be asked the answer is no; a context without a scope asks as nobody.
func (e *Engine) Explain(ctx context.Context, a Action, r Resource) Decision {
	scope, err := tenancy.From(ctx)
	if err != nil {
		scope = tenancy.Scope{}
	}
	in, err := input(scope, a, r)
	if err != nil {
		return Decision{Rule: string(a) + "/!error"}
	}
	d, err := e.decide(ctx, a, in)
	if err != nil {
		return Decision{Rule: string(a) + "/!error"}
	}
	return d
}

func (e *Engine) decide(ctx context.Context, a Action, in ast.Value) (Decision, error) {
	ways, err := list(ctx, e.ways, in)
	if err != nil {
		return Decision{}, fmt.Errorf("authorise %s: %w", a, err)
	}
	if len(ways) > 0 {
		way, _ := ways[0].(string)
		return Decision{Allow: true, Rule: string(a) + "/" + way}, nil
	}
	found, err := list(ctx, e.reasons, in)
	if err != nil {
		return Decision{}, fmt.Errorf("explain refusal of %s: %w", a, err)
	}
	d := Decision{Rule: string(a) + "/!"}
	for i, f := range found {
		reason, _ := f.(map[string]any)
		text, _ := reason["text"].(string)
		d.Reasons = append(d.Reasons, text)
		if key, ok := reason["key"].(string); ok && i == 0 {
			d.Rule += key
		}
	}
	return d, nil
}

// list evaluates a query whose answer is a set or an array; undefined is empty.
func list(ctx context.Context, q rego.PreparedEvalQuery, in ast.Value) ([]any, error) {
	rs, err := q.Eval(ctx, rego.EvalParsedInput(in))
	if err != nil || len(rs) == 0 {
		return nil, err
	}
	out, ok := rs[0].Expressions[0].Value.([]any)
	if !ok {
		return nil, fmt.Errorf("policy answered %T", rs[0].Expressions[0].Value)
	}
	return out, nil
}
