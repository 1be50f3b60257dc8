package village

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
)

// mountApp lets the site be installed. What it serves is the same for everybody, so it stands
// before the door.
func (s site) mountApp(r chi.Router) {
	plain := kit.Shell{Log: s.Log, Flash: s.Flash, Home: Base, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PlainLayout(kit.PlainView{Name: siteName}, p)
	}}
	app := kit.App{Base: Base, Short: siteName, Shell: plain, Name: func(*http.Request) string { return siteName }}
	r.Get(kit.AppManifest, plain.Handle(app.Manifest))
	r.Get(kit.AppWorker, plain.Handle(app.Worker))
	r.Get(kit.AppOffline, plain.Handle(app.Offline))
	r.Get(kit.AppIcons+"{name}", func(w http.ResponseWriter, r *http.Request) { app.Icon(w, r, chi.URLParam(r, "name")) })
}
