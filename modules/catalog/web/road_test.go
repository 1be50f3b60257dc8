package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

func TestItemIsWrittenReviewedAndAtOnceBelow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor, village := o.at(t, dbtest.League, "01", "item_editor"), o.at(t, dbtest.Village, "03", "clerk")
	id := draft(t, editor)
	page := editor.Get("/desk/items/" + id + "/edit").Want(http.StatusOK)
	page.Doc().Has("svg.flow desc", "旗县审查").Lacks("#flow-problems").Has("h1", "第 1 版")
	if n := page.Doc().Count("input[name=keywords]"); n != 1 || page.Doc().Attr("input[name=keywords]", "value") != "放牧 割草 草场" {
		t.Errorf("keywords: %q", page.Doc().Attr("input[name=keywords]", "value"))
	}
	editor.Get("/desk/items?span=own&state=draft").Want(http.StatusOK).Doc().Has("tbody tr", "草原作业许可", "草稿", "本级")
	village.Get("/desk/items").Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件的事项")
	village.Get("/desk/items/" + id).Want(http.StatusNotFound)

	editor.Post("/desk/items/"+id+"/edit", with(typed(), "do", "submit", "version", "1")).Want(http.StatusSeeOther)
	review := o.at(t, dbtest.League, "02", "item_reviewer")
	link := review.Get("/desk/items/reviews").Want(http.StatusOK).Doc().Has("tbody tr", "新事项", "演示·01").Attr("td a", "href")
	seen := review.Get(link).Want(http.StatusOK).Doc().Attr("input[name=version]", "value")
	author := o.at(t, dbtest.League, "01", "item_editor", "item_reviewer")
	says(t, author.Get(link).Want(http.StatusOK), "编写人不能审核")
	author.Get("/desk/items/new")
	author.Post(link+"/publish", url.Values{"version": {seen}}).Want(http.StatusForbidden)
	review.Post(link+"/return", url.Values{"version": {seen}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "退回时请写明理由")
	review.Post(link+"/return", url.Values{"version": {seen}, "opinion": {"材料太多"}}).Want(http.StatusSeeOther)
	says(t, editor.Get("/desk/items/"+id).Want(http.StatusOK), "材料太多")
	editor.Post("/desk/items/"+id+"/submit", nil).Want(http.StatusSeeOther)
	review.Get(link).Want(http.StatusOK)
	review.Post(link+"/publish", url.Values{"version": {seen}, "opinion": {"同意"}}).Want(http.StatusConflict).Doc().Has("textarea[name=opinion]", "同意")
	o.approve(t, review)
	village.Get("/desk/items").Want(http.StatusOK).Doc().Has("tbody tr", "草原作业许可", "锡林郭勒盟", "上级", "在用")
	village.Get("/desk/items/"+id).Want(http.StatusOK).Doc().Has("dl.ld-desc", "基本编码").Has("a[href=/sites/152502200200/items/" + id + "]")
}

func TestRevisionIsComparedAndReplaces(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.published(t)
	editor, review := o.at(t, dbtest.League, "01", "item_editor"), o.at(t, dbtest.League, "02", "item_reviewer")
	editor.Get("/desk/items/" + id).Want(http.StatusOK)
	editor.Post("/desk/items/"+id+"/revise", nil).Want(http.StatusSeeOther)
	editor.Post("/desk/items/"+id+"/edit", with(typed(), "do", "submit", "version", "1", "promised_days", "12", "materials.1", "营业执照")).Want(http.StatusSeeOther)
	link := review.Get("/desk/items/reviews").Doc().Has("tbody tr", "修订 · 第 2 版").Attr("td a", "href")
	doc := review.Get(link).Want(http.StatusOK).Doc()
	doc.Has("del", "15 个工作日").Has("ins", "12 个工作日").Has("main", "2 项有变化", "影响清单")
	o.approve(t, review)
	h := editor.Get("/desk/items/" + id + "/history").Want(http.StatusOK).Doc()
	h.Has("tbody tr", "第 2 版", "在用").Has("ins", "12 个工作日")
	editor.Get("/desk/items/" + id + "/flow.bpmn").Want(http.StatusOK)

	act := "/desk/items/" + id + "/acts/cancel"
	review.Get("/desk/items/" + id).Want(http.StatusOK)
	review.Post(act, url.Values{"reason": {"修法"}}).Want(http.StatusForbidden)
	editor.Get(act).Want(http.StatusOK).Doc().Has("textarea[name=reason]")
	editor.Post(act, url.Values{}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "请写明理由")
	editor.Post(act, url.Values{"reason": {"修法"}}).Want(http.StatusSeeOther)
	editor.Post("/desk/items/"+id+"/submit", nil).Want(http.StatusSeeOther)
	o.approve(t, review)
	o.at(t, dbtest.Village, "03", "clerk").Get("/desk/items").Doc().Has(".ld-empty")
}

func TestCountyRefinesForItsBranch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.published(t)
	county := o.at(t, dbtest.County, "04", "item_editor")
	path := "/desk/items/" + id + "/override"
	county.Get(path).Want(http.StatusOK).Doc().Has("tbody tr", "承诺时限", "15 个工作日", "锡林郭勒盟", "只能缩短")
	for name, c := range map[string]struct {
		form url.Values
		want string
	}{
		"longer":        {url.Values{"promised_days": {"18"}}, "承诺办结时限只能缩短"},
		"legal basis":   {url.Values{"legal_basis.0": {"别的法"}}, "“设定依据”由上级统一规定"},
		"statute":       {url.Values{"statutory_days": {"30"}}, "“法定办结时限”由上级统一规定"},
		"department":    {url.Values{"department": {"别的局"}}, "“实施部门”由上级统一规定"},
		"more material": {url.Values{"add_materials": {"户口簿"}}, "申请材料只能减少"},
	} {
		form := c.form
		form.Set("version", "0")
		form.Set("phone", "0479-1111111")
		doc := county.Post(path, form).Want(http.StatusForbidden).Doc()
		doc.Has(".alert-danger", c.want)
		if doc.Attr("input[name=phone]", "value") != "0479-1111111" {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	good := url.Values{"version": {"0"}, "promised_days": {"10"}, "address": {"额尔敦路 1 号"}, "drop_materials": {"居民身份证"}}
	county.Post(path, good).Want(http.StatusSeeOther)
	county.Get(path).Want(http.StatusOK).Doc().Has("tbody tr", "承诺时限", "15 个工作日", "本级已改", "恢复上级内容").Has(".ld-timeline", "承诺时限", "10 个工作日")
	tells(t, county.Get("/desk/items/"+id).Want(http.StatusOK), "来自：锡林浩特市", "锡林郭勒盟")
	says(t, county.Post(path, good).Want(http.StatusConflict), "刚才有人保存了")
	says(t, county.Get(path), "承诺时限比流程各环节的时限之和还短")
	for at, want := range map[tenancy.ID]string{dbtest.Village: "10 个工作日", dbtest.Village2: "10 个工作日", dbtest.Village3: "15 个工作日", dbtest.County2: "15 个工作日"} {
		body := o.at(t, at, "05", "clerk").Get("/desk/items/" + id).Want(http.StatusOK).Body
		if !strings.Contains(body, want) || strings.Contains(body, "额尔敦路") != (want == "10 个工作日") {
			t.Errorf("at %s the page does not say %s", at, want)
		}
	}
	o.at(t, dbtest.Village, "05", "clerk").Get(path).Want(http.StatusOK)
	v := o.at(t, dbtest.Village, "05", "clerk")
	v.Get(path)
	v.Post(path, url.Values{"version": {"0"}, "promised_days": {"5"}}).Want(http.StatusForbidden).Doc().Has(".alert-danger", "事项编辑")
	o.at(t, dbtest.League, "01", "item_editor").Get(path).Want(http.StatusConflict)
}

func TestEditorKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/new").Want(http.StatusOK).Doc().Has("svg.flow")
	bad := with(typed(), "do", "submit", "basic_code", "000516001000", "promised_days", "30", "legal_basis.n", "0", "onsite_times", "many", "materials.1", "申请书")
	doc := editor.Post("/desk/items", bad).Want(http.StatusUnprocessableEntity).Doc()
	doc.Has(".ld-summary", "到现场次数")
	bad.Set("onsite_times", "0")
	doc = editor.Post("/desk/items", bad).Want(http.StatusUnprocessableEntity).Doc()
	doc.Has(".ld-summary", "基本编码第 3、4 位", "承诺时限不得长于法定时限", "设定依据", "材料名称重复")
	if doc.Attr("input[name=name]", "value") != "草原作业许可" || doc.Attr("input[name=materials.0]", "value") != "申请书" {
		t.Error("what was typed is lost")
	}
	// Rows are added, moved and removed without saving anything.
	doc = editor.Post("/desk/items", with(typed(), "do", "materials+")).Want(http.StatusOK).Doc()
	if doc.Attr("input[name=materials.n]", "value") != "3" {
		t.Error("no row was added")
	}
	doc = editor.Post("/desk/items", with(typed(), "do", "flow_2")).Want(http.StatusOK).Doc()
	if doc.Attr("input[name=flow.3]", "value") != "旗县审查" || doc.Count("#flow-problems") != 0 {
		t.Error("the step was not moved")
	}
	doc = editor.Post("/desk/items", with(typed(), "do", "materials-0")).Want(http.StatusOK).Doc()
	if doc.Attr("input[name=materials.0]", "value") != "居民身份证" {
		t.Error("the wrong row was removed")
	}
	editor.Get("/desk/items?span=own").Doc().Has(".ld-empty")
}

func TestDoubleSubmitAndStaleDraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	id := draft(t, editor)
	again := editor.Post("/desk/items", typed()).Want(http.StatusSeeOther)
	if !strings.Contains(again.Header.Get("Location"), id) {
		t.Errorf("the same form twice made another item: %s", again.Header.Get("Location"))
	}
	taken := editor.Post("/desk/items", with(typed(), "idem", "0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c0002")).Want(http.StatusUnprocessableEntity)
	taken.Doc().Has(".ld-summary", "本级已有使用该基本编码的事项")
	editor.Post("/desk/items/"+id+"/edit", with(typed(), "version", "1", "department", "甲局")).Want(http.StatusSeeOther)
	doc := editor.Post("/desk/items/"+id+"/edit", with(typed(), "version", "1", "department", "乙局")).Want(http.StatusConflict).Doc()
	doc.Has("del", "乙局").Has("ins", "甲局")
	if doc.Attr("input[name=department]", "value") != "乙局" || doc.Attr("form input[name=version]", "value") != "2" {
		t.Error("the loser's text is lost, or she cannot go on")
	}
	editor.Post("/desk/items/"+id+"/edit", with(typed(), "version", "2", "department", "乙局")).Want(http.StatusSeeOther)
	stranger := o.at(t, dbtest.County, "06", "item_editor")
	stranger.Get("/desk/items/new")
	stranger.Post("/desk/items/"+id+"/edit", typed()).Want(http.StatusNotFound)
	clerk := o.at(t, dbtest.League, "07", "clerk")
	clerk.Get("/desk/items/new").Want(http.StatusForbidden)
	clerk.Post("/desk/items", typed()).Want(http.StatusForbidden)
}

func TestBadFlowIsNotSubmitted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/new")
	res := editor.Post("/desk/items", with(typed(), "do", "submit", "flow.3.limit", "9")).Want(http.StatusSeeOther)
	if !strings.HasSuffix(res.Header.Get("Location"), "/edit") {
		t.Fatalf("a flow longer than the promise went to review: %s", res.Header.Get("Location"))
	}
	doc := editor.Get(res.Header.Get("Location")).Want(http.StatusOK).Doc()
	doc.Has("#flow-problems", "超过承诺办结时限", "16 > 15")
}

const branching = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"><bpmn:process id="p" name="分支"><bpmn:parallelGateway id="g"/></bpmn:process></bpmn:definitions>`

func TestUploadListsProblems(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	send := uploader(t, o.desk(staff(t, dbtest.League, "01", "item_editor")))
	send("<html/>").Has("#flow-problems", "不是 BPMN 2.0 文件")
	send(branching).Has("#flow-problems", "必须有且只有一个开始")
	good := string(o.flows.Compose("上传", []struct {
		ID, Name, Kind, Level, Tenant, Post string
		Limit                               int
	}{{Name: "收件", Kind: "accept", Level: "own", Post: "clerk", Limit: 1}, {Name: "批", Kind: "decide", Level: "county", Post: "decider", Limit: 2}}))
	doc := send(good).Lacks("#flow-problems").Has("svg.flow desc", "收件")
	if doc.Attr("input[name=flow.1]", "value") != "批" {
		t.Error("the uploaded steps are not in the list")
	}
	branch, err := os.ReadFile("../../flows/testdata/branch.bpmn")
	if err != nil {
		t.Fatal(err)
	}
	doc = send(string(branch)).Has("button[value=straighten]", "改用环节清单")
	if !strings.Contains(doc.Attr("input[name=bpmn]", "value"), "exclusiveGateway") {
		t.Error("the branching flow is not carried along")
	}
	// Saved as it is, it comes back as a drawing and can be taken out again.
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/new")
	saved := editor.Post("/desk/items", with(typed(), "bpmn", string(branch))).Want(http.StatusSeeOther).Header.Get("Location")
	editor.Get(saved).Want(http.StatusOK).Doc().Has("button[value=straighten]")
	if got := editor.Get(strings.TrimSuffix(saved, "edit") + "flow.bpmn").Want(http.StatusOK).Body; strings.TrimSpace(got) != strings.TrimSpace(string(branch)) {
		t.Errorf("another flow came back:\n%s", got)
	}
	doc = editor.Post(saved, with(typed(), "do", "straighten", "version", "1", "bpmn", string(branch))).Want(http.StatusOK).Doc()
	doc.Lacks("input[name=bpmn]").Has("input[name=flow.0]")
}

// uploader posts the editor with a BPMN file and returns the page.
func uploader(t *testing.T, h http.Handler) func(xml string) kittest.Doc {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	return func(xml string) kittest.Doc {
		t.Helper()
		token := fetch(t, client, http.MethodGet, srv.URL+"/desk/items/new", nil, "").Attr("input[name="+kit.CSRFFieldName+"]", "value")
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		_ = m.WriteField(kit.CSRFFieldName, token)
		for k, vs := range with(typed(), "do", "upload") {
			for _, v := range vs {
				_ = m.WriteField(k, v)
			}
		}
		part, err := m.CreateFormFile("bpmn_file", "x.bpmn")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(xml))
		_ = m.Close()
		return fetch(t, client, http.MethodPost, srv.URL+"/desk/items", &body, m.FormDataContentType())
	}
}

func fetch(t *testing.T, c *http.Client, method, url string, body *bytes.Buffer, contentType string) kittest.Doc {
	t.Helper()
	if body == nil {
		body = &bytes.Buffer{}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var page bytes.Buffer
	if _, err := page.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return kittest.Parse(t, page.String())
}

func TestExportAndFilters(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(t)
	county := o.at(t, dbtest.County, "04", "item_editor")
	res := county.Get("/desk/items/export.xlsx?q=放牧").Want(http.StatusOK)
	if !strings.HasPrefix(res.Body, "PK") {
		t.Error("no workbook")
	}
	for query, want := range map[string]int{
		"?q=放牧": 1, "?q=没有": 0, "?kind=01&owner=league&state=published": 1, "?kind=05": 0, "?owner=county": 0, "?span=own": 0, "?span=inherited": 1,
		"?span=below": 0, "?department=" + url.QueryEscape("林业和草原局"): 1, "?sort=-days": 1, "?span=everything": 1,
	} {
		doc := county.Get("/desk/items" + query).Want(http.StatusOK).Doc()
		if n := doc.Count("tbody tr"); n != want {
			t.Errorf("%s: %d rows, want %d", query, n, want)
		}
	}
}
