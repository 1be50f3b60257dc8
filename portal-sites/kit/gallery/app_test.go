package gallery_test

import (
	"bytes"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
)

// installed is a desk of one page that can be installed.
func installed() http.Handler {
	log := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))
	plain := kit.Shell{Log: log, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PlainLayout(kit.PlainView{Name: "政务服务平台"}, p)
	}}
	desk := kit.Shell{Log: log, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{Brand: "政务服务平台", App: "/desk", User: kit.UserView{Name: "演示", Logout: "/logout"}}, p)
	}}
	app := kit.App{Base: "/desk", Short: "工作台", Shell: plain, Name: func(*http.Request) string { return "宝力根苏木 工作台" }}
	r := chi.NewRouter()
	r.Use(kit.SecurityHeaders(false), kit.CSRF(kit.CSRFOptions{Secret: []byte(strings.Repeat("s", 32))}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Get("/desk"+kit.AppManifest, desk.Handle(app.Manifest))
	r.Get("/desk"+kit.AppWorker, desk.Handle(app.Worker))
	r.Get("/desk"+kit.AppOffline, desk.Handle(app.Offline))
	r.Get("/desk"+kit.AppIcons+"{name}", func(w http.ResponseWriter, r *http.Request) { app.Icon(w, r, chi.URLParam(r, "name")) })
	r.Get("/desk", desk.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return desk.Page(w, r, http.StatusOK, kit.Page{Title: "待办事项", Content: templ.Raw("<h1>待办事项</h1><p>申请人：演示</p>")})
	}))
	return r
}

// A site with an App can be installed, keeps no page of its own, and says so when there is no network.
func TestInstalling(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(installed())
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t).Size(390, 800).Open(srv.URL + "/desk")
	if got := b.Await("navigator.serviceWorker.ready.then(r => new URL(r.scope).pathname + ' ' + r.active.state.replace('activating', 'activated'))"); got != "/desk activated" {
		t.Fatalf("the worker is %s", got)
	}
	for _, why := range b.Installable() {
		if why != "in-incognito" {
			t.Errorf("it cannot be installed: %s", why)
		}
	}
	kept := b.Await("caches.keys().then(ks => Promise.all(ks.map(k => caches.open(k).then(c => c.keys())))).then(all => all.flat().map(r => new URL(r.url).pathname.replace(/[0-9a-f]{12}/, '*')).sort().join(' '))")
	if kept != "/desk/offline /kit/*/favicon.svg /kit/*/htmx.js /kit/*/kit.css /kit/*/kit.js" {
		t.Errorf("it keeps %s", kept)
	}
	b.Open(srv.URL + "/desk")
	srv.CloseClientConnections()
	srv.Close()
	b.Do(chromedp.Navigate(srv.URL+"/desk"), chromedp.WaitReady("[data-back]"))
	if got := b.Eval("document.body.innerText"); !strings.Contains(got, "当前没有网络") || strings.Contains(got, "申请人：演示") {
		t.Errorf("without network: %s", got)
	}
	b.Axe("without network")
	if dir := os.Getenv("KIT_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, "offline.png"), false)
	}
}

// Icons are square pictures of the size that their name says; a maskable one has no holes.
func TestAppIcons(t *testing.T) {
	t.Parallel()
	h := installed()
	for name, size := range map[string]int{"any-192": 192, "any-512": 512, "maskable-192": 192, "maskable-512": 512, "maskable-180": 180} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/desk/app-icons/"+name+".png", nil))
		img, err := png.Decode(w.Body)
		if err != nil || img.Bounds().Dx() != size || img.Bounds().Dy() != size {
			t.Fatalf("%s: %v, %v", name, err, w.Code)
		}
		_, _, _, corner := img.At(0, 0).RGBA()
		if full := strings.HasPrefix(name, "maskable"); full != (corner == 0xffff) {
			t.Errorf("%s has corners of %d", name, corner)
		}
		if r, g, b, a := img.At(size/2, size*26/48).RGBA(); a != 0xffff || name == "any-192" && (r != 0xffff || g != 0xffff || b != 0xffff) {
			t.Errorf("%s has %d %d %d %d where the hills are", name, r, g, b, a)
		}
		if dir := os.Getenv("KIT_SHOTS"); dir != "" {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/desk/app-icons/"+name+".png", nil))
			if err := os.WriteFile(filepath.Join(dir, name+".png"), w.Body.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"any-193.png", "other-192.png", "x"} {
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/desk/app-icons/"+name, nil)); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", name, w.Code)
		}
	}
}
