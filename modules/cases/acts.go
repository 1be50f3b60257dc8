package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Limits of law that no flow may lengthen, in working days.
const (
	acceptDays     = 5  // 行政许可法 art. 32(4): tell what is missing, or the case counts as accepted
	supplementDays = 20 // how long an applicant has to answer a notice; the law leaves it to the centre
)

// Accept (受理) starts the clock: from now the promise runs over the origin's
// working days. The number of the 受理通知书 is the case number. Like the other
// acts of staff it takes ids of papers, uploads of the actor's, that from then on
// belong to the step at which she acted.
func (s *Service) Accept(ctx context.Context, id string, seen int, opinion string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesAccept, papers, func(ctx context.Context, d *deed) error {
		return d.accept(ctx, opinion, "accepted")
	})
}

func (d *deed) accept(ctx context.Context, opinion, basis string) error {
	return d.acceptFrom(ctx, d.tx.Now, opinion, basis)
}

// acceptFrom accepts a case as of a time: that is where its clock starts. basis is
// the ground of law, as a key of the words of documents.
func (d *deed) acceptFrom(ctx context.Context, from time.Time, opinion, basis string) error {
	c := d.c
	if err := c.at(Submitted); err != nil {
		return err
	}
	cal, err := d.calendar(ctx)
	if err != nil {
		return err
	}
	if err := d.supplemented(ctx); err != nil {
		return err
	}
	if err := d.checkOriginals(ctx, Precheck); err != nil {
		return err
	}
	due := cal.AddDays(from, c.PromisedDays)
	c.Status, c.AcceptedAt, c.AcceptedBy, c.DueAt, c.AcceptNo = Handling, &from, d.tx.Scope.Actor.ID, &due, c.No
	if err := d.st.startClockAt(ctx, c, string(calendar.Running), "accepted", from); err != nil {
		return err
	}
	d.emit(events.CaseAccepted{Case: c.fact()})
	d.move(string(Submitted), string(Handling))
	if err := d.issue(ctx, docAccept, said{opinion: opinion, basis: basis}); err != nil {
		return err
	}
	return d.advance(ctx, "accept", opinion)
}

// Refuse (不予受理) ends a case before its clock starts; reasons are due to the
// applicant (行政许可法 art. 32).
func (s *Service) Refuse(ctx context.Context, id string, seen int, reason string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesReject, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Submitted); err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return fault.InvalidField("opinion", "case_reason_missing")
		}
		if err := d.issue(ctx, docRefuse, said{opinion: reason}); err != nil {
			return err
		}
		if err := d.stop(ctx, "refuse", reason); err != nil {
			return err
		}
		d.c.end(Refused, d.tx.Now)
		d.emit(events.CaseRefused{Case: d.c.fact()})
		d.move(string(Submitted), string(Refused))
		return nil
	})
}

// Pass (审查通过) hands the case on to the next step with an opinion.
func (s *Service) Pass(ctx context.Context, id string, seen int, opinion string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesHandle, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if strings.TrimSpace(opinion) == "" {
			return fault.InvalidField("opinion", "case_opinion_missing")
		}
		if err := d.moving(); err != nil {
			return err
		}
		return d.advance(ctx, "pass", opinion)
	})
}

// Decide (审批决定) grants or denies; a denial needs its reasons (行政许可法 art. 38).
// The promise runs from acceptance to here (art. 42), so the clock stops; delivery
// has a period of its own (art. 44), that of its step.
func (s *Service) Decide(ctx context.Context, id string, seen int, grant bool, opinion string, papers ...string) (Case, error) {
	outcome := Denied
	if grant {
		outcome = Granted
	}
	return s.decide(ctx, id, seen, outcome, opinion, papers)
}

// Forward (转报) decides that an organ outside of the tree has to decide.
func (s *Service) Forward(ctx context.Context, id string, seen int, opinion string, papers ...string) (Case, error) {
	return s.decide(ctx, id, seen, Forwarded, opinion, papers)
}

func (s *Service) decide(ctx context.Context, id string, seen int, outcome, opinion string, papers []string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesDecide, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if strings.TrimSpace(opinion) == "" {
			return fault.InvalidField("opinion", "case_opinion_missing")
		}
		if err := d.moving(); err != nil {
			return err
		}
		if outcome == Granted {
			if err := d.supplied(ctx); err != nil {
				return err
			}
		}
		if err := d.heard(ctx); err != nil {
			return err
		}
		if err := d.carried(ctx, outcome); err != nil {
			return err
		}
		return d.resolve(ctx, outcome, opinion)
	})
}

// resolve takes a decision. Where several steps decide, it takes effect with the last of them, and
// the gravest of what they say counts. Of those who share a step one is a voice: the step says yes
// once as many do as its rule wants, and no once they no longer can.
func (d *deed) resolve(ctx context.Context, outcome, opinion string) error {
	c, do := d.c, "complete"
	was, would, err := c.Outcome, outcome, error(nil)
	if d.visit.OfTicket != 0 && outcome != Granted {
		do = "refuse"
		if would, err = d.refusals(ctx, outcome); err != nil {
			return err
		}
	}
	if c.DecidedAt == nil {
		would = graver(was, would)
	}
	c.Outcome = would // what the flow may ask about behind the step
	if err := d.provided(ctx, opinion); err != nil {
		return err
	}
	sh, err := d.shift(ctx, Move{Do: do, Ticket: d.visit.Ticket}, opinion)
	if err != nil {
		return err
	}
	if d.sharesYet(sh) {
		c.Outcome = was
	}
	if !d.decidesYet(sh) {
		if err := d.effect(ctx, opinion); err != nil {
			return err
		}
		if err := d.documented(ctx); err != nil {
			return err
		}
	}
	if err := d.leave(ctx, outcome, opinion); err != nil {
		return err
	}
	return d.apply(ctx, sh)
}

// refusals is the gravest of what those say who share the open step and are against it.
func (d *deed) refusals(ctx context.Context, outcome string) (string, error) {
	rs, err := d.st.steps(ctx, d.c)
	for _, r := range rs {
		if r.OfTicket == d.visit.OfTicket && (r.Act == Denied || r.Act == Forwarded) {
			outcome = graver(outcome, r.Act)
		}
	}
	return outcome, err
}

// sharesYet reports whether somebody else has still to speak of those who share the open step.
func (d *deed) sharesYet(sh Shift) bool {
	of := d.visit.OfTicket
	return of != 0 && (slices.ContainsFunc(sh.Entered, func(w Visit) bool { return w.Of == of }) ||
		slices.ContainsFunc(d.open, func(v *StepRecord) bool {
			return v != d.visit && v.OfTicket == of && !slices.Contains(sh.Cancelled, v.Ticket)
		}))
}

// graver is the outcome of two that are to be taken together.
func graver(a, b string) string {
	rank := []string{"", Granted, Forwarded, Denied}
	if slices.Index(rank, a) > slices.Index(rank, b) {
		return a
	}
	return b
}

// decidesYet reports whether somebody else has still to decide beside the open step.
func (d *deed) decidesYet(sh Shift) bool {
	return d.sharesYet(sh) || slices.ContainsFunc(d.open, func(v *StepRecord) bool {
		return v != d.visit && v.Kind == "decide" && !slices.Contains(sh.Cancelled, v.Ticket)
	})
}

// effect lets the outcome of the case be its decision.
func (d *deed) effect(ctx context.Context, opinion string) error {
	c := d.c
	c.DecidedAt, c.DecidedBy, c.DueAt = &d.tx.Now, d.tx.Scope.Actor.ID, nil
	if err := d.st.stopClock(ctx, c); err != nil {
		return err
	}
	d.emit(events.CaseDecided{Case: c.fact()})
	d.st.delta(c, counted{c.Outcome, 1})
	return d.issue(ctx, decisionOf(c.Outcome), said{opinion: opinion})
}

// decisionOf is the document of an outcome.
func decisionOf(outcome string) string {
	return map[string]string{Granted: docGrant, Denied: docDeny, Forwarded: docForward}[outcome]
}

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

// SendBack (退回) returns the case to the step that it came from, with the reason.
func (s *Service) SendBack(ctx context.Context, id string, seen int, reason string, papers ...string) (Case, error) {
	return s.SendBackTo(ctx, id, seen, "", false, reason, papers...)
}

// SendBackTo is SendBack to a step by its id; empty is the one that it came from. A branch
// cannot go back to before its branches parted while the others are under way (Precondition
// flow_back_unsound), unless alone is asked: then those are called off.
func (s *Service) SendBackTo(ctx context.Context, id string, seen int, to string, alone bool, reason string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesSendback, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return fault.InvalidField("opinion", "case_reason_missing")
		}
		if err := d.c.undecided(); err != nil {
			return err
		}
		rs, err := d.st.steps(ctx, d.c)
		if err != nil {
			return err
		}
		ways := backFrom(rs, d.c.StepID)
		i := slices.IndexFunc(ways, func(r StepRecord) bool { return to == "" || r.StepID == to })
		if i < 0 {
			return fault.New(fault.Precondition, "case_nowhere_back")
		}
		sh, err := d.shift(ctx, Move{Do: "back", Ticket: d.visit.Ticket, To: ways[i].StepID, Alone: alone}, reason)
		if err != nil {
			return err
		}
		if err := d.leave(ctx, "send_back", reason); err != nil {
			return err
		}
		return d.apply(ctx, sh)
	})
}

// backFrom are the earlier steps that handed the case on, the nearest first, each once.
// Acceptance is not among them: the clock has started, an accepted case is not unaccepted.
func backFrom(rs []StepRecord, stepID string) (out []StepRecord) {
	for _, r := range slices.Backward(rs) {
		handed := r.Act == "pass" || r.Act == Granted || r.Act == Denied || r.Act == Forwarded
		if handed && r.Work == workStep && r.Kind != "accept" && r.StepID != stepID &&
			!slices.ContainsFunc(out, func(o StepRecord) bool { return o.StepID == r.StepID }) {
			out = append(out, r)
		}
	}
	return out
}

// AskSupplement (补正) sends one notice that lists everything still wanted, and
// stops the clock. A step may ask once: 一次性告知 (行政许可法 art. 32(4),
// 优化营商环境条例 art. 36).
func (s *Service) AskSupplement(ctx context.Context, id string, seen int, wanted []string, note string, papers ...string) (Case, error) {
	return s.askSupplement(ctx, id, seen, wanted, nil, note, papers)
}

func (s *Service) askSupplement(ctx context.Context, id string, seen int, wanted, fields []string, note string, papers []string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesSupplement, papers, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Submitted, Handling); err != nil {
			return err
		}
		wanted, err := d.wantFields(ctx, trimmed(wanted), fields)
		if err != nil {
			return err
		}
		if len(wanted) == 0 {
			return fault.InvalidField("wanted", "case_supplement_empty")
		}
		if err := c.undecided(); err != nil {
			return err
		}
		if err := d.moving(); err != nil {
			return err
		}
		if err := d.askedOnce(ctx); err != nil {
			return err
		}
		cal, err := d.calendar(ctx)
		if err != nil {
			return err
		}
		n := Notice{
			TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, No: c.No + "-" + c.StepID, Wanted: wanted, Fields: append([]string{}, fields...), Note: note,
			AskedAt: d.tx.Now, AskedBy: d.tx.Scope.Actor.Name, AnswerBy: cal.AddDays(d.tx.Now, supplementDays),
		}
		if err := d.st.insertNotice(ctx, &n); err != nil {
			return err
		}
		from := c.Status
		c.Status, c.SuspendedAt = Supplement, &d.tx.Now
		if err := d.turnClock(ctx, calendar.Suspended, "supplement"); err != nil {
			return err
		}
		if err := d.issue(ctx, docSupplement, said{notice: &n}); err != nil {
			return err
		}
		d.emit(events.SupplementAsked{Case: c.fact()})
		d.move(string(from), string(Supplement))
		return nil
	})
}

func (d *deed) askedOnce(ctx context.Context) error {
	ns, err := d.st.notices(ctx, d.c)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if n.No == d.c.No+"-"+d.c.StepID {
			return fault.New(fault.Precondition, "case_supplement_once")
		}
	}
	return nil
}

// Resubmit (补正材料) answers the notice; the clock runs again and the step goes
// on where it stood.
func (s *Service) Resubmit(ctx context.Context, id string, seen int, answer string, fileIDs []string) (Case, error) {
	return s.resubmit(ctx, id, seen, answer, fileIDs, nil)
}

func (s *Service) resubmit(ctx context.Context, id string, seen int, answer string, fileIDs []string, answers map[string]any) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesResubmit, nil, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Supplement); err != nil {
			return err
		}
		corrected, err := d.reopen(ctx, answers)
		if err != nil {
			return err
		}
		if strings.TrimSpace(answer) == "" && len(fileIDs) == 0 && !corrected {
			return fault.InvalidField("answer", "case_answer_missing")
		}
		if _, err := d.asks.Files.Attach(ctx, d.tx, c.TenantID, c.ID, c.subject(), c.StepSeq, fileIDs); err != nil {
			return err
		}
		if err := d.st.answerNotice(ctx, c, answer); err != nil {
			return err
		}
		c.Status, c.SuspendedAt = Submitted, nil
		if c.AcceptedAt != nil {
			c.Status = Handling
			c.become(KindSupplement)
		}
		if err := d.turnClock(ctx, calendar.Running, "answered"); err != nil {
			return err
		}
		if err := d.issue(ctx, docReceipt, said{organ: c.TenantID}); err != nil {
			return err
		}
		d.emit(events.SupplementAnswered{Case: c.fact()})
		d.move(string(Supplement), string(c.Status))
		return nil
	})
}

// turnClock ends the running stretch of the clock, starts one of kind, and works
// out both due times again. Before acceptance no clock runs yet, but that of the step.
func (d *deed) turnClock(ctx context.Context, kind calendar.Kind, reason string) error {
	if d.c.AcceptedAt != nil {
		if err := d.st.stopClock(ctx, d.c); err != nil {
			return err
		}
		if err := d.st.startClock(ctx, d.c, string(kind), reason); err != nil {
			return err
		}
	}
	return d.reckon(ctx)
}

func intervals(rows []ClockRow) []calendar.Interval {
	out := make([]calendar.Interval, len(rows))
	for i, r := range rows {
		out[i] = calendar.Interval{From: r.FromAt, To: r.ToAt, Kind: calendar.Kind(r.Kind), Reason: r.Reason}
	}
	return out
}

// moving returns a Precondition fault while a special procedure or a suspension
// keeps the case where it is.
func (d *deed) moving() error {
	if d.c.SuspendedAt != nil {
		return fault.New(fault.Precondition, "case_clock_stands")
	}
	return nil
}

// Withdraw (撤回) takes back a case that is not accepted yet.
func (s *Service) Withdraw(ctx context.Context, id string, seen int, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesResubmit, nil, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Submitted, Supplement); err != nil {
			return err
		}
		if err := d.c.alone(); err != nil {
			return err
		}
		if d.c.AcceptedAt != nil {
			return fault.New(fault.Precondition, "case_already_accepted")
		}
		from := d.c.Status
		if err := d.stop(ctx, "withdraw", reason); err != nil {
			return err
		}
		if err := d.issue(ctx, docWithdraw, said{organ: d.c.TenantID, opinion: reason}); err != nil {
			return err
		}
		d.c.end(Withdrawn, d.tx.Now)
		d.emit(events.CaseWithdrawn{Case: d.c.fact()})
		d.move(string(from), string(Withdrawn))
		return nil
	})
}

func trimmed(xs []string) (out []string) {
	for _, x := range xs {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}
