package cases

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"liandong/tenancy/db"
)

// FiledFor is how many cases each of the items has that the actor may see; items
// without any are missing.
func (s *Service) FiledFor(ctx context.Context, items []string) (map[string]int, error) {
	out := map[string]int{}
	if len(items) == 0 {
		return out, nil
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []struct {
			ItemID string
			N      int
		}
		err := tx.NewRaw(`select item_id, count(*) as n from cases where tenant_id between ? and ? and item_id in (?) group by 1`,
			tx.Scope.Over.Lo, tx.Scope.Over.Hi, bun.List(items)).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("count cases of items: %w", err)
		}
		for _, r := range rows {
			out[r.ItemID] = r.N
		}
		return nil
	})
	return out, err
}
