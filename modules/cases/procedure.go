package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Procedure (程序记录) is a turn that the law allows a case beside its steps.
type Procedure struct {
	bun.BaseModel `bun:"table:case_procedures"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	CaseID    string
	Kind      string
	Name      string // of the special procedure, of the tolerated material
	Reason    string
	Basis     string
	Days      int // working days asked for or announced
	Until     *time.Time
	State     string
	StepName  string
	AtTenant  tenancy.ID
	ToTenant  *tenancy.ID // who is consulted; of originals and comings, the office that took the case in for this one
	ToName    string
	BegunAt   time.Time
	BegunBy   string
	BegunName string
	Answer    string
	EndedAt   *time.Time
	EndedBy   string
	EndedName string
	OfID      *string // of a voice: the joint review that it is about
}

// The kinds of procedure.
const (
	Extension    = "extension"    // 延长审批: special procedure A
	Special      = "special"      // 特别程序 B: hearing, inspection, expert review; not counted (行政许可法 art. 45)
	Suspension   = "suspension"   // 中止
	Tolerance    = "tolerance"    // 容缺受理: one material that is still to come
	Consultation = "consultation" // 征求意见
	Referral     = "referral"     // 转办
	Voiding      = "voiding"      // 作废
	Reopening    = "reopening"    // 重新办理
	Archiving    = "archiving"    // 归档
	Gathering    = "gathering"    // 联合勘验, 联合验收, 联合审图: of a joint case
	Voice        = "voice"        // 联合环节意见: what the office of one part says of it

	OriginalsSeen = "originals" // 核验原件: one material
	Trip          = "trip"      // 到场: the applicant came
	Transferral   = "transfer"  // 转交: ordered from above
)

// The states of a procedure.
const (
	Asked    = "asked"    // waits for approval
	Open     = "open"     // goes on
	Approved = "approved" // ended by a yes
	Rejected = "refused"  // ended by a no
	Ended    = "ended"
)

// Standing reports whether it still goes on.
func (p Procedure) Standing() bool { return p.EndedAt == nil }

// begin writes a procedure that the actor begins at the step where the case stands.
func (d *deed) begin(ctx context.Context, p Procedure) error {
	p.Reason = strings.TrimSpace(p.Reason)
	if p.Reason == "" {
		return fault.InvalidField("opinion", "case_reason_missing")
	}
	c := d.c
	p = d.procedure(p)
	_, err := d.tx.NewInsert().Model(&p).Exec(ctx)
	switch {
	case db.IsDuplicate(err, "case_procedures_extended"):
		return fault.New(fault.Precondition, "case_extended_once")
	case db.IsDuplicate(err, "case_procedures_standing"):
		return fault.New(fault.Precondition, "case_clock_stands")
	case err != nil:
		return fmt.Errorf("begin %s of case %s: %w", p.Kind, c.ID, err)
	}
	return nil
}

// procedure fills in who begins it, when and at which step.
func (d *deed) procedure(p Procedure) Procedure {
	c, a := d.c, d.tx.Scope.Actor
	p.TenantID, p.ID, p.CaseID, p.StepName, p.AtTenant = c.TenantID, db.NewID(), c.ID, c.StepName, c.AtTenant
	if d.took(p.Kind) {
		p.AtTenant, p.ToTenant, p.ToName = *c.TakenTenant, c.TakenTenant, c.TakenName
	}
	p.BegunAt, p.BegunBy, p.BegunName = d.tx.Now, a.ID, a.Name
	if p.State == Ended || p.State == Approved {
		p.EndedAt, p.EndedBy, p.EndedName = &d.tx.Now, a.ID, a.Name
	}
	return p
}

// finish ends a procedure that goes on; Precondition (case_procedure_ended) when
// somebody was faster.
func (d *deed) finish(ctx context.Context, p *Procedure, state, answer string) error {
	a := d.tx.Scope.Actor
	p.State, p.Answer, p.EndedAt, p.EndedBy, p.EndedName = state, strings.TrimSpace(answer), &d.tx.Now, a.ID, a.Name
	res, err := d.tx.NewUpdate().Model(p).Column("state", "answer", "ended_at", "ended_by", "ended_name").WherePK().Where("ended_at IS NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("end %s of case %s: %w", p.Kind, p.CaseID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fault.New(fault.Precondition, "case_procedure_ended")
	}
	return nil
}

// procedures are all of a case, oldest first.
func (s store) procedures(ctx context.Context, c *Case) (ps []Procedure, err error) {
	err = s.tx.NewSelect().Model(&ps).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Order("begun_at", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("procedures of case %s: %w", c.ID, err)
	}
	return ps, nil
}

// standing is the procedure of one of the kinds that goes on; Precondition when none does.
func (d *deed) standing(ctx context.Context, id string, kinds ...string) (*Procedure, error) {
	ps, err := d.st.procedures(ctx, d.c)
	if err != nil {
		return nil, err
	}
	for i := range ps {
		if ps[i].Standing() && (id == "" || ps[i].ID == id) && slices.Contains(kinds, ps[i].Kind) {
			return &ps[i], nil
		}
	}
	return nil, fault.New(fault.Precondition, "case_procedure_ended")
}

// hold stops the clock of an accepted case for a reason that people read.
func (d *deed) hold(ctx context.Context, reason string) error {
	if d.c.SuspendedAt != nil {
		return fault.New(fault.Precondition, "case_clock_stands")
	}
	d.c.SuspendedAt = &d.tx.Now
	return d.turnClock(ctx, calendar.Suspended, reason)
}

// release lets it run again.
func (d *deed) release(ctx context.Context, reason string) error {
	d.c.SuspendedAt = nil
	return d.turnClock(ctx, calendar.Running, reason)
}
