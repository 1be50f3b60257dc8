package db

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"liandong/tenancy"
)

// Tx is one scoped transaction, with one clock reading for all of it.
type Tx struct {
	bun.Conn

	Now    time.Time // UTC
	Scope  tenancy.Scope
	act    tenancy.ID
	events []queued
	audits []Audit
	known  map[any]any
	later  batch
}

// Known is what read found under key earlier in the transaction, or finds now. It is for what the
// transaction itself does not change; nothing of it outlives the transaction and its scope. Errors
// are not kept. The type of key must be the caller's own, or others might mean something else by it.
func Known[K comparable, V any](tx *Tx, key K, read func() (V, error)) (V, error) {
	if v, ok := tx.known[key].(V); ok {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	if tx.known == nil {
		tx.known = map[any]any{}
	}
	tx.known[key] = v
	return v, nil
}

// Event is a fact other modules may react to once it is committed. It is
// encoded as JSON and must carry ids, never personal data.
type Event interface{ EventName() string }

type queued struct {
	tenant tenancy.ID
	event  Event
}

// Audit is one line of the append-only record (审计).
type Audit struct {
	Tenant tenancy.ID // where the line is kept; zero value means the actor's own tenant
	Action string     // as policies spell it
	Kind   string     // noun: case, item, grant …
	Object string     // id of the noun
	Detail map[string]any
}

// NewID returns a time-ordered UUID.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// ActOn opens one tenant for writing until the transaction ends. Call it only
// after policy allowed the act: row security lets staff write in their own node
// and in this one, and only inside what they see.
func (tx *Tx) ActOn(ctx context.Context, id tenancy.ID) error {
	if id == tx.Scope.Tenant || id == tx.act {
		return nil
	}
	if _, err := tx.ExecContext(ctx, actSQL(id)); err != nil {
		return fmt.Errorf("act on %s: %w", id, err)
	}
	tx.act = id
	return nil
}

// Emit queues e for the actor's own tenant; it is stored with the transaction
// and delivered after it.
func (tx *Tx) Emit(e Event) { tx.EmitIn(tx.Scope.Tenant, e) }

// EmitIn queues e as a fact of tenant, which must be writable (see ActOn).
func (tx *Tx) EmitIn(tenant tenancy.ID, e Event) {
	tx.events = append(tx.events, queued{tenant, e})
}

// Record queues an audit line; it is stored with the transaction.
func (tx *Tx) Record(a Audit) {
	if a.Tenant == 0 {
		a.Tenant = tx.Scope.Tenant
	}
	tx.audits = append(tx.audits, a)
}

// Later queues a statement that nothing in the transaction looks at, nor at its result; it is sent
// with the others at the end, as the transaction may write then.
func (tx *Tx) Later(query string, args ...any) {
	tx.later.sql.WriteString(query + ";")
	tx.later.args = append(tx.later.args, args...)
}

// flush stores what was queued: audit lines and events by one statement each, all in one message.
func (tx *Tx) flush(ctx context.Context) error {
	q := &tx.later
	if err := tx.flushAudits(q); err != nil {
		return err
	}
	if err := tx.flushEvents(q); err != nil {
		return err
	}
	if len(q.args) == 0 {
		return nil
	}
	if _, err := tx.NewRaw(q.sql.String(), q.args...).Exec(ctx); err != nil {
		return fmt.Errorf("store the audit lines and events of a transaction: %w", err)
	}
	return nil
}

// batch is several statements that are sent together.
type batch struct {
	sql  strings.Builder
	args []any
}

// rows adds an insert of n rows, each of which is spelt the same.
func (q *batch) rows(into, row string, n int) {
	q.sql.WriteString(into + " values " + row + strings.Repeat(", "+row, n-1) + ";")
}

func (tx *Tx) flushAudits(q *batch) error {
	if len(tx.audits) == 0 {
		return nil
	}
	q.rows(`insert into audit_rows (tenant_id, id, at, actor_kind, actor_id, actor_name, actor_tenant, action, kind, object, detail, request_id)`,
		`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?)`, len(tx.audits))
	for _, a := range tx.audits {
		detail, err := json.Marshal(a.Detail)
		if err != nil {
			return fmt.Errorf("audit %s: %w", a.Action, err)
		}
		s := tx.Scope
		q.args = append(q.args, a.Tenant, NewID(), tx.Now, s.Actor.Kind, s.Actor.ID, s.Actor.Name, s.Tenant, a.Action, a.Kind, a.Object, string(detail), s.RequestID)
	}
	return nil
}

func (tx *Tx) flushEvents(q *batch) error {
	if len(tx.events) == 0 {
		return nil
	}
	q.rows(`insert into outbox (tenant_id, id, name, body, actor_id, actor_name, request_id, created_at)`, `(?, ?, ?, ?::jsonb, ?, ?, ?, ?)`, len(tx.events))
	for _, e := range tx.events {
		body, err := json.Marshal(e.event)
		if err != nil {
			return fmt.Errorf("outbox %s: %w", e.event.EventName(), err)
		}
		q.args = append(q.args, e.tenant, NewID(), e.event.EventName(), string(body), tx.Scope.Actor.ID, tx.Scope.Actor.Name, tx.Scope.RequestID, tx.Now)
	}
	q.sql.WriteString("select pg_notify('liandong_outbox', '')")
	return nil
}
