package citizen

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

type articlesView struct {
	q     kit.ListQuery
	rows  []Article
	total int
	tabs  []kit.Tab // columns
}

// heading is the chosen column, or all of them.
func (v articlesView) heading() string {
	for _, t := range v.tabs {
		if t.Key == v.q.Filter("section") {
			return t.Label
		}
	}
	return text.T("citizen.nav.articles")
}

// columns are the tabs above the articles.
func columns(ctx context.Context, sections []string) (out []kit.Tab) {
	at := visit.URL(ctx, "/articles")
	out = append(out, kit.Tab{Label: text.T("citizen.all"), Href: at})
	for _, s := range sections {
		out = append(out, kit.Tab{Key: s, Label: word("section_name", s), Href: query(at, "section", s)})
	}
	return append(out, itemsTab(ctx))
}

func (h handlers) articles(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 15, Filters: map[string]string{"section": ""}}).WithPath(visit.URL(ctx, "/articles"))
	read := func() ([]Article, int, error) {
		if q.Filter("section") == aboutItems {
			return h.announcements(ctx, q.Page, q.Size)
		}
		return h.Sites.Articles(ctx, ArticleQuery{Section: q.Filter("section"), Text: q.Q, Page: q.Page, Size: q.Size})
	}
	rows, total, err := read()
	if err != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.articles"), Active: "articles", Crumbs: home(ctx), Content: articlesPage(articlesView{q, rows, total, columns(ctx, h.look(r).Sections)})})
}

func (h handlers) article(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	a, err := h.Sites.Article(ctx, chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{
		Title: a.Title, Active: "articles",
		Crumbs: home(ctx, kit.Crumb{Label: text.T("citizen.nav.articles"), Href: visit.URL(ctx, "/articles")}), Content: articlePage(a),
	})
}

func (h handlers) help(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.help"), Active: "help", Crumbs: home(r.Context()), Content: helpPage(h.look(r))})
}

func (h handlers) accessible(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.accessible"), Crumbs: home(r.Context()), Content: accessiblePage()})
}
