package cases

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// The acts that may be done to many cases at once.
const (
	BulkAccept = "accept" // 予以受理
	BulkPass   = "pass"   // 审查通过
	BulkGrant  = "grant"  // 准予
	BulkRefer  = "refer"  // 转办
	BulkUrge   = "urge"   // 催办
	BulkWatch  = "watch"  // 关注
)

// BulkActs lists them in the order in which pages offer them.
func BulkActs() []string {
	return []string{BulkAccept, BulkPass, BulkGrant, BulkRefer, BulkUrge, BulkWatch}
}

// MaxBulk is how many cases one batch may hold.
const MaxBulk = 100

// Bulk (批量办理) is one act for many cases, with one opinion.
type Bulk struct {
	Act       string
	Opinion   string
	Colleague string // to whom they are referred; empty: whoever holds the post
	Cases     []Chosen
}

// Chosen is one case of a batch as it was when it was chosen.
type Chosen struct {
	ID      string
	Version int
}

// Done (办理结果) is what became, or would become, of one case of a batch.
type Done struct {
	Row       // as it was before
	Next Case // afterwards; the zero Case when nothing is done
	At   string
	Err  error // why nothing is done
}

// rehearsed undoes an act that was only tried.
var errRehearsed = errors.New("cases: rehearsed")

// Rehearse tells what a batch would do, case by case, by doing it and undoing it again:
// policy, the rules of the step and the flow all answer as they would.
func (s *Service) Rehearse(ctx context.Context, b Bulk) ([]Done, error) {
	one := *s
	one.rehearses, one.bulked = true, true
	return one.bulk(ctx, b)
}

// Perform does a batch, every case in a transaction of its own. The same batch again does
// nothing twice: what the actor did to a case with the same words counts as done.
func (s *Service) Perform(ctx context.Context, b Bulk) ([]Done, error) {
	one := *s
	one.bulked = true
	return one.bulk(ctx, b)
}

// alike returns a Precondition fault when a step of a batch wants fields of the form filled in,
// which differ from case to case. Referring it does not.
func (d *deed) alike(ctx context.Context, a policies.Action) error {
	if !d.bulked || a == policies.CasesRefer || d.c.Sheet().None() {
		return nil
	}
	r, err := d.rules(ctx)
	if err != nil {
		return err
	}
	for _, right := range r.Fields {
		if right == "write" {
			return fault.New(fault.Precondition, "case_batch_fields")
		}
	}
	return nil
}

func (s *Service) bulk(ctx context.Context, b Bulk) ([]Done, error) {
	if !slices.Contains(BulkActs(), b.Act) || len(b.Cases) == 0 || len(b.Cases) > MaxBulk {
		return nil, fault.New(fault.Invalid, "case_batch_wrong")
	}
	rows, err := s.Pick(ctx, b.Cases)
	if err != nil {
		return nil, err
	}
	out := make([]Done, 0, len(rows))
	for _, r := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(b.Cases, func(x Chosen) bool { return x.ID == r.ID })
		d := Done{Row: r}
		if d.Next, d.Err = s.one(ctx, b, b.Cases[i]); d.Err == nil && d.Next.ID != "" && d.Next.AtTenant != r.AtTenant {
			d.At, d.Err = s.placeName(ctx, d.Next)
		}
		if fault.KindOf(d.Err) == fault.Internal && d.Err != nil {
			return nil, d.Err
		}
		out = append(out, d)
	}
	return out, nil
}

func (s *Service) placeName(ctx context.Context, c Case) (name string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.asks.Tree.Place(ctx, tx, c.AtTenant)
		name = p.Name
		return err
	})
	return name, err
}

// one does the act of a batch to one case.
func (s *Service) one(ctx context.Context, b Bulk, x Chosen) (c Case, err error) {
	switch b.Act {
	case BulkWatch:
		if s.rehearses {
			return c, nil
		}
		return c, s.Watch(ctx, x.ID, true)
	case BulkUrge:
		return c, s.Urge(ctx, x.ID, b.Opinion)
	case BulkAccept:
		c, err = s.Accept(ctx, x.ID, x.Version, b.Opinion)
	case BulkPass:
		c, err = s.Pass(ctx, x.ID, x.Version, b.Opinion)
	case BulkGrant:
		c, err = s.Decide(ctx, x.ID, x.Version, true, b.Opinion)
	case BulkRefer:
		c, err = s.Refer(ctx, x.ID, x.Version, b.Colleague, b.Opinion)
	}
	if fault.KindOf(err) == fault.Conflict && !s.rehearses {
		if done, err := s.didSo(ctx, b, x.ID); err == nil && done {
			return Case{}, nil
		}
	}
	return c, err
}

// didSo reports whether the last thing done to a case is what the batch asks for, by the actor
// and in the same words.
func (s *Service) didSo(ctx context.Context, b Bulk, id string) (done bool, err error) {
	word := map[string]string{BulkAccept: "accept", BulkPass: "pass", BulkGrant: Granted}[b.Act]
	if word == "" {
		return false, nil
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := (store{tx}).get(ctx, id)
		if err != nil {
			return err
		}
		steps, err := (store{tx}).steps(ctx, &c)
		var last *StepRecord
		for i := range steps {
			if v := &steps[i]; v.EndedAt != nil && v.Act != actCancelled && v.Work == workStep && (last == nil || !v.EndedAt.Before(*last.EndedAt)) {
				last = v
			}
		}
		done = last != nil && last.ActorID == tx.Scope.Actor.ID && last.Act == word && last.Opinion == strings.TrimSpace(b.Opinion)
		return err
	})
	return done, err
}

// Pick returns the chosen cases that the actor sees, in the order in which they were chosen and
// each at the step that falls to her.
func (s *Service) Pick(ctx context.Context, chosen []Chosen) (rows []Row, err error) {
	ids := make([]string, 0, len(chosen))
	for _, x := range chosen {
		ids = append(ids, x.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": tx.Scope.Tenant, "subject": ""}); err != nil {
			return err
		}
		st := store{tx}
		p, err := st.list(ctx, Query{Size: MaxBulk}, func(sel *bun.SelectQuery) *bun.SelectQuery { return sel.Where("c.id IN (?)", bun.List(ids)) })
		if err != nil {
			return err
		}
		rows = p.Rows
		if err := st.face(ctx, rows); err != nil {
			return err
		}
		slices.SortStableFunc(rows, func(a, b Row) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
		if err := st.star(ctx, rows); err != nil {
			return err
		}
		return s.measure(ctx, tx, rows)
	})
	return rows, err
}

// face shows every row at the step that falls to the actor, if there is one besides.
func (s store) face(ctx context.Context, rows []Row) error {
	beside := map[string]*Row{}
	for i := range rows {
		if rows[i].Beside > 0 {
			beside[rows[i].ID] = &rows[i]
		}
	}
	if len(beside) == 0 {
		return nil
	}
	var vs []*StepRecord
	sel := s.tx.NewSelect().Model(&vs).ModelTableExpr("case_steps AS s").ColumnExpr("s.*").Where("s.ended_at IS NULL").Where("s.work IN ('step', 'wait')").
		Where("s.case_id IN (?)", bun.List(slices.Collect(maps.Keys(beside))))
	if err := hers(s.tx.Scope, sel, "s.", "").OrderExpr("s.seq DESC").Scan(ctx); err != nil {
		return fmt.Errorf("steps of chosen cases: %w", err)
	}
	for _, v := range vs {
		beside[v.CaseID].focus(v)
		beside[v.CaseID].AtName = v.AtName
	}
	return nil
}

// BulkActsFor are the acts of a batch that a row may be open to, as far as the row itself tells.
// head says that the actor refers for her office. Rehearse tells the rest.
func (*Service) BulkActsFor(sc tenancy.Scope, r *Row, head bool) (acts []string) {
	v := StepRecord{AtTenant: r.AtTenant, Kind: r.StepKind, Post: r.StepPost, AssigneeID: r.AssigneeID, Department: r.StepDepartment, Substitute: r.StepSubstitute, Work: workStep}
	works := r.Open() && r.Status != Supplement
	mine := works && v.fallsTo(sc)
	switch {
	case !mine:
	case r.StepKind == "accept":
		acts = append(acts, BulkAccept)
	case r.StepKind == "decide":
		acts = append(acts, BulkGrant)
	case r.StepKind != "deliver" && r.StepKind != ForPayment && r.StepKind != ForExternal && r.StepKind != ForParts:
		acts = append(acts, BulkPass)
	}
	if mine || works && head && r.AtTenant == sc.Tenant {
		acts = append(acts, BulkRefer)
	}
	if works {
		acts = append(acts, BulkUrge)
	}
	return append(acts, BulkWatch)
}
