// Package qr draws QR codes (二维码) without leaning on any image format: as one SVG
// path, or module by module for paper.
package qr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/yeqown/go-qrcode/v2"
)

// Quiet is the empty margin that readers need, in modules (ISO/IEC 18004).
const Quiet = 4

// Code is a QR code.
type Code struct {
	rows [][]bool
}

// New codes content with medium correction, enough for a screen and for paper.
func New(content string) (Code, error) {
	code, err := qrcode.NewWith(content, qrcode.WithErrorCorrectionLevel(qrcode.ErrorCorrectionMedium))
	if err != nil {
		return Code{}, fmt.Errorf("draw QR code: %w", err)
	}
	var c Code
	if err := code.Save(&c); err != nil {
		return Code{}, fmt.Errorf("draw QR code: %w", err)
	}
	return c, nil
}

// Write is part of qrcode.Writer.
func (c *Code) Write(m qrcode.Matrix) error {
	c.rows = m.Bitmap()
	return nil
}

// Close is part of qrcode.Writer.
func (c *Code) Close() error { return nil }

// Size is the number of modules on each side, the margin included.
func (c Code) Size() int { return len(c.rows) + 2*Quiet }

// Run is a piece of a row of dark modules, in modules from the upper left corner.
type Run struct{ X, Y, N int }

// Runs are the dark modules, row by row.
func (c Code) Runs() (out []Run) {
	for y, row := range c.rows {
		for x := 0; x < len(row); x++ {
			n := 0
			for x+n < len(row) && row[x+n] {
				n++
			}
			if n > 0 {
				out = append(out, Run{x + Quiet, y + Quiet, n})
				x += n
			}
		}
	}
	return out
}

// Path is the code as one SVG path of unit squares.
func (c Code) Path() string {
	var b strings.Builder
	for _, r := range c.Runs() {
		n := strconv.Itoa(r.N)
		b.WriteString("M" + strconv.Itoa(r.X) + " " + strconv.Itoa(r.Y) + "h" + n + "v1h-" + n + "z")
	}
	return b.String()
}

// SVG is the code as a picture of its own.
func (c Code) SVG() string {
	size := strconv.Itoa(c.Size())
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + size + " " + size + `" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + size + "v" + size + "H0z\"/><path d=\"" + c.Path() + `"/></svg>`
}
