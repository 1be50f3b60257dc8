// Package web shows people their notices (消息), and to system administrators
// the inbox of the message simulator (模拟短信).
package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/notices"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
)

// Deps are what the pages of notices need.
type Deps struct {
	Service *notices.Service
	Shell   kit.Shell
	Base    string    // "/desk" or "/village"; empty on citizen sites, whose links go through visit.URL
	Home    kit.Crumb // where the crumbs begin; its Href is a path below Base
}

// Mount adds the notices of whoever is signed in to a site: /notices and below.
func Mount(r chi.Router, d Deps) {
	h := handlers{d}
	page := d.Shell.Handle
	r.Get("/notices", page(h.list))
	r.Get("/notices/{id}", page(h.open))
	r.Post("/notices/{id}/read", page(h.read))
	r.Post("/notices/read", page(h.readAll))
}

type handlers struct{ d Deps }

// to is the address of a path on the site of the request.
func (h handlers) to(ctx context.Context, path string) string {
	if h.d.Base == "" {
		return visit.URL(ctx, path)
	}
	return h.d.Base + path
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Filters: map[string]string{"tab": ""}})
	q = q.WithPath(h.to(r.Context(), "/notices"))
	list, total, err := h.d.Service.List(r.Context(), notices.Query{Unread: q.Filter("tab") == "unread", Page: q.Page, Size: q.Size})
	if err != nil {
		return err
	}
	unread, err := h.d.Service.Unread(r.Context())
	if err != nil {
		return err
	}
	return h.d.Shell.Page(w, r, http.StatusOK, kit.Page{Title: titleNotices, Active: "notices", Crumbs: h.crumbs(r.Context()), Content: listPage(h, q, list, total, unread)})
}

func (h handlers) crumbs(ctx context.Context) []kit.Crumb {
	return []kit.Crumb{{Label: h.d.Home.Label, Href: h.to(ctx, h.d.Home.Href)}}
}

// open follows a notice to what it is about. That it was read is noted on the
// way, which is all that a second visit would do again.
func (h handlers) open(w http.ResponseWriter, r *http.Request) error {
	n, err := h.mark(r)
	if err != nil {
		return err
	}
	if n.Link == "" {
		n.Link = "/notices"
	}
	return kit.SeeOther(w, r, h.to(r.Context(), n.Link))
}

func (h handlers) read(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.mark(r); err != nil {
		return err
	}
	return kit.SeeOther(w, r, h.to(r.Context(), "/notices"))
}

func (h handlers) mark(r *http.Request) (notices.Notice, error) {
	return h.d.Service.Read(r.Context(), chi.URLParam(r, "id"))
}

func (h handlers) readAll(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.d.Service.ReadAll(r.Context()); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to(r.Context(), "/notices"), "notices.read_all_done")
}

// InboxDeps are what the page of the simulator needs.
type InboxDeps struct {
	Simulator *notices.Simulator
	Shell     kit.Shell
	Base      string
	Home      kit.Crumb
}

// MountInbox adds the simulator's inbox to the desk: /sms.
func MountInbox(r chi.Router, d InboxDeps) {
	r.Get("/sms", d.Shell.Handle(func(w http.ResponseWriter, r *http.Request) error { return inbox(d, w, r) }))
}

func inbox(d InboxDeps, w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Filters: map[string]string{"source": ""}})
	all, err := d.Simulator.Inbox(r.Context(), q.Q, q.Filter("source"))
	if err != nil {
		return err
	}
	counts, err := d.Simulator.Counts(r.Context())
	if err != nil {
		return err
	}
	from := min(q.Offset(), len(all))
	rows := all[from:min(from+q.Size, len(all))]
	return d.Shell.Page(w, r, http.StatusOK, kit.Page{Title: titleInbox, Active: "sms", Crumbs: []kit.Crumb{d.Home}, Content: inboxPage(q, rows, len(all), counts)})
}

func figure(n int) string { return strconv.Itoa(n) }
