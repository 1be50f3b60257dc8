// Package paper writes PDF on A4: headings, paragraphs, tables that run over pages
// with their heads repeated, QR codes and page numbers. The glyphs that a paper uses
// are embedded in it, so that it looks the same everywhere.
//
//	font, err := paper.Load(paper.DefaultFont)
//	d := paper.New(font, paper.Meta{Title: "办事指南", Author: "政务服务中心", At: now})
//	d.Title("办事指南")
//	d.Heading("一、申报材料")
//	d.Table([]paper.Col{{Label: "序号", Width: 1}, {Label: "名称", Width: 6}}, rows)
//	pdf, err := d.Bytes()
//
// A mistake in between is kept and told by Bytes.
package paper

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/signintech/gopdf"

	"liandong/portal-sites/kit/qr"
	"liandong/portal-sites/kit/text"
)

// DefaultFont is where Debian puts the fonts that a PDF can embed: one with all Chinese
// characters (package fonts-droid-fallback), and one with letters and digits, which
// that has not (fonts-dejavu-core).
const DefaultFont = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf" + string(os.PathListSeparator) + "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

// ErrNoFont says that there is no font to write with.
var ErrNoFont = errors.New("PDF 字体不存在：请安装 fonts-droid-fallback 和 fonts-dejavu-core，或用 LIANDONG_FONT 指定 TrueType 字体（中文:西文）") //nolint:gosmopolitan // for whoever runs the server

// Font is what papers are written with. It is safe for concurrent use.
type Font struct{ han, latin []byte }

// Load reads TrueType fonts: paths holds that of one with Chinese characters and,
// after a colon, that of one with letters and digits; a single one is taken for both.
// ErrNoFont when one is missing.
func Load(paths string) (*Font, error) {
	var f Font
	for i, path := range filepath.SplitList(paths) {
		data, err := os.ReadFile(path) //nolint:gosec // a path that the operator names
		if err != nil {
			return nil, fmt.Errorf("%w（%s）", ErrNoFont, path)
		}
		var trial gopdf.GoPdf
		trial.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
		if err := trial.AddTTFFontData(han, data); err != nil {
			return nil, fmt.Errorf("%w（%s：%w）", ErrNoFont, path, err)
		}
		if f.latin = data; i == 0 {
			f.han = data
		}
	}
	if f.han == nil {
		return nil, ErrNoFont
	}
	return &f, nil
}

// Meta is what a reader shows about a paper.
type Meta struct {
	Title, Author, Subject string
	At                     time.Time
	Foot                   string // on the left of every foot, beside the page numbers
}

// The families of a paper.
const (
	han   = "han"
	latin = "latin"
)

// The sheet, in points.
const (
	left, right = 56.0, 539.0
	top, bottom = 56.0, 776.0
	wide        = right - left
	footAt      = 800.0
)

// Sizes of letters, and what a line takes of them.
const (
	ofTitle   = 18.0
	ofHeading = 13.0
	ofText    = 10.5
	ofTable   = 9.5
	ofFoot    = 8.5
	leading   = 1.55
)

// Doc is a paper that is being written.
type Doc struct {
	pdf  gopdf.GoPdf
	meta Meta
	y    float64
	pt   float64 // size of letters
	err  error
}

// New begins a paper.
func New(f *Font, m Meta) *Doc {
	d := &Doc{meta: m, y: top}
	d.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	d.pdf.SetInfo(gopdf.PdfInfo{Title: m.Title, Author: m.Author, Subject: m.Subject, CreationDate: m.At})
	d.keep(d.pdf.AddTTFFontDataWithOption(han, f.han, gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return '\u25a1' }}))
	d.keep(d.pdf.AddTTFFontDataWithOption(latin, f.latin, gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return '?' }}))
	d.pdf.AddPage()
	return d
}

func (d *Doc) keep(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *Doc) size(pt float64) { d.pt = pt }

// room turns the page unless h points are left.
func (d *Doc) room(h float64) bool {
	if d.y+h <= bottom {
		return false
	}
	d.pdf.AddPage()
	d.y = top
	return true
}

// Space leaves h points free.
func (d *Doc) Space(h float64) { d.y += h }

// Title writes the name of the paper in the middle.
func (d *Doc) Title(s string) { d.middle(s, ofTitle) }

// Note writes a small line in the middle: a number, a day.
func (d *Doc) Note(s string) { d.middle(s, ofTable) }

func (d *Doc) middle(s string, pt float64) {
	d.size(pt)
	for _, l := range d.wrap(s, wide) {
		d.room(pt * leading)
		d.put(l, left+(wide-d.width(l))/2, d.y)
		d.y += pt * leading
	}
	d.y += pt / 3
}

// Heading writes a heading that stays with what follows it.
func (d *Doc) Heading(s string) {
	d.y += ofHeading / 2
	d.room(ofHeading*leading + 3*ofText*leading)
	d.size(ofHeading)
	for _, l := range d.wrap(s, wide) {
		d.put(l, left, d.y)
		d.y += ofHeading * leading
	}
}

// Text writes paragraphs.
func (d *Doc) Text(s string) {
	for p := range strings.SplitSeq(s, "\n") {
		d.size(ofText)
		for _, l := range d.wrap(p, wide) {
			if d.room(ofText * leading) {
				d.size(ofText)
			}
			d.put(l, left, d.y)
			d.y += ofText * leading
		}
	}
	d.y += 2
}

// Term is one line of Terms.
type Term struct{ Label, Value string }

// Terms writes labels and values as a table of two columns.
func (d *Doc) Terms(ts []Term) {
	rows := make([][]string, len(ts))
	for i, t := range ts {
		rows[i] = []string{t.Label, t.Value}
	}
	d.Table([]Col{{Width: 1}, {Width: 3}}, rows)
}

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

// QR draws a code for content with a caption beside it.
func (d *Doc) QR(content, caption string) {
	c, err := qr.New(content)
	d.keep(err)
	if err != nil {
		return
	}
	const side = 92.0
	d.room(side + 8)
	unit := side / float64(c.Size())
	d.pdf.SetFillColor(0, 0, 0)
	for _, r := range c.Runs() {
		d.pdf.RectFromUpperLeftWithStyle(left+float64(r.X)*unit, d.y+float64(r.Y)*unit, float64(r.N)*unit, unit, "F")
	}
	d.size(ofTable)
	y := d.y + side/2 - ofTable*leading
	for p := range strings.SplitSeq(caption, "\n") {
		for _, l := range d.wrap(p, wide-side-12) {
			d.put(l, left+side+12, y)
			y += ofTable * leading
		}
	}
	d.y = max(d.y+side, y) + 6
}

// Bytes finishes the paper: every page gets its number.
func (d *Doc) Bytes() ([]byte, error) {
	pages := d.pdf.GetNumberOfPages()
	for n := 1; n <= pages; n++ {
		d.keep(d.pdf.SetPage(n))
		d.size(ofFoot)
		number := text.T("paper.page", n, pages)
		d.put(d.meta.Foot, left, footAt)
		d.put(number, right-d.width(number), footAt)
	}
	if d.err != nil {
		return nil, fmt.Errorf("write PDF: %w", d.err)
	}
	return d.pdf.GetBytesPdfReturnErr()
}

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

// The marks that no line begins with, and those that none ends with.
const (
	closing = "\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300b\u3009\u300f\u300d\u3011\u201d\u2019)]},.;:?!"
	opening = "\uff08\u300a\u3008\u300e\u300c\u3010\u201c\u2018([{"
)

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
