package datasets

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// store is the only place that spells SQL for data sets.
type store struct{ tx *db.Tx }

// current are the rows of a case as they were told last, in the order of the telling.
func (s store) current(ctx context.Context, tenant tenancy.ID, caseID string) (rs []Record, err error) {
	err = s.tx.NewSelect().Model(&rs).Where("tenant_id = ?", tenant).Where("case_id = ?", caseID).Where("current").Order("n").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("records of case %s: %w", caseID, err)
	}
	return rs, nil
}

// append stores what has changed under the next numbers of the tree. The row that
// counts them is locked from here to the commit.
func (s store) append(ctx context.Context, tenant tenancy.ID, caseID string, fresh []Record, gone []string) error {
	root, err := s.root(ctx, tenant)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		_, err := s.tx.NewUpdate().Model((*Record)(nil)).Set("current = false").Where("tenant_id = ?", tenant).Where("id IN (?)", bun.List(gone)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("replace records of case %s: %w", caseID, err)
		}
	}
	var last int64
	err = s.tx.NewRaw(`insert into case_record_marks (tenant_id, n) values (?, ?) on conflict (tenant_id) do update set n = case_record_marks.n + excluded.n returning n`,
		root, len(fresh)).Scan(ctx, &last)
	if err != nil {
		return fmt.Errorf("number records of %s: %w", root, err)
	}
	for i := range fresh {
		r := &fresh[i]
		r.TenantID, r.ID, r.RootTenant, r.CaseID, r.At = tenant, db.NewID(), root, caseID, s.tx.Now
		r.N = last - int64(len(fresh)-1-i)
	}
	if _, err := s.tx.NewInsert().Model(&fresh).Exec(ctx); err != nil {
		return fmt.Errorf("store records of case %s: %w", caseID, err)
	}
	return nil
}

// root is the top of the tree that a tenant stands in, right below the platform.
func (s store) root(ctx context.Context, tenant tenancy.ID) (tenancy.ID, error) {
	chain, err := tree.In(s.tx).Ancestors(ctx, tenant)
	if err != nil {
		return 0, err
	}
	if len(chain) < 2 {
		return tenant, nil
	}
	return chain[1].ID, nil
}

func (s store) summarise(ctx context.Context, m *Summary) error {
	_, err := s.tx.NewInsert().Model(m).On("CONFLICT (tenant_id, case_id) DO UPDATE").
		Set("no = excluded.no, item_name = excluded.item_name, status = excluded.status, filed_at = excluded.filed_at").
		Set("counts = excluded.counts, kinds = excluded.kinds, wrong = excluded.wrong, records = excluded.records, findings = excluded.findings, at = excluded.at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("summarise case %s: %w", m.CaseID, err)
	}
	return nil
}
