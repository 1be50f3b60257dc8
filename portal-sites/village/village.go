// Package village is the trimmed interface of service points (嘎查村代办点): few
// large choices, light pages for poor networks. It draws the same case pages as
// the desk, at another density, and adds nothing but its front page.
package village

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/files"
	filesweb "liandong/modules/files/web"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/portal-sites/kit"
)

// Base is where the site lives on every host that staff use.
const Base = "/village"

// Deps is what the site needs. Middleware comes from outside, in the order in
// which it is to run: it opens the session and puts the seat's scope (tenancy.With,
// Staff) into the context of every request, or answers itself (sign in first).
type Deps struct {
	Cases      *cases.Service
	Files      *files.Service
	Flows      casesweb.Flows
	Offers     casesweb.Offers
	Library    casesweb.Library // may be nil: nothing is used again
	EForms     casesweb.EForms  // may be nil, like the two below: items have no electronic forms then
	Forms      *forms.Service
	Papers     formsweb.Papers
	Log        *slog.Logger
	Flash      kit.Flasher
	Now        func() time.Time
	Middleware []func(http.Handler) http.Handler
	View       func(ctx context.Context) Visitor // who is signed in
	Logout     string                            // POST target
	Desk       string                            // the full workbench; "" shows no way to it
	Phone      string                            // who to call when stuck

	Laws casesweb.Laws // what cases are decided on; nil: pages show none

	Font      string           // of documents: see casesweb.Deps
	SiteURL   casesweb.SiteURL // see there
	PublicURL string           // see there
}

// Visitor is the member of staff at the service point.
type Visitor struct {
	Name   string // of the person
	Tenant string // name of the village
	Theme  string
}

// site is Deps with its shell.
type site struct {
	Deps
	shell kit.Shell
}

// Mount serves the site under Base on r, which carries the kit's own middleware
// and assets already.
func Mount(r chi.Router, d Deps) {
	s := site{Deps: d}
	s.shell = kit.Shell{Layout: s.layout, Log: d.Log, Density: kit.Large, Flash: d.Flash, Home: Base}
	r.Route(Base, func(r chi.Router) {
		s.mountApp(r)
		r = r.With(d.Middleware...)
		r.Get("/", s.shell.Handle(s.home))
		r.Get("/common", s.shell.Handle(s.common))
		filesweb.Mount(r, filesweb.Deps{Service: d.Files, Shell: s.shell, Base: Base})
		casesweb.Mount(r, casesweb.Deps{
			Service: d.Cases, Shell: s.shell, Base: Base, Home: kit.Crumb{Label: titleHome, Href: Base},
			Flows: d.Flows, Files: Papers{d.Files}, Offers: d.Offers, Library: d.Library, Laws: d.Laws, EForms: d.EForms, Now: d.Now, Steps: withStep, Font: d.Font, SiteURL: d.SiteURL, PublicURL: d.PublicURL,
		})
		if d.Forms != nil {
			formsweb.MountSaving(r, formsweb.Deps{Service: d.Forms, Shell: s.shell, Base: Base, Papers: d.Papers})
		}
		r.NotFound(s.shell.NotFound)
	})
}

type stepKey struct{}

// withStep remembers where assisted filing stands, for the layout.
func withStep(ctx context.Context, current int) context.Context {
	return context.WithValue(ctx, stepKey{}, current)
}

func (s site) layout(r *http.Request, p kit.Page) templ.Component {
	who := s.View(r.Context())
	v := kit.VillageView{Name: siteName, Theme: who.Theme, Tenant: who.Tenant, User: kit.UserView{Name: who.Name, Logout: s.Logout}, Phone: s.Phone, HomeURL: Base, App: Base}
	if n, ok := r.Context().Value(stepKey{}).(int); ok {
		v.Steps, v.Step = filingSteps(), n
	}
	return kit.VillageLayout(v, p)
}

// home is the front page: what can be done here, with the work that waits.
func (s site) home(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Cases.CountTodos(r.Context())
	if err != nil {
		return err
	}
	back, err := s.Cases.List(r.Context(), cases.Query{Kind: "deliver", Size: 5})
	if err != nil {
		return err
	}
	wanting, err := s.Cases.List(r.Context(), cases.Query{Status: cases.Supplement, Size: 1})
	if err != nil {
		return err
	}
	return s.shell.Page(w, r, http.StatusOK, kit.Page{Title: titleHome, Home: true, Content: homePage(s.Desk, s.Cases.MayFile(r.Context(), "") == nil, n, wanting.Total, back)})
}

// common lists the items of this place, most wanted first, for quick filing.
func (s site) common(w http.ResponseWriter, r *http.Request) error {
	if err := s.Cases.MayFile(r.Context(), ""); err != nil {
		return err
	}
	items, _, err := s.Offers.Search(r.Context(), "", 1, 8)
	if err != nil {
		return err
	}
	return s.shell.Page(w, r, http.StatusOK, kit.Page{Title: titleCommon, Content: commonPage(items), Crumbs: []kit.Crumb{{Label: titleHome, Href: Base}}})
}
