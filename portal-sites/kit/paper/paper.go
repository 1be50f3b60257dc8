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
	"strings"
	"time"

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

// The marks that no line begins with, and those that none ends with.
const (
	closing = "\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300b\u3009\u300f\u300d\u3011\u201d\u2019)]},.;:?!"
	opening = "\uff08\u300a\u3008\u300e\u300c\u3010\u201c\u2018([{"
)
