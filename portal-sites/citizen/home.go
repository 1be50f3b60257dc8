package citizen

import (
	"context"
	"net/http"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

// homeView is everything on the front page.
type homeView struct {
	look     Look
	signedIn bool
	unread   int
	items    []catalog.Card // what to begin with
	themes   []catalog.Card // 一件事
	local    bool           // items can be applied for on this very site
	person   []kit.Link     // topics
	legal    []kit.Link
	depts    []kit.Link
	news     []Article
	mine     []cases.Row
	below    []kit.Link
}

// How much the front page shows.
const (
	homeItems  = 8
	homeThemes = 6
	homeTopics = 12
	homeNews   = 6
	homeCases  = 3
	homePlaces = 24
	homeDepts  = 24
)

func (h handlers) home(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx, site := r.Context(), visit.SiteOf(r.Context())
	v := homeView{look: h.look(r)}
	d, err := h.Items.Browse(ctx, catalog.Browse{Size: 1})
	if err != nil {
		return err
	}
	v.sort(ctx, d, site.Level)
	if len(d.Counts[catalog.FacetTheme]) > 0 {
		themes, err := h.Items.Browse(ctx, themesBy(1, homeThemes))
		if err != nil {
			return err
		}
		v.themes = themes.Rows
	}
	if v.news, err = h.latest(ctx, homeNews); err != nil {
		return err
	}
	below, err := h.Tree.Children(ctx, site.Tenant)
	if err != nil {
		return err
	}
	v.below = h.sites(below[:min(len(below), homePlaces)])
	if err := h.greet(r, &v); err != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.home"), Active: "home", Home: true, Content: homePage(v)})
}

// greet adds what only the visitor herself sees.
func (h handlers) greet(r *http.Request, v *homeView) error {
	if _, v.signedIn = person(r); !v.signedIn {
		return nil
	}
	p, err := h.Cases.List(r.Context(), cases.Query{Page: 1, Size: homeCases})
	if err != nil {
		return err
	}
	v.mine = p.Rows
	v.unread, err = h.Notices.Unread(r.Context())
	return err
}

// sort lays the items out by what can be done here, by topic and by department, the
// most frequent first.
func (v *homeView) sort(ctx context.Context, d catalog.Directory, level string) {
	v.items = d.Here(level, homeItems)
	if v.local = len(v.items) > 0; !v.local {
		v.items = d.Here("", homeItems)
	}
	v.person = topics(ctx, d, "person", catalog.FacetTopicPerson)
	v.legal = topics(ctx, d, "legal", catalog.FacetTopicLegal)
	depts := d.Counts[catalog.FacetDepartment]
	for _, c := range depts[:min(len(depts), homeDepts)] {
		v.depts = append(v.depts, kit.Link{Label: c.Value, Href: query(visit.URL(ctx, "/items"), "department", c.Value)})
	}
}

// heading says which items stand on the front page.
func (v homeView) heading() string {
	if v.local {
		return text.T("citizen.items_local")
	}
	return text.T("citizen.items_below")
}

func topics(ctx context.Context, d catalog.Directory, audience, facet string) (out []kit.Link) {
	counts := d.Counts[facet]
	for _, c := range counts[:min(len(counts), homeTopics)] {
		out = append(out, kit.Link{Label: wordIn(d.Book, "topic_"+audience, c.Value), Href: query(visit.URL(ctx, "/items"), "audience", audience, "topic", c.Value)})
	}
	return out
}

func tiles(ctx context.Context, v homeView) []kit.TileProps {
	at := func(path string) string { return visit.URL(ctx, path) }
	out := make([]kit.TileProps, 0, 6)
	for _, t := range []struct{ key, path, icon, tone string }{
		{"items", "/items", "layout-filled", "blue"},
		{"cases", "/cases", "search-filled", "green"},
		{"person", "/items?audience=person", "user-filled", "orange"},
		{"legal", "/items?audience=legal", "credit-card-filled", "green"},
		{"messages", "/notices", "message-filled", "blue"},
		{"help", "/help", "help-circle-filled", "orange"},
	} {
		out = append(out, kit.TileProps{Href: at(t.path), Icon: t.icon, Tone: t.tone, Title: text.T("citizen.tile." + t.key), Note: text.T("citizen.tile_note." + t.key)})
	}
	out[4].Count = v.unread
	return out
}
