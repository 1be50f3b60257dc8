package cases

import (
	"context"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// MayExport is nil when the actor may take lists of her subtree out of the
// system, else the refusal.
func (s *Service) MayExport(ctx context.Context) error {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	return s.authz.Allow(ctx, policies.CasesExport, policies.Resource{"tenant": sc.Tenant})
}

// Exporting allows an export of what q lists and leaves an audit line about it,
// before the first row leaves.
func (s *Service) Exporting(ctx context.Context, q Query) error {
	if err := s.MayExport(ctx); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(_ context.Context, tx *db.Tx) error {
		tx.Record(db.Audit{Action: string(policies.CasesExport), Kind: "case", Detail: map[string]any{
			"status": q.Status, "time": q.Time, "channel": q.Channel, "item": q.ItemID, "from": q.From, "to": q.To, "searched": q.Text != "",
		}})
		return nil
	})
}
