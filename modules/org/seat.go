package org

import (
	"context"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
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
		seats, err = s.seats(ctx, st, identityID)
		return err
	})
	return seats, err
}

// Sit is the scope of an identity in one of its seats; NotFound (org.seat_gone)
// when it no longer holds it. The grants are those held where the seat stands,
// each with everything above it valid. The caller adds the RequestID.
func (s *Service) Sit(ctx context.Context, identityID, name, seatID string, aal2 bool) (scope tenancy.Scope, err error) {
	err = s.see(ctx, func(ctx context.Context, st store) (err error) {
		found := false
		if scope, found, err = st.sit(ctx, identityID, seatID, dayOf(st.tx.Now)); err == nil && !found {
			err = fault.New(fault.NotFound, "org.seat_gone")
		}
		return err
	})
	if err != nil {
		return tenancy.Scope{}, err
	}
	a := &scope.Actor
	a.Kind, a.ID, a.Name, a.PostID, a.AAL2 = tenancy.Staff, identityID, name, seatID, aal2
	return scope, nil
}

// see runs fn as System over the whole tree, to read only.
func (s *Service) see(ctx context.Context, fn func(context.Context, store) error) error {
	ctx = tenancy.With(ctx, whole(tenancy.Actor{}))
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, store{tx}) })
}

func (s *Service) seats(ctx context.Context, st store, identityID string) ([]Seat, error) {
	if !isUUID(identityID) {
		return nil, nil
	}
	day := dayOf(st.tx.Now)
	rows, err := st.chains(ctx, identityID)
	if err != nil {
		return nil, err
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
	return append(seats, posts...), err
}
