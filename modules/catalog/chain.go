package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// ReviewStep (审核环节) is one step of a chain of reviews. An empty name is the one
// step of who has set no chain.
type ReviewStep struct {
	Name       string `json:"name"`
	Department string `json:"department,omitempty"` // only its reviewers pass the step; empty: any reviewer of the tenant
}

// Chain (审核链) is what a version passes, step by step and each by another person,
// before it is in force. It is that of the tenant or of the nearest one above it
// that has set one; else it has one step.
type Chain struct {
	TenantID  tenancy.ID // that set it; zero when nobody has
	Owner     string     // what that tenant is called
	Own       bool       // of the tenant in scope
	Steps     []ReviewStep
	UpdatedAt time.Time
	UpdatedBy string
	Version   int
}

// Bounds of a chain.
const (
	maxSteps    = 6
	maxStepName = 30 // characters
)

type reviewChain struct {
	bun.BaseModel `bun:"table:review_chains"`

	TenantID  tenancy.ID   `bun:",pk"`
	Steps     []ReviewStep `bun:"type:jsonb"`
	UpdatedAt time.Time
	UpdatedBy string
	Version   int
}

// Chain returns the chain of the tenant in scope.
func (s *Service) Chain(ctx context.Context) (c Chain, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		if c, err = (store{tx}).chain(ctx, tx.Scope.Ancestors); err != nil || c.TenantID == 0 {
			return err
		}
		c.Own = c.TenantID == tx.Scope.Tenant
		names, err := tree.In(tx).Names(ctx, []tenancy.ID{c.TenantID})
		c.Owner = names[c.TenantID]
		return err
	})
	return c, err
}

// MayConfigure reports whether the actor may change the settings of items of her tenant.
func (s *Service) MayConfigure(ctx context.Context) bool {
	sc, err := tenancy.From(ctx)
	return err == nil && s.authz.Allow(ctx, policies.ItemsSettings, policies.Resource{"tenant": sc.Tenant}) == nil
}

// SetChain sets the chain of the actor's tenant: for what is submitted from then
// on, there and at every level below that sets none. No steps at all leave it to
// the levels above. seen is the counter that the editor was shown, 0 when the
// tenant had none; Conflict (item_settings_changed) when somebody was faster.
func (s *Service) SetChain(ctx context.Context, steps []ReviewStep, seen int) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsSettings, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		steps, err := checkedSteps(steps)
		if err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsSettings), Kind: "review_chain", Object: tx.Scope.Tenant.String(), Detail: map[string]any{"steps": steps}})
		return (store{tx}).saveChain(ctx, reviewChain{TenantID: tx.Scope.Tenant, Steps: steps, UpdatedAt: tx.Now, UpdatedBy: tx.Scope.Actor.Name, Version: 1}, seen)
	})
}

// checkedSteps are steps without blanks around their names.
func checkedSteps(steps []ReviewStep) (out []ReviewStep, err error) {
	bad, names := map[string]string{}, map[string]bool{}
	if len(steps) > maxSteps {
		bad["steps"] = "item_chain_too_long"
	}
	for i, x := range steps {
		x.Name, x.Department = strings.TrimSpace(x.Name), strings.TrimSpace(x.Department)
		field := "name." + strconv.Itoa(i)
		switch {
		case x.Name == "" || utf8.RuneCountInString(x.Name) > maxStepName:
			bad[field] = "item_chain_name"
		case names[x.Name]:
			bad[field] = "item_chain_name_twice"
		case utf8.RuneCountInString(x.Department) > maxStepName:
			bad["department."+strconv.Itoa(i)] = "item_chain_name"
		}
		names[x.Name] = true
		out = append(out, x)
	}
	return out, fault.InvalidFields(bad)
}

// chain is the nearest of those that the tenants of a path have set.
func (s store) chain(ctx context.Context, path []tenancy.ID) (c Chain, err error) {
	var rows []reviewChain
	if err := s.tx.NewSelect().Model(&rows).Where("tenant_id IN (?)", list(path)).Order("tenant_id DESC").Limit(1).Scan(ctx); err != nil {
		return c, fmt.Errorf("chain of reviews: %w", err)
	}
	if len(rows) == 0 {
		return Chain{Steps: []ReviewStep{{}}}, nil
	}
	r := rows[0]
	return Chain{TenantID: r.TenantID, Steps: r.Steps, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy, Version: r.Version}, nil
}

func (s store) saveChain(ctx context.Context, c reviewChain, seen int) error {
	if seen == 0 {
		if len(c.Steps) == 0 {
			return nil
		}
		_, err := s.tx.NewInsert().Model(&c).Exec(ctx)
		if db.IsDuplicate(err, "") {
			return fault.New(fault.Conflict, "item_settings_changed")
		}
		return err
	}
	if len(c.Steps) == 0 {
		return once(s.tx.NewDelete().Model(&c).WherePK().Where("version = ?", seen).Exec(ctx))
	}
	return once(s.tx.NewUpdate().Model(&c).Column("steps", "updated_at", "updated_by").Set("version = version + 1").WherePK().Where("version = ?", seen).Exec(ctx))
}

// once is Conflict when settings that were to be changed are not as they were seen.
func once(res sql.Result, err error) error {
	if err != nil {
		return fmt.Errorf("save settings of items: %w", err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fault.New(fault.Conflict, "item_settings_changed")
	}
	return nil
}
