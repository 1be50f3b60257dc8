package supervision

import (
	"context"

	"liandong/policies"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Service is the whole public surface of supervision.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	book  book.Book
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer) *Service { return &Service{db: d, authz: a} }

// why is the sentence of a refusal, "" when err is nil.
func why(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := fault.As(err); ok && f.Detail != "" {
		return f.Detail
	}
	return err.Error()
}

// sight is what the actor may see of cards and orders: a supervisor her subtree,
// anybody else in an office only what that office must answer.
func (s *Service) sight(ctx context.Context, tx *db.Tx) (wide bool, err error) {
	sc := tx.Scope
	if err := s.authz.Allow(ctx, policies.SupervisionView, policies.Resource{"tenant": sc.Tenant}); err != nil {
		return false, err
	}
	// The end of her interval is never her own node, a leaf's included: whoever may
	// look there may look at everything below her.
	return s.authz.Allow(ctx, policies.SupervisionView, policies.Resource{"tenant": sc.Over.Hi}) == nil, nil
}
