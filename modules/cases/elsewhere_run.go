package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// TakenJob is what the schedule knows RunTaken by.
const TakenJob = "cases.taken"

// takenBatch is how many filings for other offices one run works off.
const takenBatch = 50

// errOthers says that somebody else is at it, or has done it.
var errOthers = errors.New("cases: done by somebody else")

// RunTaken files what offices took in for others, hands over what they handed over, and copies
// how far the cases have got into their rows. It is a job and makes its own scope, that of the
// platform: the two offices may be far apart. Each case is one transaction, filed exactly once.
func (s *Service) RunTaken(ctx context.Context) error {
	whole := tenancy.Everywhere(ctx, TakenJob)
	var sent, handed []Participant
	err := s.db.InTx(whole, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.NewSelect().Model(&sent).Where("state = ?", TakenSent).OrderExpr("tried_at NULLS FIRST, sent_at").Limit(takenBatch).Scan(ctx); err != nil {
			return err
		}
		return tx.NewSelect().Model(&handed).Where("state = ?", TakenFiled).Where("NOT closed").Where("handed_at IS NOT NULL").Where("NOT handed_done").OrderExpr("tried_at NULLS FIRST, handed_at").Limit(takenBatch).Scan(ctx)
	})
	if err != nil {
		return fmt.Errorf("list what was taken in: %w", err)
	}
	for i := range sent {
		err = errors.Join(err, s.settleTaken(ctx, &sent[i], s.fileTaken))
	}
	for i := range handed {
		err = errors.Join(err, s.settleTaken(ctx, &handed[i], s.deliverTaken))
	}
	return errors.Join(err, s.db.InTx(whole, s.copyProgress))
}

func system(at tenancy.ID, path []tenancy.ID, a tenancy.Actor) tenancy.Scope {
	a.Kind = tenancy.System
	return tenancy.Scope{Tenant: at, Over: tenancy.Whole(), Ancestors: path, Actor: a}
}

// settleTaken does one thing at the competent office; what it refuses is written into the row.
func (s *Service) settleTaken(ctx context.Context, p *Participant, do func(context.Context, *db.Tx, *Participant) error) error {
	scope, err := s.scopeOf(ctx, p)
	if err != nil {
		return err
	}
	ctx = tenancy.With(ctx, scope)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.NewSelect().Model(p).WherePK().Where("state = ?", p.State).Where("NOT handed_done").Where("(state <> ? OR handed_at IS NOT NULL)", TakenFiled).For("UPDATE SKIP LOCKED").Count(ctx)
		if err == nil && n == 0 {
			err = errOthers
		}
		if err != nil {
			return err
		}
		return do(ctx, tx, p)
	})
	f, ok := fault.As(err)
	switch final := ok && f.Kind != fault.Internal && f.Kind != fault.Unavailable && f.Kind != fault.Conflict; {
	case err == nil || errors.Is(err, errOthers):
		return nil
	case final && p.State == TakenSent:
		return s.refuseTaken(ctx, p, f)
	case final:
		return s.undelivered(ctx, p, f)
	}
	return errors.Join(err, s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { // behind those that were not tried yet
		_, err := tx.NewUpdate().Model(p).Set("tried_at = ?", tx.Now).WherePK().Exec(ctx)
		return err
	}))
}

// undelivered tells both offices why the competent one's delivery does not end: the result may be
// written down as handed over once more.
func (s *Service) undelivered(ctx context.Context, p *Participant, f *fault.Error) error {
	why, about := explain(f)
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewUpdate().Model(p).Set("reason = ?", why).Set("detail = ?", about).Set("handed_at = NULL").Set("handed_to = ''").Set("handed_note = ''").Set("handed_seen = '[]'").WherePK().Exec(ctx)
		if err != nil {
			return err
		}
		return troubled(ctx, tx, p, why)
	})
}

// troubled writes into the case why its delivery does not end; empty: it did.
func troubled(ctx context.Context, tx *db.Tx, p *Participant, why string) error {
	_, err := tx.NewUpdate().Model((*Case)(nil)).Set("taken_trouble = ?", why).Where("tenant_id = ?", p.CaseTenant).Where("id = ?", *p.CaseID).Where("taken_trouble <> ?", why).Exec(ctx)
	if err != nil {
		return fmt.Errorf("delivery of case %s: %w", *p.CaseID, err)
	}
	return nil
}

// scopeOf acts at the competent office for whoever took the filing in.
func (s *Service) scopeOf(ctx context.Context, p *Participant) (scope tenancy.Scope, err error) {
	whole := tenancy.Everywhere(ctx, TakenJob)
	err = s.db.InTx(whole, func(ctx context.Context, tx *db.Tx) error {
		path, err := tree.In(tx).Ancestors(ctx, p.CaseTenant)
		var ids []tenancy.ID
		for _, n := range path {
			ids = append(ids, n.ID)
		}
		scope = system(p.CaseTenant, ids, tenancy.Actor{ID: p.SentBy, Name: p.SentName})
		return err
	})
	return scope, err
}

// fileTaken makes the case.
func (s *Service) fileTaken(ctx context.Context, tx *db.Tx, p *Participant) error {
	var in Filing
	plain, err := s.asks.Sealer.Open(sealTaken, p.Sealed)
	if err == nil {
		err = json.Unmarshal([]byte(plain), &in)
	}
	if err != nil {
		return fmt.Errorf("read filing %s: %w", p.ID, err)
	}
	from, err := s.asks.Tree.Place(ctx, tx, p.TenantID)
	if err != nil {
		return err
	}
	in.Channel, in.taken = Elsewhere, &takenBy{p.TenantID, from.Name}
	c, err := s.draw(ctx, tx, in)
	if err != nil {
		return err
	}
	if err := s.sameForm(in, c.Sheet()); err != nil {
		return err
	}
	if err := s.fillForm(ctx, tx, &c, &in); err != nil {
		return err
	}
	if err := s.place(ctx, tx, &c, in); err != nil {
		return err
	}
	if err := s.seenThere(ctx, tx, &c, in.Checked); err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model(p).Set("state = ?", TakenFiled).Set("case_id = ?", c.ID).Set("case_no = ?", c.No).Set("case_mode = ?", c.Mode).Set("sealed = ''").WherePK().Exec(ctx)
	return err
}

// takenBy says who took a filing in.
type takenBy struct {
	tenant tenancy.ID
	name   string
}

func (s *Service) refuseTaken(ctx context.Context, p *Participant, f *fault.Error) error {
	why, about := explain(f)
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewUpdate().Model(p).Set("state = ?", TakenRefused).Set("reason = ?", why).Set("detail = ?", about).Set("closed = true").WherePK().Where("state = ?", TakenSent).Exec(ctx)
		return err
	})
}

// deliverTaken ends the competent office's delivery.
func (s *Service) deliverTaken(ctx context.Context, tx *db.Tx, p *Participant) error {
	c, err := store{tx}.get(ctx, *p.CaseID)
	if err != nil {
		return err
	}
	d, err := s.deed(ctx, tx, &c)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(d.open, func(v *StepRecord) bool { return v.Kind == "deliver" }); i >= 0 && c.Status == Handling {
		was := c
		d.at(d.open[i])
		if err := d.sawThere(ctx, p.HandedSeen); err != nil {
			return err
		}
		if err := d.handOver(ctx, Handover{Way: Collected, Receiver: p.HandedTo, Note: p.HandedNote}); err != nil {
			return err
		}
		d.touched()
		tx.Record(db.Audit{Tenant: c.TenantID, Action: string(policies.CasesDeliver), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "channel": Elsewhere}})
		if err := d.save(ctx, was); err != nil {
			return err
		}
	}
	if err := troubled(ctx, tx, p, ""); err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model(p).Set("handed_done = true").WherePK().Exec(ctx)
	return err
}

// copyProgress brings the rows up to date with their cases.
func (s *Service) copyProgress(ctx context.Context, tx *db.Tx) error {
	var moved []Participant
	err := tx.NewUpdate().Model((*Participant)(nil)).ModelTableExpr("case_participants AS p").TableExpr("cases AS c").
		Set("case_version = c.version").Set("case_status = c.status").Set("case_outcome = c.outcome").Set("case_step = c.step_name").Set("step_kind = c.step_kind").Set("closed = c.ended_at is not null").
		Where("c.tenant_id = p.case_tenant").Where("c.id = p.case_id").Where("p.state IN (?)", bun.List([]string{TakenFiled})).Where("NOT p.closed").Where("c.version <> p.case_version").
		Returning("p.tenant_id, p.id, p.case_tenant, p.case_id, p.case_mode, p.step_kind").Scan(ctx, &moved)
	if err != nil {
		return fmt.Errorf("copy progress: %w", err)
	}
	for i := range moved {
		if p := &moved[i]; p.CaseMode == Verify && p.StepKind == "deliver" {
			if err := s.copyUnseen(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyUnseen tells the office that hands the result over which originals nobody has seen yet.
func (s *Service) copyUnseen(ctx context.Context, tx *db.Tx, p *Participant) (err error) {
	d := &deed{Service: s, st: store{tx}, tx: tx, c: &Case{TenantID: p.CaseTenant, ID: *p.CaseID}}
	left, err := d.unseen(ctx)
	if err != nil {
		return err
	}
	p.Unseen = append([]string{}, left...)
	_, err = tx.NewUpdate().Model(p).Column("unseen").WherePK().Exec(ctx)
	return err
}
