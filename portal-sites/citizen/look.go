package citizen

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

// Shell is the look and manners of whichever site a request is for; the sign-in
// pages wear it too.
func Shell(d Deps) kit.Shell {
	h := handlers{Deps: d}
	return kit.Shell{
		Log: h.Log, Density: kit.Roomy, Flash: h.Flash,
		Layout: func(r *http.Request, p kit.Page) templ.Component {
			return kit.CitizenLayout(h.view(r), p)
		},
	}
}

// shell is Shell with error pages that lead home to the site of r.
func (h handlers) shell(r *http.Request) kit.Shell {
	s := Shell(h.Deps)
	s.Home = visit.URL(r.Context(), "/")
	return s
}

// looked holds the look of the site once it was read for a request.
type looked struct{ look *Look }

type lookedKey struct{}

func withLooked(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), lookedKey{}, &looked{}))
}

// look is that of the site; a request reads it once.
func (h handlers) look(r *http.Request) Look {
	l, ok := r.Context().Value(lookedKey{}).(*looked)
	if !ok {
		return h.readLook(r)
	}
	if l.look == nil {
		read := h.readLook(r)
		l.look = &read
	}
	return *l.look
}

// readLook reads the look; a site whose settings cannot be read keeps its name.
func (h handlers) readLook(r *http.Request) Look {
	site := visit.SiteOf(r.Context())
	l, err := h.Sites.Look(r.Context())
	if err != nil {
		h.Log.WarnContext(r.Context(), "site settings not read", slog.Any("err", err))
	}
	level := orText(site.Level, "platform") // no site at all: an address that is nobody's
	for _, f := range []struct {
		at  *string
		key string
	}{{&l.Name, "citizen.site_name"}, {&l.Organ, "citizen.organ." + level}, {&l.Centre, "citizen.centre." + level}} {
		if *f.at == "" {
			*f.at = text.T(f.key, site.Name)
		}
	}
	if len(l.HotWords) == 0 {
		l.HotWords = strings.Split(text.T("citizen.hot_words"), text.T("citizen.comma"))
	}
	if l.Slogan == "" {
		l.Slogan = text.T("citizen.slogan")
	}
	return l
}

func (h handlers) view(r *http.Request) kit.SiteView {
	l, ctx := h.look(r), r.Context()
	v := kit.SiteView{
		Name: l.Name, Slogan: l.Slogan, LogoURL: l.LogoURL, HomeURL: visit.URL(ctx, "/"), Organ: l.Organ, Theme: l.Theme,
		RegionPath: h.regionPath(ctx), RegionSwitch: visit.URL(ctx, "/regions"), Nav: nav(ctx),
		SearchAction: visit.URL(ctx, "/items"), SuggestURL: visit.URL(ctx, "/items/suggest"), SearchHint: text.T("citizen.search_hint"), Query: r.URL.Query().Get("q"), HotWords: hotWords(ctx, l),
		LoginURL: loginURL(r, signInBack(r)), Accessible: visit.URL(ctx, "/accessible"),
		FooterLinks: links(ctx, "about", "/help", "accessible", "/accessible", "laws", "/laws", "regions", "/regions", "desk", ""), FooterLines: footer(l),
	}
	if h.Register != "" {
		v.RegisterURL = visit.URL(ctx, h.Register)
	}
	if a, ok := person(r); ok {
		v.User = kit.UserView{Name: a.Name, Logout: visit.URL(ctx, "/logout"), Menu: h.menu(ctx)}
	}
	return v
}

// menu is what stands below her name.
func (h handlers) menu(ctx context.Context) []kit.Link {
	pairs := []string{"messages", "/notices", "me", "/me"}
	if h.Library != nil {
		pairs = append([]string{"materials", "/materials"}, pairs...)
	}
	return links(ctx, pairs...)
}

// signInBack is where the link to sign in leads back to: this page, unless it is
// itself a page of the doors.
func signInBack(r *http.Request) string {
	if r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, visit.URL(r.Context(), "/login")) {
		return r.URL.RequestURI()
	}
	return visit.URL(r.Context(), "/")
}

// links makes links of pairs of a catalogue word and a path of this site.
func links(ctx context.Context, pairs ...string) (out []kit.Link) {
	for i := 0; i+1 < len(pairs); i += 2 {
		to := "/desk"
		if pairs[i+1] != "" {
			to = visit.URL(ctx, pairs[i+1])
		}
		out = append(out, kit.Link{Label: text.T("citizen.nav." + pairs[i]), Href: to})
	}
	return out
}

func nav(ctx context.Context) (out []kit.NavItem) {
	for _, n := range []struct{ key, path string }{
		{"home", "/"},
		{"person", "/items?audience=person"},
		{"legal", "/items?audience=legal"},
		{"items", "/items"},
		{"cases", "/cases"},
		{"articles", "/articles"},
		{"regions", "/regions"},
		{"help", "/help"},
	} {
		out = append(out, kit.NavItem{Key: n.key, Label: text.T("citizen.nav." + n.key), Href: visit.URL(ctx, n.path)})
	}
	return out
}

func hotWords(ctx context.Context, l Look) (out []kit.Link) {
	for _, w := range l.HotWords {
		out = append(out, kit.Link{Label: w, Href: query(visit.URL(ctx, "/items"), "q", w)})
	}
	return out
}

// regionPath leads from the root of the tree down to this site.
func (h handlers) regionPath(ctx context.Context) (out []kit.Crumb) {
	site := visit.SiteOf(ctx)
	for _, p := range site.Chain {
		c := kit.Crumb{Label: p.Name}
		if p.Tenant != site.Tenant {
			c.Href = h.SiteURL(p.Code, "")
		}
		out = append(out, c)
	}
	return out
}

func footer(l Look) []string {
	var out []string
	if l.Phone != "" {
		out = append(out, text.T("citizen.footer_phone", l.Centre, l.Phone))
	}
	return append(out, l.FooterLines...)
}
