package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// ServiceNotify (告知申请人) is the service by which a flow tells the applicant where her
// case has got to: the name of the node is the text.
const ServiceNotify = "notify"

// Services lists the services that a flow may call.
func Services() []string { return []string{ServiceNotify} }

// serve runs a service in the transaction that came to it, and goes on: what it does outside
// is an event, so that it happens exactly once.
func (d *deed) serve(ctx context.Context, v *StepRecord) error {
	if v.EndedAt != nil {
		return nil // called off in the same move
	}
	d.emit(events.CaseTold{Case: d.c.factAt(v)})
	sh, err := d.shift(ctx, Move{Do: "complete", Ticket: v.Ticket}, "")
	if err != nil {
		return err
	}
	if err := d.close(ctx, v, "done", ""); err != nil {
		return err
	}
	return d.apply(ctx, sh)
}

// Fulfil (登记等待结果) says that what a case waits for is there: the applicant has answered, or
// a clerk of the origin writes down what she, the bank or another system said. It returns
// Precondition when the case waits for nothing.
func (s *Service) Fulfil(ctx context.Context, id string, seen int, answer string, fileIDs []string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesFulfil, nil, func(ctx context.Context, d *deed) error {
		return d.fulfil(ctx, answer, fileIDs)
	})
}

func (d *deed) fulfil(ctx context.Context, answer string, fileIDs []string) error {
	c := d.c
	if err := c.at(Handling, Submitted); err != nil {
		return err
	}
	if d.visit == nil || d.visit.Work != workWait || d.visit.WaitsFor == ForParts {
		return fault.New(fault.Conflict, "case_changed")
	}
	if answer = strings.TrimSpace(answer); answer == "" && len(fileIDs) == 0 {
		return fault.InvalidField("answer", "case_answer_missing")
	}
	if _, err := d.asks.Files.Attach(ctx, d.tx, c.TenantID, c.ID, c.subject(), c.StepSeq, fileIDs); err != nil {
		return err
	}
	sh, err := d.shift(ctx, Move{Do: "fire", Ticket: d.visit.Ticket}, answer)
	if err != nil {
		return err
	}
	if err := d.leave(ctx, "fulfil", answer); err != nil {
		return err
	}
	return d.apply(ctx, sh)
}

// FireJob is what the schedule knows Fire by.
const FireJob = "cases.fire"

// fireBatch is how many timers are looked up at once.
const fireBatch = 200

// timer is a visit whose time has come.
type timer struct {
	TenantID tenancy.ID
	ID       string
	CaseID   string
	Seq      int
	DueAt    time.Time
}

// Fire (定时流转) moves every case on whose timer has come. The clock of a timer counts the
// working days of the origin and stands while that of the case does. It is a job: ctx carries
// a System scope. Each case is a transaction of its own, so that one that cannot go on keeps
// no other; the errors of those come back together.
func (s *Service) Fire(ctx context.Context) (fired int, err error) {
	var broken []error
	last := timer{DueAt: time.Unix(0, 0)}
	for {
		due, err := s.dueTimers(ctx, last)
		if err != nil {
			return fired, errors.Join(append(broken, err)...)
		}
		for _, t := range due {
			done, err := s.fire(ctx, t)
			if err != nil {
				broken = append(broken, fmt.Errorf("timer of case %s: %w", t.CaseID, err))
			} else if done {
				fired++
			}
		}
		if len(due) < fireBatch {
			return fired, errors.Join(broken...)
		}
		last = due[len(due)-1]
	}
}

func (s *Service) dueTimers(ctx context.Context, after timer) (due []timer, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		due = nil
		q := tx.NewSelect().TableExpr("case_steps").Column("tenant_id", "id", "case_id", "seq", "due_at").
			Where("work = 'timer'").Where("ended_at IS NULL").Where("due_at <= ?", tx.Now).OrderExpr("due_at, id").Limit(fireBatch)
		if after.ID != "" {
			q = q.Where("(due_at, id) > (?, ?)", after.DueAt, after.ID)
		}
		return q.Scan(ctx, &due)
	})
	if err != nil {
		return nil, fmt.Errorf("timers that are due: %w", err)
	}
	return due, nil
}

// fire moves one case on; done is false when somebody was faster or its clock stands.
func (s *Service) fire(ctx context.Context, t timer) (done bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		done = false
		var cs []Case
		err := tx.NewSelect().Model(&cs).Where("tenant_id = ?", t.TenantID).Where("id = ?", t.CaseID).Where("ended_at IS NULL").
			Where("suspended_at IS NULL").For("UPDATE").Scan(ctx)
		if err != nil || len(cs) == 0 {
			return err
		}
		was := cs[0]
		d, err := s.deed(ctx, tx, &cs[0])
		if err != nil {
			return err
		}
		for _, v := range d.open {
			if v.Seq != t.Seq || v.Work != workTimer {
				continue
			}
			done = true
			return d.tick(ctx, v, was)
		}
		return nil
	})
	return done, err
}

func (d *deed) tick(ctx context.Context, v *StepRecord, was Case) error {
	d.at(v)
	sh, err := d.shift(ctx, Move{Do: "fire", Ticket: v.Ticket}, "")
	if err != nil {
		return err
	}
	if err := d.leave(ctx, "fired", ""); err != nil {
		return err
	}
	if err := d.apply(ctx, sh); err != nil {
		return err
	}
	d.touched()
	d.tx.Record(db.Audit{Tenant: was.TenantID, Action: string(policies.CasesFulfil), Kind: "case", Object: was.ID, Detail: map[string]any{"no": was.No, "timer": v.Name}})
	return d.save(ctx, was)
}
