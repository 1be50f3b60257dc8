package cases

import (
	"context"
	"time"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Service is the whole public surface of cases.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	asks  Asks
}

// Asks are the questions that cases puts to others.
type Asks struct {
	Items     Items
	Flows     Flows
	Tree      Tree
	Calendars Calendars
	Sealer    Sealer
	Files     Files
	Staff     Staff
	Owing     Owing  // nil: no step owes a document
	Forms     Forms  // nil: items with a form cannot be filed
	Powers    Powers // nil: steps say nothing about forms
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, asks Asks) *Service {
	return &Service{db: d, authz: a, asks: asks}
}

// chinaDay is the calendar day that t falls on in China.
func chinaDay(t time.Time) time.Time { return t.In(calendar.Zone()) }

// act is the one road of everything that is done to a running case: fetch, allow,
// open the origin for writing, decide, save under the version that the actor saw.
// It returns NotFound, Forbidden with the policy's reason, Precondition when the
// case is past that act, and Conflict (case_changed) when somebody was faster.
// papers are uploads of the actor's that belong to the step acted in.
func (s *Service) act(ctx context.Context, id string, seen int, a policies.Action, papers []string, do func(context.Context, *deed) error) (Case, error) {
	var c Case
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		st := store{tx}
		if c, err = st.get(ctx, id); err != nil {
			return err
		}
		if c.Version != seen {
			return fault.New(fault.Conflict, "case_changed")
		}
		was := c
		at, err := s.asks.Tree.Place(ctx, tx, c.AtTenant)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, a, c.resource(tx.Scope.Actor, at.Name)); err != nil {
			return err
		}
		if err := tx.ActOn(ctx, c.TenantID); err != nil {
			return err
		}
		d := &deed{Service: s, st: st, tx: tx, c: &c}
		if _, err := s.asks.Files.Attach(ctx, tx, c.TenantID, c.ID, reader(&c, a), c.StepSeq, papers); err != nil {
			return err
		}
		if err := do(ctx, d); err != nil {
			return err
		}
		d.touched()
		tx.Record(db.Audit{Tenant: c.TenantID, Action: string(a), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "status": c.Status, "step": c.StepName}})
		return st.save(ctx, &c, was)
	})
	return c, err
}

// reader is the applicant for what is handed to her, the result and the proof of
// its delivery, and nobody for the papers of handling.
func reader(c *Case, a policies.Action) string {
	if a == policies.CasesDecide || a == policies.CasesDeliver {
		return c.subject()
	}
	return ""
}

// deed is one act on one case inside its transaction.
type deed struct {
	*Service
	st store
	tx *db.Tx
	c  *Case
}

func (d *deed) emit(e db.Event) { d.tx.EmitIn(d.c.TenantID, e) }

func (d *deed) calendar(ctx context.Context) (calendar.Calendar, error) {
	return d.asks.Calendars.Of(ctx, d.tx, d.c.TenantID)
}

// leave closes the visit to the current step.
func (d *deed) leave(ctx context.Context, act, opinion string) error {
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	rs, err := d.st.steps(ctx, d.c)
	if err != nil {
		return err
	}
	used := 0
	if n := len(rs); n > 0 {
		used = cal.Between(rs[n-1].EnteredAt, d.tx.Now)
	}
	return d.st.endStep(ctx, d.c, act, opinion, used)
}

// enter brings the case to step and opens a visit there.
func (d *deed) enter(ctx context.Context, to Step) error {
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	c := d.c
	c.AtTenant, c.StepID, c.StepName, c.StepKind, c.StepPost = to.At, to.ID, to.Name, to.Kind, to.Post
	c.AssigneeID, c.AssigneeName = "", ""
	c.StepSeq++
	c.StepDueAt = nil
	if to.LimitDays > 0 {
		due := cal.AddDays(d.tx.Now, to.LimitDays)
		c.StepDueAt = &due
	}
	return d.st.insertStep(ctx, &StepRecord{
		TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, Seq: c.StepSeq, StepID: to.ID, Name: to.Name,
		Kind: to.Kind, Post: to.Post, AtTenant: to.At, AtName: to.AtName, LimitDays: to.LimitDays, EnteredAt: d.tx.Now, DueAt: c.StepDueAt,
	})
}

// advance leaves the current step and enters the next one, or ends the case.
func (d *deed) advance(ctx context.Context, act, opinion string) error {
	if err := d.documented(ctx); err != nil {
		return err
	}
	if err := d.leave(ctx, act, opinion); err != nil {
		return err
	}
	c := d.c
	next, ended, err := d.asks.Flows.Next(ctx, d.tx, FlowRef{c.FlowTenant, c.FlowID}, c.StepID, c.TenantID, d.facts(opinion))
	if err != nil {
		return err
	}
	if ended {
		return d.complete(ctx)
	}
	if err := d.enter(ctx, next); err != nil {
		return err
	}
	d.emit(events.CaseArrived{Case: c.fact()})
	return nil
}

// facts are what the conditions of a flow may look at.
func (d *deed) facts(opinion string) map[string]any {
	return map[string]any{"days": d.c.PromisedDays, "applicant_kind": d.c.ApplicantKind, "form": d.c.Form, "opinion": opinion, "outcome": d.c.Outcome, "choices": d.c.choiceIDs()}
}

func (d *deed) complete(ctx context.Context) error {
	if err := d.st.stopClock(ctx, d.c); err != nil {
		return err
	}
	if err := d.issue(ctx, docCompletion, said{}); err != nil {
		return err
	}
	d.c.end(Completed, d.tx.Now)
	d.emit(events.CaseCompleted{Case: d.c.fact()})
	return d.move(ctx, string(Handling), string(Completed))
}

// move leaves the deltas of a change of status.
func (d *deed) move(ctx context.Context, from, to string) error {
	if err := d.st.delta(ctx, d.c, from, -1); err != nil {
		return err
	}
	return d.st.delta(ctx, d.c, to, 1)
}
