package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
)

// running reads what open cases are reckoned from.
func (s store) running(ctx context.Context, where string, args ...any) (rs []running, err error) {
	err = s.ofRunning().Where(where, args...).Scan(ctx, &rs)
	if err != nil {
		return nil, fmt.Errorf("read clocks of cases: %w", err)
	}
	return rs, nil
}

// runningFrom is the next batch of open cases that end after from, in the order
// of the index of open cases.
func (s store) runningFrom(ctx context.Context, from time.Time, after running, limit int) ([]running, error) {
	const order = "c.tenant_id, c.created_at, c.id"
	page := s.tx.NewSelect().TableExpr("cases AS c").ColumnExpr("c.tenant_id, c.id").Where("c.ended_at IS NULL").
		Where("(c.due_at > ? OR c.step_due_at > ? OR c.beside > 0 OR c.step_kind IN ('timer', 'applicant', 'payment', 'external'))", from, from).OrderExpr(order).Limit(int64(limit))
	if after.ID != "" {
		page = page.Where("("+order+") > (?, ?, ?)", after.TenantID, after.CreatedAt, after.ID)
	}
	var rs []running
	err := s.ofRunning().With("page", page).Join("JOIN page ON page.tenant_id = c.tenant_id AND page.id = c.id").OrderExpr(order).Scan(ctx, &rs)
	if err != nil {
		return nil, fmt.Errorf("read clocks of cases: %w", err)
	}
	return rs, nil
}

func (s store) ofRunning() *bun.SelectQuery {
	return s.tx.NewSelect().TableExpr("cases AS c").
		ColumnExpr("c.tenant_id, c.id, c.step_seq, c.accepted_at, c.decided_at, c.created_at, c.promised_days + c.extended_days AS promised_days, c.due_at, c.step_due_at").
		ColumnExpr(`coalesce((select jsonb_agg(jsonb_build_object('seq', s.seq, 'entered', s.entered_at, 'days', s.limit_days, 'due', s.due_at) order by s.seq)
			from case_steps s where s.tenant_id = c.tenant_id and s.case_id = c.id and s.ended_at is null and s.limit_days > 0), '[]') AS visits`).
		ColumnExpr(`coalesce((select jsonb_agg(jsonb_build_object('from', k.from_at, 'to', k.to_at, 'kind', k.kind) order by k.from_at, k.id)
			from case_clocks k where k.tenant_id = c.tenant_id and k.case_id = c.id), '[]') AS clocks`).
		ColumnExpr(`coalesce((select jsonb_agg(jsonb_build_object('from', n.asked_at, 'to', n.answered_at, 'kind', 'suspended') order by n.asked_at)
			from case_supplements n where n.tenant_id = c.tenant_id and n.case_id = c.id), '[]') AS notices`)
}

// What redate writes; the version stays, or every open form of the tenant would
// be refused because of a holiday.
const (
	redateCases = `, ends as (update cases c set due_at = v.due, step_due_at = v.step from v where c.tenant_id = v.tenant_id and c.id = v.id)`
	redateSteps = `, visits as (update case_steps s set due_at = x.due from v, jsonb_to_recordset(v.visits) as x(seq int, due timestamptz)
		where s.tenant_id = v.tenant_id and s.case_id = v.id and s.seq = x.seq)`
)

func (s store) redate(ctx context.Context, what string, rs []running) error {
	if len(rs) == 0 {
		return nil
	}
	type row struct {
		Tenant tenancy.ID `json:"tenant_id"`
		ID     string     `json:"id"`
		Due    *time.Time `json:"due"`
		Step   *time.Time `json:"step"`
		Visits []limited  `json:"visits"`
	}
	rows := make([]row, len(rs))
	for i, r := range rs {
		rows[i] = row{r.TenantID, r.ID, r.DueAt, r.StepDueAt, r.Visits}
	}
	body, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write due times: %w", err)
	}
	_, err = s.tx.NewRaw(`with v as materialized (select v.tenant_id, v.id, v.due, v.step, v.visits from jsonb_to_recordset(?::jsonb) as v(tenant_id bigint, id uuid, due timestamptz, step timestamptz, visits jsonb))`+
		what+` select count(*) from v`, string(body)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write due times: %w", err)
	}
	return nil
}
