package wire

import (
	"net/http"
	"path"

	"github.com/go-chi/chi/v5"

	"liandong/deploy/local"
	"liandong/modules/notices/web/sms"
	"liandong/portal-sites/api"
	"liandong/portal-sites/citizen"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/signin"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/identity"
	"liandong/tenancy/identity/store"
)

// maxBody bounds every request: the largest upload that files take, and its form around it.
const maxBody = 24 << 20

// maxLists bounds a list of applicants with the archive of their papers.
const maxLists = 112 << 20

// bodies lets lists be larger than everything else.
func bodies(next http.Handler) http.Handler {
	lists, rest := kit.MaxBody(maxLists)(next), kit.MaxBody(maxBody)(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ok, err := path.Match("/*/assist/*/batch", r.URL.Path); ok && err == nil {
			lists.ServeHTTP(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	})
}

// Handler serves every site of every tenant.
func (a *App) Handler() (http.Handler, error) {
	s, err := a.sites()
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Log(a.cfg.Log, a.cfg.Now), kit.Recover(a.cfg.Log), kit.SecurityHeaders(a.cfg.Secure))
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	r.Get("/readyz", a.ready)
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.With(kit.MaxBody(64<<10)).Method(http.MethodPost, local.SMSPath, a.kratosCodes())
	if a.simulated() {
		r.Method(http.MethodPost, sms.SimulatorPath, sms.Simulate(a.account, a.simulator, a.cfg.Log))
	}
	var docs http.HandlerFunc
	r.Group(func(r chi.Router) {
		r.Use(kit.MaxBody(maxBody), a.keeper.Middleware, a.apiScope(s))
		docs = api.Mount(r, api.Deps{
			Items: a.Items, Cases: a.Cases, Datasets: a.Datasets, Tree: a.Tree, Partners: a.Partners, Address: a.proxies.address, Log: a.cfg.Log, Version: Version,
		})
	})
	r.Group(func(r chi.Router) {
		r.Use(bodies, a.keeper.Middleware, kit.CSRF(s.csrf))
		r.Post(kit.ElderPath, kit.ToggleElder)
		r.Route("/desk", s.desk)
		s.village(r)
		r.Get(api.DocsPath, docs)
		r.Route("/sites/{code}", func(r chi.Router) {
			r.Use(a.enterSite(s, byCode(a)))
			citizen.Mount(r, s.citizen)
		})
		r.Group(func(r chi.Router) {
			r.Use(a.enterSite(s, byHost(a)))
			citizen.Mount(r, s.citizen)
		})
	})
	return r, nil
}

// Version of the product, as pages and the API name it.
const Version = "0.1.0"

// ready answers 200 once the database and the identity server answer.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.DB.Ping(r.Context()); err != nil {
		http.Error(w, "database", http.StatusServiceUnavailable)
		return
	}
	if err := a.Kratos.Ready(r.Context()); err != nil {
		http.Error(w, "identity", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// signIn is what every site's doors share.
func (a *App) signIn(schema identity.Schema) signin.Deps {
	return signin.Deps{
		Client: a.Kratos, Gate: a.gate, Keeper: a.keeper, Schema: schema, URL: visit.URL, Address: a.proxies.address, Now: a.cfg.Now, Journal: store.NewJournal(a.DB),
		SealID:   func(n string) string { return a.sealer.Seal(purposeID, n) },
		IDNumber: func(id identity.Identity) (string, error) { return a.sealer.Open(purposeID, id.IDSealed) },
	}
}
