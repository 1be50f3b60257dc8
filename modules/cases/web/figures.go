package web

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// monthsBack is how far back a month can be chosen; figuresMonths is what is shown at first.
const (
	monthsBack    = 36
	figuresMonths = 12
	monthLayout   = "2006-01"
)

// figuresView is the page of figures: what was filed, in which way, and how often its applicants came.
type figuresView struct {
	look
	cases.Figures

	q     kit.ListQuery
	query cases.FigureQuery
	now   time.Time // first day of the month, midnight UTC
	cells []cases.FigureCell
}

// monthNow is the first day of the month that it is in China.
func monthNow(now time.Time) time.Time {
	y, m, _ := now.In(calendar.Zone()).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

func (h handlers) figuresView(r *http.Request) (v figuresView, err error) {
	v = figuresView{look: h.look(), now: monthNow(h.d.Now())}
	v.q = kit.ParseList(r, nil, kit.ListQuery{Filters: map[string]string{
		"unit": "", "from": v.now.AddDate(0, 1-figuresMonths, 0).Format(monthLayout), "to": v.now.Format(monthLayout), "department": "", "item": "",
	}})
	v.query = cases.FigureQuery{From: v.month("from"), To: v.month("to"), Department: v.q.Filter("department")}
	if v.query.To.Before(v.query.From) {
		v.query.From, v.query.To = v.query.To, v.query.From
	}
	if _, err := id36(v.q.Filter("item")); err == nil {
		v.query.ItemID = v.q.Filter("item")
	}
	if n, err := strconv.ParseInt(v.q.Filter("unit"), 10, 64); err == nil {
		v.query.Unit = tenancy.ID(n)
	}
	v.Figures, err = h.d.Service.Figures(r.Context(), v.query)
	for _, c := range v.Cells {
		if (v.query.Department == "" || c.Department == v.query.Department) && (v.query.ItemID == "" || c.ItemID == v.query.ItemID) {
			v.cells = append(v.cells, c)
		}
	}
	return v, err
}

// month reads a filter; what is no month is this one.
func (v figuresView) month(key string) time.Time {
	t, err := time.Parse(monthLayout, v.q.Filter(key))
	if err != nil {
		return v.now
	}
	return t
}

func (h handlers) figures(w http.ResponseWriter, r *http.Request) error {
	v, err := h.figuresView(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleFigures, Active: "figures", Wide: true, Content: figuresPage(v)})
}

func (h handlers) figuresXLSX(w http.ResponseWriter, r *http.Request) error {
	v, err := h.figuresView(r)
	if err != nil {
		return err
	}
	slices.SortFunc(v.cells, func(a, b cases.FigureCell) int {
		return cmp.Or(cmp.Compare(a.Department, b.Department), cmp.Compare(a.ItemName, b.ItemName), cmp.Compare(b.N, a.N))
	})
	return kit.XLSX(w, v.fileName(), titleFigures, figuresHead(), func(yield func([]any, error) bool) {
		for _, c := range v.cells {
			if !yield([]any{c.Department, c.ItemName, KindText(c.Kind), channelText(c.Channel), modeName(c.Mode), c.N, c.Promised, c.Came, c.Over}, nil) {
				return
			}
		}
	})
}

// here is the unit that is shown, top whether it is the actor's own.
func (v figuresView) here() cases.FigureUnit { return v.Path[len(v.Path)-1] }
func (v figuresView) top() bool              { return len(v.Path) == 1 }

// with is the page with one filter changed.
func (v figuresView) with(key, value string) string {
	filters := maps.Clone(v.q.Filters)
	filters[key] = value
	q := v.q
	q.Filters, q.Page = filters, 1
	return q.URL()
}

func (v figuresView) unitURL(u cases.FigureUnit) string {
	if u.Over.Lo == v.Path[0].Over.Lo {
		return v.with("unit", "")
	}
	return v.with("unit", u.Over.Lo.String())
}

// list leads to the cases that a figure counts: pairs narrow it further.
func (v figuresView) list(pairs ...string) string {
	p := url.Values{"whole": {"1"}, "from": {v.query.From.Format(time.DateOnly)}, "to": {v.query.To.AddDate(0, 1, -1).Format(time.DateOnly)}}
	if !v.top() {
		p.Set("under", span(v.here().Over))
	}
	if v.query.Department != "" {
		p.Set("department", v.query.Department)
	}
	if v.query.ItemID != "" {
		p.Set("item", v.query.ItemID)
	}
	for pair := range slices.Chunk(pairs, 2) {
		p.Set(pair[0], pair[len(pair)-1])
	}
	return v.to("/cases?" + p.Encode())
}

func span(i tenancy.Interval) string { return i.Lo.String() + "-" + i.Hi.String() }

// figureLine is one line of a table of figures.
type figureLine struct {
	name string
	href string // of the name: the same page, narrowed
	list string // of the number; empty: it leads nowhere
	cases.Figure

	over string // of those whose applicants came too often
}

// sum adds lines up; total is that of everything shown.
func (v figuresView) total() (f cases.Figure) {
	for _, c := range v.cells {
		f = f.Plus(c.Figure)
	}
	return f
}

// by adds cells up by what key says of them.
func by(cells []cases.FigureCell, key func(cases.FigureCell) string) map[string]cases.Figure {
	out := map[string]cases.Figure{}
	for _, c := range cells {
		out[key(c)] = out[key(c)].Plus(c.Figure)
	}
	return out
}

// line is a line whose numbers lead to a list narrowed by pairs.
func (v figuresView) line(name string, f cases.Figure, pairs ...string) figureLine {
	return figureLine{name: name, list: v.list(pairs...), Figure: f, over: v.list(append(pairs, "trips", "over")...)}
}

func (v figuresView) kinds() (out []figureLine) {
	sums := by(v.cells, func(c cases.FigureCell) string { return string(c.Kind) })
	for _, k := range cases.Kinds() {
		out = append(out, v.line(KindText(k), sums[string(k)], "kind", string(k)))
	}
	return out
}

func (v figuresView) channels() (out []figureLine) {
	sums := by(v.cells, func(c cases.FigureCell) string { return c.Channel })
	for _, c := range cases.Channels() {
		out = append(out, v.line(channelText(c), sums[c], "channel", c))
	}
	return out
}

func (v figuresView) modes() (out []figureLine) {
	sums := by(v.cells, func(c cases.FigureCell) string { return string(c.Mode) })
	for _, m := range cases.Modes() {
		out = append(out, v.line(modeName(m), sums[string(m)], "mode", string(m)))
	}
	return append(out, figureLine{name: modeName(""), Figure: sums[""]})
}

func (v figuresView) units() (out []figureLine) {
	for _, u := range v.Units {
		if u.Sum.N == 0 {
			continue
		}
		l := v.line(unitName(u), u.Sum, "under", span(u.Over))
		if !u.Own {
			l.href = v.unitURL(u)
		}
		out = append(out, l)
	}
	return out
}

func (v figuresView) departments() []figureLine {
	var out []figureLine
	for name, f := range by(v.cells, func(c cases.FigureCell) string { return c.Department }) {
		l := v.line(departmentName(name), f, "department", name)
		if l.href = v.with("department", name); name == "" {
			l.href, l.list, l.over = "", "", ""
		}
		out = append(out, l)
	}
	return sorted(out)
}

func (v figuresView) items() []figureLine {
	names := map[string]string{}
	for _, c := range v.cells {
		names[c.ItemID] = c.ItemName
	}
	var out []figureLine
	for id, f := range by(v.cells, func(c cases.FigureCell) string { return c.ItemID }) {
		l := v.line(names[id], f, "item", id)
		l.href = v.with("item", id)
		out = append(out, l)
	}
	return sorted(out)
}

func sorted(ls []figureLine) []figureLine {
	slices.SortFunc(ls, func(a, b figureLine) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.name, b.name)) })
	return ls
}

// mostLines is how many departments and items the page lists; the export has them all.
const mostLines = 15

// trendHeight lets the chart fill its card beside the taller one, in pixels.
const trendHeight = 340

// trend shows the months of the period, one series for each kind that occurs.
func (v figuresView) trend() kit.Graph {
	g := kit.Graph{Kind: kit.BarGraph, Time: true}
	g.Title, g.Stacked, g.Unit, g.Height = titleTrend, true, unitCases, trendHeight
	for m := v.query.From; !m.After(v.query.To) && len(g.Labels) < monthsBack*2; m = m.AddDate(0, 1, 0) {
		g.Labels = append(g.Labels, m.Format(monthLayout))
	}
	for _, k := range cases.Kinds() {
		s, links, some := kit.Series{Name: KindText(k), Values: make([]float64, len(g.Labels))}, make([]string, len(g.Labels)), false
		for _, m := range v.Months {
			i := slices.Index(g.Labels, m.Month.Format(monthLayout))
			if m.Kind != k || i < 0 {
				continue
			}
			s.Values[i], some = s.Values[i]+float64(m.N), true
			links[i] = v.list("kind", string(k), "from", m.Month.Format(time.DateOnly), "to", m.Month.AddDate(0, 1, -1).Format(time.DateOnly))
		}
		if some {
			g.Series, g.Links = append(g.Series, s), append(g.Links, links)
		}
	}
	return g
}

// graph draws lines that are not empty.
func (v figuresView) graph(kind kit.GraphKind, title string, ls []figureLine) kit.Graph {
	g := kit.Graph{Kind: kind, Links: [][]string{nil}}
	g.Title, g.Unit, g.Series = title, unitCases, []kit.Series{{Name: titleIncoming}}
	for _, l := range ls {
		if l.N == 0 {
			continue
		}
		g.Labels = append(g.Labels, l.name)
		g.Series[0].Values, g.Links[0] = append(g.Series[0].Values, float64(l.N)), append(g.Links[0], l.list)
	}
	return g
}

// visits compares what was promised with what was counted, by mode.
func (v figuresView) visits() kit.Graph {
	g := kit.Graph{Kind: kit.RowGraph, Links: [][]string{nil, nil}}
	g.Title, g.Unit = titleVisits, unitTrips
	g.Series = []kit.Series{{Name: titlePromised}, {Name: titleCame}}
	for _, l := range v.modes() {
		if l.N == 0 {
			continue
		}
		g.Labels = append(g.Labels, l.name)
		for i, n := range []int64{l.Promised, l.Came} {
			g.Series[i].Values, g.Links[i] = append(g.Series[i].Values, float64(n)), append(g.Links[i], l.list)
		}
	}
	return g
}
