package catalog

import (
	"context"
	"fmt"

	"liandong/modules/catalog/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// Moved tells, inside the transaction of a move or a merger, that what the subtree
// offers has to be held against other levels: it is a tree.After. What is in force
// there follows by itself, because it is derived from the levels whenever it is read;
// the questions that levels below must answer do not.
func Moved(_ context.Context, tx *db.Tx, c tree.Change) error {
	tx.EmitIn(c.New.ID, events.SubtreeMoved{})
	return nil
}

// settleBatch bounds the items of one transaction.
const settleBatch = 100

// Settle makes the open tasks of the scope's subtree be those that its levels call for,
// and returns how many items it looked at. It is the safety net under OnChangedAbove,
// runs as System, and changes nothing when nothing was missed.
func (s *Service) Settle(ctx context.Context) (looked int, err error) {
	for last := zeroID; ; {
		n := 0
		err := s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			var ids []string
			err := tx.NewRaw(`select distinct item_id::text from item_overrides where tenant_id between ? and ? and item_id > ? order by 1 limit ?`,
				tx.Scope.Over.Lo, tx.Scope.Over.Hi, last, settleBatch).Scan(ctx, &ids)
			if n = len(ids); err != nil || n == 0 {
				return err
			}
			r := reconciler{store: store{tx}, opened: map[tenancy.ID]*events.TasksOpened{}}
			if err := r.all(ctx, ids); err != nil {
				return err
			}
			last = ids[n-1]
			r.tell()
			return nil
		})
		if err != nil {
			return looked, fmt.Errorf("settle items: %w", err)
		}
		if looked += n; n < settleBatch {
			return looked, nil
		}
	}
}

const zeroID = "00000000-0000-0000-0000-000000000000"
