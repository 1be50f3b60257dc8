package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/portal-sites/kit"
)

// What is promised of a form of 300 fields and 250 conditions, in milliseconds.
const (
	judgedAtMost  = 10 // to run all rules on the server
	reactedAtMost = 50 // from a change to the drawn page in the browser
)

// forms measures the rules of a large form, on the server and in Chromium.
func (r *rig) forms(ctx context.Context, rep *Report) error {
	c, problems := forms.Compile(forms.Large())
	if len(problems) > 0 {
		return fmt.Errorf("large form: %v", problems[0])
	}
	in, of := forms.LargeValues(), forms.Context{Today: time.Now().Format(time.DateOnly), ApplicantKind: forms.PersonKind}
	took := 1e3 / r.rate(1, func() { c.Evaluate(in, of) })
	rep.Figures = append(rep.Figures, Figure{Name: "大表单校验(300 字段、250 条件)·服务器", Value: took, Unit: "毫秒", Limit: judgedAtMost, OK: took <= judgedAtMost})
	browser := chromium()
	if browser == "" {
		r.o.Say("本机没有 Chromium，大表单在浏览器中的反应未测量")
		return nil
	}
	took, err := reacts(ctx, browser, formsweb.NewView(c, in, of))
	rep.Figures = append(rep.Figures, Figure{Name: "大表单反应(300 字段、250 条件)·浏览器", Value: took, Unit: "毫秒", Limit: reactedAtMost, OK: took <= reactedAtMost})
	return err
}

func chromium() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); name != "" && err == nil {
			return p
		}
	}
	return ""
}

// keystroke types into a field and waits until the page is laid out: the median of
// forty, in milliseconds.
const keystroke = `(() => {
  const body = document.getElementById("ff-body"), box = document.querySelector("[name='f.n000']"), times = [];
  for (let i = 0; i < 40; i++) {
    box.value = String(i % 2 ? 5 : 80);
    const began = performance.now();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    body.getBoundingClientRect();
    times.push(performance.now() - began);
  }
  if (document.querySelector("[name='f.c049']").value === "") return "nothing is reckoned";
  times.sort((a, b) => a - b);
  return String(times[20]);
})()`

// reacts is how long a page takes from a change to its drawing.
func reacts(ctx context.Context, browser string, v *formsweb.View) (float64, error) {
	mux := http.NewServeMux()
	mux.Handle(kit.AssetsPath, kit.Assets())
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><link rel="stylesheet" href="%s"><form>`, kit.AssetURL("kit.css"))
		_ = formsweb.Fields(v).Render(templ.InitializeContext(req.Context()), w)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	dir, err := os.MkdirTemp("", "liandong-bench-*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.UserDataDir(dir), chromedp.WSURLReadTimeout(time.Minute), chromedp.NoSandbox, chromedp.DisableGPU)
	alloc, stop := chromedp.NewExecAllocator(ctx, opts...)
	defer stop()
	tab, cancel := chromedp.NewContext(alloc)
	defer cancel()
	tab, late := context.WithTimeout(tab, 2*time.Minute)
	defer late()
	if _, err := chromedp.Run(tab, chromedp.Steps(chromedp.Navigate(srv.URL), chromedp.WaitReady("form.is-live"))); err != nil {
		return 0, fmt.Errorf("open the form: %w", err)
	}
	said, err := chromedp.Run(tab, chromedp.Evaluate[string](keystroke))
	if err != nil {
		return 0, err
	}
	took, err := strconv.ParseFloat(said, 64)
	if err != nil {
		return 0, errors.New("large form: " + said)
	}
	return took, nil
}
