package db

import (
	"context"
	"encoding/json"
	"fmt"
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

func (tx *Tx) flush(ctx context.Context) error {
	if err := tx.flushAudits(ctx); err != nil {
		return err
	}
	return tx.flushEvents(ctx)
}

func (tx *Tx) flushAudits(ctx context.Context) error {
	for _, a := range tx.audits {
		detail, err := json.Marshal(a.Detail)
		if err != nil {
			return fmt.Errorf("audit %s: %w", a.Action, err)
		}
		s := tx.Scope
		if _, err := tx.NewRaw(`insert into audit_rows (tenant_id, id, at, actor_kind, actor_id, actor_name, actor_tenant, action, kind, object, detail, request_id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?)`, a.Tenant, NewID(), tx.Now, s.Actor.Kind, s.Actor.ID, s.Actor.Name,
			s.Tenant, a.Action, a.Kind, a.Object, string(detail), s.RequestID).Exec(ctx); err != nil {
			return fmt.Errorf("audit %s: %w", a.Action, err)
		}
	}
	return nil
}

func (tx *Tx) flushEvents(ctx context.Context) error {
	for _, q := range tx.events {
		body, err := json.Marshal(q.event)
		if err != nil {
			return fmt.Errorf("outbox %s: %w", q.event.EventName(), err)
		}
		if _, err := tx.NewRaw(`insert into outbox (tenant_id, id, name, body, actor_id, actor_name, request_id, created_at) values (?, ?, ?, ?::jsonb, ?, ?, ?, ?)`,
			q.tenant, NewID(), q.event.EventName(), string(body), tx.Scope.Actor.ID, tx.Scope.Actor.Name, tx.Scope.RequestID, tx.Now).Exec(ctx); err != nil {
			return fmt.Errorf("outbox %s: %w", q.event.EventName(), err)
		}
	}
	if len(tx.events) > 0 {
		if _, err := tx.ExecContext(ctx, "select pg_notify('liandong_outbox', '')"); err != nil {
			return fmt.Errorf("wake the relay: %w", err)
		}
	}
	return nil
}
