package desk

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

// Helping colleagues who forgot a password or lost the phone of their second
// factor. Whoever may take away every post that somebody holds may do it.
func (h handlers) mountAccounts(r chi.Router) {
	r.Get("/org/accounts", h.shell.Handle(h.accounts))
	r.Post("/org/accounts/{id}/password", h.shell.Handle(h.resetPassword))
	r.Post("/org/accounts/{id}/second-factor", h.shell.Handle(h.resetFactor))
}

// helped is somebody to help, or why the actor may not.
type helped struct {
	identity.Identity

	seats    []org.Seat
	refused  error
	password string // the new one, shown once
}

func (h handlers) accounts(w http.ResponseWriter, r *http.Request) error {
	if err := h.mayHelp(r.Context()); err != nil {
		return err
	}
	v := kit.NewForm(map[string]string{"login": r.URL.Query().Get("login")})
	if v.Get("login") == "" {
		return h.accountsPage(w, r, http.StatusOK, v, nil)
	}
	who, err := h.SignIn.Client.Find(r.Context(), strings.ToLower(v.Get("login")))
	if err == nil && who.Schema == identity.SchemaStaff {
		found, err := h.help(r.Context(), who.ID)
		if err != nil {
			return err
		}
		return h.accountsPage(w, r, http.StatusOK, v, &found)
	}
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	v.Wrong("login", "identity_not_found")
	return h.accountsPage(w, r, http.StatusUnprocessableEntity, v, nil)
}

// mayHelp refuses whoever administrates nothing.
func (h handlers) mayHelp(ctx context.Context) error {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	return h.Authz.Allow(ctx, policies.PostsRemove, policies.Resource{"tenant": scope.Tenant})
}

// help looks somebody up and judges whether the actor may help her.
func (h handlers) help(ctx context.Context, id string) (helped, error) {
	if err := h.mayHelp(ctx); err != nil {
		return helped{}, err
	}
	who, err := h.SignIn.Client.Get(ctx, id)
	if err != nil {
		return helped{}, err
	}
	if who.Schema != identity.SchemaStaff {
		return helped{}, fault.New(fault.NotFound, "identity_not_found")
	}
	out := helped{Identity: who}
	if out.seats, err = h.Actors.Seats(ctx, id); err != nil {
		return helped{}, err
	}
	out.refused = h.judgeHelp(ctx, out)
	return out, nil
}

func (h handlers) judgeHelp(ctx context.Context, who helped) error {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	if who.ID == scope.Actor.ID {
		return fault.New(fault.Forbidden, "desk.help_yourself")
	}
	if len(who.seats) == 0 { // nobody's: whoever may appoint her does that first
		return fault.New(fault.Forbidden, "desk.help_no_seat")
	}
	for _, s := range who.seats {
		if s.Admin && s.Tenant == scope.Tenant { // administrators are helped from above
			return fault.New(fault.Forbidden, "desk.help_from_above")
		}
		if err := h.Authz.Allow(ctx, policies.PostsRemove, policies.Resource{"tenant": s.Tenant}); err != nil {
			return fault.New(fault.Forbidden, "desk.help_not_yours").Because(err)
		}
	}
	return nil
}

// resetPassword gives somebody a password that is shown once, and ends her sessions.
func (h handlers) resetPassword(w http.ResponseWriter, r *http.Request) error {
	who, err := h.allowedHelp(r)
	if err != nil {
		return err
	}
	c := h.confirmPassword(who)
	if ok, err := h.shell.Confirmed(w, r, c); !ok {
		return err
	}
	who.password = rand.Text()[:4] + "-" + rand.Text()[:4] + "-" + rand.Text()[:4]
	if err := h.SignIn.Client.ResetPassword(r.Context(), who.ID, who.password); err != nil {
		return err
	}
	if err := h.endAll(r, who, "password_reset"); err != nil {
		return err
	}
	return h.accountsPage(w, r, http.StatusOK, kit.NewForm(map[string]string{"login": who.Login}), &who)
}

// resetFactor takes a lost second factor away, and ends the sessions of its owner.
func (h handlers) resetFactor(w http.ResponseWriter, r *http.Request) error {
	who, err := h.allowedHelp(r)
	if err != nil {
		return err
	}
	if ok, err := h.shell.Confirmed(w, r, h.confirmFactor(who)); !ok {
		return err
	}
	if err := h.SignIn.Client.RemoveTOTP(r.Context(), who.ID); err != nil {
		return err
	}
	if err := h.endAll(r, who, "factor_reset"); err != nil {
		return err
	}
	return h.shell.Done(w, r, h.Base+"/org/accounts?login="+who.Login, "desk.factor_reset")
}

func (h handlers) allowedHelp(r *http.Request) (helped, error) {
	who, err := h.help(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return helped{}, err
	}
	return who, who.refused
}

// endAll ends every session of who and records what was done for her.
func (h handlers) endAll(r *http.Request, who helped, action string) error {
	ctx := r.Context()
	ended, err := h.SignIn.Client.RevokeSessions(ctx, who.ID)
	if err != nil {
		return err
	}
	if err := h.SignIn.Keeper.Sessions.End(ctx, ended...); err != nil {
		return err
	}
	scope, err := tenancy.From(ctx)
	if err != nil || h.SignIn.Journal == nil {
		return err
	}
	e := identity.Entry{Action: action, Identity: who.ID, Name: who.Name, Schema: who.Schema, By: scope.Actor.ID, ByName: scope.Actor.Name, RequestID: scope.RequestID}
	if err := h.SignIn.Journal.Write(ctx, e); err != nil {
		h.Log.ErrorContext(ctx, "help not recorded", slog.String("action", action), slog.Any("err", err))
	}
	return nil
}
