package laws

import (
	"context"

	"liandong/tenancy/db"
)

// Stamp names the state of the library where the actor stands: it is another after
// every publication, amendment and repeal, and every day. It costs one short read.
func (s *Service) Stamp(ctx context.Context) (stamp string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		var n, versions int64
		if err := tx.NewRaw(`select count(*), coalesce(sum(version), 0) from laws where state <> 'draft' and tenant_id in (?)`, st.chain()).Scan(ctx, &n, &versions); err != nil {
			return err
		}
		stamp = s.Today() + " " + itoa(int(n)) + " " + itoa(int(versions))
		return nil
	})
	return stamp, err
}
