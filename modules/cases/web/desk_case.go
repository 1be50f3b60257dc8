package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
)

// deskPages mounts what a desk adds to the page of a case.
func (h handlers) deskPages(r chi.Router) {
	page := h.d.Shell.Handle
	r.Get("/cases/{id}/print", page(h.printCase))
	r.Get("/phrases", page(h.phrases))
	r.Post("/phrases", page(h.setPhrases))
}

// printCase is the whole file of a case on paper (办件卷宗).
func (h handlers) printCase(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	if err := h.d.Service.Printing(r.Context(), v.Case.ID); err != nil {
		return err
	}
	by, err := actorName(r)
	if err != nil {
		return err
	}
	sheet := h.d.Shell
	sheet.Layout = func(_ *http.Request, page kit.Page) templ.Component {
		return kit.DossierLayout(kit.PrintView{Title: titleDossier, Number: v.Case.No, Organ: v.OriginName, Foot: dossierFoot(by, at(v.now))}, page)
	}
	return sheet.Page(w, r, http.StatusOK, kit.Page{Title: titleDossier, Content: dossier(v), Crumbs: []kit.Crumb{{Label: titleCase, Href: v.caseURL(&v.Case)}}})
}

// phrases shows the actor's own phrases, to change them.
func (h handlers) phrases(w http.ResponseWriter, r *http.Request) error {
	ps, err := h.d.Service.Phrases(r.Context())
	if err != nil {
		return err
	}
	return h.phrasesForm(w, r, http.StatusOK, kit.NewForm(map[string]string{"phrases": strings.Join(ps, "\n"), "back": r.URL.Query().Get("back")}))
}

func (h handlers) phrasesForm(w http.ResponseWriter, r *http.Request, status int, form kit.FormValues) error {
	return h.page(w, r, status, kit.Page{Title: titlePhrases, Active: "todo", Content: phrasesPage(h.look(), form)}, kit.Crumb{Label: titleTodo, Href: h.d.Base + "/todo"})
}

func (h handlers) setPhrases(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	err = h.d.Service.SetPhrases(r.Context(), strings.Split(form.Get("phrases"), "\n"))
	if form.Blame(err) {
		return h.phrasesForm(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, kit.LocalPath(form.Get("back"), h.d.Base+"/phrases"), "cases.did_phrases")
}
