package db

import (
	"context"
	"fmt"
)

// Once does something that makes an object at most once for a key of the actor's:
// the same key again, for the same kind of object, returns the id that do returned
// then. Of two equal submits at one moment the second waits for the first. An
// empty key does it every time.
func (tx *Tx) Once(ctx context.Context, kind, key string, do func() (id string, err error)) (id string, err error) {
	if key == "" {
		return do()
	}
	key = kind + ":" + key
	tenant, actor := tx.Scope.Tenant, tx.Scope.Actor.ID
	if _, err := tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended(?, ?))`, actor+key, int64(tenant)).Exec(ctx); err != nil {
		return "", fmt.Errorf("wait for %s %s: %w", kind, key, err)
	}
	var answer []string
	if err := tx.NewRaw(`select answer from idempotency where tenant_id = ? and actor_id = ? and key = ?`, tenant, actor, key).Scan(ctx, &answer); err != nil {
		return "", fmt.Errorf("recall %s %s: %w", kind, key, err)
	}
	if len(answer) > 0 {
		return answer[0], nil
	}
	if id, err = do(); err != nil {
		return "", err
	}
	_, err = tx.NewRaw(`insert into idempotency (tenant_id, actor_id, key, answer, created_at) values (?, ?, ?, ?, ?)`, tenant, actor, key, id, tx.Now).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("remember %s %s: %w", kind, key, err)
	}
	return id, nil
}

// Recall is the answer that Once keeps for a key, if any: what may be asked before anything is judged
// that could have changed since.
func (tx *Tx) Recall(ctx context.Context, kind, key string) (id string, err error) {
	var answer []string
	if err := tx.NewRaw(`select answer from idempotency where tenant_id = ? and actor_id = ? and key = ?`, tx.Scope.Tenant, tx.Scope.Actor.ID, kind+":"+key).Scan(ctx, &answer); err != nil {
		return "", fmt.Errorf("recall %s %s: %w", kind, key, err)
	}
	if len(answer) > 0 {
		id = answer[0]
	}
	return id, nil
}
