package cases

import (
	"cmp"
	"context"
	"slices"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/db"
)

// JointJob is what the inbox knows OnJointMoved by.
const JointJob = "cases.join"

// JointEvents are the wire names that OnJointMoved wants to be called for.
func JointEvents() []string { return []string{events.JointMoved{}.EventName()} }

// OnJointMoved (并联推进) does what follows for a joint case from where its parts and it
// itself stand: it begins the parts whose stage has come, lets its clock stand while that
// of a part does, passes an extension on, goes on once every part is over, and calls the
// parts off when it ends before them. It works all of that out from what is stored, so that
// to run it once more changes nothing. It must run as System over the tree of the tenant.
func (s *Service) OnJointMoved(ctx context.Context, tx *db.Tx, e db.Delivery) error {
	var moved events.JointMoved
	if err := e.Decode(&moved); err != nil {
		return err
	}
	var found []*Case
	err := tx.NewSelect().Model(&found).Where("tenant_id = ?", moved.Tenant).Where("id = ?", moved.Joint).For("UPDATE").Scan(ctx)
	if err != nil || len(found) == 0 {
		return err
	}
	j := &joint{Service: s, tx: tx, st: store{tx}, c: found[0]}
	if j.parts, err = j.st.parts(ctx, j.c.TenantID, j.c.ID); err != nil {
		return err
	}
	subs, err := j.st.subs(ctx, j.c.TenantID, j.c.ID)
	if err != nil {
		return err
	}
	j.subs = subs
	return j.settle(ctx)
}

// joint is a joint case whose row is locked, with its parts.
type joint struct {
	*Service
	tx    *db.Tx
	st    store
	c     *Case
	parts []*Part
	subs  []*Case
}

// acceptor is the name of whoever accepted the joint case.
func (j *joint) acceptor(ctx context.Context) (string, error) {
	rs, err := j.st.steps(ctx, j.c)
	for _, r := range rs {
		if r.Act == "accept" {
			return r.ActorName, err
		}
	}
	return "", err
}

func (j *joint) sub(p *Part) *Case {
	if i := slices.IndexFunc(j.subs, func(c *Case) bool { return c.Part == p.Key }); i >= 0 {
		return j.subs[i]
	}
	return nil
}

func (j *joint) settle(ctx context.Context) error {
	if err := j.collect(ctx); err != nil {
		return err
	}
	if !j.c.Open() {
		return j.callOff(ctx)
	}
	d, err := j.deed(ctx, j.tx, j.c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(d.open, func(v *StepRecord) bool { return v.WaitsFor == ForParts })
	if i < 0 || j.c.AcceptedAt == nil {
		return nil
	}
	d.at(d.open[i])
	return j.proceed(ctx, d)
}

// collect notes which parts have ended, and how. One that was decided and is handled again
// (重新办理) has not ended; behind a joint case that has, it is noted once it has anew.
func (j *joint) collect(ctx context.Context) error {
	for _, p := range j.parts {
		sub := j.sub(p)
		if sub == nil || p.State == PartSkipped {
			continue
		}
		was := *p
		switch {
		case !sub.Open():
			p.State, p.Outcome, p.EndedAt = PartEnded, cmp.Or(sub.Outcome, string(sub.Status)), sub.EndedAt
		case j.c.Open():
			p.State, p.Outcome, p.EndedAt = PartRunning, "", nil
		}
		if p.State == was.State && p.Outcome == was.Outcome && sameTime(p.EndedAt, was.EndedAt) {
			continue
		}
		if err := j.st.savePart(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// begin begins the parts of the earliest stage that is not over. Once a part was not
// granted, those of later stages are left out: they build on it.
func (j *joint) begin(ctx context.Context, d *deed) error {
	now, failed := maxStages, false
	for _, p := range j.parts {
		if !p.over() {
			now = min(now, p.Stage)
		}
	}
	for _, p := range j.parts {
		failed = failed || p.Stage < now && p.State == PartEnded && p.Outcome != Granted
	}
	for _, p := range j.parts {
		if p.State != PartWaiting {
			continue
		}
		var err error
		switch {
		case failed:
			p.State, p.Why, p.EndedAt = PartSkipped, "case_part_after_refusal", &j.tx.Now
			err = j.st.savePart(ctx, p)
		case p.Stage == now:
			err = j.open(ctx, d, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxStages is above every stage that a theme may have.
const maxStages = 100

// proceed lets the clock of the joint case do what those of its parts do, begins what is
// next within it, and goes on when all are over.
func (j *joint) proceed(ctx context.Context, d *deed) error {
	was := *j.c
	moved, err := j.follow(ctx, d)
	if err == nil {
		err = j.lengthen(ctx)
	}
	if err == nil {
		err = j.begin(ctx, d)
	}
	if err != nil {
		return err
	}
	if j.c.SuspendedAt == nil && !slices.ContainsFunc(j.parts, func(p *Part) bool { return !p.over() }) {
		moved, err = true, j.gather(ctx, d)
	}
	if err != nil || !moved {
		return err
	}
	d.touched()
	j.tx.Record(db.Audit{Tenant: j.c.TenantID, Action: string(policies.CasesJoin), Kind: "case", Object: j.c.ID, Detail: map[string]any{"no": j.c.No, "parts": j.tally()}})
	return d.save(ctx, was)
}

// gather goes on from where the joint case waited for its parts.
func (j *joint) gather(ctx context.Context, d *deed) error {
	sh, err := d.shift(ctx, Move{Do: "fire", Ticket: d.visit.Ticket}, "")
	if err != nil {
		return err
	}
	if err := d.leave(ctx, "gathered", ""); err != nil {
		return err
	}
	return d.apply(ctx, sh)
}

// tally counts the parts by state.
func (j *joint) tally() map[string]int {
	out := map[string]int{}
	for _, p := range j.parts {
		out[p.State]++
	}
	return out
}
