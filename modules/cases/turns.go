package cases

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// How far a limit may be extended, in working days (行政许可法 art. 42 ¶1, and ¶2 for what
// several offices handle jointly).
const (
	maxExtension      = 10
	maxJointExtension = 15
)

// AskExtension (申请延长) asks the head of the office for up to ten more working
// days, once in the life of a case. The limit stays as it is until she agrees.
func (s *Service) AskExtension(ctx context.Context, id string, seen, days int, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesExtend, nil, func(ctx context.Context, d *deed) error {
		if err := d.running(); err != nil {
			return err
		}
		if err := d.c.alone(); err != nil {
			return err
		}
		if d.c.Joint() && (days < 1 || days > maxJointExtension) {
			return fault.InvalidField("days", "case_joint_extension_days")
		}
		if !d.c.Joint() && (days < 1 || days > maxExtension) {
			return fault.InvalidField("days", "case_extension_days")
		}
		return d.begin(ctx, Procedure{Kind: Extension, Reason: reason, Days: days, State: Asked})
	})
}

// AnswerExtension (审批延长) lets the head of the office agree or refuse; whoever
// asked does not answer herself. The applicant is told the reasons.
func (s *Service) AnswerExtension(ctx context.Context, id string, seen int, agree bool, answer string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesApprove, nil, func(ctx context.Context, d *deed) error {
		p, err := d.standing(ctx, "", Extension)
		if err != nil {
			return err
		}
		if p.BegunBy == d.tx.Scope.Actor.ID {
			return fault.New(fault.Forbidden, "case_own_extension")
		}
		if !agree {
			if strings.TrimSpace(answer) == "" {
				return fault.InvalidField("opinion", "case_reason_missing")
			}
			return d.finish(ctx, p, Rejected, answer)
		}
		if err := d.running(); err != nil {
			return err
		}
		if err := d.finish(ctx, p, Approved, answer); err != nil {
			return err
		}
		d.c.ExtendedDays = p.Days
		d.emit(events.CaseExtended{Case: d.c.fact(), Days: p.Days})
		if err := d.reckon(ctx); err != nil {
			return err
		}
		return d.issue(ctx, docExtension, said{turn: p})
	})
}

// running returns a Precondition fault unless the clock of the promise runs.
func (d *deed) running() error {
	if err := d.c.at(Handling); err != nil {
		return err
	}
	if err := d.c.undecided(); err != nil {
		return err
	}
	if d.c.SuspendedAt != nil {
		return fault.New(fault.Precondition, "case_clock_stands")
	}
	return nil
}

// Pause is what a special procedure or a suspension says.
type Pause struct {
	Name   string // 听证, 检验, 检测, 检疫, 鉴定, 专家评审 …
	Reason string
	Basis  string
	Days   int // announced to the applicant, in working days (行政许可法 art. 45)
}

// maxPause bounds what is announced, in working days.
const maxPause = 500

// BeginSpecial (启动特别程序) stops the clock for a hearing, an inspection or the
// like; the applicant is told how long it will take.
func (s *Service) BeginSpecial(ctx context.Context, id string, seen int, in Pause, papers ...string) (Case, error) {
	return s.pause(ctx, id, seen, policies.CasesSpecial, Special, in, papers)
}

// Suspend (中止) stops the clock for a reason that lies outside the office.
func (s *Service) Suspend(ctx context.Context, id string, seen int, in Pause, papers ...string) (Case, error) {
	return s.pause(ctx, id, seen, policies.CasesSuspend, Suspension, in, papers)
}

func (s *Service) pause(ctx context.Context, id string, seen int, a policies.Action, kind string, in Pause, papers []string) (Case, error) {
	return s.act(ctx, id, seen, a, papers, func(ctx context.Context, d *deed) error {
		if err := d.running(); err != nil {
			return err
		}
		bad := map[string]string{}
		if kind == Special && strings.TrimSpace(in.Name) == "" {
			bad["name"] = "case_special_name"
		}
		if in.Days < 1 && kind == Special || in.Days < 0 || in.Days > maxPause {
			bad["days"] = "case_special_days"
		}
		if err := fault.InvalidFields(bad); err != nil {
			return err
		}
		p := Procedure{Kind: kind, Name: strings.TrimSpace(in.Name), Reason: in.Reason, Basis: strings.TrimSpace(in.Basis), Days: in.Days, State: Open}
		if in.Days > 0 {
			cal, err := d.calendar(ctx)
			if err != nil {
				return err
			}
			until := cal.AddDays(d.tx.Now, in.Days)
			p.Until = &until
		}
		if err := d.begin(ctx, p); err != nil {
			return err
		}
		d.emit(events.CaseSuspended{Case: d.c.fact()})
		if err := d.hold(ctx, kind); err != nil {
			return err
		}
		return d.issue(ctx, map[string]string{Special: docSpecialBegin, Suspension: docSuspend}[kind], said{turn: &p})
	})
}

// EndSpecial (结束特别程序) lets the clock run again, with what came out.
func (s *Service) EndSpecial(ctx context.Context, id string, seen int, result string, papers ...string) (Case, error) {
	return s.resume(ctx, id, seen, policies.CasesSpecial, Special, result, papers)
}

// Resume (恢复办理) lets the clock of a suspended case run again.
func (s *Service) Resume(ctx context.Context, id string, seen int, note string, papers ...string) (Case, error) {
	return s.resume(ctx, id, seen, policies.CasesSuspend, Suspension, note, papers)
}

func (s *Service) resume(ctx context.Context, id string, seen int, a policies.Action, kind, result string, papers []string) (Case, error) {
	return s.act(ctx, id, seen, a, papers, func(ctx context.Context, d *deed) error {
		p, err := d.standing(ctx, "", kind)
		if err != nil {
			return err
		}
		if strings.TrimSpace(result) == "" {
			return fault.InvalidField("opinion", "case_result_missing")
		}
		if err := d.finish(ctx, p, Ended, result); err != nil {
			return err
		}
		d.emit(events.CaseResumed{Case: d.c.fact()})
		if err := d.release(ctx, kind+"_ended"); err != nil {
			return err
		}
		return d.issue(ctx, map[string]string{Special: docSpecialEnd, Suspension: docResume}[kind], said{turn: p})
	})
}

// Toleration (容缺) is what an office lets an applicant bring later.
type Toleration struct {
	Materials []string
	Days      int // working days from acceptance
	Reason    string
}

const maxToleration = 60 // working days

// AcceptTolerating (容缺受理) is Accept although materials of secondary weight are
// missing: they must be there before the decision.
func (s *Service) AcceptTolerating(ctx context.Context, id string, seen int, opinion string, t Toleration, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesAccept, papers, func(ctx context.Context, d *deed) error {
		t.Materials = trimmed(t.Materials)
		bad := map[string]string{}
		if len(t.Materials) == 0 {
			bad["materials"] = "case_tolerated_missing"
		}
		if t.Days < 1 || t.Days > maxToleration {
			bad["days"] = "case_tolerated_days"
		}
		offer, err := d.offered(ctx, d.tx, d.c.ItemID, d.c.ItemVersionID, d.c.choiceIDs())
		if err == nil {
			for _, m := range t.Materials {
				if !slices.Contains(offer.Tolerable, m) {
					bad["materials"] = "case_tolerated_unknown"
				}
			}
		} else if fault.KindOf(err) != fault.NotFound { // gone since: what the clerk lists counts
			return err
		}
		if err := fault.InvalidFields(bad); err != nil {
			return err
		}
		cal, err := d.calendar(ctx)
		if err != nil {
			return err
		}
		until := cal.AddDays(d.tx.Now, t.Days)
		for _, m := range t.Materials {
			if err := d.begin(ctx, Procedure{Kind: Tolerance, Name: m, Reason: t.Reason, Days: t.Days, Until: &until, State: Open}); err != nil {
				return err
			}
		}
		if err := d.issue(ctx, docTolerate, said{tolerated: t.Materials, turn: &Procedure{Reason: t.Reason, Days: t.Days, Until: &until}}); err != nil {
			return err
		}
		d.c.become(KindSupplement)
		return d.accept(ctx, opinion, "tolerated")
	})
}

// Supply (补交容缺材料) hands in what was tolerated; the applicant or a clerk of the
// origin does, wherever the case stands. It changes nothing about the case itself.
func (s *Service) Supply(ctx context.Context, caseID, procedureID string, fileIDs []string, note string) error {
	return s.beside(ctx, caseID, procedureID, Tolerance, func(ctx context.Context, d *deed, _ *Procedure) (policies.Action, error) {
		if err := s.authz.Allow(ctx, policies.CasesResubmit, d.c.resource(d.tx.Scope.Actor, "")); err != nil {
			return "", err
		}
		if err := d.tx.ActOn(ctx, d.c.TenantID); err != nil {
			return "", err
		}
		got, err := d.asks.Files.Attach(ctx, d.tx, d.c.TenantID, d.c.ID, d.c.subject(), d.c.StepSeq, fileIDs)
		if err == nil && len(got) == 0 && note == "" {
			err = fault.InvalidField("papers", "case_answer_missing")
		}
		if err != nil {
			return "", err
		}
		return policies.CasesResubmit, d.issue(ctx, docReceipt, said{organ: d.c.TenantID, ref: "supply:" + procedureID})
	}, note)
}

// beside ends a procedure without a change of the case: allow says whether the
// actor may, and under which action it is recorded.
func (s *Service) beside(ctx context.Context, caseID, procedureID, kind string, allow func(context.Context, *deed, *Procedure) (policies.Action, error), answer string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		c, err := st.get(ctx, caseID)
		if err != nil {
			return err
		}
		d, err := s.deed(ctx, tx, &c)
		if err != nil {
			return err
		}
		p, err := d.standing(ctx, procedureID, kind)
		if err != nil {
			return err
		}
		a, err := allow(ctx, d, p)
		if err != nil {
			return err
		}
		d.touched()
		tx.Record(db.Audit{Tenant: c.TenantID, Action: string(a), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "procedure": kind}})
		return d.finish(ctx, p, Ended, answer)
	})
}

// supplied returns a Precondition fault while a tolerated material is missing.
func (d *deed) supplied(ctx context.Context) error {
	ps, err := d.st.procedures(ctx, d.c)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Kind == Tolerance && p.Standing() {
			return fault.New(fault.Precondition, "case_tolerated_open").With(p.Name)
		}
	}
	return nil
}

// Void (作废) ends a case that should not be there: filed twice, by mistake.
func (s *Service) Void(ctx context.Context, id string, seen int, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesVoid, nil, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Submitted, Supplement, Handling); err != nil {
			return err
		}
		if err := d.c.undecided(); err != nil {
			return err
		}
		from := d.c.Status
		if err := d.begin(ctx, Procedure{Kind: Voiding, Reason: reason, State: Ended}); err != nil {
			return err
		}
		if err := d.stop(ctx, "void", reason); err != nil {
			return err
		}
		if err := d.st.stopClock(ctx, d.c); err != nil {
			return err
		}
		if err := d.issue(ctx, docVoid, said{opinion: reason}); err != nil {
			return err
		}
		d.c.end(Voided, d.tx.Now)
		d.emit(events.CaseVoided{Case: d.c.fact()})
		d.move(string(from), string(Voided))
		return nil
	})
}

// Archive (归档) closes the file of an ended case: nothing changes it afterwards.
func (s *Service) Archive(ctx context.Context, id string, seen int, note string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesArchive, nil, func(ctx context.Context, d *deed) error {
		if d.c.Open() {
			return fault.New(fault.Precondition, "case_still_open")
		}
		if d.c.ArchivedAt != nil {
			return fault.New(fault.Precondition, "case_archived")
		}
		if note == "" {
			note = d.c.No
		}
		d.c.ArchivedAt = &d.tx.Now
		return d.begin(ctx, Procedure{Kind: Archiving, Reason: note, State: Ended})
	})
}

// Reopen (重新办理) brings a decided case back to the step of its decision: a
// review or a court has quashed it, or it was plainly wrong. What was decided
// stays in the record.
func (s *Service) Reopen(ctx context.Context, id string, seen int, reason, basis string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesReopen, nil, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Completed); err != nil {
			return err
		}
		if c.ArchivedAt != nil {
			return fault.New(fault.Precondition, "case_archived")
		}
		to, err := d.decidedAt(ctx)
		if err != nil {
			return err
		}
		sh, err := d.shift(ctx, Move{Do: "reopen", To: to}, reason)
		if err != nil {
			return err
		}
		if err := d.begin(ctx, Procedure{Kind: Reopening, Reason: reason, Basis: basis, State: Ended}); err != nil {
			return err
		}
		d.st.delta(c, counted{c.Outcome, -1})
		if err := d.st.reopenClock(ctx, c); err != nil {
			return err
		}
		c.Status, c.Outcome, c.DecidedAt, c.DecidedBy, c.EndedAt = Handling, "", nil, "", nil
		if err := d.reckon(ctx); err != nil {
			return err
		}
		if err := d.apply(ctx, sh); err != nil {
			return err
		}
		d.move(string(Completed), string(Handling))
		return nil
	})
}

// decidedAt is the id of the step at which the case was decided last.
func (d *deed) decidedAt(ctx context.Context) (string, error) {
	rs, err := d.st.steps(ctx, d.c)
	if err != nil {
		return "", err
	}
	for _, r := range slices.Backward(rs) {
		if r.Kind == "decide" && r.Act != actCancelled {
			return r.StepID, nil
		}
	}
	return "", fault.New(fault.Precondition, "case_nowhere_back")
}

// reopenClock lets a stopped clock run again; the time between did not count.
func (s store) reopenClock(ctx context.Context, c *Case) error {
	rows, err := s.clocks(ctx, c)
	if err != nil || len(rows) == 0 {
		return err
	}
	last := rows[len(rows)-1]
	if last.ToAt == nil {
		return nil
	}
	gap := ClockRow{TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, Kind: string(calendar.Suspended), Reason: "ended", FromAt: *last.ToAt, ToAt: &s.tx.Now}
	if _, err := s.tx.NewInsert().Model(&gap).Exec(ctx); err != nil {
		return err
	}
	return s.startClock(ctx, c, string(calendar.Running), "reopened")
}

// Refer (转办) gives the open step to one colleague of its post, with the reason;
// an empty id gives it back to the post.
func (s *Service) Refer(ctx context.Context, id string, seen int, colleague, reason string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesRefer, nil, func(ctx context.Context, d *deed) error {
		c := d.c
		if err := c.at(Submitted, Handling); err != nil {
			return err
		}
		p := Procedure{Kind: Referral, Reason: reason, State: Ended}
		if colleague != "" {
			all, err := d.asks.Staff.Colleagues(ctx, d.tx, c.AtTenant)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(all, func(w Colleague) bool { return w.ID == colleague && slices.Contains(w.Roles, c.StepPost) })
			if i < 0 {
				return fault.InvalidField("colleague", "case_colleague_post")
			}
			p.ToName = all[i].Name
		}
		if colleague == c.AssigneeID {
			return fault.InvalidField("colleague", "case_colleague_same")
		}
		c.AssigneeID, c.AssigneeName = colleague, p.ToName
		if v := d.visit; v != nil {
			v.AssigneeID, v.AssigneeName, v.Since = colleague, p.ToName, c.Version+1
			if colleague != "" {
				v.Department = "" // she was chosen, wherever she sits
			}
			d.touch(v)
		}
		d.emit(events.CaseReferred{Case: c.fact(), To: colleague})
		return d.begin(ctx, p)
	})
}

// Consult (征求意见) asks an office on the way from the origin to the top for its
// opinion. It stops no clock.
func (s *Service) Consult(ctx context.Context, id string, seen int, office tenancy.ID, question string, days int) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesConsult, nil, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if err := d.c.undecided(); err != nil {
			return err
		}
		path, err := tree.In(d.tx).Ancestors(ctx, d.c.TenantID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(path, func(n tree.Node) bool { return n.ID == office })
		if i < 0 || office == d.c.AtTenant || office == tenancy.Platform {
			return fault.InvalidField("office", "case_office_unknown")
		}
		if days < 1 || days > maxExtension {
			return fault.InvalidField("days", "case_consult_days")
		}
		cal, err := d.calendar(ctx)
		if err != nil {
			return err
		}
		until := cal.AddDays(d.tx.Now, days)
		d.emit(events.CaseConsulted{Case: d.c.fact(), Office: office})
		return d.begin(ctx, Procedure{Kind: Consultation, Reason: question, Days: days, Until: &until, State: Open, ToTenant: &office, ToName: path[i].Name})
	})
}

// AnswerConsult (答复意见) answers what the actor's office was asked.
func (s *Service) AnswerConsult(ctx context.Context, caseID, procedureID, answer string) error {
	return s.beside(ctx, caseID, procedureID, Consultation, func(ctx context.Context, d *deed, p *Procedure) (policies.Action, error) {
		if err := s.authz.Allow(ctx, policies.CasesAnswer, policies.Resource{"tenant": *p.ToTenant}); err != nil {
			return "", err
		}
		if strings.TrimSpace(answer) == "" {
			return "", fault.InvalidField("opinion", "case_opinion_missing")
		}
		if err := d.tx.ActOn(ctx, d.c.TenantID); err != nil {
			return "", err
		}
		d.emit(events.CaseConsultAnswered{Case: d.c.fact(), To: p.BegunBy})
		return policies.CasesAnswer, d.st.hand(ctx, d.c, ActAnswered, d.c.StepName)
	}, answer)
}

// DeemJob is what the schedule knows Deem by.
const DeemJob = "cases.deem"

// deemBatch is how many cases are taken at once.
const deemBatch = 200

// Deem (视为受理) accepts every case that nobody answered in time: it counts as
// accepted from the day on which it was handed in (行政许可法 art. 32(4)). It is a
// job: ctx carries a System scope over the tenants concerned. It returns how many there were.
func (s *Service) Deem(ctx context.Context) (n int, err error) {
	for {
		m, err := s.deem(ctx)
		n += m
		if err != nil || m < deemBatch {
			return n, err
		}
	}
}

func (s *Service) deem(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var late []Case
		err := tx.NewSelect().Model(&late).Where("status = ?", Submitted).Where("ended_at IS NULL").Where("step_kind = 'accept'").
			Where("step_due_at < ?", tx.Now).OrderExpr("step_due_at, id").Limit(deemBatch).For("UPDATE SKIP LOCKED").Scan(ctx)
		if err != nil {
			return err
		}
		slices.SortStableFunc(late, func(a, b Case) int { return cmp.Compare(a.AtTenant, b.AtTenant) }) // one order of the organs' numbers for all
		for i := range late {
			was := late[i]
			d, err := s.deed(ctx, tx, &late[i])
			if err != nil {
				return err
			}
			from, err := d.handedIn(ctx)
			if err != nil {
				return err
			}
			if err := d.acceptFrom(ctx, from, "", "deemed"); err != nil {
				return err
			}
			d.touched()
			tx.Record(db.Audit{Tenant: was.TenantID, Action: string(policies.CasesAccept), Kind: "case", Object: was.ID, Detail: map[string]any{"no": was.No, "deemed": true}})
			if err := d.save(ctx, was); err != nil {
				return err
			}
		}
		n = len(late)
		return nil
	})
	return n, err
}

// handedIn is when the papers of a case were complete: filed, or supplemented since.
func (d *deed) handedIn(ctx context.Context) (time.Time, error) {
	ns, err := d.st.notices(ctx, d.c)
	at := d.c.CreatedAt
	for _, n := range ns {
		if n.AnsweredAt != nil && n.AnsweredAt.After(at) {
			at = *n.AnsweredAt
		}
	}
	return at, err
}
