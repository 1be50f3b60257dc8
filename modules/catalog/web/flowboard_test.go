package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/flows"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// hall is a stage with one village; the wire joins the real one.
type hall struct {
	db    *db.DB
	flows *flows.Service
}

func (h hall) Examine(ctx context.Context, at tenancy.ID, src []byte, promisedDays int) (out []catalogweb.Fault, readable bool, err error) {
	_, bad := flows.Parse(src)
	err = h.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = h.flows.Review(ctx, tx, at, src, promisedDays)
		return nil
	})
	return out, bad == nil, err
}

func (h hall) Rehearse(ctx context.Context, at tenancy.ID, src []byte, t catalogweb.Turn) (out catalogweb.Scene, err error) {
	err = h.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = h.flows.Rehearse(ctx, tx, at, src, t)
		return err
	})
	return out, err
}

func (hall) Departments(context.Context) ([]kit.Option, error) {
	return []kit.Option{{Value: "林业和草原局", Label: "林业和草原局"}}, nil
}

func (hall) Villages(context.Context, string) ([]catalogweb.Spot, error) {
	return []catalogweb.Spot{{ID: dbtest.Village, Name: "巴彦嘎查", Way: "锡林郭勒盟 › 锡林浩特市 › 毛登牧场"}}, nil
}

func (hall) Land(_ context.Context, _ tenancy.ID, t catalogweb.Task) (catalogweb.Landing, error) {
	return map[string]catalogweb.Landing{
		"own": {At: "巴彦嘎查", People: []string{"其其格"}}, "county": {At: "锡林浩特市", People: []string{"巴特尔", "苏日娜"}}, "league": {At: "锡林郭勒盟", Hidden: true},
	}[t.Level], nil
}

// shoot leaves a picture when ITEM_SHOTS names a folder.
func shoot(b *kittest.Browser, name string) {
	if dir := os.Getenv("ITEM_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+".png"), false)
	}
}

// board opens the designer of a new draft.
func board(t *testing.T, o office) (b *kittest.Browser, url string) {
	t.Helper()
	id := draft(t, o.at(t, dbtest.League, "01", "item_editor"))
	srv := httptest.NewServer(o.desk(staff(t, dbtest.League, "01", "item_editor")))
	t.Cleanup(srv.Close)
	b = kittest.NewBrowser(t).Size(1440, 900)
	return b, srv.URL + "/desk/items/" + id + "/flow"
}

func TestDesignerOpens(t *testing.T) {
	t.Parallel()
	b, url := board(t, newOffice(t))
	b.Open(url)
	ready(b)
	shoot(b, "designer")
	b.Axe("designer")
	if n := b.Overflow(); n > 0 {
		t.Errorf("the designer is %d px too wide", n)
	}
	if said := b.Eval(`document.querySelector("#designer").innerText`); strings.Contains(said, "undefined") {
		t.Error(said)
	}
}

// ready waits until the flow is drawn.
func ready(b *kittest.Browser) {
	b.Do(chromedp.WaitReady("#designer.is-ready .djs-shape"))
}

// mouse is a hand on the board.
type mouse struct {
	*testing.T
	b *kittest.Browser
}

// at is the middle of what a script expression finds, in the window.
func (m mouse) at(node string) (x, y float64) {
	m.Helper()
	said := m.b.Eval(`(r => [r.left + r.width / 2, r.top + r.height / 2].join(" "))((` + node + `).getBoundingClientRect())`)
	if _, err := fmt.Sscan(said, &x, &y); err != nil {
		m.Fatalf("where is %s: %q", node, said)
	}
	return x, y
}

func drawn(id string) string {
	return `document.querySelector('[data-element-id="` + id + `"] .djs-visual')`
}

func tool(key string) string { return `document.querySelector('[data-add="` + key + `"]')` }

// drag pulls something to a place, in steps as a hand does.
func (m mouse) drag(node string, x, y float64) {
	m.Helper()
	m.frame() // what has just opened is put in its place when it is drawn
	a, b := m.at(node)
	m.b.Do(chromedp.MouseEvent(chromedp.MouseMoved, a, b), chromedp.MouseEvent(chromedp.MousePressed, a, b, held))
	for _, part := range []float64{0.02, 0.1, 0.5, 0.9, 1, 1} {
		m.b.Do(chromedp.MouseEvent(chromedp.MouseMoved, a+(x-a)*part, b+(y-b)*part, held))
	}
	m.b.Do(chromedp.MouseEvent(chromedp.MouseReleased, x, y, chromedp.ButtonLeft))
}

// frame waits until the page has been drawn twice more.
func (m mouse) frame() {
	m.Helper()
	m.b.Eval(`(delete document.body.dataset.drawn, requestAnimationFrame(() => requestAnimationFrame(() => { document.body.dataset.drawn = "1" })), 1)`)
	m.until("a frame", `document.body.dataset.drawn === "1"`)
}

func held(p *input.DispatchMouseEventParams) {
	p.Button, p.Buttons, p.ClickCount = input.MouseButtonLeft, 1, 1
}

func (m mouse) click(node string) {
	m.Helper()
	x, y := m.at(node)
	for _, short := range []float64{30, 8, 2, 0} { // a hand comes nearer in steps
		m.b.Do(chromedp.MouseEvent(chromedp.MouseMoved, x-short, y-short))
	}
	m.b.Do(chromedp.MouseClickXY(x, y))
}

// until waits for a script expression to hold.
func (m mouse) until(what, expression string) {
	m.Helper()
	ctx, stop := context.WithTimeout(m.Context(), 20*time.Second)
	defer stop()
	for m.b.Eval(expression) != "true" {
		select {
		case <-ctx.Done():
			shoot(m.b, "stuck")
			m.Fatalf("%s did not happen; the side says: %s | %s", what, m.b.Eval(`document.querySelector(".ld-fb-side").innerText`), m.b.Eval(`document.querySelector("[data-fd=status]").innerText`))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// choose clicks an element until it is the one chosen: a click that follows a drag too soon is
// taken for its end. The next one waits, or the two would be a double click, which edits the name.
func (m mouse) choose(id string) {
	m.Helper()
	for range 10 {
		m.click(drawn(id))
		for range 12 {
			if m.b.Eval(`document.getElementById("designer").fd.get("selection").get().map(e => e.id).join()`) == id {
				return
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	m.Fatalf("%s cannot be chosen", id)
}

// newest is the id of the element of a type that was drawn last.
func (m mouse) newest(kind string) string {
	return m.b.Eval(`document.getElementById("designer").fd.get("elementRegistry").filter(e => e.type === "` + kind + `").map(e => e.id).pop()`)
}

// fill types into a field of the panel and leaves it, or chooses an option.
func (m mouse) fill(id, value string) {
	m.Helper()
	m.until("the field "+id, `!!document.getElementById("fb-`+id+`")`)
	m.b.Eval(`(e => { e.value = ` + strconv.Quote(value) + `; e.dispatchEvent(new Event("change")); })(document.getElementById("fb-` + id + `"))`)
}

// TestFlowIsDrawnProvedAndPlayed draws with the mouse: a way to an early end, which is refused with
// its path until it says why; then the flow is kept and played to its end.
func TestFlowIsDrawnProvedAndPlayed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b, url := board(t, o)
	b.Open(url)
	ready(b)
	m := mouse{t, b}
	b.Eval(`(document.addEventListener("securitypolicyviolation", e => { document.body.dataset.broke = e.violatedDirective + " " + e.sourceFile + " " + e.sample; }), 1)`)

	// A gateway dropped on the arrow behind 苏木初审 stands in the way from then on.
	second := b.Eval(`document.getElementById("designer").fd.get("elementRegistry").filter(e => e.type === "bpmn:UserTask")[1].id`)
	arrow := b.Eval(`document.getElementById("designer").fd.get("elementRegistry").get("` + second + `").outgoing[0].id`)
	x, y := m.at(drawn(arrow))
	m.drag(tool("exclusive"), x, y)
	gate := m.newest("bpmn:ExclusiveGateway")
	m.until("the gateway", `document.getElementById("designer").fd.get("elementRegistry").get("`+gate+`").incoming.length === 1`)
	m.drag(tool("end"), x, y+170)
	stop := m.newest("bpmn:EndEvent")
	shoot(b, "board-dropped")
	m.choose(gate)
	m.until("the buttons of the gateway", `!!document.querySelector('[data-action="fb-connect"]')`)
	shoot(b, "board-pad")
	x, y = m.at(drawn(stop))
	m.drag(`document.querySelector('[data-action="fb-connect"]')`, x, y)
	m.until("the arrow", `document.getElementById("designer").fd.get("elementRegistry").get("`+stop+`").incoming.length === 1`)
	shoot(b, "board-drawn")

	m.click(`document.getElementById("fb-check-button")`)
	m.until("the list of problems", `document.querySelectorAll(".fb-faults li").length > 0`)
	m.until("a path", `document.querySelector(".fb-faults").innerText.includes("路径")`)
	m.click(`[...document.querySelectorAll(".fb-faults button")].find(b => b.innerText.includes("路径"))`)
	m.until("the path in the picture", `document.querySelectorAll(".djs-element.fb-path").length > 2`)
	shoot(b, "board-problem")
	b.Axe("the problems")

	// Put right: the arrow says when, the other is the default, the end says why.
	m.choose(stop)
	m.fill("ending", "withdraw")
	out := b.Eval(`document.getElementById("designer").fd.get("elementRegistry").get("` + stop + `").incoming[0].id`)
	b.Eval(`document.getElementById("designer").fd.get("selection").select(document.getElementById("designer").fd.get("elementRegistry").get("` + out + `"))`)
	m.until("the chips", `!!document.querySelector(".fb-chip")`)
	m.click(`[...document.querySelectorAll(".fb-chip")].find(c => c.title.includes('"legal"'))`)
	m.until("the condition", `document.getElementById("fb-condition").value.includes("legal")`)
	shoot(b, "board-condition")
	m.choose(gate)
	m.until("the branches", `document.querySelectorAll("#fb-default option").length === 3`)
	m.fill("default", b.Eval(`[...document.querySelectorAll("#fb-default option")].map(o => o.value).find(v => v && v !== "`+out+`")`))
	m.choose(second)
	m.fill("department", "林业和草原局")
	m.fill("risk-kind", "现场踏勘")
	m.fill("risk-text", "勘验走过场")
	m.fill("risk-measure", "两人到场并拍照")
	shoot(b, "board-step")
	b.Axe("the properties")

	m.click(`document.getElementById("fb-save-button")`)
	m.until("the save", `document.querySelector("[data-fd=status]").innerText.startsWith("已保存")`)
	if said := b.Eval(`document.querySelector("[data-fd=status]").innerText`); !strings.Contains(said, "检查通过") {
		t.Error(said, b.Eval(`JSON.stringify(document.getElementById("designer").fd.marks.faults)`))
	}

	m.click(`document.getElementById("fb-play-button")`)
	m.fill("origin", "")
	b.Eval(`document.getElementById("fb-origin").dispatchEvent(new Event("input"))`)
	m.until("the villages", `!!document.querySelector(".fb-places button")`)
	m.click(`document.querySelector(".fb-places button")`)
	m.until("the origin", `!!document.querySelector(".fb-origin")`)
	m.click(`document.getElementById("fb-play-begin")`)
	for i := range 5 {
		m.until("a card", `document.querySelectorAll(".fb-log li").length === `+strconv.Itoa(i)+` && !!document.querySelector("[data-turn]")`)
		if i == 2 {
			shoot(b, "board-play")
			b.Axe("the play")
		}
		b.Eval(`document.querySelector("[data-turn]").click()`)
	}
	m.until("the end", `!!document.getElementById("fb-play-ended")`)
	shoot(b, "board-ended")
	if broke := b.Eval(`document.body.dataset.broke || ""`); broke != "" {
		t.Error("the policy of the site was broken: ", broke)
	}

	// What was kept is what was drawn, and the phone shows it to read.
	kept := o.at(t, dbtest.League, "01", "item_editor").Get(strings.TrimPrefix(url, url[:strings.Index(url, "/desk")]) + ".bpmn").Want(200).Body
	for _, want := range []string{"exclusiveGateway", `kind="withdraw"`, "applicant_kind ==", `department="林业和草原局"`, `measure="两人到场并拍照"`} {
		if !strings.Contains(kept, want) {
			t.Errorf("the kept flow does not say %q:\n%s", want, kept)
		}
	}
	b.Size(390, 844).Open(url)
	ready(b)
	shoot(b, "board-phone")
	b.Axe("the phone")
	if n := b.Overflow(); n > 0 {
		t.Errorf("the phone's page is %d px too wide", n)
	}
}
