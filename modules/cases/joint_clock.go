package cases

import (
	"context"
	"slices"

	"liandong/tenancy/calendar"
)

// lengthen passes the extension of the joint case on to the parts that ran when it was
// granted (one clock); those that begin later begin within it.
func (j *joint) lengthen(ctx context.Context) error {
	if j.c.ExtendedDays == 0 {
		return nil
	}
	ps, err := j.st.procedures(ctx, j.c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(ps, func(p Procedure) bool { return p.Kind == Extension && p.State == Approved })
	for _, sub := range j.subs {
		if i < 0 || !sub.Open() || sub.DecidedAt != nil || sub.ExtendedDays >= j.c.ExtendedDays || sub.AcceptedAt.After(*ps[i].EndedAt) {
			continue
		}
		if err := j.extend(ctx, sub); err != nil {
			return err
		}
	}
	return nil
}

// extend gives a part the extension of the whole.
func (j *joint) extend(ctx context.Context, sub *Case) error {
	was := *sub
	d, err := j.deed(ctx, j.tx, sub)
	if err != nil {
		return err
	}
	sub.ExtendedDays = j.c.ExtendedDays
	if err := d.reckon(ctx); err != nil {
		return err
	}
	return d.save(ctx, was)
}

// follow lets the clock stand while that of a part does, and reports whether it changed.
func (j *joint) follow(ctx context.Context, d *deed) (bool, error) {
	held, err := j.held(ctx)
	if err != nil {
		return false, err
	}
	stands := slices.ContainsFunc(j.subs, func(c *Case) bool { return c.Open() && c.SuspendedAt != nil })
	switch {
	case stands && j.c.SuspendedAt == nil:
		return true, d.hold(ctx, reasonParts)
	case held && !stands:
		return true, d.release(ctx, reasonParts+"_ended")
	}
	return false, nil
}

// held reports whether the clock stands because that of a part did.
func (j *joint) held(ctx context.Context) (bool, error) {
	if j.c.SuspendedAt == nil {
		return false, nil
	}
	rows, err := j.st.clocks(ctx, j.c)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	last := rows[len(rows)-1]
	return last.Kind == string(calendar.Suspended) && last.Reason == reasonParts, nil
}
