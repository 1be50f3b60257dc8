package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// listed stands between names in the detail of a fault.
const listed = "、"

// tryThere runs the rules of the competent office over a filing, as far as nothing is written, and
// returns the materials without which it is not filed there.
func (s *Service) tryThere(ctx context.Context, at tenancy.ID, in Filing) (required []string, err error) {
	scope, err := s.scopeOf(ctx, &Participant{CaseTenant: at})
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(tenancy.With(ctx, scope), func(ctx context.Context, tx *db.Tx) error {
		offer, _, err := s.offerHere(ctx, tx, in.ItemID, in.Choices)
		if err != nil {
			return err
		}
		if offer.Unanswered > 0 {
			return fault.InvalidField("choices", "case_choices_missing")
		}
		required = offer.Required
		if err := s.sameForm(in, offer.Form); err != nil || offer.Form.None() {
			return err
		}
		if in.Answers == nil || s.asks.Forms == nil {
			return fault.InvalidField("form", "case_form_missing")
		}
		return s.asks.Forms.Check(ctx, tx, Sheet{Form: offer.Form, ItemID: in.ItemID, Kind: in.Kind, Answers: in.Answers})
	})
	return required, err
}

// sameForm wants the answers of a filing to be to the version of the form that is in force.
func (s *Service) sameForm(in Filing, now FormRef) error {
	if in.Answers != nil && in.Answered != now {
		return fault.New(fault.Precondition, "case_form_moved")
	}
	return nil
}

// takenPapers are the uploads of a filing, with those whose originals were seen; what
// is required and missing is Invalid, paper by paper.
func (s *Service) takenPapers(ctx context.Context, tx *db.Tx, in Filing, required []string) ([]TakenPaper, error) {
	files, err := s.asks.Files.Waiting(ctx, tx, in.Files)
	if err != nil {
		return nil, err
	}
	papers, bad := []TakenPaper{}, map[string]string{}
	for _, f := range files {
		papers = append(papers, TakenPaper{Material: f[0], File: f[1], Seen: slices.Contains(in.Checked, f[0])})
	}
	for _, m := range required {
		if !slices.ContainsFunc(papers, func(p TakenPaper) bool { return p.Material == m }) {
			bad["material:"+m] = "case_material_missing"
		}
	}
	return papers, fault.InvalidFields(bad)
}

// explain is the catalogue key of what a filing was refused for, and which papers or fields it is about.
func explain(f *fault.Error) (why, about string) {
	if len(f.Fields) == 0 {
		return f.Text, f.Detail
	}
	var names []string
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) {
		if m, is := strings.CutPrefix(field, "material:"); is {
			names = append(names, m)
		}
	}
	if len(names) > 0 {
		return "case_material_missing", strings.Join(names, listed)
	}
	return f.Fields[slices.Min(slices.Collect(maps.Keys(f.Fields)))], f.Detail
}

// took reports whether a procedure of a kind is an act of the office that took the case in
// for this one: it comes here by a job, in the name of whoever did it there.
func (d *deed) took(kind string) bool {
	return d.c.TakenTenant != nil && d.tx.Scope.Actor.Kind == tenancy.System && (kind == OriginalsSeen || kind == Trip)
}

// seenThere writes down which originals were seen where the case was taken in.
func (s *Service) seenThere(ctx context.Context, tx *db.Tx, c *Case, materials []string) error {
	d := &deed{Service: s, st: store{tx}, tx: tx, c: c}
	return d.sawThere(ctx, materials)
}

func (d *deed) sawThere(ctx context.Context, materials []string) error {
	if len(materials) == 0 {
		return nil
	}
	unseen, err := d.unseen(ctx)
	if err != nil {
		return err
	}
	for _, m := range unseen {
		if !slices.Contains(materials, m) {
			continue
		}
		if err := d.begin(ctx, Procedure{Kind: OriginalsSeen, Name: m, Reason: d.c.No, State: Ended}); err != nil {
			return err
		}
	}
	return nil
}

// takenIn is a row of the actor's office; lock is what it is read for.
func takenIn(ctx context.Context, tx *db.Tx, id, lock string) (p Participant, err error) {
	sel := tx.NewSelect().Model(&p).Where("tenant_id = ?", tx.Scope.Tenant).Where("id = ?", id)
	if lock != "" {
		sel = sel.For(lock)
	}
	if err = sel.Scan(ctx); err != nil {
		return p, fmt.Errorf("taken in %s: %w", id, err)
	}
	return p, nil
}

// TakenOne returns what the actor's office took in for another; NotFound when it is not its own.
func (s *Service) TakenOne(ctx context.Context, id string) (p Participant, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		p, err = takenIn(ctx, tx, id, "")
		return err
	})
	return p, err
}

// TakeAgain (重新收件) opens a filing that was not filed, with everything that was typed, so that it
// can be corrected; Precondition (case_taken_filed) for one that was filed or is on its way.
func (s *Service) TakeAgain(ctx context.Context, id string) (p Participant, in Filing, err error) {
	if p, err = s.TakenOne(ctx, id); err != nil {
		return p, in, err
	}
	if !p.MayAgain() {
		return p, in, fault.New(fault.Precondition, "case_taken_filed")
	}
	plain, err := s.asks.Sealer.Open(sealTaken, p.Sealed)
	if err == nil {
		err = json.Unmarshal([]byte(plain), &in)
	}
	if err != nil {
		return p, in, fmt.Errorf("read filing %s: %w", p.ID, err)
	}
	return p, in, nil
}

// MayAgain reports whether it can be taken in once more, corrected.
func (p *Participant) MayAgain() bool { return p.State == TakenRefused && p.Followed == nil }
