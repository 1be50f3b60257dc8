package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Participant (异地通办) is what an office took in (收件) for another that is competent, with what
// it may know of the case that became of it. It is a row of the office that took it in: neither
// office reaches into the rows of the other.
type Participant struct {
	bun.BaseModel `bun:"table:case_participants"`

	TenantID      tenancy.ID `bun:",pk"`
	ID            string     `bun:",pk"`
	CaseTenant    tenancy.ID
	CasePlace     string
	ItemID        string
	ItemName      string
	ApplicantKind string
	ApplicantName string
	Sealed        string
	Files         []string `bun:"type:jsonb"`
	State         string
	Reason        string // catalogue key, why it was not filed
	CaseID        *string
	CaseNo        string
	CaseVersion   int
	CaseStatus    Status
	CaseOutcome   string
	CaseStep      string
	StepKind      string
	CaseMode      Mode
	Closed        bool
	SentAt        time.Time
	SentBy        string
	SentName      string
	HandedAt      *time.Time
	HandedTo      string
	HandedNote    string
	HandedDone    bool
}

// How far what was taken in elsewhere has got.
const (
	TakenSent    = "sent"
	TakenFiled   = "filed"
	TakenRefused = "refused"
)

// sealTaken is the purpose under which a filing for another office is sealed.
const sealTaken = "taken"

// Reaches reports whether an item with a range of handling (通办范围, GB/T 39046) may be taken in
// by an office whose lowest common ancestor with the competent one is of a level.
func Reaches(area, level string) bool {
	switch level {
	case "platform":
		return area == "1" || area == "2"
	case "province":
		return area == "1" || area == "2" || area == "3"
	}
	return strings.ContainsAny(area, "1234") // within one league or city
}

// TakeIn (异地收件) takes a filing in for the competent office at. It becomes a case there soon,
// see [Service.RunTaken]; the same key again returns the first one. The errors are those of
// File, as far as they can be known here, and Precondition (case_not_everywhere) for an item that is
// not handled everywhere.
func (s *Service) TakeIn(ctx context.Context, at tenancy.ID, in Filing, name, area string) (p Participant, err error) {
	if err := in.check(); err != nil {
		return p, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		if err := reaches(ctx, tx, tx.Scope.Tenant, at, area); err != nil {
			return err
		}
		id, err := tx.Once(ctx, "taken", in.Key, func() (string, error) { return s.take(ctx, tx, at, in, name) })
		if err != nil {
			return err
		}
		return tx.NewSelect().Model(&p).Where("tenant_id = ?", tx.Scope.Tenant).Where("id = ?", id).Scan(ctx)
	})
	return p, err
}

func reaches(ctx context.Context, tx *db.Tx, from, at tenancy.ID, area string) error {
	mine, err := tree.In(tx).Ancestors(ctx, from)
	if err != nil {
		return err
	}
	theirs, err := tree.In(tx).Ancestors(ctx, at)
	if err != nil {
		return err
	}
	common := "platform"
	for i := 0; i < min(len(mine), len(theirs)) && mine[i].ID == theirs[i].ID; i++ {
		common = mine[i].Level
	}
	if from == at || !Reaches(area, common) {
		return fault.New(fault.Precondition, "case_not_everywhere")
	}
	return nil
}

func (s *Service) take(ctx context.Context, tx *db.Tx, at tenancy.ID, in Filing, name string) (string, error) {
	there, err := s.asks.Tree.Place(ctx, tx, at)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(in)
	if err != nil {
		return "", fmt.Errorf("spell filing: %w", err)
	}
	p := Participant{
		TenantID: tx.Scope.Tenant, ID: db.NewID(), CaseTenant: at, CasePlace: there.Name, ItemID: in.ItemID, ItemName: name, ApplicantKind: in.Kind, ApplicantName: strings.TrimSpace(in.Name),
		Sealed: s.asks.Sealer.Seal(sealTaken, string(plain)), Files: append([]string{}, in.Files...), State: TakenSent, SentAt: tx.Now, SentBy: tx.Scope.Actor.ID, SentName: tx.Scope.Actor.Name,
	}
	tx.Record(db.Audit{Action: string(policies.CasesFile), Kind: "taken", Object: p.ID, Detail: map[string]any{"channel": Elsewhere, "place": there.Name}})
	_, err = tx.NewInsert().Model(&p).Exec(ctx)
	return p.ID, err
}

// Taken lists what the actor's office took in for others, newest first.
func (s *Service) Taken(ctx context.Context, page int) (ps []Participant, total int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		ps = nil
		n, err := tx.NewSelect().Model(&ps).Where("tenant_id = ?", tx.Scope.Tenant).Order("sent_at DESC", "id").Limit(TakenPage).Offset(int64(max(page, 1)-1) * TakenPage).ScanAndCount(ctx)
		total = int(n)
		return err
	})
	return ps, total, err
}

// TakenPage is how many rows of that list a page shows.
const TakenPage = 20

// HandTaken (转交结果) writes down that the result of such a case was handed over where it was taken
// in. The competent office's step of delivery ends with it soon.
func (s *Service) HandTaken(ctx context.Context, id, receiver, note string) error {
	if receiver = strings.TrimSpace(receiver); receiver == "" || len([]rune(receiver)) > maxHandover {
		return fault.InvalidField("receiver", "case_receiver_missing")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		res, err := tx.NewUpdate().Model((*Participant)(nil)).Set("handed_at = ?", tx.Now).Set("handed_to = ?", receiver).Set("handed_note = ?", strings.TrimSpace(note)).
			Where("tenant_id = ?", tx.Scope.Tenant).Where("id = ?", id).Where("step_kind = 'deliver'").Where("NOT closed").Where("handed_at IS NULL").Where("case_mode <> ?", Verify).Exec(ctx)
		if err != nil {
			return fmt.Errorf("hand over %s: %w", id, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fault.New(fault.Precondition, "case_not_at_delivery")
		}
		tx.Record(db.Audit{Action: string(policies.CasesDeliver), Kind: "taken", Object: id})
		return nil
	})
}

// MayHand reports whether the result can be handed over where it was taken in.
func (p *Participant) MayHand() bool {
	return p.State == TakenFiled && !p.Closed && p.StepKind == "deliver" && p.HandedAt == nil && p.CaseMode != Verify
}
