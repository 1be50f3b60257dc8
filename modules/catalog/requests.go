package catalog

import (
	"context"
	"strings"

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

func (a *requestAnswer) check() error {
	bad := map[string]string{}
	if !a.Accepted || a.Reason != "" {
		reasonable(bad, "reason", &a.Reason)
	}
	return fault.InvalidFields(bad)
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
