package catalog

import (
	"context"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Pinned is a version of an item as its owner wrote it, with the codes that the item
// had at a moment: what a case that began then was filed under.
func (s *Service) Pinned(ctx context.Context, tx *db.Tx, owner tenancy.ID, versionID string, at time.Time) (v Version, given []GivenCode, err error) {
	if v, err = (store{tx}).itemVersion(ctx, versionID); err != nil {
		return v, nil, err
	}
	err = tx.NewSelect().Model(&given).Where("tenant_id = ?", owner).Where("item_id = ?", v.ItemID).
		Where("given_at <= ?", at).Where("(ended_at IS NULL OR ended_at > ?)", at).OrderExpr("length(code), code").Scan(ctx)
	if err != nil {
		return v, nil, fmt.Errorf("codes of item %s at %s: %w", v.ItemID, at, err)
	}
	return v, given, nil
}
