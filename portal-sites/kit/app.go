package kit

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// App (可安装应用) makes a site installable on phones and computers: a manifest, a service worker
// that keeps the look and a page for when there is no network, and icons. It never keeps a page
// of the site, so no personal data stays on the device.
type App struct {
	Base  string // where the site lives: "/desk"
	Short string // under the icon, few characters
	Name  func(r *http.Request) string
	Shell Shell // of the page without network
}

// The addresses of an App below its Base.
const (
	AppManifest = "/app.webmanifest"
	AppWorker   = "/sw.js"
	AppOffline  = "/offline"
	AppIcons    = "/app-icons/" // icon-192.png and so on
)

// appColour is behind the bar of an installed site.
const appColour = "#0f2a4a"

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

// Manifest answers AppManifest.
func (a App) Manifest(w http.ResponseWriter, r *http.Request) error {
	icons := []manifestIcon{}
	for _, size := range []string{"192", "512"} {
		for _, purpose := range []string{"any", "maskable"} {
			icons = append(icons, manifestIcon{a.Base + AppIcons + purpose + "-" + size + ".png", size + "x" + size, "image/png", purpose})
		}
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	w.Header().Set("Cache-Control", "private, no-cache")
	return json.NewEncoder(w).Encode(map[string]any{
		"id": a.Base, "name": a.Name(r), "short_name": a.Short, "lang": "zh-CN", "dir": "ltr", "start_url": a.Base, "scope": a.Base,
		"display": "standalone", "orientation": "any", "theme_color": appColour, "background_color": "#f3f6fa", "icons": icons,
	})
}

// appFiles are what a site looks like; the worker keeps these and nothing else.
func appFiles() []string {
	return []string{AssetURL("kit.css"), AssetURL("kit.js"), AssetURL("htmx.js"), AssetURL("favicon.svg")}
}

// Worker answers AppWorker.
func (a App) Worker(w http.ResponseWriter, _ *http.Request) error {
	files := appFiles()
	told, err := json.Marshal(map[string]any{"name": "liandong" + a.Base + "-" + assets()["sw.js"].etag + "-" + strings.Join(files, "-"), "prefix": "liandong" + a.Base + "-", "offline": a.Base + AppOffline, "files": files})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Service-Worker-Allowed", a.Base)
	_, _ = w.Write(append([]byte("self.LD="+string(told)+";\n"), assets()["sw.js"].body...)) // the client went away; nobody is left to tell
	return nil
}

// Offline answers AppOffline: the page that stands in when there is no network. It is the same
// for everybody.
func (a App) Offline(w http.ResponseWriter, r *http.Request) error {
	return a.Shell.Page(w, r, http.StatusOK, Page{Title: offlineTitle, Content: offlinePage(a.Base)})
}

// Icon answers one of AppIcons, by its name.
func (a App) Icon(w http.ResponseWriter, r *http.Request, name string) {
	purpose, size, _ := strings.Cut(strings.TrimSuffix(name, ".png"), "-")
	n, err := strconv.Atoi(size)
	if err != nil || n != 192 && n != 512 && n != 180 || purpose != "any" && purpose != "maskable" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(appIcon(n, purpose == "maskable")) // the client went away; nobody is left to tell
}

var drawn sync.Map //nolint:gochecknoglobals // icons by size and purpose, drawn once

// appIcon draws the mark of favicon.svg: white hills on blue. A maskable one fills its square and
// keeps the hills inside of the circle that every mask leaves.
func appIcon(size int, maskable bool) []byte {
	key := [2]any{size, maskable}
	if b, ok := drawn.Load(key); ok {
		return b.([]byte) //nolint:forcetypeassert // stored below
	}
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetNRGBA(x, y, iconPixel(x, y, size, maskable))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // an image in memory is always written
	}
	drawn.Store(key, out.Bytes())
	return out.Bytes()
}

// fine is into how many parts a pixel is cut each way, so that edges are smooth.
const fine = 4

func iconPixel(x, y, size int, maskable bool) color.NRGBA {
	ground, hill := 0, 0
	for i := range fine * fine {
		px := (float64(x) + (float64(i%fine)+0.5)/fine) * 48 / float64(size)
		py := (float64(y) + (float64(i/fine)+0.5)/fine) * 48 / float64(size)
		if maskable {
			ground++
			px, py = 24+(px-24)/0.72, 24+(py-24)/0.72
		} else if inRounded(px, py) {
			ground++
		}
		if inHills(px, py) {
			hill++
		}
	}
	mix := func(blue int) uint8 { return uint8((blue*(ground-hill) + 255*hill) / max(ground, 1)) }       //nolint:gosec // at most 255
	return color.NRGBA{R: mix(0x12), G: mix(0x56), B: mix(0xb8), A: uint8(255 * ground / (fine * fine))} //nolint:gosec // at most 255
}

// inRounded reports whether a point is inside of the square with round corners, of 48 by 48.
func inRounded(x, y float64) bool {
	const r = 10
	cx, cy := min(max(x, r), 48-r), min(max(y, r), 48-r)
	return (x-cx)*(x-cx)+(y-cy)*(y-cy) <= r*r
}

// inHills reports whether a point is inside of the hills.
func inHills(x, y float64) (in bool) {
	hills := [][2]float64{{6, 35}, {18, 15}, {26, 26}, {30, 21}, {42, 35}}
	for i, a := range hills {
		b := hills[(i+1)%len(hills)]
		if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

// appHead makes the pages of a site lead to its App; base is empty for sites that are none.
func appHead(base string) templ.Component {
	if base == "" {
		return templ.NopComponent
	}
	return appLinks(base)
}
