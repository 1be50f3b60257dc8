// Package web shows the audit record (审计日志) to audit administrators.
package web

import (
	"iter"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/audit"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// Deps are what the pages need.
type Deps struct {
	Service *audit.Service
	Shell   kit.Shell
	Base    string    // "/desk": every link begins with it
	Home    kit.Crumb // where the crumbs begin: the workbench
	Now     func() time.Time
}

// Mount adds the pages of the audit record to a site: /audit and below.
func Mount(r chi.Router, d Deps) {
	h := handlers{d}
	page := d.Shell.Handle
	r.Get("/audit", page(h.list))
	r.Get("/audit.xlsx", page(h.export))
	r.Get("/audit/verify", page(h.ask))
	r.Post("/audit/verify", page(h.verify))
	r.Get("/audit/{id}", page(h.show))
}

type handlers struct{ d Deps }

func (h handlers) to(path string) string { return h.d.Base + path }

func (h handlers) page(w http.ResponseWriter, r *http.Request, p kit.Page, crumbs ...kit.Crumb) error {
	p.Active = "audit"
	p.Crumbs = append([]kit.Crumb{h.d.Home}, crumbs...)
	return h.d.Shell.Page(w, r, http.StatusOK, p)
}

func (h handlers) listQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, []string{"at"}, kit.ListQuery{Sort: "at", Desc: true, Filters: map[string]string{
		"action": "", "kind": "", "object": "", "from": "", "to": "",
	}})
}

// query translates a list request; a day that is none does not narrow.
func query(q kit.ListQuery) audit.Query {
	out := audit.Query{Who: q.Q, Action: q.Filter("action"), Kind: q.Filter("kind"), Object: q.Filter("object"), Asc: !q.Desc, Page: q.Page, Size: q.Size}
	if t, err := time.ParseInLocation(time.DateOnly, q.Filter("from"), calendar.Zone()); err == nil {
		out.From = t
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Filter("to"), calendar.Zone()); err == nil {
		out.To = t.AddDate(0, 0, 1) // the whole day
	}
	return out
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	q := h.listQuery(r)
	lines, total, err := h.d.Service.List(r.Context(), query(q))
	if err != nil {
		return err
	}
	actions, kinds, err := h.d.Service.Nouns(r.Context())
	if err != nil {
		return err
	}
	return h.page(w, r, kit.Page{Title: titleAudit, Wide: true, Content: listPage(h, q, lines, total, actionOptions(actions), kindOptions(kinds))})
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	l, err := h.d.Service.Get(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.page(w, r, kit.Page{Title: titleLine, Content: linePage(h, l)}, kit.Crumb{Label: titleAudit, Href: h.to("/audit")})
}

// ask leads people who come by a link to the button: verifying is a POST, since
// it reads the whole record.
func (h handlers) ask(w http.ResponseWriter, r *http.Request) error {
	return kit.SeeOther(w, r, h.to("/audit"))
}

func (h handlers) verify(w http.ResponseWriter, r *http.Request) error {
	report, err := h.d.Service.Verify(r.Context())
	if err != nil {
		return err
	}
	return h.page(w, r, kit.Page{Title: titleVerify, Content: reportPage(h, report)}, kit.Crumb{Label: titleAudit, Href: h.to("/audit")})
}

func (h handlers) export(w http.ResponseWriter, r *http.Request) error {
	lines, err := h.d.Service.Export(r.Context(), query(h.listQuery(r)))
	if err != nil {
		return err
	}
	name := titleAudit + h.d.Now().In(calendar.Zone()).Format("20060102")
	return kit.XLSX(w, name, titleAudit, columns(), rows(lines))
}

func rows(lines []audit.Line) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, l := range lines {
			if !yield([]any{second(l.At), l.TenantName, who(l), actorKind(l), l.ActorPlace, actionName(l.Action), kindName(l.Kind), l.Object, detailText(l), l.RequestID, sealText(l)}, nil) {
				return
			}
		}
	}
}

func second(t time.Time) string { return t.In(calendar.Zone()).Format(time.DateTime) }

// elsewhere says that the actor stood in another tenant than the line is kept in.
func elsewhere(l audit.Line) bool {
	return l.ActorTenant != l.TenantID && l.ActorTenant != tenancy.Platform
}
