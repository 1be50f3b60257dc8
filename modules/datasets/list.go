package datasets

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Query narrows a list of cases. Zero values mean: everything, newest first.
type Query struct {
	Limit, Offset int              // Limit is bounded to 200
	No            string           // beginning of a case number
	Table         string           // only cases that have rows of this table
	Finding       string           // only cases with something wrong of this kind; "any": of any kind; "none": of none
	From, To      time.Time        // filed in [From, To)
	Under         tenancy.Interval // born in this part of the subtree
}

// Any and None are findings to ask for besides Kinds.
const (
	Any  = "any"
	None = "none"
)

// maxPage bounds one page.
const maxPage = 200

// MaxCount is where counting stops: there are as many or more.
const MaxCount = 10_000

func (s *Service) allow(ctx context.Context, tx *db.Tx, a policies.Action) error {
	return s.authz.Allow(ctx, a, policies.Resource{"tenant": tx.Scope.Tenant})
}

// MayExport is nil when the actor may take tables out of the system, else the refusal.
func (s *Service) MayExport(ctx context.Context) error {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	return s.authz.Allow(ctx, policies.DatasetsExport, policies.Resource{"tenant": sc.Tenant})
}

// Overview (归集概况) is what a list adds up to.
type Overview struct {
	Cases    int // MaxCount: so many or more
	Records  int
	Findings int
	Wrong    int // cases with findings
}

// Line is one case in a list, with the name of where it was born.
type Line struct {
	Summary
	OriginName string
}

// List returns the cases of the actor's subtree that q asks for, and what all of them
// add up to. Forbidden for who may not see data sets.
func (s *Service) List(ctx context.Context, q Query) (lines []Line, sum Overview, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allow(ctx, tx, policies.DatasetsView); err != nil {
			return err
		}
		lines = nil
		page := q.where(tx.NewSelect().TableExpr("case_data AS d").ColumnExpr("d.*")).OrderExpr("d.filed_at DESC, d.case_id").
			Limit(int64(min(max(q.Limit, 1), maxPage))).Offset(int64(max(q.Offset, 0)))
		err := tx.NewSelect().Model(&lines).ModelTableExpr("(?) AS d", page).ColumnExpr("d.*").ColumnExpr("t.name AS origin_name").
			Join("JOIN tenants t ON t.tenant_id = d.tenant_id").OrderExpr("d.filed_at DESC, d.case_id").Scan(ctx)
		if err != nil {
			return fmt.Errorf("list data sets: %w", err)
		}
		few := q.where(tx.NewSelect().TableExpr("case_data AS d").ColumnExpr("d.records, d.findings")).Limit(MaxCount)
		err = tx.NewSelect().TableExpr("(?) AS few", few).ColumnExpr("count(*) AS cases, coalesce(sum(records), 0) AS records").
			ColumnExpr("coalesce(sum(findings), 0) AS findings, count(*) FILTER (WHERE findings > 0) AS wrong").Scan(ctx, &sum)
		if err != nil {
			return fmt.Errorf("count data sets: %w", err)
		}
		return nil
	})
	return lines, sum, err
}

func (q Query) where(sel *bun.SelectQuery) *bun.SelectQuery {
	if q.No != "" {
		sel = sel.Where(`d.no COLLATE "C" >= ?`, q.No).Where(`d.no COLLATE "C" < ?`, q.No+"\x7f")
	}
	if q.Table != "" {
		sel = sel.Where("? = ANY (d.kinds)", q.Table)
	}
	switch q.Finding {
	case "":
	case Any:
		sel = sel.Where("d.findings > 0")
	case None:
		sel = sel.Where("d.findings = 0")
	default:
		sel = sel.Where("d.findings > 0").Where("? = ANY (d.wrong)", q.Finding)
	}
	if !q.From.IsZero() {
		sel = sel.Where("d.filed_at >= ?", q.From)
	}
	if !q.To.IsZero() {
		sel = sel.Where("d.filed_at < ?", q.To)
	}
	if q.Under.Hi != 0 {
		sel = sel.Where("d.tenant_id BETWEEN ? AND ?", q.Under.Lo, q.Under.Hi)
	}
	return sel
}

// Told is one row of a case as a page shows it: masked.
type Told struct {
	Table  string
	Values map[string]string
	Found  []Finding
	At     time.Time // since when it reads so
}

// Case returns the rows of one case, table by table, and how complete they are;
// NotFound for a case that the actor does not see or that was not gathered yet.
func (s *Service) Case(ctx context.Context, caseID string) (sum Line, rows []Told, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allow(ctx, tx, policies.DatasetsView); err != nil {
			return err
		}
		if !db.IsID(caseID) {
			return fault.New(fault.NotFound, "not_found")
		}
		err := tx.NewSelect().Model(&sum).ModelTableExpr("case_data AS d").ColumnExpr("d.*").ColumnExpr("t.name AS origin_name").
			Join("JOIN tenants t ON t.tenant_id = d.tenant_id").Where("d.case_id = ?", caseID).Scan(ctx)
		if err != nil {
			return fmt.Errorf("data set of case %s: %w", caseID, err)
		}
		rs, err := (store{tx}).current(ctx, sum.TenantID, caseID)
		if err != nil {
			return err
		}
		rows, err = s.show(rs)
		return err
	})
	return sum, rows, err
}

// show masks records for a page, in the order of the tables.
func (s *Service) show(rs []Record) (rows []Told, err error) {
	rows = make([]Told, 0, len(rs))
	for i := range rs {
		t, _ := TableOf(rs[i].Kind)
		v, err := s.unpack(&rs[i])
		if err != nil {
			return nil, err
		}
		Mask(t, v)
		v["row_guid"] = rs[i].RowGUID
		rows = append(rows, Told{rs[i].Kind, v, rs[i].Findings, rs[i].At})
	}
	order := func(key string) int { return slices.IndexFunc(Tables(), func(t Table) bool { return t.Key == key }) }
	slices.SortStableFunc(rows, func(a, b Told) int { return order(a.Table) - order(b.Table) })
	return rows, nil
}

// Exporting allows an export of one table of the cases that q lists, and leaves an
// audit line about it before the first row leaves.
func (s *Service) Exporting(ctx context.Context, q Query, table string) error {
	if _, ok := TableOf(table); !ok {
		return fault.New(fault.NotFound, "dataset_no_table")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allow(ctx, tx, policies.DatasetsExport); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.DatasetsExport), Kind: "dataset", Object: table, Detail: map[string]any{
			"no": q.No, "with": q.Table, "finding": q.Finding, "from": q.From, "to": q.To, "personal": false,
		}})
		return nil
	})
}

// Place is where a reader of Rows stands.
type Place struct {
	filed time.Time
	id    string
}

// exportPage is how many cases one step of an export reads.
const exportPage = 200

// Rows returns rows of one table of the cases that q lists, masked, some cases at a
// time after a place: the zero value is the beginning, and ok is false at the end.
func (s *Service) Rows(ctx context.Context, q Query, table string, after Place) (rows []Told, next Place, ok bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allow(ctx, tx, policies.DatasetsExport); err != nil {
			return err
		}
		var of []Summary
		sel := q.where(tx.NewSelect().Model(&of).ModelTableExpr("case_data AS d").ColumnExpr("d.tenant_id, d.case_id, d.filed_at")).
			OrderExpr("d.filed_at DESC, d.case_id").Limit(exportPage)
		if after.id != "" {
			sel = sel.Where("(d.filed_at < ? OR d.filed_at = ? AND d.case_id > ?)", after.filed, after.filed, after.id)
		}
		if err := sel.Scan(ctx); err != nil {
			return fmt.Errorf("cases to export: %w", err)
		}
		if ok = len(of) == exportPage; len(of) == 0 {
			return nil
		}
		next = Place{of[len(of)-1].FiledAt, of[len(of)-1].CaseID}
		rs, err := (store{tx}).ofCases(ctx, of, table)
		if err != nil {
			return err
		}
		rows, err = s.show(rs)
		return err
	})
	return rows, next, ok, err
}

// ofCases are the current rows of one table of some cases, in the order of the cases.
func (s store) ofCases(ctx context.Context, of []Summary, table string) (rs []Record, err error) {
	place, tenants := map[string]int{}, map[tenancy.ID]bool{}
	for i, c := range of {
		place[c.CaseID], tenants[c.TenantID] = i, true
	}
	err = s.tx.NewSelect().Model(&rs).Where("tenant_id IN (?)", bun.List(slices.Collect(maps.Keys(tenants)))).
		Where("case_id IN (?)", bun.List(slices.Collect(maps.Keys(place)))).Where("current").Where("kind = ?", table).Order("n").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("records to export: %w", err)
	}
	slices.SortStableFunc(rs, func(a, b Record) int { return place[a.CaseID] - place[b.CaseID] })
	return rs, nil
}
