package web

import (
	"net/http"
	"strings"

	"liandong/modules/org"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// tenantPick is a search for a tenant below another one, and what was picked.
// The rest of the address (keep) goes along.
type tenantPick struct {
	path  string
	field string            // parameter that carries the picked tenant
	keep  map[string]string // other parameters
	q     string
	found []tree.Node
	above map[tenancy.ID]string // what their parents are called
	more  bool
	node  *tree.Node // picked
	path2 []tree.Node
}

// pickTenant reads the search (tq) and the pick from the address. Tenants that
// refuse says no to are left out.
func (h handlers) pickTenant(r *http.Request, path, field string, under tenancy.ID, refuse func(tree.Node) bool, keep ...string) (p tenantPick, err error) {
	v := r.URL.Query()
	p = tenantPick{path: path, field: field, q: v.Get("tq"), keep: map[string]string{}}
	for _, k := range keep {
		p.keep[k] = v.Get(k)
	}
	if id := v.Get(field); id != "" {
		return p, h.picked(r, &p, id)
	}
	if err := h.collect(r, &p, under, refuse); err != nil {
		return p, err
	}
	parents := make([]tenancy.ID, 0, len(p.found))
	for _, n := range p.found {
		parents = append(parents, n.Parent)
	}
	p.above, err = h.Tree.Names(r.Context(), parents)
	return p, err
}

// Bounds of one search for a tenant.
const (
	pickShown = 30
	pickPages = 10
	pickPage  = 100
)

// collect fills in the first tenants that fit; more says that there are others.
func (h handlers) collect(r *http.Request, p *tenantPick, under tenancy.ID, refuse func(tree.Node) bool) error {
	for page := 1; page <= pickPages; page++ {
		nodes, total, err := h.Tree.Search(r.Context(), tree.Query{Under: under, Q: p.q, Page: page, Size: pickPage})
		if err != nil {
			return err
		}
		for _, n := range nodes {
			if refuse(n) {
				continue
			}
			if p.more = len(p.found) == pickShown; p.more {
				return nil
			}
			p.found = append(p.found, n)
		}
		if p.more = page*pickPage < total; !p.more {
			return nil
		}
	}
	return nil
}

func (h handlers) picked(r *http.Request, p *tenantPick, s string) error {
	id, err := tenantIn(r, s)
	if err != nil {
		return err
	}
	if p.path2, err = h.Tree.Ancestors(r.Context(), id); err != nil {
		return err
	}
	p.node = &p.path2[len(p.path2)-1]
	return nil
}

// to is the address with a tenant picked; "" lets one pick anew.
func (p tenantPick) to(id string) string {
	pairs := []string{p.field, id}
	for k, v := range p.keep {
		pairs = append(pairs, k, v)
	}
	return ask(p.path, pairs...)
}

// personPick is a search for a person by login, or by name among those who hold something.
type personPick struct {
	path  string
	keep  map[string]string
	who   string
	found *org.Staffer
	known []org.Colleague // people of that name
	none  string          // why nobody was found
	hire  string          // where a new account is made
}

// pickPerson reads the search (who) from the address.
func (h handlers) pickPerson(r *http.Request, path string, keep ...string) (p personPick, err error) {
	v := r.URL.Query()
	p = personPick{path: path, who: v.Get("who"), keep: map[string]string{}}
	for _, k := range keep {
		p.keep[k] = v.Get(k)
	}
	p.hire = ask(h.org("/people/new"), "back", p.to(""))
	if p.who == "" {
		return p, nil
	}
	look := h.Service.Find
	if isID(p.who) {
		look = h.Service.Person // picked from the list
	}
	found, err := look(r.Context(), p.who)
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		p.none = text.T(f.Text)
		p.known, err = h.Service.Known(r.Context(), p.who)
		return p, err
	}
	p.found = &found
	return p, err
}

// to is the address with somebody looked up.
func (p personPick) to(who string) string {
	pairs := []string{"who", who}
	for k, v := range p.keep {
		pairs = append(pairs, k, v)
	}
	return ask(p.path, pairs...)
}

// isID tells the id of a person from what somebody typed: 36 characters, in five parts.
func isID(s string) bool { return len(s) == 36 && strings.Count(s, "-") == 4 }
