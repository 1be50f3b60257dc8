package citizen_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/portal-sites/kit/kittest"
)

// looks are the windows in which every page must work.
func looks() map[string]struct {
	width int64
	elder string
} {
	return map[string]struct {
		width int64
		elder string
	}{"wide": {1440, "0"}, "phone": {390, "0"}, "elder": {390, "1"}}
}

// look opens pages in every window; with SHOTS set to a folder it leaves pictures there.
func (w *town) look(t *testing.T, person string, paths map[string]string) {
	t.Helper()
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	for name, l := range looks() {
		b := kittest.NewBrowser(t).Size(l.width, 900).Cookie(srv.URL, "ld_elder", l.elder)
		if person != "" {
			b.Cookie(srv.URL, who, person)
		}
		for page, path := range paths {
			b.Open(srv.URL + path)
			b.Axe(fmt.Sprintf("%s (%s)", page, name))
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s (%s) is %d px too wide", page, name, n)
			}
			if dir := os.Getenv("SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, strings.Join([]string{page, name}, "-")+".png"), true)
			}
		}
	}
}

func TestPublicPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	w.publish(t, pension())
	mine := w.publish(t, divided())
	w.look(t, "", map[string]string{
		"full": "/items/" + mine, "short": "/items/" + mine + "?view=short", "ask": "/items/" + mine + "/mine", "many": "/items/" + mine + "/mine?c=h2", "mine": "/items/" + mine + "/mine?c=h1&c=big&c=~lake", "laws": "/laws", "landing": "/items?audience=person", "chosen": "/items?kind=01&visits=0",
		"home": "/", "county": "/sites/152502000000", "items": "/items", "none": "/items?q=zzz", "guide": "/items/" + id, "elsewhere": "/sites/152502000000/items/" + id,
		"print": "/items/" + id + "/print", "articles": "/articles", "article": "/articles/a1", "regions": "/sites/152502000000/regions", "help": "/help", "404": "/nothing", "accessible": "/accessible",
	})
}

// TestUploadInABrowser picks files the way people do: scripts send them one by
// one, and the page shows each without being left.
func TestUploadInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	good, bad := filepath.Join(t.TempDir(), "a.pdf"), filepath.Join(t.TempDir(), "b.pdf")
	for name, content := range map[string]string{good: pdf, bad: "MZ"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := kittest.NewBrowser(t).Size(390, 900).Cookie(srv.URL, who, me)
	b.Open(srv.URL + "/items/" + id + "/apply?step=materials")
	b.Do(chromedp.SetUploadFiles("#file-0", []string{good}), chromedp.WaitVisible(".cz-files"))
	if got := b.Eval("document.querySelector('.cz-files').innerText"); !strings.Contains(got, "a.pdf") {
		t.Errorf("uploaded: %q", got)
	}
	b.Do(chromedp.SetUploadFiles("#file-1", []string{bad}), chromedp.WaitVisible("#file-1-error"))
	if got := b.Eval("document.querySelector('#file-1-error').innerText"); !strings.Contains(got, "b.pdf") {
		t.Errorf("refused: %q", got)
	}
	b.Axe("after an upload")
	b.Open(srv.URL + "/items/" + id + "/apply?step=applicant")
	if got := b.Eval("document.querySelector('[name=org_name]').closest('.ld-field').hidden"); got != "true" {
		t.Error("fields of an organisation stand there for a person")
	}
	b.Do(chromedp.Click("input[value=legal]"))
	if got := b.Eval("document.querySelector('[name=org_name]').closest('.ld-field').hidden"); got != "false" {
		t.Error("fields of an organisation are missing")
	}
}
