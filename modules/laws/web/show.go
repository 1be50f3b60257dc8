package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/laws"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// sheetView is the page of one law.
type sheetView struct {
	laws.Sheet
	base    string
	today   string
	reach   reach
	repeal  string // why the actor may not repeal it; "" when she may
	trouble trouble
}

// reach is what a change of a law may concern.
type reach struct {
	items []laws.Dependant
	forms []laws.Paper
}

func (h handlers) reach(ctx context.Context, lawID string) (out reach, err error) {
	if out.items, err = h.d.Service.StandOn(ctx, lawID); err == nil {
		out.forms, err = h.d.Service.FormsOn(ctx, lawID)
	}
	return out, err
}

func (v sheetView) path(rest string) string { return v.base + "/laws/" + v.Law.ID + rest }

func (v sheetView) may(a policies.Action) bool { return v.May[a] == "" }

// part is one chapter with its articles.
type part struct {
	Title    string
	ID       string
	Articles []laws.Article
}

// parts cuts articles by chapter.
func parts(articles []laws.Article) (out []part) {
	for _, a := range articles {
		if n := len(out); n == 0 || out[n-1].Title != a.Chapter {
			out = append(out, part{Title: a.Chapter, ID: "part-" + strconv.Itoa(n+1)})
		}
		last := &out[len(out)-1]
		last.Articles = append(last.Articles, a)
	}
	return out
}

// Anchor is the fragment of an article on a law's page.
func Anchor(sort int64) string { return "a" + strconv.FormatInt(sort, 10) }

func paragraphs(body string) []string { return strings.Split(body, "\n") }

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	return h.again(w, r, http.StatusOK, trouble{})
}

// sheet reads a law with what stands on it.
func (h handlers) sheet(r *http.Request) (v sheetView, err error) {
	ctx, s := r.Context(), h.d.Service
	day := r.URL.Query().Get("on")
	v.base, v.today = h.d.Base, s.Today()
	v.Sheet, err = s.Show(ctx, chi.URLParam(r, "id"), day)
	if fault.KindOf(err) == fault.Invalid { // a day that is none
		v.Sheet, err = s.Show(ctx, chi.URLParam(r, "id"), "")
	}
	if err != nil {
		return v, err
	}
	v.repeal = s.MayRepeal(ctx, v.Law)
	v.reach, err = h.reach(ctx, v.Law.ID)
	return v, err
}

func (h handlers) again(w http.ResponseWriter, r *http.Request, status int, t trouble) error {
	v, err := h.sheet(r)
	if err != nil {
		return err
	}
	v.trouble = t
	return h.page(w, r, status, kit.Page{Title: v.Law.Title, Content: showPage(v)}, h.listCrumb())
}

func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	sort, err := strconv.ParseInt(chi.URLParam(r, "sort"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "not_found")
	}
	l, editions, err := h.d.Service.History(r.Context(), chi.URLParam(r, "id"), sort)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: historyTitle(editions[0]), Content: historyPage(h.d.Service.Today(), l, editions)}, h.way(l)...)
}

// act asks once more, does it and returns to the law, or to another page.
func (h handlers) act(w http.ResponseWriter, r *http.Request, ask func(sheetView) kit.Confirm, key, to string, do func(id string, v kit.FormValues) error) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := h.sheet(r)
	if err != nil {
		return err
	}
	c := ask(v)
	for name := range c.Hidden { // what the visitor saw, not what stands now
		c.Hidden[name] = f.Get(name)
	}
	if ok, err := h.d.Shell.Confirmed(w, r, c); !ok {
		return err
	}
	err = do(v.Law.ID, f)
	if t, ok := caught(err); ok {
		return h.again(w, r, t.status, t)
	}
	if err != nil {
		return err
	}
	if to == "" {
		to = h.to("/" + v.Law.ID)
	}
	return h.d.Shell.Done(w, r, to, key)
}

func (h handlers) publish(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, publishConfirm, "laws.published", "", func(id string, v kit.FormValues) error {
		_, err := h.d.Service.Publish(r.Context(), id, v.Int("version"))
		return err
	})
}

func (h handlers) remove(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, deleteConfirm, "laws.deleted", h.to(""), func(id string, v kit.FormValues) error {
		return h.d.Service.Delete(r.Context(), id, v.Int("version"))
	})
}

func (h handlers) drop(w http.ResponseWriter, r *http.Request) error {
	ask := func(v sheetView) kit.Confirm { return dropConfirm(v, laws.Article{}) }
	return h.act(w, r, ask, "laws.amendment_dropped", "", func(id string, v kit.FormValues) error {
		_, err := h.d.Service.Drop(r.Context(), id, v.Int("version"), v.Get("edition"))
		return err
	})
}
