package citizen

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/modules/materials"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// ReturnParam names the query parameter of /login that says where to go afterwards.
const ReturnParam = "back"

// Deps is what the site is built from. Every field is needed but Laws and Register.
type Deps struct {
	Items   *catalog.Service
	Cases   *cases.Service
	Files   *files.Service
	Tree    Tree
	Sites   Sites
	Notices Notices
	Flows   Flows
	People  People
	EForms  casesweb.EForms // may be nil, like the two below: items have no electronic forms then
	Forms   *forms.Service
	Papers  formsweb.Papers
	Library *materials.Service // may be nil: nothing is offered to be used again
	Laws    Laws               // may be nil: the guide then names laws without leading to them

	Calendars Calendars // may be nil: the guide then does not say whether a place is open
	Font      string    // of papers, as paper.Load takes it; empty: paper.DefaultFont
	PublicURL string    // how a browser reaches the shared host; empty: as this request did

	// SignIn mounts /login, /logout and /me below the site, each with what lies under it.
	SignIn func(r chi.Router)
	// Register is the path of the page to get an account at; empty: none.
	Register string
	// SiteURL is the address of the site of another tenant.
	SiteURL func(code, host string) string

	Log   *slog.Logger
	Flash kit.Flasher
	Now   func() time.Time
}

type handlers struct {
	Deps

	kept  *shelf
	heat  *heat
	press *press

	letters *casesweb.Press
}

// Mount adds the site's pages to r, which stands at the site's base.
func Mount(r chi.Router, d Deps) {
	h := handlers{Deps: d, kept: newShelf(), heat: newHeat(), press: newPress(d.Font), letters: casesweb.NewPress(d.Font)}
	r.Get("/", h.page(h.home))
	r.Get("/items", h.page(h.items))
	r.Get("/themes", h.page(h.themes))
	r.Get("/themes/{id}", h.page(h.themeGuide))
	r.Get("/items/suggest", h.page(h.suggest))
	r.Get("/items/{id}", h.page(h.guide))
	r.Get("/items/{id}/v/{edition}", h.page(h.guideEdition))
	r.Get("/items/{id}/mine", h.page(h.mine))
	r.Get("/items/{id}/print", h.page(h.guidePrint))
	r.Get("/items/{id}/form", h.page(h.formSample))
	r.Get("/items/{id}/guide.pdf", h.page(h.guidePDF))
	r.Get("/items/{id}/files.zip", h.page(h.zipped))
	r.Get("/items/{id}/qr.svg", h.page(h.qrCode))
	r.Get("/articles", h.page(h.articles))
	r.Get("/articles/{id}", h.page(h.article))
	r.Get("/laws", h.page(h.lawList))
	r.Get("/laws/{id}", h.page(h.law))
	r.Get("/regions", h.page(h.regions))
	r.Get("/documents", h.page(h.verify))
	r.Get("/documents/{no}", h.page(h.verify))
	r.Get("/help", h.page(h.help))
	r.Get("/accessible", h.page(h.accessible))
	r.Get("/assets/*", assets)
	h.own(r)
	r.Group(d.SignIn)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { h.shell(r).NotFound(w, r) })
}

// own are the pages of whoever is signed in.
func (h handlers) own(r chi.Router) {
	r.Get("/items/{id}/apply", h.member(h.apply))
	r.Post("/items/{id}/apply", h.member(h.applyPost))
	r.Post("/items/{id}/apply/files", h.member(h.upload))
	h.forms(r)
	r.Get("/cases", h.member(h.cases))
	r.Get("/cases/{id}", h.member(h.showCase))
	r.Get("/cases/{id}/done", h.member(h.filed))
	r.Get("/cases/{id}/papers/{paper}", h.member(h.paper))
	r.Get("/cases/{id}/documents/{document}", h.member(h.document))
	r.Get("/cases/{id}/documents/{document}/pdf", h.member(h.documentPDF))
	r.Post("/cases/{id}/supplement", h.member(h.supplement))
	r.Post("/cases/{id}/reply", h.member(h.reply))
	r.Post("/cases/{id}/withdraw", h.member(h.withdraw))
	r.Post("/cases/{id}/urge", h.member(h.urge))
	r.Get("/files/{id}", h.file)
	h.library(r)
	r.Get("/notices", h.member(h.notices))
	r.Post("/notices/read", h.member(h.readNotices))
}

// handler is a page that knows the shell of its site.
type handler func(w http.ResponseWriter, r *http.Request, s kit.Shell) error

func (h handlers) page(f handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, r := h.shell(r), withLooked(r)
		s.Handle(func(w http.ResponseWriter, r *http.Request) error { return f(w, r, s) })(w, r)
	}
}

// member is page for those who are signed in; everybody else signs in first and comes back.
func (h handlers) member(f handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, ok := person(r); ok {
			h.page(f)(w, r)
			return
		}
		back := r.URL.RequestURI()
		if r.Method != http.MethodGet {
			back = kit.LocalPath(referer(r), visit.URL(r.Context(), "/"))
		}
		_ = kit.SeeOther(w, r, loginURL(r, back)) // it only writes headers
	}
}

func loginURL(r *http.Request, back string) string {
	return visit.URL(r.Context(), "/login") + "?" + ReturnParam + "=" + url.QueryEscape(back)
}

// referer is the path of the page that the visitor came from.
func referer(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return ""
	}
	return u.RequestURI()
}

// person is who is signed in.
func person(r *http.Request) (tenancy.Actor, bool) {
	sc, err := tenancy.From(r.Context())
	return sc.Actor, err == nil && sc.Actor.Kind == tenancy.Person
}

// brief lets the browser of somebody who is not signed in keep a public page to go
// back to, and ask again whenever it is opened: what a level above publishes is seen at once.
func brief(w http.ResponseWriter, r *http.Request) {
	if _, ok := person(r); !ok {
		w.Header().Set("Cache-Control", "private, no-cache")
	}
}

// gone is the fault of an address that leads nowhere.
func gone() error { return fault.New(fault.NotFound, "not_found") }

func href(s string) templ.SafeURL { return templ.SafeURL(s) }
