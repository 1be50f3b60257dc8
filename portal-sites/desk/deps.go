package desk

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/signin"
	"liandong/tenancy"
)

// Actors knows the seats (席位) that people hold; org.Service does. Neither method
// needs a scope.
type Actors interface {
	Seats(ctx context.Context, identityID string) ([]org.Seat, error)
	Sit(ctx context.Context, identityID, name, seatID string, aal2 bool) (tenancy.Scope, error)
}

// Counts are the numbers in the frame of every page.
type Counts interface {
	Todo(ctx context.Context) (int, error)
	Unread(ctx context.Context) (int, error)
	// Items are what waits of the catalogue in the actor's tenant.
	Items(ctx context.Context) (ItemCounts, error)
}

// ItemCounts (事项待办) are versions to review, tasks to answer, and requests that
// levels below have made.
type ItemCounts struct{ Reviews, Tasks, Requests int }

// Figures are the numbers at the top of the home page.
type Figures struct {
	Todo, Soon, Late int // waiting for the actor; of these due within days, and overdue
	Filed, Completed int // in the actor's tenant and below, this month
	Open             int // there too: neither completed nor refused nor withdrawn
}

// Task is one line of the actor's to-do list.
type Task struct {
	ID, No, Item, Applicant, Step string    // the applicant as lists show a person: masked
	Due                           time.Time // zero: no clock runs
	Left                          int       // working days to Due, today included; 0 or less: late
	Late                          bool
}

// Month is what was filed and completed in one month.
type Month struct {
	Name             string
	Filed, Completed int
}

// Work is the cases as the home page shows them, for the actor of ctx.
type Work interface {
	Figures(ctx context.Context) (Figures, error)
	Next(ctx context.Context, n int) ([]Task, error)
	Trend(ctx context.Context, months int) ([]Month, error)
}

// Announcement (通知公告) is one line of the news on the home page.
type Announcement struct {
	Title, Href string
	At          time.Time
}

// News lists the latest announcements for the actor of ctx.
type News interface {
	Latest(ctx context.Context, n int) ([]Announcement, error)
}

// Deps is what the workbench is made of. Counts, Work and News may be nil.
type Deps struct {
	Base      string      // "/desk"
	Brand     string      // name of the platform
	Actors    Actors      // org.Service
	SignIn    signin.Deps // Client, Gate, Keeper, Now, Address, Journal; the rest is filled in here
	Authz     policies.Authorizer
	Counts    Counts
	Work      Work
	News      News
	Log       *slog.Logger
	Flash     kit.Flasher
	Simulator bool // short messages are not really sent here
	// Modules mount the web pages of the modules inside the guarded part.
	Modules []func(chi.Router)
}

// Shell is the workbench's look, for the modules mounted in it.
func Shell(d Deps) kit.Shell {
	return kit.Shell{
		Log: d.Log, Density: kit.Dense, Flash: d.Flash, Home: d.Base,
		Layout: func(r *http.Request, p kit.Page) templ.Component { return kit.DeskLayout(d.view(r), p) },
	}
}

// door is the look before anybody has signed in.
func door(d Deps) kit.Shell {
	return kit.Shell{
		Log: d.Log, Flash: d.Flash, Home: d.Base,
		Layout: func(_ *http.Request, p kit.Page) templ.Component { return kit.PlainLayout(d.plain(), p) },
	}
}

// Mount adds the workbench to r, which stands at d.Base behind the keeper's middleware.
func Mount(r chi.Router, d Deps) {
	h := handlers{Deps: d.complete(), shell: Shell(d)}
	r.Group(func(r chi.Router) {
		r.Use(h.glance)
		signin.Mount(r, h.SignIn)
		r.With(h.SignIn.Require).Post("/post", h.shell.Handle(h.switchPost))
	})
	h.mountApp(r.With(h.glance))
	r.Group(func(r chi.Router) {
		r.Use(h.Enter)
		r.Get("/", h.shell.Handle(h.home))
		h.mountHelp(r)
		h.mountAccounts(r)
		for _, m := range d.Modules {
			m(r)
		}
	})
	r.NotFound(h.glance(h.SignIn.Require(http.HandlerFunc(h.shell.NotFound))).ServeHTTP)
}

type handlers struct {
	Deps

	shell kit.Shell
}
