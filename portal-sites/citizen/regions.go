package citizen

import (
	"context"
	"net/http"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/tree"
)

// regionsView is one place in the tree with its way up and what lies below.
type regionsView struct {
	q     kit.ListQuery
	at    tree.Node
	here  bool // at is the tenant of this site
	site  string
	up    []kit.Crumb
	below []place
	found []place // answers to q.Q
	total int
}

// place is a tenant to go to: on to its own part of the tree, or to its site.
type place struct{ name, level, into, site string }

// regions leads up and down the tree without leaving the site; code names the
// place looked at, the site's own at first.
func (h handlers) regions(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx, site := r.Context(), visit.SiteOf(r.Context())
	v := regionsView{q: kit.ParseList(r, nil, kit.ListQuery{Size: 30}).WithPath(visit.URL(ctx, "/regions"))}
	code := r.URL.Query().Get("code")
	if code == "" {
		code = site.Code
	}
	var err error
	if v.at, err = h.Tree.ByCode(ctx, code); err != nil {
		return err
	}
	v.here, v.site = v.at.ID == site.Tenant, h.SiteURL(v.at.Code, v.at.Host)
	if err := h.around(ctx, &v); err != nil {
		return err
	}
	if v.q.Q != "" {
		nodes, total, err := h.Tree.Search(ctx, tree.Query{Q: v.q.Q, Page: v.q.Page, Size: v.q.Size})
		if err != nil {
			return err
		}
		v.found, v.total = h.places(ctx, nodes), total
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.regions"), Active: "regions", Crumbs: home(ctx), Content: regionsPage(v)})
}

// around finds the way up from v.at and what lies right below it.
func (h handlers) around(ctx context.Context, v *regionsView) error {
	up, err := h.Tree.Ancestors(ctx, v.at.ID)
	if err != nil {
		return err
	}
	for _, n := range up {
		if n.Parent != n.ID && n.ID != v.at.ID { // the platform above every root is no place
			v.up = append(v.up, kit.Crumb{Label: n.Name, Href: regionURL(ctx, n.Code)})
		}
	}
	below, err := h.Tree.Children(ctx, v.at.ID)
	v.below = h.places(ctx, below)
	return err
}

func (h handlers) places(ctx context.Context, nodes []tree.Node) (out []place) {
	for _, n := range nodes {
		out = append(out, place{n.Name, word("place", n.Level), regionURL(ctx, n.Code), h.SiteURL(n.Code, n.Host)})
	}
	return out
}

func regionURL(ctx context.Context, code string) string {
	return query(visit.URL(ctx, "/regions"), "code", code)
}
