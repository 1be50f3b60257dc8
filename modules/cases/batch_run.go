package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// BatchJob is what the schedule knows RunBatches by.
const BatchJob = "cases.batch"

// batchStep is how many rows one run files at most.
const batchStep = 200

// RunBatches files the rows of lists that were confirmed, each in a transaction of its own and
// exactly once, however often the job is stopped and begun again. It is a job and makes its own scope.
func (s *Service) RunBatches(ctx context.Context) error {
	whole := tenancy.Everywhere(ctx, BatchJob)
	var bs []BatchList
	err := s.db.InTx(whole, func(ctx context.Context, tx *db.Tx) error {
		bs = nil
		return tx.NewSelect().Model(&bs).Where("state = ?", BatchRunning).Order("created_at").Scan(ctx)
	})
	for i := range bs {
		err = errors.Join(err, s.runBatch(ctx, &bs[i]))
	}
	return err
}

func (s *Service) runBatch(ctx context.Context, b *BatchList) error {
	scope, rows, err := s.readyRows(ctx, b)
	if err != nil {
		return err
	}
	ctx = tenancy.With(ctx, scope)
	var broke error
	for i := range rows { // one that breaks off keeps nobody else waiting
		if err := s.fileRow(ctx, b, &rows[i]); err != nil {
			broke = errors.Join(broke, fmt.Errorf("row %d of list %s: %w", rows[i].Line, b.ID, err), s.stumble(ctx, &rows[i], err))
		}
	}
	return errors.Join(broke, s.countRows(ctx, b))
}

// rowTries is how often a row may break off before it is given up.
const rowTries = 3

// stumble counts that a row broke off; a row that does so again and again has failed, and whoever confirmed the
// list is told.
func (s *Service) stumble(ctx context.Context, r *BatchRow, err error) error {
	if k := fault.KindOf(err); k == fault.Unavailable || k == fault.Conflict { // it passes
		return nil
	}
	r.State, r.CaseID, r.CaseNo, r.Tries = RowReady, nil, "", r.Tries+1
	if r.Tries >= rowTries {
		r.State, r.Wrong = RowFailed, map[string]string{"": "case_batch_broke"}
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return r.save(ctx, tx) })
}

// countRows brings a list up to date with its rows.
func (s *Service) countRows(ctx context.Context, b *BatchList) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`update case_batches b set filed = n.filed, failed = n.failed, state = case when n.ready = 0 then 'done' else state end,
			ended_at = case when n.ready = 0 then ?::timestamptz end
			from (select count(*) filter (where state in ('filed', 'known')) as filed, count(*) filter (where state in ('failed', 'wrong')) as failed, count(*) filter (where state = 'ready') as ready
				from case_batch_rows where tenant_id = ? and batch_id = ?) n
			where b.tenant_id = ? and b.id = ? and b.state = 'running'`, tx.Now, b.TenantID, b.ID, b.TenantID, b.ID).Exec(ctx)
		return err
	})
}

// readyRows are the next rows to file, and the scope to do it in: for whoever confirmed the list.
func (s *Service) readyRows(ctx context.Context, b *BatchList) (scope tenancy.Scope, rows []BatchRow, err error) {
	whole := tenancy.Everywhere(ctx, BatchJob)
	err = s.db.InTx(whole, func(ctx context.Context, tx *db.Tx) error {
		path, err := tree.In(tx).Ancestors(ctx, b.TenantID)
		if err != nil {
			return err
		}
		var ids []tenancy.ID
		for _, n := range path {
			ids = append(ids, n.ID)
		}
		scope, rows = system(b.TenantID, ids, tenancy.Actor{ID: b.ByID, Name: b.ByName}), nil
		scope.Over = path[len(path)-1].Interval()
		return tx.NewSelect().Model(&rows).Where("tenant_id = ?", b.TenantID).Where("batch_id = ?", b.ID).Where("state = ?", RowReady).Order("tries", "line").Limit(batchStep).Scan(ctx)
	})
	return scope, rows, err
}

// fileRow files one row; what the item refuses is written beside it.
func (s *Service) fileRow(ctx context.Context, b *BatchList, r *BatchRow) error {
	var f Filing
	plain, err := s.asks.Sealer.Open(sealBatch, r.Sealed)
	if err == nil {
		err = json.Unmarshal([]byte(plain), &f)
	}
	if err != nil {
		return err
	}
	f.allowed, f.OnPaper = true, b.OnPaper
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.NewSelect().Model(r).WherePK().Where("state = ?", RowReady).For("UPDATE SKIP LOCKED").Count(ctx)
		if err != nil || n == 0 {
			return err
		}
		if err := s.known(ctx, tx, r, f); err != nil {
			return err
		}
		if r.State == RowReady {
			c, err := s.draw(ctx, tx, f)
			if err == nil {
				err = s.sameForm(f, c.Sheet())
			}
			if err == nil {
				err = s.fillForm(ctx, tx, &c, &f)
			}
			if err == nil {
				err = s.place(ctx, tx, &c, f)
			}
			if err != nil {
				return err
			}
			r.State, r.CaseID, r.CaseNo = RowFiled, &c.ID, c.No
		}
		return r.save(ctx, tx)
	})
	if bad, ok := fault.As(err); ok && bad.Kind != fault.Internal && bad.Kind != fault.Unavailable && bad.Kind != fault.Conflict {
		r.State, r.CaseID, r.CaseNo, r.Wrong = RowFailed, nil, "", map[string]string{"": bad.Text}
		switch {
		case bad.Detail != "" && bad.Fields["form"] != "": // names the fields
			r.Wrong[""] = bad.Detail
		case len(bad.Fields) > 0:
			r.Wrong = maps.Clone(bad.Fields)
		}
		return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return r.save(ctx, tx) })
	}
	return err
}

func (r *BatchRow) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.NewUpdate().Model(r).Column("state", "case_id", "case_no", "wrong", "tries").WherePK().Where("state = ?", RowReady).Exec(ctx)
	return err
}
