package paper

import "strings"

// Sizes of an official paper (公文), in points: a title of size 2, a text of size 4.
const (
	ofOrgan = 20.0
	ofBody  = 14.0
)

// OfficialTitle writes the name of an official paper.
func (d *Doc) OfficialTitle(s string) {
	d.y += 14
	d.middle(s, ofOrgan)
}

// Body writes paragraphs of an official paper; each begins two characters in unless
// it is flush.
func (d *Doc) Body(s string, flush bool) {
	for p := range strings.SplitSeq(s, "\n") {
		x, indent := left, ""
		if !flush {
			x, indent = left+2*ofBody, "\u4e00\u4e00" // as wide as two characters, and never drawn
		}
		d.size(ofBody)
		for _, l := range d.wrap(indent+p, wide) {
			if d.room(ofBody * 1.75) {
				d.size(ofBody)
			}
			d.put(strings.TrimPrefix(l, indent), x, d.y)
			x, indent = left, ""
			d.y += ofBody * 1.75
		}
	}
	d.y += 2
}

// Signed writes who issued the paper and when, on the right, all on one page.
func (d *Doc) Signed(lines ...string) {
	d.y += ofBody
	d.room(float64(len(lines)) * ofBody * 1.75)
	d.size(ofBody)
	widest := 0.0
	for _, l := range lines {
		widest = max(widest, d.width(l))
	}
	for _, l := range lines {
		d.put(l, right-2*ofBody-widest+(widest-d.width(l))/2, d.y)
		d.y += ofBody * 1.75
	}
	d.y += ofBody
}
