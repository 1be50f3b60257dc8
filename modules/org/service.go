package org

import (
	"context"
	"fmt"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// highest is the last label of the tree: 15 digits.
const highest tenancy.ID = 999_999_999_999_999

// Service is the whole public surface of org.
type Service struct {
	db     *db.DB
	authz  policies.Authorizer
	people People
	title  string // what an administrator is called
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, p People) *Service {
	return &Service{db: d, authz: a, people: p, title: nameOf(policies.Admin)}
}

// nameOf is the Chinese name of a role, from the policies' own data.
func nameOf(role string) string {
	terms, err := policies.Roles()
	if err != nil {
		return role
	}
	for _, t := range terms {
		if t.Key == role {
			return t.Name
		}
	}
	return role
}

// Guard lets the tree ask policy who may change it (tenants:manage).
func Guard(a policies.Authorizer) tree.Guard {
	return func(ctx context.Context, n tree.Node) error {
		return a.Allow(ctx, policies.TenantsManage, policies.Resource{"tenant": n.ID, "lo": n.ID, "hi": n.Hi})
	}
}

// dayOf is the calendar day (2006-01-02) of t in China.
func dayOf(t time.Time) string { return t.In(calendar.Zone()).Format(time.DateOnly) }

// Today is the day that grants and appointments are judged by.
func (s *Service) Today() string { return dayOf(s.db.Now()) }

// Now is the moment that absences are judged by.
func (s *Service) Now() time.Time { return s.db.Now() }

// whole is a scope over all of the tree, for reading what somebody holds anywhere.
func whole(actor tenancy.Actor) tenancy.Scope {
	actor.Kind = tenancy.System
	return tenancy.Scope{Over: tenancy.Interval{Lo: tenancy.Platform, Hi: highest}, Ancestors: []tenancy.ID{tenancy.Platform}, Actor: actor}
}

// office is one act of administration inside its transaction: the actor who asks,
// and the grant that she holds where she stands, read anew and locked.
type office struct {
	store

	svc   *Service
	asker tenancy.Scope
	own   *Grant // nil when she holds none
	day   string
}

// act runs fn in the name of the actor in ctx. Until bound is called it reads
// the whole tree. It returns Forbidden to whoever is no staff.
func (s *Service) act(ctx context.Context, fn func(context.Context, office) error) error {
	asker, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	if asker.Actor.Kind != tenancy.Staff || asker.Actor.ID == "" {
		return fault.New(fault.Forbidden, "forbidden")
	}
	scope := whole(asker.Actor)
	scope.RequestID = asker.RequestID
	return s.db.InTx(tenancy.With(ctx, scope), func(ctx context.Context, tx *db.Tx) error {
		o := office{store: store{tx}, svc: s, asker: asker, day: dayOf(tx.Now)}
		tx.Scope = asker // audit lines, events and keys are hers
		if err := o.stand(ctx); err != nil {
			return err
		}
		return fn(tenancy.With(ctx, o.asker), o)
	})
}

// stand reads and locks the grant under which the actor acts: whoever revokes it
// waits, and whoever waits for the revocation finds it gone.
func (o *office) stand(ctx context.Context) error {
	if err := o.lockGrants(ctx, o.asker.Tenant, o.asker.Actor.ID); err != nil {
		return err
	}
	rows, err := o.chains(ctx, o.asker.Actor.ID)
	if err != nil {
		return err
	}
	o.asker.Actor.Grants = nil
	for _, g := range effectives(rows, o.asker.Actor.ID, o.day) {
		if g.TenantID == o.asker.Tenant {
			o.own = &g
			o.asker.Actor.Grants = append(o.asker.Actor.Grants, g.scoped())
		}
	}
	return nil
}

// tier is the tier of a grant that the actor would give.
func (o office) tier() int {
	if o.own == nil {
		return 1
	}
	return o.own.Tier + 1
}

// granted refuses an act without a grant to hang it on, whatever policy said.
func (o office) granted() error {
	if o.own == nil {
		return fault.New(fault.Forbidden, "forbidden")
	}
	return nil
}

// bound narrows the rest of the transaction to what the actor sees.
func (o office) bound(ctx context.Context) error {
	over := o.asker.Over
	if _, err := o.tx.ExecContext(ctx, fmt.Sprintf("set local app.lo = '%d'; set local app.hi = '%d'", over.Lo, over.Hi)); err != nil {
		return fmt.Errorf("narrow to what the actor sees: %w", err)
	}
	return nil
}

// place is the open tenant where something is to be done; NotFound when the actor
// does not see it.
func (o office) place(ctx context.Context, id tenancy.ID) (tree.Node, error) {
	n, err := tree.In(o.tx).Get(ctx, id)
	if err == nil && n.State != tree.Open {
		err = fault.New(fault.Precondition, "tree_not_open")
	}
	return n, err
}

// term checks the days of a grant or appointment against those of the grant
// above it and fills in what was left empty.
func (o office) term(from, until string) (string, string, error) {
	if from == "" {
		from = o.day
	}
	limit := ""
	if o.own != nil {
		limit = o.own.UntilOn
	}
	if until == "" {
		until = limit
	}
	switch {
	case !isDay(from):
		return "", "", fault.InvalidField("from_on", "not_a_date")
	case until != "" && !isDay(until):
		return "", "", fault.InvalidField("until_on", "not_a_date")
	case until != "" && (until < from || until < o.day):
		return "", "", fault.InvalidField("until_on", "org_until_before")
	case limit != "" && until > limit:
		return "", "", fault.InvalidField("until_on", "org_until_beyond")
	}
	return from, until, nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
