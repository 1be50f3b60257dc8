package store

import (
	"context"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/identity"
)

// Journal writes the sign-in record (登录日志) into the audit record of the platform.
type Journal struct{ db *db.DB }

// NewJournal returns the journal behind d.
func NewJournal(d *db.DB) *Journal { return &Journal{d} }

var _ identity.Journal = (*Journal)(nil)

// Write is told at identity.Journal. The line's action is "identity:" and the entry's.
func (j *Journal) Write(ctx context.Context, e identity.Entry) error {
	ctx = platform(ctx)
	scope, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	scope.Actor.ID, scope.RequestID = e.Identity, e.RequestID
	if e.Name != "" {
		scope.Actor.Name = e.Name
	}
	if e.By != "" {
		scope.Actor.ID, scope.Actor.Name = e.By, e.ByName
	}
	return j.db.InTx(tenancy.With(ctx, scope), func(_ context.Context, tx *db.Tx) error {
		tx.Record(db.Audit{
			Action: "identity:" + e.Action, Kind: "identity", Object: e.Identity,
			Detail: map[string]any{"schema": e.Schema, "how": e.How, "address": e.Address},
		})
		return nil
	})
}
