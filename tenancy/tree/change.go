package tree

import (
	"context"
	"encoding/json"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// lock serialises changes of the tree.
const lock = 7_340_916

// writer changes the tree in one transaction: as System over all of it, in the
// name of the actor who asked.
type writer struct {
	Reader
	slots

	tx    *db.Tx
	actor tenancy.Scope
	may   func(Node) error
	after []After
}

// change takes the lock and runs fn. It returns tenancy.ErrNoScope without a scope.
func (s *Service) change(ctx context.Context, fn func(context.Context, writer) error) error {
	actor, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	may := func(n Node) error { return s.may(ctx, actor, n) }
	system := actor
	system.Over = whole()
	system.Actor = tenancy.Actor{Kind: tenancy.System, ID: actor.Actor.ID, Name: actor.Actor.Name}
	return s.db.InTx(tenancy.With(ctx, system), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw(`select pg_advisory_xact_lock(?)`, lock).Exec(ctx); err != nil {
			return fmt.Errorf("lock the tree: %w", err)
		}
		return fn(ctx, writer{Reader: In(tx), slots: slots{tx}, tx: tx, actor: actor, may: may, after: s.after})
	})
}

// may asks policy, for staff; a job may change what it was given.
func (s *Service) may(ctx context.Context, actor tenancy.Scope, n Node) error {
	if !actor.Over.Covers(n.Interval()) && actor.Actor.Kind != tenancy.Staff {
		return fault.New(fault.Forbidden, "tree_outside")
	}
	switch {
	case actor.Actor.Kind == tenancy.System:
		return nil
	case actor.Actor.Kind != tenancy.Staff || s.guard == nil:
		return fault.New(fault.Forbidden, "tree_outside")
	}
	if err := s.guard(ctx, n); err != nil {
		return err
	}
	if !actor.Over.Covers(n.Interval()) {
		return fault.New(fault.Forbidden, "tree_outside")
	}
	return nil
}

// within refuses a parent that the actor does not see.
func (w writer) within(n Node) error {
	if !w.actor.Over.Covers(n.Interval()) {
		return fault.New(fault.Forbidden, "tree_outside")
	}
	return nil
}

// fetch returns an open tenant as the actor last saw it: NotFound, Precondition
// when it was merged or closed, Conflict when somebody changed it since.
func (w writer) fetch(ctx context.Context, id tenancy.ID, version int) (Node, error) {
	n, err := w.open(ctx, id)
	if err == nil && n.Version != version {
		err = fault.New(fault.Conflict, "tree_changed")
	}
	return n, err
}

func (w writer) open(ctx context.Context, id tenancy.ID) (Node, error) {
	n, err := w.Get(ctx, id)
	if err == nil && n.State != Open {
		err = fault.New(fault.Precondition, "tree_not_open")
	}
	return n, err
}

// save writes name, code and host.
func (w writer) save(ctx context.Context, n Node) error {
	_, err := w.tx.NewRaw(`update tenants set name = ?, code = ?, host = nullif(?, ''), version = version + 1 where tenant_id = ?`,
		n.Name, n.Code, n.Host, n.ID).Exec(ctx)
	return taken(err)
}

func (w writer) insert(ctx context.Context, n Node) error {
	_, err := w.tx.NewRaw(`insert into tenants (tenant_id, hi, parent_id, level, code, name, host, created_at) values (?, ?, ?, ?, ?, ?, nullif(?, ''), ?)`,
		n.ID, n.Hi, n.Parent, n.Level, n.Code, n.Name, n.Host, w.tx.Now).Exec(ctx)
	if err != nil {
		return taken(err)
	}
	return w.keep(ctx, tenancy.Interval{Lo: n.ID, Hi: n.ID})
}

// taken blames the field whose value another tenant has.
func taken(err error) error {
	switch {
	case err == nil:
		return nil
	case db.IsDuplicate(err, "tenants_code"):
		return fault.InvalidField("code", "tree_code_taken")
	case db.IsDuplicate(err, "tenants_host"):
		return fault.InvalidField("host", "tree_host_taken")
	}
	return fmt.Errorf("write tenant: %w", err)
}

// note leaves the line of history and the audit line of a change.
func (w writer) note(ctx context.Context, change string, c Change, reason string) error {
	before := map[string]any{}
	if change != "added" {
		before = c.Old.facts()
	}
	b, err := json.Marshal(before)
	if err != nil {
		return err
	}
	a, err := json.Marshal(c.New.facts())
	if err != nil {
		return err
	}
	w.tx.Record(db.Audit{
		Tenant: c.New.ID, Action: "tenants:manage", Kind: "tenant", Object: c.New.ID.String(),
		Detail: map[string]any{"change": change, "before": before, "after": c.New.facts(), "reason": reason, "by": w.actor.Actor.Kind},
	})
	_, err = w.tx.NewRaw(`insert into tenant_history (tenant_id, id, at, change, before, after, reason, actor_id, actor_name) values (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?)`,
		c.New.ID, db.NewID(), w.tx.Now, change, string(b), string(a), reason, w.actor.Actor.ID, w.actor.Actor.Name).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write history of %s: %w", c.New.ID, err)
	}
	return nil
}
