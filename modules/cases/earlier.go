package cases

import (
	"context"
	"fmt"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Whose says whose earlier cases are looked for.
type Whose struct {
	Kind   string // person or legal
	Number string // ID number or credit code; a person asking for her own need not say it
}

// Earlier (历史办件) are the earlier cases of an applicant that the actor may see, the
// newest first, in a transaction of the caller's: a person's own, or those of a
// number that a clerk was told.
func (s *Service) Earlier(ctx context.Context, tx *db.Tx, who Whose, most int64) (out []Case, err error) {
	a := tx.Scope.Actor
	q := tx.NewSelect().Model((*Case)(nil)).Where("applicant_kind = ?", who.Kind)
	switch {
	case who.Number != "":
		f := Filing{Kind: who.Kind, Number: who.Number}
		if fields, ok := fault.As(f.check()); ok && fields.Fields["number"] != "" {
			return nil, nil // half typed
		}
		q = q.Where("applicant_blind = ?", s.asks.Sealer.Blind(SealApplicant, f.Number))
	case a.Kind != tenancy.Person:
		return nil, nil
	}
	if a.Kind == tenancy.Person {
		q = q.Where("subject = ?", a.ID)
	}
	var found []Case
	if err := q.Order("created_at DESC").Limit(most).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("earlier cases: %w", err)
	}
	for _, c := range found {
		if s.authz.Allow(ctx, policies.CasesView, c.resource(a, "")) == nil {
			out = append(out, c)
		}
	}
	return out, nil
}

// GrantIn is the document by which a case granted what was applied for, in a
// transaction of the caller's; found is false when none was issued.
func (s *Service) GrantIn(ctx context.Context, tx *db.Tx, c *Case) (d Document, found bool, err error) {
	ds, err := store{tx}.documents(ctx, c)
	for _, one := range ds {
		if one.Kind == docGrant {
			d, found = one, true
		}
	}
	return d, found, err
}
