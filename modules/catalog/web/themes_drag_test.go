package web_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// Parts are dragged from the list into a stage, and from one stage to another; the page
// saves by itself and keeps what was open.
func TestThemeIsDesignedWithTheMouse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	item := o.published(t)
	who := staff(t, dbtest.League, "01", "item_editor")
	id := theme(t, o.at(t, dbtest.League, "01", "item_editor"), item)
	srv := httptest.NewServer(o.desk(who))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t).Size(1440, 1000)
	mouse := b.Mouse(t)
	b.Open(srv.URL + "/desk/items/" + id + "/theme")
	at := func(selector string) (x, y float64) {
		p := b.Eval(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return (r.x + 24) + ' ' + (r.y + Math.min(r.height / 2, 20)); })()`, selector))
		if _, err := fmt.Sscan(p, &x, &y); err != nil {
			t.Fatal(p, err)
		}
		return x, y
	}
	drag := func(from, to string) {
		x, y := at(from)
		x2, y2 := at(to)
		steps := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, chromedp.Button("left"))}
		for i := 1.0; i <= 12; i++ {
			steps = append(steps, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x+(x2-x)*i/12, y+(y2-y)*i/12, chromedp.Button("left")))
		}
		b.Do(steps...)
		for end := time.Now().Add(5 * time.Second); b.Eval(fmt.Sprintf(`document.querySelectorAll(%q).length > 0 ? 'there' : ''`, to+" .sortable-ghost")) == ""; {
			if time.Now().After(end) {
				t.Fatal("what is dragged never reached the stage")
			}
			y2 = y2 + 1 - 2*float64(time.Now().UnixMilli()%2) // a hand is never quite still
			b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x2, y2, chromedp.Button("left")))
		}
		b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x2, y2, chromedp.Button("left")))
	}
	saved := func(what string, stage int) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; {
			sh, err := o.items.Show(who, id)
			if err != nil {
				t.Fatal(err)
			}
			if ps := sh.Version.Body.Parts; len(ps) == 1 && ps[0].Stage == stage || stage == 0 && len(ps) == 0 {
				return
			} else if time.Now().After(end) {
				t.Fatalf("%s: %+v; %s", what, ps, b.Eval(`document.querySelector("[data-theme-status]").textContent`))
			}
		}
	}
	drag("[data-key=p1] .ld-th-head", "[data-stage='2']")
	saved("a part goes to the second stage", 2)
	mouse.Until("the page is drawn anew", `document.querySelector("#lane-2 [data-key=p1]") !== null `)
	b.Eval(`(document.querySelector("#more-p1").open = true, document.querySelector("[value='earlier:p1']").click(), "")`)
	saved("a button does the same", 1)
	mouse.Until("the page is drawn anew", `document.querySelector("#lane-1 #more-p1") !== null && document.querySelector("#more-p1").open `)
	b.Eval(`(document.querySelector("[value='remove:p1']").click(), "")`)
	saved("a part is taken out", 0)
	mouse.Until("the page is drawn anew", `document.querySelector("[data-key=p1]") === null `)
	drag("[data-add]", "[data-stage='1']")
	saved("an item is dragged in", 1)
}
