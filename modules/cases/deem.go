package cases

import (
	"cmp"
	"context"
	"slices"
	"time"

	"liandong/policies"
	"liandong/tenancy/db"
)

// DeemJob is what the schedule knows Deem by.
const DeemJob = "cases.deem"

// deemBatch is how many cases are taken at once.
const deemBatch = 200

// Deem (视为受理) accepts every case that nobody answered in time: it counts as
// accepted from the day on which it was handed in (行政许可法 art. 32(4)). It is a
// job: ctx carries a System scope over the tenants concerned. It returns how many there were.
func (s *Service) Deem(ctx context.Context) (n int, err error) {
	for {
		m, err := s.deem(ctx)
		n += m
		if err != nil || m < deemBatch {
			return n, err
		}
	}
}

func (s *Service) deem(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var late []Case
		err := tx.NewSelect().Model(&late).Where("status = ?", Submitted).Where("ended_at IS NULL").Where("step_kind = 'accept'").
			Where("step_due_at < ?", tx.Now).OrderExpr("step_due_at, id").Limit(deemBatch).For("UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil {
			return err
		}
		slices.SortStableFunc(late, func(a, b Case) int { return cmp.Compare(a.AtTenant, b.AtTenant) }) // one order of the organs' numbers for all
		for i := range late {
			was := late[i]
			d, err := s.deed(ctx, tx, &late[i])
			if err != nil {
				return err
			}
			from, err := d.handedIn(ctx)
			if err != nil {
				return err
			}
			if err := d.acceptFrom(ctx, from, "", "deemed"); err != nil {
				return err
			}
			d.touched()
			tx.Record(db.Audit{Tenant: was.TenantID, Action: string(policies.CasesAccept), Kind: "case", Object: was.ID, Detail: map[string]any{"no": was.No, "deemed": true}})
			if err := d.save(ctx, was); err != nil {
				return err
			}
		}
		n = len(late)
		return nil
	})
	return n, err
}

// handedIn is when the papers of a case were complete: filed, or supplemented since.
func (d *deed) handedIn(ctx context.Context) (time.Time, error) {
	ns, err := d.st.notices(ctx, d.c)
	at := d.c.CreatedAt
	for _, n := range ns {
		if n.AnsweredAt != nil && n.AnsweredAt.After(at) {
			at = *n.AnsweredAt
		}
	}
	return at, err
}
