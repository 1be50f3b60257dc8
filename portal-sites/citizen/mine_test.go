package citizen_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// divided is an item whose materials, fee and time depend on what is chosen.
func divided() catalog.Body {
	b := grass()
	b.Name, b.BasicCode = "草原征占用审核", "000164002000"
	b.Materials = append(b.Materials, catalog.Material{Name: "延续申请书", Need: "1", Source: "10", Form: "3", Copies: 1}, catalog.Material{Name: "林草主管部门意见", Need: "1", Source: "20", Form: "3", Copies: 1, Originals: 1, Issuer: "旗林草局", Acceptance: "加盖公章"})
	b.Handlings = []catalog.Handling{{ID: "h1", Name: "新办"}, {ID: "h2", Name: "延续", Effect: catalog.Effect{Materials: []string{"延续申请书"}, Days: 5}}}
	b.Situations = []catalog.Situation{
		{Question: "占用多大面积？", When: []string{"h1"}, Options: []catalog.Option{{ID: "big", Label: "七十公顷以上", Effect: catalog.Effect{Materials: []string{"林草主管部门意见"}, Fees: []string{"草原植被恢复费"}}}, {ID: "small", Label: "七十公顷以下"}}},
		{Question: "还有下列情况吗？", Many: true, Options: []catalog.Option{{ID: "lake", Label: "靠近湖泊"}, {ID: "road", Label: "靠近公路"}}},
	}
	b.Specials = []catalog.Special{{Name: "现场勘查", Kind: "2", Days: 10, Basis: "行政许可法第三十四条"}}
	b.Window, b.Directions, b.Quantity, b.Rights, b.ReviewOrgan, b.HandleArea = "综合 3 号窗", "乘 2 路公交到毛登站", "无数量限制", "有权要求听证", "锡林浩特市人民政府", "4"
	b.Undertaker, b.OnlineDepth, b.Appointment, b.PerDay = "草原科", []string{"3", "4"}, true, 20
	return b
}

// TestGuideSaysEverything looks for every element in its section.
func TestGuideSaysEverything(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, divided())
	d := kittest.NewClient(t, w).Get("/items/" + id).Want(http.StatusOK).Doc()
	d.Has("#basic", "草原科", "跨县", "预审", "每日 20 个号", "第 1 版").Has("#where", "综合 3 号窗", "毛登站").Has("#conditions", "无数量限制").
		Has("#materials", "旗林草局", "加盖公章", "原件 1 份").Has("#specials", "现场勘查", "10 个工作日").Has("#result", "临时占用草原批复").
		Has("#rights", "有权要求听证").Has("#relief", "锡林浩特市人民政府", "六个月").Has("#contact", "12345").Has(".cz-badges", "零跑动").Has(".cz-short", "自然人").
		Has("#where .ld-badge", "正在办公").Has(".cz-mine-start")
	short := kittest.NewClient(t, w).Get("/items/" + id + "?view=short").Want(http.StatusOK).Doc()
	short.Has(".cz-facts").Has("#materials").Lacks("#relief")
}

// TestMyList answers question after question and ends in a list of one's own.
func TestMyList(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, divided())
	c := kittest.NewClient(t, w)
	at := "/items/" + id + "/mine"
	c.Get(at).Want(http.StatusOK).Doc().Has(".ld-ask legend", "您要办理的是哪一项").Has(".ld-ask button", "新办").Lacks(".cz-mine")
	c.Get(at+"?c=h1").Want(http.StatusOK).Doc().Has(".ld-answers", "新办").Has(".ld-ask legend", "占用多大面积")
	c.Get(at+"?c=h2").Want(http.StatusOK).Doc().Has(".ld-ask legend", "还有下列情况吗").Has(".ld-ask input[type=checkbox]")
	mine := c.Get(at + "?c=h1&c=small&c=~lake").Want(http.StatusOK).Doc()
	mine.Has(".cz-mine #materials", "草原征占用申请表").Has(".cz-mine #fees", "不收取").Has("#flow svg")
	for _, res := range []string{"延续申请书", "林草主管部门意见"} {
		if strings.Contains(mine.Text(".cz-mine"), res) {
			t.Errorf("%s is asked for", res)
		}
	}
	c.Get(at+"?c=h1&c=big&c=lake&c=~lake").Doc().Has(".cz-mine #materials", "林草主管部门意见").Has(".cz-mine #fees", "草原植被恢复费").Has(".ld-answers", "靠近湖泊")
	if got := mine.Attr(".cz-mine .btn-primary", "href"); got != "/items/"+id+"/apply?c=h1&c=small&c=~lake" {
		t.Errorf("apply leads to %s", got)
	}
	c.Get("/items/"+id+"/print?c=h2&c=~lake").Want(http.StatusOK).Doc().Has(".ld-paper h1", "我的办事清单").Has(".ld-paper", "延续申请书", "我的情形")
	// Without answers the paper lists what any situation may ask for, and says so.
	c.Get("/items/"+id+"/print").Want(http.StatusOK).Doc().Has(".ld-paper", "延续申请书", "林草主管部门意见", "按情形", "草原植被恢复费")
	if svg := c.Get("/items/" + id + "/qr.svg?c=h2").Want(http.StatusOK); !strings.HasPrefix(svg.Body, "<svg") || svg.Header.Get("Content-Type") != "image/svg+xml" {
		t.Error("no QR code")
	}
	for _, path := range []string{"/guide.pdf", "/guide.pdf?c=h2"} {
		res := c.Get("/items/" + id + path).Want(http.StatusOK)
		if !strings.HasPrefix(res.Body, "%PDF-") || !strings.Contains(res.Header.Get("Content-Disposition"), "filename*=utf-8''") {
			t.Errorf("%s: %q", path, res.Header.Get("Content-Disposition"))
		}
	}
	c.Get("/items/" + id + "/files.zip").Want(http.StatusNotFound) // it has neither forms nor samples
}

// TestApplyBySituation files what the choices ask for, and nothing else.
func TestApplyBySituation(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, divided())
	v, at := w.visitor(t, me), "/items/"+id+"/apply"
	v.doc(at).Has(".ld-ask legend", "您要办理的是哪一项")
	v.doc(at+"?step=confirm").Has(".ld-ask legend", "您要办理的是哪一项") // nothing is passed over
	v.goes(v.post(at, "step", "confirm", "do", "submit", "agree", "1"), at+"?step=choices")
	v.doc(at+"?c=h2&c=~lake").Has("#mine", "2 份", "5 个工作日").Has(".ld-answers", "延续")
	v.goes(v.post(at, "step", "choices", "do", "next", "c", "h2", "c", "~lake"), at+"?step=applicant")
	v.goes(v.post(at, "step", "applicant", "do", "next", "kind", "person", "phone", "13800000001", "address", "第一嘎查 3 号"), at+"?step=details")
	v.goes(v.post(at, "step", "details", "do", "next", "matter", "延续占用", "delivery", "window", "fits", "1"), at+"?step=materials")
	v.doc(at+"?step=materials").Has(".cz-drop", "草原征占用申请表").Has("#materials-title")
	v.goes(v.upload(at+"/files", "file", "申请表.pdf", pdf, "material", "草原征占用申请表"), at+"?step=materials")
	v.page(v.post(at, "step", "materials", "do", "next"), http.StatusUnprocessableEntity).Has(".ld-summary", "延续申请书")
	v.goes(v.upload(at+"/files", "file", "延续.pdf", pdf, "material", "延续申请书"), at+"?step=materials")
	v.page(v.upload(at+"/files", "file", "意见.pdf", pdf, "material", "林草主管部门意见"), http.StatusConflict)
	c := v.doc(at + "?step=confirm")
	c.Has(".cz-confirm", "延续", "办理情形")
	res := v.post(at, "step", "confirm", "do", "submit", "idem", c.Attr("input[name=idem]", "value"), "agree", "1")
	if res.status != http.StatusSeeOther || !strings.HasSuffix(res.location, "/done") {
		t.Fatalf("submitted: %d %s\n%s", res.status, res.location, res.body)
	}
	p, err := w.cases.List(as(t, dbtest.Village, me), cases.Query{})
	if err != nil || p.Total != 1 || p.Rows[0].PromisedDays != 5 || len(p.Rows[0].Choices) != 1 || p.Rows[0].Choices[0].Label != "延续" {
		t.Fatalf("filed: %+v, %v", p, err)
	}
	v.doc("/cases/"+p.Rows[0].ID).Has(".ld-desc", "延续")
	v.doc("/cases/"+p.Rows[0].ID+"/papers/receipt").Has(".ld-paper", "办理情形", "延续")
}

// TestStillGuide keeps a guide for everybody, says at once what was published, and
// draws nothing for those who have it.
//
//nolint:bodyclose // answers are recorded, not fetched
//nolint:bodyclose // answers are recorded, not fetched
func TestStillGuide(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	at := "/items/" + id
	get := func(tag, cookie string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x"+at, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		return w.answer(r)
	}
	first := get("", "")
	tag := first.Header.Get("ETag")
	if first.StatusCode != http.StatusOK || tag == "" || first.Header.Get("Cache-Control") != "no-cache" || first.Header.Get("Set-Cookie") != "" {
		t.Fatalf("%d %v", first.StatusCode, first.Header)
	}
	if again := get(tag, ""); again.StatusCode != http.StatusNotModified || again.ContentLength > 0 {
		t.Errorf("nothing was published: %d", again.StatusCode)
	}
	if elder := get(tag, "ld_elder=1"); elder.StatusCode != http.StatusOK {
		t.Error("the senior version is the same page")
	}
	if hers := get(tag, who+"="+me); hers.StatusCode != http.StatusOK || hers.Header.Get("ETag") != "" {
		t.Error("a page with her name is kept for everybody")
	}
	c := kittest.NewClient(t, w)
	fixed := c.Get(at).Doc().Attr(".cz-edition a", "href")
	if res := c.Get(fixed).Want(http.StatusOK); !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an edition is %q", res.Header.Get("Cache-Control"))
	}
	v, err := w.items.Revise(as(t, dbtest.League, "01", "item_editor"), id)
	if err != nil {
		t.Fatal(err)
	}
	b := grass()
	b.PromisedDays, b.Window = 14, "五号窗"
	for _, step := range []func() error{
		func() error {
			_, err := w.items.Edit(as(t, dbtest.League, "01", "item_editor"), v.ID, v.Version, catalog.Draft{Body: b})
			return err
		},
		func() error { _, err := w.items.Submit(as(t, dbtest.League, "01", "item_editor"), v.ID); return err },
		func() error {
			_, err := w.items.Publish(as(t, dbtest.League, "02", "item_reviewer"), v.ID, "同意")
			return err
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	if fresh := get(tag, ""); fresh.StatusCode != http.StatusOK || fresh.Header.Get("ETag") == tag {
		t.Error("what the league published is not seen in the village")
	}
	c.Get(at).Doc().Has("#where", "五号窗").Has(".cz-edition", "第 2 版")
	if res := c.Get(fixed); res.Status != http.StatusSeeOther || res.Header.Get("Location") != at {
		t.Errorf("an edition that has passed: %d", res.Status)
	}
}

func (w *town) answer(r *http.Request) *http.Response {
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec.Result()
}
