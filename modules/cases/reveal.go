package cases

import (
	"context"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Reveal returns one piece of an applicant's personal data in clear (name,
// number, phone or address) to somebody who may see the case, and leaves an
// audit line that she looked.
func (s *Service) Reveal(ctx context.Context, id, field string) (value string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.show(ctx, tx, id)
		if err != nil {
			return err
		}
		known := map[string]string{"name": v.Case.ApplicantName, "number": v.Number, "phone": v.Phone, "address": v.Address}
		var ok bool
		if value, ok = known[field]; !ok {
			return fault.New(fault.NotFound, "not_found")
		}
		tx.Record(db.Audit{Action: string(policies.CasesView), Kind: "case", Object: id, Detail: map[string]any{"no": v.Case.No, "revealed": field}})
		return nil
	})
	return value, err
}
