package web

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// blank shows the editor for a new item, with a row of each kind to begin with.
func (h handlers) blank(w http.ResponseWriter, r *http.Request) error {
	if !h.Service.MayCreate(r.Context()) {
		return fault.New(fault.Forbidden, "item_not_editor")
	}
	f := fromBody(catalog.Body{Kind: "01", ProjectType: "2"})
	lawRows().setCount(&f.FormValues, 1)
	materialRows().setCount(&f.FormValues, 1)
	f.setSteps(usualSteps())
	f.draw(h.Flows)
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
	return h.page(w, r, status, editorPage(h, f))
}

func (h handlers) create(w http.ResponseWriter, r *http.Request) error {
	f, err := fromPost(r)
	if err != nil {
		return err
	}
	if f.rearrange(r, h.Flows) {
		return h.editor(w, r, f.status(), f)
	}
	in := catalog.Draft{Body: f.body(), Flow: f.draw(h.Flows), Key: f.Posted()}
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

// rearrange carries out the buttons that change the form and save nothing.
func (f *form) rearrange(r *http.Request, flows Flows) bool {
	do := f.Get("do")
	return f.flowEdit(r, flows, do) || f.rowEdit(flows, do)
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
	f := h.stored(sh)
	if f.findings, err = h.Service.Examined(r.Context(), sh.Item.ID, sh.Item.List, sh.Version.Body); err != nil {
		return err
	}
	return h.editor(w, r, http.StatusOK, f)
}

// draft is the open draft of the item of the request; Precondition when there is
// none, Forbidden with the reason when it is not for the actor to edit.
func (h handlers) draft(r *http.Request) (catalog.Sheet, error) {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return sh, err
	}
	if sh.Version.State != catalog.StateDraft {
		return sh, fault.New(fault.Precondition, "item_not_draft")
	}
	return sh, refused(sh, "items:edit")
}

// stored is the editor of a draft as it was last saved.
func (h handlers) stored(sh catalog.Sheet) *form {
	f := fromBody(sh.Version.Body)
	f.itemID, f.number = sh.Item.ID, sh.Version.Number
	f.Set("version", fmt.Sprint(sh.Version.Version))
	f.Set("opinion", sh.Version.Opinion)
	if sh.Flow != nil {
		f.setFlow(sh.Flow, h.Flows.Inspect(sh.Flow, sh.Version.Body.PromisedDays))
	}
	return f
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
	f.itemID, f.number = sh.Item.ID, sh.Version.Number
	if f.rearrange(r, h.Flows) {
		return h.editor(w, r, f.status(), f)
	}
	return h.store(w, r, f, sh)
}

func (h handlers) store(w http.ResponseWriter, r *http.Request, f *form, sh catalog.Sheet) error {
	in := catalog.Draft{Body: f.body(), Flow: f.draw(h.Flows)}
	if bytes.Equal(in.Flow, sh.Flow) {
		in.Flow = nil // unchanged: nothing new to keep
	}
	v, err := sh.Version, f.Err()
	if err == nil {
		v, err = h.Service.Edit(r.Context(), sh.Version.ID, f.Int("version"), in)
	}
	switch {
	case f.Blame(err):
		return h.editor(w, r, http.StatusUnprocessableEntity, f)
	case fault.KindOf(err) == fault.Conflict:
		f.saved = compare(in.Body, sh.Version.Body)
		f.Set("version", fmt.Sprint(sh.Version.Version)) // the next save is made knowing this
		return h.editor(w, r, http.StatusConflict, f)
	case err != nil:
		return err
	}
	return h.saved(w, r, f, v)
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
