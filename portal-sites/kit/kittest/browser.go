package kittest

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed assets/axe.min.js.gz
var axeGz []byte

// Browser is one headless Chromium with a fresh profile.
type Browser struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // chromedp keeps the browser in its context
	axe string
}

// NewBrowser starts Chromium; it fails the test when there is none.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "zh-CN"), chromedp.Env("LANGUAGE=zh_CN"))
	alloc, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); stop() })
	return (&Browser{t: t, ctx: ctx, axe: axeSource(t)}).start()
}

// start opens the window. It lives as long as the context of its first action, so that
// this one is not bounded.
func (b *Browser) start() *Browser {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Navigate("about:blank")); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	return b
}

// chromium is the browser to run: $CHROMIUM, or the first one installed.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); name != "" && err == nil {
			return p
		}
	}
	t.Fatal("no Chromium: install it or set CHROMIUM")
	return ""
}

func axeSource(t testing.TB) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(axeGz))
	if err != nil {
		t.Fatal(err)
	}
	src, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// run performs one action and fails the test when it fails.
func run[T any](b *Browser, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, hung)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	return v
}

// hung is how long a page may take over one action: a browser that hangs must not hold the
// suite up until its end.
const hung = 2 * time.Minute

// Do runs chromedp actions in the page, for what is not covered here.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	run(b, chromedp.Steps(steps...))
}

// Eval returns the value of a script expression as a string.
func (b *Browser) Eval(expression string) string {
	b.t.Helper()
	return run(b, chromedp.Evaluate[string]("String("+expression+")"))
}

// Await is Eval of an expression that gives a promise.
func (b *Browser) Await(expression string) string {
	b.t.Helper()
	return run(b, chromedp.Evaluate[string]("Promise.resolve("+expression+").then(String)", chromedp.EvalAwaitPromise))
}

// Size sets the window, in CSS pixels; narrow ones behave like phones.
func (b *Browser) Size(width, height int64) *Browser {
	b.t.Helper()
	if width < 600 {
		b.Do(chromedp.EmulateViewport(width, height, chromedp.EmulateMobile))
	} else {
		b.Do(chromedp.EmulateViewport(width, height))
	}
	return b
}

// Cookie sets a cookie for url's host.
func (b *Browser) Cookie(url, name, value string) *Browser {
	b.t.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url})
		return err
	}))
	return b
}

// Open loads url.
func (b *Browser) Open(url string) *Browser {
	b.t.Helper()
	b.Do(chromedp.Navigate(url), chromedp.WaitReady("body"))
	return b
}

// Screenshot writes the window, or the whole page when full, as PNG.
func (b *Browser) Screenshot(file string, full bool) {
	b.t.Helper()
	shoot := chromedp.CaptureScreenshot()
	if full {
		shoot = chromedp.FullScreenshot(100)
	}
	if err := os.WriteFile(file, run(b, shoot), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// violation is what axe reports.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML   string `json:"html"`
		Reason string `json:"failureSummary"`
	} `json:"nodes"`
}

// Axe fails the test for every WCAG 2.1 A, AA and best-practice rule that the
// open page breaks.
func (b *Browser) Axe(what string) {
	b.t.Helper()
	script := b.axe + `;axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`
	out := run(b, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	var vs []violation
	if err := json.Unmarshal([]byte(out), &vs); err != nil {
		b.t.Fatalf("axe: %v", err)
	}
	for _, v := range vs {
		var lines []string
		for _, n := range v.Nodes {
			lines = append(lines, fmt.Sprintf("  %s\n    %s", n.HTML, strings.ReplaceAll(n.Reason, "\n", " ")))
		}
		b.t.Errorf("%s breaks %s (%s):\n%s", what, v.ID, v.Help, strings.Join(lines, "\n"))
	}
}

// Installable lists why the open page cannot be installed as an application; none when it can.
func (b *Browser) Installable() (why []string) {
	b.t.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		res, err := cdp.Call(ctx, t, page.GetInstallabilityErrors, cdp.Empty{})
		for _, e := range res.InstallabilityErrors {
			why = append(why, e.ErrorID)
		}
		return err
	}))
	return why
}

// Overflow is how many pixels the page is wider than its window; 0 is right.
func (b *Browser) Overflow() int {
	b.t.Helper()
	return run(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
}
