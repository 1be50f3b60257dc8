package web

import (
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/tree"
)

// grantRow is a line of the list with what the visitor may do about it.
type grantRow struct {
	org.Grant
	state     string
	revocable bool
}

func (h handlers) revocable(r *http.Request, g org.Grant) bool {
	return g.RevokedAt == nil && h.may(r, policies.GrantsRevoke, policies.Resource{"over_lo": g.TenantID, "over_hi": g.Hi, "tier": g.Tier})
}

func grantList(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"state": "", "tier": ""}})
}

func grantQuery(q kit.ListQuery) org.GrantQuery {
	tier, _ := strconv.Atoi(q.Filter("tier")) // anything else is no filter
	return org.GrantQuery{Q: q.Q, State: q.Filter("state"), Tier: tier, Page: q.Page, Size: q.Size}
}

func (h handlers) grants(w http.ResponseWriter, r *http.Request) error {
	q := grantList(r)
	p, err := h.Service.Grants(r.Context(), grantQuery(q))
	if err != nil {
		return err
	}
	rows := make([]grantRow, 0, len(p.Rows))
	for _, g := range p.Rows {
		rows = append(rows, grantRow{g, g.StateOn(h.Service.Today()), h.revocable(r, g)})
	}
	return h.page(w, r, http.StatusOK, "grants", titleGrants, h.grantsPage(q, rows, p.Total, self(r).Actor.Grants))
}

func (h handlers) exportGrants(w http.ResponseWriter, r *http.Request) error {
	in := grantQuery(grantList(r))
	day := h.Service.Today()
	return kit.XLSX(w, titleGrants+day, titleGrants, grantColumns(), all(func(page int) ([][]any, int, error) {
		in.Page, in.Size = page, exportPage
		p, err := h.Service.Grants(r.Context(), in)
		rows := make([][]any, 0, len(p.Rows))
		for _, g := range p.Rows {
			rows = append(rows, []any{
				g.TenantName, g.TenantCode, tierName(g.Tier), g.HolderName, roleNames(g.Roles), g.FromOn, g.UntilOn,
				stateName(g.StateOn(day)), giver(g), clock(g.GrantedAt), g.RevokedBy, g.Reason,
			})
		}
		return rows, p.Total, err
	}))
}

// Bounds of an export.
const (
	exportPage = 100
	exportMax  = 10_000
)

// all walks the pages of a list.
func all(page func(n int) (rows [][]any, total int, err error)) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for n, sent := 1, 0; sent < exportMax; n++ {
			rows, total, err := page(n)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if sent += len(rows); len(rows) == 0 || sent >= total {
				return
			}
		}
	}
}

// clock is a moment in China.
func clock(t time.Time) string { return t.In(calendar.Zone()).Format("2006-01-02 15:04") }

func (h handlers) grant(w http.ResponseWriter, r *http.Request) error {
	f, err := h.Service.Grant(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	row := grantRow{f.Grant, f.Grant.StateOn(h.Service.Today()), h.revocable(r, f.Grant)}
	return h.page(w, r, http.StatusOK, "grants", f.Grant.TenantName, h.grantPage(f, row), h.grantsCrumb())
}

func (h handlers) newGrant(w http.ResponseWriter, r *http.Request) error {
	if err := h.Service.MayAppoint(r.Context()); err != nil {
		return err
	}
	if err := h.mayGrant(r); err != nil {
		return err
	}
	return h.grantForm(w, r, kit.FormValues{}, refusal{status: http.StatusOK})
}

// mayGrant refuses the last tier before the form is filled in: whatever it said,
// there is no fourth.
func (h handlers) mayGrant(r *http.Request) error {
	for _, g := range self(r).Actor.Grants {
		if g.Tier >= org.Tiers {
			return h.Authz.Allow(r.Context(), policies.GrantsAppoint, policies.Resource{"tenant": g.Over.Lo, "over_lo": g.Over.Lo, "over_hi": g.Over.Hi, "tier": g.Tier + 1, "roles": g.Roles, "holder_id": "", "holder_roles": []string{}})
		}
	}
	return nil
}

// grantForm shows the three steps: where, who, what.
func (h handlers) grantForm(w http.ResponseWriter, r *http.Request, v kit.FormValues, no refusal) error {
	own := self(r)
	at, err := h.pickTenant(r, h.org("/grants/new"), "tenant", own.Tenant, func(n tree.Node) bool { return n.ID == own.Tenant }, "who")
	if err != nil {
		return err
	}
	who, err := h.pickPerson(r, h.org("/grants/new"), "tenant")
	if err != nil {
		return err
	}
	var roles []string
	for _, g := range own.Actor.Grants {
		roles = g.Roles
	}
	return h.page(w, r, no.status, "grants", titleNewGrant, h.grantFormPage(v, no, at, who, roles, h.Service.Today()), h.grantsCrumb())
}

func (h handlers) appoint(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	at, err := tenantIn(r, v.Get("tenant"))
	if err != nil {
		return err
	}
	g, err := h.Service.Appoint(r.Context(), org.Appointing{
		Tenant: at, HolderID: v.Get("holder"), Roles: v.All("roles"),
		FromOn: v.Get("from_on"), UntilOn: v.Get("until_on"), Reason: v.Get("reason"), Key: v.Posted(),
	})
	if no, ok := refused(&v, err); ok {
		pick(r, "tenant", at, v.Get("who"))
		return h.grantForm(w, r, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.org("/grants/"+g.ID), "org_granted")
}

// pick puts what a form carried into the address, where the pickers look.
func pick(r *http.Request, field string, id tenancy.ID, who string) {
	q := r.URL.Query()
	q.Set(field, id.String())
	q.Set("who", who)
	r.URL.RawQuery = q.Encode()
}

func (h handlers) askRevoke(w http.ResponseWriter, r *http.Request) error {
	return h.revokeForm(w, r, kit.FormValues{}, refusal{status: http.StatusOK})
}

func (h handlers) revokeForm(w http.ResponseWriter, r *http.Request, v kit.FormValues, no refusal) error {
	f, err := h.Service.Grant(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if no.status == http.StatusOK {
		g := f.Grant
		if err := h.Authz.Allow(r.Context(), policies.GrantsRevoke, policies.Resource{"over_lo": g.TenantID, "over_hi": g.Hi, "tier": g.Tier}); err != nil {
			return err
		}
	}
	return h.page(w, r, no.status, "grants", titleRevoke, h.revokePage(v, no, f), h.grantsCrumb(), kit.Crumb{Label: f.Grant.TenantName, Href: h.org("/grants/" + f.Grant.ID)})
}

func (h handlers) revoke(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	grants, posts, err := h.Service.Revoke(r.Context(), chi.URLParam(r, "id"), v.Get("reason"))
	if no, ok := refused(&v, err); ok {
		return h.revokeForm(w, r, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.org("/grants"), "org_revoked", grants, posts)
}
