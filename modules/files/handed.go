package files

import (
	"context"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Handed lists what an applicant handed in for a case up to now, oldest first: the
// material and the name of each file.
func (s *Service) Handed(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID string) (out [][2]string, err error) {
	var fs []File
	err = tx.NewSelect().Model(&fs).Column("material", "name").Where("tenant_id = ?", tenant).Where("case_id = ?", caseID).
		Where("subject IS NOT NULL OR step_seq <= 1").Order("uploaded_at", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("files handed in for case %s: %w", caseID, err)
	}
	for _, f := range fs {
		out = append(out, [2]string{f.Material, f.Name})
	}
	return out, nil
}

// InCase lists the files of a case, oldest first.
func (s *Service) InCase(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID string) (fs []File, err error) {
	err = tx.NewSelect().Model(&fs).Where("tenant_id = ?", tenant).Where("case_id = ?", caseID).Order("uploaded_at", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("files of case %s: %w", caseID, err)
	}
	return fs, nil
}
