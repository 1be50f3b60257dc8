package forms

import (
	"context"
	"errors"
	"fmt"

	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

const fillingColumns = `tenant_id, id, subject, form_tenant, form_id, form_version, ref, sealed, touched, version, state, begun_at, updated_at`

// Staff read rows of their subtree; drafts are their owner's alone, so every
// statement names the subject.

func (s store) openFilling(ctx context.Context, formID, ref string) (r fillingRow, err error) {
	if !db.IsID(formID) {
		return r, fault.New(fault.NotFound, "not_found")
	}
	var found []fillingRow
	err = s.tx.NewRaw(`select `+fillingColumns+` from form_drafts where tenant_id = ? and subject = ? and form_id = ? and ref = ? and state = 'open'`,
		s.tx.Scope.Tenant, s.tx.Scope.Actor.ID, formID, ref).Scan(ctx, &found)
	if len(found) > 0 {
		r = found[0]
	}
	return r, err
}

func (s store) filling(ctx context.Context, id string, lock bool) (r fillingRow, err error) {
	if !db.IsID(id) || s.tx.Scope.Actor.ID == "" {
		return r, fault.New(fault.NotFound, "not_found")
	}
	query := `select ` + fillingColumns + ` from form_drafts where tenant_id = ? and id = ? and subject = ?`
	if lock {
		query += ` for update`
	}
	if err = s.tx.NewRaw(query, s.tx.Scope.Tenant, id, s.tx.Scope.Actor.ID).Scan(ctx, &r); err != nil {
		return r, fmt.Errorf("get draft %s: %w", id, err)
	}
	return r, nil
}

func (s store) fillings(ctx context.Context) (out []fillingRow, err error) {
	err = s.tx.NewRaw(`select `+fillingColumns+` from form_drafts where tenant_id = ? and subject = ? and state = 'open' order by updated_at desc limit 100`,
		s.tx.Scope.Tenant, s.tx.Scope.Actor.ID).Scan(ctx, &out)
	return out, err
}

func (s store) insertFilling(ctx context.Context, r fillingRow) error {
	_, err := s.tx.NewRaw(`insert into form_drafts (`+fillingColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)`,
		r.TenantID, r.ID, r.Subject, r.FormTenant, r.FormID, r.FormVersion, r.Ref, r.Sealed, string(r.Touched), r.Version, r.State, r.BegunAt, r.UpdatedAt).Exec(ctx)
	return err
}

// saveFilling writes a draft whose row is locked.
func (s store) saveFilling(ctx context.Context, r fillingRow) error {
	_, err := s.tx.NewRaw(`update form_drafts set sealed = ?, touched = ?::jsonb, version = ?, updated_at = ? where tenant_id = ? and id = ? and subject = ? and state = 'open'`,
		r.Sealed, string(r.Touched), r.Version, r.UpdatedAt, r.TenantID, r.ID, s.tx.Scope.Actor.ID).Exec(ctx)
	return err
}

// moveFilling is saveFilling of a draft that may be on another version now; what was
// filled in for her is no change of hers.
func (s store) moveFilling(ctx context.Context, r fillingRow) error {
	_, err := s.tx.NewRaw(`update form_drafts set sealed = ?, touched = ?::jsonb, form_version = ? where tenant_id = ? and id = ? and subject = ? and version = ? and state = 'open'`,
		r.Sealed, string(r.Touched), r.FormVersion, r.TenantID, r.ID, s.tx.Scope.Actor.ID, r.Version).Exec(ctx)
	return err
}

// fileFilling closes a draft: what it said lies in the form's table now.
func (s store) fileFilling(ctx context.Context, f Filling) error {
	res, err := s.tx.NewRaw(`update form_drafts set sealed = '', touched = '{}', state = 'filed', version = version + 1, updated_at = ? where tenant_id = ? and id = ? and subject = ? and state = 'open'`,
		s.tx.Now, f.TenantID, f.ID, s.tx.Scope.Actor.ID).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fault.New(fault.Precondition, "forms.is_filed"), err)
	}
	return nil
}

// fileRevision closes the actor's draft of a change, when she has one: it counts now.
func (s store) fileRevision(ctx context.Context, formID, ref string) error {
	if !db.IsID(s.tx.Scope.Actor.ID) {
		return nil
	}
	_, err := s.tx.NewRaw(`update form_drafts set sealed = '', touched = '{}', state = 'filed', version = version + 1, updated_at = ? where tenant_id = ? and subject = ? and form_id = ? and ref = ? and state = 'open'`,
		s.tx.Now, s.tx.Scope.Tenant, s.tx.Scope.Actor.ID, formID, ref).Exec(ctx)
	return err
}

func (s store) dropFilling(ctx context.Context, id string) error {
	if !db.IsID(id) {
		return fault.New(fault.NotFound, "not_found")
	}
	_, err := s.tx.NewRaw(`delete from form_drafts where tenant_id = ? and id = ? and subject = ? and state = 'open'`, s.tx.Scope.Tenant, id, s.tx.Scope.Actor.ID).Exec(ctx)
	return err
}
