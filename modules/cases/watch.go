package cases

import (
	"context"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// quietHabit is set by whoever watches cases and does not want to be told of them.
const quietHabit = "watch.quiet"

// Watcher is somebody who watches a case in one of her posts.
type Watcher struct {
	TenantID tenancy.ID
	ActorID  string
}

// Watchers lists who watches a case and wants to be told of it, as far as it still lies
// below the office of the post. It is asked by jobs, with the whole tree in reach.
func (s *Service) Watchers(ctx context.Context, tx *db.Tx, id string) (who []Watcher, err error) {
	err = tx.NewRaw(`select w.tenant_id, w.actor_id from case_watches w join tenants t on t.tenant_id = w.tenant_id join cases c on c.id = w.case_id
		where w.case_id = ? and c.tenant_id between t.tenant_id and t.hi
		and not exists (select from case_habits h where h.tenant_id = w.tenant_id and h.actor_id = w.actor_id and h.habit = ? and h.said = 'true') order by 1, 2`, id, quietHabit).Scan(ctx, &who)
	if err != nil {
		return nil, fmt.Errorf("who watches case %s: %w", id, err)
	}
	return who, nil
}

// Told reports whether the actor is told of the cases that she watches in her post.
func (s *Service) Told(ctx context.Context) (bool, error) {
	var quiet bool
	_, err := s.Habit(ctx, quietHabit, &quiet)
	return !quiet, err
}

// SetTold lets her be told, or not.
func (s *Service) SetTold(ctx context.Context, on bool) error {
	return s.KeepHabit(ctx, quietHabit, !on)
}
