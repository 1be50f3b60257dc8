package wire

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	auditweb "liandong/modules/audit/web"
	casesweb "liandong/modules/cases/web"
	catalogweb "liandong/modules/catalog/web"
	datasetsweb "liandong/modules/datasets/web"
	filesweb "liandong/modules/files/web"
	formsweb "liandong/modules/forms/web"
	lawsweb "liandong/modules/laws/web"
	noticesweb "liandong/modules/notices/web"
	orgweb "liandong/modules/org/web"
	partnersweb "liandong/modules/partners/web"
	sitesweb "liandong/modules/sites/web"
	supervisionweb "liandong/modules/supervision/web"
	"liandong/portal-sites/api"
	"liandong/portal-sites/citizen"
	"liandong/portal-sites/desk"
	"liandong/portal-sites/desk/queues"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/signin"
	"liandong/portal-sites/kit/visit"
	"liandong/portal-sites/village"
	"liandong/tenancy"
	"liandong/tenancy/identity"
)

// doors are the sites with what they are made of.
type doors struct {
	*App

	csrf    kit.CSRFOptions
	flash   kit.Flasher
	bench   desk.Deps
	citizen citizen.Deps
	person  signin.Deps // the doors of the citizen sites
}

func (a *App) sites() (*doors, error) {
	secret, err := a.cfg.Secret("web")
	if err != nil {
		return nil, err
	}
	s := &doors{App: a, flash: kit.Flasher{Secret: secret, Secure: a.cfg.Secure}}
	s.csrf = kit.CSRFOptions{Secret: secret, Secure: a.cfg.Secure, Session: sessionID}
	s.citizen = s.citizenDeps()
	s.bench = s.deskDeps()
	return s, nil
}

// sessionID binds CSRF tokens to the session.
func sessionID(r *http.Request) string {
	session, _ := visit.SessionOf(r.Context())
	return session.SID
}

func (s *doors) desk(r chi.Router) { desk.Mount(r, s.bench) }

func (s *doors) deskDeps() desk.Deps {
	d := desk.Deps{
		Base: "/desk", Brand: issuer, Actors: s.Org, SignIn: s.signIn(identity.SchemaStaff), Authz: s.Policy,
		Counts: counts{s.Cases, s.Notices, s.Items}, Work: desk.CaseWork{Cases: s.Cases, Now: s.cfg.Now}, News: news{s.Sites, s.Tree}, Log: s.cfg.Log, Flash: s.flash, Simulator: s.simulated(),
	}
	shell, base := desk.Shell(d), d.Base
	home := kit.Crumb{Label: homeLabel, Href: base}
	d.Modules = []func(chi.Router){
		func(r chi.Router) {
			casesweb.Mount(r, casesweb.Deps{Service: s.Cases, Shell: shell, Base: base, Home: home, Flows: drawings{s.DB, s.Flows}, Files: papers{s.Files}, Offers: shelf{s.Items, s.Tree}, Places: nearby{s.Tree}, Library: sharing{s.Materials, s.Files}, Laws: provisions{s.Items, s.Laws, base}, EForms: s.sheets(), Now: s.cfg.Now, Font: s.cfg.Font, SiteURL: s.siteOf, PublicURL: s.cfg.PublicURL})
			casesweb.MountTemplates(r, casesweb.TemplateDeps{Service: s.Cases, Shell: shell, Base: base, Home: home, May: s.Items.MayConfigure, Now: s.cfg.Now})
		},
		func(r chi.Router) { filesweb.Mount(r, filesweb.Deps{Service: s.Files, Shell: shell, Base: base}) },
		func(r chi.Router) {
			casesweb.MountMigrations(r, casesweb.MigrateDeps{Service: s.Cases, Shell: shell, Base: base, Home: home, Parts: drawings{s.DB, s.Flows}})
			catalogweb.Mount(r, catalogweb.Deps{Service: s.Items, Flows: s.Flows, Stage: stage{s.DB, s.Org, s.Tree, s.Flows}, Laws: citing{s.Laws, base}, Files: blanks{s.Files}, Forms: eforms{s.Forms}, Filings: s.Cases, Papers: stepPapers(), Services: flowServices(), Shell: shell, Base: base, SiteURL: s.siteOf})
		},
		func(r chi.Router) {
			lawsweb.Mount(r, lawsweb.Deps{Service: s.Laws, Shell: shell, Base: base, Home: home})
		},
		func(r chi.Router) {
			formsweb.Mount(r, formsweb.Deps{Service: s.Forms, Shell: shell, Base: base, Home: home, Divisions: divisions{s.Tree}, Papers: uploads{s.Files}})
		},
		func(r chi.Router) {
			orgweb.Mount(r, orgweb.Deps{Service: s.Org, Tree: s.Tree, Authz: s.Policy, Shell: shell, Base: base})
		},
		func(r chi.Router) {
			supervisionweb.Mount(r, supervisionweb.Deps{Service: s.Supervision, Shell: shell, Base: base, Home: home, Now: s.cfg.Now})
		},
		func(r chi.Router) {
			datasetsweb.Mount(r, datasetsweb.Deps{Service: s.Datasets, Shell: shell, Base: base, Home: home, Branches: s.branches})
		},
		func(r chi.Router) {
			noticesweb.Mount(r, noticesweb.Deps{Service: s.Notices, Shell: shell, Base: base, Home: kit.Crumb{Label: homeLabel}})
		},
		func(r chi.Router) {
			noticesweb.MountInbox(r, noticesweb.InboxDeps{Simulator: s.simulator, Shell: shell, Base: base, Home: home})
		},
		func(r chi.Router) {
			sitesweb.Mount(r, sitesweb.Deps{Service: s.Sites, Shell: shell, Base: base, Home: home})
		},
		func(r chi.Router) {
			partnersweb.Mount(r, partnersweb.Deps{Service: s.Partners, Shell: shell, Base: base, Home: home, Docs: api.DocsPath, Now: s.cfg.Now})
		},
		func(r chi.Router) {
			auditweb.Mount(r, auditweb.Deps{Service: s.Audit, Shell: shell, Base: base, Home: home, Now: s.cfg.Now})
		},
		func(r chi.Router) {
			queues.Mount(r, queues.Deps{Source: background{s.Jobs}, Shell: shell, Base: base, Home: home, Now: s.cfg.Now})
		},
	}
	return d
}

const homeLabel = "工作台"

// siteOf is the citizen site of a tenant on this host.
func (s *doors) siteOf(id tenancy.ID) string {
	n, err := s.Tree.Get(context.Background(), id)
	if err != nil {
		return ""
	}
	return "/sites/" + n.Code
}

func (s *doors) village(r chi.Router) {
	village.Mount(r, village.Deps{
		Cases: s.Cases, Files: s.Files, Flows: drawings{s.DB, s.Flows}, Library: sharing{s.Materials, s.Files}, Offers: shelf{s.Items, s.Tree}, Laws: provisions{items: s.Items, laws: s.Laws}, EForms: s.sheets(), Forms: s.Forms, Papers: uploads{s.Files}, Log: s.cfg.Log, Flash: s.flash,
		Now: s.cfg.Now, Middleware: []func(http.Handler) http.Handler{desk.Guard(s.bench)}, View: s.villager, Logout: "/desk/logout", Desk: "/desk",
		Font: s.cfg.Font, SiteURL: s.siteOf, PublicURL: s.cfg.PublicURL,
	})
}

func (s *doors) villager(ctx context.Context) village.Visitor {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return village.Visitor{}
	}
	v := village.Visitor{Name: scope.Actor.Name}
	if n, err := s.Tree.Get(ctx, scope.Tenant); err == nil {
		v.Tenant = n.Name
	}
	return v
}

func (s *doors) citizenDeps() citizen.Deps {
	d := citizen.Deps{
		Items: s.Items, Cases: s.Cases, Files: s.Files, Tree: s.Tree, Sites: citizen.Kept(s.Sites), Notices: letters{s.Notices},
		Flows: drawings{s.DB, s.Flows}, Library: s.Materials, People: profiles{s.Kratos, s.sealer}, Laws: s.Laws, SiteURL: func(code, _ string) string { return "/sites/" + code }, Register: "/register",
		EForms: s.sheets(), Forms: s.Forms, Papers: uploads{s.Files},
		Calendars: days{s.DB}, Font: s.cfg.Font, PublicURL: s.cfg.PublicURL,
		Log: s.cfg.Log, Flash: s.flash, Now: s.cfg.Now,
	}
	in := s.signIn(identity.SchemaPerson)
	in.Door = citizen.Shell(d)
	in.Shell = in.Door
	s.person = in
	d.SignIn = func(r chi.Router) { signin.Mount(r, in) }
	return d
}
