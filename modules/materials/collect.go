package materials

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	caseevents "liandong/modules/cases/events"
	"liandong/modules/materials/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Job is the name under which On hears of events.
const Job = "materials.keep"

// Events are what On wants to hear of.
func Events() []string {
	return []string{caseevents.CaseTouched{}.EventName(), events.Judged{}.EventName()}
}

// On keeps the library: what an accepted case holds goes in, and what an office made of
// a use elsewhere is carried to where the entry lies. It works in the whole tree.
func (s *Service) On(ctx context.Context, tx *db.Tx, e db.Delivery) error {
	if e.Name == (events.Judged{}).EventName() {
		var j events.Judged
		if err := e.Decode(&j); err != nil {
			return err
		}
		return s.carry(ctx, tx, j)
	}
	var in caseevents.Case
	if err := e.Decode(&in); err != nil {
		return err
	}
	d, err := s.asks.Dossier(ctx, tx, in.CaseID)
	if err != nil || !d.Accepted {
		return err
	}
	copies, err := copied(ctx, tx, e.Tenant, d.Papers)
	if err != nil {
		return err
	}
	for _, p := range d.Papers {
		if copies[p.FileID] {
			continue // it is in the library already
		}
		m := d.entry(p)
		m.TenantID, m.ID, m.CaseID, m.GradedAt = e.Tenant, db.NewID(), in.CaseID, tx.Now
		_, err := tx.NewInsert().Model(&m).On("CONFLICT (tenant_id, file_id) DO NOTHING").Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep material of case %s: %w", in.CaseID, err)
		}
	}
	return nil
}

// copied tells which papers came out of the library.
func copied(ctx context.Context, tx *db.Tx, tenant tenancy.ID, ps []Paper) (map[string]bool, error) {
	out, ids := map[string]bool{}, make([]string, len(ps))
	for i, p := range ps {
		ids[i] = p.FileID
	}
	if len(ids) == 0 {
		return out, nil
	}
	var found []string
	if err := tx.NewSelect().Model((*Use)(nil)).Column("file_id").Where("tenant_id = ?", tenant).Where("file_id IN (?)", bun.List(ids)).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("copies in a case: %w", err)
	}
	for _, id := range found {
		out[id] = true
	}
	return out, nil
}

func (d Dossier) entry(p Paper) Material {
	name := p.Material
	if name == "" {
		name = p.Name
	}
	m := Material{
		HolderKind: d.Kind, HolderName: d.Name, HolderBlind: d.Blind, Name: name, NameKey: key(name), Code: p.Code, FileID: p.FileID, FileName: p.Name, MediaType: p.MediaType, Size: p.Size,
		CaseNo: d.No, ItemName: d.ItemName, HandedAt: p.At, State: Held, Version: 1,
	}
	m.Grade, m.Basis = p.grade()
	if d.Subject != "" {
		m.Subject = &d.Subject
	}
	return m
}

// carry brings the verdict of an office to the entry.
func (s *Service) carry(ctx context.Context, tx *db.Tx, j events.Judged) error {
	upd := tx.NewUpdate().Model((*Material)(nil)).Set("version = version + 1").Set("graded_at = ?", tx.Now).Set("graded_name = ?", j.By).
		Where("tenant_id = ?", j.MaterialTenant).Where("id = ?", j.MaterialID).Where("state = ?", Held)
	if j.Verdict == Refused {
		upd = upd.Set("state = ?", Rejected)
	} else {
		basis := ByOffice
		if j.Grade == Checked {
			basis = ByOriginal
		}
		upd = upd.Set("grade = ?", j.Grade).Set("basis = ?", basis).Set("valid_until = coalesce(nullif(?, '')::date, valid_until)", j.ValidUntil)
	}
	if _, err := upd.Exec(ctx); err != nil {
		return fmt.Errorf("carry verdict to material %s: %w", j.MaterialID, err)
	}
	return nil
}
