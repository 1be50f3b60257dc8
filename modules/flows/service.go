package flows

import (
	"context"
	"fmt"
	"regexp"
	"sync"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Service keeps flows and executes them. A stored flow never changes, so its
// compiled form is kept in memory; the row itself is read through row security
// every time, so nobody is served a flow that she may not see.
type Service struct {
	mu       sync.Mutex
	compiled map[string]*Definition
	services []string
}

// maxCompiled bounds the memory that compiled flows take.
const maxCompiled = 2000

// An Option says what whoever runs the flows can do.
type Option func(*Service)

// Handlers says which handlers of service tasks there are.
func Handlers(names ...string) Option { return func(s *Service) { s.services = names } }

// NewService returns an empty Service.
func NewService(options ...Option) *Service {
	s := &Service{compiled: map[string]*Definition{}}
	for _, o := range options {
		o(s)
	}
	return s
}

// check is what a flow is held to for an item that promises so many working days.
func (s *Service) check(promisedDays int) Check {
	return Check{PromisedDays: promisedDays, Services: s.services}
}

// Keep stores src in the actor's tenant. What cannot be read comes back as
// Problems; whether it may be published is asked with Sound.
func (s *Service) Keep(ctx context.Context, tx *db.Tx, name string, src []byte) (string, error) {
	if _, err := Parse(src); err != nil {
		return "", err
	}
	id := db.NewID()
	_, err := tx.NewRaw(`insert into flows (tenant_id, id, name, xml, created_at) values (?, ?, ?, ?, ?)`,
		tx.Scope.Tenant, id, name, string(src), tx.Now).Exec(ctx)
	return id, err
}

// Sound returns Problems when a stored flow must not be published for an item
// that promises so many working days.
func (s *Service) Sound(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string, promisedDays int) error {
	d, err := s.Load(ctx, tx, tenant, id)
	if err != nil {
		return err
	}
	problems, err := s.problems(ctx, tx, tenant, d, promisedDays)
	if err == nil && len(problems) > 0 {
		err = Problems(problems)
	}
	return err
}

// XML returns a stored flow as it was kept, if the scope may see it.
func (s *Service) XML(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) (xml []byte, err error) {
	var text string
	err = tx.NewRaw(`select xml from flows where tenant_id = ? and id = ?`, tenant, id).Scan(ctx, &text)
	return []byte(text), err
}

// Load returns a stored flow that the scope may see, with the flows that it calls: they are those
// of the same tenant. A call that leads nowhere, or in a circle, comes back as Problems. Row
// security is asked once in a transaction: within one neither the scope nor a flow changes.
func (s *Service) Load(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) (*Definition, error) {
	return db.Known(tx, loadedKey{tenant, id}, func() (*Definition, error) { return s.load(ctx, tx, tenant, id) })
}

type loadedKey Ref // see [db.Known]

func (s *Service) load(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) (*Definition, error) {
	if d := s.known(id); d != nil {
		var seen string
		err := tx.NewRaw(`select '' from flows where tenant_id = ? and id = ?`, tenant, id).Scan(ctx, &seen)
		return d, err
	}
	d, err := stored(ctx, tx, tenant, id)
	if err != nil {
		return nil, err
	}
	if d, err = s.open(ctx, tx, tenant, d); err != nil {
		return nil, err
	}
	d.index = d.indexed()
	s.remember(id, d)
	return d, nil
}

// open expands the calls of d by the flows of the tenant.
func (s *Service) open(ctx context.Context, tx *db.Tx, tenant tenancy.ID, d *Definition) (*Definition, error) {
	return d.Expand(func(id string) (*Definition, error) { return stored(ctx, tx, tenant, id) })
}

// storedID is the form of the ids that Keep gives.
var storedID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// stored reads one flow, its calls not expanded.
func stored(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) (*Definition, error) {
	if !storedID.MatchString(id) { // what a call names may be anything, and would break the transaction
		return nil, fault.New(fault.NotFound, "flow_called").With(id)
	}
	var xml string
	if err := tx.NewRaw(`select xml from flows where tenant_id = ? and id = ?`, tenant, id).Scan(ctx, &xml); err != nil {
		return nil, fmt.Errorf("load flow %s: %w", id, err)
	}
	d, err := Parse([]byte(xml))
	if err != nil {
		return nil, fmt.Errorf("stored flow %s: %w", id, err)
	}
	return d, nil
}

func (s *Service) known(id string) *Definition {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.compiled[id]
}

func (s *Service) remember(id string, d *Definition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.compiled) >= maxCompiled {
		clear(s.compiled)
	}
	s.compiled[id] = d
}
