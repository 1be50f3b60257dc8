package tree

import (
	"context"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Removal moves a tenant with all below it under another parent, or merges it.
type Removal struct {
	ID      tenancy.ID
	To      tenancy.ID // the new parent, or the tenant that takes it over
	Version int
	Reason  string
}

func (in Removal) check() (Removal, error) {
	fields := map[string]string{}
	in.Reason = checkReason(fields, in.Reason)
	return in, fault.InvalidFields(fields)
}

// Move puts a tenant, with its subtree and every row that hangs on it, under
// another parent. Codes stay; labels change, and the old ones are never used again.
// It returns Invalid, NotFound, Precondition, Conflict or Forbidden.
func (s *Service) Move(ctx context.Context, in Removal) (n Node, err error) {
	if in, err = in.check(); err != nil {
		return n, err
	}
	err = s.change(ctx, func(ctx context.Context, w writer) error {
		old, to, err := w.pair(ctx, in)
		if err != nil {
			return err
		}
		if to.ID == old.Parent {
			return fault.InvalidField("to", "tree_same_parent")
		}
		n, err = w.relocate(ctx, old, to, in.Reason)
		return err
	})
	return n, err
}

// pair fetches both ends of a move or merge and asks whether the actor may.
func (w writer) pair(ctx context.Context, in Removal) (old, to Node, err error) {
	if old, err = w.fetch(ctx, in.ID, in.Version); err != nil {
		return old, to, err
	}
	if to, err = w.open(ctx, in.To); err != nil {
		return old, to, err
	}
	if err = w.may(old); err != nil {
		return old, to, err
	}
	if err = w.within(to); err != nil {
		return old, to, err
	}
	if old.Interval().Contains(to.ID) {
		return old, to, fault.InvalidField("to", "tree_into_itself")
	}
	return old, to, nil
}

// relocate gives old's subtree a free block below parent.
func (w writer) relocate(ctx context.Context, old, parent Node, reason string) (Node, error) {
	if old.size() >= parent.size() {
		return old, fault.InvalidField("to", "tree_level_not_below")
	}
	block, err := w.place(ctx, old.Code, old.size(), parent.Interval())
	if err != nil {
		return old, err
	}
	n := old
	n.ID, n.Hi, n.Parent = block.Lo, block.Hi, parent.ID
	n.Version++
	if err := w.relabel(ctx, old.Interval(), n); err != nil {
		return n, err
	}
	return n, w.settle(ctx, "moved", Change{old, n}, reason)
}

// relabel shifts a subtree to where n stands now, in one update: foreign keys follow.
func (w writer) relabel(ctx context.Context, from tenancy.Interval, n Node) error {
	if err := w.keep(ctx, from); err != nil {
		return err
	}
	by := n.ID - from.Lo
	if _, err := w.tx.NewRaw(`update tenants set tenant_id = tenant_id + ?, hi = hi + ?, version = version + 1,
		parent_id = case when tenant_id = ? then ? else parent_id end where tenant_id between ? and ?`,
		by, by, from.Lo, n.Parent, from.Lo, from.Hi).Exec(ctx); err != nil {
		return fmt.Errorf("relabel %s: %w", from.Lo, err)
	}
	return w.keep(ctx, n.Interval())
}

// settle tells the modules and leaves the history of a relocation.
func (w writer) settle(ctx context.Context, change string, c Change, reason string) error {
	for _, tell := range w.after {
		if err := tell(ctx, w.tx, c); err != nil {
			return fmt.Errorf("after %s was %s: %w", c.Old.ID, change, err)
		}
	}
	return w.note(ctx, change, c, reason)
}

// Merge dissolves a tenant into another: its children move below that one, its
// open cases stand there from now on, and itself remains inside it as a closed
// book, so that the other sees what it did. It returns what Move returns.
func (s *Service) Merge(ctx context.Context, in Removal) (n Node, err error) {
	if in, err = in.check(); err != nil {
		return n, err
	}
	err = s.change(ctx, func(ctx context.Context, w writer) error {
		old, into, err := w.pair(ctx, in)
		if err != nil {
			return err
		}
		if old.size() > into.size() {
			return fault.InvalidField("to", "tree_merge_upwards")
		}
		if err := w.handOver(ctx, old, into, in.Reason); err != nil {
			return err
		}
		n, err = w.shelve(ctx, old, into)
		if err != nil {
			return err
		}
		if err := w.standAt(ctx, n.ID, into); err != nil {
			return err
		}
		return w.settle(ctx, "merged", Change{old, n}, in.Reason)
	})
	return n, err
}

// handOver moves all that lies right below old, closed books included.
func (w writer) handOver(ctx context.Context, old, into Node, reason string) error {
	children, err := w.list(ctx, `select `+columns+` from tenants t where t.parent_id = ? order by t.tenant_id`, old.ID)
	if err != nil {
		return err
	}
	for _, child := range children {
		if _, err := w.relocate(ctx, child, into, reason); err != nil {
			return err
		}
	}
	return nil
}

// shelve shrinks a tenant without children to one label inside the other.
func (w writer) shelve(ctx context.Context, old, into Node) (Node, error) {
	block, err := w.highest(ctx, unitSize, into.Interval())
	if err != nil {
		return old, err
	}
	n := old
	n.ID, n.Hi, n.Parent, n.State, n.MergedInto, n.Host = block.Lo, block.Hi, into.ID, Merged, into.ID, ""
	n.Version++
	if err := w.keep(ctx, tenancy.Interval{Lo: old.ID, Hi: old.ID}); err != nil {
		return n, err
	}
	if _, err := w.tx.NewRaw(`update tenants set tenant_id = ?, hi = ?, parent_id = ?, merged_into = ?, state = 'merged', host = null, version = version + 1
		where tenant_id = ?`, n.ID, n.Hi, into.ID, into.ID, old.ID).Exec(ctx); err != nil {
		return n, fmt.Errorf("shelve %s: %w", old.ID, err)
	}
	return n, w.keep(ctx, n.Interval())
}

// standAt lets what is open at a merged tenant stand at the one that took it over.
func (w writer) standAt(ctx context.Context, old tenancy.ID, into Node) error {
	if _, err := w.tx.NewRaw(`update cases set at_tenant = ?, version = version + 1 where at_tenant = ? and ended_at is null`, into.ID, old).Exec(ctx); err != nil {
		return fmt.Errorf("hand over cases of %s: %w", old, err)
	}
	if _, err := w.tx.NewRaw(`update case_steps set at_tenant = ?, at_name = ? where at_tenant = ? and ended_at is null`, into.ID, into.Name, old).Exec(ctx); err != nil {
		return fmt.Errorf("hand over steps of %s: %w", old, err)
	}
	return nil
}
