package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"unicode"

	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
	"liandong/tenancy/identity"
)

// account is what the page about oneself shows.
type account struct {
	identity.Identity
	IDMasked string
	Seats    []Seat
	Visits   []identity.Visit
	Session  identity.Session
}

func (p pages) me(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, _ := p.Session(ctx)
	a := account{Session: s}
	var err error
	if a.Identity, err = p.Client.Get(ctx, s.Sub); err != nil {
		return err
	}
	if a.Visits, err = p.Client.Visits(ctx, s.Token); err != nil {
		return p.failed(w, r, err)
	}
	if p.Seats != nil {
		if a.Seats, err = p.Seats(ctx, s.Sub); err != nil {
			return err
		}
	}
	a.IDMasked = p.maskedID(ctx, a.Identity)
	return p.Shell.Page(w, r, http.StatusOK, kit.Page{Title: titleMe(), Active: "me", Crumbs: p.crumbs(ctx), Content: mePage(p, a)})
}

func (p pages) maskedID(ctx context.Context, i identity.Identity) string {
	if p.IDNumber == nil || i.IDSealed == "" {
		return ""
	}
	number, err := p.IDNumber(i)
	if err != nil {
		p.Keeper.Log.ErrorContext(ctx, "ID number not opened", slog.Any("err", err))
		return ""
	}
	return idcode.MaskIDNumber(number)
}

// failed sends who was signed out meanwhile to sign in again; other errors pass.
func (p pages) failed(w http.ResponseWriter, r *http.Request, err error) error {
	if errors.Is(err, identity.ErrSessionExpired) {
		p.Keeper.Cookies.Clear(w)
		return kit.SeeOther(w, r, with(p.URL(r.Context(), "/login"), url.Values{"expired": {"1"}, "back": {p.URL(r.Context(), "/me")}}))
	}
	if f, ok := fault.As(err); ok && f.Text == "second_factor_required" {
		return kit.SeeOther(w, r, with(p.URL(r.Context(), "/login/second"), url.Values{"back": {r.URL.Path}}))
	}
	return err
}

func (p pages) showPassword(w http.ResponseWriter, r *http.Request) error {
	return p.passwordPage(w, r, http.StatusOK, kit.NewForm(nil), refusal{})
}

// changePassword replaces the password and ends all other sessions of its owner.
func (p pages) changePassword(w http.ResponseWriter, r *http.Request) error {
	s, _ := p.Session(r.Context())
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	old, next := r.PostFormValue("old"), r.PostFormValue("password")
	v.Require("old", "password", "again")
	judgePassword(&v, old, next, r.PostFormValue("again"))
	if v.Failed() {
		return p.passwordPage(w, r, http.StatusUnprocessableEntity, v, refusal{})
	}
	ended, err := p.Gate.ChangePassword(r.Context(), s, p.address(r), old, next)
	if err == nil {
		err = p.Keeper.Sessions.End(r.Context(), ended...)
	}
	if err != nil {
		how := p.refused(&v, err)
		if how.status == 0 {
			return p.failed(w, r, err)
		}
		return p.passwordPage(w, r, how.status, v, how)
	}
	p.record(r, identity.Entry{Action: "password_changed", Identity: s.Sub, Name: s.Name})
	return p.Shell.Done(w, r, p.URL(r.Context(), "/me"), "signin.password_changed")
}

// judgePassword asks for eight characters of at least two kinds (GB/T 22239—2019,
// 8.1.4.1: of some complexity), typed the same twice and not the old one.
func judgePassword(v *kit.FormValues, old, next, again string) {
	if v.Failed() {
		return
	}
	kinds := map[string]bool{}
	for _, c := range next {
		switch {
		case unicode.IsDigit(c):
			kinds["digit"] = true
		case unicode.IsLetter(c):
			kinds["letter"] = true
		default:
			kinds["other"] = true
		}
	}
	switch {
	case len([]rune(next)) < 8:
		v.Wrong("password", "password_too_short")
	case len(kinds) < 2:
		v.Wrong("password", "signin.password_weak")
	case next == old:
		v.Wrong("password", "signin.password_same")
	case next != again:
		v.Wrong("again", "signin.password_differs")
	}
}

// endOthers ends every session but this one.
func (p pages) endOthers(w http.ResponseWriter, r *http.Request) error {
	s, _ := p.Session(r.Context())
	if err := p.leaveOne(r.Context(), s); err != nil {
		return p.failed(w, r, err)
	}
	p.record(r, identity.Entry{Action: "sessions_ended", Identity: s.Sub, Name: s.Name})
	return p.Shell.Done(w, r, p.URL(r.Context(), "/me"), "signin.others_ended")
}

func (p pages) leaveOne(ctx context.Context, s identity.Session) error {
	ended, err := p.Client.EndOthers(ctx, s.Token)
	if err != nil {
		return err
	}
	return p.Keeper.Sessions.End(ctx, ended...)
}
