package catalog

import (
	"context"

	"liandong/modules/catalog/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Flows is what the catalogue asks of whoever keeps flows (流程).
type Flows interface {
	// Keep checks xml against the promise in working days and stores it; what it
	// cannot execute comes back as an Invalid fault on field "bpmn".
	Keep(ctx context.Context, tx *db.Tx, name string, xml []byte, promisedDays int) (id string, err error)
}

// Service is the whole public surface of the catalogue.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	flows Flows
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, f Flows) *Service {
	return &Service{db: d, authz: a, flows: f}
}

// Draft is what an editor typed: the body and the flow that a case will follow.
type Draft struct {
	Body Body
	Flow []byte // BPMN 2.0 XML; nil leaves the flow as it is
}

// Create starts an item of the actor's own tenant as a draft. It returns
// Invalid with the fields to correct, or Forbidden.
func (s *Service) Create(ctx context.Context, in Draft) (v Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, own := store{tx}, tx.Scope.Tenant
		if err := s.authz.Allow(ctx, policies.ItemsCreate, policies.Resource{"tenant": own}); err != nil {
			return err
		}
		if err := in.Body.check(); err != nil {
			return err
		}
		item := Item{TenantID: own, ID: db.NewID(), BasicCode: in.Body.BasicCode, Name: in.Body.Name, Kind: in.Body.Kind, State: StateDraft, CreatedAt: tx.Now, Version: 1}
		if err := st.insertItem(ctx, &item); err != nil {
			return err
		}
		v = draftOf(tx, item.ID, 1, in.Body)
		if err := s.keepFlow(ctx, tx, &v, in.Flow); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsCreate), Kind: "item", Object: item.ID, Detail: map[string]any{"name": item.Name}})
		return st.insertVersion(ctx, &v)
	})
	return v, err
}

func draftOf(tx *db.Tx, itemID string, number int, b Body) Version {
	return Version{TenantID: tx.Scope.Tenant, ID: db.NewID(), ItemID: itemID, Number: number, State: StateDraft, Body: b,
		AuthorID: tx.Scope.Actor.ID, AuthorName: tx.Scope.Actor.Name, UpdatedAt: tx.Now, Version: 1}
}

func (s *Service) keepFlow(ctx context.Context, tx *db.Tx, v *Version, xml []byte) error {
	if xml == nil {
		return nil
	}
	id, err := s.flows.Keep(ctx, tx, v.Body.Name, xml, v.Body.PromisedDays)
	if err != nil {
		return err
	}
	v.FlowID = &id
	return nil
}

// Revise opens a new draft on top of the version in force; Precondition
// (item_draft_exists) when one is open already.
func (s *Service) Revise(ctx context.Context, itemID string) (v Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		vs, err := st.versions(ctx, itemID)
		if err != nil {
			return err
		}
		if len(vs) == 0 {
			return fault.New(fault.NotFound, "not_found")
		}
		last := vs[0]
		if err := s.authz.Allow(ctx, policies.ItemsEdit, policies.Resource{"tenant": last.TenantID, "state": StateDraft}); err != nil {
			return err
		}
		if last.State == StateDraft || last.State == StateReviewing {
			return fault.New(fault.Precondition, "item_draft_exists")
		}
		v = draftOf(tx, itemID, last.Number+1, last.Body)
		v.FlowID = last.FlowID
		tx.Record(db.Audit{Action: string(policies.ItemsEdit), Kind: "item", Object: itemID, Detail: map[string]any{"number": v.Number}})
		return st.insertVersion(ctx, &v)
	})
	return v, err
}

// Edit changes a draft. seen is the Version counter that the editor was shown;
// Conflict (item_changed) when somebody has saved since.
func (s *Service) Edit(ctx context.Context, versionID string, seen int, in Draft) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsEdit, func(ctx context.Context, tx *db.Tx, v *Version) error {
		if v.State != StateDraft {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		if in.Body.BasicCode != v.Body.BasicCode && v.Number > 1 {
			return fault.InvalidField("basic_code", "item_basic_code_fixed")
		}
		if err := in.Body.check(); err != nil {
			return err
		}
		v.Version, v.Body, v.UpdatedAt = seen, in.Body, tx.Now
		return s.keepFlow(ctx, tx, v, in.Flow)
	})
}

// Submit sends a draft to review.
func (s *Service) Submit(ctx context.Context, versionID string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsSubmit, func(_ context.Context, tx *db.Tx, v *Version) error {
		v.UpdatedAt = tx.Now
		return v.submit()
	})
}

// Return sends a version under review back to its author with an opinion.
func (s *Service) Return(ctx context.Context, versionID, opinion string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsReview, func(_ context.Context, tx *db.Tx, v *Version) error {
		return v.review(false, tx.Scope.Actor, opinion, tx.Now)
	})
}

// Publish passes a version under review and puts it in force: from the commit
// on it is the item of every tenant below, and the version before it is replaced.
func (s *Service) Publish(ctx context.Context, versionID, opinion string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsPublish, func(ctx context.Context, tx *db.Tx, v *Version) error {
		if err := v.review(true, tx.Scope.Actor, opinion, tx.Now); err != nil {
			return err
		}
		st := store{tx}
		item, err := st.item(ctx, v.ItemID)
		if err != nil {
			return err
		}
		if err := st.replaceLive(ctx, item, StateReplaced); err != nil {
			return err
		}
		item.Name, item.Kind, item.State, item.LiveID = v.Body.Name, v.Body.Kind, StatePublished, &v.ID
		tx.Emit(events.ItemPublished{ItemID: item.ID, VersionID: v.ID, Number: v.Number})
		return st.saveItem(ctx, &item)
	})
}

// Withdraw ends an item: nobody may apply any more, running cases go on.
func (s *Service) Withdraw(ctx context.Context, itemID, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		item, err := st.item(ctx, itemID)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsWithdraw, policies.Resource{"tenant": item.TenantID, "published": item.State == StatePublished}); err != nil {
			return err
		}
		if reason == "" {
			return fault.InvalidField("reason", "item_reason_missing")
		}
		if item.State != StatePublished {
			return fault.New(fault.Precondition, "item_not_published")
		}
		if err := st.replaceLive(ctx, item, StateWithdrawn); err != nil {
			return err
		}
		item.State = StateWithdrawn
		tx.Record(db.Audit{Action: string(policies.ItemsWithdraw), Kind: "item", Object: itemID, Detail: map[string]any{"reason": reason}})
		tx.Emit(events.ItemWithdrawn{ItemID: itemID})
		return st.saveItem(ctx, &item)
	})
}

// change is the one road of every act on a version: fetch, allow, decide, record, save.
func (s *Service) change(ctx context.Context, versionID string, a policies.Action, decide func(context.Context, *db.Tx, *Version) error) (v Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if v, err = st.itemVersion(ctx, versionID); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, a, v.resource()); err != nil {
			return err
		}
		if err := decide(ctx, tx, &v); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(a), Kind: "item", Object: v.ItemID, Detail: map[string]any{"number": v.Number, "state": v.State, "opinion": v.Opinion}})
		return st.saveVersion(ctx, &v)
	})
	return v, err
}

// Guide is an item as one tenant offers it, with the origin of every field.
type Guide struct {
	Item    Item
	Version Version
	Body    Body // effective: overrides folded in
	Source  Source
	Own     Fields // what the asking tenant itself changes
	OwnSeen int    // version counter of that override; 0 when there is none
}

// Guide resolves a published item for the tenant in scope; NotFound when it is
// not in force there.
func (s *Service) Guide(ctx context.Context, itemID string) (g Guide, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		g, err = s.Resolve(ctx, tx, itemID)
		return err
	})
	return g, err
}

// Resolve is Guide inside a transaction of the caller's.
func (s *Service) Resolve(ctx context.Context, tx *db.Tx, itemID string) (g Guide, err error) {
	st := store{tx}
	if g.Item, err = st.item(ctx, itemID); err != nil {
		return g, err
	}
	if g.Item.State != StatePublished || g.Item.LiveID == nil || !inForce(tx.Scope, g.Item.TenantID) {
		return g, fault.New(fault.NotFound, "item_not_offered")
	}
	if g.Version, err = st.itemVersion(ctx, *g.Item.LiveID); err != nil {
		return g, err
	}
	byItem, err := st.overrides(ctx, []string{itemID}, tx.Scope.Ancestors)
	if err != nil {
		return g, err
	}
	g.Body, g.Source = fold(g.Version.Body, g.Item.TenantID, byItem[itemID])
	for _, o := range byItem[itemID] {
		if o.TenantID == tx.Scope.Tenant {
			g.Own, g.OwnSeen = o.Fields, o.Version
		}
	}
	return g, nil
}

// inForce reports whether an item of owner applies where the scope stands.
func inForce(s tenancy.Scope, owner tenancy.ID) bool {
	for _, a := range s.Ancestors {
		if a == owner {
			return true
		}
	}
	return false
}

// Offered lists what may be applied for at the tenant in scope.
func (s *Service) Offered(ctx context.Context, q Query) (p Page[Row], err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err = store{tx}.list(ctx, q, tx.Scope.Ancestors, true)
		return err
	})
	return p, err
}

// Kept lists the items that the actor's tenant and those below it define, drafts included.
func (s *Service) Kept(ctx context.Context, q Query) (p Page[Row], err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		p, err = store{tx}.list(ctx, q, nil, false)
		return err
	})
	return p, err
}

// History returns an item with all its versions, newest first.
func (s *Service) History(ctx context.Context, itemID string) (i Item, vs []Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if i, err = st.item(ctx, itemID); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": i.TenantID, "published": i.State == StatePublished}); err != nil {
			return err
		}
		vs, err = st.versions(ctx, itemID)
		return err
	})
	return i, vs, err
}
