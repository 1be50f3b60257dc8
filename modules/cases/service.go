package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Service is the whole public surface of cases.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	asks  Asks
	visit int // see At

	rehearses bool      // acts are undone: see Rehearse
	bulked    bool      // acts are part of a batch
	originals Originals // see Seen
	term      Term      // see Granting
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
	Forms     Forms // nil: items with a form cannot be filed
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, asks Asks) *Service {
	return &Service{db: d, authz: a, asks: asks}
}

// chinaDay is the calendar day that t falls on in China.
func chinaDay(t time.Time) time.Time { return t.In(calendar.Zone()) }

// At returns the service for acts in one of the steps at which a case stands, by the number
// of the visit; 0 is the first in which the actor may do what she asks.
func (s *Service) At(visit int) *Service {
	one := *s
	one.visit = visit
	return &one
}

// attempts is how often an act is tried when another branch of the case moved at the same time.
const attempts = 4

// act is the one road of everything that is done to a running case: fetch, find the step,
// allow, open the origin for writing, decide, save under the version that the actor saw.
// It returns NotFound, Forbidden with the policy's reason, Precondition when the
// case is past that act, and Conflict (case_changed) when somebody was faster.
// papers are uploads of the actor's that belong to the step acted in.
func (s *Service) act(ctx context.Context, id string, seen int, a policies.Action, papers []string, do func(context.Context, *deed) error) (c Case, err error) {
	for range attempts {
		c, err = s.try(ctx, id, seen, a, papers, do)
		if errors.Is(err, errRehearsed) {
			return c, nil
		}
		if !errors.Is(err, errOvertaken) {
			break
		}
	}
	return c, err
}

func (s *Service) try(ctx context.Context, id string, seen int, a policies.Action, papers []string, do func(context.Context, *deed) error) (c Case, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c, err = s.within(ctx, tx, id, seen, a, papers, do); err != nil {
			return err
		}
		return s.undo()
	})
	return c, err
}

// undo ends a transaction that was only a rehearsal.
func (s *Service) undo() error {
	if s.rehearses {
		return errRehearsed
	}
	return nil
}

// within is one try inside of a transaction.
func (s *Service) within(ctx context.Context, tx *db.Tx, id string, seen int, a policies.Action, papers []string, do func(context.Context, *deed) error) (c Case, err error) {
	if c, err = (store{tx}).get(ctx, id); err != nil {
		return c, err
	}
	d, err := s.deed(ctx, tx, &c)
	if err != nil {
		return c, err
	}
	was := c
	if err := d.choose(ctx, a, seen); err != nil {
		return c, err
	}
	if err := d.alike(ctx, a); err != nil {
		return c, err
	}
	if err := tx.ActOn(ctx, c.TenantID); err != nil {
		return c, err
	}
	if _, err := s.asks.Files.Attach(ctx, tx, c.TenantID, c.ID, reader(&c, a), c.StepSeq, papers); err != nil {
		return c, err
	}
	d.papers = len(papers)
	step, in, detail := c.StepName, d.visit, map[string]any{"no": c.No, "step": c.StepName}
	if in != nil && ofHolder(a) {
		d.forID, d.forName = in.standIn(tx.Scope)
	}
	if d.forID != "" { // 由 B 代 A 办理
		detail["for"], detail["for_id"] = d.forName, d.forID
	}
	if err := do(ctx, d); err != nil {
		return c, err
	}
	d.touched()
	detail["status"] = c.Status
	if slices.Contains(d.open, in) { // the same form once more is out of date
		in.Since = was.Version + 1
		d.touch(in)
	}
	tx.Record(db.Audit{Tenant: c.TenantID, Action: string(a), Kind: "case", Object: c.ID, Detail: detail})
	if err := d.st.hand(ctx, &c, actWord(a), step); err != nil {
		return c, err
	}
	return c, d.save(ctx, was)
}

// save stores the case and its visits.
func (d *deed) save(ctx context.Context, was Case) error {
	d.settle(was)
	if err := d.st.save(ctx, d.c, was); err != nil {
		return err
	}
	return d.flush(ctx)
}

// choose finds the step that the act is about: the one that was named, or else the first in
// which policy lets the actor do it. A form is out of date (Conflict) when something that
// concerns its step, or the whole case, has changed since it was opened.
func (d *deed) choose(ctx context.Context, a policies.Action, seen int) error {
	c := d.c
	if seen != c.Version && (len(d.open) == 0 || seen > c.Version || seen < c.WholeAt) {
		return fault.New(fault.Conflict, "case_changed")
	}
	if len(d.open) == 0 {
		return d.allow(ctx, a)
	}
	var refused error
	for _, v := range d.open {
		if d.Service.visit != 0 && v.Seq != d.Service.visit {
			continue
		}
		d.at(v)
		err := d.allow(ctx, a)
		if err == nil && seen < v.Since {
			return fault.New(fault.Conflict, "case_changed")
		}
		if err == nil && seen < c.Version && v.OfTicket != 0 {
			err = d.silent(ctx, v, seen)
		}
		if err == nil {
			return d.permits(ctx, a)
		}
		if refused == nil {
			refused = err
		}
	}
	if refused == nil || seen != c.Version { // the step is over
		return fault.New(fault.Conflict, "case_changed")
	}
	d.at(d.open[0])
	return refused
}

// silent returns Conflict when the actor has done a part of a shared step since she opened the form:
// the same form once more is not another part.
func (d *deed) silent(ctx context.Context, v *StepRecord, seen int) error {
	spoke, err := d.tx.NewSelect().Model((*StepRecord)(nil)).Where("tenant_id = ?", v.TenantID).Where("case_id = ?", v.CaseID).Where("of_ticket = ?", v.OfTicket).
		Where("actor_id = ?", d.tx.Scope.Actor.ID).Where("ended_at IS NOT NULL").Where("since > ?", seen).Exists(ctx)
	if err != nil {
		return fmt.Errorf("parts of step %s: %w", v.StepID, err)
	}
	if spoke {
		return fault.New(fault.Conflict, "case_changed")
	}
	return nil
}

// allow asks policy about the step that the case shows.
func (d *deed) allow(ctx context.Context, a policies.Action) error {
	name := ""
	if d.visit != nil {
		name = d.visit.AtName
	}
	if name == "" {
		at, err := d.placeOf(ctx, d.tx, d.c.AtTenant)
		if err != nil {
			return err
		}
		name = at.Name
	}
	return d.authz.Allow(ctx, a, d.c.resource(d.tx.Scope.Actor, name))
}

// deed opens a case for one act.
func (s *Service) deed(ctx context.Context, tx *db.Tx, c *Case) (*deed, error) {
	d := &deed{Service: s, st: store{tx}, tx: tx, c: c}
	if !c.Open() {
		return d, nil
	}
	vs, err := d.st.visits(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(vs) == 0 || slices.ContainsFunc(vs, func(v *StepRecord) bool { return v.Since > c.Version }) {
		return nil, overtaken() // somebody acted between the two readings
	}
	d.open = vs
	d.at(vs[0])
	return d, nil
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

	visit   *StepRecord   // the one that the act is about; nil for a case that has ended
	open    []*StepRecord // what the case stands at
	entered []*StepRecord // of it, what this act came to
	altered []*StepRecord // what else this act changed
	papers  int           // that were attached with the act
	asksOf  *Rules        // of the visit; see rules

	forID, forName string // of whom the actor acts in the place of; see StepRecord.standIn
}

func (d *deed) emit(e db.Event) { d.tx.EmitIn(d.c.TenantID, e) }

// calendarKey and placeKey name what a transaction has read; see [db.Known].
type (
	calendarKey tenancy.ID
	placeKey    tenancy.ID
)

func (d *deed) calendar(ctx context.Context) (calendar.Calendar, error) {
	return db.Known(d.tx, calendarKey(d.c.TenantID), func() (calendar.Calendar, error) { return d.asks.Calendars.Of(ctx, d.tx, d.c.TenantID) })
}

func (s *Service) placeOf(ctx context.Context, tx *db.Tx, id tenancy.ID) (Place, error) {
	return db.Known(tx, placeKey(id), func() (Place, error) { return s.asks.Tree.Place(ctx, tx, id) })
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
	d.move(string(Handling), string(Completed))
	return nil
}

// move leaves the deltas of a change of status.
func (d *deed) move(from, to string) { d.st.delta(d.c, counted{from, -1}, counted{to, 1}) }
