package desk

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

// mountApp lets the workbench be installed on phones and computers, under the name of the
// tenant of whoever is signed in.
func (h handlers) mountApp(r chi.Router) {
	app := kit.App{Base: h.Base, Short: homeTitle(), Shell: door(h.Deps), Name: h.appName}
	r.Get(kit.AppManifest, h.shell.Handle(app.Manifest))
	r.Get(kit.AppWorker, h.shell.Handle(app.Worker))
	r.Get(kit.AppOffline, h.shell.Handle(app.Offline))
	r.Get(kit.AppIcons+"{name}", func(w http.ResponseWriter, r *http.Request) { app.Icon(w, r, chi.URLParam(r, "name")) })
}

func (h handlers) appName(r *http.Request) string {
	if _, err := tenancy.From(r.Context()); err != nil {
		return h.Brand + " " + homeTitle()
	}
	return h.view(r).Tenant + " " + homeTitle()
}
