package kittest

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Mouse is a hand on the board of the designer of flows.
type Mouse struct {
	testing.TB
	Stuck func() // what to do before the test fails: take a picture; nil: nothing

	b *Browser
}

// Mouse takes the mouse of a browser.
func (b *Browser) Mouse(tb testing.TB) *Mouse {
	tb.Helper()
	return &Mouse{TB: tb, b: b}
}

// Drawn finds the picture of an element of the board by its id.
func Drawn(id string) string {
	return `document.querySelector('[data-element-id="` + id + `"] .djs-visual')`
}

// Tool finds an element of the palette.
func Tool(key string) string { return `document.querySelector('[data-add="` + key + `"]')` }

// At is the middle of what a script expression finds, in the window.
func (m *Mouse) At(node string) (x, y float64) {
	m.Helper()
	said := m.b.Eval(`(r => [r.left + r.width / 2, r.top + r.height / 2].join(" "))((` + node + `).getBoundingClientRect())`)
	if _, err := fmt.Sscan(said, &x, &y); err != nil {
		m.Fatalf("where is %s: %q", node, said)
	}
	return x, y
}

// Drag pulls something to a place, in steps as a hand does.
func (m *Mouse) Drag(node string, x, y float64) {
	m.Helper()
	m.Frame() // what has just opened is put in its place when it is drawn
	a, b := m.At(node)
	m.b.Do(chromedp.MouseEvent(chromedp.MouseMoved, a, b), chromedp.MouseEvent(chromedp.MousePressed, a, b, held))
	for _, part := range []float64{0.02, 0.1, 0.5, 0.9, 1, 1} {
		m.b.Do(chromedp.MouseEvent(chromedp.MouseMoved, a+(x-a)*part, b+(y-b)*part, held))
	}
	m.b.Do(chromedp.MouseEvent(chromedp.MouseReleased, x, y, chromedp.ButtonLeft))
}

// Frame waits until the page has been drawn twice more.
func (m *Mouse) Frame() {
	m.Helper()
	m.b.Eval(`(delete document.body.dataset.drawn, requestAnimationFrame(() => requestAnimationFrame(() => { document.body.dataset.drawn = "1" })), 1)`)
	m.Until("a frame", `document.body.dataset.drawn === "1"`)
}

func held(p *input.DispatchMouseEventParams) {
	p.Button, p.Buttons, p.ClickCount = input.MouseButtonLeft, 1, 1
}

// Click comes nearer in steps, as a hand does, and clicks.
func (m *Mouse) Click(node string) {
	m.Helper()
	x, y := m.At(node)
	for _, short := range []float64{30, 8, 2, 0} {
		m.b.Do(chromedp.MouseEvent(chromedp.MouseMoved, x-short, y-short))
	}
	m.b.Do(chromedp.MouseClickXY(x, y))
}

// Until waits for a script expression to hold.
func (m *Mouse) Until(what, expression string) {
	m.Helper()
	ctx, stop := context.WithTimeout(m.Context(), 20*time.Second)
	defer stop()
	for m.b.Eval(expression) != "true" {
		select {
		case <-ctx.Done():
			if m.Stuck != nil {
				m.Stuck()
			}
			m.Fatalf("%s did not happen; the side says: %s | %s", what, m.b.Eval(`document.querySelector(".ld-fb-side").innerText`), m.b.Eval(`document.querySelector("[data-fd=status]").innerText`))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Choose clicks an element until it is the one chosen: a click that follows a drag too soon is
// taken for its end. The next one waits, or the two would be a double click, which edits the name.
func (m *Mouse) Choose(id string) {
	m.Helper()
	for range 10 {
		m.Click(Drawn(id))
		for range 12 {
			if m.b.Eval(`document.getElementById("designer").fd.get("selection").get().map(e => e.id).join()`) == id {
				return
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	m.Fatalf("%s cannot be chosen", id)
}

// Newest is the id of the element of a type that was drawn last.
func (m *Mouse) Newest(kind string) string {
	return m.b.Eval(`document.getElementById("designer").fd.get("elementRegistry").filter(e => e.type === "` + kind + `").map(e => e.id).pop()`)
}

// Fill types into a field of the panel and leaves it, or chooses an option.
func (m *Mouse) Fill(id, value string) {
	m.Helper()
	m.Until("the field "+id, `!!document.getElementById("fb-`+id+`")`)
	m.b.Eval(`(e => { e.value = ` + strconv.Quote(value) + `; e.dispatchEvent(new Event("change")); })(document.getElementById("fb-` + id + `"))`)
}
