package web_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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

// TestFlowIsDrawnProvedAndPlayed draws with the mouse: a way to an early end, which is refused with
// its path until it says why; then the flow is kept and played to its end.
func TestFlowIsDrawnProvedAndPlayed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b, url := board(t, o)
	b.Open(url)
	ready(b)
	m := b.Mouse(t)
	m.Stuck = func() { shoot(b, "stuck") }
	b.Eval(`(document.addEventListener("securitypolicyviolation", e => { document.body.dataset.broke = e.violatedDirective + " " + e.sourceFile + " " + e.sample; }), 1)`)

	// A gateway dropped on the arrow behind 苏木初审 stands in the way from then on.
	second := b.Eval(`document.getElementById("designer").fd.get("elementRegistry").filter(e => e.type === "bpmn:UserTask")[1].id`)
	arrow := b.Eval(`document.getElementById("designer").fd.get("elementRegistry").get("` + second + `").outgoing[0].id`)
	x, y := m.At(kittest.Drawn(arrow))
	m.Drag(kittest.Tool("exclusive"), x, y)
	gate := m.Newest("bpmn:ExclusiveGateway")
	m.Until("the gateway", `document.getElementById("designer").fd.get("elementRegistry").get("`+gate+`").incoming.length === 1`)
	m.Drag(kittest.Tool("end"), x, y+170)
	stop := m.Newest("bpmn:EndEvent")
	shoot(b, "board-dropped")
	m.Choose(gate)
	m.Until("the buttons of the gateway", `!!document.querySelector('[data-action="fb-connect"]')`)
	shoot(b, "board-pad")
	x, y = m.At(kittest.Drawn(stop))
	m.Drag(`document.querySelector('[data-action="fb-connect"]')`, x, y)
	m.Until("the arrow", `document.getElementById("designer").fd.get("elementRegistry").get("`+stop+`").incoming.length === 1`)
	shoot(b, "board-drawn")

	m.Click(`document.getElementById("fb-check-button")`)
	m.Until("the list of problems", `document.querySelectorAll(".fb-faults li").length > 0`)
	m.Until("a path", `document.querySelector(".fb-faults").innerText.includes("路径")`)
	m.Click(`[...document.querySelectorAll(".fb-faults button")].find(b => b.innerText.includes("路径"))`)
	m.Until("the path in the picture", `document.querySelectorAll(".djs-element.fb-path").length > 2`)
	shoot(b, "board-problem")
	b.Axe("the problems")

	// Put right: the arrow says when, the other is the default, the end says why.
	m.Choose(stop)
	m.Fill("ending", "withdraw")
	out := b.Eval(`document.getElementById("designer").fd.get("elementRegistry").get("` + stop + `").incoming[0].id`)
	b.Eval(`document.getElementById("designer").fd.get("selection").select(document.getElementById("designer").fd.get("elementRegistry").get("` + out + `"))`)
	m.Until("the chips", `!!document.querySelector(".fb-chip")`)
	m.Click(`[...document.querySelectorAll(".fb-chip")].find(c => c.title.includes('"legal"'))`)
	m.Until("the condition", `document.getElementById("fb-condition").value.includes("legal")`)
	shoot(b, "board-condition")
	m.Choose(gate)
	m.Until("the branches", `document.querySelectorAll("#fb-default option").length === 3`)
	m.Fill("default", b.Eval(`[...document.querySelectorAll("#fb-default option")].map(o => o.value).find(v => v && v !== "`+out+`")`))
	m.Choose(second)
	m.Fill("department", "林业和草原局")
	m.Fill("risk-kind", "现场踏勘")
	m.Fill("risk-text", "勘验走过场")
	m.Fill("risk-measure", "两人到场并拍照")
	shoot(b, "board-step")
	b.Axe("the properties")

	m.Click(`document.getElementById("fb-save-button")`)
	m.Until("the save", `document.querySelector("[data-fd=status]").innerText.startsWith("已保存")`)
	if said := b.Eval(`document.querySelector("[data-fd=status]").innerText`); !strings.Contains(said, "检查通过") {
		t.Error(said, b.Eval(`JSON.stringify(document.getElementById("designer").fd.marks.faults)`))
	}

	m.Click(`document.getElementById("fb-play-button")`)
	m.Fill("origin", "")
	b.Eval(`document.getElementById("fb-origin").dispatchEvent(new Event("input"))`)
	m.Until("the villages", `!!document.querySelector(".fb-places button")`)
	m.Click(`document.querySelector(".fb-places button")`)
	m.Until("the origin", `!!document.querySelector(".fb-origin")`)
	m.Click(`document.getElementById("fb-play-begin")`)
	for i := range 5 {
		m.Until("a card", `document.querySelectorAll(".fb-log li").length === `+strconv.Itoa(i)+` && !!document.querySelector("[data-turn]")`)
		if i == 2 {
			shoot(b, "board-play")
			b.Axe("the play")
		}
		b.Eval(`document.querySelector("[data-turn]").click()`)
	}
	m.Until("the end", `!!document.getElementById("fb-play-ended")`)
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
