package web_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db"
)

// TestDraggingWithTheMouse drags a field from the palette onto the canvas, into a group.
func TestDraggingWithTheMouse(t *testing.T) {
	t.Parallel()
	svc := service(t)
	f, err := svc.Create(staff(t, policies.ItemEditor), demo(), db.NewID())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(desk(t, svc, staff(t, policies.ItemEditor)))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	b.Size(1440, 1000)
	b.Open(srv.URL + "/desk/forms/" + f.ID + "/design")
	at := func(selector string) (x, y float64) {
		p := b.Eval(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return (r.x + 30) + ' ' + (r.y + r.height / 2); })()`, selector))
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
		for end := time.Now().Add(5 * time.Second); b.Eval(`document.querySelectorAll('[data-list=applicant] .sortable-ghost').length > 0 ? 'there' : ''`) == "" || time.Until(end) > 4500*time.Millisecond; {
			if time.Now().After(end) {
				t.Fatal("what is dragged never reached the list")
			}
			y2 = y2 + 1 - 2*float64(time.Now().UnixMilli()%2) // a hand is never quite still
			b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x2, y2, chromedp.Button("left")))
		}
		b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x2, y2, chromedp.Button("left")))
	}
	list := func() string {
		return b.Eval(`[...document.querySelectorAll('[data-list=applicant] > li')].map((l) => l.dataset.id).join(' ')`)
	}
	waits := func(what string, ok func(string) bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !ok(list()); {
			if time.Now().After(end) {
				t.Fatalf("%s: %s; %s", what, list(), b.Eval(`document.querySelector("[data-fd-status]").textContent + " ghost " + document.querySelectorAll(".sortable-ghost,.sortable-fallback").length + " add " + document.querySelectorAll("#ff-canvas [data-add]").length`))
			}
		}
	}
	drag("[data-add='add.date']", "[data-id=name]")
	waits("a new date in the group", func(s string) bool { return strings.Contains(s, "date") })
	drag("[data-id=phone] .ld-fd-grip", "[data-id=kind] .ld-fd-line")
	waits("the phone goes up", func(s string) bool { return strings.Index(s, "phone") < strings.Index(s, "name") })
	for end := time.Now().Add(10 * time.Second); ; { // the page shows it first, the server has it soon
		sh, err := svc.Show(staff(t, policies.ItemEditor), f.ID)
		if err != nil {
			t.Fatal(err)
		}
		into, at, ok := sh.Schema.Where("phone")
		name, below, _ := sh.Schema.Where("name")
		if sh.Form.Version == 3 && ok && into == "applicant" && name == into && at < below && sh.Schema.Find("date") != nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("version %d: phone %s %d", sh.Form.Version, into, at)
		}
	}
}
