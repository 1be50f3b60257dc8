package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Migration (办件迁移) moves the running cases of an item to a version that is in force. What
// cannot be moved stays where it is, with the reason.
type Migration struct {
	bun.BaseModel `bun:"table:case_migrations"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	ItemID     string
	ItemName   string
	VersionID  string
	FlowTenant tenancy.ID
	FlowID     string
	Mapping    map[string]string `bun:"type:jsonb"`
	State      string
	AskedAt    time.Time
	AskedBy    string
	AskedName  string
	FinishedAt *time.Time
	UndoneBy   string
	UndoneName string
	Moved      int `bun:",scanonly"`
	Kept       int `bun:",scanonly"`
	Undone     int `bun:",scanonly"`
}

// The states of a migration.
const (
	MigrationAsked   = "asked"
	MigrationDone    = "done"
	MigrationUndoing = "undoing"
	MigrationUndone  = "undone"
)

// MigrationRow is what a migration does to one case, or would do.
type MigrationRow struct {
	bun.BaseModel `bun:"table:case_migration_rows"`

	TenantID    tenancy.ID `bun:",pk"`
	ID          string     `bun:",pk"`
	MigrationID string
	CaseID      string
	No          string
	StepName    string
	Outcome     string
	Reason      string          // catalogue keys, each with where the case stands: "key 名称；key 名称"
	Before      json.RawMessage `bun:"type:jsonb"`
	Version     int
}

// The outcomes of a case.
const (
	CaseMoved  = "moved"
	CaseKept   = "kept"
	CaseUndone = "undone"
	CaseStays  = "stays" // it went on after it moved, and is not taken back
)

// snapshot is what undoing restores.
type snapshot struct {
	VersionID  string          `json:"version"`
	FlowTenant tenancy.ID      `json:"flow_tenant"`
	FlowID     string          `json:"flow"`
	Marking    json.RawMessage `json:"marking"`
	Visits     []StepRecord    `json:"visits"`
}

// maxMigration bounds a report, in cases.
const maxMigration = 10_000

// PlanMigration (迁移试算) tells what moving the running cases of an item to the version in
// force would do, case by case; nothing is changed. mapping says for nodes of the old flow which
// they are in the new one; those not named keep their id.
func (s *Service) PlanMigration(ctx context.Context, itemID string, mapping map[string]string) (rows []MigrationRow, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		offer, err := s.mayMigrate(ctx, tx, itemID)
		if err != nil {
			return err
		}
		rows = nil
		var last string
		for len(rows) < maxMigration {
			cs, err := (store{tx}).behind(ctx, itemID, offer.VersionID, last)
			if err != nil || len(cs) == 0 {
				return err
			}
			for i := range cs {
				row, _, err := s.remapped(ctx, tx, &cs[i], offer, mapping)
				if err != nil {
					return err
				}
				rows = append(rows, row)
			}
			last = cs[len(cs)-1].ID
		}
		return nil
	})
	return rows, err
}

// AskMigration (迁移在办件) has a job do what PlanMigration tells; it returns Precondition while
// another one of the item is under way.
func (s *Service) AskMigration(ctx context.Context, itemID string, mapping map[string]string) (m Migration, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		offer, err := s.mayMigrate(ctx, tx, itemID)
		if err != nil {
			return err
		}
		all, err := (store{tx}).migrations(ctx, itemID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, Migration.underWay) {
			return fault.New(fault.Precondition, "case_migration_under_way")
		}
		a := tx.Scope.Actor
		m = Migration{
			TenantID: tx.Scope.Tenant, ID: db.NewID(), ItemID: itemID, ItemName: offer.Name, VersionID: offer.VersionID, FlowTenant: offer.FlowTenant, FlowID: offer.FlowID, Mapping: mapping,
			State: MigrationAsked, AskedAt: tx.Now, AskedBy: a.ID, AskedName: a.Name,
		}
		if m.Mapping == nil {
			m.Mapping = map[string]string{}
		}
		tx.Record(db.Audit{Tenant: m.TenantID, Action: string(policies.CasesMigrate), Kind: "case_migration", Object: m.ID, Detail: map[string]any{"item": itemID, "version": m.VersionID}})
		_, err = tx.NewInsert().Model(&m).Exec(ctx)
		return err
	})
	return m, err
}

func (m Migration) underWay() bool { return m.State == MigrationAsked || m.State == MigrationUndoing }

// UndoMigration (撤销迁移) has a job take back every case that nobody has acted on since.
func (s *Service) UndoMigration(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var m Migration
		if err := tx.NewSelect().Model(&m).Where("id = ?", id).For("UPDATE").Scan(ctx); err != nil {
			return fmt.Errorf("migration %s: %w", id, err)
		}
		if err := s.authz.Allow(ctx, policies.CasesMigrate, policies.Resource{"tenant": m.TenantID}); err != nil {
			return err
		}
		if m.State != MigrationDone {
			return fault.New(fault.Precondition, "case_migration_under_way")
		}
		m.State, m.UndoneBy, m.UndoneName = MigrationUndoing, tx.Scope.Actor.ID, tx.Scope.Actor.Name
		tx.Record(db.Audit{Tenant: m.TenantID, Action: string(policies.CasesMigrate), Kind: "case_migration", Object: m.ID, Detail: map[string]any{"undo": true}})
		_, err := tx.NewUpdate().Model(&m).Column("state", "undone_by", "undone_name").WherePK().Exec(ctx)
		return err
	})
}

// Migrations are those of an item, newest first, with how many cases each has moved.
func (s *Service) Migrations(ctx context.Context, itemID string) (ms []Migration, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CasesMigrate, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		ms, err = store{tx}.migrations(ctx, itemID)
		return err
	})
	return ms, err
}

// MigrationReport (迁移报告) is what a migration did, case by case.
func (s *Service) MigrationReport(ctx context.Context, id string) (rows []MigrationRow, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CasesMigrate, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		return tx.NewSelect().Model(&rows).Where("migration_id = ?", id).OrderExpr("no, id").Limit(maxMigration).Scan(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("report of migration %s: %w", id, err)
	}
	return rows, nil
}

// mayMigrate allows it to whoever keeps the item, and tells its version in force.
func (s *Service) mayMigrate(ctx context.Context, tx *db.Tx, itemID string) (Offer, error) {
	if err := s.authz.Allow(ctx, policies.CasesMigrate, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
		return Offer{}, err
	}
	offer, err := s.asks.Items.Offer(ctx, tx, itemID, "", nil)
	if err != nil {
		return offer, err
	}
	return offer, s.authz.Allow(ctx, policies.CasesMigrate, policies.Resource{"tenant": offer.ItemTenant})
}

// Standing is how many running cases of an item, on versions before the one in force, stand at a
// step of their flow.
type Standing struct {
	StepID string
	Name   string
	N      int
}

// Standings tell where the cases stand that a migration would move, and what the flow in force is.
func (s *Service) Standings(ctx context.Context, itemID string) (at []Standing, into FlowRef, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		offer, err := s.mayMigrate(ctx, tx, itemID)
		if err != nil {
			return err
		}
		into = FlowRef{offer.FlowTenant, offer.FlowID}
		return tx.NewSelect().TableExpr("cases AS c").Join("JOIN case_steps s ON s.tenant_id = c.tenant_id AND s.case_id = c.id AND s.ended_at IS NULL").
			ColumnExpr("s.step_id, max(s.name) AS name, count(*) AS n").Where("c.item_id = ?", itemID).Where("c.ended_at IS NULL").
			Where("c.item_version_id <> ?", offer.VersionID).GroupExpr("s.step_id").OrderExpr("count(*) DESC, s.step_id").Scan(ctx, &at)
	})
	return at, into, err
}
