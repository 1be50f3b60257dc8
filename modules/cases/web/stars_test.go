package web_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/portal-sites/kit/kittest"
)

// The cards of a village have stars too: a press puts one on, and leads back to the list.
func TestVillageStars(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示·其其格", "a")
	w.filed("演示·萨仁", "b")
	srv := httptest.NewServer(w.site(w.clerk(), "/village"))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900).Open(srv.URL + "/village/todo?tab=accept")
		star := `button[aria-label="关注 ` + c.No + `"]`
		b.Do(chromedp.Focus(star), chromedp.KeyEvent("\r"), chromedp.WaitReady(`button[aria-label="取消关注 `+c.No+`"]`))
		if at := b.Eval("location.pathname + location.search"); at != "/village/todo?set=1&tab=accept" && at != "/village/todo?tab=accept&set=1" && at != "/village/todo?tab=accept" {
			t.Errorf("the star leads to %s", at)
		}
		b.Axe("a list with stars")
		if n := b.Overflow(); n > 0 {
			t.Errorf("%d px too wide", n)
		}
		if dir := os.Getenv("CASES_SHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, "village-stars-"+map[bool]string{true: "wide", false: "phone"}[width > 400]+".png"), true)
		}
		b.Open(srv.URL + "/village/watched")
		if n := b.Eval(`String(document.querySelectorAll("main .card h2").length)`); n != "1" {
			t.Errorf("%s are watched", n)
		}
		b.Do(chromedp.Click(`button[aria-label="取消关注 `+c.No+`"]`), chromedp.WaitNotPresent(`main .card h2`))
	}
}
