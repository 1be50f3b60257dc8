package supervision

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// CardQuery narrows and orders a list of cards. Zero values mean: everything, newest first.
type CardQuery struct {
	Page, Size int // from 1; size is bounded to 200
	Sort       string
	Desc       bool
	Text       string // the beginning of a case number, or part of an item's name
	Colour     Colour
	State      State
	Live       bool // open or ordered
	Scope      Scope
	Unit       tenancy.ID // that tenant and what is below it; 0: all that the actor sees
	Item       string     // an item's whole name
	From, To   time.Time  // raised in [From, To)
}

// OrderQuery narrows and orders a list of orders.
type OrderQuery struct {
	Page, Size int
	Sort       string
	Desc       bool
	Text       string // the beginning of an order's or a case's number
	State      OrderState
	Late       bool // only those whose answer is overdue
	Mine       bool // only those that the actor's tenant issued
	Unit       tenancy.ID
	From, To   time.Time // issued in [From, To)
}

// Page is one page of a list with the number of all rows that match.
type Page[T any] struct {
	Rows  []T
	Total int
}

// CardRow is a card with the name of its office.
type CardRow struct {
	Card       `bun:",extend"`
	TenantName string
}

// OrderRow is an order with the names of its office and issuer, and its card.
type OrderRow struct {
	Order      `bun:",extend"`
	TenantName string
	IssuerUnit string
	CaseNo     string
	ItemName   string
	Colour     Colour
}

const (
	pageSize = 20
	maxPage  = 200
)

func bounds(page, size int) (limit, offset int64) {
	limit = pageSize
	if size > 0 {
		limit = int64(min(size, maxPage))
	}
	return limit, int64(max(page, 1)-1) * limit
}

// Cards lists the cards that the actor may see: a supervisor her subtree's, an
// office its own.
func (s *Service) Cards(ctx context.Context, q CardQuery) (p Page[CardRow], err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		wide, err := s.sight(ctx, tx)
		if err != nil {
			return err
		}
		p, err = store{tx}.cards(ctx, q, wide)
		return err
	})
	return p, err
}

// Orders lists the orders that the actor may see.
func (s *Service) Orders(ctx context.Context, q OrderQuery) (p Page[OrderRow], err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		wide, err := s.sight(ctx, tx)
		if err != nil {
			return err
		}
		p, err = store{tx}.orders(ctx, q, wide)
		return err
	})
	return p, err
}

func (s store) cards(ctx context.Context, q CardQuery, wide bool) (p Page[CardRow], err error) {
	limit, offset := bounds(q.Page, q.Size)
	p.Rows = []CardRow{}
	sel := s.tx.NewSelect().Model(&p.Rows).ModelTableExpr("cards AS c").ColumnExpr("c.*").ColumnExpr("t.name AS tenant_name").
		Join("JOIN tenants t ON t.tenant_id = c.tenant_id")
	sel, err = s.within(ctx, sel, "c.tenant_id", q.Unit, wide)
	if err != nil {
		return p, err
	}
	total, err := q.where(sel).OrderExpr(cardColumn(q.Sort) + direction(q.Sort, q.Desc)).OrderExpr("c.id DESC").
		Limit(limit).Offset(offset).ScanAndCount(ctx)
	if err != nil {
		return p, fmt.Errorf("list cards: %w", err)
	}
	p.Total = int(total)
	return p, nil
}

func (q CardQuery) where(sel *bun.SelectQuery) *bun.SelectQuery {
	for _, c := range []struct{ sql, value string }{
		{"c.colour = ?", string(q.Colour)}, {"c.state = ?", string(q.State)}, {"c.scope = ?", string(q.Scope)}, {"c.item_name = ?", q.Item},
	} {
		if c.value != "" {
			sel = sel.Where(c.sql, c.value)
		}
	}
	if q.Text != "" {
		sel = sel.Where("(c.case_no ^@ ? OR position(? in c.item_name) > 0)", q.Text, q.Text)
	}
	if q.Live {
		sel = sel.Where("c.state IN ('open', 'ordered')")
	}
	return between(sel, "c.raised_at", q.From, q.To)
}

func (s store) orders(ctx context.Context, q OrderQuery, wide bool) (p Page[OrderRow], err error) {
	limit, offset := bounds(q.Page, q.Size)
	p.Rows = []OrderRow{}
	sel := s.tx.NewSelect().Model(&p.Rows).ModelTableExpr("supervision_orders AS o").ColumnExpr("o.*").
		ColumnExpr("t.name AS tenant_name, i.name AS issuer_unit, c.case_no, c.item_name, c.colour").
		Join("JOIN tenants t ON t.tenant_id = o.tenant_id").Join("JOIN tenants i ON i.tenant_id = o.issuer_tenant").
		Join("JOIN cards c ON c.id = o.card_id")
	sel, err = s.within(ctx, sel, "o.tenant_id", q.Unit, wide)
	if err != nil {
		return p, err
	}
	if q.Mine {
		sel = sel.Where("o.issuer_tenant = ?", s.tx.Scope.Tenant)
	}
	total, err := q.where(sel, s.tx.Now).OrderExpr(orderColumn(q.Sort) + direction(q.Sort, q.Desc)).OrderExpr("o.id DESC").
		Limit(limit).Offset(offset).ScanAndCount(ctx)
	if err != nil {
		return p, fmt.Errorf("list supervision orders: %w", err)
	}
	p.Total = int(total)
	return p, nil
}

func (q OrderQuery) where(sel *bun.SelectQuery, now time.Time) *bun.SelectQuery {
	if q.State != "" {
		sel = sel.Where("o.state = ?", q.State)
	}
	if q.Late {
		sel = sel.Where("o.state IN ('issued', 'returned') AND o.answer_by <= ?", now)
	}
	if q.Text != "" {
		sel = sel.Where("(o.no ^@ ? OR c.case_no ^@ ? OR position(? in c.item_name) > 0)", q.Text, q.Text, q.Text)
	}
	return between(sel, "o.issued_at", q.From, q.To)
}

// within narrows a list to what the actor may see and to the unit asked for. What
// lies outside her interval is cut off by row security in any case.
func (s store) within(ctx context.Context, sel *bun.SelectQuery, column string, unit tenancy.ID, wide bool) (*bun.SelectQuery, error) {
	if !wide {
		return sel.Where(column+" = ?", s.tx.Scope.Tenant), nil
	}
	if unit == 0 {
		return sel, nil
	}
	over, err := s.interval(ctx, unit)
	if err != nil {
		return sel, err
	}
	return sel.Where(column+" BETWEEN ? AND ?", over.Lo, over.Hi), nil
}

func (s store) interval(ctx context.Context, unit tenancy.ID) (i tenancy.Interval, err error) {
	err = s.tx.NewRaw(`select tenant_id as lo, hi from tenants where tenant_id = ?`, unit).Scan(ctx, &i)
	return i, err
}

func between(sel *bun.SelectQuery, column string, from, to time.Time) *bun.SelectQuery {
	if !from.IsZero() {
		sel = sel.Where(column+" >= ?", from)
	}
	if !to.IsZero() {
		sel = sel.Where(column+" < ?", to)
	}
	return sel
}

// cardColumn maps what a page may sort by to a column.
func cardColumn(key string) string {
	switch key {
	case "no":
		return "c.case_no"
	case "item":
		return "c.item_name"
	case "unit":
		return "c.tenant_id"
	case "due":
		return "c.due_at"
	case "colour":
		return "CASE c.colour WHEN 'red' THEN 3 WHEN 'yellow' THEN 2 ELSE 1 END"
	case "state":
		return "c.state"
	}
	return "c.raised_at"
}

func orderColumn(key string) string {
	switch key {
	case "no":
		return "o.no"
	case "unit":
		return "o.tenant_id"
	case "by":
		return "o.answer_by"
	case "state":
		return "o.state"
	}
	return "o.issued_at"
}

func direction(sort string, desc bool) string {
	if desc || sort == "" {
		return " DESC"
	}
	return " ASC"
}
