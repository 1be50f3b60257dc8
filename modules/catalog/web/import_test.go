package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/xuri/excelize/v2"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// send uploads a list and returns where the answer leads, and its page.
func send(t *testing.T, desk http.Handler, name string, content []byte, want int) (to string, page kittest.Doc) {
	t.Helper()
	srv := httptest.NewServer(desk)
	defer srv.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := ask(t, &c, http.MethodGet, srv.URL+"/desk/items/imports", "", nil)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteField(kit.CSRFFieldName, kittest.Parse(t, form.body).Attr("input[name="+kit.CSRFFieldName+"]", "value")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := ask(t, &c, http.MethodPost, srv.URL+"/desk/items/imports", w.FormDataContentType(), &b)
	if got.status != want {
		t.Fatalf("status %d, want %d: %s", got.status, want, got.body)
	}
	return got.to, kittest.Parse(t, got.body)
}

type answer struct {
	status   int
	to, body string
}

func ask(t *testing.T, c *http.Client, method, url, kind string, body io.Reader) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(all)}
}

const list = "区县部门,name,task_type,source_item_code,事项依据\n区林草局,草原许可甲,1,511Z-1,某法\n区林草局,草原许可乙,奇怪,511Z-2,\n"

func TestListIsTriedMappedAndImported(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor, desk := o.at(t, dbtest.County, "03", "item_editor"), o.desk(staff(t, dbtest.County, "03", "item_editor"))
	at, _ := send(t, desk, "清单.csv", []byte(list), http.StatusSeeOther)
	page := editor.Get(at).Want(http.StatusOK).Doc()
	page.Has("h1", "导入 清单.csv").Has("#trial tbody", "草原许可乙", "有错误", "代码表中没有这个值").Has(".ld-disabled", "有 1 行错误")
	if got := page.Attr("#f-columns-0 option[selected]", "value"); got != "" {
		t.Errorf("an unknown column is taken for %q", got)
	}
	editor.Post(at+"/start", url.Values{"confirmed": {"1"}}).Want(http.StatusConflict)

	editor.Get(at)
	wrong := url.Values{"columns.0": {"name"}, "columns.1": {"name"}, "columns.3": {"local_codes"}, "scheme": {"sichuan"}}
	editor.Post(at, wrong).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "一个字段只能对应一列")
	right := url.Values{"columns.0": {"department"}, "columns.1": {"name"}, "columns.2": {"type"}, "columns.3": {"local_codes"}, "columns.4": {""}, "scheme": {"sichuan"}, "partial": {"1"}}
	editor.Post(at, right).Want(http.StatusSeeOther)
	editor.Get(at+"?only=create").Want(http.StatusOK).Doc().Has("#trial tbody", "草原许可甲", "新建草稿")
	editor.Post(at+"/start", nil).Want(http.StatusOK).Doc().Has("h2", "开始导入？")
	editor.Post(at+"/start", url.Values{"confirmed": {"1"}}).Want(http.StatusSeeOther)
	editor.Get(at).Want(http.StatusOK).Doc().Has("#outcome .alert", "新建 1")
	editor.Get("/desk/items/imports").Doc().Has("tbody", "清单.csv", "已完成")
	editor.Get("/desk/items?span=own&state=draft").Doc().Has("tbody tr", "草原许可甲", "区林草局")
	editor.Get("/desk/items/check").Want(http.StatusOK).Doc().Has("tbody", "没有设定依据", "没有咨询电话")
	editor.Get("/desk/items/check?rule=no_phone").Want(http.StatusOK).Doc().Has("tbody", "草原许可甲")
	if sheet := workbook(t, editor.Get("/desk/items/check.xlsx?rule=no_phone").Want(http.StatusOK)); len(sheet) != 2 || sheet[1][4] != "草原许可甲" {
		t.Errorf("%q", sheet)
	}
	clerk := o.at(t, dbtest.County, "04", "clerk")
	clerk.Get("/desk/items/imports").Want(http.StatusForbidden)
	clerk.Get(at).Want(http.StatusForbidden)
}

func workbook(t *testing.T, res kittest.Response) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader([]byte(res.Body)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetList()[0])
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// What is exported comes back without a change; the template comes in as it is.
func TestExportAndTemplateAreImportable(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(t)
	editor, desk := o.at(t, dbtest.League, "01", "item_editor"), o.desk(staff(t, dbtest.League, "01", "item_editor"))
	exported := editor.Get("/desk/items/export.xlsx?span=own").Want(http.StatusOK)
	at, _ := send(t, desk, "out.xlsx", []byte(exported.Body), http.StatusSeeOther)
	editor.Get(at).Want(http.StatusOK).Doc().Has("#trial tbody", "草原作业许可", "没有变化").Has(".ld-disabled", "没有需要导入的内容")
	template := editor.Get("/desk/items/imports/template.xlsx").Want(http.StatusOK)
	at, _ = send(t, desk, "模板.xlsx", []byte(template.Body), http.StatusSeeOther)
	editor.Get(at).Want(http.StatusOK).Doc().Has("#trial tbody", "草原征占用审核").Lacks(".ld-field-error")
	_, refused := send(t, desk, "图.png", []byte("\x89PNG\x00\x00"), http.StatusUnprocessableEntity)
	refused.Has(".ld-summary", "事项清单文件")
}

func TestEditorShowsFindingsAndCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor, reviewer := o.at(t, dbtest.League, "01", "item_editor"), o.at(t, dbtest.League, "02", "item_reviewer")
	editor.Get("/desk/items/new").Want(http.StatusOK)
	to := editor.Post("/desk/items", with(typed(), "organ_code", "11370800mb28559184", "handlings.n", "2", "handlings.0", "新办", "handlings.0.id", "h1", "handlings.1", "延续", "handlings.1.id", "h2", "local_codes", "sichuan:511A\n其他编号", "fees.n", "1", "fees.0", "工本费")).Want(http.StatusSeeOther).Header.Get("Location")
	page := editor.Get(to).Want(http.StatusOK).Doc()
	page.Has("#findings", "收费没有依据")
	if got := page.Text("textarea[name=local_codes]"); got != "sichuan:511A local:其他编号" {
		t.Errorf("local codes %q", got)
	}
	id := to[len("/desk/items/") : len(to)-len("/edit")]
	editor.Post("/desk/items/"+id+"/submit", nil).Want(http.StatusSeeOther)
	o.approve(t, reviewer)
	editor.Get("/desk/items/"+id).Want(http.StatusOK).Doc().Has("tbody", "实施编码", "11370800MB285591843000116001000", "11370800MB28559184300011600100002", "延续").Has("dl", "四川省事项编码")
}

func TestImportPagesAreAccessible(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor, desk := o.at(t, dbtest.County, "03", "item_editor"), o.desk(staff(t, dbtest.County, "03", "item_editor"))
	at, _ := send(t, desk, "清单.csv", []byte(list), http.StatusSeeOther)
	done, _ := send(t, desk, "又一份.csv", []byte("name,source_item_code,task_type\n草原许可丙,511Z-3,行政许可\n"), http.StatusSeeOther)
	editor.Get(done)
	editor.Post(done+"/start", url.Values{"confirmed": {"1"}}).Want(http.StatusSeeOther)
	editor.Get("/desk/items/new")
	draft := editor.Post("/desk/items", with(typed(), "fees.n", "1", "fees.0", "工本费", "organ_code", "11370800MB28559184")).Want(http.StatusSeeOther).Header.Get("Location")
	srv := httptest.NewServer(o.desk(staff(t, dbtest.County, "03", "item_editor")))
	t.Cleanup(srv.Close)
	look(t, "import", srv.URL, []string{"/desk/items/imports", at, done, "/desk/items/check", "/desk/items/check?rule=no_phone", draft})
}
