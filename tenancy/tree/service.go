package tree

import (
	"context"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Guard answers whether the actor in ctx may change the node (tenants:manage):
// nil, or a Forbidden fault that says why not. The floor asks, policy decides.
type Guard func(ctx context.Context, n Node) error

// After is called inside the transaction of every move and merge, as System over
// the whole tree, so that a module keeps its own rows true. Rows that only carry
// a label follow by themselves.
type After func(ctx context.Context, tx *db.Tx, c Change) error

// Change says what happened to a tenant: the node before and after. A merged
// tenant has lost its subtree; each former child is a Change of its own, before it.
type Change struct{ Old, New Node }

// Service is the tree for everybody who is not inside a transaction.
type Service struct {
	db    *db.DB
	guard Guard
	after []After
}

// New wires a Service. Without a guard only System may change the tree.
func New(d *db.DB, g Guard, after ...After) *Service {
	return &Service{db: d, guard: g, after: after}
}

// read runs fn as nobody in particular: the tree is public.
func (s *Service) read(ctx context.Context, fn func(context.Context, Reader) error) error {
	ctx = tenancy.With(ctx, tenancy.Scope{Actor: tenancy.Actor{Kind: tenancy.Public}})
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, In(tx)) })
}

// Get is Reader.Get in its own transaction, and so are the others.
func (s *Service) Get(ctx context.Context, id tenancy.ID) (n Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { n, err = r.Get(ctx, id); return err })
	return n, err
}

// ByCode returns the open tenant that has the code today, or NotFound.
func (s *Service) ByCode(ctx context.Context, code string) (n Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { n, err = r.ByCode(ctx, code); return err })
	return n, err
}

// ByHost returns the tenant whose site a host name addresses, or NotFound.
func (s *Service) ByHost(ctx context.Context, host string) (n Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { n, err = r.ByHost(ctx, host); return err })
	return n, err
}

// WayByCode is ByCode with the way down to it.
func (s *Service) WayByCode(ctx context.Context, code string) (nodes []Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { nodes, err = r.WayByCode(ctx, code); return err })
	return nodes, err
}

// WayByHost is ByHost with the way down to it.
func (s *Service) WayByHost(ctx context.Context, host string) (nodes []Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { nodes, err = r.WayByHost(ctx, host); return err })
	return nodes, err
}

// Ancestors returns the way from the platform down to id itself, or NotFound.
func (s *Service) Ancestors(ctx context.Context, id tenancy.ID) (nodes []Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { nodes, err = r.Ancestors(ctx, id); return err })
	return nodes, err
}

// Children returns the open tenants right below id.
func (s *Service) Children(ctx context.Context, id tenancy.ID) (nodes []Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { nodes, err = r.Children(ctx, id); return err })
	return nodes, err
}

// Subtree returns id and the open tenants below it, at most 5,000.
func (s *Service) Subtree(ctx context.Context, id tenancy.ID) (nodes []Node, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { nodes, err = r.Subtree(ctx, id); return err })
	return nodes, err
}

// Search returns one page of open tenants and how many there are in all.
func (s *Service) Search(ctx context.Context, q Query) (nodes []Node, total int, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { nodes, total, err = r.Search(ctx, q); return err })
	return nodes, total, err
}

// Names returns what the tenants are called.
func (s *Service) Names(ctx context.Context, ids []tenancy.ID) (names map[tenancy.ID]string, err error) {
	err = s.read(ctx, func(ctx context.Context, r Reader) (err error) { names, err = r.Names(ctx, ids); return err })
	return names, err
}

// ScopeFor is the scope in which actor works in tenant id. NotFound when there is
// no such tenant, Precondition when it was merged or closed.
func (s *Service) ScopeFor(ctx context.Context, id tenancy.ID, actor tenancy.Actor) (tenancy.Scope, error) {
	chain, err := s.Ancestors(ctx, id)
	if err != nil {
		return tenancy.Scope{}, err
	}
	self := chain[len(chain)-1]
	if self.State != Open {
		return tenancy.Scope{}, fault.New(fault.Precondition, "tree_not_open")
	}
	scope := tenancy.Scope{Tenant: id, Actor: actor}
	for _, n := range chain {
		scope.Ancestors = append(scope.Ancestors, n.ID)
	}
	if actor.Kind == tenancy.Staff || actor.Kind == tenancy.System {
		scope.Over = self.Interval()
	}
	return scope, nil
}
