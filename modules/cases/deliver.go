package cases

import (
	"context"
	"slices"
	"strings"

	"liandong/policies"
	"liandong/tenancy/fault"
)

// Deliver (送达) hands the result over to the applicant at the window and ends the case.
func (s *Service) Deliver(ctx context.Context, id string, seen int, note string, papers ...string) (Case, error) {
	return s.HandOver(ctx, id, seen, Handover{Way: Collected, Note: note}, papers...)
}

// Handover (送达情况) is how a result reaches the applicant.
type Handover struct {
	Way      string
	Receiver string // who signed; empty: the applicant herself
	Courier  string // 快递公司和单号
	Note     string
}

// The ways of delivery.
const (
	Collected  = "collect"    // 窗口领取
	Couriered  = "courier"    // 邮寄送达
	Electronic = "electronic" // 电子送达
	Left       = "leave"      // 留置送达
)

// maxHandover bounds a name or the number of a parcel, in characters.
const maxHandover = 60

func (h *Handover) check(c *Case) error {
	h.Receiver, h.Courier = strings.TrimSpace(h.Receiver), strings.TrimSpace(h.Courier)
	bad := map[string]string{}
	if !slices.Contains([]string{Collected, Couriered, Electronic, Left}, h.Way) {
		bad["way"] = "case_way_unknown"
	}
	if h.Way == Couriered && h.Courier == "" {
		bad["courier"] = "case_courier_missing"
	}
	if len([]rune(h.Courier)) > maxHandover {
		bad["courier"] = "too_long"
	}
	if len([]rune(h.Receiver)) > maxHandover {
		bad["receiver"] = "too_long"
	}
	if h.Receiver == "" {
		h.Receiver = c.ApplicantName
	}
	return fault.InvalidFields(bad)
}

// HandOver (送达) is Deliver by any way; the 送达回证 says by which.
func (s *Service) HandOver(ctx context.Context, id string, seen int, h Handover, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesDeliver, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if d.c.StepKind != "deliver" {
			return fault.New(fault.Precondition, "case_not_at_delivery")
		}
		return d.handOver(ctx, h)
	})
}

func (d *deed) handOver(ctx context.Context, h Handover) error {
	if err := h.check(d.c); err != nil {
		return err
	}
	if err := d.checkOriginals(ctx, Verify); err != nil {
		return err
	}
	if h.Way == Collected {
		if err := d.came(ctx, CameToCollect, h.Note); err != nil {
			return err
		}
	}
	if err := d.issue(ctx, docDelivery, said{opinion: h.Note, handover: h}); err != nil {
		return err
	}
	return d.advance(ctx, "deliver", h.Note)
}
