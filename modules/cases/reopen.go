package cases

import (
	"context"
	"slices"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Void (作废) ends a case that should not be there: filed twice, by mistake.
func (s *Service) Void(ctx context.Context, id string, seen int, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesVoid, nil, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Submitted, Supplement, Handling); err != nil {
			return err
		}
		if err := d.c.undecided(); err != nil {
			return err
		}
		from := d.c.Status
		if err := d.begin(ctx, Procedure{Kind: Voiding, Reason: reason, State: Ended}); err != nil {
			return err
		}
		if err := d.stop(ctx, "void", reason); err != nil {
			return err
		}
		if err := d.st.stopClock(ctx, d.c); err != nil {
			return err
		}
		if err := d.issue(ctx, docVoid, said{opinion: reason}); err != nil {
			return err
		}
		d.c.end(Voided, d.tx.Now)
		d.emit(events.CaseVoided{Case: d.c.fact()})
		d.move(string(from), string(Voided))
		return nil
	})
}

// Archive (归档) closes the file of an ended case: nothing changes it afterwards.
func (s *Service) Archive(ctx context.Context, id string, seen int, note string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesArchive, nil, func(ctx context.Context, d *deed) error {
		if d.c.Open() {
			return fault.New(fault.Precondition, "case_still_open")
		}
		if d.c.ArchivedAt != nil {
			return fault.New(fault.Precondition, "case_archived")
		}
		if note == "" {
			note = d.c.No
		}
		d.c.ArchivedAt = &d.tx.Now
		return d.begin(ctx, Procedure{Kind: Archiving, Reason: note, State: Ended})
	})
}

// Reopen (重新办理) brings a decided case back to the step of its decision: a
// review or a court has quashed it, or it was plainly wrong. What was decided
// stays in the record.
func (s *Service) Reopen(ctx context.Context, id string, seen int, reason, basis string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesReopen, nil, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Completed); err != nil {
			return err
		}
		if c.ArchivedAt != nil {
			return fault.New(fault.Precondition, "case_archived")
		}
		to, err := d.decidedAt(ctx)
		if err != nil {
			return err
		}
		sh, err := d.shift(ctx, Move{Do: "reopen", To: to}, reason)
		if err != nil {
			return err
		}
		if err := d.begin(ctx, Procedure{Kind: Reopening, Reason: reason, Basis: basis, State: Ended}); err != nil {
			return err
		}
		d.st.delta(c, counted{c.Outcome, -1})
		if err := d.st.reopenClock(ctx, c); err != nil {
			return err
		}
		c.Status, c.Outcome, c.DecidedAt, c.DecidedBy, c.EndedAt = Handling, "", nil, "", nil
		if err := d.reckon(ctx); err != nil {
			return err
		}
		if err := d.apply(ctx, sh); err != nil {
			return err
		}
		d.move(string(Completed), string(Handling))
		return nil
	})
}

// decidedAt is the id of the step at which the case was decided last.
func (d *deed) decidedAt(ctx context.Context) (string, error) {
	rs, err := d.st.steps(ctx, d.c)
	if err != nil {
		return "", err
	}
	for _, r := range slices.Backward(rs) {
		if r.Kind == "decide" && r.Act != actCancelled {
			return r.StepID, nil
		}
	}
	return "", fault.New(fault.Precondition, "case_nowhere_back")
}

// reopenClock lets a stopped clock run again; the time between did not count.
func (s store) reopenClock(ctx context.Context, c *Case) error {
	rows, err := s.clocks(ctx, c)
	if err != nil || len(rows) == 0 {
		return err
	}
	last := rows[len(rows)-1]
	if last.ToAt == nil {
		return nil
	}
	gap := ClockRow{TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, Kind: string(calendar.Suspended), Reason: "ended", FromAt: *last.ToAt, ToAt: &s.tx.Now}
	if _, err := s.tx.NewInsert().Model(&gap).Exec(ctx); err != nil {
		return err
	}
	return s.startClock(ctx, c, string(calendar.Running), "reopened")
}
