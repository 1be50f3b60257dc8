package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// SealDocument is the purpose under which what a document says is sealed.
const SealDocument = "document"

// Document (电子文书) is what an act told the applicant in writing. It is written in
// the transaction of the act and never changes.
type Document struct {
	bun.BaseModel `bun:"table:documents"`

	TenantID       tenancy.ID `bun:",pk"` // of the case
	ID             string     `bun:",pk"`
	CaseID         string
	Kind           string
	Ref            string // the act: the same act issues it once
	Title          string
	OrganTenant    tenancy.ID // who issued it, and whose number it bears
	OrganName      string
	Year           int
	Serial         int
	No             string
	TemplateID     *string // nil: the one that comes with the system
	TemplateNumber int     // version of the template
	Sealed         string  // Content, sealed
	CheckCode      string
	StepSeq        int
	IssuedAt       time.Time
	IssuedBy       string
	IssuedName     string
	ValidFrom      *time.Time // first day of what it grants; nil: it does not say
	ValidUntil     *time.Time // last day
	Scope          string     // of what it grants
}

// Content is what a document says, with every field filled in.
type Content struct {
	Title  string    `json:"title"`
	No     string    `json:"no"`
	Organ  string    `json:"organ"`
	Date   time.Time `json:"date"`
	Law    string    `json:"law"`
	Blocks []Block   `json:"blocks"`
}

// Documents (文书) are those of a case that the actor may see, oldest first.
func (s *Service) Documents(ctx context.Context, caseID string) (ds []Document, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.visible(ctx, tx, caseID)
		if err != nil {
			return err
		}
		ds, err = store{tx}.documents(ctx, c)
		return err
	})
	return ds, err
}

// Document is one of a case with what it says; NotFound for who may not see the case.
func (s *Service) Document(ctx context.Context, caseID, id string) (d Document, c Content, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := s.visible(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if err := tx.NewSelect().Model(&d).Where("tenant_id = ?", of.TenantID).Where("case_id = ?", caseID).Where("id = ?", id).Scan(ctx); err != nil {
			return fmt.Errorf("document %s of case %s: %w", id, caseID, err)
		}
		return s.unsealed(d, &c)
	})
	return d, c, err
}

func (s *Service) unsealed(d Document, c *Content) error {
	plain, err := s.asks.Sealer.Open(SealDocument, d.Sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(plain), c); err != nil {
		return fault.New(fault.Internal, "seal_broken").Because(err)
	}
	return nil
}

// visible is a case that policy lets the actor see.
func (s *Service) visible(ctx context.Context, tx *db.Tx, id string) (*Case, error) {
	c, err := store{tx}.get(ctx, id)
	if err != nil {
		return nil, err
	}
	return &c, s.authz.Allow(ctx, policies.CasesView, c.resource(tx.Scope.Actor, ""))
}

func (s store) documents(ctx context.Context, c *Case) (ds []Document, err error) {
	err = s.tx.NewSelect().Model(&ds).ExcludeColumn("sealed").Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Order("issued_at", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("documents of case %s: %w", c.ID, err)
	}
	return ds, nil
}
