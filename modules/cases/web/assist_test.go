package web_test

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// sender is a browser that sends forms with files.
type sender struct {
	t    *testing.T
	url  string
	http *http.Client
}

func newSender(t *testing.T, h http.Handler) sender {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return sender{t, srv.URL, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (s sender) do(req *http.Request, err error) (int, string, http.Header) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := s.http.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func (s sender) get(path string) (int, string) {
	s.t.Helper()
	status, body, _ := s.do(http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil))
	return status, body
}

// post opens page, and sends fields and files (name → content) with its token and key.
func (s sender) post(page, path string, fields map[string]string, files map[string][]byte) (int, kittest.Doc, http.Header) {
	s.t.Helper()
	_, body := s.get(page)
	doc := kittest.Parse(s.t, body)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	all := map[string]string{kit.CSRFFieldName: doc.Attr("main input[name=csrf_token]", "value"), kit.IdemFieldName: doc.Attr("input[name=idem]", "value")}
	maps.Copy(all, fields)
	for k, v := range all {
		_ = m.WriteField(k, v) // into memory
	}
	for name, content := range files {
		field, file, _ := strings.Cut(name, "=")
		part, err := m.CreateFormFile(field, file)
		if err != nil {
			s.t.Fatal(err)
		}
		_, _ = part.Write(content) // into memory
	}
	_ = m.Close()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, &b)
	if err == nil {
		req.Header.Set("Content-Type", m.FormDataContentType())
	}
	status, answer, head := s.do(req, err)
	return status, kittest.Parse(s.t, answer), head
}

func applicant() map[string]string {
	return map[string]string{"kind": "person", "name": "演示·乌兰", "number": "152502199001010012", "phone": "13800000002", "q-area": "120.5", "q-use": "打草", "confirm": "1"}
}

func TestAssistFilesACase(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := newSender(t, w.site(w.clerk(), "/desk"))
	if status, body := s.get("/desk/assist?q=草原"); status != 200 || !strings.Contains(body, w.item) {
		t.Fatalf("search: %d\n%s", status, body)
	}
	form, contract := "/desk/assist/"+w.item, map[string][]byte{"material-0=合同.png": png()}
	fields := applicant()
	fields["number"], fields["address"] = " 11010519491231002x ", "第一嘎查12号"
	fields["idem"] = "11111111-1111-4111-8111-111111111111"
	status, doc, head := s.post(form, form, fields, contract)
	if status != 303 {
		t.Fatalf("filing: %d %s", status, doc.Text("main"))
	}
	done := head.Get("Location")
	// The same form once more leads to the same case.
	status, _, head = s.post(form, form, fields, contract)
	if status != 303 || head.Get("Location") != done {
		t.Fatalf("twice: %d to %s, want %s", status, head.Get("Location"), done)
	}
	_, body := s.get(done)
	kittest.Parse(t, body).Has(".alert-success", "申请已提交", "152502200200")
	caseID := strings.TrimPrefix(done, "/desk/assist/done/")
	_, body = s.get("/desk/cases/" + caseID)
	kittest.Parse(t, body).Has("main", "帮办代办", "人11", "作业面积（亩）", "120.5", "合同.png")
	_, body = s.get("/desk/cases/" + caseID + "/papers/receipt")
	kittest.Parse(t, body).Has(".ld-paper", "演示·乌兰", "草原承包合同", "帮办代办", "人11", "五个工作日")
	p, err := w.cases.List(w.clerk(), cases.Query{Text: "11010519491231002x"}) // however it was typed
	if err != nil || p.Total != 1 {
		t.Fatalf("%d cases, %v", p.Total, err)
	}
}

// What is wrong stands beside its field, what was typed and uploaded stays.
func TestAssistRefuses(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := newSender(t, w.site(w.clerk(), "/desk"))
	form := "/desk/assist/" + w.item
	for _, c := range []struct {
		name   string
		change map[string]string
		files  map[string][]byte
		field  string
		says   string
	}{
		{"wrong number", map[string]string{"number": "152502199001010013"}, map[string][]byte{"material-0=a.png": png()}, "number", ""},
		{"wrong phone", map[string]string{"phone": "12"}, map[string][]byte{"material-0=a.png": png()}, "phone", ""},
		{"no name", map[string]string{"name": ""}, map[string][]byte{"material-0=a.png": png()}, "name", "2 至 60"},
		{"no answer", map[string]string{"q-area": ""}, map[string][]byte{"material-0=a.png": png()}, "q-area", "不能为空"},
		{"a word for a number", map[string]string{"q-area": "很大"}, map[string][]byte{"material-0=a.png": png()}, "q-area", "数字"},
		{"no such option", map[string]string{"q-use": "挖矿"}, map[string][]byte{"material-0=a.png": png()}, "q-use", "选项"},
		{"no contract", nil, nil, "material-0", "必要材料"},
		{"a program", nil, map[string][]byte{"material-0=a.exe": []byte("MZ\x90\x00")}, "material-0", "只接受"},
		{"a lie", nil, map[string][]byte{"material-0=a.pdf": png()}, "material-0", "扩展名不符"},
		{"not confirmed", map[string]string{"confirm": ""}, map[string][]byte{"material-0=a.png": png()}, "confirm", "核对"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields := applicant()
			maps.Copy(fields, c.change)
			status, doc, _ := s.post(form, form, fields, c.files)
			if status != 422 {
				t.Fatalf("status %d: %s", status, doc.Text("main"))
			}
			doc.Has("#f-"+c.field+"-error", c.says).Has(".ld-summary")
			if got := doc.Attr("input[name=name]", "value"); got != fields["name"] {
				t.Errorf("the typed name came back as %q", got)
			}
			if kept := doc.Attr("input[name=kept-0]", "value"); (kept != "") != (len(c.files) > 0 && c.field != "material-0") {
				t.Errorf("kept upload: %q", kept)
			}
		})
	}
}

// An upload of a refused try is not asked for again.
func TestAssistKeepsUploads(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := newSender(t, w.site(w.clerk(), "/desk"))
	form, fields := "/desk/assist/"+w.item, applicant()
	fields["phone"] = "12"
	_, doc, _ := s.post(form, form, fields, map[string][]byte{"material-0=合同.png": png()})
	fields["phone"], fields["kept-0"] = "13800000002", doc.Attr("input[name=kept-0]", "value")
	if status, doc, _ := s.post(form, form, fields, nil); status != 303 {
		t.Fatalf("second try: %d %s", status, doc.Text("main"))
	}
	fields["kept-0"] = "00000000-0000-4000-8000-000000000000 theft.png"
	if status, _, _ := s.post(form, form, fields, nil); status != 404 {
		t.Errorf("somebody else's upload: %d", status)
	}
}

// Who may not file is told before anything is typed.
func TestAssistTellsEarly(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.desk(w.as(dbtest.Village, "40", "reviewer")).Get("/desk/assist").Want(403).Doc().Has(".ld-error-why", "受理（窗口）人员")
	county := w.desk(w.as(dbtest.County, "41", "clerk"))
	county.Get("/desk/assist").Want(200)
	county.Get("/desk/assist/"+w.item).Want(409).Doc().Has(".ld-error", "该事项不在本级受理")
	county.Get("/desk/assist/00000000-0000-4000-8000-000000000000").Want(404)
}

// What is suspended is named with the reason, and is no tile to begin with.
func TestAssistNamesWhatIsSuspended(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	clerk := w.desk(w.clerk())
	clerk.Get("/desk/assist").Want(200).Doc().Has("a.ld-tile", "草原作业许可")
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Begin(editor, w.item, catalog.ActSuspend, "系统升级")
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(w.as(dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		t.Fatal(err)
	}
	clerk.Get("/desk/assist").Want(200).Doc().Has("main", "草原作业许可暂停办理", "系统升级").Lacks("a.ld-tile")
	clerk.Get("/desk/assist/"+w.item).Want(409).Doc().Has(".ld-error", "系统升级")
}

func TestUploadWithAnAct(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "pre")
	s := newSender(t, w.site(w.township(), "/desk"))
	page := "/desk/cases/" + c.ID
	// Refused for want of an opinion, the upload is kept.
	status, doc, _ := s.post(page, page+"/acts/pass", map[string]string{"version": version(c)}, map[string][]byte{"papers=勘验.png": png()})
	kept := doc.Attr("input[name=kept]", "value")
	if status != 422 || !strings.Contains(kept, "勘验.png") {
		t.Fatalf("%d, kept %q", status, kept)
	}
	status, doc, _ = s.post(page, page+"/acts/pass", map[string]string{"version": version(c), "opinion": "属实"}, map[string][]byte{"papers=坏的.pdf": []byte("no pdf")})
	if status != 422 || doc.Text("#f-papers-error") == "" {
		t.Fatalf("bad file: %d %s", status, doc.Text("main"))
	}
	if status, _, _ = s.post(page, page+"/acts/pass", map[string]string{"version": version(c), "opinion": "属实", "kept": kept}, nil); status != 303 {
		t.Fatalf("with the kept file: %d", status)
	}
	fs, err := w.files.OfCase(w.township(), c.ID)
	if err != nil || len(fs) != 2 || fs[1].StepSeq != 2 || fs[1].TenantID != dbtest.Village {
		t.Errorf("files of the case: %+v, %v", fs, err)
	}
}

// TestAssistAsksFirst asks for the situation before the form, and files what it leads to.
func TestAssistAsksFirst(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.publish(catalog.Situation{Question: "有没有承包合同？", Options: []catalog.Option{
		{ID: "yes", Label: "有", Effect: catalog.Effect{Materials: []string{"草原承包合同"}}}, {ID: "no", Label: "没有", Effect: catalog.Effect{Days: 7}},
	}})
	s := newSender(t, w.site(w.clerk(), "/desk"))
	form := "/desk/assist/" + item
	_, body := s.get(form)
	kittest.Parse(t, body).Has(".ld-ask legend", "有没有承包合同").Lacks("input[name=number]")
	_, body = s.get(form + "?c=yes")
	kittest.Parse(t, body).Has(".ld-answers", "有").Has("main", "草原承包合同")
	_, body = s.get(form + "?c=no")
	if strings.Contains(body, "草原承包合同") {
		t.Error("a paper is asked for that the situation does not need")
	}
	fields := applicant()
	if status, doc, _ := s.post(form+"?c=no", form, fields, nil); status == 303 {
		t.Fatalf("filed without an answer: %s", doc.Text("main"))
	}
	fields["c"] = "no"
	status, doc, head := s.post(form+"?c=no", form, fields, nil)
	if status != 303 {
		t.Fatalf("filing: %d %s", status, doc.Text("main"))
	}
	id := strings.TrimPrefix(head.Get("Location"), "/desk/assist/done/")
	_, body = s.get("/desk/cases/" + id)
	kittest.Parse(t, body).Has("main", "有没有承包合同", "没有", "7 个工作日")
	_, body = s.get("/desk/cases/" + id + "/papers/receipt")
	kittest.Parse(t, body).Has(".ld-paper", "办理情形", "没有")
}
