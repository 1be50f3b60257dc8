package signin

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/yeqown/go-qrcode/v2"
)

// quiet is the empty margin that readers need, in modules (ISO/IEC 18004).
const quiet = 4

// drawing is a QR code as one SVG path of unit squares.
type drawing struct {
	Path string
	Size int // modules on each side, margin included
}

func (d drawing) viewBox() string { return fmt.Sprintf("0 0 %d %d", d.Size, d.Size) }

// qr draws content; medium correction, enough for a screen.
func qr(content string) (drawing, error) {
	code, err := qrcode.NewWith(content, qrcode.WithErrorCorrectionLevel(qrcode.ErrorCorrectionMedium))
	if err != nil {
		return drawing{}, fmt.Errorf("draw QR code: %w", err)
	}
	var w pathWriter
	if err := code.Save(&w); err != nil {
		return drawing{}, fmt.Errorf("draw QR code: %w", err)
	}
	return w.drawing, nil
}

// pathWriter is a qrcode.Writer that keeps the matrix as a path.
type pathWriter struct{ drawing }

// Write joins the dark modules of each row.
func (p *pathWriter) Write(m qrcode.Matrix) error {
	var b strings.Builder
	for y, row := range m.Bitmap() {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			n := 1
			for x+n < len(row) && row[x+n] {
				n++
			}
			b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(n) + "v1h-" + strconv.Itoa(n) + "z")
			x += n
		}
	}
	p.drawing = drawing{Path: b.String(), Size: m.Width() + 2*quiet}
	return nil
}

// Close is part of qrcode.Writer.
func (p *pathWriter) Close() error { return nil }
