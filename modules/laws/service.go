package laws

import (
	"context"
	"maps"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Dependant is an item (事项) that stands on a law.
type Dependant struct {
	ItemID     string
	Name       string
	BasicCode  string
	TenantID   tenancy.ID
	TenantName string
	Articles   []string // that it names
	Entry      bool     // an entry of the basic list (目录清单): nobody applies for it
}

// Paper (表单) is a form that a change of a law may reach.
type Paper struct {
	FormID     string
	Title      string
	TenantName string
	Items      []string // names of the items standing on the law that have it filled in
	Names      bool     // the form itself names the law
}

// Asks is what the library asks of whoever keeps items.
type Asks interface {
	// StandingOn lists the items in scope whose legal basis names the title, without 《》.
	StandingOn(ctx context.Context, tx *db.Tx, title string) ([]Dependant, error)
	// FormsOn lists the forms of those items, and those in scope that name the title.
	FormsOn(ctx context.Context, tx *db.Tx, title string) ([]Paper, error)
}

// Service is the whole public surface of the library.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	asks  Asks
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, asks Asks) *Service {
	return &Service{db: d, authz: a, asks: asks}
}

func dayOf(t time.Time) string { return t.In(calendar.Zone()).Format(time.DateOnly) }

// Today is the day that validity is judged by, in China.
func (s *Service) Today() string { return dayOf(s.db.Now()) }

// Create starts a law of the actor's tenant as a draft. The same key twice is the same draft.
func (s *Service) Create(ctx context.Context, in Facts, key string) (l Law, err error) {
	if key == "" {
		return l, fault.New(fault.Invalid, "idem_missing")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, "law", key, func() (string, error) { return s.create(ctx, tx, in) })
		if err != nil {
			return err
		}
		l, err = store{tx}.law(ctx, id)
		return err
	})
	return l, err
}

func (s *Service) create(ctx context.Context, tx *db.Tx, in Facts) (string, error) {
	if err := s.authz.Allow(ctx, policies.LawsEdit, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
		return "", err
	}
	if err := in.check(); err != nil {
		return "", err
	}
	l := Law{TenantID: tx.Scope.Tenant, ID: db.NewID(), State: Draft, Version: 1}
	l.write(in)
	signed(tx, &l)
	record(tx, policies.LawsEdit, l, nil)
	return l.ID, store{tx}.insertLaw(ctx, l)
}

// Edit changes what is said about a draft; seen is the version shown.
func (s *Service) Edit(ctx context.Context, id string, seen int, in Facts) (Law, error) {
	return s.draft(ctx, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		if err := in.check(); err != nil {
			return err
		}
		l.write(in)
		return store{tx}.date(ctx, *l)
	})
}

// Import replaces the articles of a draft by those of a plain text. Invalid with
// field "text" when Read finds anything wrong with it.
func (s *Service) Import(ctx context.Context, id string, seen int, text string) (Law, error) {
	return s.draft(ctx, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		r := Read(text)
		if err := r.refused(); err != nil {
			return err
		}
		return store{tx}.replace(ctx, *l, r.Articles)
	})
}

// Delete throws away a draft that nobody below ever read.
func (s *Service) Delete(ctx context.Context, id string, seen int) error {
	_, err := s.road(ctx, toEdit, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		if err := mustBe(*l, Draft); err != nil {
			return err
		}
		record(tx, policies.LawsEdit, *l, map[string]any{"deleted": true})
		return store{tx}.delete(ctx, *l)
	})
	return err
}

// draft is the road of everything that changes a draft.
func (s *Service) draft(ctx context.Context, id string, seen int, do func(context.Context, *db.Tx, *Law) error) (Law, error) {
	return s.road(ctx, toEdit, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		if err := mustBe(*l, Draft); err != nil {
			return err
		}
		if err := do(ctx, tx, l); err != nil {
			return err
		}
		signed(tx, l)
		record(tx, policies.LawsEdit, *l, nil)
		return store{tx}.save(ctx, l)
	})
}

// ask is what an act needs of the law.
type ask uint8

const (
	toEdit ask = iota
	toPublish
	toRepeal
)

func (a ask) action() policies.Action {
	if a == toEdit {
		return policies.LawsEdit
	}
	return policies.LawsPublish
}

func (a ask) facts(l Law) policies.Resource {
	switch a {
	case toPublish:
		return policies.Resource{"tenant": l.TenantID, "author_id": l.AuthorID}
	case toRepeal:
		return policies.Resource{"tenant": l.TenantID, "author_id": ""}
	case toEdit:
	}
	return policies.Resource{"tenant": l.TenantID}
}

// road is the one way of every act on a law: fetch, allow, compare, act.
func (s *Service) road(ctx context.Context, ask ask, id string, seen int, do func(context.Context, *db.Tx, *Law) error) (l Law, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if l, err = (store{tx}).law(ctx, id); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, ask.action(), ask.facts(l)); err != nil {
			return err
		}
		if l.Version != seen {
			return fault.New(fault.Conflict, "laws.changed")
		}
		return do(ctx, tx, &l)
	})
	return l, err
}

func signed(tx *db.Tx, l *Law) {
	l.AuthorID, l.AuthorName, l.UpdatedAt = tx.Scope.Actor.ID, tx.Scope.Actor.Name, tx.Now
}

func mustBe(l Law, want State) error {
	switch {
	case l.State == want:
		return nil
	case l.State == Repealed:
		return fault.New(fault.Precondition, "laws.is_repealed")
	case want == Draft:
		return fault.New(fault.Precondition, "laws.is_published")
	}
	return fault.New(fault.Precondition, "laws.not_published")
}

func record(tx *db.Tx, act policies.Action, l Law, more map[string]any) {
	detail := map[string]any{"title": l.Title, "state": l.State}
	maps.Copy(detail, more)
	tx.Record(db.Audit{Action: string(act), Kind: "law", Object: l.ID, Detail: detail})
}
