package citizen_test

import (
	"net/http"
	"strconv"
	"testing"

	"liandong/modules/cases"
	"liandong/tenancy/db/dbtest"
)

// file files a case of citizen me by the service.
func (w *town) file(t *testing.T, item, key string) cases.Case {
	t.Helper()
	ctx := as(t, dbtest.Village, me)
	f, err := w.files.Upload(ctx, "申请表.pdf", "草原征占用申请表", stringReader(pdf))
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.cases.File(ctx, cases.Filing{
		ItemID: item, Kind: "person", Name: "其其格", Number: "152502199001010012", Phone: "13800000001", Key: key, Files: []string{f.ID},
		Form: map[string]any{"matter": "临时占用草场勘探", "delivery": "window"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMyCases(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.file(t, w.publish(t, grass()), "k")
	v := w.visitor(t, me)
	d := v.doc("/cases")
	d.Has(".cz-cases a", "临时占用草原审批").Has(".cz-cases", c.No, "待受理")
	v.doc("/cases?status=completed").Has(".ld-empty", "没有办件")
	v.doc("/").Has(".cz-cases", c.No)
	page := v.doc("/cases/" + c.ID)
	page.Has("h1", "临时占用草原审批", "待受理").Has(".flow-scroll svg .is-current").Has(".ld-timeline", "提交申请", "嘎查受理", "盟级决定").
		Has(".ld-desc", "其其格", "152502********0012", "138****0001").Has(".cz-files", "申请表.pdf")
	v.doc("/cases/"+c.ID+"/papers/receipt").Has(".ld-paper h1", "申请材料接收凭证")
	v.page(v.get("/cases/"+c.ID+"/papers/accept"), http.StatusNotFound)
	stranger := w.visitor(t, "11")
	stranger.page(stranger.get("/cases/"+c.ID), http.StatusNotFound)
	stranger.page(stranger.post("/cases/"+c.ID+"/withdraw", "confirmed", "1"), http.StatusNotFound)
	v.page(v.get("/cases/x"), http.StatusNotFound)
}

func TestWithdrawAndUrge(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	c := w.file(t, id, "k")
	v, at := w.visitor(t, me), "/cases/"+c.ID
	v.page(v.post(at+"/urge"), http.StatusOK).Has("main form", "催办") // without scripts it asks on a page
	v.goes(v.post(at+"/urge", "confirmed", "1", "reason", "急用"), at)
	v.doc(at).Has(".ld-disabled", "催办")
	v.page(v.post(at+"/urge", "confirmed", "1"), http.StatusConflict)
	v.goes(v.post(at+"/withdraw", "confirmed", "1", "reason", "填错了"), at)
	v.doc(at).Has("h1", "已撤回").Has(".ld-timeline", "申请人撤回", "填错了").Lacks("#ask-withdraw")
	v.page(v.post(at+"/withdraw", "confirmed", "1"), http.StatusConflict)
}

func TestSupplement(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.file(t, w.publish(t, grass()), "k")
	clerk := as(t, dbtest.Village, "31", "clerk")
	c, err := w.cases.AskSupplement(clerk, c.ID, c.Version, []string{"草原承包合同", "坐标图"}, "复印件也可以")
	if err != nil {
		t.Fatal(err)
	}
	v, at := w.visitor(t, me), "/cases/"+c.ID
	d := v.doc(at)
	d.Has(".cz-answer", "草原承包合同", "坐标图", "复印件也可以")
	version := d.Attr(".cz-answer input[name=version]", "value")
	v.page(v.upload(at+"/supplement", "file0", "", "", "version", version), http.StatusUnprocessableEntity).Has("#f-answer-error")
	kept := v.page(v.upload(at+"/supplement", "file1", "x.exe", "MZ", "version", version, "answer", "见附件"), http.StatusUnprocessableEntity)
	kept.Has("#f-file1-error", "x.exe").Has("textarea[name=answer]", "见附件")
	stale := v.page(v.upload(at+"/supplement", "file0", "合同.pdf", pdf, "version", strconv.Itoa(c.Version-1), "answer", "见附件"), http.StatusConflict)
	stale.Has("textarea[name=answer]", "见附件").Has(".cz-files", "合同.pdf").Has(".ld-summary")
	v.goes(v.upload(at+"/supplement", "", "", "", "version", version, "answer", "见附件", "kept", stale.Attr("input[name=kept]", "value")), at)
	v.doc(at).Has("h1", "待受理").Lacks(".cz-answer").Has(".ld-timeline")
	v.doc(at+"/papers/supplement").Has(".ld-paper", "草原承包合同")
	if fs, err := w.files.OfCase(as(t, dbtest.Village, me), c.ID); err != nil || len(fs) != 2 {
		t.Errorf("%d files, %v", len(fs), err)
	}
}

// TestToTheEnd follows a case through five levels to its result.
func TestToTheEnd(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.file(t, w.publish(t, grass()), "k")
	v, at := w.visitor(t, me), "/cases/"+c.ID
	c = w.through(t, c, false)
	v.doc(at).Has("h1", "办理中").Has(".cz-now", "锡林浩特市", "旗县审查").Has(".ld-timeline", "材料齐全", "工作人员31")
	v.doc(at+"/papers/accept").Has(".ld-paper", "决定予以受理", "15个工作日")
	w.through(t, c, true)
	v.doc(at).Has("h1", "已办结 · 准予").Has(".ld-timeline", "已送达").Lacks("#ask-urge")
	v.doc(at+"/papers/decision").Has(".ld-paper", "决定准予")
}

// through takes a case from the village to the county, or from there to its end.
func (w *town) through(t *testing.T, c cases.Case, end bool) cases.Case {
	t.Helper()
	must := func(next cases.Case, err error) {
		t.Helper()
		if c = next; err != nil {
			t.Fatal(err)
		}
	}
	if !end {
		must(w.cases.Accept(as(t, dbtest.Village, "31", "clerk"), c.ID, c.Version, "材料齐全"))
		must(w.cases.Pass(as(t, dbtest.Township, "32", "reviewer"), c.ID, c.Version, "属实"))
		return c
	}
	must(w.cases.Pass(as(t, dbtest.County, "33", "reviewer"), c.ID, c.Version, "同意"))
	must(w.cases.Decide(as(t, dbtest.League, "34", "decider"), c.ID, c.Version, true, "准予"))
	must(w.cases.Deliver(as(t, dbtest.Village, "31", "clerk"), c.ID, c.Version, "本人领取"))
	return c
}

func TestMessages(t *testing.T) {
	t.Parallel()
	v := newTown(t).visitor(t, me)
	v.doc("/notices").Has(".cz-unread", "您的申请已受理").Has("h2", "未读 1 条")
	v.goes(v.post("/notices/read", "id", "1", "to", "/cases"), "/cases")
	v.doc("/notices").Has("h2", "未读 0 条")
	v.goes(v.post("/notices/read", "id", "1", "to", "//evil.example"), "/notices")
	v.goes(v.post("/notices/read"), "/notices")
}

func TestMinePagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	c := w.file(t, id, "k1")
	asked := w.file(t, id, "k2")
	asked, err := w.cases.AskSupplement(as(t, dbtest.Village, "31", "clerk"), asked.ID, asked.Version, []string{"草原承包合同", "坐标图"}, "复印件也可以")
	if err != nil {
		t.Fatal(err)
	}
	running := w.through(t, w.file(t, id, "k3"), false)
	ended := w.through(t, w.through(t, w.file(t, id, "k4"), false), true)
	v, at := w.visitor(t, me), "/items/"+id+"/apply"
	fill(v, at)
	w.look(t, me, map[string]string{
		"my-home": "/", "cases": "/cases", "case-new": "/cases/" + c.ID, "case-asked": "/cases/" + asked.ID, "case-running": "/cases/" + running.ID, "case-ended": "/cases/" + ended.ID,
		"done": "/cases/" + c.ID + "/done", "receipt": "/cases/" + c.ID + "/papers/receipt", "decision": "/cases/" + ended.ID + "/papers/decision", "messages": "/notices",
		"apply1": at, "apply2": at + "?step=details", "apply3": at + "?step=materials", "apply4": at + "?step=confirm",
	})
}

// TestFromAnotherSite looks at a case from the site of another county: the list
// has it, its page and its acts stand on the site where it was born.
func TestFromAnotherSite(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.file(t, w.publishAt(t, dbtest.County, grass()), "k")
	v, there, born := w.visitor(t, me), "/sites/152501400200", "/sites/152502200200/cases/"+c.ID
	v.doc(there+"/cases").Has(".cz-cases", c.No)
	v.goes(v.get(there+"/cases/"+c.ID), born)
	v.goes(v.post(there+"/cases/"+c.ID+"/urge", "confirmed", "1"), born)
	v.goes(v.upload(there+"/cases/"+c.ID+"/supplement", "", "", ""), born)
	v.doc(there+"/cases/"+c.ID+"/papers/receipt").Has(".ld-paper", "临时占用草原审批")
	v.doc(born).Has(".flow-scroll svg")
	v.goes(v.post(born+"/urge", "confirmed", "1"), born)
}

// A flow that waits for the applicant lets her answer on the page of her case; an empty answer
// is refused and what she typed stays.
func TestReplyToAFlow(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	task := func(id, name, step string) string {
		return `<b:userTask id="` + id + `" name="` + name + `"><b:extensionElements><ld:step ` + step + `/></b:extensionElements></b:userTask>`
	}
	flow := `<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ld="https://liandong.cn/bpmn" id="d" targetNamespace="https://liandong.cn/bpmn"><b:process id="p" name="草原" isExecutable="true"><b:startEvent id="s"/><b:endEvent id="e"/>` +
		task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2"`) +
		`<b:intermediateCatchEvent id="ask" name="确认勘验时间"><b:extensionElements><ld:wait for="applicant"/></b:extensionElements><b:messageEventDefinition id="m"/></b:intermediateCatchEvent>` +
		task("decide", "旗县决定", `kind="decide" level="county" post="decider" limit="3" opinion="required" documents="准予行政许可决定书"`) +
		`<b:sequenceFlow id="f1" sourceRef="s" targetRef="accept"/><b:sequenceFlow id="f2" sourceRef="accept" targetRef="ask"/><b:sequenceFlow id="f3" sourceRef="ask" targetRef="decide"/><b:sequenceFlow id="f4" sourceRef="decide" targetRef="e"/></b:process></b:definitions>`
	c := w.file(t, w.publishWith(t, dbtest.County, grass(), []byte(flow)), "k")
	c, err := w.cases.Accept(as(t, dbtest.Village, "31", "clerk"), c.ID, c.Version, "齐全")
	if err != nil {
		t.Fatal(err)
	}
	v, at := w.visitor(t, me), "/sites/152502200200/cases/"+c.ID
	page := v.doc(at)
	page.Has("#reply-title", "确认勘验时间")
	if res := v.post(at+"/reply", "version", strconv.Itoa(c.Version), "answer", " "); res.status != http.StatusUnprocessableEntity {
		t.Errorf("an empty reply is answered with %d", res.status)
	}
	v.goes(v.upload(at+"/reply", "papers", "图.pdf", pdf, "version", strconv.Itoa(c.Version), "answer", "周三上午十点"), at)
	v.doc(at).Lacks("#reply-title")
}
