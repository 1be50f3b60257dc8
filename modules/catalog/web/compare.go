package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

func compareQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, []string{"name", "items", "departments", "refined"}, kit.ListQuery{Size: 20, Sort: "items", Desc: true, Filters: map[string]string{"region": "", "department": "", "kind": "", "item": "", "only": ""}})
}

// comparing is the same item as several tenants offer it, and what else there is to choose.
type comparing struct {
	h       handlers
	q       kit.ListQuery
	choices []catalog.Side
	offers  []catalog.Offer
}

// sideKey names a side in a form: the item and the tenant that offers it.
func sideKey(s catalog.Side) string { return s.ItemID + "@" + s.Tenant.String() }

// sidesOf reads the sides that a request names; what is no side is left out.
func sidesOf(r *http.Request) (out []catalog.Side) {
	for _, v := range r.URL.Query()["side"] {
		item, tenant, _ := strings.Cut(v, "@")
		n, err := strconv.ParseInt(tenant, 10, 64)
		side := catalog.Side{ItemID: item, Tenant: tenancy.ID(n)}
		if err == nil && !slices.Contains(out, side) {
			out = append(out, side)
		}
	}
	return out
}

func (h handlers) compared(r *http.Request) (c comparing, err error) {
	c = comparing{h: h, q: compareQuery(r)}
	if c.choices, err = h.Service.Sides(r.Context(), c.q.Filter("item")); err != nil {
		return c, err
	}
	sides := sidesOf(r)
	if len(sides) == 0 && len(c.choices) <= 4 { // few enough to be all meant
		sides = c.choices
	}
	c.offers, err = h.Service.Compare(r.Context(), sides)
	return c, err
}

// comparison lists what there is more than one of, or puts one item's sides beside each other.
func (h handlers) comparison(w http.ResponseWriter, r *http.Request) error {
	if q := compareQuery(r); q.Filter("item") == "" {
		return h.comparable(w, r, q)
	}
	c, err := h.compared(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, comparePage(c))
}

func (h handlers) comparable(w http.ResponseWriter, r *http.Request, q kit.ListQuery) error {
	stat, err := h.Service.Statistics(r.Context(), catalog.Census{Region: regionOf(q), State: catalog.StatePublished})
	if err != nil {
		return err
	}
	p, err := h.Service.Comparable(r.Context(), alikeQuery(q))
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, comparablePage(overview{stat, h, q, codes.From(r.Context())}, p))
}

func alikeQuery(q kit.ListQuery) catalog.Query {
	return catalog.Query{Page: q.Page, Size: q.Size, Sort: q.Sort, Desc: q.Desc, Text: q.Q, Region: regionOf(q), Kind: q.Filter("kind"), Department: q.Filter("department")}
}

// exportComparable sends the list of what can be compared.
func (h handlers) exportComparable(w http.ResponseWriter, r *http.Request, q kit.ListQuery) error {
	in := alikeQuery(q)
	in.Page, in.Size = 1, 100
	p, err := h.Service.Comparable(r.Context(), in) // before the first byte, so that a refusal is a page
	if err != nil {
		return err
	}
	return kit.XLSX(w, compareTitle(), compareTitle(), comparableHead(), func(yield func([]any, error) bool) {
		for sent := 0; len(p.Rows) > 0 && sent < maxExport; {
			for _, a := range p.Rows {
				if !yield([]any{a.Name, a.BasicCode, a.Items, a.Departments, a.Refined}, nil) {
					return
				}
			}
			if sent += len(p.Rows); sent >= p.Total {
				return
			}
			in.Page++
			if p, err = h.Service.Comparable(r.Context(), in); err != nil {
				yield(nil, err)
				return
			}
		}
	})
}

func (h handlers) exportComparison(w http.ResponseWriter, r *http.Request) error {
	if q := compareQuery(r); q.Filter("item") == "" {
		return h.exportComparable(w, r, q)
	}
	c, err := h.compared(r)
	if err != nil {
		return err
	}
	return kit.XLSX(w, compareName(c), compareTitle(), c.head(), func(yield func([]any, error) bool) {
		for _, e := range c.elements() {
			if !yield(e.cells(), nil) {
				return
			}
		}
	})
}

// element is one field of all sides beside each other.
type element struct {
	label string
	sides []fact
	from  []string // who changed it on that side; nothing for the owner
}

// elements compares every side with the first, field by field; only what differs
// when the page asks for that.
func (c comparing) elements() (out []element) {
	if len(c.offers) == 0 {
		return nil
	}
	first := c.offers[0].Body
	for i, f := range facts(first) {
		e := element{label: f.label}
		for _, o := range c.offers {
			d := compare(first, o.Body)[i]
			e.sides, e.from = append(e.sides, fact{label: d.label, lines: d.now}), append(e.from, refinedBy(o, f.key))
		}
		if c.q.Filter("only") == "" || e.differs() {
			out = append(out, e)
		}
	}
	return out
}

func (e element) differs() bool {
	return slices.ContainsFunc(e.sides, func(f fact) bool { return !slices.Equal(f.lines, e.sides[0].lines) })
}

// fresh reports that a line of a side is not in the first one.
func (e element) fresh(line string) bool { return !slices.Contains(e.sides[0].lines, line) }

// gone are the lines of the first side that another lacks.
func (e element) gone(side int) (out []string) {
	for _, l := range e.sides[0].lines {
		if !slices.Contains(e.sides[side].lines, l) {
			out = append(out, l)
		}
	}
	return out
}

func (e element) cells() []any {
	out := []any{e.label, differText(e.differs())}
	for _, f := range e.sides {
		out = append(out, plain(strings.Join(f.lines, "\n")))
	}
	return out
}

// different counts the fields that differ.
func (c comparing) different() (n int) {
	for _, e := range c.elements() {
		if e.differs() {
			n++
		}
	}
	return n
}

func (c comparing) picked(s catalog.Side) bool {
	return slices.ContainsFunc(c.offers, func(o catalog.Offer) bool { return sideKey(o.Side) == sideKey(s) })
}

// url is this comparison at another path, with only what differs or with all.
func (c comparing) url(path, only string) string {
	q := c.q.WithPath(c.h.items(path))
	q.Filters = map[string]string{"item": c.q.Filter("item"), "only": only}
	parts := []string{q.URL()}
	for _, o := range c.offers {
		parts = append(parts, "side="+sideKey(o.Side))
	}
	return strings.Join(parts, "&")
}
