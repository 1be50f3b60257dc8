package web

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// The views of the statistics: all at a glance, or one table of it.
const (
	viewAll         = ""
	viewRegions     = "regions"
	viewLevels      = "levels"
	viewDepartments = "departments"
	viewKinds       = "kinds"
	viewStates      = "states"
	viewVisits      = "visits"
	viewDepth       = "depth"
	viewTime        = "time"
	viewLean        = "lean"
	viewSpeed       = "speed"
)

// maxColumns is more than any table of the statistics has.
const maxColumns = 12

func statisticsQuery(r *http.Request) kit.ListQuery {
	sorts := []string{"name"}
	for i := range maxColumns {
		sorts = append(sorts, columnKey(i))
	}
	return kit.ParseList(r, sorts, kit.ListQuery{Size: 20, Filters: map[string]string{
		"view": viewAll, "region": "", "department": "", "kind": "", "list": catalog.ImplementingList, "state": catalog.StatePublished, "from": "", "to": "", "by": "year",
	}})
}

func columnKey(i int) string { return "c" + strconv.Itoa(i) }

// day is a date of a filter; zero for anything else.
func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, calendar.Zone())
	if err != nil {
		return time.Time{}
	}
	return t
}

// nextDay is the end of a day, so that a range takes in its last.
func nextDay(s string) time.Time {
	if t := day(s); !t.IsZero() {
		return t.AddDate(0, 0, 1)
	}
	return time.Time{}
}

func regionOf(q kit.ListQuery) tenancy.ID {
	n, err := strconv.ParseInt(q.Filter("region"), 10, 64)
	if err != nil {
		return 0
	}
	return tenancy.ID(n)
}

func censusOf(q kit.ListQuery) catalog.Census {
	return catalog.Census{
		Region: regionOf(q), List: q.Filter("list"), Kind: q.Filter("kind"), Department: q.Filter("department"), State: q.Filter("state"),
		From: day(q.Filter("from")), To: nextDay(q.Filter("to")),
	}
}

// overview is the statistics with what their pages need to lead on.
type overview struct {
	catalog.Statistics

	h    handlers
	q    kit.ListQuery
	book *codes.Book
}

func (h handlers) overview(r *http.Request) (o overview, err error) {
	o = overview{h: h, q: statisticsQuery(r), book: codes.From(r.Context())}
	o.Statistics, err = h.Service.Statistics(r.Context(), censusOf(o.q))
	return o, err
}

func (h handlers) statistics(w http.ResponseWriter, r *http.Request) error {
	o, err := h.overview(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, statisticsPage(o))
}

func (h handlers) exportStatistics(w http.ResponseWriter, r *http.Request) error {
	o, err := h.overview(r)
	if err != nil {
		return err
	}
	t := o.table(o.q.Filter("view"))
	if t == nil {
		return kit.XLSX(w, o.fileName(""), statisticsTitle(), allHead(), o.allRows)
	}
	return kit.XLSX(w, o.fileName(t.title), t.title, t.header(), func(yield func([]any, error) bool) {
		for _, row := range t.sorted(o.q) {
			if !yield(row.cells(), nil) {
				return
			}
		}
	})
}

// allRows lists every figure of every table.
func (o overview) allRows(yield func([]any, error) bool) {
	for _, view := range views()[1:] {
		t := o.table(view.Value)
		for _, row := range t.rows {
			for i, f := range row.figures {
				if !yield([]any{t.title, row.name, t.cols[i].label, f.value, t.cols[i].unit}, nil) {
					return
				}
			}
		}
	}
}

// with is this page with some filters changed; it begins at its first row.
func (o overview) with(pairs ...string) string {
	q := o.q
	q.Filters = maps.Clone(q.Filters)
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Filters[pairs[i]] = pairs[i+1]; pairs[i] == "view" {
			q.Sort, q.Desc = "", false
		}
	}
	return q.PageURL(1)
}

// items leads to the list of what a figure counts: the filters of the page and
// those of the figure. An empty value takes a filter away.
func (o overview) items(span catalog.Span, pairs ...string) string {
	v := url.Values{"span": {string(span)}}
	for _, key := range []string{"region", "department", "kind", "list", "state"} {
		v.Set(key, o.q.Filter(key))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	for key := range v {
		if v.Get(key) == "" {
			v.Del(key)
		}
	}
	return o.h.items("") + "?" + v.Encode()
}

// changed leads to the items that an act was done to in a period, within the days
// that the page asks for.
func (o overview) changed(act, from, to string) string {
	if f := o.q.Filter("from"); !day(f).IsZero() && (from == "" || f > from) {
		from = f
	}
	if t := o.q.Filter("to"); !day(t).IsZero() && (to == "" || t < to) {
		to = t
	}
	return o.items(catalog.SpanUnder, "state", "", "act", act, "from", from, "to", to)
}

// ends are the first and the last day of a period: 2026 or 2026-03.
func ends(period string) (from, to string) {
	if first := day(period + "-01-01"); !first.IsZero() {
		return first.Format(time.DateOnly), first.AddDate(1, 0, -1).Format(time.DateOnly)
	}
	first := day(period + "-01")
	return first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly)
}

// figures is one table of the statistics; its chart draws some of its columns.
type figures struct {
	title, note string
	head        string // of the names
	cols        []figureColumn
	rows        []figureRow
	kind        kit.GraphKind
	stacked     bool
	time        bool
	latest      bool // what matters is last: a chart that cannot show all shows the end
}

type figureColumn struct {
	label, unit string
	drawn       bool // in the chart
}

type figureRow struct {
	name, href string
	figures    []figureCell
}

type figureCell struct {
	value float64
	href  string // nothing leads nowhere
}

func (t figures) header() []string {
	out := []string{t.head}
	for _, c := range t.cols {
		label := c.label
		if c.unit != "" {
			label += "（" + c.unit + "）"
		}
		out = append(out, label)
	}
	return out
}

func (r figureRow) cells() []any {
	out := []any{r.name}
	for _, f := range r.figures {
		out = append(out, f.value)
	}
	return out
}

// sorted are the rows in the order that the page asks for; their own without one.
func (t figures) sorted(q kit.ListQuery) []figureRow {
	rows := slices.Clone(t.rows)
	at, err := strconv.Atoi(strings.TrimPrefix(q.Sort, "c"))
	slices.SortStableFunc(rows, func(a, b figureRow) int {
		n := 0
		switch {
		case q.Sort == "name":
			n = cmp.Compare(a.name, b.name)
		case err == nil && at < len(t.cols):
			n = cmp.Compare(a.figures[at].value, b.figures[at].value)
		}
		if q.Desc {
			n = -n
		}
		return n
	})
	return rows
}

// graph draws the columns that are meant for it, of at most so many rows. tableID
// names the table beside it, if there is one.
func (t figures) graph(most int, tableID string) kit.Graph {
	rows := t.rows
	if len(rows) > most && t.latest {
		rows = rows[len(rows)-most:]
	}
	rows = rows[:min(len(rows), most)]
	g := kit.Graph{Chart: kit.Chart{Title: t.title, Stacked: t.stacked}, Kind: t.kind, Note: graphNote(), Time: t.time, Table: tableID}
	for _, r := range rows {
		g.Labels = append(g.Labels, r.name)
	}
	for i, c := range t.cols {
		if !c.drawn {
			continue
		}
		s := kit.Series{Name: c.label, Values: make([]float64, len(rows))}
		links := make([]string, len(rows))
		for k, r := range rows {
			s.Values[k], links[k] = r.figures[i].value, r.figures[i].href
		}
		g.Unit, g.Series, g.Links = c.unit, append(g.Series, s), append(g.Links, links)
	}
	return g
}

// empty reports that there is nothing to draw.
func (t figures) empty() bool {
	for _, r := range t.rows {
		for i, f := range r.figures {
			if t.cols[i].drawn && f.value != 0 {
				return false
			}
		}
	}
	return true
}
