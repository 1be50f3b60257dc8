package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// DeemJob is what the schedule knows Deem by.
const DeemJob = "cases.deem"

// deemBatch is how many cases are looked up at once.
const deemBatch = 200

// unanswered is a case whose period for an answer is over.
type unanswered struct {
	TenantID  tenancy.ID
	ID        string
	StepDueAt time.Time
}

// Deem (视为受理) accepts every case that nobody answered in time: it counts as
// accepted from the day on which it was handed in (行政许可法 art. 32(4)). It is a
// job: ctx carries a System scope over the tenants concerned. Each case is a transaction
// of its own, so that one that cannot go on keeps no other; the errors of those come back
// together. It returns how many were accepted.
func (s *Service) Deem(ctx context.Context) (n int, err error) {
	var broken []error
	var last unanswered
	for {
		late, err := s.unanswered(ctx, last)
		if err != nil {
			return n, errors.Join(append(broken, err)...)
		}
		for _, u := range late {
			done, err := s.deem(ctx, u)
			if err != nil {
				broken = append(broken, fmt.Errorf("deem case %s accepted: %w", u.ID, err))
			} else if done {
				n++
			}
		}
		if len(late) < deemBatch {
			return n, errors.Join(broken...)
		}
		last = late[len(late)-1]
	}
}

func (s *Service) unanswered(ctx context.Context, after unanswered) (late []unanswered, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		late = nil
		q := tx.NewSelect().TableExpr("cases").Column("tenant_id", "id", "step_due_at").Where("status = ?", Submitted).Where("ended_at IS NULL").
			Where("step_kind = 'accept'").Where("step_due_at < ?", tx.Now).OrderExpr("step_due_at, id").Limit(deemBatch)
		if after.ID != "" {
			q = q.Where("(step_due_at, id) > (?, ?)", after.StepDueAt, after.ID)
		}
		return q.Scan(ctx, &late)
	})
	if err != nil {
		return nil, fmt.Errorf("cases that nobody answered: %w", err)
	}
	return late, nil
}

// deem accepts one case; done is false when somebody was faster.
func (s *Service) deem(ctx context.Context, u unanswered) (done bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		done = false
		var cs []Case
		err := tx.NewSelect().Model(&cs).Where("tenant_id = ?", u.TenantID).Where("id = ?", u.ID).Where("status = ?", Submitted).
			Where("step_kind = 'accept'").Where("step_due_at < ?", tx.Now).For("UPDATE").Scan(ctx)
		if err != nil || len(cs) == 0 {
			return err
		}
		d, err := s.deed(ctx, tx, &cs[0])
		if err != nil {
			return err
		}
		done = true
		return d.deem(ctx)
	})
	return done, err
}

// deem lets the law accept the case: what the step wants of whoever accepts is not asked of it.
func (d *deed) deem(ctx context.Context) error {
	was := *d.c
	from, err := d.handedIn(ctx)
	if err != nil {
		return err
	}
	if err := d.acceptFrom(ctx, from, "", "deemed"); err != nil {
		return err
	}
	if err := d.onward(ctx, "accept", ""); err != nil {
		return err
	}
	d.touched()
	d.tx.Record(db.Audit{Tenant: was.TenantID, Action: string(policies.CasesAccept), Kind: "case", Object: was.ID, Detail: map[string]any{"no": was.No, "deemed": true}})
	return d.save(ctx, was)
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
