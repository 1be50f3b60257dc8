package paper

import (
	"strings"
)

// Col is one column of a table; its width counts against those of the others.
type Col struct {
	Label string
	Width float64
}

const cell = 5.0 // points around the text of a cell

// Table writes a table. Where a page ends, the head is written again; a row that is
// longer than a page goes on on the next. Columns without labels have no head.
func (d *Doc) Table(cols []Col, rows [][]string) {
	total := 0.0
	for _, c := range cols {
		total += c.Width
	}
	widths, head := make([]float64, len(cols)), make([]string, len(cols))
	labelled := false
	for i, c := range cols {
		widths[i], head[i] = wide*c.Width/total, c.Label
		labelled = labelled || c.Label != ""
	}
	top := func() {
		if labelled {
			d.row(widths, d.cells(widths, head), true)
		}
	}
	d.size(ofTable)
	d.room(4 * ofTable * leading)
	top()
	for _, r := range rows {
		lines := d.cells(widths, r)
		for len(lines) > 0 {
			fits := int((bottom - d.y - 2*cell) / (ofTable * leading))
			if fits < 1 || fits < len(lines) && len(lines) <= maxTogether {
				d.room(bottom)
				d.size(ofTable)
				top()
				fits = int((bottom - d.y - 2*cell) / (ofTable * leading))
			}
			n := min(fits, len(lines))
			d.row(widths, lines[:n], false)
			lines = lines[n:]
		}
	}
	d.y += 6
}

// maxTogether is how many lines of a row are kept on one page.
const maxTogether = 20

// cells cuts a row into lines: lines[n][i] is the n-th line of the i-th cell.
func (d *Doc) cells(widths []float64, row []string) (lines [][]string) {
	d.size(ofTable)
	for i := range widths {
		if i >= len(row) {
			break
		}
		var own []string
		for p := range strings.SplitSeq(row[i], "\n") {
			own = append(own, d.wrap(p, widths[i]-2*cell)...)
		}
		for n, l := range own {
			if n == len(lines) {
				lines = append(lines, make([]string, len(widths)))
			}
			lines[n][i] = l
		}
	}
	return lines
}

func (d *Doc) row(widths []float64, lines [][]string, head bool) {
	h := float64(len(lines))*ofTable*leading + 2*cell
	d.pdf.SetLineWidth(0.5)
	d.pdf.SetStrokeColor(120, 120, 120)
	x := left
	for i, w := range widths {
		if head || i == 0 && len(widths) == 2 {
			d.pdf.SetFillColor(240, 244, 249)
			d.pdf.RectFromUpperLeftWithStyle(x, d.y, w, h, "FD")
		} else {
			d.pdf.RectFromUpperLeftWithStyle(x, d.y, w, h, "D")
		}
		for n, l := range lines {
			d.put(l[i], x+cell, d.y+cell+float64(n)*ofTable*leading)
		}
		x += w
	}
	d.y += h
}
