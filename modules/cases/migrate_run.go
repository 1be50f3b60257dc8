package cases

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// remapped is what a migration does to a case.
func (s *Service) remapped(ctx context.Context, tx *db.Tx, c *Case, offer Offer, mapping map[string]string) (row MigrationRow, re Remapping, err error) {
	row = MigrationRow{TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, No: c.No, StepName: c.StepName, Outcome: CaseMoved, Before: json.RawMessage("{}")}
	re, err = s.asks.Flows.Remap(ctx, tx, c.flow(), FlowRef{offer.FlowTenant, offer.FlowID}, c.TenantID, c.Marking, mapping)
	if f, ok := fault.As(err); ok && f.Kind == fault.Precondition { // such as a level that its origin does not have
		re.Reasons, err = map[string]string{c.StepName: f.Text}, nil
	}
	if len(re.Reasons) > 0 {
		var why []string
		for _, where := range slices.Sorted(maps.Keys(re.Reasons)) {
			why = append(why, re.Reasons[where]+" "+where)
		}
		row.Outcome, row.Reason = CaseKept, strings.Join(why, "；")
	}
	return row, re, err
}

// MigrateJob is what the schedule knows RunMigrations by.
const MigrateJob = "cases.migrate"

// RunMigrations does what was asked for. It is a job: ctx carries a System scope. Each case is a
// transaction of its own, and done once, however often the job is stopped and begun again.
func (s *Service) RunMigrations(ctx context.Context) error {
	var open []Migration
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewSelect().Model(&open).Where("state IN (?)", bun.List([]string{MigrationAsked, MigrationUndoing})).Order("asked_at").Scan(ctx)
	})
	for _, m := range open {
		run := s.forth
		if m.State == MigrationUndoing {
			run = s.back
		}
		err = errors.Join(err, run(ctx, m))
	}
	return err
}

// forth moves the cases of a migration one by one.
func (s *Service) forth(ctx context.Context, m Migration) error {
	last := ""
	for {
		var cs []Case
		err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			cs, err = store{tx}.behind(ctx, m.ItemID, m.VersionID, last)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range cs {
			if err := s.forthOne(ctx, m, c); err != nil {
				return fmt.Errorf("migrate case %s: %w", c.ID, err)
			}
		}
		if len(cs) == 0 {
			return s.finished(ctx, m, MigrationDone)
		}
		last = cs[len(cs)-1].ID
	}
}

func (s *Service) forthOne(ctx context.Context, m Migration, c Case) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if err := st.lock(ctx, &c); err != nil || !c.Open() || c.ItemVersionID == m.VersionID {
			return err
		}
		if n, err := tx.NewSelect().Model((*MigrationRow)(nil)).Where("migration_id = ?", m.ID).Where("case_id = ?", c.ID).Count(ctx); err != nil || n > 0 {
			return err
		}
		offer := Offer{VersionID: m.VersionID, FlowTenant: m.FlowTenant, FlowID: m.FlowID}
		row, re, err := s.remapped(ctx, tx, &c, offer, m.Mapping)
		if err != nil {
			return err
		}
		row.MigrationID = m.ID
		if row.Outcome == CaseMoved {
			if row.Before, row.Version, err = s.remap(ctx, tx, &c, offer, re); err != nil {
				return err
			}
		}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
}

// remap lets a case go on in another flow, and returns what undoing needs.
func (s *Service) remap(ctx context.Context, tx *db.Tx, c *Case, offer Offer, re Remapping) (json.RawMessage, int, error) {
	was := *c
	d, err := s.deed(ctx, tx, c)
	if err != nil {
		return nil, 0, err
	}
	old := snapshot{VersionID: c.ItemVersionID, FlowTenant: c.FlowTenant, FlowID: c.FlowID, Marking: c.Marking}
	for _, v := range d.open {
		old.Visits = append(old.Visits, *v)
	}
	kept, err := json.Marshal(old)
	if err != nil {
		return nil, 0, err
	}
	c.ItemVersionID, c.FlowTenant, c.FlowID = offer.VersionID, offer.FlowTenant, offer.FlowID
	for _, w := range re.Open {
		i := slices.IndexFunc(d.open, func(v *StepRecord) bool { return v.Ticket == w.Ticket })
		if i < 0 {
			continue
		}
		v := d.open[i]
		v.StepID, v.Name = w.Node, w.Name
		if v.Work == workStep {
			v.Kind, v.Post = w.StepKind, cmp.Or(w.Post, w.Role)
		}
		d.touch(v)
	}
	if err := d.apply(ctx, re.Shift); err != nil {
		return nil, 0, err
	}
	d.touched()
	tx.Record(db.Audit{Tenant: c.TenantID, Action: string(policies.CasesMigrate), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "from": was.ItemVersionID, "to": c.ItemVersionID}})
	return kept, was.Version + 1, d.save(ctx, was)
}

// back takes the cases of a migration back.
func (s *Service) back(ctx context.Context, m Migration) error {
	var rows []MigrationRow
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewSelect().Model(&rows).Where("migration_id = ?", m.ID).Where("outcome = ?", CaseMoved).Order("id").Scan(ctx)
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.backOne(ctx, row); err != nil {
			return fmt.Errorf("take back case %s: %w", row.CaseID, err)
		}
	}
	return s.finished(ctx, m, MigrationUndone)
}

func (s *Service) backOne(ctx context.Context, row MigrationRow) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c := Case{TenantID: row.TenantID, ID: row.CaseID}
		if err := (store{tx}).lock(ctx, &c); err != nil {
			return err
		}
		row.Outcome = CaseStays
		if c.Open() && c.Version == row.Version {
			if err := s.restore(ctx, tx, &c, row.Before); err != nil {
				return err
			}
			row.Outcome = CaseUndone
		}
		_, err := tx.NewUpdate().Model(&row).Column("outcome").WherePK().Exec(ctx)
		return err
	})
}

// restore brings a case back to where it stood.
func (s *Service) restore(ctx context.Context, tx *db.Tx, c *Case, kept json.RawMessage) error {
	var old snapshot
	if err := json.Unmarshal(kept, &old); err != nil {
		return fmt.Errorf("what was kept of case %s: %w", c.ID, err)
	}
	was := *c
	d, err := s.deed(ctx, tx, c)
	if err != nil {
		return err
	}
	c.ItemVersionID, c.FlowTenant, c.FlowID, c.Marking = old.VersionID, old.FlowTenant, old.FlowID, old.Marking
	for _, v := range slices.Clone(d.open) {
		i := slices.IndexFunc(old.Visits, func(o StepRecord) bool { return o.Seq == v.Seq })
		if i < 0 {
			if err := d.close(ctx, v, actCancelled, ""); err != nil {
				return err
			}
			continue
		}
		o := old.Visits[i]
		v.StepID, v.Name, v.Kind, v.Post = o.StepID, o.Name, o.Kind, o.Post
		d.touch(v)
		old.Visits = slices.Delete(old.Visits, i, i+1)
	}
	for _, o := range old.Visits { // what the newer flow called off
		again := o
		again.ID, again.Seq, again.EndedAt = db.NewID(), c.LastSeq+1, nil
		c.LastSeq++
		d.open, d.entered = append(d.open, &again), append(d.entered, &again)
	}
	d.touched()
	tx.Record(db.Audit{Tenant: c.TenantID, Action: string(policies.CasesMigrate), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "undo": true}})
	return d.save(ctx, was)
}

func (s *Service) finished(ctx context.Context, m Migration, state string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m.State, m.FinishedAt = state, &tx.Now
		_, err := tx.NewUpdate().Model(&m).Column("state", "finished_at").WherePK().Exec(ctx)
		return err
	})
}

// migrateBatch is how many cases are read at once.
const migrateBatch = 200

// behind are running cases of an item that are on another version than the given one.
func (s store) behind(ctx context.Context, itemID, versionID, after string) (cs []Case, err error) {
	q := s.tx.NewSelect().Model(&cs).Where("item_id = ?", itemID).Where("ended_at IS NULL").Where("item_version_id <> ?", versionID).Order("id").Limit(migrateBatch)
	if after != "" {
		q = q.Where("id > ?", after)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("running cases of item %s: %w", itemID, err)
	}
	return cs, nil
}

// lock reads a case that nobody else then writes.
func (s store) lock(ctx context.Context, c *Case) error {
	if err := s.tx.NewSelect().Model(c).WherePK().For("UPDATE").Scan(ctx); err != nil {
		return fmt.Errorf("lock case %s: %w", c.ID, err)
	}
	return nil
}

func (s store) migrations(ctx context.Context, itemID string) (ms []Migration, err error) {
	count := func(outcome string) string {
		return "(select count(*) from case_migration_rows r where r.migration_id = m.id and r.outcome = '" + outcome + "')"
	}
	err = s.tx.NewSelect().Model(&ms).ModelTableExpr("case_migrations AS m").ColumnExpr("m.*").
		ColumnExpr(count(CaseMoved)+" + "+count(CaseStays)+" AS moved").ColumnExpr(count(CaseKept)+" AS kept").ColumnExpr(count(CaseUndone)+" AS undone").
		Where("m.tenant_id = ?", s.tx.Scope.Tenant).Where("m.item_id = ?", itemID).OrderExpr("m.asked_at DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrations of item %s: %w", itemID, err)
	}
	return ms, nil
}
