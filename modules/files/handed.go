package files

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
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

// Waiting lists uploads of the actor's that no case has yet, in the order of ids: the
// material and the name of each. An id that is none is NotFound.
func (s *Service) Waiting(ctx context.Context, tx *db.Tx, ids []string) (out [][2]string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var fs []File
	err = tx.NewSelect().Model(&fs).Column("id", "material", "name").Where("id IN (?)", bun.List(ids)).Where("case_id IS NULL").Where("NOT for_item").
		Where("uploader_id = ?", tx.Scope.Actor.ID).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("uploads that wait: %w", err)
	}
	for _, id := range ids {
		i := slices.IndexFunc(fs, func(f File) bool { return f.ID == id })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "file_not_found")
		}
		out = append(out, [2]string{fs[i].Material, fs[i].Name})
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
