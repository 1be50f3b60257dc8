package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/sites"
	"liandong/portal-sites/kit"
)

func (h handlers) query(r *http.Request) (kit.ListQuery, sites.Query) {
	l := kit.ParseList(r, []string{"title", "section", "state", "published", "updated"},
		kit.ListQuery{Size: 20, Sort: "updated", Desc: true, Filters: map[string]string{"section": "", "state": ""}})
	return l, sites.Query{Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, Text: l.Q, Section: sites.Section(l.Filter("section")), State: sites.State(l.Filter("state"))}
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	l, q := h.query(r)
	p, err := h.d.Service.List(r.Context(), q)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleArticles, Active: "articles", Content: articlesPage(h.d.Base, l, p)})
}

// sheetPages bounds an export, in pages of a hundred.
const sheetPages = 100

func (h handlers) xlsx(w http.ResponseWriter, r *http.Request) error {
	_, q := h.query(r)
	rows := func(yield func([]any, error) bool) {
		for q.Page, q.Size = 1, 100; q.Page <= sheetPages; q.Page++ {
			p, err := h.d.Service.List(r.Context(), q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, a := range p.Rows {
				if !yield(articleCells(a), nil) {
					return
				}
			}
			if len(p.Rows) < q.Size {
				return
			}
		}
	}
	return kit.XLSX(w, titleArticles, titleArticles, articleHead(), rows)
}

// articleView is the page of one article, or of a new one (empty ID).
type articleView struct {
	base    string
	article sites.Article
	form    kit.FormValues
	trouble trouble
}

func (v articleView) action() string {
	if v.article.ID == "" {
		return v.base + "/articles"
	}
	return v.base + "/articles/" + v.article.ID
}

// editable reports whether the text may be changed now.
func (v articleView) editable() bool { return v.article.State != sites.Published }

func (h handlers) blank(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.d.Service.List(r.Context(), sites.Query{Size: 1}); err != nil { // whoever may not write does not get a form
		return err
	}
	return h.showArticle(w, r, http.StatusOK, articleView{form: kit.NewForm(map[string]string{"section": string(sites.Bulletin)})})
}

func (h handlers) showArticle(w http.ResponseWriter, r *http.Request, status int, v articleView) error {
	v.base = h.d.Base
	title := titleNew
	if v.article.ID != "" {
		title = titleArticle
	}
	return h.page(w, r, status, kit.Page{Title: title, Active: "articles", Content: articlePage(v)}, kit.Crumb{Label: titleArticles, Href: h.to("/articles")})
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	return h.again(w, r, http.StatusOK, nil, trouble{})
}

// again shows a stored article with what was typed, if anything.
func (h handlers) again(w http.ResponseWriter, r *http.Request, status int, typed *kit.FormValues, t trouble) error {
	a, err := h.d.Service.Kept(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	v := articleView{article: a, trouble: t}
	if typed != nil {
		v.form = *typed
	} else {
		v.form = kit.NewForm(map[string]string{"section": string(a.Section), "title": a.Title, "body": a.Body, "cascades": tick(a.Cascades)})
	}
	return h.showArticle(w, r, status, v)
}

func tick(b bool) string {
	if b {
		return "1"
	}
	return ""
}

func typedText(v kit.FormValues) sites.Text {
	return sites.Text{Section: sites.Section(v.Get("section")), Title: v.Get("title"), Body: v.Get("body"), Cascades: v.Bool("cascades")}
}

func (h handlers) create(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	a, err := h.d.Service.Create(r.Context(), typedText(v), v.Posted())
	if v.Blame(err) {
		return h.showArticle(w, r, http.StatusUnprocessableEntity, articleView{form: v})
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to("/articles/"+a.ID), "sites.article_saved")
}

func (h handlers) edit(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id, seen := chi.URLParam(r, "id"), v.Int("version")
	_, err = h.d.Service.Edit(r.Context(), id, seen, typedText(v))
	if v.Blame(err) {
		return h.again(w, r, http.StatusUnprocessableEntity, &v, trouble{})
	}
	if t, ok := caught(err); ok {
		return h.again(w, r, t.status, &v, t)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to("/articles/"+id), "sites.article_saved")
}

func (h handlers) publish(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, publishConfirm, "sites.article_published", "", func(id string, seen int) error {
		_, err := h.d.Service.Publish(r.Context(), id, seen)
		return err
	})
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, withdrawConfirm, "sites.article_withdrawn", "", func(id string, seen int) error {
		_, err := h.d.Service.Withdraw(r.Context(), id, seen)
		return err
	})
}

func (h handlers) remove(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, deleteConfirm, "sites.article_deleted", h.to("/articles"), func(id string, seen int) error {
		return h.d.Service.Delete(r.Context(), id, seen)
	})
}

// act asks once more, does it and returns to the article, or to another page.
func (h handlers) act(w http.ResponseWriter, r *http.Request, ask func(string, sites.Article) kit.Confirm, key, to string, do func(string, int) error) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id, seen := chi.URLParam(r, "id"), v.Int("version")
	if ok, err := h.d.Shell.Confirmed(w, r, ask(h.d.Base, sites.Article{ID: id, Version: seen})); !ok {
		return err
	}
	err = do(id, seen)
	if t, ok := caught(err); ok {
		return h.again(w, r, t.status, nil, t)
	}
	if err != nil {
		return err
	}
	if to == "" {
		to = h.to("/articles/" + id)
	}
	return h.d.Shell.Done(w, r, to, key)
}
