package wire

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
)

// maxBody bounds every request: the largest upload that files take, and its form around it.
const maxBody = 24 << 20

// Handler serves every site of every tenant.
func (a *App) Handler() http.Handler {
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Log(a.cfg.Log, a.cfg.Now), kit.Recover(a.cfg.Log), kit.SecurityHeaders(a.cfg.Secure), kit.MaxBody(maxBody))
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	r.Get("/readyz", a.ready)
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	return r
}

// ready answers 200 once the database and the identity server answer.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.DB.Ping(r.Context()); err != nil {
		http.Error(w, "database", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}
