package web

import (
	"net/http"
	"strings"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
)

// basicQuery reads what a page of the basic list is narrowed to.
func basicQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, []string{"name", "code", "kind", "owner", "created"}, kit.ListQuery{
		Size: 50, Sort: "code", Filters: map[string]string{"span": string(catalog.SpanHere), "state": "", "kind": "", "owner": ""},
	})
}

// basic lists the entries of the basic list (目录清单), main items with what they
// are divided into below them.
func (h handlers) basic(w http.ResponseWriter, r *http.Request) error {
	q := basicQuery(r)
	in := h.query(q)
	in.List = catalog.BasicList
	p, err := h.Service.Kept(r.Context(), in)
	if err != nil {
		return err
	}
	coverage, err := h.Service.Coverage(r.Context())
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, basicPage(h, q, p, coverage, viewer{tenant: own(r), create: h.Service.MayKeep(r.Context())}))
}

// exportBasic sends the entries that a page shows, so that they can be imported again.
func (h handlers) exportBasic(w http.ResponseWriter, r *http.Request) error {
	q := h.query(basicQuery(r))
	q.Page, q.Size, q.List = 1, 100, catalog.BasicList
	first, err := h.Service.Kept(r.Context(), q)
	if err != nil {
		return err
	}
	return kit.XLSX(w, basicName(), basicName(), exportHead(), h.exportRows(r, q, first))
}

// under reports whether an entry is a part (子项) of the one before it: both have the
// same first nine digits, and the one before is the main item or another part.
func under(rows []catalog.Row, i int) bool {
	const main = 9
	a := rows[i].BasicCode
	if len(a) <= main || strings.HasSuffix(a, "000") || i == 0 {
		return false
	}
	b := rows[i-1].BasicCode
	return len(b) > main && a[:main] == b[:main]
}

func claimsQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, nil, kit.ListQuery{Size: 50, Filters: map[string]string{"state": string(catalog.ClaimOpen), "kind": ""}})
}

// claims lists the entries that the actor's tenant may claim (待认领), or has.
func (h handlers) claims(w http.ResponseWriter, r *http.Request) error {
	q := claimsQuery(r)
	p, err := h.Service.Claimables(r.Context(), catalog.ClaimQuery{Page: q.Page, Size: q.Size, State: catalog.ClaimState(q.Filter("state")), Text: q.Q, Kind: q.Filter("kind")})
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, claimsPage(h, q, p, h.Service.MayCreate(r.Context()), kit.FormValues{}))
}

// claim takes the entries that were ticked, once the editor has seen what follows.
func (h handlers) claim(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	ids := v.All("entries")
	if v.Get("confirmed") != "1" && len(ids) > 0 {
		p, err := h.Service.Claimables(r.Context(), catalog.ClaimQuery{IDs: ids, Size: 100})
		if err != nil {
			return err
		}
		return h.page(w, r, http.StatusOK, claimPreview(h, p.Rows))
	}
	c, err := h.Service.Claim(r.Context(), ids)
	if v.Blame(err) {
		q := claimsQuery(r)
		p, err := h.Service.Claimables(r.Context(), catalog.ClaimQuery{Size: q.Size, State: catalog.ClaimOpen})
		if err != nil {
			return err
		}
		return h.page(w, r, http.StatusUnprocessableEntity, claimsPage(h, q, p, true, v))
	}
	if err != nil {
		return err
	}
	if len(c.Made) == 1 {
		return h.Shell.Done(w, r, h.items("/"+c.Made[0]+"/edit"), "item_claimed")
	}
	return h.Shell.Done(w, r, h.items("/claims?state=taken"), "item_claimed")
}
