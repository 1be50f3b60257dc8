package cases

import (
	"context"
	"time"

	"liandong/modules/cases/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Dossier (案卷) is what is on record about a case, with the applicant's data in clear,
// and until when a decision was promised when it was accepted. It is for jobs that
// answer for where it goes: Forbidden for everybody else.
func (s *Service) Dossier(ctx context.Context, tx *db.Tx, id string) (v View, promised *time.Time, err error) {
	if tx.Scope.Actor.Kind != tenancy.System {
		return v, nil, fault.New(fault.Forbidden, "forbidden")
	}
	st := store{tx}
	if v.Case, err = st.get(ctx, id); err != nil {
		return v, nil, err
	}
	if v.Steps, err = st.steps(ctx, &v.Case); err != nil {
		return v, nil, err
	}
	if v.Notices, err = st.notices(ctx, &v.Case); err != nil {
		return v, nil, err
	}
	if v.Procedures, err = st.procedures(ctx, &v.Case); err != nil {
		return v, nil, err
	}
	if v.Documents, err = st.documents(ctx, &v.Case); err != nil {
		return v, nil, err
	}
	if err := s.unseal(&v); err != nil || v.Case.AcceptedAt == nil {
		return v, nil, err
	}
	cal, err := s.asks.Calendars.Of(ctx, tx, v.Case.TenantID)
	if err != nil {
		return v, nil, err
	}
	until := cal.AddDays(*v.Case.AcceptedAt, v.Case.PromisedDays)
	return v, &until, nil
}

// touched tells that something about the case is no longer as it was.
func (d *deed) touched() {
	d.emit(events.CaseTouched{Case: d.c.fact()})
	if d.c.joined() != "" {
		d.emit(events.JointMoved{Case: d.c.fact()})
	}
}
