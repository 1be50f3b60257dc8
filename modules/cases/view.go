package cases

import (
	"context"
	"slices"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// View is a case with everything that its page shows.
type View struct {
	Case       Case
	OriginName string
	AtName     string
	Steps      []StepRecord
	Open       []StepRecord // of them, what the case stands at now; Case shows the one that falls to the actor
	Ways       []StepRecord // earlier steps to which she may send it back
	Rules      Rules        // what the flow asks of the step
	Clocks     []ClockRow
	Notices    []Notice
	Urges      []Urge
	Procedures []Procedure
	Documents  []Document  // issued, oldest first; without what they say
	Asked      []Procedure // of them, what the actor's office is consulted about
	Colleagues []Colleague // to whom the actor may refer the step
	Offices    []tree.Node // whom she may consult
	Originals  []string    // materials whose originals have to be seen with the act of the step
	Tolerable  []string    // materials that may follow after acceptance and have not been handed in
	Joint      *JointView  // the joint case that it is, or is part of; nil for any other

	FromAbove     bool       // the actor looks at it from above where it stands
	SupplyRefused string     // why the actor may not hand in what was tolerated; "" when she may
	Due           *time.Time // the nearer end, of the step or of the promise; nil when nothing runs
	Left          int        // working days to Due, today included; 0 or less: late by so many
	Late          bool
	UrgeRefused   string          // why the actor may not urge; "" when she may
	Lines         []calendar.Line // how every day since acceptance counted
	Used          int             // working days of the promise
	Remaining     int             // working days; negative when overdue
	Number        string          // the applicant's number in clear: mask it before showing
	Phone         string
	Address       string
	May           map[policies.Action]string // what the actor may do: "" when allowed, else the reason
}

// Show returns a case that the actor may see; NotFound for everybody else.
func (s *Service) Show(ctx context.Context, id string) (v View, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.show(ctx, tx, id)
		return err
	})
	return v, err
}

func (s *Service) show(ctx context.Context, tx *db.Tx, id string) (v View, err error) {
	st := store{tx}
	if v.Case, err = st.get(ctx, id); err != nil {
		return v, err
	}
	c := &v.Case
	if err := s.face(ctx, tx, &v); err != nil {
		return v, err
	}
	origin, err := s.asks.Tree.Place(ctx, tx, c.TenantID)
	if err != nil {
		return v, err
	}
	at, err := s.asks.Tree.Place(ctx, tx, c.AtTenant)
	if err != nil {
		return v, err
	}
	v.OriginName, v.AtName = origin.Name, at.Name
	r := c.resource(tx.Scope.Actor, at.Name)
	if err := s.authz.Allow(ctx, policies.CasesView, r); err != nil {
		return v, err
	}
	if v.Steps, err = st.steps(ctx, c); err != nil {
		return v, err
	}
	if v.Notices, err = st.notices(ctx, c); err != nil {
		return v, err
	}
	if v.Urges, err = st.urges(ctx, c); err != nil {
		return v, err
	}
	if v.Procedures, err = st.procedures(ctx, c); err != nil {
		return v, err
	}
	if v.Documents, err = st.documents(ctx, c); err != nil {
		return v, err
	}
	for _, p := range v.Procedures {
		if p.Standing() && p.ToTenant != nil && *p.ToTenant == tx.Scope.Tenant {
			v.Asked = append(v.Asked, p)
		}
	}
	if err := s.unseal(&v); err != nil {
		return v, err
	}
	v.FromAbove = tx.Scope.Actor.Kind == tenancy.Staff && tx.Scope.Tenant != c.AtTenant && tx.Scope.Over.Contains(c.AtTenant)
	v.May, v.UrgeRefused = s.may(ctx, &v, r), reason(s.authz.Allow(ctx, policies.CasesUrge, r))
	v.SupplyRefused = reason(s.authz.Allow(ctx, policies.CasesResubmit, r))
	if why, asked := v.May[policies.CasesSendback]; asked && why == "" {
		v.Ways = backFrom(v.Steps, c.StepID)
	}
	if err := s.choices(ctx, tx, &v); err != nil {
		return v, err
	}
	row := []Row{{Case: v.Case}}
	if err := s.measure(ctx, tx, row); err != nil {
		return v, err
	}
	v.Due, v.Left, v.Late = row[0].Deadline, row[0].Left, row[0].Late
	if err := s.joint(ctx, tx, &v); err != nil {
		return v, err
	}
	return v, s.tell(ctx, tx, &v)
}

// face lets the case show the step that was asked for, or else the first that falls to the
// actor, and reads what the flow asks of it.
func (s *Service) face(ctx context.Context, tx *db.Tx, v *View) error {
	if !v.Case.Open() {
		return nil
	}
	vs, err := (store{tx}).visits(ctx, &v.Case)
	if err != nil || len(vs) == 0 {
		return err
	}
	awaits := v.Case.Awaits
	chosen := vs[0]
	if i := slices.IndexFunc(vs, func(x *StepRecord) bool { return x.Seq == s.visit || s.visit == 0 && x.fallsTo(tx.Scope) }); i >= 0 {
		chosen = vs[i]
	}
	v.Case.focus(chosen)
	if tx.Scope.Actor.Kind == tenancy.Person {
		v.Case.Awaits = awaits
	}
	for _, x := range vs {
		v.Open = append(v.Open, *x)
	}
	if chosen.Work == workStep && tx.Scope.Actor.Kind == tenancy.Staff { // an applicant may look from where the flow is not known
		v.Rules, err = s.asks.Flows.Rules(ctx, tx, v.Case.flow(), chosen.StepID)
	}
	return err
}

// choices fills in what the forms of the acts offer to choose from.
func (s *Service) choices(ctx context.Context, tx *db.Tx, v *View) error {
	c, may := &v.Case, func(a policies.Action) bool { why, asked := v.May[a]; return asked && why == "" }
	if (may(policies.CasesRefer) || may(policies.CasesTransfer)) && s.asks.Staff != nil {
		all, err := s.asks.Staff.Colleagues(ctx, tx, c.AtTenant)
		if err != nil {
			return err
		}
		v.Colleagues = slices.DeleteFunc(all, func(w Colleague) bool { return !slices.Contains(w.Roles, c.StepPost) })
	}
	if may(policies.CasesConsult) {
		path, err := tree.In(tx).Ancestors(ctx, c.TenantID)
		if err != nil {
			return err
		}
		v.Offices = slices.DeleteFunc(path, func(n tree.Node) bool { return n.ID == tenancy.Platform || n.ID == c.AtTenant })
	}
	if c.Mode == Precheck && may(policies.CasesAccept) || c.Mode == Verify && (may(policies.CasesDeliver) || may(policies.CasesSettle)) {
		var err error
		if v.Originals, err = (&deed{Service: s, st: store{tx}, tx: tx, c: c}).unseen(ctx); err != nil {
			return err
		}
	}
	if may(policies.CasesSettle) {
		err := s.maySettle(ctx, tx, v)
		if err != nil && fault.KindOf(err) == fault.Internal {
			return err
		}
		v.May[policies.CasesSettle] = reason(err)
	}
	if may(policies.CasesAccept) {
		return s.tolerable(ctx, tx, v)
	}
	return nil
}

func (s *Service) tolerable(ctx context.Context, tx *db.Tx, v *View) error {
	o, err := s.asks.Items.Offer(ctx, tx, v.Case.ItemID, v.Case.ItemVersionID, v.Case.choiceIDs())
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Precondition) {
		err = nil // no longer offered: nothing is known about it here
	}
	v.Tolerable = o.Tolerable
	return err
}

// tell reads the clock and explains it line by line.
func (s *Service) tell(ctx context.Context, tx *db.Tx, v *View) (err error) {
	if v.Clocks, err = (store{tx}).clocks(ctx, &v.Case); err != nil || len(v.Clocks) == 0 {
		return err
	}
	cal, err := s.asks.Calendars.Of(ctx, tx, v.Case.TenantID)
	if err != nil {
		return err
	}
	clock, err := cal.Clock(v.Case.PromisedDays+v.Case.ExtendedDays, intervals(v.Clocks)...)
	if err != nil {
		return err
	}
	v.Used, v.Remaining, v.Lines = clock.Used(tx.Now), clock.Remaining(tx.Now), clock.Explain(tx.Now)
	return nil
}

func (s *Service) unseal(v *View) (err error) {
	for _, f := range []struct {
		to              *string
		purpose, sealed string
	}{{&v.Number, SealApplicant, v.Case.ApplicantSealed}, {&v.Phone, SealPhone, v.Case.PhoneSealed}, {&v.Address, SealAddress, v.Case.AddressSealed}} {
		if f.sealed == "" {
			continue
		}
		if *f.to, err = s.asks.Sealer.Open(f.purpose, f.sealed); err != nil {
			return err
		}
	}
	return nil
}

// acts are what a page may offer at each kind of step.
func (v *View) acts() []policies.Action {
	all := append(stepActs(&v.Case), v.turns()...)
	return slices.DeleteFunc(all, func(a policies.Action) bool {
		code, listed := actCodes()[a]
		return listed && len(v.Rules.Acts) > 0 && !slices.Contains(v.Rules.Acts, code)
	})
}

// turns are the acts beside the steps that the state of the case leaves open.
func (v *View) turns() (out []policies.Action) {
	c := &v.Case
	standing := func(kind string) bool {
		return slices.ContainsFunc(v.Procedures, func(p Procedure) bool { return p.Kind == kind && p.Standing() })
	}
	had := slices.ContainsFunc(v.Procedures, func(p Procedure) bool { return p.Kind == Extension && p.State != Rejected })
	runs := c.Status == Handling && c.DecidedAt == nil
	add := func(a policies.Action, open bool) {
		if open {
			out = append(out, a)
		}
	}
	add(policies.CasesApprove, standing(Extension))
	add(policies.CasesSpecial, runs && (c.SuspendedAt == nil || standing(Special)))
	add(policies.CasesSuspend, runs && (c.SuspendedAt == nil || standing(Suspension)))
	add(policies.CasesExtend, runs && c.SuspendedAt == nil && !had && c.JointID == nil)
	add(policies.CasesConsult, runs)
	add(policies.CasesTrip, c.Open())
	add(policies.CasesRefer, c.Status == Submitted || c.Status == Handling)
	add(policies.CasesTransfer, v.FromAbove && (c.Status == Submitted || c.Status == Handling) && c.StepKind != workTimer && !standing(Transferral))
	add(policies.CasesVoid, c.Open() && c.DecidedAt == nil)
	add(policies.CasesReopen, c.Status == Completed && c.ArchivedAt == nil)
	add(policies.CasesArchive, !c.Open() && c.ArchivedAt == nil)
	return out
}

func stepActs(c *Case) []policies.Action {
	switch {
	case c.Status == Supplement:
		return []policies.Action{policies.CasesResubmit}
	case !c.Open(), c.StepKind == workTimer:
		return nil
	case c.StepKind == ForApplicant || c.StepKind == ForPayment || c.StepKind == ForExternal:
		return []policies.Action{policies.CasesFulfil}
	case c.StepKind == "accept" && c.Kind == KindInstant:
		return []policies.Action{policies.CasesSettle, policies.CasesAccept, policies.CasesReject, policies.CasesSupplement, policies.CasesResubmit}
	case c.StepKind == ForParts:
		return []policies.Action{policies.CasesJoin}
	case c.StepKind == "accept":
		return []policies.Action{policies.CasesAccept, policies.CasesReject, policies.CasesSupplement, policies.CasesResubmit}
	case c.StepKind == "decide":
		return []policies.Action{policies.CasesDecide, policies.CasesSupplement, policies.CasesSendback}
	case c.StepKind == "deliver":
		return []policies.Action{policies.CasesDeliver}
	}
	return []policies.Action{policies.CasesHandle, policies.CasesSupplement, policies.CasesSendback}
}

// may asks policy about every act that the status leaves open.
func (s *Service) may(ctx context.Context, v *View, r policies.Resource) map[policies.Action]string {
	out := map[policies.Action]string{}
	for _, a := range v.acts() {
		out[a] = reason(s.authz.Allow(ctx, a, r))
	}
	return out
}
