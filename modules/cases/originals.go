package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Originals (核验原件) says which papers somebody has held against their originals.
type Originals struct {
	Materials []string
	All       bool // every one that was handed in
	Note      string
}

// Seen returns the service for acts by somebody who has seen the originals, which the act writes
// down: with whom, when and which. Where the mode of a case asks for them they must all have been
// seen before it is accepted (原件预审) or handed over (原件核验).
func (s *Service) Seen(o Originals) *Service {
	one := *s
	one.originals = o
	return &one
}

// checkOriginals writes down what was seen, and returns an Invalid fault (field originals) that
// names what is still to be seen where the mode asks for it at the step.
func (d *deed) checkOriginals(ctx context.Context, when Mode) error {
	c, o := d.c, d.originals
	if c.Mode != when && len(o.Materials) == 0 || d.tx.Scope.Actor.Kind != tenancy.Staff {
		return nil
	}
	unseen, err := d.unseen(ctx)
	if err != nil || len(unseen) == 0 {
		return err
	}
	if o.All {
		o.Materials = unseen
	}
	var left, seen []string
	for _, m := range unseen {
		if slices.Contains(o.Materials, m) {
			seen = append(seen, m)
		} else {
			left = append(left, m)
		}
	}
	if c.Mode == when && len(left) > 0 {
		return fault.InvalidField("originals", "case_originals_missing").With(strings.Join(left, "、"))
	}
	for _, m := range seen {
		if err := d.begin(ctx, Procedure{Kind: OriginalsSeen, Name: m, Reason: orNo(o.Note, c), State: Ended}); err != nil {
			return err
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return d.came(ctx, CameWithOriginals, orNo(o.Note, c))
}

func orNo(note string, c *Case) string {
	if note = strings.TrimSpace(note); note != "" {
		return note
	}
	return c.No
}

// unseen are the materials that were handed in and whose originals nobody has seen yet.
func (d *deed) unseen(ctx context.Context) (out []string, err error) {
	files, err := d.asks.Files.Handed(ctx, d.tx, d.c.TenantID, d.c.ID)
	if err != nil {
		return nil, err
	}
	var seen []string
	err = d.tx.NewSelect().Model((*Procedure)(nil)).Column("name").Where("tenant_id = ?", d.c.TenantID).Where("case_id = ?", d.c.ID).Where("kind = ?", OriginalsSeen).Scan(ctx, &seen)
	if err != nil {
		return nil, fmt.Errorf("originals of case %s: %w", d.c.ID, err)
	}
	for _, f := range files {
		if m := f[0]; m != "" && !slices.Contains(seen, m) && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

// Why an applicant comes (到场).
const (
	CameToFile        = "file"      // 窗口申请
	CameWithOriginals = "originals" // 核验原件
	CameToCollect     = "collect"   // 领取结果
	CameOtherwise     = "other"     // 其他, with a reason
)

// came counts a coming of the applicant, unless she was there on the same day already. At a
// village whoever helps comes to her.
func (d *deed) came(ctx context.Context, why, note string) error {
	c := d.c
	if (c.Channel == Assisted || c.JointID != nil) && why != CameOtherwise {
		return nil
	}
	place := c.AtTenant
	if d.took(Trip) {
		place = *c.TakenTenant
	}
	there, err := d.tx.NewSelect().Model((*Procedure)(nil)).Where("tenant_id = ?", c.TenantID).Where("case_id = ?", c.ID).Where("kind = ?", Trip).
		Where("at_tenant = ?", place).Where("begun_at >= ?", calendar.DateOf(d.tx.Now).Start()).Exists(ctx)
	if err != nil {
		return fmt.Errorf("comings of case %s: %w", c.ID, err)
	}
	if there {
		return nil
	}
	c.Trips++
	return d.begin(ctx, Procedure{Kind: Trip, Name: why, Reason: orNo(note, c), State: Ended})
}

// Come (登记到场) writes down that the applicant came for a reason that no act tells; twice on one
// day counts once.
func (s *Service) Come(ctx context.Context, id string, seen int, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesTrip, nil, func(ctx context.Context, d *deed) error {
		if strings.TrimSpace(reason) == "" {
			return fault.InvalidField("opinion", "case_reason_missing")
		}
		return d.came(ctx, CameOtherwise, reason)
	})
}

// TripsOver reports whether the applicant came more often than was promised.
func (c *Case) TripsOver() bool { return c.Trips > c.TripsPromised }

// filedInPerson stores a new case, with the coming of an applicant who files at a counter.
func (d *deed) filedInPerson(ctx context.Context) error {
	if d.c.atCounter() {
		d.c.Trips = 1
	}
	if err := d.st.insert(ctx, d.c); err != nil || !d.c.atCounter() {
		return err
	}
	return d.begin(ctx, Procedure{Kind: Trip, Name: CameToFile, Reason: d.c.No, State: Ended})
}

// keptOnPaper writes down that materials were seen on paper, and stay at the window.
func (s *Service) keptOnPaper(ctx context.Context, tx *db.Tx, c *Case, materials []string, note string) error {
	d := &deed{Service: s, st: store{tx}, tx: tx, c: c}
	for _, m := range materials {
		if err := d.begin(ctx, Procedure{Kind: OriginalsSeen, Name: m, Reason: note, State: Ended}); err != nil {
			return err
		}
	}
	return nil
}
