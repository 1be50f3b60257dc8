package catalog

import (
	"context"

	"liandong/modules/catalog/codes"
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
	// Joins reports whether a case waits in a stored flow for the parts of a theme.
	Joins(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) (bool, error)
	// XML returns a stored flow as it was kept.
	XML(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) ([]byte, error)
}

// Service is the whole public surface of the catalogue.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	flows Flows
	asks  Asks
	found found
}

// Asks are the questions that the catalogue puts to other modules. Without
// whoever answers, nobody is in a department and nothing is in use.
type Asks struct {
	Posts Posts
	Usage Usage
	Files Files
	Forms Forms
	Words func(key string) string // spells a key of a fault or of the texts that people are told
}

// Files keeps the blank forms and samples that versions name.
type Files interface {
	// OfItems returns those of ids that a tenant has uploaded for its items.
	OfItems(ctx context.Context, tx *db.Tx, tenant tenancy.ID, ids []string) ([]string, error)
	// PublishForItem lets everybody below a tenant read uploads of it.
	PublishForItem(ctx context.Context, tx *db.Tx, tenant tenancy.ID, ids []string) error
}

// Posts knows where people work.
type Posts interface {
	// DepartmentsOf are the names of the departments of a tenant in which a person
	// holds a post that reviews items today.
	DepartmentsOf(ctx context.Context, tx *db.Tx, tenant tenancy.ID, personID string) ([]string, error)
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, f Flows, asks ...Asks) *Service {
	s := &Service{db: d, authz: a, flows: f}
	for _, q := range asks {
		s.asks = q
	}
	return s
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
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
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
	in.Body.book = codes.From(ctx)
	if err := in.check(in.List); err != nil {
		return v, err
	}
	if err := s.filesKnown(ctx, tx, own, in.Body); err != nil {
		return v, err
	}
	if err := s.formKnown(ctx, tx, &in.Body); err != nil {
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
	if !d.Rough {
		return d.Body.check(list)
	}
	f, wrong := fault.As(d.Body.draftable(list))
	if !wrong {
		return nil
	}
	if d.Body.BasicCode == "" { // a row of an import is known by it, a draft by itself
		delete(f.Fields, "basic_code")
	}
	return fault.InvalidFields(f.Fields)
}

// mayStart asks whether the actor may start items of a list in her tenant.
func (s *Service) mayStart(ctx context.Context, tx *db.Tx, list string) error {
	return s.authz.Allow(ctx, policies.ItemsCreate, policies.Resource{"tenant": tx.Scope.Tenant, "list": list})
}

// keeps asks whether the actor may go on with an item: an entry of the basic list
// is for whoever keeps that list, but for taking it away.
func (s *Service) keeps(ctx context.Context, tx *db.Tx, i Item, act string) error {
	if i.List != BasicList || act == ActCancel {
		return nil
	}
	return s.mayStart(ctx, tx, BasicList)
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

// Edit changes a draft. seen is the Version counter that the editor was shown;
// Conflict (item_changed) when somebody has saved since.
func (s *Service) Edit(ctx context.Context, versionID string, seen int, in Draft) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsEdit, func(ctx context.Context, tx *db.Tx, v *Version) error {
		if v.State != StateDraft {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		if v.fixed() {
			return fault.New(fault.Precondition, "item_act_fixed")
		}
		if in.Body.BasicCode != v.Body.BasicCode && v.Body.BasicCode != "" && v.Number > 1 {
			return fault.InvalidField("basic_code", "item_basic_code_fixed")
		}
		if err := s.editable(ctx, tx, v, in); err != nil {
			return err
		}
		if err := s.formKnown(ctx, tx, &in.Body); err != nil {
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
	if err := s.keeps(ctx, tx, item, v.Act); err != nil {
		return err
	}
	in.Body.book = codes.From(ctx)
	if err := in.check(item.List); err != nil {
		return err
	}
	if err := s.filesKnown(ctx, tx, v.TenantID, in.Body); err != nil {
		return err
	}
	return st.keepsEntry(ctx, item, v.Body, in.Body)
}

// change is the one road of every act on a version: fetch, allow, decide, record, save.
func (s *Service) change(ctx context.Context, versionID string, a policies.Action, decide func(context.Context, *db.Tx, *Version) error) (v Version, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if v, err = st.itemVersion(ctx, versionID); err != nil {
			return err
		}
		r, err := s.resource(ctx, tx, &v)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, a, r); err != nil {
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
