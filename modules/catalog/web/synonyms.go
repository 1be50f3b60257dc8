package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
)

// synonymsView is the list of everyday words that searches here understand.
type synonymsView struct {
	q    kit.ListQuery
	rows []catalog.Synonym
	all  int
	edit bool
	form kit.FormValues
}

func (h handlers) synonyms(w http.ResponseWriter, r *http.Request) error {
	return h.showSynonyms(w, r, http.StatusOK, kit.FormValues{})
}

func (h handlers) showSynonyms(w http.ResponseWriter, r *http.Request, status int, form kit.FormValues) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 20}).WithPath(h.items("/synonyms"))
	all, err := h.Service.Synonyms(r.Context(), q.Q)
	if err != nil {
		return err
	}
	v := synonymsView{q: q, all: len(all), edit: h.Service.MayEditSynonyms(r.Context()), form: form}
	from := min(q.Offset(), len(all))
	v.rows = all[from:min(from+q.Size, len(all))]
	return h.page(w, r, status, synonymsPage(h, v))
}

func (h handlers) addSynonym(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	err = h.Service.AddSynonym(r.Context(), form.Get("word"), form.Get("means"))
	if form.Blame(err) {
		return h.showSynonyms(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/synonyms"), "item_synonym_added")
}

func (h handlers) removeSynonym(w http.ResponseWriter, r *http.Request) error {
	if err := h.Service.RemoveSynonym(r.Context(), chi.URLParam(r, "id")); err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/synonyms"), "item_synonym_removed")
}
