package web

import (
	"bytes"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// blank shows the editor for a new item, with a row of each kind to begin with;
// ?list=basic for a new entry of the basic list.
func (h handlers) blank(w http.ResponseWriter, r *http.Request) error {
	list, may := catalog.ImplementingList, h.Service.MayCreate
	if r.URL.Query().Get("list") == catalog.BasicList {
		list, may = catalog.BasicList, h.Service.MayKeep
	}
	if !may(r.Context()) {
		return fault.New(fault.Forbidden, "item_not_editor")
	}
	f := fromBody(list, catalog.Body{Kind: "01", ProjectType: "2"})
	f.book = codes.From(r.Context())
	lawRows().setCount(&f.FormValues, 1)
	if list == catalog.ImplementingList {
		materialRows().setCount(&f.FormValues, 1)
		f.setSteps(usualSteps())
		f.draw(h.Flows)
	}
	return h.editor(w, r, http.StatusOK, f)
}

// usualSteps are what most flows begin as.
func usualSteps() []Line {
	return []Line{
		{Name: stepName("accept"), Kind: "accept", Level: "own", Post: "clerk", Limit: 1},
		{Name: stepName("review"), Kind: "review", Level: "parent", Post: "reviewer", Limit: 3},
		{Name: stepName("decide"), Kind: "decide", Level: "county", Post: "decider", Limit: 3},
		{Name: stepName("deliver"), Kind: "deliver", Level: "origin", Post: "clerk", Limit: 1},
	}
}

func (h handlers) editor(w http.ResponseWriter, r *http.Request, status int, f *form) error {
	if err := h.consult(r.Context(), f); err != nil {
		return err
	}
	f.files = h.Files != nil
	if err := h.offerForms(r.Context(), f); err != nil {
		return err
	}
	if f.itemID != "" && f.base.Theme() {
		var err error
		if f.one, err = h.oneFormOf(r.Context(), catalog.Sheet{Version: catalog.Version{State: catalog.StateDraft, Body: f.base}}); err != nil {
			return err
		}
	}
	return h.page(w, r, status, editorPage(h, f))
}

func (h handlers) create(w http.ResponseWriter, r *http.Request) error {
	f, err := fromPost(r)
	if err != nil {
		return err
	}
	if err := h.takeFiles(r, f); err != nil {
		return err
	}
	if id := f.Get("item"); id != "" { // an automatic save has begun it
		sh, err := h.draftOf(r, id)
		if err != nil {
			return err
		}
		return h.saveUpon(w, r, f, sh)
	}
	if done, err := h.rearrange(r, f); done || err != nil {
		return h.rearranged(w, r, f, err)
	}
	in := h.typed(f)
	in.Key = f.Posted()
	var v catalog.Version
	if err = f.Err(); err == nil {
		v, err = h.Service.Create(r.Context(), in)
	}
	if f.Blame(err) {
		return h.editor(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return h.saved(w, r, f, v)
}

// typed is the draft that a form says. What goes to review must be whole; until
// then what is missing may be missing.
func (h handlers) typed(f *form) catalog.Draft {
	in := catalog.Draft{Body: f.body(), List: f.list, Rough: f.Get("do") != "submit"}
	if f.list != catalog.BasicList {
		in.Flow = f.draw(h.Flows)
	}
	return in
}

// rearrange carries out the buttons that change the form and save nothing.
func (h handlers) rearrange(r *http.Request, f *form) (bool, error) {
	do := f.Get("do")
	if row, ok := strings.CutPrefix(do, "quote:"); ok {
		return true, h.quote(r.Context(), f, row)
	}
	if f.detach(do) || do == "attach" {
		f.draw(h.Flows)
		return true, nil
	}
	if f.design(do) {
		f.draw(h.Flows)
		return true, nil
	}
	return f.flowEdit(r, h.Flows, do) || f.rowEdit(h.Flows, do), nil
}

func (h handlers) rearranged(w http.ResponseWriter, r *http.Request, f *form, err error) error {
	if err != nil {
		return err
	}
	return h.editor(w, r, f.status(), f)
}

func (f *form) status() int {
	if f.Failed() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// saved leads on from a stored draft: to its editor, or to review when that was
// the button and the flow allows it.
func (h handlers) saved(w http.ResponseWriter, r *http.Request, f *form, v catalog.Version) error {
	if f.Get("do") != "submit" {
		return h.Shell.Done(w, r, h.items("/"+v.ItemID+"/edit"), "item_draft_saved")
	}
	_, err := h.Service.Submit(r.Context(), v.ID)
	if fault.KindOf(err) == fault.Invalid {
		h.Shell.Flash.Set(w, kit.Yellow, "item_saved_not_submitted")
		return kit.SeeOther(w, r, h.items("/"+v.ItemID+"/edit"))
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+v.ItemID), "item_submitted")
}

func (h handlers) edit(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	f, err := h.stored(r, sh)
	if err != nil {
		return err
	}
	f.Set("item", sh.Item.ID)
	if f.findings, err = h.Service.Examined(r.Context(), sh.Item.ID, sh.Item.List, sh.Version.Body); err != nil {
		return err
	}
	return h.editor(w, r, http.StatusOK, f)
}

// draft is the open draft of the item of the request; Precondition when there is
// none, Forbidden with the reason when it is not for the actor to edit.
func (h handlers) draft(r *http.Request) (catalog.Sheet, error) {
	return h.draftOf(r, chi.URLParam(r, "id"))
}

func (h handlers) draftOf(r *http.Request, id string) (catalog.Sheet, error) {
	sh, err := h.Service.Show(r.Context(), id)
	if err != nil {
		return sh, err
	}
	if sh.Version.State != catalog.StateDraft {
		return sh, fault.New(fault.Precondition, "item_not_draft")
	}
	return sh, refused(sh, "items:edit")
}

// stored is the editor of a draft as it was last saved.
func (h handlers) stored(r *http.Request, sh catalog.Sheet) (*form, error) {
	f := fromBody(sh.Item.List, sh.Version.Body)
	f.Set("version", strconv.Itoa(sh.Version.Version))
	f.Set("opinion", sh.Version.Opinion)
	if sh.Flow != nil {
		f.setFlow(sh.Flow, h.Flows.Inspect(sh.Flow, sh.Version.Body.PromisedDays))
	}
	return f, h.upon(r, f, sh)
}

// upon tells a form which draft it is of, and what that has from the basic list.
func (h handlers) upon(r *http.Request, f *form, sh catalog.Sheet) error {
	f.list, f.itemID, f.number, f.base = sh.Item.List, sh.Item.ID, sh.Version.Number, sh.Version.Body
	e, ok, err := h.Service.Entry(r.Context(), sh.Item)
	if err != nil || !ok {
		return err
	}
	f.entry = &e
	if f.rowsOf("legal_basis") == 0 {
		var laws [][]string
		for _, l := range f.base.LegalBasis {
			laws = append(laws, []string{l.Law, l.Article, l.Text})
		}
		lawRows().write(&f.FormValues, laws)
	}
	return nil
}

func (h handlers) save(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	f, err := fromPost(r)
	if err != nil {
		return err
	}
	if err := h.takeFiles(r, f); err != nil {
		return err
	}
	return h.saveUpon(w, r, f, sh)
}

func (h handlers) saveUpon(w http.ResponseWriter, r *http.Request, f *form, sh catalog.Sheet) error {
	if err := h.upon(r, f, sh); err != nil {
		return err
	}
	if done, err := h.rearrange(r, f); done || err != nil {
		return h.rearranged(w, r, f, err)
	}
	return h.store(w, r, f, sh)
}

// keep writes a form into its draft. A form that says what is stored already was
// saved a moment ago, by itself: it is no conflict.
func (h handlers) keep(r *http.Request, f *form, sh catalog.Sheet) (v catalog.Version, in catalog.Draft, err error) {
	in = h.typed(f)
	if bytes.Equal(in.Flow, sh.Flow) || !f.drawn() && f.sameSteps(h.Flows.Inspect(sh.Flow, 0)) {
		in.Flow = nil // unchanged: nothing new to keep, and the drawing stays as it was drawn
	}
	if err := f.Err(); err != nil {
		return sh.Version, in, err
	}
	v, err = h.Service.Edit(r.Context(), sh.Version.ID, f.Int("version"), in)
	if fault.KindOf(err) == fault.Conflict && err != nil && in.Flow == nil && changes(compare(in.Body, sh.Version.Body)) == 0 {
		v, err = h.Service.Edit(r.Context(), sh.Version.ID, sh.Version.Version, in)
	}
	return v, in, err
}

func (h handlers) store(w http.ResponseWriter, r *http.Request, f *form, sh catalog.Sheet) error {
	v, in, err := h.keep(r, f, sh)
	switch {
	case f.Blame(err):
		return h.editor(w, r, http.StatusUnprocessableEntity, f)
	case fault.KindOf(err) == fault.Conflict && err != nil:
		f.saved = compare(in.Body, sh.Version.Body)
		f.Set("version", strconv.Itoa(sh.Version.Version)) // the next save is made knowing this
		return h.editor(w, r, http.StatusConflict, f)
	case err != nil:
		return err
	}
	return h.saved(w, r, f, v)
}

// autosave keeps what was typed so far, as a script asks for it, and answers with a
// line about it. A new item is begun as soon as it has a name and a code.
func (h handlers) autosave(w http.ResponseWriter, r *http.Request) error {
	f, err := fromPost(r)
	if err != nil {
		return err
	}
	f.Set("do", "save")
	id := f.Get("item")
	var v catalog.Version
	if id == "" {
		in := h.typed(f)
		in.Key = f.Posted()
		if err = f.Err(); err == nil {
			v, err = h.Service.Create(r.Context(), in)
		}
	} else {
		sh, failed := h.draftOf(r, id)
		if failed != nil {
			return failed
		}
		if err := h.upon(r, f, sh); err != nil {
			return err
		}
		v, _, err = h.keep(r, f, sh)
	}
	return h.said(w, r, f, v, err)
}

// said answers an automatic save.
func (h handlers) said(w http.ResponseWriter, r *http.Request, f *form, v catalog.Version, err error) error {
	text, bad := unsaved(err)
	if err == nil {
		f.Set("version", strconv.Itoa(v.Version))
		f.Set("item", v.ItemID)
		text = savedAt(v.UpdatedAt)
	}
	if text == "" {
		return err
	}
	return h.Shell.Part(w, r, http.StatusOK, autosaved(f, text, bad))
}

// download sends the flow of an item's newest version, or of the one that ?v names.
func (h handlers) download(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if v := r.URL.Query().Get("v"); err == nil && v != "" {
		sh, err = h.Service.ShowVersion(r.Context(), v)
	}
	if err != nil {
		return err
	}
	if sh.Flow == nil {
		return fault.New(fault.NotFound, "item_flow_missing")
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(sh.Version.Body.Name)}))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(sh.Flow)
	return err
}
