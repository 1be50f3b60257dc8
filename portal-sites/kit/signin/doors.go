package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

func (p pages) showLogin(w http.ResponseWriter, r *http.Request) error {
	if _, ok := p.Session(r.Context()); ok {
		return kit.SeeOther(w, r, p.back(r))
	}
	return p.loginPage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

// login signs in by password.
func (p pages) login(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("account", "password")
	if v.Failed() {
		return p.loginPage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	s, err := p.Gate.Login(r.Context(), p.address(r), v.Get("account"), r.PostFormValue("password"))
	if err == nil {
		err = p.ours(r.Context(), s)
	}
	if err != nil {
		p.record(r, identity.Entry{Action: "refused", How: "password"})
		how := p.refused(&v, err)
		if how.status == 0 {
			return err
		}
		return p.loginPage(w, r, how.status, v, how)
	}
	return p.enter(w, r, s, "password")
}

// ours turns away who belongs to another kind of site, with the words of a wrong
// password: this door tells nothing about other doors' accounts.
func (p pages) ours(ctx context.Context, s identity.Session) error {
	if s.Schema == p.Schema {
		return nil
	}
	if err := p.Client.Logout(ctx, s.Token); err != nil {
		return err
	}
	return fault.InvalidField("password", "login_failed")
}

// enter gives the browser its session, pending when a second factor is owed, and
// ends the one it carried before.
func (p pages) enter(w http.ResponseWriter, r *http.Request, s identity.Session, how string) error {
	ctx := r.Context()
	who, err := p.Client.Get(ctx, s.Sub)
	if err != nil { // whether a factor is owed is not known: nobody comes in
		_ = p.Client.Logout(ctx, s.Token)
		return err
	}
	if who.Unfinished() {
		return p.unfinished(w, r, s)
	}
	if err := p.Keeper.Sessions.Close(ctx, p.Keeper.Cookies.Read(r)); err != nil {
		p.Keeper.Log.WarnContext(ctx, "earlier session not ended", slog.Any("err", err))
	}
	s.Pending = who.TOTP && !s.AAL2()
	if err := p.Keeper.Refresh(w, s); err != nil {
		return err
	}
	if s.Pending {
		return kit.SeeOther(w, r, with(p.URL(ctx, "/login/second"), url.Values{"back": {p.back(r)}}))
	}
	p.record(r, identity.Entry{Action: "signed_in", Identity: s.Sub, Name: s.Name, How: how})
	return kit.SeeOther(w, r, p.back(r))
}

// unfinished turns away who began to register and never finished.
func (p pages) unfinished(w http.ResponseWriter, r *http.Request, s identity.Session) error {
	_ = p.Client.Logout(r.Context(), s.Token) // no browser ever saw its token
	v := kit.NewForm(nil)
	v.Wrong("", "signin.register_first")
	return p.loginPage(w, r, http.StatusUnprocessableEntity, v, refusal{})
}

// logout ends the session everywhere; signing out twice is no error.
func (p pages) logout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if s, ok := visit.SessionOf(ctx); ok {
		p.record(r, identity.Entry{Action: "signed_out", Identity: s.Sub, Name: s.Name})
	}
	if err := p.Keeper.Sessions.Close(ctx, p.Keeper.Cookies.Read(r)); err != nil {
		p.Keeper.Log.WarnContext(ctx, "session not ended in Kratos", slog.Any("err", err))
	}
	p.Keeper.Cookies.Clear(w)
	to := p.URL(ctx, "/login")
	if p.Schema == identity.SchemaPerson {
		to = p.home(ctx)
	}
	return p.Door.Done(w, r, to, "signin.signed_out")
}

func (p pages) showSecond(w http.ResponseWriter, r *http.Request) error {
	if _, ok := p.owing(r.Context()); !ok {
		p.SendToLogin(w, r)
		return nil
	}
	return p.secondPage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

// second proves the second factor of a pending session, or of a running one that
// an act wants it of.
func (p pages) second(w http.ResponseWriter, r *http.Request) error {
	s, ok := p.owing(r.Context())
	if !ok {
		p.SendToLogin(w, r)
		return nil
	}
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("code")
	if v.Failed() {
		return p.secondPage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	up, err := p.Gate.StepUp(r.Context(), s, p.address(r), digits(v.Get("code")))
	if err != nil {
		p.record(r, identity.Entry{Action: "refused", Identity: s.Sub, Name: s.Name, How: "totp"})
		return p.secondRefused(w, r, v, err)
	}
	if err := p.Keeper.Refresh(w, up); err != nil {
		return err
	}
	p.record(r, identity.Entry{Action: "signed_in", Identity: s.Sub, Name: s.Name, How: "totp"})
	return kit.SeeOther(w, r, p.back(r))
}

func (p pages) secondRefused(w http.ResponseWriter, r *http.Request, v kit.FormValues, err error) error {
	f, isFault := fault.As(err)
	if errors.Is(err, identity.ErrSessionExpired) || isFault && f.Text == "totp_missing" { // taken away meanwhile
		p.Keeper.Cookies.Clear(w)
		return kit.SeeOther(w, r, with(p.URL(r.Context(), "/login"), url.Values{"expired": {"1"}, "back": {p.back(r)}}))
	}
	how := p.refused(&v, err)
	if how.status == 0 {
		return err
	}
	return p.secondPage(w, r, how.status, v, how)
}

// owing returns the session whose second factor is not proven yet.
func (p pages) owing(ctx context.Context) (identity.Session, bool) {
	if s, ok := visit.PendingOf(ctx); ok {
		return s, s.Schema == p.Schema
	}
	s, ok := p.Session(ctx)
	return s, ok && !s.AAL2()
}

// refusal is how a refused try is told; status 0 says that it is no refusal.
type refusal struct {
	status int
	title  string
	body   string
}

// refused puts into the form what a refused try says: beside the field it blames,
// above the form when it blames none in particular.
func (p pages) refused(v *kit.FormValues, err error) refusal {
	f, ok := fault.As(err)
	if !ok {
		return refusal{}
	}
	switch {
	case f.Text == "login_locked":
		return p.lockedFor(err)
	case f.Fields["password"] == "login_failed", f.Text == "identity_disabled":
		v.Wrong("", textOf(f))
		return refusal{status: http.StatusUnprocessableEntity}
	case f.Kind == fault.Unavailable:
		v.Wrong("", f.Text)
		return refusal{status: http.StatusServiceUnavailable}
	case v.Blame(err):
		return refusal{status: http.StatusUnprocessableEntity}
	}
	return refusal{}
}

func textOf(f *fault.Error) string {
	if key, ok := f.Fields["password"]; ok {
		return key
	}
	return f.Text
}

// lockedFor tells until when trying is stopped, rounded up to the minute.
func (p pages) lockedFor(err error) refusal {
	out := refusal{status: http.StatusTooManyRequests, title: text.T("signin.locked_title"), body: text.T("login_locked")}
	l, ok := errors.AsType[*identity.Locked](err)
	if !ok {
		return out
	}
	until := l.Until.Add(time.Minute - 1).Truncate(time.Minute)
	left := int(until.Sub(p.Now()) / time.Minute)
	out.body = text.T("signin.locked_until", until.In(calendar.Zone()).Format("15:04"), strconv.Itoa(max(left, 1)))
	return out
}

// digits drops the spaces that authenticator apps show inside a code.
func digits(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			out = append(out, r)
		case r >= 0xFF10 && r <= 0xFF19: // full-width digits of Chinese input methods
			out = append(out, r-0xFF10+'0')
		}
	}
	return string(out)
}
