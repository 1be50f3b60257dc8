// Package tenancy is the floor every request stands on: the tenant tree, who
// acts, and the boundary one unit of work runs inside. It knows no business noun.
package tenancy

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// ErrNoScope reports work attempted outside any tenant; it is always a bug.
var ErrNoScope = errors.New("tenancy: no scope in context")

// ID is the tree-ordered label of a tenant (租户): its 12-digit division code
// at birth × 1000, so that a subtree is one interval. Below 2⁵³, safe in JSON.
type ID int64

// Platform is the node above every root: what is set there cascades to all.
const Platform ID = 0

// String is the label in decimal digits.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// Interval is the closed range of labels that a subtree occupies.
type Interval struct{ Lo, Hi ID }

// Whole is the block of all labels, the platform's included.
func Whole() Interval { return Interval{Lo: Platform, Hi: 999_999_999_999_999} }

// Everywhere is ctx of a job by its name that reads and writes in every tenant.
func Everywhere(ctx context.Context, job string) context.Context {
	return With(ctx, Scope{
		Tenant: Platform, Over: Whole(), Ancestors: []ID{Platform}, Actor: Actor{Kind: System, ID: job, Name: job},
	})
}

// Contains reports whether id lies in the subtree.
func (i Interval) Contains(id ID) bool { return i.Lo <= id && id <= i.Hi }

// Covers reports whether the whole of j lies in i.
func (i Interval) Covers(j Interval) bool { return i.Lo <= j.Lo && j.Hi <= i.Hi }

// Kind says on whose behalf a unit of work runs; each kind is its own database role.
type Kind string

// The kinds of actor.
const (
	Staff  Kind = "staff"  // sees its subtree, writes where it may act
	Person Kind = "person" // a citizen: sees rows whose subject she is, and what is published
	Public Kind = "public" // nobody in particular: sees what is published
	System Kind = "system" // a job: acts inside the interval that it was given
	Relay  Kind = "relay"  // the courier: sees outbox and deltas of all tenants, nothing else
)

// Actor is the person or machine acting, as proven by the identity provider.
type Actor struct {
	Kind   Kind
	ID     string // identity UUID; empty for Public
	Name   string
	PostID string   // the post (岗位) the person acts in; empty outside the desk
	Roles  []string // what the post or the administration grant carries
	Posted []string // name, and code if it has one, of the department that the post belongs to
	Grants []Grant  // delegated authorisations (授权) that hold now, chains resolved
	AAL2   bool     // a second factor was proven in this session

	StandsInFor []Away // colleagues who are away now and for whom the person stands in (AB角)
}

// Away (请假出差) is somebody of the same tenant who is away now.
type Away struct {
	ID, Name string
	Roles    []string // that the stand-in has meanwhile, for what falls to that person
	Posted   []string // names and codes of the departments of that person
}

// Grant is one valid delegated authorisation of the actor.
type Grant struct {
	ID    string
	Tier  int // 1..3
	Over  Interval
	Roles []string // roles that may be handed on
}

// Scope is the boundary one unit of work runs inside.
type Scope struct {
	Tenant    ID       // the node the actor stands in; writes default to it
	Over      Interval // what Staff and System may see; empty for Person and Public
	Ancestors []ID     // from the platform down to Tenant itself: where cascading rows come from
	Actor     Actor
	RequestID string
}

// Has reports whether the actor holds role.
func (a Actor) Has(role string) bool {
	return slices.Contains(a.Roles, role)
}

type scopeKey struct{}

// With returns a context that carries s.
func With(ctx context.Context, s Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// From returns the scope, or ErrNoScope: there is no default tenant.
func From(ctx context.Context) (Scope, error) {
	s, ok := ctx.Value(scopeKey{}).(Scope)
	if !ok || s.Actor.Kind == "" {
		return Scope{}, ErrNoScope
	}
	return s, nil
}
