package cases

import (
	"context"
	"fmt"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// SealDraft is the purpose under which drafts are sealed: they hold personal data.
const SealDraft = "draft"

// maxDraft bounds a draft, in bytes.
const maxDraft = 256 << 10

// Draft (草稿) is an application that somebody has begun at one tenant and not
// handed in. Only she reads it; what it says is up to the form.
type Draft struct {
	ItemID  string
	Version string // of the item, as it was when the draft was begun; it is finished on that one
	Data    []byte
	SavedAt time.Time // zero when there is none
}

type draftRow struct {
	ItemID    string
	Version   string
	Sealed    string
	UpdatedAt time.Time
}

// Draft returns the actor's draft for an item; the zero Draft when there is none.
func (s *Service) Draft(ctx context.Context, itemID string) (d Draft, err error) {
	all, err := s.drafts(ctx, itemID)
	if err == nil && len(all) > 0 {
		d = all[0]
	}
	return d, err
}

// Drafts lists the actor's drafts at the tenant in scope, newest first.
func (s *Service) Drafts(ctx context.Context) ([]Draft, error) { return s.drafts(ctx, "") }

func (s *Service) drafts(ctx context.Context, itemID string) (out []Draft, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mayFile(ctx, tx); err != nil {
			return err
		}
		rows, err := (store{tx}).drafts(ctx, itemID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			d, err := s.unsealDraft(r)
			if err != nil {
				return err
			}
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

// SaveDraft changes the actor's draft for an item: change gets what it said, nil
// at first, and returns what it says from now on. Of two changes at once, one
// waits for the other. It returns Invalid when the draft gets too large, Forbidden
// to anybody but a person, and what change returns.
func (s *Service) SaveDraft(ctx context.Context, itemID string, change func(old []byte) ([]byte, error)) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.saveDraft(ctx, tx, itemID, change) })
}

// CloseDraft leaves data in place of a draft that was handed in: what is begun
// next about the item is about its newest version.
func (s *Service) CloseDraft(ctx context.Context, itemID string, data []byte) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.saveDraft(ctx, tx, itemID, func([]byte) ([]byte, error) { return data, nil }); err != nil {
			return err
		}
		return store{tx}.unpin(ctx, itemID)
	})
}

func (s *Service) saveDraft(ctx context.Context, tx *db.Tx, itemID string, change func(old []byte) ([]byte, error)) error {
	if err := s.mayFile(ctx, tx); err != nil {
		return err
	}
	st := store{tx}
	row, err := st.lockDraft(ctx, itemID, s.versionNow(ctx, tx, itemID))
	if err != nil {
		return err
	}
	old, err := s.unsealDraft(row)
	if err != nil {
		return err
	}
	data, err := change(old.Data)
	if err != nil {
		return err
	}
	if len(data) > maxDraft {
		return fault.New(fault.Invalid, "case_draft_too_large")
	}
	return st.saveDraft(ctx, itemID, s.asks.Sealer.Seal(SealDraft, string(data)))
}

// DropDraft forgets the actor's draft for an item; none is no error.
func (s *Service) DropDraft(ctx context.Context, itemID string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`delete from case_drafts where tenant_id = ? and subject = ? and item_id = ?`,
			tx.Scope.Tenant, tx.Scope.Actor.ID, itemID).Exec(ctx)
		return err
	})
}

// mayFile asks whether the actor may file for herself at the tenant in scope.
func (s *Service) mayFile(ctx context.Context, tx *db.Tx) error {
	subject := ""
	if tx.Scope.Actor.Kind == tenancy.Person {
		subject = tx.Scope.Actor.ID
	}
	return s.authz.Allow(ctx, policies.CasesFile, policies.Resource{"tenant": tx.Scope.Tenant, "subject": subject, "on_behalf": false})
}

func (s *Service) unsealDraft(r draftRow) (Draft, error) {
	d := Draft{ItemID: r.ItemID, Version: r.Version, SavedAt: r.UpdatedAt}
	if r.Sealed == "" {
		return d, nil
	}
	plain, err := s.asks.Sealer.Open(SealDraft, r.Sealed)
	if err != nil {
		return d, fmt.Errorf("open draft of item %s: %w", r.ItemID, err)
	}
	d.Data = []byte(plain)
	return d, nil
}

func (s store) drafts(ctx context.Context, itemID string) (rows []draftRow, err error) {
	err = s.tx.NewRaw(`select item_id, coalesce(item_version::text, '') as version, form->>'sealed' as sealed, updated_at from case_drafts
		where tenant_id = ? and subject = ? and (? = '' or item_id::text = ?) order by updated_at desc`,
		s.tx.Scope.Tenant, s.tx.Scope.Actor.ID, itemID, itemID).Scan(ctx, &rows)
	return rows, err
}

// versionNow is the version of an item that is in force; empty when it is not
// offered, which filing will say.
func (s *Service) versionNow(ctx context.Context, tx *db.Tx, itemID string) string {
	o, err := s.asks.Items.Offer(ctx, tx, itemID, "", nil)
	if err != nil {
		return ""
	}
	return o.VersionID
}

// draftVersion is the version that the actor's draft for an item was begun with;
// empty when there is none.
func (s store) draftVersion(ctx context.Context, itemID string) (string, error) {
	rows, err := s.drafts(ctx, itemID)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Version, nil
}

// unpin lets what the actor begins next about an item be about its newest version.
func (s store) unpin(ctx context.Context, itemID string) error {
	_, err := s.tx.NewRaw(`update case_drafts set item_version = null where tenant_id = ? and subject = ? and item_id = ?`,
		s.tx.Scope.Tenant, s.tx.Scope.Actor.ID, itemID).Exec(ctx)
	return err
}

// lockDraft makes sure that there is a draft and holds it until the end of the transaction.
func (s store) lockDraft(ctx context.Context, itemID, version string) (row draftRow, err error) {
	sc := s.tx.Scope
	if _, err = s.tx.NewRaw(`insert into case_drafts (tenant_id, id, subject, item_id, item_version, form, updated_at) values (?, ?, ?, ?, nullif(?, '')::uuid, '{"sealed": ""}', ?)
		on conflict (tenant_id, subject, item_id) do update set item_version = coalesce(case_drafts.item_version, excluded.item_version)`, sc.Tenant, db.NewID(), sc.Actor.ID, itemID, version, s.tx.Now).Exec(ctx); err != nil {
		return row, err
	}
	err = s.tx.NewRaw(`select item_id, coalesce(item_version::text, '') as version, form->>'sealed' as sealed, updated_at from case_drafts
		where tenant_id = ? and subject = ? and item_id = ? for update`, sc.Tenant, sc.Actor.ID, itemID).Scan(ctx, &row)
	return row, err
}

func (s store) saveDraft(ctx context.Context, itemID, sealed string) error {
	_, err := s.tx.NewRaw(`update case_drafts set form = jsonb_build_object('sealed', ?::text), updated_at = ? where tenant_id = ? and subject = ? and item_id = ?`,
		sealed, s.tx.Now, s.tx.Scope.Tenant, s.tx.Scope.Actor.ID, itemID).Exec(ctx)
	return err
}
