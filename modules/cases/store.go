package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// store is the only place that spells SQL for cases. It is a value over one
// transaction, so it cannot outlive or escape its scope.
type store struct{ tx *db.Tx }

func (s store) get(ctx context.Context, id string) (Case, error) {
	var c Case
	if err := s.tx.NewSelect().Model(&c).Where("id = ?", id).Scan(ctx); err != nil {
		return c, fmt.Errorf("get case %s: %w", id, err)
	}
	return c, nil
}

func (s store) insert(ctx context.Context, c *Case) error {
	_, err := s.tx.NewInsert().Model(c).Exec(ctx)
	s.figured(Case{}, *c)
	return err
}

// save writes c if nobody has written it since it was read: neither an act, which
// counts the version, nor a change of the calendar, which moves what is due.
func (s store) save(ctx context.Context, c *Case, was Case) error {
	res, err := s.tx.NewUpdate().Model(c).
		Column("status", "outcome", "at_tenant", "step_id", "step_name", "step_kind", "step_post", "step_seq", "step_due_at", "assignee_id", "assignee_name", "step_department", "step_substitute",
			"item_version_id", "flow_tenant", "flow_id", "marking", "last_seq", "whole_at", "beside", "awaits",
			"accept_no", "accepted_at", "accepted_by", "due_at", "suspended_at", "decided_at", "decided_by", "ended_at", "extended_days", "archived_at", "kind", "trips").
		Set("version = version + 1").WherePK().Where("version = ?", was.Version).
		Where("due_at IS NOT DISTINCT FROM ?", was.DueAt).Where("step_due_at IS NOT DISTINCT FROM ?", was.StepDueAt).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save case %s: %w", c.ID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return overtaken()
	}
	c.Version = was.Version + 1
	s.figured(was, *c)
	return nil
}

// errOvertaken says that somebody else has written the case since it was read.
var errOvertaken = errors.New("cases: overtaken")

func overtaken() error { return fault.New(fault.Conflict, "case_changed").Because(errOvertaken) }

// nextNo takes the next case number of a tenant: 12 digits of division code, the
// day in China, six digits of serial.
func (s store) nextNo(ctx context.Context, tenant tenancy.ID, code string, day time.Time) (string, error) {
	var n int
	err := s.tx.NewRaw(`insert into case_numbers (tenant_id, day, last) values (?, ?, 1)
		on conflict (tenant_id, day) do update set last = case_numbers.last + 1 returning last`, tenant, day.Format(time.DateOnly)).Scan(ctx, &n)
	return fmt.Sprintf("%s%s%06d", code, day.Format("20060102"), n), err
}

func (s store) steps(ctx context.Context, c *Case) (rs []StepRecord, err error) {
	err = s.tx.NewSelect().Model(&rs).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Order("seq").Scan(ctx)
	return rs, err
}

func (s store) clocks(ctx context.Context, c *Case) (rs []ClockRow, err error) {
	err = s.tx.NewSelect().Model(&rs).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Order("from_at", "id").Scan(ctx)
	return rs, err
}

func (s store) startClock(ctx context.Context, c *Case, kind, reason string) error {
	return s.startClockAt(ctx, c, kind, reason, s.tx.Now)
}

func (s store) startClockAt(ctx context.Context, c *Case, kind, reason string, from time.Time) error {
	row := ClockRow{TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, Kind: kind, Reason: reason, FromAt: from}
	_, err := s.tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func (s store) stopClock(ctx context.Context, c *Case) error {
	_, err := s.tx.NewUpdate().Model((*ClockRow)(nil)).Set("to_at = ?", s.tx.Now).
		Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Where("to_at IS NULL").Exec(ctx)
	return err
}

func (s store) notices(ctx context.Context, c *Case) (ns []Notice, err error) {
	err = s.tx.NewSelect().Model(&ns).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Order("asked_at").Scan(ctx)
	return ns, err
}

func (s store) insertNotice(ctx context.Context, n *Notice) error {
	_, err := s.tx.NewInsert().Model(n).Exec(ctx)
	return err
}

func (s store) answerNotice(ctx context.Context, c *Case, answer string) error {
	_, err := s.tx.NewUpdate().Model((*Notice)(nil)).Set("answered_at = ?", s.tx.Now).Set("answer = ?", answer).
		Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Where("answered_at IS NULL").Exec(ctx)
	return err
}

// counted is n more of a measure.
type counted struct {
	measure string
	n       int
}

// delta leaves what a dashboard will fold, in the case's tenant.
func (s store) delta(c *Case, all ...counted) {
	for _, x := range all {
		s.tx.Later(`insert into case_deltas (tenant_id, id, day, measure, n) values (?, ?, ?, ?, ?)`,
			c.TenantID, db.NewID(), chinaDay(s.tx.Now).Format(time.DateOnly), x.measure, x.n)
	}
}
