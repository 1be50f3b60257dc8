package catalog

import (
	"context"
	"fmt"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Discard throws an open draft away: what is in force stays as it is, and an item
// that was never published is gone with its only draft. seen is the counter that
// the editor was shown; Conflict (item_changed) when somebody has saved since,
// Precondition when the version is no draft.
func (s *Service) Discard(ctx context.Context, versionID string, seen int) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		v, err := st.itemVersion(ctx, versionID)
		if err != nil {
			return err
		}
		if v.State != StateDraft {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		if err := s.authz.Allow(ctx, policies.ItemsEdit, v.resource()); err != nil {
			return err
		}
		parts, err := st.parts(ctx, &v)
		if err != nil {
			return err
		}
		for i := range parts {
			if err := st.discard(ctx, &parts[i], parts[i].Version); err != nil {
				return err
			}
		}
		tx.Record(db.Audit{Action: string(policies.ItemsEdit), Kind: "item", Object: v.ItemID, Detail: map[string]any{"number": v.Number, "name": v.Body.Name, "discarded": true}})
		return st.discard(ctx, &v, seen)
	})
}

// discard deletes a draft as it was seen. Its flow stays: versions share flows.
func (s store) discard(ctx context.Context, v *Version, seen int) error {
	res, err := s.tx.NewDelete().Model(v).WherePK().Where("state = ?", StateDraft).Where("version = ?", seen).Exec(ctx)
	if err != nil {
		return fmt.Errorf("discard item version %s: %w", v.ID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fault.New(fault.Conflict, "item_changed")
	}
	if _, err := s.tx.NewDelete().Model((*Item)(nil)).Where("tenant_id = ?", v.TenantID).Where("id = ?", v.ItemID).
		Where("state = ?", StateDraft).Exec(ctx); err != nil {
		return fmt.Errorf("discard item %s: %w", v.ItemID, err)
	}
	return nil
}
