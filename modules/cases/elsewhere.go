package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	Reason        string       // catalogue key, why it was not filed
	Detail        string       // the papers or the fields that the reason is about
	Papers        []TakenPaper `bun:"type:jsonb"`
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
	Unseen        []string   `bun:"type:jsonb"` // materials whose originals are still to be seen before the result is handed over
	HandedSeen    []string   `bun:"type:jsonb"` // those that were seen then
	TriedAt       *time.Time // when the job broke off over it
	Followed      *string    // of one that was refused: the row that took its place
}

// TakenPaper (代收材料) is one file that was taken in.
type TakenPaper struct {
	Material, File string
	Seen           bool // its original, where it was taken in
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
// see [Service.RunTaken]; the same key again returns the first one. The rules of the item and of its
// electronic form are run as that office would run them: the errors are those of File, and Precondition
// (case_not_everywhere) for an item that is not handled everywhere.
func (s *Service) TakeIn(ctx context.Context, at tenancy.ID, in Filing, name, area string) (p Participant, err error) {
	if err := in.check(); err != nil {
		return p, err
	}
	if p, err = s.mayTakeIn(ctx, at, in, area); err != nil || p.ID != "" {
		return p, err
	}
	required, err := s.tryThere(ctx, at, in)
	if err != nil {
		return p, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, keyTaken, in.Key, func() (string, error) { return s.take(ctx, tx, at, in, name, required) })
		if err != nil {
			return err
		}
		p, err = takenIn(ctx, tx, id, "")
		return err
	})
	return p, err
}

// keyTaken is what keys of taking in are kept under.
const keyTaken = "taken"

// mayTakeIn is nil when the actor may take in here for the competent office at; known is what she has
// taken in under the same key already.
func (s *Service) mayTakeIn(ctx context.Context, at tenancy.ID, in Filing, area string) (known Participant, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		id, err := tx.Recall(ctx, keyTaken, in.Key)
		if err != nil {
			return err
		}
		if id == "" {
			return reaches(ctx, tx, tx.Scope.Tenant, at, area)
		}
		known, err = takenIn(ctx, tx, id, "")
		return err
	})
	return known, err
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

func (s *Service) take(ctx context.Context, tx *db.Tx, at tenancy.ID, in Filing, name string, required []string) (string, error) {
	there, err := s.asks.Tree.Place(ctx, tx, at)
	if err != nil {
		return "", err
	}
	papers, err := s.takenPapers(ctx, tx, in, required)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(in)
	if err != nil {
		return "", fmt.Errorf("spell filing: %w", err)
	}
	p := Participant{
		TenantID: tx.Scope.Tenant, ID: db.NewID(), CaseTenant: at, CasePlace: there.Name, ItemID: in.ItemID, ItemName: name, ApplicantKind: in.Kind, ApplicantName: strings.TrimSpace(in.Name),
		Sealed: s.asks.Sealer.Seal(sealTaken, string(plain)), Files: append([]string{}, in.Files...), Papers: papers, Unseen: []string{}, HandedSeen: []string{}, State: TakenSent, SentAt: tx.Now, SentBy: tx.Scope.Actor.ID, SentName: tx.Scope.Actor.Name,
	}
	tx.Record(db.Audit{Action: string(policies.CasesFile), Kind: "taken", Object: p.ID, Detail: map[string]any{"channel": Elsewhere, "place": there.Name, "originals": strings.Join(in.Checked, " ")}})
	if _, err = tx.NewInsert().Model(&p).Exec(ctx); err != nil || in.InPlaceOf == "" {
		return p.ID, err
	}
	_, err = tx.NewUpdate().Model((*Participant)(nil)).Set("followed = ?", p.ID).Set("sealed = ''").
		Where("tenant_id = ?", p.TenantID).Where("id = ?", in.InPlaceOf).Where("state = ?", TakenRefused).Where("followed IS NULL").Exec(ctx)
	return p.ID, err
}

// TakenQuery narrows what an office took in for others.
type TakenQuery struct {
	Page  int
	Size  int    // 0: TakenPage
	Text  string // part of the item, the place, the number of the case or the applicant
	State string // sent, refused, open, deliver or closed; empty: all
}

// The states by which that list is narrowed, besides TakenSent and TakenRefused.
const (
	TakenOpen    = "open"    // a case that goes on
	TakenDeliver = "deliver" // one whose result is to be handed over
	TakenClosed  = "closed"
)

func (q TakenQuery) narrow(sel *bun.SelectQuery) *bun.SelectQuery {
	switch q.State {
	case TakenSent:
		sel = sel.Where("state = ?", TakenSent)
	case TakenRefused:
		sel = sel.Where("state = ?", TakenRefused).Where("followed IS NULL")
	case TakenOpen:
		sel = sel.Where("state = ?", TakenFiled).Where("NOT closed")
	case TakenDeliver:
		sel = sel.Where("state = ?", TakenFiled).Where("NOT closed").Where("step_kind = 'deliver'").Where("handed_at IS NULL")
	case TakenClosed:
		sel = sel.Where("state = ?", TakenFiled).Where("closed")
	}
	if q.Text != "" {
		sel = sel.Where("strpos(concat_ws(' ', item_name, case_place, case_no, applicant_name), ?) > 0", q.Text)
	}
	return sel
}

// Taken lists what the actor's office took in for others, newest first.
func (s *Service) Taken(ctx context.Context, q TakenQuery) (ps []Participant, total int, err error) {
	if q.Size <= 0 {
		q.Size = TakenPage
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		ps = nil
		n, err := q.narrow(tx.NewSelect().Model(&ps).Where("tenant_id = ?", tx.Scope.Tenant)).Order("sent_at DESC", "id").
			Limit(int64(q.Size)).Offset(int64((max(q.Page, 1) - 1) * q.Size)).ScanAndCount(ctx)
		total = int(n)
		return err
	})
	return ps, total, err
}

// TakenPage is how many rows of that list a page shows.
const TakenPage = 20

// HandTaken (转交结果) writes down that the result of such a case was handed over where it was taken
// in. The competent office's step of delivery ends with it soon. seen are the materials whose originals were
// held against what was handed in; where the mode of the case wants them all seen (原件核验), what is left is
// Invalid on field originals.
func (s *Service) HandTaken(ctx context.Context, id, receiver, note string, seen []string) error {
	if receiver = strings.TrimSpace(receiver); receiver == "" || len([]rune(receiver)) > maxHandover {
		return fault.InvalidField("receiver", "case_receiver_missing")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		p, err := takenIn(ctx, tx, id, "UPDATE")
		if err != nil {
			return err
		}
		if !p.MayHand() {
			return fault.New(fault.Precondition, "case_not_at_delivery")
		}
		p.HandedSeen = []string{}
		var left []string
		for _, m := range p.Unseen {
			if slices.Contains(seen, m) {
				p.HandedSeen = append(p.HandedSeen, m)
			} else {
				left = append(left, m)
			}
		}
		if len(left) > 0 {
			return fault.InvalidField("originals", "case_originals_missing").With(strings.Join(left, listed))
		}
		p.HandedAt, p.HandedTo, p.HandedNote, p.Reason, p.Detail, p.TriedAt = &tx.Now, receiver, strings.TrimSpace(note), "", "", nil
		tx.Record(db.Audit{Action: string(policies.CasesDeliver), Kind: "taken", Object: id, Detail: map[string]any{"originals": strings.Join(p.HandedSeen, " ")}})
		_, err = tx.NewUpdate().Model(&p).Column("handed_at", "handed_to", "handed_note", "handed_seen", "reason", "detail", "tried_at").WherePK().Exec(ctx)
		return err
	})
}

// MayHand reports whether the result can be handed over where it was taken in.
func (p *Participant) MayHand() bool {
	return p.State == TakenFiled && !p.Closed && p.StepKind == "deliver" && p.HandedAt == nil
}
