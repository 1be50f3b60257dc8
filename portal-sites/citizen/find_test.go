package citizen_test

import (
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/portal-sites/kit/kittest"
)

// People find with everyday words, pinyin and slips, and see why something was found.
func TestFindingItems(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.publish(t, grass())
	id := w.publish(t, pension())
	v := w.visitor(t, "")
	for _, text := range []string{"yanglaobaoxian", "ylbx", "退休金", "养老包险"} {
		page := v.doc("/items?q=" + url.QueryEscape(text))
		if got := page.Attr(".cz-found h3 a", "href"); !strings.HasSuffix(got, id) {
			t.Errorf("%s finds %q", text, got)
		}
	}
	v.doc("/items?q="+url.QueryEscape("养老")).Has(".cz-found mark", "养老").Lacks(".cz-sorts")
	hints := v.doc("/items/suggest?q=yl")
	if got := hints.Attr("li a", "href"); !strings.HasSuffix(got, id) || hints.Count("html") > 1 {
		t.Errorf("suggested %q", got)
	}
	v.doc("/items/suggest?q=").Lacks("li")
	v.doc("/items?q=zzz").Has("main", "没有找到符合条件的事项")
}

// What suggests itself while typing is a list of links, and can be used with keys.
func TestSuggestionsInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.publish(t, grass())
	id := w.publish(t, pension())
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	for name, l := range looks() {
		b := kittest.NewBrowser(t).Size(l.width, 900).Cookie(srv.URL, "ld_elder", l.elder)
		b.Open(srv.URL + "/")
		b.Do(chromedp.SendKeys("#site-q", "yanglao"), chromedp.WaitVisible("#site-hints li a"))
		if got := b.Eval("document.querySelector('#site-hints a').getAttribute('href')"); !strings.HasSuffix(strings.Trim(got, `"`), id) {
			t.Errorf("%s: suggested %s", name, got)
		}
		b.Axe("suggestions " + name)
		if n := b.Overflow(); n > 0 {
			t.Errorf("%s is %d px too wide", name, n)
		}
		if dir := os.Getenv("SHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, "suggest-"+name+".png"), false)
			b.Open(srv.URL+"/items?q=ylbx").Screenshot(filepath.Join(dir, "found-"+name+".png"), true)
			b.Open(srv.URL+"/items/"+id).Screenshot(filepath.Join(dir, "guide-"+name+".png"), true)
		}
	}
}
