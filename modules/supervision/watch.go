package supervision

import (
	"context"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// This file alone looks at the tables of cases, and only reads them: a sweep over
// millions of cases must go along their indexes (cases_due, cases_step_due and the
// two _long ones), which no question asked through another module could do.

// due is a case whose clock runs out before the horizon, with what the clock is made of.
type due struct {
	TenantID     tenancy.ID
	ID           string
	Place        string // where the walk stands: id of the case, or of its step
	No           string
	ItemName     string
	AtTenant     tenancy.ID
	StepSeq      int
	StepName     string
	StepPost     string
	LimitDays    int // of the clock that is watched; negative when its step is missing
	EnteredAt    time.Time
	StoredDue    time.Time
	Clocks       []calendar.Interval `bun:"type:jsonb"`
	Supplements  []calendar.Interval `bun:"type:jsonb"`
	Colours      string              // cards that this clock has already, comma separated
	AcceptedAt   *time.Time
	EndedAt      *time.Time
	PromisedDays int
}

func (d due) watched(scope Scope) watched {
	w := watched{scope: scope, limit: d.LimitDays, from: d.EnteredAt, intervals: d.Clocks}
	w.suspended = append(append(w.suspended, d.Supplements...), d.Clocks...)
	return w
}

const clocksOf = `coalesce((select jsonb_agg(jsonb_build_object('from', k.from_at, 'to', k.to_at, 'kind', k.kind, 'reason', k.reason) order by k.from_at, k.id)
		from case_clocks k where k.tenant_id = c.tenant_id and k.case_id = c.id), '[]') as clocks,
	coalesce((select jsonb_agg(jsonb_build_object('from', n.asked_at, 'to', n.answered_at, 'kind', 'suspended', 'reason', 'supplement') order by n.asked_at)
		from case_supplements n where n.tenant_id = c.tenant_id and n.case_id = c.id), '[]') as supplements`

// band is one walk along one index: cases whose promise is short or long, due
// before the horizon that such a promise needs.
type band struct {
	scope   Scope
	long    bool
	beside  bool // steps at which cases stand besides the one that they are shown at
	horizon time.Time
}

// cursor is where the next batch of a band begins.
type cursor struct {
	tenant tenancy.ID
	at     time.Time
	id     string
}

func begin() cursor {
	return cursor{at: time.Unix(0, 0).UTC(), id: "00000000-0000-0000-0000-000000000000"}
}

func (d due) cursor() cursor { return cursor{d.TenantID, d.StoredDue, d.Place} }

// falling returns the next cases of a band that have no red card yet, in the
// order of the band's index.
func (s store) falling(ctx context.Context, b band, after cursor, limit int) (ds []due, err error) {
	over := s.tx.Scope.Over
	query := b.query()
	if b.beside {
		query = besideQuery
	}
	err = s.tx.NewRaw(query, b.scope, b.horizon, after.tenant, after.at, after.id, over.Lo, over.Hi, limit).Scan(ctx, &ds)
	if err != nil {
		return nil, fmt.Errorf("cases that fall due: %w", err)
	}
	return ds, nil
}

// query spells the walk; only the constants of this file are put into it by fmt.
// The walk is materialised, so that nothing joined later can lead it off its index.
func (b band) query() string {
	column, length, seq := "due_at", "c.promised_days <= 30", "0"
	step, limitDays, entered := "", "c.promised_days", "c.created_at"
	if b.scope == StepScope {
		column, seq = "step_due_at", "c.step_seq"
		step = "left join case_steps s on s.tenant_id = c.tenant_id and s.case_id = c.id and s.seq = c.step_seq"
		limitDays, entered = "coalesce(s.limit_days, -1)", "coalesce(s.entered_at, c.created_at)"
	}
	if b.long {
		length = "c.promised_days > 30"
	}
	return fmt.Sprintf(`with c as materialized (
			select c.tenant_id, c.id, c.no, c.item_name, c.at_tenant, c.step_seq, c.step_name, c.step_post, c.promised_days, c.created_at, c.%[1]s as stored_due
			from cases c
			where c.ended_at is null and c.suspended_at is null and %[2]s and c.%[1]s < ?1
				and (c.tenant_id, c.%[1]s, c.id) > (?2, ?3, ?4) and c.at_tenant between ?5 and ?6
				and not exists (select from cards k where k.case_tenant = c.tenant_id and k.case_id = c.id
					and k.scope = ?0 and k.step_seq = %[3]s and k.colour = 'red')
			order by c.tenant_id, c.%[1]s, c.id limit ?7)
		select c.tenant_id, c.id, c.id as place, c.no, c.item_name, c.at_tenant, %[3]s as step_seq, c.step_name, c.step_post, c.promised_days, c.stored_due,
			%[4]s as limit_days, %[5]s as entered_at, %[6]s,
			coalesce((select string_agg(k.colour, ',') from cards k where k.case_tenant = c.tenant_id and k.case_id = c.id
				and k.scope = ?0 and k.step_seq = %[3]s), '') as colours
		from c %[7]s order by c.tenant_id, c.stored_due, c.id`, column, length, seq, limitDays, entered, clocksOf, step)
}

// besideQuery is the walk over the steps at which cases stand besides: along case_steps_due.
const besideQuery = `with c as materialized (
		select s.tenant_id, s.case_id as id, s.id as place, c.no, c.item_name, s.at_tenant, s.seq, s.name, s.post, c.promised_days, s.entered_at, s.limit_days, s.due_at as stored_due
		from case_steps s join cases c on c.tenant_id = s.tenant_id and c.id = s.case_id
		where s.ended_at is null and s.beside and s.work = 'step' and c.suspended_at is null and s.due_at < ?1
			and (s.tenant_id, s.due_at, s.id) > (?2, ?3, ?4) and s.at_tenant between ?5 and ?6
			and not exists (select from cards k where k.case_tenant = s.tenant_id and k.case_id = s.case_id
				and k.scope = ?0 and k.step_seq = s.seq and k.colour = 'red')
		order by s.tenant_id, s.due_at, s.id limit ?7)
	select c.tenant_id, c.id, c.place, c.no, c.item_name, c.at_tenant, c.seq as step_seq, c.name as step_name, c.post as step_post, c.promised_days, c.stored_due,
		c.limit_days, c.entered_at, ` + clocksOf + `,
		coalesce((select string_agg(k.colour, ',') from cards k where k.case_tenant = c.tenant_id and k.case_id = c.id
			and k.scope = ?0 and k.step_seq = c.seq), '') as colours
	from c order by c.tenant_id, c.stored_due, c.place`

// settle closes open cards whose office has dealt with the case: it has ended or
// is decided (the promise runs to the decision), it stands elsewhere, or that visit
// to the step is over.
func (s store) settle(ctx context.Context, limit int) (n int64, err error) {
	res, err := s.tx.NewRaw(`update cards set state = 'closed', closed_at = ?, reason = ?, version = version + 1
		where state = 'open' and (tenant_id, id) in (select k.tenant_id, k.id from cards k
			join cases c on c.id = k.case_id and c.tenant_id = k.case_tenant
			where k.state = 'open' and (c.ended_at is not null
				or k.scope = 'case' and (c.decided_at is not null or c.at_tenant <> k.tenant_id)
				or k.scope = 'step' and (c.step_seq <> k.step_seq or c.at_tenant <> k.tenant_id) and not exists (select from case_steps s
					where s.tenant_id = c.tenant_id and s.case_id = c.id and s.seq = k.step_seq and s.at_tenant = k.tenant_id and s.ended_at is null and s.beside))
			limit ?)`, s.tx.Now, movedOn, limit).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("close cards of cases that moved on: %w", err)
	}
	return res.RowsAffected()
}

// clockOf reads the clock behind a card; found is false when the case is out of sight.
func (s store) clockOf(ctx context.Context, c Card) (d due, found bool, err error) {
	var ds []due
	err = s.tx.NewRaw(`select c.tenant_id, c.id, c.no, c.at_tenant, c.promised_days, c.accepted_at, coalesce(c.decided_at, c.ended_at) as ended_at,
			case when ?2 = 'step' then s.limit_days else c.promised_days end as limit_days,
			coalesce(s.entered_at, c.created_at) as entered_at, `+clocksOf+`
		from cases c left join case_steps s on s.tenant_id = c.tenant_id and s.case_id = c.id and s.seq = ?3
		where c.tenant_id = ?0 and c.id = ?1`, c.CaseTenant, c.CaseID, c.Scope, c.StepSeq).Scan(ctx, &ds)
	if err != nil || len(ds) == 0 {
		return d, false, err
	}
	return ds[0], true, nil
}

// left is when the case left the visit to a step that a card is about; nil while it is there.
func (s store) left(ctx context.Context, c Card) (at *time.Time, err error) {
	var rows []struct{ EndedAt *time.Time }
	err = s.tx.NewRaw(`select ended_at from case_steps where tenant_id = ? and case_id = ? and seq = ?`, c.CaseTenant, c.CaseID, c.StepSeq).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0].EndedAt, nil
}
