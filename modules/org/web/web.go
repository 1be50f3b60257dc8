// Package web is the desk's pages about who works where: grants (授权), posts and
// their holders, departments (部门), and the tree of tenants (租户).
//
// Every page works without scripts: people and tenants are picked by searching
// and following a link, and what was picked stands in the address.
package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Deps is what the pages need.
type Deps struct {
	Service *org.Service
	Tree    *tree.Service
	Authz   policies.Authorizer // what is not allowed is not offered
	Shell   kit.Shell
	Base    string // where Mount is mounted: /desk
}

// Mount registers the pages relative to Base.
func Mount(r chi.Router, d Deps) {
	h := handlers{d}
	on := d.Shell.Handle
	r.Route("/org", func(r chi.Router) {
		r.Get("/grants", on(h.grants))
		r.Get("/grants/export.xlsx", on(h.exportGrants))
		r.Get("/grants/new", on(h.newGrant))
		r.Post("/grants", on(h.appoint))
		r.Get("/grants/{id}", on(h.grant))
		r.Get("/grants/{id}/revoke", on(h.askRevoke))
		r.Post("/grants/{id}/revoke", on(h.revoke))

		r.Get("/staff", on(h.staff))
		r.Get("/staff/export.xlsx", on(h.exportStaff))
		r.Get("/people/new", on(h.newPerson))
		r.Post("/people", on(h.hire))
		r.Get("/posts/{id}/assign", on(h.askAssign))
		r.Post("/posts/{id}/assign", on(h.assign))
		r.Get("/appointments/{id}/remove", on(h.askRemove))
		r.Post("/appointments/{id}/remove", on(h.remove))

		r.Get("/absences", on(h.absences))
		r.Post("/absences", on(h.recordAbsence))
		r.Post("/absences/{id}/cancel", on(h.cancelAbsence))

		r.Get("/departments", on(h.departments))
		r.Get("/departments/new", on(h.newDepartment))
		r.Post("/departments", on(h.createDepartment))
		r.Get("/departments/{id}", on(h.department))
		r.Post("/departments/{id}", on(h.saveDepartment))
		r.Post("/departments/{id}/state", on(h.setDepartment))
		r.Get("/posts/new", on(h.newPost))
		r.Post("/posts", on(h.createPost))
		r.Get("/posts/{id}", on(h.post))
		r.Post("/posts/{id}", on(h.savePost))
		r.Post("/posts/{id}/state", on(h.setPost))
	})
	r.Route("/tenants", func(r chi.Router) {
		r.Get("/", on(h.tenants))
		r.Get("/import", on(h.askImport))
		r.Post("/import", on(h.importFile))
		r.Get("/{tenant}", on(h.tenant))
		r.Get("/{tenant}/new", on(h.newTenant))
		r.Post("/{tenant}/new", on(h.addTenant))
		r.Get("/{tenant}/edit", on(h.editTenant))
		r.Post("/{tenant}/edit", on(h.renameTenant))
		r.Get("/{tenant}/{verb:move|merge}", on(h.askRemoval))
		r.Post("/{tenant}/{verb:move|merge}", on(h.removeTenant))
		r.Get("/{tenant}/history", on(h.history))
		r.Get("/{tenant}/export.csv", on(h.exportTenants))
	})
}

type handlers struct{ Deps }

func (h handlers) org(path string) string { return h.Base + "/org" + path }

func (h handlers) at(id tenancy.ID, path string) string {
	return h.Base + "/tenants/" + id.String() + path
}

// ask is an address with a query.
func ask(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// page answers with a page; the crumbs begin at the workbench.
func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, active, title string, content templ.Component, crumbs ...kit.Crumb) error {
	return h.Shell.Page(w, r, status, kit.Page{Title: title, Active: active, Crumbs: append([]kit.Crumb{homeCrumb(h.Base)}, crumbs...), Content: content})
}

// may reports whether policy allows the visitor something.
func (h handlers) may(r *http.Request, a policies.Action, res policies.Resource) bool {
	return h.Authz.Allow(r.Context(), a, res) == nil
}

// self is the scope of the visitor; pages are mounted behind one.
func self(r *http.Request) tenancy.Scope {
	s, err := tenancy.From(r.Context())
	if err != nil {
		return tenancy.Scope{Tenant: -1}
	}
	return s
}

// tenantIn reads a tenant from a parameter; empty is the visitor's own. Tenants
// beside and above the visitor's are not found: these pages are about her own part
// of the tree.
func tenantIn(r *http.Request, s string) (tenancy.ID, error) {
	me := self(r)
	if s == "" {
		return me.Tenant, nil
	}
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || !me.Over.Contains(tenancy.ID(id)) {
		return 0, fault.New(fault.NotFound, "tree_not_found")
	}
	return tenancy.ID(id), nil
}

// refusal is what stood in the way of a form: it is shown above the form, which
// keeps what was typed.
type refusal struct {
	status int
	text   string // what happened
	detail string // policy's reason
	stale  bool   // somebody else was faster
}

// refused turns a failure into what the form shows; false for what is no answer
// to a form (and for fields, which the form blames itself).
func refused(v *kit.FormValues, err error) (refusal, bool) {
	f, ok := fault.As(err)
	if !ok {
		return refusal{}, false
	}
	if v.Blame(err) {
		return refusal{status: http.StatusUnprocessableEntity}, true
	}
	switch f.Kind {
	case fault.Forbidden, fault.Conflict, fault.Precondition:
		return refusal{status: kit.StatusOf(f.Kind), text: text.T(f.Text), detail: f.Detail, stale: f.Kind == fault.Conflict}, true
	case fault.Internal, fault.Invalid, fault.NotFound, fault.Unavailable:
	}
	return refusal{}, false
}

// form reads the posted form.
func form(r *http.Request) (kit.FormValues, error) { return kit.ParseForm(r) }

// lineErrors are the wrong lines of a file, when that is what failed.
func lineErrors(err error) (tree.LineErrors, bool) { return errors.AsType[tree.LineErrors](err) }
