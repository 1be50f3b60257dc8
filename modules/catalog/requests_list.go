package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Request (调整申请) asks a level above to change what the asker may not change.
type Request struct {
	bun.BaseModel `bun:"table:item_requests"`

	TenantID   tenancy.ID `bun:",pk"` // who asks
	ID         string     `bun:",pk"`
	ToTenant   tenancy.ID // who defines, changes or locks the element
	ItemTenant tenancy.ID
	ItemID     string
	Element    string
	Current    string // what it said then
	Wish       string
	Reason     string
	ByID       string
	ByName     string
	At         time.Time
	EndedAt    *time.Time
	Version    int

	State      string     `bun:",scanonly"`
	TenantName string     `bun:",scanonly"`
	ToName     string     `bun:",scanonly"`
	ItemName   string     `bun:",scanonly"`
	Answer     string     `bun:",scanonly"` // the reason given
	LedTo      string     `bun:",scanonly"`
	AnsweredBy string     `bun:",scanonly"`
	AnsweredAt *time.Time `bun:",scanonly"`
}

// RequestQuery narrows a list of requests, open ones first, then the newest.
type RequestQuery struct {
	Page, Size int
	State      string
	Received   bool // those that the actor's tenant is asked; else those that it asked
	Text       string
	ItemID     string
}

// Requests lists requests of the actor's tenant, or those that it is asked.
func (s *Service) Requests(ctx context.Context, q RequestQuery) (p Page[Request], err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		p, err = store{tx}.requests(ctx, q)
		return err
	})
	return p, err
}

// CountRequests counts the open requests that the actor's tenant is asked.
func (s *Service) CountRequests(ctx context.Context) (int, error) {
	p, err := s.Requests(ctx, RequestQuery{State: RequestOpen, Received: true, Size: 1})
	return p.Total, err
}

// requestState derives the state of a request from its two rows.
const requestState = `case when a.accepted then 'accepted' when a.accepted is false then 'declined' when request.ended_at is not null then 'withdrawn' else 'open' end`

func (s store) requestRows(into any) *bun.SelectQuery {
	return s.tx.NewSelect().Model(into).ColumnExpr("request.*").ColumnExpr(requestState + " AS state").
		ColumnExpr("t.name AS tenant_name, o.name AS to_name, i.name AS item_name, coalesce(a.reason, '') AS answer, coalesce(a.led_to, '') AS led_to, coalesce(a.by_name, '') AS answered_by, a.at AS answered_at").
		Join("JOIN tenants t ON t.tenant_id = request.tenant_id").Join("JOIN tenants o ON o.tenant_id = request.to_tenant").
		Join("JOIN items i ON i.tenant_id = request.item_tenant AND i.id = request.item_id").
		Join("LEFT JOIN item_request_answers a ON a.tenant_id = request.to_tenant AND a.request_id = request.id")
}

func (s store) request(ctx context.Context, id string) (r Request, err error) {
	if !isID(id) {
		return r, notFound()
	}
	return r, s.requestRows(&r).Where("request.id = ?", id).Scan(ctx)
}

func (s store) requests(ctx context.Context, q RequestQuery) (p Page[Request], err error) {
	limit, offset := Query{Page: q.Page, Size: q.Size}.bounds()
	sel := s.requestRows(&p.Rows)
	if q.Received {
		sel = sel.Where("request.to_tenant = ?", s.tx.Scope.Tenant)
	} else {
		sel = sel.Where("request.tenant_id = ?", s.tx.Scope.Tenant)
	}
	if q.State != "" {
		sel = sel.Where(requestState+" = ?", q.State)
	}
	if q.Text != "" {
		sel = sel.Where("position(? in i.name) > 0", q.Text)
	}
	if isID(q.ItemID) {
		sel = sel.Where("request.item_id = ?", q.ItemID)
	}
	n, err := sel.OrderExpr("(" + requestState + " = 'open') DESC, request.at DESC, request.id").Limit(limit).Offset(offset).ScanAndCount(ctx)
	p.Total = int(n)
	if err != nil {
		return p, fmt.Errorf("list requests: %w", err)
	}
	return p, nil
}
