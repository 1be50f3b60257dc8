package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

func (h handlers) departments(w http.ResponseWriter, r *http.Request) error {
	n, err := h.tenantAsked(r)
	if err != nil {
		return err
	}
	ds, err := h.Service.Departments(r.Context(), n.ID)
	if err != nil {
		return err
	}
	manage := h.may(r, policies.DepartmentsManage, policies.Resource{"tenant": n.ID})
	return h.page(w, r, http.StatusOK, "departments", titleDepartments, h.departmentsPage(n, ds, manage, h.founds(r, n.ID)))
}

// founds reports whether the visitor may open posts at a tenant, with any role.
func (h handlers) founds(r *http.Request, at tenancy.ID) bool {
	for _, g := range self(r).Actor.Grants {
		if len(g.Roles) > 0 && h.fillable(r, at, g.Roles[:1]) {
			return true
		}
	}
	return false
}

func (h handlers) newDepartment(w http.ResponseWriter, r *http.Request) error {
	n, err := h.tenantAsked(r)
	if err != nil {
		return err
	}
	if err := h.Authz.Allow(r.Context(), policies.DepartmentsManage, policies.Resource{"tenant": n.ID}); err != nil {
		return err
	}
	v := kit.NewForm(map[string]string{"tenant": n.ID.String()})
	return h.departmentForm(w, r, titleNewDepartment, v, refusal{status: http.StatusOK}, org.Department{TenantID: n.ID})
}

func (h handlers) departmentForm(w http.ResponseWriter, r *http.Request, title string, v kit.FormValues, no refusal, d org.Department) error {
	n, err := h.Tree.Get(r.Context(), d.TenantID)
	if err != nil {
		return err
	}
	return h.page(w, r, no.status, "departments", title, h.departmentPage(title, v, no, d, n), h.departmentsCrumb(d.TenantID))
}

func drafted(v *kit.FormValues) org.Drafted {
	return org.Drafted{Name: v.Get("name"), Code: v.Get("code"), Phone: v.Get("phone"), Sort: v.Int("sort"), Key: v.Posted()}
}

func (h handlers) createDepartment(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	in := drafted(&v)
	if in.Tenant, err = tenantIn(r, v.Get("tenant")); err != nil {
		return err
	}
	if err = v.Err(); err == nil {
		_, err = h.Service.CreateDepartment(r.Context(), in)
	}
	if no, ok := refused(&v, err); ok {
		return h.departmentForm(w, r, titleNewDepartment, v, no, org.Department{TenantID: in.Tenant})
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.departmentsCrumb(in.Tenant).Href, "created")
}

func (h handlers) department(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Service.Department(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	v := kit.NewForm(map[string]string{"name": d.Name, "code": d.Code, "phone": d.Phone, "sort": strconv.Itoa(d.Sort), "version": strconv.Itoa(d.Version)})
	return h.departmentForm(w, r, titleEditDepartment, v, refusal{status: http.StatusOK}, d)
}

func (h handlers) saveDepartment(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	in, seen := drafted(&v), v.Int("version")
	if err = v.Err(); err == nil {
		_, err = h.Service.EditDepartment(r.Context(), id, seen, in)
	}
	no, ok := refused(&v, err)
	if err != nil && !ok {
		return err
	}
	d, err := h.Service.Department(r.Context(), id)
	if err != nil {
		return err
	}
	if ok {
		v.Set("version", latest(v, no, d.Version))
		return h.departmentForm(w, r, titleEditDepartment, v, no, d)
	}
	return h.Shell.Done(w, r, h.departmentsCrumb(d.TenantID).Href, "saved")
}

// latest is the version that a form shown again carries: once told that somebody
// was faster, the visitor may save over that.
func latest(v kit.FormValues, no refusal, stored int) string {
	if no.stale {
		return strconv.Itoa(stored)
	}
	return v.Get("version")
}

// opening reads what the buttons of a state form carry.
func opening(r *http.Request) (seen int, open bool) {
	seen, _ = strconv.Atoi(r.PostFormValue("version")) // 0 is no version: a conflict
	return seen, r.PostFormValue("to") == org.Open
}

func (h handlers) setDepartment(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Service.Department(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	seen, open := opening(r)
	if !open {
		if ok, err := h.Shell.Confirmed(w, r, h.closeDepartment(d)); !ok {
			return err
		}
	}
	if _, err := h.Service.SetDepartment(r.Context(), d.ID, seen, open); err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.departmentsCrumb(d.TenantID).Href, "saved")
}

func (h handlers) newPost(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Service.Department(r.Context(), r.URL.Query().Get("department"))
	if err != nil {
		return err
	}
	v := kit.NewForm(map[string]string{"department": d.ID})
	return h.postForm(w, r, titleNewPost, v, refusal{status: http.StatusOK}, org.Post{TenantID: d.TenantID, Department: d.Name})
}

func (h handlers) postForm(w http.ResponseWriter, r *http.Request, title string, v kit.FormValues, no refusal, p org.Post) error {
	n, err := h.Tree.Get(r.Context(), p.TenantID)
	if err != nil {
		return err
	}
	offered := p.Roles
	for _, g := range self(r).Actor.Grants {
		offered = append(slices.Clip(offered), g.Roles...)
	}
	return h.page(w, r, no.status, "departments", title, h.postPage(title, v, no, p, n, offered), h.departmentsCrumb(p.TenantID))
}

func founding(v kit.FormValues) org.Founding {
	return org.Founding{DepartmentID: v.Get("department"), Name: v.Get("name"), Roles: v.All("roles"), Key: v.Posted()}
}

func (h handlers) createPost(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	p, err := h.Service.CreatePost(r.Context(), founding(v))
	if no, ok := refused(&v, err); ok {
		d, err := h.Service.Department(r.Context(), v.Get("department"))
		if err != nil {
			return err
		}
		return h.postForm(w, r, titleNewPost, v, no, org.Post{TenantID: d.TenantID, Department: d.Name})
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.departmentsCrumb(p.TenantID).Href, "created")
}

func (h handlers) post(w http.ResponseWriter, r *http.Request) error {
	p, err := h.Service.Post(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.postForm(w, r, titleEditPost, kit.FormValues{}, refusal{status: http.StatusOK}, p)
}

func (h handlers) savePost(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	seen := v.Int("version")
	p, err := h.Service.EditPost(r.Context(), id, seen, founding(v))
	if no, ok := refused(&v, err); ok {
		if p, err = h.Service.Post(r.Context(), id); err != nil {
			return err
		}
		v.Set("version", latest(v, no, p.Version))
		return h.postForm(w, r, titleEditPost, v, no, p)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.departmentsCrumb(p.TenantID).Href, "saved")
}

func (h handlers) setPost(w http.ResponseWriter, r *http.Request) error {
	p, err := h.Service.Post(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	seen, open := opening(r)
	if !open {
		if ok, err := h.Shell.Confirmed(w, r, h.closePost(p)); !ok {
			return err
		}
	}
	if _, err := h.Service.SetPost(r.Context(), p.ID, seen, open); err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.departmentsCrumb(p.TenantID).Href, "saved")
}
