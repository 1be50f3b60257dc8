package cases

import (
	"context"
	"time"

	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// View is a case with everything that its page shows.
type View struct {
	Case        Case
	OriginName  string
	AtName      string
	Steps       []StepRecord
	Clocks      []ClockRow
	Notices     []Notice
	Urges       []Urge
	Due         *time.Time // the nearer end, of the step or of the promise; nil when nothing runs
	Left        int        // working days to Due, today included; 0 or less: late by so many
	Late        bool
	UrgeRefused string          // why the actor may not urge; "" when she may
	Lines       []calendar.Line // how every day since acceptance counted
	Used        int             // working days of the promise
	Remaining   int             // working days; negative when overdue
	Number      string          // the applicant's number in clear: mask it before showing
	Phone       string
	Address     string
	May         map[policies.Action]string // what the actor may do: "" when allowed, else the reason
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
	if err := s.unseal(&v); err != nil {
		return v, err
	}
	v.May, v.UrgeRefused = s.may(ctx, c, r), reason(s.authz.Allow(ctx, policies.CasesUrge, r))
	row := []Row{{Case: v.Case}}
	if err := s.measure(ctx, tx, row); err != nil {
		return v, err
	}
	v.Due, v.Left, v.Late = row[0].Deadline, row[0].Left, row[0].Late
	return v, s.tell(ctx, tx, &v)
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
	clock, err := cal.Clock(v.Case.PromisedDays, intervals(v.Clocks)...)
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
func acts(c *Case) []policies.Action {
	switch {
	case c.Status == Supplement:
		return []policies.Action{policies.CasesResubmit}
	case !c.Open():
		return nil
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
func (s *Service) may(ctx context.Context, c *Case, r policies.Resource) map[policies.Action]string {
	out := map[policies.Action]string{}
	for _, a := range acts(c) {
		out[a] = reason(s.authz.Allow(ctx, a, r))
	}
	return out
}
