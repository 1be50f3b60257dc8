package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Query narrows and orders a list of cases. Zero values mean: everything, newest first.
type Query struct {
	Page, Size int // from 1; size is bounded to 200
	Sort       string
	Desc       bool
	Text       string // a case number or its beginning, or part of an applicant's or item's name
	Status     Status
	Outcome    string
	ItemID     string
	Under      tenancy.Interval // only cases born in this part of the subtree
	Time       string           // soon (due within 3 days), late, suspended
	From, To   time.Time        // filed in [From, To)
}

// Page is one page of a list with the number of all rows that match.
type Page struct {
	Rows  []Row
	Total int
}

// Row is one case in a list, with the names of where it was born and stands.
type Row struct {
	Case
	OriginName string
	AtName     string
}

// pages of a list are bounded, so that no request reads the whole table.
const maxPage = 200

func (q Query) bounds() (limit, offset int64) {
	limit = 20
	if q.Size > 0 {
		limit = int64(min(q.Size, maxPage))
	}
	return limit, int64(max(q.Page, 1)-1) * limit
}

func sortable(key string) string {
	switch key {
	case "no":
		return "c.no"
	case "due":
		return "c.due_at"
	case "step_due":
		return "c.step_due_at"
	case "item":
		return "c.item_name"
	case "status":
		return "c.status"
	}
	return "c.created_at"
}

// Todo lists what waits for the actor: cases that stand in her tenant at a step
// of one of her posts. Late ones come first unless q sorts otherwise.
func (s *Service) Todo(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err = store{tx}.list(ctx, q, func(sel *bun.SelectQuery) *bun.SelectQuery {
			return sel.Where("c.at_tenant = ?", tx.Scope.Tenant).Where("c.ended_at IS NULL").Where("c.status <> 'supplement'").
				Where("c.step_post IN (?)", bun.List(append([]string{""}, tx.Scope.Actor.Roles...)))
		})
		return err
	})
	return p, err
}

// CountTodo is the number beside the to-do list.
func (s *Service) CountTodo(ctx context.Context) (n int, err error) {
	p, err := s.Todo(ctx, Query{Size: 1})
	return p.Total, err
}

// List returns the cases that the actor may see: a subtree for staff, her own for a person.
func (s *Service) List(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sc := tx.Scope
		subject := ""
		if sc.Actor.Kind == tenancy.Person {
			subject = sc.Actor.ID
		}
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": sc.Tenant, "subject": subject}); err != nil {
			return err
		}
		p, err = store{tx}.list(ctx, q, nil)
		return err
	})
	return p, err
}

func (s store) list(ctx context.Context, q Query, narrow func(*bun.SelectQuery) *bun.SelectQuery) (p Page, err error) {
	limit, offset := q.bounds()
	sel := s.tx.NewSelect().Model(&p.Rows).ModelTableExpr("cases AS c").ColumnExpr("c.*").
		ColumnExpr("o.name AS origin_name").ColumnExpr("a.name AS at_name").
		Join("JOIN tenants o ON o.tenant_id = c.tenant_id").Join("JOIN tenants a ON a.tenant_id = c.at_tenant")
	sel = q.where(sel, s.tx.Now)
	if narrow != nil {
		sel = narrow(sel)
	}
	dir := " ASC NULLS LAST"
	if q.Desc || q.Sort == "" {
		dir = " DESC NULLS LAST"
	}
	if q.Sort == "" {
		dir = " DESC"
	}
	total, err := sel.OrderExpr(sortable(q.Sort) + dir).OrderExpr("c.id").Limit(limit).Offset(offset).ScanAndCount(ctx)
	if err != nil {
		return p, fmt.Errorf("list cases: %w", err)
	}
	p.Total = int(total)
	return p, nil
}

// soonDays is how close a due time is called soon.
const soonDays = 3

func (q Query) where(sel *bun.SelectQuery, now time.Time) *bun.SelectQuery {
	if q.Status != "" {
		sel = sel.Where("c.status = ?", q.Status)
	}
	if q.Outcome != "" {
		sel = sel.Where("c.outcome = ?", q.Outcome)
	}
	if q.ItemID != "" {
		sel = sel.Where("c.item_id = ?", q.ItemID)
	}
	if q.Under.Hi != 0 {
		sel = sel.Where("c.tenant_id BETWEEN ? AND ?", q.Under.Lo, q.Under.Hi)
	}
	if q.Text != "" {
		sel = sel.Where("(c.no ^@ ? OR position(? in c.applicant_name) > 0 OR position(? in c.item_name) > 0)", q.Text, q.Text, q.Text)
	}
	if !q.From.IsZero() {
		sel = sel.Where("c.created_at >= ?", q.From)
	}
	if !q.To.IsZero() {
		sel = sel.Where("c.created_at < ?", q.To)
	}
	switch q.Time {
	case "late":
		sel = sel.Where("c.ended_at IS NULL AND c.suspended_at IS NULL AND (c.due_at < ? OR c.step_due_at < ?)", now, now)
	case "soon":
		sel = sel.Where("c.ended_at IS NULL AND c.suspended_at IS NULL AND c.due_at >= ? AND c.due_at < ?", now, now.AddDate(0, 0, soonDays))
	case "suspended":
		sel = sel.Where("c.suspended_at IS NOT NULL")
	}
	return sel
}
