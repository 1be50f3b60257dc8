package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/portal-sites/kit"
)

// locksView is what each level holds fast, element by element.
type locksView struct {
	locks []catalog.Lock
	edit  bool
	form  kit.FormValues
	item  *catalog.Item // locks of this item alone; nil: of all
}

func (h handlers) lockSettings(w http.ResponseWriter, r *http.Request) error {
	return h.showLocks(w, r, http.StatusOK, kit.NewForm(map[string]string{"item": r.URL.Query().Get("item"), "element": r.URL.Query().Get("element")}))
}

func (h handlers) showLocks(w http.ResponseWriter, r *http.Request, status int, f kit.FormValues) error {
	v := locksView{edit: h.Service.May(r.Context(), policies.ItemsLock), form: f}
	var err error
	if v.locks, err = h.Service.Locks(r.Context()); err != nil {
		return err
	}
	if id := f.Get("item"); id != "" {
		sh, err := h.Service.Show(r.Context(), id)
		if err != nil {
			return err
		}
		v.item = &sh.Item
	}
	return h.page(w, r, status, settingsPage(h, "locks", locksTitle(), locksContent(h, v, own(r))))
}

func (h handlers) addLock(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	err = h.Service.Lock(r.Context(), catalog.LockWish{Element: f.Get("element"), ItemID: f.Get("item"), Reason: f.Get("reason")})
	if f.Blame(err) {
		return h.showLocks(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.locksHome(f.Get("item")), "item_locked")
}

func (h handlers) removeLock(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	if err := h.Service.Unlock(r.Context(), chi.URLParam(r, "id")); err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.locksHome(f.Get("item")), "item_unlocked")
}

func (h handlers) locksHome(item string) string {
	if item == "" {
		return h.items("/settings/locks")
	}
	return h.items("/settings/locks?item=" + item)
}
