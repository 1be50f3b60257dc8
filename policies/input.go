package policies

import (
	"fmt"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"

	"liandong/tenancy"
)

// input builds what the law looks at, without a detour through JSON: labels
// reach Rego as exact integers.
func input(s tenancy.Scope, a Action, r Resource) (ast.Value, error) {
	res, err := object(r)
	if err != nil {
		return nil, err
	}
	return ast.NewObject(
		pair("action", ast.String(a)),
		pair("actor", actor(s)),
		pair("resource", res),
	), nil
}

func actor(s tenancy.Scope) ast.Value {
	grants := make([]*ast.Term, len(s.Actor.Grants))
	for i, g := range s.Actor.Grants {
		grants[i] = ast.NewTerm(ast.NewObject(
			pair("tier", number(int64(g.Tier))),
			pair("lo", number(int64(g.Over.Lo))),
			pair("hi", number(int64(g.Over.Hi))),
			pair("roles", words(g.Roles)),
		))
	}
	away := make([]*ast.Term, 0, len(s.Actor.StandsInFor))
	for _, a := range s.Actor.StandsInFor {
		away = append(away, ast.ObjectTerm(pair("id", ast.String(a.ID)), pair("roles", words(a.Roles)), pair("posted", words(a.Posted))))
	}
	return ast.NewObject(
		pair("kind", ast.String(s.Actor.Kind)),
		pair("id", ast.String(s.Actor.ID)),
		pair("tenant", number(int64(s.Tenant))),
		pair("lo", number(int64(s.Over.Lo))),
		pair("hi", number(int64(s.Over.Hi))),
		pair("roles", words(s.Actor.Roles)),
		pair("grants", ast.NewArray(grants...)),
		pair("aal2", ast.Boolean(s.Actor.AAL2)),
		pair("ancestors", labels(s.Ancestors)),
		pair("posted", words(s.Actor.Posted)),
		pair("stands_in_for", ast.NewArray(away...)),
	)
}

func object(r Resource) (ast.Value, error) {
	pairs := make([][2]*ast.Term, 0, len(r))
	for k, v := range r {
		val, err := value(v)
		if err != nil {
			return nil, fmt.Errorf("fact %s: %w", k, err)
		}
		pairs = append(pairs, pair(k, val))
	}
	return ast.NewObject(pairs...), nil
}

// value turns the kinds of fact that modules pass into Rego; anything else
// goes the general way, which is slower but as exact.
func value(v any) (ast.Value, error) {
	switch v := v.(type) {
	case string:
		return ast.String(v), nil
	case bool:
		return ast.Boolean(v), nil
	case int:
		return number(int64(v)), nil
	case int64:
		return number(v), nil
	case tenancy.ID:
		return number(int64(v)), nil
	case []string:
		return words(v), nil
	case []tenancy.ID:
		return labels(v), nil
	default:
		return ast.InterfaceToValue(v)
	}
}

func pair(k string, v ast.Value) [2]*ast.Term {
	return [2]*ast.Term{ast.StringTerm(k), ast.NewTerm(v)}
}

func number(n int64) ast.Value { return ast.Number(strconv.FormatInt(n, 10)) }

func words(in []string) ast.Value {
	terms := make([]*ast.Term, len(in))
	for i, s := range in {
		terms[i] = ast.StringTerm(s)
	}
	return ast.NewArray(terms...)
}

func labels(in []tenancy.ID) ast.Value {
	terms := make([]*ast.Term, len(in))
	for i, id := range in {
		terms[i] = ast.NewTerm(number(int64(id)))
	}
	return ast.NewArray(terms...)
}
