package desk

import (
	"context"
	"log/slog"
	"net/http"

	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

const (
	topTasks   = 8
	topNews    = 6
	trendSpan  = 12 // months
	secureSeat = "admin"
)

// overview is what the home page shows; a part that could not be read is nil.
type overview struct {
	name    string
	figures *Figures
	tasks   []Task
	trend   []Month
	news    []Announcement
	links   []kit.NavItem
	items   []kit.NavItem // what waits of the catalogue, with its number
	broken  bool          // something could not be read
	invite  bool          // an administrator without a second factor
	works   bool          // the actor handles cases
}

func (h handlers) home(w http.ResponseWriter, r *http.Request) error {
	scope, err := tenancy.From(r.Context())
	if err != nil {
		return err
	}
	o := h.overview(r, scope)
	return h.shell.Page(w, r, http.StatusOK, kit.Page{Title: homeTitle(), Active: "home", Content: homePage(h.Deps, o, h.SignIn.Now())})
}

func (h handlers) overview(r *http.Request, scope tenancy.Scope) overview {
	ctx := r.Context()
	o := overview{name: scope.Actor.Name, invite: scope.Actor.Has(secureSeat) && !scope.Actor.AAL2}
	var counts map[string]int
	if h.Counts != nil {
		counts = h.waiting(ctx)
	}
	for _, g := range h.menu(r, counts) {
		for _, n := range g.Items {
			if _, waits := counts[n.Key]; waits {
				o.items = append(o.items, n)
			}
			if n.Key == "todo" {
				o.works = true
			}
			if n.Key != "home" && n.Key != "help" {
				o.links = append(o.links, n)
			}
		}
	}
	if h.Work != nil {
		h.work(ctx, &o)
	}
	if h.News != nil {
		o.news = read(ctx, h, &o, "announcements", func() ([]Announcement, error) { return h.News.Latest(ctx, topNews) })
	}
	return o
}

func (h handlers) work(ctx context.Context, o *overview) {
	o.figures = read(ctx, h, o, "figures", func() (*Figures, error) {
		f, err := h.Work.Figures(ctx)
		return &f, err
	})
	if o.works {
		o.tasks = read(ctx, h, o, "to-do list", func() ([]Task, error) { return h.Work.Next(ctx, topTasks) })
	}
	o.trend = read(ctx, h, o, "trend", func() ([]Month, error) { return h.Work.Trend(ctx, trendSpan) })
}

// read asks for one part of the page; the others are shown without it.
func read[T any](ctx context.Context, h handlers, o *overview, what string, ask func() (T, error)) T {
	v, err := ask()
	if err != nil {
		h.Log.ErrorContext(ctx, "part of the home page not read", slog.String("part", what), slog.Any("err", err))
		o.broken = true
		var none T
		return none
	}
	return v
}
