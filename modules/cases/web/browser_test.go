package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/modules/cases"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestPagesInABrowser opens every page wide and narrow, as desk and as village.
// With CASES_SHOTS set to a folder it leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.handed(w.filed("演示·巴特尔", "a"), "decide")
	w.filed("演示·萨仁", "b")
	open := w.filed("演示·其其格", "c")
	review := w.handed(w.filed("演示·阿拉坦", "d"), "review")
	if _, err := w.cases.AskSupplement(w.county(), review.ID, review.Version, []string{"身份证复印件", "现场照片（四至界线清楚）"}, "可拍照上传"); err != nil {
		t.Fatal(err)
	}
	deliver := w.handed(w.filed("演示·呼和", "e"), "deliver")
	parallel := w.begun(w.publishFlow(dividedBody(), divided()), "f")
	moved := w.changing()
	joint, lead := w.joined()
	for _, s := range []struct {
		name  string
		ctx   context.Context
		base  string
		paths []string
	}{
		{"desk", w.clerk(), "/desk", []string{
			"/todo", "/todo?tab=late", "/cases", "/cases/" + open.ID, "/cases/" + open.ID + "?act=supplement", "/cases/" + review.ID,
			"/cases/" + deliver.ID, "/cases/" + deliver.ID + "/papers/decision", "/cases/" + deliver.ID + "/papers/delivery", "/cases/" + review.ID + "/papers/supplement",
			"/assist", "/assist/" + w.item, "/assist/done/" + open.ID,
		}},
		{"village", w.clerk(), "/village", []string{"/todo", "/cases", "/cases/" + open.ID, "/assist", "/assist/" + w.item, "/assist/done/" + open.ID}},
		{"county", w.county(), "/desk", []string{"/cases/" + parallel.ID, "/cases/" + parallel.ID + "?visit=2", "/cases/" + parallel.ID + "?act=sendback"}},
		{"lead", w.clerk(), "/desk", []string{"/cases/" + joint, "/cases/" + joint + "?act=conclude", "/cases/" + joint + "?act=leaveout", "/cases/" + joint + "?act=extend"}},
		{"part", w.decider2(), "/desk", []string{"/cases/" + lead, "/cases/" + lead + "?act=decide"}},
		{"keeper", w.as(dbtest.League, "02", "item_reviewer"), "/desk", []string{"/items/" + moved.item + "/migrate", "/items/" + moved.item + "/migrations/" + moved.migration}},
		{"league", w.as(dbtest.League, "30", "supervisor"), "/desk", []string{"/cases", "/cases/" + review.ID}},
	} {
		srv := httptest.NewServer(w.site(s.ctx, s.base))
		t.Cleanup(srv.Close)
		for _, width := range []int64{1440, 390} {
			t.Run(fmt.Sprintf("%s %d", s.name, width), func(t *testing.T) {
				t.Parallel()
				b := kittest.NewBrowser(t).Size(width, 900)
				for i, path := range s.paths {
					b.Open(srv.URL + s.base + path)
					b.Axe(path)
					if n := b.Overflow(); n > 0 {
						t.Errorf("%s is %d px too wide", path, n)
					}
					if dir := os.Getenv("CASES_SHOTS"); dir != "" {
						short := strings.NewReplacer("/", "_", "?", "-").Replace(strings.NewReplacer(joint, "joint", lead, "land", parallel.ID, "parallel", moved.item, "moved", moved.migration, "report", open.ID, "open", review.ID, "review", deliver.ID, "deliver", w.item, "item").Replace(path))
						b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d-%02d%s.png", s.name, width, i, short)), true)
					}
				}
			})
		}
	}
}

// In a real browser: personal data shows at a click, and an impatient double
// click on an act does it once.
func TestClicking(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示·其其格", "k1")
	srv := httptest.NewServer(w.site(w.clerk(), "/desk"))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t).Size(1440, 900).Open(srv.URL + "/desk/cases/" + c.ID)
	b.Do(chromedp.Click(`form[action$="/reveal/phone"] button`), chromedp.WaitNotPresent(`form[action$="/reveal/phone"]`))
	if text := b.Eval(`document.querySelector("main").innerText`); !strings.Contains(text, "13800000001") || strings.Contains(text, "152502199001010012") {
		t.Errorf("after the click: %s", text)
	}
	b.Axe("after revealing")
	b.Do(chromedp.DoubleClick(`#acts button[type=submit]`), chromedp.WaitReady(`.alert-success`))
	v, err := w.cases.Show(w.clerk(), c.ID)
	if err != nil || v.Case.Status != cases.Handling || len(v.Steps) != 2 {
		t.Errorf("after the double click: %s, %d steps, %v", v.Case.Status, len(v.Steps), err)
	}
}
