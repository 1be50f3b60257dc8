package paper

import (
	"slices"
	"strings"
	"unicode"
)

func (d *Doc) put(s string, x, y float64) {
	if s == "" || d.err != nil {
		return
	}
	d.pdf.SetFillColor(0, 0, 0)
	d.pdf.SetTextColor(0, 0, 0)
	for _, r := range runs(s) {
		d.keep(d.pdf.SetFont(r.family, "", d.pt))
		d.pdf.SetXY(x, y)
		d.keep(d.pdf.Cell(nil, r.text))
		x += d.measure(r.text)
	}
}

func (d *Doc) width(s string) (w float64) {
	for _, r := range runs(s) {
		d.keep(d.pdf.SetFont(r.family, "", d.pt))
		w += d.measure(r.text)
	}
	return w
}

func (d *Doc) measure(s string) float64 {
	w, err := d.pdf.MeasureTextWidth(s)
	d.keep(err)
	return w
}

// run is a piece of a line in one family.
type run struct{ family, text string }

// runs cuts a line where the family changes: what stands before the general
// punctuation of Unicode is letters and digits.
func runs(s string) (out []run) {
	for _, r := range s {
		f := han
		if r < 0x2000 || r >= 0x2018 && r <= 0x201f { // the Chinese font lacks quotation marks
			f = latin
		}
		if n := len(out); n > 0 && out[n-1].family == f {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, run{f, string(r)})
	}
	return out
}

// wrap cuts one paragraph into lines that are no wider than w: between Chinese
// characters anywhere, between others at spaces, and never so that a line begins
// with a mark that closes (标点避头).
func (d *Doc) wrap(s string, w float64) (lines []string) {
	var line []rune
	used := 0.0
	for _, word := range words(printable(s)) {
		need := d.width(string(word))
		if used+need > w && len(line) > 0 {
			lines = append(lines, strings.TrimRight(string(line), " "))
			line, used = nil, 0
			if string(word) == " " {
				continue
			}
		}
		for need > w && len(word) > 1 { // one word wider than a line
			n := len(word) - 1
			for n > 1 && d.width(string(word[:n])) > w {
				n--
			}
			lines = append(lines, string(word[:n]))
			word = word[n:]
			need = d.width(string(word))
		}
		line, used = append(line, word...), used+need
	}
	if len(line) > 0 || len(lines) == 0 {
		lines = append(lines, string(line))
	}
	return lines
}

// words cuts a text where a line may end.
func words(s string) (out [][]rune) {
	var last []rune
	flush := func() {
		if len(last) > 0 {
			out = append(out, last)
			last = nil
		}
	}
	for _, r := range s {
		switch {
		case strings.ContainsRune(closing, r) && len(last)+len(out) > 0:
			if len(last) == 0 {
				last = out[len(out)-1]
				out = out[:len(out)-1]
			}
			last = append(slices.Clip(last), r)
		case unicode.IsSpace(r):
			flush()
			out = append(out, []rune{' '})
		case unicode.Is(unicode.Han, r):
			if len(last) == 0 || !strings.ContainsRune(opening, last[len(last)-1]) {
				flush()
			}
			last = append(last, r)
			flush()
		case strings.ContainsRune(opening, r):
			flush()
			last = append(last, r)
		default:
			last = append(last, r)
		}
	}
	flush()
	return out
}

// printable leaves out what no font draws.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || r == unicode.ReplacementChar || r > 0xffff {
			return -1
		}
		return r
	}, s)
}
