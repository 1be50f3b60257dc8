package files

import (
	"context"
	"fmt"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Copy makes a file of the actor's own in the tenant in scope, for a material of a case
// that is still being filled in, over the content of another that she may read: the
// bytes are not stored again. NotFound when she does not see the other. What a guard
// withholds does not count here: she acts for the applicant, whose paper it is.
func (s *Service) Copy(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id, material string) (string, error) {
	var f File
	if err := tx.NewSelect().Model(&f).Where("tenant_id = ?", tenant).Where("id = ?", id).Scan(ctx); err != nil {
		return "", fmt.Errorf("get file %s: %w", id, err)
	}
	if err := s.authz.Allow(ctx, policies.FilesRead, f.resource()); err != nil {
		return "", err
	}
	sc := tx.Scope
	c := File{
		TenantID: sc.Tenant, ID: db.NewID(), Material: material, Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256, Key: f.Key,
		UploaderID: sc.Actor.ID, UploadedAt: tx.Now,
	}
	if sc.Actor.Kind == tenancy.Person {
		c.Subject = &sc.Actor.ID
	}
	if err := s.authz.Allow(ctx, policies.FilesWrite, c.resource()); err != nil {
		return "", err
	}
	if _, err := tx.NewInsert().Model(&c).Exec(ctx); err != nil {
		return "", fmt.Errorf("copy file %s: %w", id, err)
	}
	return c.ID, nil
}

// Get is one file that the actor may read, without its content.
func (s *Service) Get(ctx context.Context, id string) (f File, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.NewSelect().Model(&f).Where("id = ?", id).Scan(ctx); err != nil {
			return fmt.Errorf("get file %s: %w", id, err)
		}
		return s.mayRead(ctx, tx, f)
	})
	return f, err
}
