package citizen

import (
	"context"
	"net/http"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/fault"
)

// statuses are those of a case, in the order of its life.
func statuses() []string {
	return []string{string(cases.Submitted), string(cases.Supplement), string(cases.Handling), string(cases.Completed), string(cases.Refused), string(cases.Withdrawn)}
}

// begun is a draft that may be taken up again.
type begun struct{ id, name, saved string }

type myCases struct {
	q      kit.ListQuery
	rows   []cases.Row
	total  int
	drafts []begun
}

func (h handlers) cases(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	q := kit.ParseList(r, []string{"created", "status"}, kit.ListQuery{Size: 10, Sort: "created", Desc: true, Filters: map[string]string{"status": ""}}).WithPath(visit.URL(ctx, "/cases"))
	p, err := h.Cases.List(ctx, cases.Query{Page: q.Page, Size: q.Size, Sort: q.Sort, Desc: q.Desc, Text: q.Q, Status: cases.Status(q.Filter("status"))})
	if err != nil {
		return err
	}
	v := myCases{q: q, rows: p.Rows, total: p.Total}
	if v.drafts, err = h.begun(ctx); err != nil {
		return err
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.cases"), Active: "cases", Crumbs: home(ctx), Content: casesPage(v)})
}

// begun lists what she has begun on this site and not handed in. An item that is
// no longer offered drops out.
func (h handlers) begun(ctx context.Context) (out []begun, err error) {
	drafts, err := h.Cases.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if a := readApplication(d.Data); len(a.Values) == 0 && len(a.Papers) == 0 {
			continue
		}
		g, err := h.Items.GuideAt(ctx, d.ItemID, d.Version)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, begun{d.ItemID, g.Body.Name, clock(d.SavedAt)})
	}
	return out, nil
}
