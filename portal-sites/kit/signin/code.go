package signin

import (
	"errors"
	"net/http"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/calendar"
	"liandong/tenancy/identity"
)

func (p pages) showCode(w http.ResponseWriter, r *http.Request) error {
	if _, ok := p.Session(r.Context()); ok {
		return kit.SeeOther(w, r, p.back(r))
	}
	return p.phonePage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

// sendCode sends a short message and shows where to type what it says. The flow
// that a repeated sending names stays good when the next is not due yet.
func (p pages) sendCode(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("phone")
	if v.Failed() {
		return p.phonePage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	flow, err := p.Gate.StartSMS(r.Context(), p.address(r), v.Get("phone"))
	if err == nil {
		v.Set("flow", string(flow))
		v.Set("code", "")
		return p.codePage(w, r, http.StatusOK, v, refusal{})
	}
	how := p.tooSoon(&v, err)
	switch {
	case how.status == 0:
		return err
	case v.Get("flow") != "":
		return p.codePage(w, r, how.status, v, how)
	}
	return p.phonePage(w, r, how.status, v, how)
}

func (p pages) notYet(err error) string {
	l, ok := errors.AsType[*identity.Locked](err)
	if !ok {
		return text.T("code_too_soon")
	}
	return text.T("signin.code_not_yet", l.Until.In(calendar.Zone()).Format("15:04:05"))
}

// verifyCode signs in by the code that was sent.
func (p pages) verifyCode(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("code")
	if v.Failed() {
		return p.codePage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	s, err := p.Gate.FinishSMS(r.Context(), p.address(r), identity.FlowID(v.Get("flow")), digits(v.Get("code")))
	if err == nil {
		err = p.ours(r.Context(), s)
	}
	if err != nil {
		p.record(r, identity.Entry{Action: "refused", How: "code"})
		how := p.refused(&v, err)
		if how.status == 0 {
			return err
		}
		return p.codePage(w, r, how.status, v, how)
	}
	return p.enter(w, r, s, "code")
}
