package web

import (
	"iter"
	"net/http"
	"slices"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

func listQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, []string{"name", "code", "kind", "days", "owner", "created"}, kit.ListQuery{
		Size: 20, Sort: "created", Desc: true,
		Filters: map[string]string{
			"span": string(catalog.SpanHere), "state": "", "kind": "", "owner": "", "department": "",
			"region": "", "list": "", "level": "", "visits": "", "depth": "", "refined": "", "act": "", "from": "", "to": "", // by way of the statistics
		},
	})
}

func (h handlers) query(q kit.ListQuery) catalog.Query {
	span := catalog.Span(q.Filter("span"))
	switch span {
	case catalog.SpanHere, catalog.SpanOwn, catalog.SpanInherited, catalog.SpanBelow, catalog.SpanUnder, catalog.SpanAll:
	default: // a span that nobody offers would show everything
		span = catalog.SpanHere
	}
	return catalog.Query{
		Page: q.Page, Size: q.Size, Sort: q.Sort, Desc: q.Desc, Text: q.Q, Kind: q.Filter("kind"), State: q.Filter("state"),
		OwnerLevel: q.Filter("owner"), Department: q.Filter("department"), Span: span,
		Region: regionOf(q), List: q.Filter("list"), Level: q.Filter("level"), Visits: q.Filter("visits"), Depth: q.Filter("depth"), Refined: q.Filter("refined"), Act: q.Filter("act"), From: day(q.Filter("from")), To: nextDay(q.Filter("to")),
	}
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	q := listQuery(r)
	p, err := h.Service.Kept(r.Context(), h.query(q))
	if err != nil {
		return err
	}
	departments, err := h.Service.Departments(r.Context())
	if err != nil {
		return err
	}
	if d := q.Filter("department"); d != "" && !slices.Contains(departments, d) { // one of below, by way of the statistics
		departments = append(departments, d)
	}
	region, err := h.Service.Region(r.Context(), regionOf(q))
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, listPage(h, q, p, viewer{own(r), h.Service.MayCreate(r.Context()), departments, region.Name}))
}

// viewer is what a list needs to know about who looks at it.
type viewer struct {
	tenant tenancy.ID
	create bool

	departments []string
	region      string // whose items are listed
}

// maxExport bounds one workbook, in rows.
const maxExport = 20_000

func (h handlers) export(w http.ResponseWriter, r *http.Request) error {
	q := h.query(listQuery(r))
	q.Page, q.Size = 1, 100
	first, err := h.Service.Kept(r.Context(), q) // before the first byte, so that a refusal is a page
	if err != nil {
		return err
	}
	return kit.XLSX(w, exportName(), exportSheet(), exportHead(), h.exportRows(r, q, first))
}

func (h handlers) exportRows(r *http.Request, q catalog.Query, p catalog.Page[catalog.Row]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for sent := 0; len(p.Rows) > 0 && sent < maxExport; {
			for _, row := range p.Rows {
				if !yield(exportRow(row), nil) {
					return
				}
			}
			if sent += len(p.Rows); sent >= p.Total {
				return
			}
			q.Page++
			var err error
			if p, err = h.Service.Kept(r.Context(), q); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}
