package qr_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"liandong/portal-sites/kit/qr"
)

// TestCode holds the size to the standard (17 + 4 × version) and the three finders
// to their corners.
func TestCode(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"x", "https://example.cn/items/01", strings.Repeat("草原", 100)} {
		c, err := qr.New(content)
		if err != nil {
			t.Fatal(err)
		}
		if n := c.Size() - 2*qr.Quiet; n < 21 || (n-17)%4 != 0 {
			t.Errorf("%d modules", n)
		}
		first := c.Runs()[0]
		if first.X != qr.Quiet || first.Y != qr.Quiet || first.N != 7 {
			t.Errorf("no finder at the corner: %+v", first)
		}
		if err := xml.Unmarshal([]byte(c.SVG()), new(struct{})); err != nil {
			t.Error(err)
		}
	}
	if _, err := qr.New(strings.Repeat("x", 5000)); err == nil {
		t.Error("5000 characters fit")
	}
}
