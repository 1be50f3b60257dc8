package citizen

import (
	"net/http"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
)

// stopped reports whether nobody may apply for a while.
func (v guideView) stopped() bool { return v.item.State == catalog.StateSuspended }

// goneItem answers for an item that is no longer offered with what follows it;
// for one that never was, with err.
func (h handlers) goneItem(w http.ResponseWriter, r *http.Request, s kit.Shell, err error) error {
	id, bad := itemID(r)
	if bad != nil {
		return bad
	}
	g, gerr := h.Items.Gone(r.Context(), id)
	if gerr != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusGone, kit.Page{Title: g.Item.Name, Active: "items", Crumbs: home(r.Context()), Content: gonePage(g)})
}
