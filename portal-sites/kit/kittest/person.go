package kittest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// patience is how long a person waits for a page before she gives up.
const patience = 30 * time.Second

//go:embed assets/find.js
var findJS string

// Person is somebody at a computer of her own, who finds things by what is
// written on them. She fails the test with what she does see when she finds nothing.
type Person struct {
	*Browser

	site string
}

// Person opens a private window of the browser on a site: it shares no cookies
// with the others.
func (b *Browser) Person(t testing.TB, site string) *Person {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &Person{Browser: (&Browser{t: t, ctx: ctx, axe: b.axe}).start(), site: site}
	p.Size(1440, 900)
	return p
}

// Visit types an address.
func (p *Person) Visit(path string) *Person {
	p.t.Helper()
	if !strings.Contains(path, "://") {
		path = p.site + path
	}
	p.Open(path)
	return p
}

// within runs steps and gives up when they take too long.
func (p *Person) within(doing string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Steps(steps...)); err != nil {
		p.t.Fatalf("%s: %v\n%s", doing, err, p.page())
	}
}

// page is what stands on the page, for whoever reads why a test failed.
func (p *Person) page() string {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.replace(/\n\s*\n+/g, "\n")`))
	if err != nil {
		return err.Error()
	}
	return s
}

// find marks the one thing of a kind that carries words, inside the smallest part
// of the page that carries the words of part; "" is the whole page.
func (p *Person) find(kind, part, words string) {
	p.t.Helper()
	if got := p.Eval(fmt.Sprintf("(%s)(%q, %q, %q)", findJS, kind, part, words)); got != "" {
		p.t.Fatalf("no %s %q in %q; there are: %s\n%s", kind, words, part, got, p.page())
	}
}

const found = "[data-found]"

// Click clicks a link or button and waits for the page it leads to.
func (p *Person) Click(words string) *Person { p.t.Helper(); return p.ClickIn("", words) }

// ClickIn clicks what is in the row, card or group that says part.
func (p *Person) ClickIn(part, words string) *Person {
	p.t.Helper()
	p.hit("button", part, words)
	p.within("leave by "+words, chromedp.WaitReady("body:not([data-left])"))
	return p.settled()
}

// hit clicks a thing. On a busy machine a page may still be scrolling to where its
// address points while the mouse comes down: then she clicks again, as people do.
func (p *Person) hit(kind, part, words string) {
	p.t.Helper()
	for range 5 {
		p.find(kind, part, words)
		p.Eval(`(document.body.dataset.left = "", addEventListener("click", e => { if (e.target.closest("` + found + `")) document.body.dataset.left = "clicked" }, true))`)
		p.still()
		p.within("click "+words, chromedp.Click(found))
		if !p.missed() {
			return
		}
	}
	p.t.Fatalf("nothing takes the click on %s\n%s", words, p.page())
}

// missed reports that a click did not reach what it was meant for.
func (p *Person) missed() bool {
	ctx, cancel := context.WithTimeout(p.ctx, patience/10)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.WaitReady(`body:not([data-left=""])`)); err == nil {
		return false
	}
	return p.Eval(`document.body?.getAttribute("data-left") ?? "gone"`) == ""
}

// still waits until what is drawn is where it will stay.
func (p *Person) still() {
	p.t.Helper()
	p.await("see", `new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))`)
}

// settled waits until the page and its scripts have loaded.
func (p *Person) settled() *Person {
	p.t.Helper()
	p.await("load", `new Promise(r => document.readyState == "complete" ? r(true) : addEventListener("load", () => r(true)))`)
	return p
}

// await runs a script and waits for what it promises.
func (p *Person) await(doing, promise string) {
	p.t.Helper()
	p.within(doing, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](promise, chromedp.EvalAwaitPromise)(ctx, t)
		return err
	}))
}

// Press clicks what changes the page without leaving it.
func (p *Person) Press(words string) *Person { p.t.Helper(); return p.PressIn("", words) }

// PressIn is Press in the part that says part.
func (p *Person) PressIn(part, words string) *Person {
	p.t.Helper()
	p.hit("button", part, words)
	p.Eval(`document.body.removeAttribute("data-left")`)
	return p
}

// Type replaces what a field says, as an input method would.
func (p *Person) Type(label, text string) *Person { p.t.Helper(); return p.TypeIn("", label, text) }

// TypeIn is Type in the part that says part.
func (p *Person) TypeIn(part, label, text string) *Person {
	p.t.Helper()
	p.find("field", part, label)
	if p.Eval(`document.querySelector("`+found+`").type`) == "date" {
		p.within("type "+label, chromedp.SetValue(found, text))
		return p
	}
	p.within("type "+label, chromedp.Focus(found))
	p.Eval(`document.querySelector("` + found + `").select()`)
	p.within("type "+label, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
	if got := p.Eval(`document.querySelector("` + found + `").value`); got != text {
		p.t.Fatalf("typed %q into %s, it says %q", text, label, got)
	}
	return p
}

// Choose picks an entry of a list.
func (p *Person) Choose(label, option string) *Person {
	p.t.Helper()
	return p.ChooseIn("", label, option)
}

// ChooseIn is Choose in the part that says part.
func (p *Person) ChooseIn(part, label, option string) *Person {
	p.t.Helper()
	p.find("field", part, label)
	got := p.Eval(fmt.Sprintf(`(() => { const f = document.querySelector(%q), o = [...f.options].find(o => o.text.trim() == %q) || [...f.options].find(o => o.text.includes(%[2]q));
		if (!o) return [...f.options].map(o => o.text).join(" | "); f.focus(); f.value = o.value;
		f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); return "" })()`, found, option))
	if got != "" {
		p.t.Fatalf("no %q in %s: %s", option, label, got)
	}
	return p
}

// Tick ticks the box or radio button that says words, when it is not yet.
func (p *Person) Tick(words string) *Person { p.t.Helper(); return p.TickIn("", words) }

// TickIn is Tick in the part that says part.
func (p *Person) TickIn(part, words string) *Person {
	p.t.Helper()
	p.find("choice", part, words)
	if p.Eval(`document.querySelector("`+found+`").checked`) == "true" {
		return p
	}
	p.hit("choice", part, words)
	p.Eval(`document.body.removeAttribute("data-left")`)
	return p
}

// Attach puts files of this computer into a file field.
func (p *Person) Attach(label string, files ...string) *Person {
	p.t.Helper()
	p.find("file", "", label)
	p.within("attach to "+label, chromedp.SetUploadFiles(found, files))
	return p
}

// Reads waits until the page says words.
func (p *Person) Reads(words ...string) *Person {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.Text(), w) {
			continue
		}
		p.within("look for "+w, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := chromedp.Poll[bool](fmt.Sprintf("document.body.innerText.includes(%q)", w), chromedp.WithPollingTimeout(patience/2))(ctx, t)
			return err
		}))
	}
	return p
}

// Lacks fails the test when the page says words.
func (p *Person) Lacks(words ...string) *Person {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.Text(), w) {
			p.t.Errorf("the page says %q:\n%s", w, p.page())
		}
	}
	return p
}

// Text is what the page says.
func (p *Person) Text() string { p.t.Helper(); return p.Eval("document.body.innerText") }

// Path is the address of the page, without the site.
func (p *Person) Path() string { p.t.Helper(); return p.Eval("location.pathname + location.search") }
