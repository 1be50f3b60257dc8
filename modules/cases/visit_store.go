package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"liandong/modules/cases/events"
)

// touch notes that a visit is to be stored.
func (d *deed) touch(v *StepRecord) {
	if !slices.Contains(d.altered, v) && !slices.Contains(d.entered, v) {
		d.altered = append(d.altered, v)
	}
}

// flush stores what became of the visits, after the case: whoever holds nothing but a step
// beside may write the case only while that step is open. Who has something new to do learns of it.
func (d *deed) flush(ctx context.Context) error {
	for _, v := range d.altered {
		if err := d.st.saveVisit(ctx, v); err != nil {
			return err
		}
	}
	if len(d.entered) == 0 {
		return nil
	}
	if _, err := d.tx.NewInsert().Model(&d.entered).Exec(ctx); err != nil {
		return fmt.Errorf("steps of case %s: %w", d.c.ID, err)
	}
	for _, v := range d.entered {
		if v.EndedAt != nil || v.Kind == "accept" {
			continue // that a case was filed is told by itself
		}
		switch {
		case v.Work == workStep:
			d.emit(events.CaseArrived{Case: d.c.factAt(v)})
		case v.WaitsFor == ForApplicant:
			d.emit(events.CaseAwaits{Case: d.c.factAt(v)})
		}
	}
	return nil
}

// before orders what is open: work of people first, oldest first.
func before(a, b *StepRecord) int {
	rank := func(v *StepRecord) int {
		return slices.Index([]string{workStep, workWait, workTimer, workService}, v.Work)
	}
	if x := rank(a) - rank(b); x != 0 {
		return x
	}
	return a.Seq - b.Seq
}

// factAt is what is told about a visit that need not be the one that the case shows.
func (c *Case) factAt(v *StepRecord) events.Case {
	f := c.fact()
	f.AtTenant, f.StepName, f.StepPost = v.AtTenant, v.Name, v.Post
	return f
}

// whole reports whether an act changed something that concerns every open step, so that a
// form that was opened before must not be handed in any more.
func (c *Case) whole(was Case) bool {
	return c.Status != was.Status || c.Outcome != was.Outcome || c.ExtendedDays != was.ExtendedDays ||
		!sameTime(c.SuspendedAt, was.SuspendedAt) || !sameTime(c.DecidedAt, was.DecidedAt) || !sameTime(c.EndedAt, was.EndedAt)
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// visits are those of a case that are open, the one that it is shown at first.
func (s store) visits(ctx context.Context, c *Case) (vs []*StepRecord, err error) {
	err = s.tx.NewSelect().Model(&vs).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Where("ended_at IS NULL").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("open steps of case %s: %w", c.ID, err)
	}
	slices.SortStableFunc(vs, before)
	return vs, nil
}

// saveVisit writes what may change about a visit that was open.
func (s store) saveVisit(ctx context.Context, v *StepRecord) error {
	res, err := s.tx.NewUpdate().Model(v).Column("step_id", "name", "kind", "post", "ended_at", "act", "opinion", "actor_id", "actor_name", "for_id", "for_name", "used_days", "beside", "department", "assignee_id", "assignee_name", "since").
		WherePK().Where("ended_at IS NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("step %d of case %s: %w", v.Seq, v.CaseID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return overtaken()
	}
	return nil
}
