package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	filesweb "liandong/modules/files/web"
	"liandong/modules/flows"
	"liandong/modules/materials"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/tree"
)

// cases serves pages of cases to whoever ctx says.
func (k *keeper) pages(ctx context.Context, t *testing.T) http.Handler {
	t.Helper()
	scope, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return bench(scope, func(r chi.Router, shell kit.Shell) {
		filesweb.Mount(r, filesweb.Deps{Service: k.files, Shell: shell, Base: "/desk"})
		casesweb.Mount(r, casesweb.Deps{
			Service: k.cases, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: homeLabel, Href: "/desk"}, Flows: drawings{k.db, flows.NewService()},
			Files: papers{k.files}, Offers: shelf{k.items, tree.New(k.db, nil)}, Library: sharing{k.lib, k.files}, Now: dbtest.Now,
		})
	})
}

// onePage is a PDF of one empty page.
const onePage = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// reusing is a case in which a material was used again, and the file of it.
func (k *keeper) reusing(t *testing.T) (c cases.Case, file string) {
	t.Helper()
	k.accepted(t, "first", false)
	citizen := as(t, dbtest.Village, "10")
	os, err := k.lib.Mine(citizen, "person", herNumber, called(contract))
	if err != nil || len(os[contract]) != 1 {
		t.Fatal(os, err)
	}
	if file, err = k.lib.Use(citizen, "person", herNumber, os[contract][0].TenantID, os[contract][0].ID, contract); err != nil {
		t.Fatal(err)
	}
	in := filing(k.item, "second")
	sheet, err := k.files.Upload(citizen, "方案.pdf", "放牧方案", strings.NewReader(onePage))
	if err != nil {
		t.Fatal(err)
	}
	in.Files = []string{file, sheet.ID}
	if c, err = k.cases.File(citizen, in); err != nil {
		t.Fatal(err)
	}
	if c, err = k.cases.Accept(as(t, dbtest.Village, "11", policies.Clerk), c.ID, c.Version, "齐全"); err != nil {
		t.Fatal(err)
	}
	return c, file
}

// A clerk who answers a notice for the applicant is offered what she handed in before.
func TestAnswersUseMaterialsAgain(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	k.accepted(t, "first", false)
	clerk := as(t, dbtest.Village, "11", policies.Clerk)
	c, err := k.cases.File(clerk, filing(k.item, "second"))
	if err == nil {
		c, err = k.cases.AskSupplement(clerk, c.ID, c.Version, []string{contract, "牧户照片"}, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(k.pages(clerk, t))
	t.Cleanup(srv.Close)
	page := "/desk/cases/" + c.ID + "?act=answer"
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900).Open(srv.URL + page)
		b.Axe("an answer")
		if n := b.Overflow(); n > 0 {
			t.Errorf("%d px too wide at %d", n, width)
		}
		if dir := os.Getenv("MATERIALS_SHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, fmt.Sprintf("answer-%d.png", width)), true)
		}
	}
	desk := kittest.NewClient(t, k.pages(clerk, t))
	doc := desk.Get(page).Want(http.StatusOK).Doc().Has("#acts", "申请人提交过，可直接使用", contract, "第一嘎查")
	form := url.Values{"version": {fmt.Sprint(c.Version)}, "opinion": {"到窗口补正"}, "reuse": {doc.Attr(`#acts input[name=reuse]`, "value")}}
	desk.Post("/desk/cases/"+c.ID+"/acts/answer", url.Values{"version": form["version"], "reuse": {"1.00000000-0000-4000-8000-000000000000|" + contract}}).Want(http.StatusUnprocessableEntity)
	desk.Post("/desk/cases/"+c.ID+"/acts/answer", form).Want(http.StatusSeeOther)
	fs, err := k.files.OfCase(clerk, c.ID)
	if err != nil || len(fs) != 1 || fs[0].Material != contract {
		t.Errorf("the case holds %+v, %v", fs, err)
	}
	if used, err := k.lib.InCase(clerk, []string{fs[0].ID}); err != nil || used[fs[0].ID].Grade != materials.Upload {
		t.Errorf("known of it: %+v, %v", used, err)
	}
}

func TestFilesBesideTheForm(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	c, file := k.reusing(t)
	page := "/desk/cases/" + c.ID
	reviewer := kittest.NewClient(t, k.pages(as(t, c.AtTenant, "12", policies.Reviewer), t))
	reviewer.Get(page).Want(http.StatusOK).Doc().Has("main", "共享 C 级 待核原件", "请核对原件", "申请人的其他办件（1 件）", "同一事项还有 1 件")
	reviewer.Get(page+"/files/"+file).Want(http.StatusOK).Doc().Has("main", "可信等级", "申请人自己上传", "办件信息", "核定", "放牧方案").Has(".ld-viewer img").Has("a[data-viewer-next]", "下一个")
	reviewer.Get(page + "/files/" + firstID).Want(http.StatusNotFound)
	shown := reviewer.Get("/desk/files/" + file + "?view=1").Want(http.StatusOK)
	if shown.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("a file beside the form: %v", shown.Header)
	}
	if h := reviewer.Get("/desk/files/" + file).Want(http.StatusOK).Header; h.Get("X-Frame-Options") != "DENY" {
		t.Errorf("a download may be framed: %v", h)
	}
	reviewer.Post(page+"/files/"+file+"/judge", url.Values{"verdict": {"rejected"}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "理由")
	reviewer.Post(page+"/files/"+file+"/judge", url.Values{"verdict": {"rejected"}, "reason": {"合同已到期"}}).Want(http.StatusSeeOther)
	reviewer.Post(page+"/files/"+file+"/judge", url.Values{"verdict": {"accepted"}}).Want(http.StatusConflict)
	reviewer.Get(page).Want(http.StatusOK).Doc().Has("main", "不采用：合同已到期")
	k.work(t)
	if os, err := k.lib.Mine(as(t, dbtest.Village, "10"), "person", herNumber, called(contract)); err != nil || len(os) != 0 {
		t.Errorf("what was rejected is offered: %v, %v", os, err)
	}
	above := kittest.NewClient(t, k.pages(as(t, dbtest.League, "16", policies.Supervisor), t))
	above.Get(page + "/files/" + file).Want(http.StatusOK).Doc().Lacks("#f-verdict-0")
	above.Post(page+"/files/"+file+"/judge", url.Values{"verdict": {"accepted"}}).Want(http.StatusForbidden)
	elsewhere := kittest.NewClient(t, k.pages(as(t, dbtest.County2, "16", policies.Supervisor), t))
	elsewhere.Get(page + "/files/" + file).Want(http.StatusNotFound)
}

func TestClerksUseMaterialsAgain(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	k.accepted(t, "first", true)
	c := kittest.NewClient(t, k.pages(as(t, dbtest.Village, "11", policies.Clerk), t))
	at := "/desk/assist/" + k.item
	form := url.Values{"kind": {"person"}, "name": {"演示·其其格"}, "phone": {"13800000001"}, "do": {"find"}}
	c.Get(at).Want(http.StatusOK).Doc().Has("main", "查找申请人提交过的材料")
	c.Post(at, form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-number-error")
	form.Set("number", "152502199001010020")
	c.Post(at, form).Want(http.StatusOK).Doc().Has("main", "没有找到")
	form.Set("number", herNumber)
	found := c.Post(at, form).Want(http.StatusOK).Doc().Has("main", "可直接使用", "B 级 已核原件")
	var which string
	for _, v := range found.Attrs("input[name=reuse-0]", "value") {
		which = v
	}
	form.Del("do")
	form.Set("reuse-0", which)
	form.Set("confirm", "1")
	form.Set("idem", found.Attr("input[name=idem]", "value"))
	done := c.Post(at, form).Want(http.StatusSeeOther)
	id := filepath.Base(done.Header.Get("Location"))
	c.Get("/desk/cases/"+id).Want(http.StatusOK).Doc().Has("main", "共享 B 级 已核原件")
}

// TestFilesBesideTheFormLook looks at the pages in a browser, and uses its keys. With
// LIANDONG_SHOTS set to a folder it leaves pictures there.
func TestFilesBesideTheFormLook(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	c, file := k.reusing(t)
	srv := httptest.NewServer(k.pages(as(t, c.AtTenant, "12", policies.Reviewer), t))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for name, path := range map[string]string{"case": "/desk/cases/" + c.ID, "file": "/desk/cases/" + c.ID + "/files/" + file} {
			b.Open(srv.URL + path).Axe(name)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", name, n, width)
			}
			if dir := os.Getenv("LIANDONG_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)), true)
			}
		}
	}
	b.Open(srv.URL+"/desk/cases/"+c.ID+"/files/"+file).Do(chromedp.Focus(".ld-viewer-stage"), chromedp.KeyEvent("+"), chromedp.KeyEvent("r"))
	said := fmt.Sprint(b.Eval(`document.querySelector(".ld-viewer-say").textContent`))
	b.Do(chromedp.Click("a[data-viewer-next]"), chromedp.WaitReady("iframe.ld-viewer-pdf"))
	b.Axe("a PDF")
	if said != "125%，旋转 90 度" {
		t.Errorf("after the keys: %q", said)
	}
}
