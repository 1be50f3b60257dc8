package flows

import (
	"context"
	"fmt"
	"sync"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Service keeps flows and executes them. A stored flow never changes, so its
// compiled form is kept in memory; the row itself is read through row security
// every time, so nobody is served a flow that she may not see.
type Service struct {
	mu       sync.Mutex
	compiled map[string]*Definition
}

// maxCompiled bounds the memory that compiled flows take.
const maxCompiled = 2000

// NewService returns an empty Service.
func NewService() *Service { return &Service{compiled: map[string]*Definition{}} }

// Keep checks src against the promise in working days and stores it in the
// actor's tenant. What must not be published comes back as Problems.
func (s *Service) Keep(ctx context.Context, tx *db.Tx, name string, src []byte, promisedDays int) (string, error) {
	d, err := Parse(src)
	if err != nil {
		return "", err
	}
	if problems := d.Check(Check{PromisedDays: promisedDays}); len(problems) > 0 {
		return "", Problems(problems)
	}
	id := db.NewID()
	_, err = tx.NewRaw(`insert into flows (tenant_id, id, name, xml, created_at) values (?, ?, ?, ?, ?)`,
		tx.Scope.Tenant, id, name, string(src), tx.Now).Exec(ctx)
	return id, err
}

// Load returns a stored flow that the scope may see.
func (s *Service) Load(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) (*Definition, error) {
	var xml string
	if d := s.known(id); d != nil {
		err := tx.NewRaw(`select '' from flows where tenant_id = ? and id = ?`, tenant, id).Scan(ctx, &xml)
		return d, err
	}
	if err := tx.NewRaw(`select xml from flows where tenant_id = ? and id = ?`, tenant, id).Scan(ctx, &xml); err != nil {
		return nil, fmt.Errorf("load flow %s: %w", id, err)
	}
	d, err := Parse([]byte(xml))
	if err != nil {
		return nil, fmt.Errorf("stored flow %s: %w", id, err)
	}
	s.remember(id, d)
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
