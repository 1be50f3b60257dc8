package cases

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy/db"
)

// History is what else an applicant has, or had, before the offices that the actor sees.
type History struct {
	Rows      []Row // those of the same item first, then the newest; without the case itself
	Total     int   // MaxCount: so many or more
	Completed int   // of Rows
	SameItem  int   // of the same item and still open, parts of other joint cases included
}

// maxHistory bounds what a case page shows.
const maxHistory = 20

// History (申请人的其他办件) lists the other cases of the applicant of a case, as far as
// the actor may see them: in her subtree, or her own. A joint case is listed once, with how
// many of its parts are over; that of which the case is a part is not listed at all.
func (s *Service) History(ctx context.Context, caseID string) (hs History, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		c, err := st.get(ctx, caseID)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.CasesView, c.resource(tx.Scope.Actor, "")); err != nil {
			return err
		}
		hs = History{}
		err = c.others(tx.NewSelect().Model(&hs.Rows).ModelTableExpr("cases AS c")).Where("c.joint_id IS NULL").
			ColumnExpr("c.*").ColumnExpr("o.name AS origin_name").ColumnExpr("a.name AS at_name").
			Join("JOIN tenants o ON o.tenant_id = c.tenant_id").Join("JOIN tenants a ON a.tenant_id = c.at_tenant").
			OrderExpr("c.item_id = ? DESC", c.ItemID).OrderExpr("c.created_at DESC, c.id").Limit(maxHistory).Scan(ctx)
		if err != nil {
			return fmt.Errorf("other cases of the applicant of %s: %w", caseID, err)
		}
		few := c.others(tx.NewSelect().TableExpr("cases AS c").ColumnExpr("1")).Where("c.joint_id IS NULL").Limit(MaxCount)
		if err := tx.NewSelect().TableExpr("(?) AS few", few).ColumnExpr("count(*)").Scan(ctx, &hs.Total); err != nil {
			return fmt.Errorf("count other cases of the applicant of %s: %w", caseID, err)
		}
		same := c.others(tx.NewSelect().TableExpr("cases AS c").ColumnExpr("count(*)")).Where("c.item_id = ?", c.ItemID).Where("c.ended_at IS NULL")
		if err := same.Scan(ctx, &hs.SameItem); err != nil {
			return fmt.Errorf("count cases of the same item as %s: %w", caseID, err)
		}
		for _, r := range hs.Rows {
			if r.Status == Completed {
				hs.Completed++
			}
		}
		return s.tally(ctx, tx, hs.Rows)
	})
	return hs, err
}

// others narrows to the cases of the same applicant that are not the case, nor belong to the
// same joint case.
func (c *Case) others(sel *bun.SelectQuery) *bun.SelectQuery {
	sel = sel.Where("c.applicant_blind = ?", c.ApplicantBlind).Where("c.id <> ?", c.ID)
	if whole := c.joined(); whole != "" {
		sel = sel.Where("c.id <> ?", whole).Where("c.joint_id IS DISTINCT FROM ?", whole)
	}
	return sel
}
