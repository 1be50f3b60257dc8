package kit

import (
	"encoding/json"
	"strconv"
)

// GraphKind is how a Graph is drawn.
type GraphKind string

// The kinds of Graph.
const (
	BarGraph  GraphKind = "bar"  // standing bars; they lie down where their names would not fit
	RowGraph  GraphKind = "rows" // lying bars, for names
	LineGraph GraphKind = "line"
	PieGraph  GraphKind = "pie" // of the first series
)

// Graph (图表) is a chart whose figures lead somewhere. It is drawn on the server
// as its Chart; the script assets/charts.js replaces that by a chart that shows
// figures under the pointer and follows Links on a click. The page loads the
// script only when it holds a Graph.
//
// The script reads attribute data-graph, a JSON object:
//
//	kind    "bar", "rows", "line" or "pie"
//	labels  what stands along the axis
//	series  [{name, class, values, links}], one value and one link per label;
//	        class (ld-s1…, ld-s-danger…) is the colour, links begin with "/"
//	unit    after a figure
//	stacked series on top of each other
//	time    labels are periods: bars never lie down, labels may be left out
//	whole   figures count things
//	height  in pixels, of bars and lines that stand; missing: as the script likes
type Graph struct {
	Chart

	Kind  GraphKind
	Note  string     // what a click does, in words; read aloud after the title
	Links [][]string // by series, then label; "" or nothing leads nowhere
	Time  bool
	Table string // id of the table on the page with the same figures; empty: the graph brings its own
}

func (g Graph) link(s, i int) string {
	if s < len(g.Links) && i < len(g.Links[s]) {
		return g.Links[s][i]
	}
	return ""
}

func (g Graph) json() string {
	type series struct {
		Name   string    `json:"name"`
		Class  string    `json:"class"`
		Values []float64 `json:"values"`
		Links  []string  `json:"links,omitempty"`
	}
	out := struct {
		Kind    GraphKind `json:"kind"`
		Labels  []string  `json:"labels"`
		Series  []series  `json:"series"`
		Unit    string    `json:"unit"`
		Stacked bool      `json:"stacked,omitempty"`
		Time    bool      `json:"time,omitempty"`
		Whole   bool      `json:"whole,omitempty"`
		Height  int       `json:"height,omitempty"`
	}{g.Kind, g.Labels, nil, g.Unit, g.Stacked, g.Time, g.whole(), g.Height}
	for s, x := range g.Series {
		one := series{Name: x.Name, Class: g.class(s)}
		for i := range g.Labels {
			one.Values, one.Links = append(one.Values, g.at(s, i)), append(one.Links, g.link(s, i))
		}
		out.Series = append(out.Series, one)
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic("kit: graph " + strconv.Quote(g.Title) + ": " + err.Error()) // NaN: a bug of the caller
	}
	return string(b)
}
