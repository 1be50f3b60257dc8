// Package web is how staff meet supervision (电子监察): the board, the cards with
// their clocks explained day by day, the orders and the rules; and the working
// calendar (工作日历) that every clock runs on.
package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// Deps is what the pages need.
type Deps struct {
	Service *supervision.Service
	Shell   kit.Shell
	Base    string    // "/desk": every link begins with it
	Home    kit.Crumb // where the crumbs begin
	Now     func() time.Time
}

type handlers struct{ d Deps }

// Mount registers the pages relative to d.Base.
func Mount(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Get("/supervision", page(h.board))
	r.Get("/supervision/cards", page(h.cards))
	r.Get("/supervision/cards.xlsx", page(h.cardsXLSX))
	r.Get("/supervision/cards/{id}", page(h.card))
	r.Post("/supervision/cards/{id}/order", page(h.issue))
	r.Post("/supervision/cards/{id}/withdraw", page(h.withdraw))
	r.Get("/supervision/orders", page(h.orders))
	r.Get("/supervision/orders.xlsx", page(h.ordersXLSX))
	r.Get("/supervision/orders/{id}", page(h.order))
	r.Get("/supervision/orders/{id}/paper", page(h.paper))
	r.Post("/supervision/orders/{id}/{act}", page(h.orderAct))
	r.Get("/supervision/rules", page(h.rules))
	r.Post("/supervision/rules/{scope}", page(h.setRule))
	r.Post("/supervision/rules/{scope}/clear", page(h.clearRule))
	r.Get("/calendar", page(h.calendar))
	r.Post("/calendar/days", page(h.setDay))
	r.Post("/calendar/days/{day}/clear", page(h.clearDay))
}

// look is what every page shares.
type look struct {
	base string
	now  time.Time
}

func (h handlers) look() look { return look{h.d.Base, h.d.Now()} }

func (l look) to(path string) string { return l.base + path }

func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, p kit.Page, crumbs ...kit.Crumb) error {
	p.Crumbs = append([]kit.Crumb{h.d.Home}, crumbs...)
	return h.d.Shell.Page(w, r, status, p)
}

// trouble is why a form was not taken: shown above it, with what was typed kept.
type trouble struct {
	why    string // of a refusal: the policy's own sentence
	key    string // of a conflict: a catalogue key
	status int
}

// caught tells a refusal or a race, which a page can show beside the form, from
// other failures.
func caught(err error) (trouble, bool) {
	f, ok := fault.As(err)
	if !ok {
		return trouble{}, false
	}
	if f.Kind != fault.Forbidden && f.Kind != fault.Conflict && f.Kind != fault.Precondition {
		return trouble{}, false
	}
	return trouble{f.Detail, f.Text, kit.StatusOf(f.Kind)}, true
}

// unit reads a tenant of the query; 0 when there is none.
func unit(s string) tenancy.ID {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return tenancy.ID(n)
}

// span reads the days of a filter, both included.
func span(from, to string) (a, b time.Time) {
	if d, err := calendar.ParseDate(from); err == nil {
		a = d.Start()
	}
	if d, err := calendar.ParseDate(to); err == nil {
		b = d.End()
	}
	return a, b
}
