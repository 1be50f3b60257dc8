package cases

import (
	"context"
	"slices"

	"liandong/tenancy"
)

// close ends a visit that is open.
func (d *deed) close(ctx context.Context, v *StepRecord, act, opinion string) error {
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	used, a := cal.Between(v.EnteredAt, d.tx.Now), d.tx.Scope.Actor
	v.EndedAt, v.UsedDays, v.Act, v.Opinion, v.Beside, v.Since = &d.tx.Now, &used, act, opinion, false, d.c.Version+1
	if act != actCancelled {
		v.ActorID, v.ActorName = a.ID, a.Name
		if a.Kind == tenancy.System && a.ID == "" { // the platform itself: a timer ran out
			v.ActorName = ""
		}
		v.ForID, v.ForName = d.forID, d.forName
	}
	d.open = slices.DeleteFunc(d.open, func(x *StepRecord) bool { return x == v })
	d.touch(v)
	return nil
}

// leave closes the visit that the act is about.
func (d *deed) leave(ctx context.Context, act, opinion string) error {
	if d.visit == nil {
		return nil
	}
	return d.close(ctx, d.visit, act, opinion)
}

// stop calls off everything that is open, as when a case is withdrawn.
func (d *deed) stop(ctx context.Context, act, opinion string) error {
	sh, err := d.shift(ctx, Move{Do: "stop"}, opinion)
	if err != nil {
		return err
	}
	if err := d.leave(ctx, act, opinion); err != nil {
		return err
	}
	sh.Ended = false // the act says how the case ends
	return d.apply(ctx, sh)
}

// advance leaves the current step, once it has all that it wants, and goes onward.
func (d *deed) advance(ctx context.Context, act, opinion string) error {
	if err := d.provided(ctx, opinion); err != nil {
		return err
	}
	if err := d.documented(ctx); err != nil {
		return err
	}
	return d.onward(ctx, act, opinion)
}

// onward leaves the current step and goes where the flow leads, or ends the case.
func (d *deed) onward(ctx context.Context, act, opinion string) error {
	sh, err := d.shift(ctx, Move{Do: "complete", Ticket: d.visit.Ticket}, opinion)
	if err != nil {
		return err
	}
	if err := d.leave(ctx, act, opinion); err != nil {
		return err
	}
	return d.apply(ctx, sh)
}
