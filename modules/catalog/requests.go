package catalog

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// The states of a request. They are not kept but follow from its row, which belongs
// to whoever asks, and from the answer's, which belongs to whoever is asked: nobody
// writes into the rows of another level, no job carries anything, and both levels
// see the same at once. An answer that crosses a withdrawal counts.
const (
	RequestOpen      = "open"
	RequestAccepted  = "accepted"
	RequestDeclined  = "declined"
	RequestWithdrawn = "withdrawn"
)

// What an accepted request led to.
const (
	LedToDraft    = "draft"    // a new version was begun, with the wish noted
	LedToUnlocked = "unlocked" // the lock is gone
	LedToOverride = "override" // the level asked changes its own change itself
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

// RequestWish is what somebody asks for.
type RequestWish struct {
	ItemID, Element, Wish, Reason string

	Key string // idempotency key: the same key makes one request
}

func (w *RequestWish) check() error {
	bad := map[string]string{}
	if _, ok := column(w.Element); !ok {
		bad["element"] = "item_field_unknown"
	}
	w.Wish = strings.TrimSpace(w.Wish)
	switch n := len([]rune(w.Wish)); {
	case n == 0:
		bad["wish"] = "required"
	case n > maxOverride:
		bad["wish"] = "too_long"
	}
	reasonable(bad, "reason", &w.Reason)
	return fault.InvalidFields(bad)
}

// Ask sends a request to the level that holds the element: whoever locked it, else
// whoever it comes from. Precondition (item_request_open) when the actor's own
// tenant may change the element itself or defines the item.
func (s *Service) Ask(ctx context.Context, in RequestWish) (r Request, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsRequest, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		id, err := tx.Once(ctx, "item_request", in.Key, func() (string, error) { return s.ask(ctx, tx, in) })
		if err != nil {
			return err
		}
		r, err = store{tx}.request(ctx, id)
		return err
	})
	return r, err
}

func (s *Service) ask(ctx context.Context, tx *db.Tx, in RequestWish) (id string, err error) {
	if err := in.check(); err != nil {
		return "", err
	}
	own := tx.Scope.Tenant
	stand, err := s.standing(ctx, tx, in.ItemID)
	if err != nil {
		return "", err
	}
	to, ok := stand.Holder(own, in.Element)
	if !ok {
		return "", fault.New(fault.Precondition, "item_request_open")
	}
	here, err := tree.In(tx).Get(ctx, own)
	if err != nil {
		return "", err
	}
	r := Request{
		TenantID: own, ID: db.NewID(), ToTenant: to, ItemTenant: stand.Item.TenantID, ItemID: in.ItemID, Element: in.Element, Current: stand.Inherited.Element(in.Element),
		Wish: in.Wish, Reason: in.Reason, ByID: tx.Scope.Actor.ID, ByName: tx.Scope.Actor.Name, At: tx.Now, Version: 1,
	}
	tx.Record(db.Audit{Action: string(policies.ItemsRequest), Kind: "item", Object: in.ItemID, Detail: map[string]any{"request": r.ID, "element": r.Element, "wish": r.Wish, "reason": r.Reason}})
	tx.Emit(events.RequestMade{RequestID: r.ID, To: to, ItemName: stand.Body.Name, FromName: here.Name})
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return r.ID, err
}

// Holder says which level must be asked to change an element; ok is false when
// tenant own may change it by itself, or defines the item.
func (st Standing) Holder(own tenancy.ID, element string) (to tenancy.ID, ok bool) {
	if st.Item.TenantID == own {
		return 0, false
	}
	if l, locked := st.Locks[element]; locked {
		return l.TenantID, true
	}
	if c, known := column(element); known && c.Open {
		return 0, false
	}
	if from, known := st.InheritedFrom[element]; known { // a promise or materials: only for the better here
		return from, true
	}
	return st.Item.TenantID, true
}

// WithdrawRequest takes back what nobody has answered yet.
func (s *Service) WithdrawRequest(ctx context.Context, id string) error {
	return s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := store{tx}.request(ctx, id)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsRequest, policies.Resource{"tenant": r.TenantID}); err != nil {
			return err
		}
		switch r.State {
		case RequestWithdrawn:
			return nil
		case RequestOpen:
		default:
			return fault.New(fault.Conflict, "item_request_answered")
		}
		r.EndedAt = &tx.Now
		if _, err := tx.NewUpdate().Model(&r).Column("ended_at").Set("version = version + 1").WherePK().Exec(ctx); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsRequest), Kind: "item", Object: r.ItemID, Detail: map[string]any{"request": r.ID, "withdrawn": true}})
		return nil
	})
}

// Verdict is the answer of the level that was asked.
type Verdict struct {
	Accept bool
	Reason string // needed to decline
}

type requestAnswer struct {
	bun.BaseModel `bun:"table:item_request_answers"`

	TenantID  tenancy.ID `bun:",pk"`
	RequestID string     `bun:",pk"`
	Accepted  bool
	Reason    string
	LedTo     string
	ByName    string
	At        time.Time
}

// AnswerRequest accepts or declines. To accept frees the element when the tenant has
// locked it; when it defines the item a new version is begun with the wish noted
// (or the open one stays); else its own change of the item is left to be edited.
// The same answer again is harmless; another is a Conflict.
func (s *Service) AnswerRequest(ctx context.Context, id string, in Verdict) (r Request, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if r, err = st.request(ctx, id); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsAnswer, policies.Resource{"tenant": r.ToTenant}); err != nil {
			return err
		}
		switch {
		case r.State == RequestAccepted && in.Accept, r.State == RequestDeclined && !in.Accept:
			return nil
		case r.State != RequestOpen:
			return fault.New(fault.Conflict, "item_request_answered")
		}
		a := requestAnswer{TenantID: r.ToTenant, RequestID: r.ID, Accepted: in.Accept, Reason: strings.TrimSpace(in.Reason), ByName: tx.Scope.Actor.Name, At: tx.Now}
		if err := a.check(); err != nil {
			return err
		}
		if in.Accept {
			if a.LedTo, err = s.fulfil(ctx, tx, r); err != nil {
				return err
			}
		}
		if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
			if db.IsDuplicate(err, "") {
				return fault.New(fault.Conflict, "item_request_answered")
			}
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsAnswer), Kind: "item", Object: r.ItemID, Detail: map[string]any{"request": r.ID, "accepted": a.Accepted, "reason": a.Reason, "led_to": a.LedTo}})
		tx.Emit(events.RequestAnswered{RequestID: r.ID, Asker: r.TenantID, ItemName: r.ItemName, Accepted: a.Accepted})
		r, err = st.request(ctx, id)
		return err
	})
	return r, err
}

func (a *requestAnswer) check() error {
	bad := map[string]string{}
	if !a.Accepted || a.Reason != "" {
		reasonable(bad, "reason", &a.Reason)
	}
	return fault.InvalidFields(bad)
}

func (s *Service) fulfil(ctx context.Context, tx *db.Tx, r Request) (ledTo string, err error) {
	locks, err := store{tx}.locks(ctx, []tenancy.ID{r.ToTenant})
	if err != nil {
		return "", err
	}
	for _, l := range locks {
		if l.binds(r.TenantID, r.ItemID, r.Element) {
			ledTo = LedToUnlocked
			if err := s.unlock(ctx, tx, l); err != nil {
				return "", err
			}
		}
	}
	switch {
	case ledTo != "":
		return ledTo, nil
	case r.ItemTenant != r.ToTenant:
		return LedToOverride, nil
	}
	_, err = s.revise(ctx, tx, r.ItemID, r.Wish)
	if f, ok := fault.As(err); ok && f.Text == "item_draft_exists" {
		err = nil
	}
	return LedToDraft, err
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

// Request returns one request that the actor may see.
func (s *Service) Request(ctx context.Context, id string) (r Request, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if r, err = (store{tx}).request(ctx, id); err != nil {
			return err
		}
		return s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": r.TenantID, "published": false})
	})
	return r, err
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
