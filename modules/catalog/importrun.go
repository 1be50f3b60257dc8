package catalog

import (
	"context"
	"errors"
	"fmt"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// batch is how many rows are written between two words about progress.
const batch = 250

// run writes what a plan says, all of it in the transaction of the store.
func (s store) run(ctx context.Context, im *Import, progress func(percent int)) error {
	rows, err := s.plan(ctx, *im)
	if err != nil {
		return err
	}
	im.Report = summary(rows)
	if im.Report.Refused > 0 && (!im.Partial || im.Report.Refused == len(rows)) {
		return fault.New(fault.Precondition, "import_errors")
	}
	for from := 0; from < len(rows); from += batch {
		progress(10 + 85*from/len(rows))
		if err := s.write(ctx, *im, rows[from:min(from+batch, len(rows))]); err != nil {
			return err
		}
	}
	now := s.tx.Now
	im.State, im.Percent, im.EndedAt = ImportDone, 100, &now
	s.tx.Record(db.Audit{Action: string(policies.ItemsCreate), Kind: "item_import", Object: im.ID, Detail: map[string]any{
		"file": im.FileName, "by": im.ActorName, "created": im.Report.Created, "revised": im.Report.Revised, "changed": im.Report.Changed, "refused": im.Report.Refused,
	}})
	return s.saveImport(ctx, im, "state", "percent", "report", "ended_at")
}

// write stores a batch of rows: new items and drafts together, changes one by one.
func (s store) write(ctx context.Context, im Import, rows []Planned) error {
	var items []Item
	var drafts []Version
	for _, r := range rows {
		switch r.Action {
		case RowCreate:
			r.ItemID = db.NewID()
			items = append(items, Item{TenantID: im.TenantID, ID: r.ItemID, BasicCode: r.body.BasicCode, Name: r.body.Name, Kind: r.body.Kind, List: im.List, State: StateDraft, CreatedAt: s.tx.Now, Version: 1})
			drafts = append(drafts, r.draft(s.tx, im))
		case RowRevise:
			drafts = append(drafts, r.draft(s.tx, im))
		case RowChange:
			if err := s.rewrite(ctx, r); err != nil {
				return err
			}
		default:
			continue
		}
		s.tx.Record(db.Audit{Action: string(actionOf(r)), Kind: "item", Object: r.ItemID, Detail: map[string]any{"name": r.body.Name, "import": im.ID, "row": r.Row, "by": im.ActorName}})
	}
	if len(items) > 0 {
		if _, err := s.tx.NewInsert().Model(&items).Exec(ctx); err != nil {
			return classified("import items", err)
		}
	}
	if len(drafts) > 0 {
		if _, err := s.tx.NewInsert().Model(&drafts).Exec(ctx); err != nil {
			return classified("import drafts", err)
		}
	}
	return nil
}

func actionOf(r Planned) policies.Action {
	if r.Action == RowCreate {
		return policies.ItemsCreate
	}
	return policies.ItemsEdit
}

// classified says a lost race as one: somebody has written such an item meanwhile.
func classified(what string, err error) error {
	if db.IsDuplicate(err, "") {
		return fault.New(fault.Conflict, "import_changed")
	}
	return fmt.Errorf("%s: %w", what, err)
}

// rewrite puts a row into the open draft that it was planned upon.
func (s store) rewrite(ctx context.Context, r Planned) error {
	v := *r.was
	v.Body, v.UpdatedAt = r.body, s.tx.Now
	if err := s.rename(ctx, &v); err != nil {
		return err
	}
	return s.saveVersion(ctx, &v)
}

// RunWaiting imports what waits for a worker, everywhere: one import after the
// other, each in one transaction as a job of its tenant. ctx must carry a System
// scope of the platform; only one worker may run it at a time, so that what is
// found running was left behind by one that died.
func (s *Service) RunWaiting(ctx context.Context) (ran int, err error) {
	var due []Import
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewSelect().Model(&due).Column("tenant_id", "id").Where("state IN ('waiting', 'running')").Order("created_at").Scan(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("imports that wait: %w", err)
	}
	var broken error
	for _, d := range due {
		scope, err := tree.New(s.db, nil).ScopeFor(ctx, d.TenantID, tenancy.Actor{Kind: tenancy.System, Name: "catalog.import"})
		if err == nil {
			err = s.runOne(tenancy.With(ctx, scope), d.ID)
		}
		if err != nil {
			broken = errors.Join(broken, fmt.Errorf("import %s: %w", d.ID, err))
			continue
		}
		ran++
	}
	return ran, broken
}

// runOne imports one list; what refuses it is kept with it.
func (s *Service) runOne(ctx context.Context, id string) error {
	say := func(percent int) error {
		return s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw(`update item_imports set state = 'running', percent = ? where tenant_id = ? and id = ? and state in ('waiting', 'running')`, percent, tx.Scope.Tenant, id).Exec(ctx)
			return err
		})
	}
	if err := say(5); err != nil {
		return fmt.Errorf("begin import %s: %w", id, err)
	}
	var lost error
	err := s.inTx(ctx, func(inner context.Context, tx *db.Tx) error {
		st := store{tx}
		im, err := st.imported(inner, id)
		if err != nil {
			return err
		}
		return st.run(inner, &im, func(percent int) { lost = errors.Join(lost, say(percent)) })
	})
	f, ours := fault.As(err)
	if err == nil || !ours || f.Kind == fault.Unavailable || f.Kind == fault.Internal {
		return errors.Join(err, lost) // tried again
	}
	return s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		im, err := st.imported(ctx, id)
		if err != nil {
			return err
		}
		now := tx.Now
		im.State, im.EndedAt, im.Report.Key = ImportRefused, &now, f.Text
		return st.saveImport(ctx, &im, "state", "ended_at", "report")
	})
}
