package web

import (
	"net/http"
	"strconv"
	"time"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

func (h handlers) listQuery(r *http.Request) (kit.ListQuery, cases.Query) {
	l := kit.ParseList(r, []string{"no", "item", "created", "due", "status"}, kit.ListQuery{
		Size: 20, Sort: "created", Desc: true,
		Filters: map[string]string{"tab": "", "status": "", "time": "", "channel": "", "kind": "", "trips": "", "item": "", "mode": "", "department": "", "whole": "", "under": "", "from": "", "to": ""},
	})
	q := cases.Query{
		Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, Text: l.Q, Time: timeFilter(l.Filter("time")),
		Channel: l.Filter("channel"), Type: kindOf(l.Filter("kind")), Over: l.Filter("trips") == "over", Status: cases.Status(l.Filter("status")), From: day(l.Filter("from")), To: day(l.Filter("to")),
	}
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
	}
	q.Mode, q.Department, q.Whole = modeOf(l.Filter("mode")), l.Filter("department"), l.Filter("whole") != ""
	if _, err := id36(l.Filter("item")); err == nil {
		q.ItemID = l.Filter("item")
	}
	q.Under = subtree(l.Filter("under"))
	switch l.Filter("tab") {
	case "open":
		q.Open = true
	case "deliver":
		q.Kind = "deliver"
	case "supplement":
		q.Status = cases.Supplement
	case "done":
		q.Status = cases.Completed
	}
	return l, q
}

// day reads a date in China; what is none narrows nothing.
func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, calendar.Zone())
	if err != nil {
		return time.Time{}
	}
	return t
}

// subtree reads "lo-hi", as links of other pages write it; row security keeps it
// inside of what the actor may see.
func subtree(s string) (i tenancy.Interval) {
	for at, c := range s {
		if c != '-' {
			continue
		}
		lo, err := strconv.ParseInt(s[:at], 10, 64)
		hi, err2 := strconv.ParseInt(s[at+1:], 10, 64)
		if err == nil && err2 == nil && lo > 0 && lo <= hi {
			i = tenancy.Interval{Lo: tenancy.ID(lo), Hi: tenancy.ID(hi)}
		}
		break
	}
	return i
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	l, q := h.listQuery(r)
	p, err := h.d.Service.List(r.Context(), q)
	if err != nil {
		return err
	}
	refusal := h.d.Service.MayExport(r.Context())
	below, err := h.d.Service.Branches(r.Context())
	if err != nil {
		return err
	}
	views, err := h.savedViews(r.Context(), listCases, l)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleCases, Active: "cases", Content: listPage(views, l, p, below, refusal == nil)})
}

func (h handlers) listXLSX(w http.ResponseWriter, r *http.Request) error {
	_, q := h.listQuery(r)
	if err := h.d.Service.Exporting(r.Context(), q); err != nil {
		return err
	}
	rows := every(q, func(q cases.Query) (cases.Page, error) { return h.d.Service.List(r.Context(), q) })
	return kit.XLSX(w, titleCases, titleCases, sheetHead(), sheetRows(rows))
}
