package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

// impactView is everything that the open version of an item would touch.
type impactView struct {
	catalog.Sheet
	catalog.Impact

	q           kit.ListQuery
	before, now Sketch
	site        string // of the one tenant that is looked at
}

// What the sheet lists below.
const (
	viewClashing  = "clashing"  // tenants with a conflict
	viewRefining  = "refining"  // all tenants that change something
	viewConflicts = "conflicts" // one by one, of all tenants or of one
)

const (
	impactRows     = 20
	shownConflicts = 5 // on the pages of a draft and of a review
)

func (h handlers) impact(w http.ResponseWriter, r *http.Request) error {
	v, err := h.impactOf(r)
	if err != nil {
		return err
	}
	v.q = kit.ParseList(r, nil, kit.ListQuery{Size: impactRows, Filters: map[string]string{"view": "", "tenant": ""}})
	if !slices.Contains([]string{viewClashing, viewRefining, viewConflicts}, v.q.Filter("view")) {
		v.q.Filters["view"] = viewRefining
		if v.Clashing > 0 {
			v.q.Filters["view"] = viewClashing
		}
	}
	if t := v.one(); t != nil && h.SiteURL != nil {
		if site := h.SiteURL(t.TenantID); site != "" {
			v.site = site + "/items/" + v.Item.ID
		}
	}
	if v.Flow != nil {
		v.now = h.Flows.Inspect(v.Flow, v.Version.Body.PromisedDays)
	}
	if v.LiveFlow != nil {
		v.before = h.Flows.Inspect(v.LiveFlow, v.Live.Body.PromisedDays)
	}
	return h.page(w, r, http.StatusOK, impactPage(h, v))
}

func (h handlers) impactOf(r *http.Request) (v impactView, err error) {
	if v.Sheet, err = h.Service.Show(r.Context(), chi.URLParam(r, "id")); err != nil {
		return v, err
	}
	v.Impact, err = h.Service.Impact(r.Context(), v.Version.ID)
	return v, err
}

// with is the address of another list of the sheet, of one tenant when it is not zero.
func (v impactView) with(view string, tenant tenancy.ID) string {
	q := v.q
	q.Page, q.Filters = 1, map[string]string{"view": view}
	if tenant != 0 {
		q.Filters["tenant"] = strconv.FormatInt(int64(tenant), 10)
	}
	return q.URL() + "#refining"
}

// one is the tenant that is looked at; nil for all of them.
func (v impactView) one() *catalog.Refining {
	id, err := strconv.ParseInt(v.q.Filter("tenant"), 10, 64)
	if err != nil || v.q.Filter("view") != viewConflicts {
		return nil
	}
	i := slices.IndexFunc(v.Refining, func(t catalog.Refining) bool { return t.TenantID == tenancy.ID(id) })
	if i < 0 {
		return nil
	}
	return &v.Refining[i]
}

func (v impactView) conflicts() []catalog.Conflict {
	t := v.one()
	if t == nil {
		return v.Conflicts
	}
	return slices.DeleteFunc(slices.Clone(v.Conflicts), func(c catalog.Conflict) bool { return c.TenantID != t.TenantID })
}

func (v impactView) tenants() []catalog.Refining {
	if v.q.Filter("view") == viewRefining {
		return v.Refining
	}
	return slices.DeleteFunc(slices.Clone(v.Refining), func(t catalog.Refining) bool { return t.Conflicts == 0 })
}

// papers spells a material as the sheet of the item does, with its files.
func papers(b catalog.Body, m *catalog.Material) []string {
	if m == nil {
		return nil
	}
	b.Materials = []catalog.Material{*m}
	return materials(b)
}

func (h handlers) exportImpact(w http.ResponseWriter, r *http.Request) error {
	v, err := h.impactOf(r)
	if err != nil {
		return err
	}
	return kit.XLSX(w, impactName(), impactSheet(), impactHead(), func(yield func([]any, error) bool) {
		for _, c := range v.Conflicts {
			if !yield([]any{c.TenantName, conflictField(c.Field), c.Theirs, c.Was, c.Now}, nil) {
				return
			}
		}
	})
}
