package signin

import (
	"net/http"
	"net/url"

	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

func (p pages) showFactor(w http.ResponseWriter, r *http.Request) error {
	return p.factorPage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

// offerFactor shows a new second factor to whoever proves her password again.
func (p pages) offerFactor(w http.ResponseWriter, r *http.Request) error {
	s, _ := p.Session(r.Context())
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("old")
	if !v.Failed() {
		err = p.Gate.Reauthenticate(r.Context(), s, p.address(r), r.PostFormValue("old"))
	}
	if v.Failed() || err != nil {
		return p.factorRefused(w, r, v, err)
	}
	e, err := p.Client.EnrolTOTP(r.Context(), s.Token)
	if err != nil {
		return p.failed(w, r, err)
	}
	return p.offerPage(w, r, http.StatusOK, kit.NewForm(nil), refusal{}, e)
}

func (p pages) factorRefused(w http.ResponseWriter, r *http.Request, v kit.FormValues, err error) error {
	if err == nil {
		return p.factorPage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	how := p.refused(&v, err)
	if how.status == 0 {
		return p.failed(w, r, err)
	}
	return p.factorPage(w, r, how.status, v, how)
}

// confirmFactor binds the offered factor when a first code proves it, and ends the
// other sessions: they came in by the password alone.
func (p pages) confirmFactor(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, _ := p.Session(ctx)
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	flow := identity.FlowID(v.Get("flow"))
	v.Require("code")
	if !v.Failed() {
		var up identity.Session
		if up, err = p.Gate.ConfirmTOTP(ctx, s, p.address(r), flow, digits(v.Get("code"))); err == nil {
			return p.bound(w, r, up)
		}
	}
	e, again := p.Client.Enrolment(ctx, s.Token, flow)
	if again != nil { // ran out: begin anew
		return p.Shell.Done(w, r, p.URL(ctx, "/me/second-factor"), "signin.factor_ran_out")
	}
	how := refusal{status: http.StatusUnprocessableEntity}
	if err != nil {
		if how = p.refused(&v, err); how.status == 0 {
			return p.failed(w, r, err)
		}
	}
	return p.offerPage(w, r, how.status, v, how, e)
}

func (p pages) bound(w http.ResponseWriter, r *http.Request, up identity.Session) error {
	if err := p.Keeper.Refresh(w, up); err != nil {
		return err
	}
	if err := p.leaveOne(r.Context(), up); err != nil {
		return p.failed(w, r, err)
	}
	p.record(r, identity.Entry{Action: "factor_added", Identity: up.Sub, Name: up.Name})
	return p.Shell.Done(w, r, p.URL(r.Context(), "/me"), "signin.factor_added")
}

// askRemove asks for the second factor first, should this session owe it.
func (p pages) askRemove(w http.ResponseWriter, r *http.Request) error {
	if s, _ := p.Session(r.Context()); !s.AAL2() {
		return p.stepUp(w, r)
	}
	return p.removePage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

func (p pages) stepUp(w http.ResponseWriter, r *http.Request) error {
	return kit.SeeOther(w, r, with(p.URL(r.Context(), "/login/second"), url.Values{"back": {r.URL.Path}}))
}

// removeFactor takes the second factor away from who proved both factors.
func (p pages) removeFactor(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, _ := p.Session(ctx)
	if !s.AAL2() {
		return p.stepUp(w, r)
	}
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("old")
	if v.Failed() {
		return p.removePage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	if err := p.Gate.Reauthenticate(ctx, s, p.address(r), r.PostFormValue("old")); err != nil {
		how := p.refused(&v, err)
		if how.status == 0 {
			return p.failed(w, r, err)
		}
		return p.removePage(w, r, how.status, v, how)
	}
	if err := p.Client.RemoveTOTP(ctx, s.Sub); err != nil {
		return err
	}
	if err := p.leaveOne(ctx, s); err != nil && fault.KindOf(err) == fault.Unavailable {
		return err
	}
	p.record(r, identity.Entry{Action: "factor_removed", Identity: s.Sub, Name: s.Name})
	return p.Shell.Done(w, r, p.URL(ctx, "/me"), "signin.factor_removed")
}
