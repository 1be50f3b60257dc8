package web

import (
	"net/http"
	"slices"
	"strconv"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit"
)

// periods that the board can add up, in days.
func periods() []int { return []int{30, 90, 365} }

func (h handlers) board(w http.ResponseWriter, r *http.Request) error {
	days, err := strconv.Atoi(r.URL.Query().Get("days"))
	if err != nil || !slices.Contains(periods(), days) {
		days = periods()[0]
	}
	b, err := h.d.Service.Board(r.Context(), unit(r.URL.Query().Get("unit")), days)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleBoard, Active: "supervision", Wide: true, Content: boardPage(boardView{h.look(), b, days})})
}

type boardView struct {
	look
	supervision.Board
	days int
}

// url leads to the board of another unit or period.
func (v boardView) url(unit supervision.Unit, days int) string {
	return v.to("/supervision?unit=" + unit.TenantID.String() + "&days=" + strconv.Itoa(days))
}

func (v boardView) cardsURL(extra string) string {
	return v.to("/supervision/cards?unit=" + v.Unit.TenantID.String() + extra)
}

// trend folds the days of a long period, so that a chart stays readable: by week
// above 31 days, by four weeks above 120.
func (v boardView) trend() kit.Chart {
	width := 1
	switch {
	case v.days > 120:
		width = 28
	case v.days > 31:
		width = 7
	}
	c := kit.Chart{Series: []kit.Series{{Tone: kit.Info}, {Tone: kit.Yellow}, {Tone: kit.Red}, {Tone: kit.Success}}}
	for i, d := range v.Days {
		if i%width == 0 {
			c.Labels = append(c.Labels, d.Day.String()[5:])
			for s := range c.Series {
				c.Series[s].Values = append(c.Series[s].Values, 0)
			}
		}
		last := len(c.Labels) - 1
		for s, n := range []int{d.Warning, d.Yellow, d.Red, d.Settled} {
			c.Series[s].Values[last] += float64(n)
		}
	}
	return c
}

// chartUnits is how many units a chart shows; the table has them all.
const chartUnits = 12

func (v boardView) unitChart() kit.Chart {
	c := kit.Chart{Series: []kit.Series{{Tone: kit.Red}, {Tone: kit.Yellow}, {Tone: kit.Info}, {Tone: kit.Success}}, Stacked: true}
	for _, u := range v.Units[:min(len(v.Units), chartUnits)] {
		c.Labels = append(c.Labels, unitText(u))
		for s, n := range []int{u.LiveRed, u.LiveYellow, u.LiveWarning, u.All() - u.Live()} {
			c.Series[s].Values = append(c.Series[s].Values, float64(n))
		}
	}
	return c
}
