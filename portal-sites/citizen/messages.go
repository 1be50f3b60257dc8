package citizen

import (
	"net/http"
	"strings"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

type messagesView struct {
	q      kit.ListQuery
	rows   []Message
	total  int
	unread int
}

func (h handlers) notices(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	v := messagesView{q: kit.ParseList(r, nil, kit.ListQuery{Size: 15}).WithPath(visit.URL(ctx, "/notices"))}
	var err error
	if v.rows, v.total, err = h.Notices.Mine(ctx, v.q.Page, v.q.Size); err != nil {
		return err
	}
	if v.unread, err = h.Notices.Unread(ctx); err != nil {
		return err
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.messages"), Crumbs: home(ctx), Content: messagesPage(v)})
}

// readNotices marks one message as read and goes where it leads, or marks all.
func (h handlers) readNotices(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	id := r.PostFormValue("id")
	if id == "" {
		if err := h.Notices.Read(ctx); err != nil {
			return err
		}
		return s.Done(w, r, visit.URL(ctx, "/notices"), "citizen.read")
	}
	if err := h.Notices.Read(ctx, id); err != nil {
		return err
	}
	to := r.PostFormValue("to")
	if !strings.HasPrefix(to, "/") {
		to = "/notices"
	}
	return kit.SeeOther(w, r, visit.URL(ctx, kit.LocalPath(to, "/notices")))
}
