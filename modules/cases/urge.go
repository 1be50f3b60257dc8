package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Urge (催办) asks whoever holds a case to hurry. It changes nothing about the case.
type Urge struct {
	bun.BaseModel `bun:"table:case_urges"`

	TenantID tenancy.ID `bun:",pk"`
	ID       string     `bun:",pk"`
	CaseID   string
	StepName string
	AtTenant tenancy.ID
	ByID     string
	ByName   string
	ByPlace  string // name of the tenant that she stands in; "" for an applicant
	Note     string
	Day      string // in China
	UrgedAt  time.Time
}

// Urge reminds the post at which the case stands. Its applicant may, and staff
// who see it from above; each once a day (Precondition case_urged_today).
func (s *Service) Urge(ctx context.Context, id, note string) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		c, err := st.get(ctx, id)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.CasesUrge, c.resource(tx.Scope.Actor, "")); err != nil {
			return err
		}
		if err := c.at(Submitted, Handling); err != nil {
			return err
		}
		if err := tx.ActOn(ctx, c.TenantID); err != nil {
			return err
		}
		if err := s.insertUrge(ctx, tx, &c, note); err != nil {
			return err
		}
		if err := st.hand(ctx, &c, ActUrged, c.StepName); err != nil {
			return err
		}
		tx.Record(db.Audit{Tenant: c.TenantID, Action: string(policies.CasesUrge), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "step": c.StepName}})
		vs, err := st.visits(ctx, &c)
		for _, v := range vs {
			if v.Work == workStep {
				tx.EmitIn(c.TenantID, events.CaseUrged{Case: c.factAt(v)})
			}
		}
		if err != nil {
			return err
		}
		return s.undo()
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	if db.IsDuplicate(err, "case_urges_once") {
		return fault.New(fault.Precondition, "case_urged_today")
	}
	return err
}

func (s *Service) insertUrge(ctx context.Context, tx *db.Tx, c *Case, note string) error {
	u := Urge{
		TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, StepName: c.StepName, AtTenant: c.AtTenant, ByID: tx.Scope.Actor.ID,
		ByName: tx.Scope.Actor.Name, Note: note, Day: chinaDay(tx.Now).Format(time.DateOnly), UrgedAt: tx.Now,
	}
	if tx.Scope.Actor.Kind == tenancy.Staff {
		p, err := s.asks.Tree.Place(ctx, tx, tx.Scope.Tenant)
		if err != nil {
			return err
		}
		u.ByPlace = p.Name
	}
	_, err := tx.NewInsert().Model(&u).Exec(ctx)
	if err != nil {
		return fmt.Errorf("urge case %s: %w", c.ID, err)
	}
	return nil
}

func (s store) urges(ctx context.Context, c *Case) (us []Urge, err error) {
	err = s.tx.NewSelect().Model(&us).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Order("urged_at").Scan(ctx)
	return us, err
}
