package signin

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/identity"
)

// Seat is one post (岗位) or grant (授权) that somebody holds, as the account page shows it.
type Seat struct{ Tenant, Title string }

// Deps is what a site gives to its sign-in pages.
type Deps struct {
	Client *identity.Client
	Gate   *identity.Gate
	Keeper visit.Keeper
	Schema identity.Schema // who may come in here: staff or persons
	Door   kit.Shell       // layout of the pages before signing in
	Shell  kit.Shell       // layout of the account pages
	URL    func(ctx context.Context, path string) string
	Home   string // path of the page to land on, under URL; "/" when empty
	Now    identity.Clock

	Address  func(*http.Request) string // the client's; nil: the peer of the connection
	Seats    func(ctx context.Context, identityID string) ([]Seat, error)
	IDNumber func(identity.Identity) (string, error) // opens the sealed ID number; nil: not shown
	SealID   func(number string) string              // seals one for registering; nil: nobody registers here
	Journal  identity.Journal                        // nil: nothing is recorded; failing stops nobody
}

// Mount adds the doors (login, logout, for persons recover and register) and the account pages (me), relative to
// the site's base. visit.Keeper's middleware must stand before r.
func Mount(r chi.Router, d Deps) {
	p := pages{d}
	door, room := d.Door.Handle, d.Shell.Handle
	r.Use(p.introduce)
	r.Get("/login", door(p.showLogin))
	r.Post("/login", door(p.login))
	r.Get("/login/second", door(p.showSecond))
	r.Post("/login/second", door(p.second))
	r.Post("/logout", door(p.logout))
	if d.Schema == identity.SchemaPerson {
		r.Get("/login/code", door(p.showCode))
		r.Post("/login/code", door(p.sendCode))
		r.Post("/login/code/verify", door(p.verifyCode))
		r.Get("/recover", door(p.showRecover))
		r.Post("/recover", door(p.startRecover))
		r.Post("/recover/finish", door(p.finishRecover))
	}
	if d.registers() {
		r.Get("/register", door(p.showRegister))
		r.Post("/register", door(p.startRegister))
		r.Post("/register/finish", door(p.finishRegister))
	}
	r.Group(func(r chi.Router) {
		r.Use(d.Require)
		r.Get("/me", room(p.me))
		r.Get("/me/password", room(p.showPassword))
		r.Post("/me/password", room(p.changePassword))
		r.Get("/me/second-factor", room(p.showFactor))
		r.Post("/me/second-factor", room(p.offerFactor))
		r.Post("/me/second-factor/confirm", room(p.confirmFactor))
		r.Get("/me/second-factor/remove", room(p.askRemove))
		r.Post("/me/second-factor/remove", room(p.removeFactor))
		r.Post("/me/sessions/end", room(p.endOthers))
	})
}

func (d Deps) registers() bool { return d.Schema == identity.SchemaPerson && d.SealID != nil }

// pages are the handlers.
type pages struct{ Deps }

// introduce lets Kratos note the browser with the sessions begun by it.
func (p pages) introduce(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := identity.Visitor{Agent: r.UserAgent(), Address: p.address(r)}
		next.ServeHTTP(w, r.WithContext(identity.WithVisitor(r.Context(), v)))
	})
}

func (p pages) address(r *http.Request) string {
	if p.Address != nil {
		return p.Address(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (p pages) record(r *http.Request, e identity.Entry) {
	if p.Journal == nil {
		return
	}
	e.Schema, e.Address, e.RequestID = p.Schema, p.address(r), kit.RequestIDFrom(r.Context())
	if err := p.Journal.Write(r.Context(), e); err != nil {
		p.Keeper.Log.ErrorContext(r.Context(), "sign-in not recorded", slog.String("action", e.Action), slog.Any("err", err))
	}
}

func (p pages) home(ctx context.Context) string {
	if p.Home == "" {
		return p.URL(ctx, "/")
	}
	return p.URL(ctx, p.Home)
}
