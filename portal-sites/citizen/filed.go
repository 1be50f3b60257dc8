package citizen

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
)

// close turns the draft into a note of the case that it became: what was typed is
// forgotten here, and a second submit of the same form finds the case.
func (h handlers) close(r *http.Request, f form, caseID string) error {
	done, err := json.Marshal(application{Key: f.app.Key, Filed: caseID})
	if err != nil {
		return err
	}
	return h.Cases.CloseDraft(r.Context(), f.id, done)
}

// filedBefore finds the case that a form with this key became.
func (h handlers) filedBefore(r *http.Request, item, key string) (id string, ok bool, err error) {
	d, err := h.Cases.Draft(r.Context(), item)
	if err != nil || len(d.Data) == 0 {
		return "", false, err
	}
	var a application
	if err := json.Unmarshal(d.Data, &a); err != nil {
		return "", false, nil //nolint:nilerr // a draft of another shape is no case
	}
	return a.Filed, a.Filed != "" && a.Key == key, nil
}

// filed says that the application has arrived, under which number, and what comes next.
func (h handlers) filed(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.Cases.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.apply.filed"), Active: "cases", Crumbs: home(r.Context()), Content: filedPage(v, h.look(r))})
}
