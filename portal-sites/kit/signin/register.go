package signin

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
	"liandong/tenancy/identity"
)

func (p pages) showRegister(w http.ResponseWriter, r *http.Request) error {
	return p.registerPage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

// startRegister checks who she says she is and sends a code to her phone.
func (p pages) startRegister(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	a := applicant(&v)
	if !v.Bool("agree") {
		v.Wrong("agree", "signin.agree_first")
	}
	if v.Failed() {
		return p.registerPage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	flow, err := p.Gate.StartRegistration(r.Context(), p.address(r), a)
	if err == nil {
		v.Set("flow", string(flow))
		return p.provePage(w, r, http.StatusOK, v, refusal{}, registering())
	}
	how := p.tooSoon(&v, err)
	switch {
	case how.status == 0:
		return err
	case v.Get("flow") != "":
		return p.provePage(w, r, how.status, v, how, registering())
	}
	return p.registerPage(w, r, how.status, v, how)
}

// finishRegister opens the account once the code proves the phone.
func (p pages) finishRegister(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	a := applicant(&v)
	a.Password = r.PostFormValue("password")
	p.judgeNew(&v, r)
	if v.Failed() {
		return p.provePage(w, r, http.StatusUnprocessableEntity, v, refusal{}, registering())
	}
	a.Sealed = p.SealID(a.Number)
	s, err := p.Gate.FinishRegistration(r.Context(), p.address(r), identity.FlowID(v.Get("flow")), a, digits(v.Get("code")))
	if err != nil {
		how := p.refused(&v, err)
		if f, ok := fault.As(err); ok && f.Text == "identity_taken" {
			v.Wrong("", "signin.registered_already")
			how.status = http.StatusConflict
		}
		if how.status == 0 {
			return err
		}
		return p.provePage(w, r, how.status, v, how, registering())
	}
	p.record(r, identity.Entry{Action: "registered", Identity: s.Sub, Name: s.Name, How: "code"})
	return p.enter(w, r, s, "code")
}

// applicant reads and judges what a citizen says about herself.
func applicant(v *kit.FormValues) identity.Applicant {
	a := identity.Applicant{Name: v.Get("name"), Number: idcode.Canonical(v.Get("number")), Phone: v.Get("phone")}
	v.Require("name", "number", "phone")
	if n := utf8.RuneCountInString(a.Name); n > 0 && (n < 2 || n > 50) {
		v.Wrong("name", "signin.name_length")
	}
	if _, err := idcode.ParseIDNumber(a.Number); a.Number != "" && err != nil {
		blame(v, "number", err)
	}
	if _, err := idcode.NormalizeMobile(idcode.Canonical(a.Phone)); a.Phone != "" && err != nil {
		blame(v, "phone", err)
	}
	return a
}

func blame(v *kit.FormValues, field string, err error) {
	key := "invalid"
	if f, ok := fault.As(err); ok {
		key = f.Text
	}
	v.Wrong(field, key)
}

// judgeNew asks for a code and a good password, typed twice.
func (p pages) judgeNew(v *kit.FormValues, r *http.Request) {
	v.Require("code", "password", "again")
	next := r.PostFormValue("password")
	judgePassword(v, "", next, r.PostFormValue("again"))
	if tel := digits(v.Get("phone")); !v.Failed() && len(tel) > 6 && strings.Contains(next, tel[len(tel)-8:]) {
		v.Wrong("password", "password_too_similar")
	}
}

func (p pages) showRecover(w http.ResponseWriter, r *http.Request) error {
	return p.recoverPage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

// startRecover sends a code to the phone of who forgot her password.
func (p pages) startRecover(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("phone")
	if v.Failed() {
		return p.recoverPage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	flow, err := p.Gate.StartSMS(r.Context(), p.address(r), v.Get("phone"))
	if err == nil {
		v.Set("flow", string(flow))
		return p.provePage(w, r, http.StatusOK, v, refusal{}, recovering())
	}
	how := p.tooSoon(&v, err)
	switch {
	case how.status == 0:
		return err
	case v.Get("flow") != "":
		return p.provePage(w, r, how.status, v, how, recovering())
	}
	return p.recoverPage(w, r, how.status, v, how)
}

// finishRecover sets the new password and ends every other session.
func (p pages) finishRecover(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	p.judgeNew(&v, r)
	if v.Failed() {
		return p.provePage(w, r, http.StatusUnprocessableEntity, v, refusal{}, recovering())
	}
	s, ended, err := p.Gate.Recover(r.Context(), p.address(r), identity.FlowID(v.Get("flow")), digits(v.Get("code")), r.PostFormValue("password"))
	if err == nil {
		err = p.Keeper.Sessions.End(r.Context(), ended...)
	}
	if err != nil {
		p.record(r, identity.Entry{Action: "refused", How: "code"})
		how := p.refused(&v, err)
		if f, ok := fault.As(err); ok && f.Text == "second_factor_required" {
			v.Wrong("", "signin.recover_second_factor")
			how.status = http.StatusConflict
		}
		if how.status == 0 {
			return err
		}
		return p.provePage(w, r, how.status, v, how, recovering())
	}
	p.record(r, identity.Entry{Action: "password_changed", Identity: s.Sub, Name: s.Name, How: "code"})
	return p.enter(w, r, s, "code")
}

// tooSoon is refused, and says until when no other code is sent.
func (p pages) tooSoon(v *kit.FormValues, err error) refusal {
	if f, ok := fault.As(err); ok && f.Text == "code_too_soon" {
		v.WrongText("phone", p.notYet(err))
		v.WrongText("code", p.notYet(err))
		return refusal{status: http.StatusUnprocessableEntity}
	}
	return p.refused(v, err)
}
