package web

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/tree"
)

// placed is a tenant with its way from the root and what the visitor may do there.
type placed struct {
	tree.Node
	chain  []tree.Node // from below the platform down to the tenant
	manage bool        // rename, move, merge
	add    bool        // below it
	export bool
	staff  bool // see who works there
}

func (h handlers) placed(r *http.Request, id tenancy.ID) (p placed, err error) {
	chain, err := h.Tree.Ancestors(r.Context(), id)
	if err != nil {
		return p, err
	}
	p.Node = chain[len(chain)-1]
	for _, n := range chain {
		if n.ID != tenancy.Platform {
			p.chain = append(p.chain, n)
		}
	}
	open := p.State == tree.Open
	p.manage = open && h.may(r, policies.TenantsManage, policies.Resource{"tenant": p.ID, "lo": p.ID, "hi": p.Hi})
	p.add = open && p.Hi > p.ID && h.may(r, policies.TenantsManage, policies.Resource{"tenant": p.ID + 1, "lo": p.ID + 1, "hi": p.ID + 1})
	p.export = h.may(r, policies.TenantsExport, policies.Resource{"tenant": p.ID})
	p.staff = h.may(r, policies.StaffView, policies.Resource{"tenant": p.ID})
	return p, nil
}

func (h handlers) tenants(w http.ResponseWriter, r *http.Request) error {
	return h.showTenant(w, r, self(r).Tenant)
}

func (h handlers) tenant(w http.ResponseWriter, r *http.Request) error {
	id, err := tenantIn(r, chi.URLParam(r, "tenant"))
	if err != nil {
		return err
	}
	return h.showTenant(w, r, id)
}

// showTenant is a tenant with its children, or with what a search finds below it.
func (h handlers) showTenant(w http.ResponseWriter, r *http.Request, id tenancy.ID) error {
	p, err := h.placed(r, id)
	if err != nil {
		return err
	}
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 50, Filters: map[string]string{"level": ""}})
	var nodes []tree.Node
	var total int
	if q.Q == "" && q.Filter("level") == "" {
		all, err := h.Tree.Children(r.Context(), id)
		if err != nil {
			return err
		}
		total = len(all)
		nodes = all[min(q.Offset(), total):min(q.Offset()+q.Size, total)]
	} else if nodes, total, err = h.Tree.Search(r.Context(), tree.Query{Under: id, Q: q.Q, Level: q.Filter("level"), Page: q.Page, Size: q.Size}); err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, "tenants", p.Name, h.tenantPage(q, p, nodes, total), h.way(r, p, false)...)
}

// way is the crumbs from the visitor's tenant down to one, itself included or not.
func (h handlers) way(r *http.Request, p placed, itself bool) []kit.Crumb {
	over := self(r).Over
	crumbs := []kit.Crumb{h.tenantsCrumb()}
	for i, n := range p.chain {
		if (itself || i < len(p.chain)-1) && over.Contains(n.ID) {
			crumbs = append(crumbs, kit.Crumb{Label: n.Name, Href: h.at(n.ID, "")})
		}
	}
	return crumbs
}

// mayAdd refuses whoever may add no tenant below p, with the policy's reason.
func (h handlers) mayAdd(r *http.Request, p placed) error {
	if p.add {
		return nil
	}
	return h.Authz.Allow(r.Context(), policies.TenantsManage, policies.Resource{"tenant": p.ID + 1, "lo": p.ID + 1, "hi": p.ID + 1})
}

func (h handlers) newTenant(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	if err := h.mayAdd(r, p); err != nil {
		return err
	}
	return h.newTenantForm(w, r, p, kit.FormValues{}, refusal{status: http.StatusOK})
}

// here is the tenant that the path names.
func (h handlers) here(r *http.Request) (placed, error) {
	id, err := tenantIn(r, chi.URLParam(r, "tenant"))
	if err != nil {
		return placed{}, err
	}
	return h.placed(r, id)
}

func (h handlers) newTenantForm(w http.ResponseWriter, r *http.Request, p placed, v kit.FormValues, no refusal) error {
	return h.page(w, r, no.status, "tenants", titleNewTenant, h.newTenantPage(v, no, p), h.way(r, p, true)...)
}

func (h handlers) addTenant(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	n, err := h.Tree.Add(r.Context(), tree.Addition{Parent: p.ID, Level: v.Get("level"), Code: v.Get("code"), Name: v.Get("name"), Host: v.Get("host"), Reason: v.Get("reason")})
	if no, ok := refused(&v, err); ok {
		return h.newTenantForm(w, r, p, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.at(n.ID, ""), "created")
}

func (h handlers) editTenant(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	if err := h.mayManage(r, p); err != nil {
		return err
	}
	code := p.Code
	if !p.Official() {
		code = ""
	}
	v := kit.NewForm(map[string]string{"name": p.Name, "code": code, "host": p.Host, "version": strconv.Itoa(p.Version)})
	return h.editTenantForm(w, r, p, v, refusal{status: http.StatusOK})
}

// mayManage refuses with policy's reason before a form is filled in for nothing.
func (h handlers) mayManage(r *http.Request, p placed) error {
	return h.Authz.Allow(r.Context(), policies.TenantsManage, policies.Resource{"tenant": p.ID, "lo": p.ID, "hi": p.Hi})
}

func (h handlers) editTenantForm(w http.ResponseWriter, r *http.Request, p placed, v kit.FormValues, no refusal) error {
	return h.page(w, r, no.status, "tenants", titleEditTenant, h.editTenantPage(v, no, p), h.way(r, p, true)...)
}

func (h handlers) renameTenant(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	seen := v.Int("version")
	_, err = h.Tree.Rename(r.Context(), tree.Renaming{ID: p.ID, Name: v.Get("name"), Code: v.Get("code"), Host: v.Get("host"), Version: seen, Reason: v.Get("reason")})
	if no, ok := refused(&v, err); ok {
		v.Set("version", latest(v, no, p.Version))
		return h.editTenantForm(w, r, p, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.at(p.ID, ""), "org_renamed")
}

func (h handlers) askRemoval(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	if err := h.mayManage(r, p); err != nil {
		return err
	}
	v := kit.NewForm(map[string]string{"version": strconv.Itoa(p.Version)})
	return h.removalForm(w, r, p, v, refusal{status: http.StatusOK})
}

// removalForm moves or merges: first the target is picked, then the deed explained.
func (h handlers) removalForm(w http.ResponseWriter, r *http.Request, p placed, v kit.FormValues, no refusal) error {
	verb := chi.URLParam(r, "verb")
	merge := verb == "merge"
	unfit := func(n tree.Node) bool {
		width, target := p.Hi-p.ID, n.Hi-n.ID
		return p.Interval().Contains(n.ID) || n.State != tree.Open || !merge && (n.ID == p.Parent || target <= width) || merge && target < width
	}
	to, err := h.pickTenant(r, h.at(p.ID, "/"+verb), "to", self(r).Tenant, unfit)
	if err != nil {
		return err
	}
	below, err := h.Tree.Children(r.Context(), p.ID)
	if err != nil {
		return err
	}
	return h.page(w, r, no.status, "tenants", removalTitle(merge), h.removalPage(v, no, p, to, merge, len(below)), h.way(r, p, true)...)
}

func (h handlers) removeTenant(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	to, err := tenantIn(r, v.Get("to"))
	if err != nil {
		return err
	}
	do, done := h.Tree.Move, "org_moved"
	if chi.URLParam(r, "verb") == "merge" {
		do, done = h.Tree.Merge, "org_merged"
	}
	n, err := do(r.Context(), tree.Removal{ID: p.ID, To: to, Version: v.Int("version"), Reason: v.Get("reason")})
	if no, ok := refused(&v, err); ok {
		pick(r, "to", to, "")
		v.Set("version", latest(v, no, p.Version))
		return h.removalForm(w, r, p, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.at(n.ID, ""), done)
}

func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	entries, err := h.Tree.History(r.Context(), p.ID)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, "tenants", titleHistory, h.historyPage(p, entries), h.way(r, p, true)...)
}
