package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/tree"
)

// seatRow is a line of the list with what the visitor may do about it.
type seatRow struct {
	org.Held
	state     string
	fillable  bool
	removable bool
}

// staffList reads the filters; whoever sees the subtree sees it at first.
func staffList(r *http.Request, wide bool) kit.ListQuery {
	below := ""
	if wide {
		below = "1"
	}
	return kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"tenant": "", "below": below, "state": "", "role": ""}})
}

// wide reports whether the visitor sees the staff below a tenant as well.
func (h handlers) wide(r *http.Request, n tree.Node) bool {
	return n.Hi > n.ID && h.may(r, policies.StaffView, policies.Resource{"tenant": n.Hi})
}

func (h handlers) staffQuery(r *http.Request) (kit.ListQuery, org.StaffQuery, tree.Node, error) {
	n, err := h.tenantAsked(r)
	if err != nil {
		return kit.ListQuery{}, org.StaffQuery{}, n, err
	}
	wide := h.wide(r, n)
	q := staffList(r, wide)
	return q, org.StaffQuery{Tenant: n.ID, Below: wide && q.Filter("below") == "1", Q: q.Q, Role: q.Filter("role"), State: q.Filter("state"), Page: q.Page, Size: q.Size}, n, nil
}

// tenantAsked is the tenant that parameter tenant names; the visitor's own without it.
func (h handlers) tenantAsked(r *http.Request) (tree.Node, error) {
	id, err := tenantIn(r, r.URL.Query().Get("tenant"))
	if err != nil {
		return tree.Node{}, err
	}
	return h.Tree.Get(r.Context(), id)
}

func (h handlers) staff(w http.ResponseWriter, r *http.Request) error {
	q, in, n, err := h.staffQuery(r)
	if err != nil {
		return err
	}
	p, err := h.Service.Staff(r.Context(), in)
	if err != nil {
		return err
	}
	rows := make([]seatRow, 0, len(p.Rows))
	for _, s := range p.Rows {
		state := s.StateOn(h.Service.Today())
		rows = append(rows, seatRow{
			s, state, s.PostState == org.Open && h.fillable(r, s.TenantID, s.Roles),
			(state == org.Active || state == org.Pending) && h.may(r, policies.PostsRemove, policies.Resource{"tenant": s.TenantID}),
		})
	}
	return h.page(w, r, http.StatusOK, "staff", titleStaff, h.staffPage(q, n, h.wide(r, n), rows, p.Total, len(self(r).Actor.Grants) > 0))
}

// fillable reports whether the visitor may appoint somebody to a post with those roles.
func (h handlers) fillable(r *http.Request, at tenancy.ID, roles []string) bool {
	return h.may(r, policies.PostsAppoint, policies.Resource{"tenant": at, "roles": roles, "holder_id": "", "holder_roles": []string{}})
}

func (h handlers) exportStaff(w http.ResponseWriter, r *http.Request) error {
	_, in, _, err := h.staffQuery(r)
	if err != nil {
		return err
	}
	return kit.XLSX(w, titleStaff+h.Service.Today(), titleStaff, staffColumns(), all(func(page int) ([][]any, int, error) {
		in.Page, in.Size = page, exportPage
		p, err := h.Service.Staff(r.Context(), in)
		rows := make([][]any, 0, len(p.Rows))
		for _, s := range p.Rows {
			rows = append(rows, []any{s.TenantName, s.Department, s.PostName, roleNames(s.Roles), s.HolderName, s.FromOn, s.UntilOn, s.AppointedBy, s.RevokedBy, s.Reason})
		}
		return rows, p.Total, err
	}))
}

func (h handlers) askAssign(w http.ResponseWriter, r *http.Request) error {
	return h.assignForm(w, r, kit.FormValues{}, refusal{status: http.StatusOK})
}

func (h handlers) assignForm(w http.ResponseWriter, r *http.Request, v kit.FormValues, no refusal) error {
	p, err := h.Service.Post(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	facts := policies.Resource{"tenant": p.TenantID, "roles": p.Roles, "holder_id": "", "holder_roles": []string{}}
	if err := h.Authz.Allow(r.Context(), policies.PostsAppoint, facts); err != nil {
		return err
	}
	n, err := h.Tree.Get(r.Context(), p.TenantID)
	if err != nil {
		return err
	}
	who, err := h.pickPerson(r, h.org("/posts/"+p.ID+"/assign"))
	if err != nil {
		return err
	}
	return h.page(w, r, no.status, "staff", titleAssign, h.assignPage(v, no, p, n, who, h.Service.Today()), h.staffCrumb())
}

func (h handlers) assign(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	_, err = h.Service.Assign(r.Context(), org.Posting{
		PostID: chi.URLParam(r, "id"), HolderID: v.Get("holder"), FromOn: v.Get("from_on"),
		UntilOn: v.Get("until_on"), Reason: v.Get("reason"), Key: v.Posted(),
	})
	if no, ok := refused(&v, err); ok {
		q := r.URL.Query()
		q.Set("who", v.Get("who"))
		r.URL.RawQuery = q.Encode()
		return h.assignForm(w, r, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.org("/staff"), "org_assigned")
}

func (h handlers) askRemove(w http.ResponseWriter, r *http.Request) error {
	return h.removeForm(w, r, kit.FormValues{}, refusal{status: http.StatusOK})
}

func (h handlers) removeForm(w http.ResponseWriter, r *http.Request, v kit.FormValues, no refusal) error {
	a, err := h.Service.Appointment(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.page(w, r, no.status, "staff", titleRemove, h.removePage(v, no, a), h.staffCrumb())
}

func (h handlers) remove(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	err = h.Service.Remove(r.Context(), chi.URLParam(r, "id"), v.Get("reason"))
	if no, ok := refused(&v, err); ok {
		return h.removeForm(w, r, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.org("/staff"), "org_removed")
}

func (h handlers) newPerson(w http.ResponseWriter, r *http.Request) error {
	if err := h.Service.MayAppoint(r.Context()); err != nil {
		return err
	}
	back := kit.LocalPath(r.URL.Query().Get("back"), "")
	return h.page(w, r, http.StatusOK, "staff", titlePerson, h.personPage(kit.NewForm(map[string]string{"back": back}), refusal{}), h.staffCrumb())
}

// hire makes an account and shows its first password: this once, and on no
// address that could be called up again.
func (h handlers) hire(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	p, password, err := h.Service.Hire(r.Context(), org.NewStaffer{Login: v.Get("login"), Name: v.Get("name"), Phone: v.Get("phone")})
	if no, ok := refused(&v, err); ok {
		return h.page(w, r, no.status, "staff", titlePerson, h.personPage(v, no), h.staffCrumb())
	}
	if err != nil {
		return err
	}
	back := kit.LocalPath(v.Get("back"), "")
	return h.page(w, r, http.StatusOK, "staff", titlePerson, h.hiredPage(p, password, withWho(back, p.Login)), h.staffCrumb())
}
