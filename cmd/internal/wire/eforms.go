package wire

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"liandong/modules/catalog"
	"liandong/modules/forms"
	"liandong/portal-sites/kit"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// eforms lets items name electronic forms.
type eforms struct{ *forms.Service }

// Titled implements catalog.Forms.
func (e eforms) Titled(ctx context.Context, tx *db.Tx, id string, number int) (string, error) {
	v, err := e.VersionIn(ctx, tx, id, number)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.New(fault.NotFound, "not_found")
	}
	if err != nil {
		return "", err
	}
	if v.TenantID != tx.Scope.Tenant && !slices.Contains(tx.Scope.Ancestors, v.TenantID) {
		return "", fault.New(fault.NotFound, "not_found")
	}
	return v.Schema.Title, nil
}

// Offered implements the editor of items.
func (e eforms) Offered(ctx context.Context) (out []catalog.EForm, err error) {
	all, err := e.Usable(ctx)
	for _, f := range all {
		out = append(out, catalog.EForm{ID: f.ID, Number: f.Published, Title: f.Title})
	}
	return out, err
}

// Fields implements the designer of flows.
func (e eforms) Fields(ctx context.Context, f catalog.EForm) (out []kit.Option, err error) {
	v, err := e.Version(ctx, f.ID, f.Number)
	if err != nil {
		return nil, err
	}
	for _, field := range v.Named() {
		out = append(out, kit.Option{Value: field.ID, Label: field.Label})
	}
	return out, nil
}
