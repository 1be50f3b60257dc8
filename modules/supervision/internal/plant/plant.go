// Package plant puts cases with chosen clocks into a test database, so that tests
// of supervision need not handle them step by step over weeks of a made-up clock.
package plant

import (
	"context"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Case is a case as a test wishes it; zero fields are left out.
type Case struct {
	ID        string
	No        string
	Item      string
	Born, At  tenancy.ID
	Limit     int // working days of the promise
	Accepted  time.Time
	StepLimit int // 0: the step has no limit of its own
	Entered   time.Time
	StepName  string
	Halts     []calendar.Interval // suspensions, in order, not touching each other
	Seq       int
}

// World is where cases are put: one item of one owner.
type World struct {
	Owner               tenancy.ID
	item, version, flow string
}

// New stores an item of owner. ctx must be a System scope over it.
func New(ctx context.Context, d *db.DB, owner tenancy.ID) (w World, err error) {
	w = World{owner, db.NewID(), db.NewID(), db.NewID()}
	err = d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return all(ctx, tx, []statement{
			{`insert into flows (tenant_id, id, name, xml, created_at) values (?, ?, 'f', '<x/>', ?)`, []any{owner, w.flow, tx.Now}},
			{`insert into items (tenant_id, id, basic_code, name, kind, state, created_at) values (?, ?, ?, 'i', '01', 'published', ?)`, []any{owner, w.item, w.item[24:], tx.Now}},
			{`insert into item_versions (tenant_id, id, item_id, number, state, body, flow_id, author_id, author_name, updated_at)
				values (?, ?, ?, 1, 'published', '{}', ?, 'a', 'a', ?)`, []any{owner, w.version, w.item, w.flow, tx.Now}},
		})
	})
	return w, err
}

// Put stores c as it stands at now: of its suspensions only what has begun.
func (w World) Put(ctx context.Context, d *db.DB, c Case, now time.Time) error {
	return d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		dueAt, stepDue, halted := c.stored(now)
		sql := []statement{
			{`delete from case_clocks where case_id = ?`, []any{c.ID}},
			{
				`insert into cases (tenant_id, id, no, item_tenant, item_id, item_version_id, item_name, flow_tenant, flow_id, applicant_kind, applicant_name,
				applicant_sealed, applicant_blind, phone_sealed, phone_blind, channel, status, at_tenant, step_id, step_name, step_kind, step_post, step_seq,
				step_due_at, statutory_days, promised_days, accepted_at, due_at, suspended_at, created_at)
				values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'person', 'a', 's', 'b', 's', 'b', 'window', 'handling', ?, ?, ?, 'review', 'reviewer', ?, ?, ?, ?, ?, ?, ?, ?)
				on conflict (tenant_id, id) do update set due_at = excluded.due_at, step_due_at = excluded.step_due_at, suspended_at = excluded.suspended_at,
				at_tenant = excluded.at_tenant, step_seq = excluded.step_seq, step_name = excluded.step_name`,
				[]any{c.Born, c.ID, c.No, w.Owner, w.item, w.version, c.Item, w.Owner, w.flow, c.At, fmt.Sprint("s", c.Seq), c.StepName, c.Seq, stepDue, c.Limit, c.Limit, c.Accepted, dueAt, halted, c.Accepted},
			},
			{
				`insert into case_steps (tenant_id, id, case_id, seq, step_id, name, kind, post, at_tenant, at_name, limit_days, entered_at, due_at)
				values (?, ?, ?, ?, ?, ?, 'review', 'reviewer', ?, '', ?, ?, ?) on conflict do nothing`,
				[]any{c.Born, db.NewID(), c.ID, c.Seq, fmt.Sprint("s", c.Seq), c.StepName, c.At, c.StepLimit, c.Entered, stepDue},
			},
		}
		for _, v := range c.intervals(now) {
			sql = append(sql, statement{
				`insert into case_clocks (tenant_id, id, case_id, kind, reason, from_at, to_at) values (?, ?, ?, ?, ?, ?, ?)`,
				[]any{c.Born, db.NewID(), c.ID, v.Kind, v.Reason, v.From, v.To},
			})
		}
		return all(ctx, tx, sql)
	})
}

type statement struct {
	sql  string
	args []any
}

func all(ctx context.Context, tx *db.Tx, ss []statement) error {
	for _, s := range ss {
		if _, err := tx.NewRaw(s.sql, s.args...).Exec(ctx); err != nil {
			return fmt.Errorf("plant: %w", err)
		}
	}
	return nil
}

// intervals are the rows of the clock at now.
func (c Case) intervals(now time.Time) []calendar.Interval {
	out := []calendar.Interval{{From: c.Accepted, Kind: calendar.Running, Reason: "accepted"}}
	for _, h := range c.Halts {
		if h.From.After(now) {
			break
		}
		from := h.From
		out[len(out)-1].To = &from
		out = append(out, calendar.Interval{From: h.From, Kind: calendar.Suspended, Reason: "supplement"})
		if h.To != nil && !h.To.After(now) {
			out[len(out)-1].To = h.To
			out = append(out, calendar.Interval{From: *h.To, Kind: calendar.Running, Reason: "answered"})
		}
	}
	return out
}

// stored is what the row of the case says at now: as cases keeps it, the step's
// due time does not move with a suspension.
func (c Case) stored(now time.Time) (dueAt, stepDue, halted *time.Time) {
	in, cal := c.intervals(now), calendar.New()
	if k, err := cal.Clock(c.Limit, in...); err == nil {
		if at, ok := k.Due(); ok {
			dueAt = &at
		}
	}
	if c.StepLimit > 0 {
		at := cal.AddDays(c.Entered, c.StepLimit)
		stepDue = &at
	}
	if last := in[len(in)-1]; last.Kind == calendar.Suspended {
		halted = &last.From
	}
	return dueAt, stepDue, halted
}
