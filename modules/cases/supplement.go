package cases

import (
	"context"
	"strings"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// AskSupplement (补正) sends one notice that lists everything still wanted, and
// stops the clock. A step may ask once: 一次性告知 (行政许可法 art. 32(4),
// 优化营商环境条例 art. 36).
func (s *Service) AskSupplement(ctx context.Context, id string, seen int, wanted []string, note string, papers ...string) (Case, error) {
	return s.askSupplement(ctx, id, seen, wanted, nil, note, papers)
}

func (s *Service) askSupplement(ctx context.Context, id string, seen int, wanted, fields []string, note string, papers []string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesSupplement, papers, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Submitted, Handling); err != nil {
			return err
		}
		wanted, err := d.wantFields(ctx, trimmed(wanted), fields)
		if err != nil {
			return err
		}
		if len(wanted) == 0 {
			return fault.InvalidField("wanted", "case_supplement_empty")
		}
		if err := c.undecided(); err != nil {
			return err
		}
		if err := d.moving(); err != nil {
			return err
		}
		if err := d.askedOnce(ctx); err != nil {
			return err
		}
		cal, err := d.calendar(ctx)
		if err != nil {
			return err
		}
		n := Notice{
			TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, No: c.No + "-" + c.StepID, Wanted: wanted, Fields: append([]string{}, fields...), Note: note,
			AskedAt: d.tx.Now, AskedBy: d.tx.Scope.Actor.Name, AnswerBy: cal.AddDays(d.tx.Now, supplementDays),
		}
		if err := d.st.insertNotice(ctx, &n); err != nil {
			return err
		}
		from := c.Status
		c.Status, c.SuspendedAt = Supplement, &d.tx.Now
		if err := d.turnClock(ctx, calendar.Suspended, "supplement"); err != nil {
			return err
		}
		if err := d.issue(ctx, docSupplement, said{notice: &n}); err != nil {
			return err
		}
		d.emit(events.SupplementAsked{Case: c.fact()})
		d.move(string(from), string(Supplement))
		return nil
	})
}

func (d *deed) askedOnce(ctx context.Context) error {
	ns, err := d.st.notices(ctx, d.c)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if n.No == d.c.No+"-"+d.c.StepID {
			return fault.New(fault.Precondition, "case_supplement_once")
		}
	}
	return nil
}

// Resubmit (补正材料) answers the notice; the clock runs again and the step goes
// on where it stood.
func (s *Service) Resubmit(ctx context.Context, id string, seen int, answer string, fileIDs []string) (Case, error) {
	return s.resubmit(ctx, id, seen, answer, fileIDs, nil)
}

func (s *Service) resubmit(ctx context.Context, id string, seen int, answer string, fileIDs []string, answers map[string]any) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesResubmit, nil, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Supplement); err != nil {
			return err
		}
		corrected, err := d.reopen(ctx, answers)
		if err != nil {
			return err
		}
		if strings.TrimSpace(answer) == "" && len(fileIDs) == 0 && !corrected {
			return fault.InvalidField("answer", "case_answer_missing")
		}
		if _, err := d.asks.Files.Attach(ctx, d.tx, c.TenantID, c.ID, c.subject(), c.StepSeq, fileIDs); err != nil {
			return err
		}
		if err := d.st.answerNotice(ctx, c, answer); err != nil {
			return err
		}
		c.Status, c.SuspendedAt = Submitted, nil
		if c.AcceptedAt != nil {
			c.Status = Handling
			c.become(KindSupplement)
		}
		if err := d.turnClock(ctx, calendar.Running, "answered"); err != nil {
			return err
		}
		if err := d.issue(ctx, docReceipt, said{organ: c.TenantID}); err != nil {
			return err
		}
		d.emit(events.SupplementAnswered{Case: c.fact()})
		d.move(string(Supplement), string(c.Status))
		return nil
	})
}
