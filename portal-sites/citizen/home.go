package citizen

import (
	"context"
	"net/http"
	"slices"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

// homeView is everything on the front page.
type homeView struct {
	look     Look
	signedIn bool
	unread   int
	items    []catalog.Row // what to begin with
	local    bool          // items can be applied for on this very site
	person   []kit.Link    // topics
	legal    []kit.Link
	depts    []kit.Link
	total    int
	news     []Article
	mine     []cases.Row
	below    []kit.Link
}

// How much the front page shows.
const (
	homeItems  = 8
	homeTopics = 12
	homeNews   = 6
	homeCases  = 3
	homePlaces = 24
	scanned    = 100 // items looked through for topics and departments
)

func (h handlers) home(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx, site := r.Context(), visit.SiteOf(r.Context())
	v := homeView{look: h.look(r)}
	offered, err := h.Items.Offered(ctx, catalog.Query{Size: scanned, Sort: "name"})
	if err != nil {
		return err
	}
	book, err := h.Items.Book(ctx)
	if err != nil {
		return err
	}
	v.sort(codes.With(ctx, book), offered, site.Level)
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

// sort lays the items out by what can be done here, by topic and by department.
func (v *homeView) sort(ctx context.Context, p catalog.Page[catalog.Row], level string) {
	var persons, legals, depts []string
	v.total = p.Total
	for _, row := range p.Rows {
		if slices.Contains(row.Body.Origins, level) && len(v.items) < homeItems {
			v.items = append(v.items, row)
		}
		if slices.Contains(row.Body.Audience, "1") {
			persons = append(persons, row.Body.TopicsPerson...)
		}
		legals = append(legals, row.Body.TopicsLegal...)
		depts = append(depts, row.Body.Department)
	}
	v.person, v.legal = topics(ctx, "person", persons), topics(ctx, "legal", legals)
	for _, d := range uniq(depts) {
		if d != "" {
			v.depts = append(v.depts, kit.Link{Label: d, Href: query(visit.URL(ctx, "/items"), "department", d)})
		}
	}
	if v.local = len(v.items) > 0; !v.local {
		v.items = p.Rows[:min(len(p.Rows), homeItems)]
	}
}

// heading says which items stand on the front page.
func (v homeView) heading() string {
	if v.local {
		return text.T("citizen.items_local")
	}
	return text.T("citizen.items_below")
}

func topics(ctx context.Context, audience string, of []string) (out []kit.Link) {
	for _, c := range uniq(of) {
		out = append(out, kit.Link{Label: wordIn(codes.From(ctx), "topic_"+audience, c), Href: query(visit.URL(ctx, "/items"), "audience", audience, "topic", c)})
	}
	return out[:min(len(out), homeTopics)]
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
