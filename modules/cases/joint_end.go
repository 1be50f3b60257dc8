package cases

import (
	"context"
	"errors"
	"fmt"
)

// callOff ends what is left of a joint case that has ended before its parts: it was
// withdrawn, refused or voided.
func (j *joint) callOff(ctx context.Context) error {
	var broken []error
	for _, p := range j.parts {
		if p.over() {
			continue
		}
		if sub := j.sub(p); sub != nil {
			broken = append(broken, j.drop(ctx, sub))
		}
		p.State, p.Why, p.EndedAt = PartSkipped, "case_part_joint_ended", &j.tx.Now
		broken = append(broken, j.st.savePart(ctx, p))
	}
	return errors.Join(broken...)
}

// drop voids the case of a part.
func (j *joint) drop(ctx context.Context, sub *Case) error {
	was := *sub
	d, err := j.deed(ctx, j.tx, sub)
	if err != nil {
		return err
	}
	if err := d.stop(ctx, "void", ""); err != nil {
		return fmt.Errorf("call part %s off: %w", sub.No, err)
	}
	if err := j.st.stopClock(ctx, sub); err != nil {
		return err
	}
	sub.DueAt = nil
	sub.end(Voided, j.tx.Now)
	d.move(string(was.Status), string(Voided))
	d.touched()
	return d.save(ctx, was)
}
