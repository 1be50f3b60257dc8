package tree

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Entry is one line of a tenant's history (沿革).
type Entry struct {
	At        time.Time
	Change    string // added, renamed, moved, merged, closed
	Before    json.RawMessage
	After     json.RawMessage
	Reason    string
	ActorName string
}

// History returns the latest changes of a tenant that the actor in ctx sees,
// newest first, at most 100.
func (s *Service) History(ctx context.Context, id tenancy.ID) (entries []Entry, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.NewRaw(`select at, change, before, after, reason, actor_name from tenant_history where tenant_id = ? order by id desc limit 100`, id).Scan(ctx, &entries)
		if err != nil {
			return fmt.Errorf("history of %s: %w", id, err)
		}
		return nil
	})
	return entries, err
}
