package org

import (
	"context"
	"slices"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Seat (席位) is what a person may act as: a post that she holds, or a grant.
type Seat struct {
	ID         string // of the appointment or the grant
	Tenant     tenancy.ID
	TenantName string
	TenantCode string
	Level      string
	Department string // empty for an administrator
	Title      string // name of the post
	Roles      []string
	Admin      bool // by a grant
}

// Seats lists what an identity may act as now, administration first. It needs no
// scope, and asks the tables every time.
func (s *Service) Seats(ctx context.Context, identityID string) (seats []Seat, err error) {
	err = s.see(ctx, func(ctx context.Context, st store) error {
		seats, _, err = s.seats(ctx, st, identityID)
		return err
	})
	return seats, err
}

// Sit is the scope of an identity in one of its seats; NotFound (org.seat_gone)
// when it no longer holds it. The grants are those held where the seat stands,
// each with everything above it valid. The caller adds the RequestID.
func (s *Service) Sit(ctx context.Context, identityID, name, seatID string, aal2 bool) (scope tenancy.Scope, err error) {
	err = s.see(ctx, func(ctx context.Context, st store) error {
		seats, held, err := s.seats(ctx, st, identityID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(seats, func(seat Seat) bool { return seat.ID == seatID })
		if i < 0 {
			return fault.New(fault.NotFound, "org.seat_gone")
		}
		actor := tenancy.Actor{Kind: tenancy.Staff, ID: identityID, Name: name, PostID: seatID, Roles: seats[i].Roles, AAL2: aal2}
		for _, g := range held {
			if g.TenantID == seats[i].Tenant {
				actor.Grants = append(actor.Grants, g.scoped())
			}
		}
		scope, err = sitAt(ctx, st.tx, seats[i].Tenant, actor)
		return err
	})
	return scope, err
}

func sitAt(ctx context.Context, tx *db.Tx, at tenancy.ID, actor tenancy.Actor) (tenancy.Scope, error) {
	chain, err := tree.In(tx).Ancestors(ctx, at)
	if err != nil {
		return tenancy.Scope{}, err
	}
	scope := tenancy.Scope{Tenant: at, Over: chain[len(chain)-1].Interval(), Actor: actor}
	for _, n := range chain {
		scope.Ancestors = append(scope.Ancestors, n.ID)
	}
	return scope, nil
}

// see runs fn as System over the whole tree, to read only.
func (s *Service) see(ctx context.Context, fn func(context.Context, store) error) error {
	ctx = tenancy.With(ctx, whole(tenancy.Actor{}))
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, store{tx}) })
}

func (s *Service) seats(ctx context.Context, st store, identityID string) ([]Seat, []Grant, error) {
	if !isUUID(identityID) {
		return nil, nil, nil
	}
	day := dayOf(st.tx.Now)
	rows, err := st.chains(ctx, identityID)
	if err != nil {
		return nil, nil, err
	}
	held := effectives(rows, identityID, day)
	seats := make([]Seat, 0, len(held)+1)
	for _, g := range held {
		seats = append(seats, Seat{
			ID: g.ID, Tenant: g.TenantID, TenantName: g.TenantName, TenantCode: g.TenantCode, Level: g.Level,
			Title: s.title, Roles: []string{policies.Admin}, Admin: true,
		})
	}
	posts, err := st.postSeats(ctx, identityID, day)
	return append(seats, posts...), held, err
}
