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
	// Keep stores xml in the actor's tenant; what cannot be read comes back as an
	// Invalid fault on field "bpmn".
	Keep(ctx context.Context, tx *db.Tx, name string, xml []byte) (id string, err error)
	// Sound returns an Invalid fault on field "bpmn" when a stored flow must not be
	// published for an item that promises so many working days.
	Sound(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string, promisedDays int) error
	// XML returns a stored flow as it was kept.
	XML(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) ([]byte, error)
}

// Service is the whole public surface of the catalogue.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	flows Flows
	found found
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, f Flows) *Service {
	return &Service{db: d, authz: a, flows: f}
}

// Draft is what an editor typed: the body and the flow that a case will follow.
type Draft struct {
	Body Body
	Flow []byte // BPMN 2.0 XML; nil leaves the flow as it is
	List string // of a creation: BasicList or ImplementingList; empty is the latter
	// Rough lets what is missing be missing until the draft is sent to review;
	// what a draft says must be sound all the same.
	Rough bool
	Key   string // idempotency key of a creation: the same key makes one item
}

// Create starts an item of the actor's own tenant as a draft; the same key again
// returns the first draft. It returns Invalid with the fields to correct, or Forbidden.
func (s *Service) Create(ctx context.Context, in Draft) (v Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, "item", in.Key, func() (string, error) {
			v, err := s.create(ctx, tx, in)
			return v.ID, err
		})
		if err != nil {
			return err
		}
		v, err = store{tx}.itemVersion(ctx, id)
		return err
	})
	return v, err
}

func (s *Service) create(ctx context.Context, tx *db.Tx, in Draft) (v Version, err error) {
	st, own := store{tx}, tx.Scope.Tenant
	if in.List == "" {
		in.List = ImplementingList
	}
	if err := s.mayStart(ctx, tx, in.List); err != nil {
		return v, err
	}
	if err := in.check(in.List); err != nil {
		return v, err
	}
	item := Item{TenantID: own, ID: db.NewID(), BasicCode: in.Body.BasicCode, Name: in.Body.Name, Kind: in.Body.Kind, List: in.List, State: StateDraft, CreatedAt: tx.Now, Version: 1}
	v = draftOf(tx, item.ID, 1, in.Body)
	if err := st.insertItem(ctx, &item); err != nil {
		return v, err
	}
	if err := s.keepFlow(ctx, tx, &v, in.Flow); err != nil {
		return v, err
	}
	tx.Record(db.Audit{Action: string(policies.ItemsCreate), Kind: "item", Object: item.ID, Detail: map[string]any{"name": item.Name}})
	return v, st.insertVersion(ctx, &v)
}

// check holds a draft to its list, a rough one only to what it does say.
func (d Draft) check(list string) error {
	if d.Rough {
		return d.Body.draftable(list)
	}
	return d.Body.check(list)
}

// mayStart asks whether the actor may start items of a list in her tenant.
func (s *Service) mayStart(ctx context.Context, tx *db.Tx, list string) error {
	return s.authz.Allow(ctx, policies.ItemsCreate, policies.Resource{"tenant": tx.Scope.Tenant, "list": list})
}

func draftOf(tx *db.Tx, itemID string, number int, b Body) Version {
	return Version{
		TenantID: tx.Scope.Tenant, ID: db.NewID(), ItemID: itemID, Number: number, State: StateDraft, Act: act(number), Body: b,
		AuthorID: tx.Scope.Actor.ID, AuthorName: tx.Scope.Actor.Name, UpdatedAt: tx.Now, Version: 1,
	}
}

func act(number int) string {
	if number == 1 {
		return ActCreate
	}
	return ActChange
}

func (s *Service) keepFlow(ctx context.Context, tx *db.Tx, v *Version, xml []byte) error {
	if xml == nil {
		return nil
	}
	id, err := s.flows.Keep(ctx, tx, v.Body.Name, xml)
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
		v, err = s.revise(ctx, tx, itemID, "")
		return err
	})
	return v, err
}

// revise is Revise inside a transaction, with the reason noted.
func (s *Service) revise(ctx context.Context, tx *db.Tx, itemID, reason string) (v Version, err error) {
	st := store{tx}
	vs, err := st.versions(ctx, itemID)
	if err != nil {
		return v, err
	}
	last := vs[0]
	if err := s.authz.Allow(ctx, policies.ItemsEdit, policies.Resource{"tenant": last.TenantID, "state": StateDraft}); err != nil {
		return v, err
	}
	if last.State == StateDraft || last.State == StateReviewing {
		return last, fault.New(fault.Precondition, "item_draft_exists")
	}
	v = draftOf(tx, itemID, last.Number+1, last.Body)
	v.FlowID, v.Reason = last.FlowID, reason
	tx.Record(db.Audit{Action: string(policies.ItemsEdit), Kind: "item", Object: itemID, Detail: map[string]any{"number": v.Number}})
	return v, st.insertVersion(ctx, &v)
}

// Edit changes a draft. seen is the Version counter that the editor was shown;
// Conflict (item_changed) when somebody has saved since.
func (s *Service) Edit(ctx context.Context, versionID string, seen int, in Draft) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsEdit, func(ctx context.Context, tx *db.Tx, v *Version) error {
		if v.State != StateDraft {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		if in.Body.BasicCode != v.Body.BasicCode && v.Body.BasicCode != "" && v.Number > 1 {
			return fault.InvalidField("basic_code", "item_basic_code_fixed")
		}
		if err := s.editable(ctx, tx, v, in); err != nil {
			return err
		}
		v.Version, v.Body, v.UpdatedAt = seen, in.Body, tx.Now
		if err := (store{tx}).rename(ctx, v); err != nil {
			return err
		}
		return s.keepFlow(ctx, tx, v, in.Flow)
	})
}

// editable holds what was typed to the list of the item, and to its entry of the
// basic list where it was taken from one.
func (s *Service) editable(ctx context.Context, tx *db.Tx, v *Version, in Draft) error {
	st := store{tx}
	item, err := st.item(ctx, v.ItemID)
	if err != nil {
		return err
	}
	if err := in.check(item.List); err != nil {
		return err
	}
	return st.keepsEntry(ctx, item, v.Body, in.Body)
}

// sound checks the flow against the promise: nothing is put in force that a case
// could not go through in time.
func (s *Service) sound(ctx context.Context, tx *db.Tx, v *Version) error {
	if v.FlowID == nil { // an entry of the basic list has none
		return nil
	}
	return s.flows.Sound(ctx, tx, v.TenantID, *v.FlowID, v.Body.PromisedDays)
}

// Submit sends a draft to review. It returns Invalid with the fields to correct;
// field "bpmn" stands for the flow.
func (s *Service) Submit(ctx context.Context, versionID string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsSubmit, func(ctx context.Context, tx *db.Tx, v *Version) error {
		v.UpdatedAt = tx.Now
		item, err := store{tx}.item(ctx, v.ItemID)
		if err != nil {
			return err
		}
		if err := v.submit(item.List); err != nil {
			return err
		}
		return s.sound(ctx, tx, v)
	})
}

// Return sends a version under review back to its author with an opinion.
func (s *Service) Return(ctx context.Context, versionID, opinion string) (Version, error) {
	return s.ReturnSeen(ctx, versionID, 0, opinion)
}

// ReturnSeen is Return by somebody who was shown the version's counter seen:
// Conflict (item_changed) when it has been to its author and back since.
func (s *Service) ReturnSeen(ctx context.Context, versionID string, seen int, opinion string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsReview, func(_ context.Context, tx *db.Tx, v *Version) error {
		v.see(seen)
		return v.review(false, tx.Scope.Actor, opinion, tx.Now)
	})
}

// Publish passes a version under review and puts it in force: from the commit
// on it is the item of every tenant below, and the version before it is replaced.
func (s *Service) Publish(ctx context.Context, versionID, opinion string) (Version, error) {
	return s.PublishSeen(ctx, versionID, 0, opinion)
}

// PublishSeen is Publish by somebody who was shown the version's counter seen:
// Conflict (item_changed) when it has been to its author and back since.
func (s *Service) PublishSeen(ctx context.Context, versionID string, seen int, opinion string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsPublish, func(ctx context.Context, tx *db.Tx, v *Version) error {
		v.see(seen)
		if err := v.review(true, tx.Scope.Actor, opinion, tx.Now); err != nil {
			return err
		}
		if err := s.sound(ctx, tx, v); err != nil {
			return err
		}
		return s.putInForce(ctx, tx, v)
	})
}

func (s *Service) putInForce(ctx context.Context, tx *db.Tx, v *Version) error {
	st := store{tx}
	item, err := st.item(ctx, v.ItemID)
	if err != nil {
		return err
	}
	if err := st.give(ctx, item, v); err != nil {
		return err
	}
	if err := st.replaceLive(ctx, item, StateReplaced); err != nil {
		return err
	}
	item.Name, item.Kind, item.State, item.LiveID = v.Body.Name, v.Body.Kind, StatePublished, &v.ID
	if item.List == BasicList { // nothing that people could apply for has changed
		return st.saveItem(ctx, &item)
	}
	tx.Emit(events.ItemPublished{ItemID: item.ID, VersionID: v.ID, Number: v.Number})
	if err := st.changed(ctx, item.TenantID, itemChange{Item: item.ID, Version: &v.ID, What: ChangedPublished}); err != nil {
		return err
	}
	return st.saveItem(ctx, &item)
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
		if err := st.endCodes(ctx, item); err != nil {
			return err
		}
		item.State = StateWithdrawn
		tx.Record(db.Audit{Action: string(policies.ItemsWithdraw), Kind: "item", Object: itemID, Detail: map[string]any{"reason": reason}})
		if item.List == BasicList {
			return st.saveItem(ctx, &item)
		}
		tx.Emit(events.ItemWithdrawn{ItemID: itemID})
		if err := st.changed(ctx, item.TenantID, itemChange{Item: item.ID, What: ChangedWithdrawn}); err != nil {
			return err
		}
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
