package cases

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// needed is when a joint case that waits for its parts has something to do for the lead office: a
// part could not begin, or everybody has spoken in a joint review that is not concluded. %s is how
// the table of the step begins its columns, %s the column of the case.
const needed = `(exists (select 1 from case_parts p where p.tenant_id = %[1]stenant_id and p.case_id = %[2]s and p.state = 'waiting' and p.why <> '')
	or exists (select 1 from case_procedures g where g.tenant_id = %[1]stenant_id and g.case_id = %[2]s and g.kind = 'gathering' and g.ended_at is null
		and not exists (select 1 from case_procedures v where v.tenant_id = g.tenant_id and v.of_id = g.id and v.ended_at is null)))`

// asksForLead is needed for the columns of a lot.
func asksForLead(table, step string) (condition, kind string) {
	id := table + "case_id"
	if step != "" {
		id = table + "id"
	}
	return fmt.Sprintf(needed, table, id), table + step + "kind"
}

// toDo is hers without the joint cases that wait for their parts while nothing is to do.
func toDo(sc tenancy.Scope, sel *bun.SelectQuery, table, step string) *bun.SelectQuery {
	needs, kind := asksForLead(table, step)
	return hers(sc, sel, table, step).Where("(? <> ? OR "+needs+")", bun.Safe(kind), ForParts)
}

// led (并联办理中) is what toDo leaves out.
func led(sc tenancy.Scope, sel *bun.SelectQuery, table, step string) *bun.SelectQuery {
	needs, kind := asksForLead(table, step)
	return hers(sc, sel, table, step).Where("? = ? AND NOT "+needs, bun.Safe(kind), ForParts)
}

// countLed is how many joint cases of the actor's wait for their parts.
func (s store) countLed(ctx context.Context) (n int, err error) {
	err = led(s.tx.Scope, s.tx.NewSelect().TableExpr("cases AS c").ColumnExpr("count(*)").Where("c.ended_at IS NULL").Where("c.status <> 'supplement'"), "c.", "step_").Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("count joint cases that wait: %w", err)
	}
	also, err := s.besides(ctx, Query{}, led)
	return n + len(also), err
}

// tally fills in how many parts of the joint cases among rows are over.
func (s *Service) tally(ctx context.Context, tx *db.Tx, rows []Row) error {
	joint := map[string]*Row{}
	var ids []string
	for i := range rows {
		if rows[i].Joint() {
			joint[rows[i].ID] = &rows[i]
			ids = append(ids, rows[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var over []struct {
		CaseID string
		N      int
	}
	err := tx.NewSelect().TableExpr("case_parts").ColumnExpr("case_id, count(*) AS n").Where("case_id IN (?)", bun.List(ids)).Where("state IN (?)", bun.List([]string{PartEnded, PartSkipped})).
		GroupExpr("case_id").Scan(ctx, &over)
	if err != nil {
		return fmt.Errorf("parts of joint cases: %w", err)
	}
	for _, o := range over {
		joint[o.CaseID].PartsOver = o.N
	}
	return nil
}
