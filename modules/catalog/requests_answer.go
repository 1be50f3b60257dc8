package catalog

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

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
