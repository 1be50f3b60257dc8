package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Joint handling (并联审批): the application for a theme (一件事) is one case, the joint
// case, that is accepted once by the lead office and then waits while each of its parts is
// a case of its own. A job settles what follows from what: see [Service.OnJointMoved].

// ForParts is for whom a joint case waits: the cases that it is made of.
const ForParts = "parts"

// reasonParts is why the clock of a joint case stands: that of one of its parts does.
const reasonParts = "parts"

// PartOffer (组成事项) is one item that a theme brings about.
type PartOffer struct {
	Key, ItemID, Name, Department string

	Stage   int // it begins once whatever has a lower stage has ended
	Choices []string
	Reviews []string // joint reviews in which it takes part
}

// Part (组成部分) is one of what a joint case is made of.
type Part struct {
	bun.BaseModel `bun:"table:case_parts"`

	TenantID   tenancy.ID `bun:",pk"`
	CaseID     string     `bun:",pk"` // the joint case
	Key        string     `bun:",pk"`
	Stage      int
	ItemID     string
	Name       string
	Department string
	Choices    []string `bun:"type:jsonb"`
	Reviews    []string `bun:"type:jsonb"`
	Materials  []string `bun:"type:jsonb"` // that its item asks for; none before it has begun
	Papers     []string `bun:"type:jsonb"` // ids of the files that its sheet of the one form names
	SubID      *string  // its case, once it has begun
	State      string
	Outcome    string // of its case; refused, withdrawn or voided when it was not decided
	Why        string // a catalogue key or what the lead office wrote: why it could not begin or was left out
	BegunAt    *time.Time
	EndedAt    *time.Time
}

// The states of a part.
const (
	PartWaiting = "waiting" // 待启动
	PartRunning = "running" // 办理中
	PartEnded   = "ended"   // 已办结
	PartSkipped = "skipped" // 不再办理
)

// over reports whether nothing more will come of the part.
func (p *Part) over() bool { return p.State == PartEnded || p.State == PartSkipped }

// Joint reports whether the case is made of others.
func (c *Case) Joint() bool { return c.Parts > 0 }

// joined is the joint case that the case is, or is part of; empty: neither.
func (c *Case) joined() string {
	switch {
	case c.Joint():
		return c.ID
	case c.JointID != nil:
		return *c.JointID
	}
	return ""
}

// plan notes what a joint case is made of when it is filed.
func (s *Service) plan(ctx context.Context, tx *db.Tx, c *Case, parts []PartOffer) error {
	if len(parts) == 0 {
		return nil
	}
	rows := make([]Part, len(parts))
	for i, p := range parts {
		rows[i] = Part{
			TenantID: c.TenantID, CaseID: c.ID, Key: p.Key, Stage: p.Stage, ItemID: p.ItemID, Name: p.Name, Department: p.Department,
			Choices: append([]string{}, p.Choices...), Reviews: append([]string{}, p.Reviews...),
			Materials: []string{}, Papers: []string{}, State: PartWaiting,
		}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("parts of case %s: %w", c.ID, err)
	}
	return nil
}

// parts are those of a joint case, in the order in which they begin.
func (s store) parts(ctx context.Context, tenant tenancy.ID, joint string) (ps []*Part, err error) {
	err = s.tx.NewSelect().Model(&ps).Where("tenant_id = ?", tenant).Where("case_id = ?", joint).Order("stage", "key").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("parts of case %s: %w", joint, err)
	}
	return ps, nil
}

// subs are the cases of those parts that have begun.
func (s store) subs(ctx context.Context, tenant tenancy.ID, joint string) (cs []*Case, err error) {
	err = s.tx.NewSelect().Model(&cs).Where("tenant_id = ?", tenant).Where("joint_id = ?", joint).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("cases within case %s: %w", joint, err)
	}
	return cs, nil
}

// PartOf is the part that a case is of its joint case, in a transaction of the caller's.
func (s *Service) PartOf(ctx context.Context, tx *db.Tx, c *Case) (p Part, err error) {
	err = tx.NewSelect().Model(&p).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.joined()).Where("key = ?", c.Part).Scan(ctx)
	if err != nil {
		return p, fmt.Errorf("part %s of case %s: %w", c.Part, c.joined(), err)
	}
	return p, nil
}

func (s store) savePart(ctx context.Context, p *Part) error {
	_, err := s.tx.NewUpdate().Model(p).Column("sub_id", "state", "outcome", "why", "begun_at", "ended_at", "materials", "papers").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("part %s of case %s: %w", p.Key, p.CaseID, err)
	}
	return nil
}

// alone returns a Precondition fault for a part: what concerns the whole is done to the
// joint case.
func (c *Case) alone() error {
	if c.JointID != nil {
		return fault.New(fault.Precondition, "case_part_of_joint")
	}
	return nil
}
