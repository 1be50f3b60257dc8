package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// listCases is the list of all cases, beside those of a desk.
const listCases = "cases"

// savedViews are the filters of a list that its reader keeps (常用筛选).
type savedViews struct {
	look
	list string
	now  string // the filters that are chosen, as a view keeps them; empty: none
	all  []cases.SavedView
}

func (h handlers) savedViews(ctx context.Context, list string, q kit.ListQuery) (s savedViews, err error) {
	s = savedViews{look: h.look(), list: list, now: viewQuery(q)}
	if s.large { // no filters there
		return s, nil
	}
	s.all, err = h.d.Service.Views(ctx, list)
	return s, err
}

// viewQuery spells the filters and the order of a list, without the page and without
// what was searched for: it may be somebody's name.
func viewQuery(q kit.ListQuery) string {
	q.Q, q.Page = "", 1
	if q.Filters != nil {
		kept := map[string]string{}
		for k, v := range q.Filters {
			if k != "set" {
				kept[k] = v
			}
		}
		q.Filters = kept
	}
	_, query, _ := strings.Cut(q.URL(), "?")
	return query
}

// chosen is the view that the list shows now; nil when it is none.
func (s savedViews) chosen() *cases.SavedView {
	if i := slices.IndexFunc(s.all, func(v cases.SavedView) bool { return v.Query == s.now }); i >= 0 && s.now != "" {
		return &s.all[i]
	}
	return nil
}

func (s savedViews) path() string { return s.to("/" + s.list) }

func (s savedViews) manage() string { return s.to("/views?list=" + s.list) }

// viewed lists the lists that views are kept of.
func viewed(list string) bool {
	return slices.Contains([]string{listTodo, listDone, listWatched, listTeam, listCases}, list)
}

// normal reads a query as its list does, and spells it again: what the list does not
// know is left out.
func (h handlers) normal(r *http.Request, list, query string) string {
	asked := r.Clone(r.Context())
	asked.URL = &url.URL{Path: h.d.Base + "/" + list, RawQuery: query}
	var q kit.ListQuery
	if list == listCases {
		q, _ = h.listQuery(asked)
	} else {
		q, _ = h.benchQuery(asked, list)
	}
	return viewQuery(q)
}

func (h handlers) viewsPage(w http.ResponseWriter, r *http.Request) error {
	list := r.URL.Query().Get("list")
	if !viewed(list) {
		return fault.New(fault.NotFound, "page_not_found")
	}
	return h.showViews(w, r, http.StatusOK, list, "", kit.FormValues{})
}

// showViews shows what she keeps of a list; of names the form of the view renamed, or of
// the new one, that was refused.
func (h handlers) showViews(w http.ResponseWriter, r *http.Request, status int, list, renamed string, form kit.FormValues) error {
	vs, err := h.d.Service.Views(r.Context(), list)
	if err != nil {
		return err
	}
	v := savedViews{look: h.look(), list: list, all: vs}
	if renamed == "" {
		v.now = form.Get("query")
	}
	return h.page(w, r, status, kit.Page{Title: titleViews, Active: viewsActive(list), Content: viewsList(v, renamed, form)}, kit.Crumb{Label: viewsOf(list), Href: v.path()})
}

// saveView keeps the filters of a list under a name.
func (h handlers) saveView(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	list := form.Get("list")
	if !viewed(list) {
		return fault.New(fault.NotFound, "page_not_found")
	}
	query := h.normal(r, list, form.Get("query"))
	err = h.d.Service.SaveView(r.Context(), list, form.Get("name"), query)
	if form.Set("query", query); form.Blame(err) {
		return h.showViews(w, r, http.StatusUnprocessableEntity, list, "", form)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/"+list+"?"+query, "cases.did_view")
}

func (h handlers) renameView(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	viewID, err := id(r, "id")
	if err == nil {
		err = h.d.Service.RenameView(r.Context(), viewID, form.Get("name"))
	}
	if list := form.Get("list"); viewed(list) && form.Blame(err) {
		return h.showViews(w, r, http.StatusUnprocessableEntity, list, viewID, form)
	}
	return h.viewDone(w, r, form, "cases.did_view_name", err)
}

func (h handlers) moveView(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	viewID, err := id(r, "id")
	if err == nil {
		err = h.d.Service.MoveView(r.Context(), viewID, form.Get("to") == "up")
	}
	return h.viewDone(w, r, form, "cases.did_view_move", err)
}

func (h handlers) dropView(w http.ResponseWriter, r *http.Request) error {
	viewID, err := id(r, "id")
	if err != nil {
		return err
	}
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	if ok, err := h.d.Shell.Confirmed(w, r, dropViewConfirm(h.look(), form.Get("list"), viewID)); !ok {
		return err
	}
	return h.viewDone(w, r, form, "cases.did_view_drop", h.d.Service.DropView(r.Context(), viewID))
}

func (h handlers) viewDone(w http.ResponseWriter, r *http.Request, form kit.FormValues, did string, err error) error {
	list := form.Get("list")
	if !viewed(list) {
		list = listTodo
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/views?list="+list, did)
}

func mountViews(r chi.Router, h handlers) {
	page := h.d.Shell.Handle
	r.Get("/views", page(h.viewsPage))
	r.Post("/views", page(h.saveView))
	r.Post("/views/{id}/rename", page(h.renameView))
	r.Post("/views/{id}/move", page(h.moveView))
	r.Post("/views/{id}/drop", page(h.dropView))
}
