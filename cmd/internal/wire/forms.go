package wire

import (
	"context"
	"errors"
	"io"
	"slices"

	"liandong/modules/catalog/codes"
	"liandong/modules/files"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/idcode"
	"liandong/tenancy/tree"
)

// codeLists lets forms take options from the code lists of the item catalogue.
type codeLists struct{}

// Lists implements forms.Asks.
func (codeLists) Lists() (out []forms.CodeList) {
	for _, s := range codes.Systems() {
		out = append(out, forms.CodeList{ID: s.ID, Name: s.Name})
	}
	return out
}

// Options implements forms.Asks.
func (codeLists) Options(list string) (out []forms.Option) {
	for _, c := range codes.List(list) {
		out = append(out, forms.Option{Value: c.Code, Label: c.Name})
	}
	return out
}

// divisions answers addresses from the tree of tenants.
type divisions struct{ tree *tree.Service }

// Below lists the divisions of the next level.
func (d divisions) Below(ctx context.Context, code string) (out []formsweb.Place, err error) {
	id := tenancy.Platform
	if code != "" {
		n, err := d.tree.ByCode(ctx, code)
		if err != nil {
			return nil, err
		}
		id = n.ID
	}
	nodes, err := d.tree.Children(ctx, id)
	for _, n := range nodes {
		if official(n) {
			out = append(out, formsweb.Place{Code: n.Code, Name: n.Name})
		}
	}
	return out, err
}

// Way lists the divisions from the province down to code.
func (d divisions) Way(ctx context.Context, code string) (out []formsweb.Place, err error) {
	n, err := d.tree.ByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	above, err := d.tree.Ancestors(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range append(above, n) {
		if official(a) && !slices.ContainsFunc(out, func(p formsweb.Place) bool { return p.Code == a.Code }) {
			out = append(out, formsweb.Place{Code: a.Code, Name: a.Name})
		}
	}
	return out, nil
}

func official(n tree.Node) bool {
	_, err := idcode.ParseDivision(n.Code)
	return err == nil && n.ID != tenancy.Platform
}

// uploads keeps the files of forms with those of cases.
type uploads struct{ files *files.Service }

// Keep implements formsweb.Papers.
func (u uploads) Keep(ctx context.Context, name string, r io.Reader) (string, error) {
	f, err := u.files.Upload(ctx, name, "", r)
	return f.ID, err
}

// filler is what is known of whoever fills in a form.
func (a *App) filler(ctx context.Context) (map[string]any, error) {
	scope, err := tenancy.From(ctx)
	if errors.Is(err, tenancy.ErrNoScope) {
		return map[string]any{}, nil
	}
	if err != nil {
		return nil, err
	}
	if scope.Actor.Kind == tenancy.Person {
		return map[string]any{"person.name": forms.Fact{Value: scope.Actor.Name, From: text.T("forms.from.identity")}}, nil
	}
	return map[string]any{"agent.name": forms.Fact{Value: scope.Actor.Name, From: text.T("forms.from.seat")}}, nil
}

// sourceWord names what is filled in from what was handed in on the same form.
func sourceWord(string) string { return text.T("forms.from.last") }
