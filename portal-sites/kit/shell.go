package kit

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/a-h/templ"
)

// Handler is an HTTP handler that may fail; Shell.Handle turns the failure into a page.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Density says how much a site puts on one screen. Modules may ask it; they
// never ask which site they are on.
type Density uint8

// The densities.
const (
	Roomy Density = iota // citizen: comfortable lines, cards
	Dense                // desk: tables, many columns
	Large                // village and kiosk: few, big choices
)

// Page is one page of a site, before its layout.
type Page struct {
	Title   string          // shown in the window title and, on inner pages, as heading of the crumbs
	Crumbs  []Crumb         // the way here, without this page itself
	Active  string          // key of the current navigation item
	Content templ.Component // must not be nil
	Wide    bool            // use the whole width (designers, dashboards)
	Home    bool            // the site's front page: full header, no crumbs
	Headed  bool            // Content brings its own h1

	// Filled by Shell.Page.
	Flash *FlashMessage
	Elder bool
	Path  string // path and query of this request, to come back to
}

// Crumb (面包屑) is one step of the way to a page.
type Crumb struct{ Label, Href string }

// Shell is one site's look and manners: the layout around content, its error
// pages and its flash messages. Sites differ by these values, not by forks.
type Shell struct {
	Layout  func(r *http.Request, p Page) templ.Component // e.g. CitizenLayout with the view of r
	Log     *slog.Logger
	Density Density
	Flash   Flasher
	Home    string // where error pages lead back to; "/" when empty
}

// Page writes p inside the layout, or its bare content when htmx asks for a
// part. It renders to memory first: a half-drawn page never leaves under a 200.
func (s Shell) Page(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	w.Header().Add("Vary", "HX-Request, HX-Boosted, HX-History-Restore-Request, Cookie")
	content := p.Content
	if !WantsPart(r) {
		p.Elder, p.Path = IsElder(r), r.URL.RequestURI()
		p.Flash = s.Flash.take(w, r)
		content = s.Layout(r, p)
	}
	return write(w, r, status, content)
}

// Draw returns the whole page p as it would go out, without a message: for pages
// that are kept.
func (s Shell) Draw(r *http.Request, p Page) ([]byte, error) {
	p.Elder, p.Path = IsElder(r), r.URL.RequestURI()
	var body bytes.Buffer
	if err := s.Layout(r, p).Render(r.Context(), &body); err != nil {
		return nil, fmt.Errorf("render %s: %w", r.URL.Path, err)
	}
	return body.Bytes(), nil
}

// Part writes bare content, without layout, whoever asks.
func (s Shell) Part(w http.ResponseWriter, r *http.Request, status int, content templ.Component) error {
	return write(w, r, status, content)
}

// WantsPart reports whether htmx asks for a fragment rather than a page.
func WantsPart(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" &&
		r.Header.Get("HX-Boosted") != "true" && r.Header.Get("HX-History-Restore-Request") != "true"
}

func write(w http.ResponseWriter, r *http.Request, status int, content templ.Component) error {
	var body bytes.Buffer
	if err := content.Render(r.Context(), &body); err != nil {
		return fmt.Errorf("render %s: %w", r.URL.Path, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the client went away; nobody is left to tell
	return nil
}

// Handle adapts h, turning its error into a page exactly once.
func (s Shell) Handle(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.Fail(w, r, err)
		}
	}
}

// SeeOther answers a successful POST: 303 to url, or HX-Redirect for htmx.
func SeeOther(w http.ResponseWriter, r *http.Request, url string) error {
	if WantsPart(r) {
		w.Header().Set("HX-Redirect", url)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, url, http.StatusSeeOther)
	return nil
}

// Done leaves a success message (catalogue key and arguments) and redirects to url.
func (s Shell) Done(w http.ResponseWriter, r *http.Request, url, key string, args ...any) error {
	s.Flash.Set(w, Success, key, args...)
	return SeeOther(w, r, url)
}
