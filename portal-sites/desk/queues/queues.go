// Package queues shows what goes on in the background (后台任务) to system
// administrators: queues, deliveries that failed, schedules.
package queues

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Source answers what the page shows. It refuses whoever may not look or retry,
// and keeps to the events of the actor's own tenants.
type Source interface {
	Board(ctx context.Context) (Board, error)
	Failures(ctx context.Context) ([]Failure, error)
	Retry(ctx context.Context, queue, id string) error
	GiveUp(ctx context.Context, queue, id string) error
}

// Board is what goes on now.
type Board struct {
	Redis     string // why Redis does not answer; empty when it does
	Workers   int    // processes
	Queues    []Queue
	Waiting   int       // events not handed to Redis yet
	Open      int       // events not confirmed by every subscriber
	Oldest    time.Time // of the open ones; zero when there are none
	Schedules []Schedule
}

// Queue (队列) counts tasks by state.
type Queue struct {
	Name                                        string
	Pending, Active, Scheduled, Retry, Archived int
	ProcessedToday, FailedToday                 int
	Latency                                     time.Duration // age of the oldest that waits
}

// Schedule (定时任务) is something periodic with its last run.
type Schedule struct {
	Name       string
	Every      time.Duration // zero: unknown here
	NextAt     time.Time
	FinishedAt *time.Time
	Running    bool
	Runs       int64
	Failures   int // in a row
	Error      string
}

// Failure is an event that a subscriber could not handle.
type Failure struct {
	Queue, ID, Event, TenantName, Subscriber, Error string
	Tries, Most                                     int
	Aside                                           bool // nothing happens until somebody acts
	FailedAt, NextAt                                time.Time
}

// Deps are what the page needs.
type Deps struct {
	Source Source
	Shell  kit.Shell
	Base   string    // "/desk"
	Home   kit.Crumb // where the crumbs begin
	Now    func() time.Time
}

// Mount adds /jobs and below to the desk.
func Mount(r chi.Router, d Deps) {
	h := handlers{d}
	page := d.Shell.Handle
	r.Get("/jobs", page(h.show))
	r.Post("/jobs/{queue}/{id}/retry", page(h.retry))
	r.Post("/jobs/{queue}/{id}/give-up", page(h.giveUp))
}

type handlers struct{ d Deps }

func (h handlers) to(path string) string { return h.d.Base + path }

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, []string{"failed"}, kit.ListQuery{Sort: "failed", Desc: true, Filters: map[string]string{"state": ""}})
	board, err := h.d.Source.Board(r.Context())
	if err != nil {
		return err
	}
	all, err := h.d.Source.Failures(r.Context())
	if err != nil && fault.KindOf(err) != fault.Unavailable { // Redis away: the board says so
		return err
	}
	found := narrow(all, q)
	from := min(q.Offset(), len(found))
	v := view{h: h, board: board, q: q, all: all, rows: found[from:min(from+q.Size, len(found))], total: len(found), now: h.d.Now()}
	return h.d.Shell.Page(w, r, http.StatusOK, kit.Page{Title: title, Active: "jobs", Wide: true, Crumbs: []kit.Crumb{h.d.Home}, Content: page(v)})
}

// view is all that the page draws.
type view struct {
	h     handlers
	board Board
	q     kit.ListQuery
	all   []Failure
	rows  []Failure
	total int
	now   time.Time
}

func (v view) aside() (n int) {
	for _, f := range v.all {
		if f.Aside {
			n++
		}
	}
	return n
}

// narrow keeps the failures that the list asks for, in its order.
func narrow(all []Failure, q kit.ListQuery) (out []Failure) {
	for _, f := range all {
		state := "retry"
		if f.Aside {
			state = "aside"
		}
		if (q.Filter("state") == "" || q.Filter("state") == state) && strings.Contains(f.TenantName+eventName(f.Event)+f.Event+subscriberName(f.Subscriber)+f.Error, q.Q) {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Failure) int {
		if q.Desc {
			a, b = b, a
		}
		return a.FailedAt.Compare(b.FailedAt)
	})
	return out
}

func (h handlers) retry(w http.ResponseWriter, r *http.Request) error {
	if err := h.d.Source.Retry(r.Context(), chi.URLParam(r, "queue"), chi.URLParam(r, "id")); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to("/jobs"), "jobs.retried")
}

func (h handlers) giveUp(w http.ResponseWriter, r *http.Request) error {
	if ok, err := h.d.Shell.Confirmed(w, r, h.giving(Failure{Queue: chi.URLParam(r, "queue"), ID: chi.URLParam(r, "id")})); !ok {
		return err
	}
	if err := h.d.Source.GiveUp(r.Context(), chi.URLParam(r, "queue"), chi.URLParam(r, "id")); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to("/jobs"), "jobs.given_up")
}

func (h handlers) taskURL(f Failure, act string) string {
	return h.to("/jobs/" + f.Queue + "/" + f.ID + "/" + act)
}
