package kit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Series is one line or one set of bars.
type Series struct {
	Name   string
	Tone   Tone      // a colour with a meaning (红牌 is red); empty: the next of the row
	Values []float64 // one per label
}

// Chart is a small chart drawn on the server as SVG, with a table of the same
// figures for those who cannot see it.
type Chart struct {
	Title   string
	Labels  []string // along the horizontal axis
	Series  []Series // at most six
	Unit    string
	Stacked bool // bars only
	Height  int  // pixels; 260 when 0
}

const (
	chartWidth  = 720
	chartLeft   = 56
	chartRight  = 12
	chartTop    = 14
	chartBottom = 34
)

func (c Chart) height() int {
	if c.Height > 0 {
		return c.Height
	}
	return 260
}

func (c Chart) viewBox() string { return fmt.Sprintf("0 0 %d %d", chartWidth, c.height()) }

func (c Chart) at(s, i int) float64 {
	if i < len(c.Series[s].Values) {
		return max(c.Series[s].Values[i], 0)
	}
	return 0
}

func (c Chart) stackTop(i int) (sum float64) {
	for s := range c.Series {
		sum += c.at(s, i)
	}
	return sum
}

// top is the value of the highest grid line: a round number above every value.
func (c Chart) top() float64 {
	m := 0.0
	for i := range c.Labels {
		if c.Stacked {
			m = max(m, c.stackTop(i))
		}
		for s := range c.Series {
			m = max(m, c.at(s, i))
		}
	}
	if m <= 4 && c.whole() {
		return 4
	}
	step := math.Pow(10, math.Floor(math.Log10(m/4)))
	for _, k := range []float64{1, 2, 2.5, 5, 10} {
		if s := k * step; s*4 >= m && (s >= 1 || m < 4) {
			return s * 4
		}
	}
	return step * 40
}

// whole reports that figures count things: half a case is no grid line.
func (c Chart) whole() bool {
	for i := range c.Labels {
		for s := range c.Series {
			if v := c.at(s, i); v != math.Trunc(v) {
				return false
			}
		}
	}
	return true
}

func (c Chart) y(v float64) float64 {
	h := float64(c.height() - chartTop - chartBottom)
	return float64(chartTop) + h - h*v/c.top()
}

func (c Chart) slot() float64 {
	return float64(chartWidth-chartLeft-chartRight) / float64(max(len(c.Labels), 1))
}

func (c Chart) mid(i int) float64 { return chartLeft + c.slot()*(float64(i)+.5) }

type gridLine struct{ y, label string }

func (c Chart) grid() (out []gridLine) {
	for i := range 5 {
		v := c.top() * float64(i) / 4
		out = append(out, gridLine{px(c.y(v)), figure(v)})
	}
	return out
}

type bar struct{ x, y, w, h, class, title string }

func (c Chart) bars() (out []bar) {
	groups := len(c.Series)
	if c.Stacked {
		groups = 1
	}
	w := math.Min(c.slot()*.7/float64(max(groups, 1)), 44)
	for i := range c.Labels {
		base := 0.0
		for s := range c.Series {
			x := c.mid(i) - w*float64(groups)/2
			if c.Stacked {
				base += c.at(s, i)
			} else {
				base, x = c.at(s, i), x+w*float64(s)
			}
			out = append(out, bar{
				x: px(x), y: px(c.y(base)), w: px(w), h: px(c.y(base-c.at(s, i)) - c.y(base)), class: c.class(s),
				title: c.Labels[i] + " " + c.Series[s].Name + " " + figure(c.at(s, i)) + c.Unit,
			})
		}
	}
	return out
}

func (c Chart) line(s int) string {
	var pts []string
	for i := range c.Labels {
		pts = append(pts, px(c.mid(i))+","+px(c.y(c.at(s, i))))
	}
	return strings.Join(pts, " ")
}

func (c Chart) area(s int) string {
	if len(c.Labels) == 0 {
		return ""
	}
	return px(c.mid(0)) + "," + px(c.y(0)) + " " + c.line(s) + " " + px(c.mid(len(c.Labels)-1)) + "," + px(c.y(0))
}

// showLabel thins out the labels below when there are too many to read.
func (c Chart) showLabel(i int) bool {
	every := 1 + (len(c.Labels)-1)/12
	return i%every == 0
}

// between reports whether a phone, where the words are larger, leaves out label i:
// every other one, counted from the last, which is today.
func (c Chart) between(i int) bool {
	every := 1 + (len(c.Labels)-1)/12
	return len(c.Labels) > 6 && ((len(c.Labels)-1)/every-i/every)%2 == 1
}

// class is the colour of a series.
func (c Chart) class(s int) string {
	if t := c.Series[s].Tone; t != "" {
		return "ld-s-" + string(t)
	}
	return "ld-s" + strconv.Itoa(s%6+1)
}

// piece is one part of a row, in hundredths of the longest row.
type piece struct{ x, w, class string }

// row lays the series of one label end to end.
func (c Chart) row(i int) (out []piece) {
	longest, at := 0.0, 0.0
	for l := range c.Labels {
		longest = max(longest, c.stackTop(l))
	}
	for s := range c.Series {
		w := 100 * c.at(s, i) / max(longest, 1)
		out = append(out, piece{px(at), px(w), c.class(s)})
		at += w
	}
	return out
}

func px(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// figure writes a number with thousands separators and no needless decimals.
func figure(v float64) string {
	s := strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
	whole, frac, has := strings.Cut(s, ".")
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 && whole[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if has {
		b.WriteString("." + frac)
	}
	return b.String()
}
