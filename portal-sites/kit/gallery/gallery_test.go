package gallery_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liandong/portal-sites/kit/gallery"
	"liandong/portal-sites/kit/kittest"
)

func serve(t *testing.T) http.Handler {
	t.Helper()
	return gallery.Handler(slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), []byte(strings.Repeat("s", 32)), time.Now)
}

// TestPagesAreAccessible opens every page of the gallery in a browser, wide, narrow
// and in the senior version. With GALLERY_SHOTS set to a folder it leaves pictures there.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(serve(t))
	t.Cleanup(srv.Close)
	for _, c := range []struct {
		name  string
		width int64
		elder string
	}{{"wide", 1440, "0"}, {"phone", 390, "0"}, {"elder", 1440, "1"}, {"elder-phone", 390, "1"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := kittest.NewBrowser(t).Size(c.width, 900).Cookie(srv.URL, "ld_elder", c.elder)
			for _, path := range gallery.Paths() {
				b.Open(srv.URL + path)
				b.Axe(fmt.Sprintf("%s (%s)", path, c.name))
				if n := b.Overflow(); n > 0 {
					t.Errorf("%s (%s) is %d px too wide", path, c.name, n)
				}
				if dir := os.Getenv("GALLERY_SHOTS"); dir != "" {
					b.Screenshot(filepath.Join(dir, c.name+strings.NewReplacer("/", "_", "?", "-").Replace(path)+".png"), true)
				}
			}
		})
	}
}
