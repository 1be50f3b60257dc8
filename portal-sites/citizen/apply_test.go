package citizen_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"liandong/modules/cases"
	"liandong/tenancy/db/dbtest"
)

// fill brings an application up to its last step.
func fill(v *visitor, at string) {
	v.t.Helper()
	v.goes(v.post(at, "step", "applicant", "do", "next", "kind", "person", "phone", "13800000001", "address", "第一嘎查 3 号"), at+"?step=details")
	v.goes(v.post(at, "step", "details", "do", "next", "matter", "临时占用草场勘探", "delivery", "window", "fits", "1"), at+"?step=materials")
	v.goes(v.upload(at+"/files", "file", "申请表.pdf", pdf, "material", "草原征占用申请表"), at+"?step=materials")
	v.goes(v.post(at, "step", "materials", "do", "next"), at+"?step=confirm")
}

func TestApply(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	v, at := w.visitor(t, me), "/items/"+id+"/apply"
	d := v.doc(at)
	d.Has(".cz-me", "其其格", "152502********0012", "已实名").Has(".ld-steps", "申请人", "上传材料", "确认提交")
	if got := d.Attr("input[name=phone]", "value"); got != "13800000001" {
		t.Errorf("the phone is filled in as %q", got)
	}
	if strings.Contains(v.get(at).body, "152502199001010012") {
		t.Error("the ID number reaches the browser")
	}
	fill(v, at)
	c := v.doc(at + "?step=confirm")
	c.Has(".cz-confirm", "其其格", "152502********0012", "临时占用草场勘探", "到受理窗口领取", "申请表.pdf")
	key := c.Attr("input[name=idem]", "value")
	v.page(v.post(at, "step", "confirm", "do", "submit", "idem", key), http.StatusUnprocessableEntity).Has(".ld-summary", "承诺")
	first := v.post(at, "step", "confirm", "do", "submit", "idem", key, "agree", "1")
	if first.status != http.StatusSeeOther || !strings.HasSuffix(first.location, "/done") {
		t.Fatalf("submitted: %d %s\n%s", first.status, first.location, first.body)
	}
	if again := v.post(at, "step", "confirm", "do", "submit", "idem", key, "agree", "1"); again.location != first.location {
		t.Errorf("the same form again leads to %s, not %s", again.location, first.location)
	}
	v.doc(first.location).Has(".cz-done", "申请已提交", "152502200200202603040000").Has(".cz-next", "五个工作日")
	p, err := w.cases.List(as(t, dbtest.Village, me), cases.Query{})
	if err != nil || p.Total != 1 || p.Rows[0].Form["matter"] != "临时占用草场勘探" {
		t.Errorf("filed: %+v, %v", p, err)
	}
	v.doc(at).Has(".ld-steps")
	if strings.Contains(v.get(at+"?step=details").body, "临时占用草场勘探") {
		t.Error("a new application begins with what the last one said")
	}
}

// TestApplyRefused types nonsense: every mistake stands beside its field, and
// what was typed is still there.
func TestApplyRefused(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	v, at := w.visitor(t, "19"), "/items/"+id+"/apply" // nobody vouches for her number
	d := v.page(v.post(at, "step", "applicant", "do", "next", "kind", "person", "name", "巴特尔", "number", "15250219900101001", "phone", "12", "address", "<b>x"), http.StatusUnprocessableEntity)
	d.Has(".ld-summary").Has("#f-number-error").Has("#f-phone-error")
	if d.Attr("input[name=number]", "value") != "15250219900101001" || d.Attr("input[name=address]", "value") != "<b>x" {
		t.Error("what was typed is lost")
	}
	v.page(v.post(at, "step", "applicant", "do", "next", "kind", "legal", "org_name", "", "org_number", "1", "phone", "13800000019"), http.StatusUnprocessableEntity).
		Has("#f-org_name-error").Has("#f-org_number-error")
	v.page(v.post(at, "step", "details", "do", "next", "delivery", "mail"), http.StatusUnprocessableEntity).Has("#f-matter-error").Has("#f-mail_to-error").Has("#f-fits-error")
	v.page(v.post(at, "step", "materials", "do", "next"), http.StatusUnprocessableEntity).Has(".ld-summary", "草原征占用申请表")
	v.page(v.post(at, "step", "confirm", "do", "submit", "agree", "1"), http.StatusUnprocessableEntity).Has(".ld-summary", "申请内容", "草原征占用申请表")
}

func TestUploads(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	v, at := w.visitor(t, me), "/items/"+id+"/apply"
	v.page(v.upload(at+"/files", "file", "x.exe", "MZ\x90", "material", "营业执照"), http.StatusUnprocessableEntity).Has(".ld-field-error", "x.exe")
	v.page(v.upload(at+"/files", "file", "", "", "material", "营业执照"), http.StatusUnprocessableEntity).Has(".ld-field-error", "请选择")
	v.page(v.upload(at+"/files", "file", "a.pdf", pdf, "material", "不在清单"), http.StatusConflict)
	v.goes(v.upload(at+"/files", "file", "a.pdf", pdf, "material", "营业执照"), at+"?step=materials")
	d := v.doc(at + "?step=materials")
	file := d.Attr(".cz-files a", "href")
	if got := v.get(file); got.body != pdf || got.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the file comes back as %q %q", got.header.Get("Content-Type"), got.body)
	}
	w.visitor(t, "11").page(w.visitor(t, "11").get(file), http.StatusNotFound)
	v.goes(v.post(at, "step", "materials", "do", d.Attr(".cz-files button", "value")), at+"?step=materials")
	v.doc(at + "?step=materials").Lacks(".cz-files")
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	v, at := w.visitor(t, me), "/items/"+id+"/apply"
	v.goes(v.post(at, "step", "details", "do", "save", "matter", "写到一半"), at+"?step=details")
	v.doc(at+"?step=details").Has("textarea[name=matter]", "写到一半").Has(".alert", "已保存草稿")
	v.doc("/cases").Has(".cz-cases", "临时占用草原审批")
	w.visitor(t, "11").doc("/cases").Lacks(".cz-cases")
	v.goes(v.post(at, "do", "drop"), "/items/"+id)
	v.doc("/cases").Lacks(".cz-cases")
}

func TestSubmittedTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	v, at := w.visitor(t, me), "/items/"+id+"/apply"
	fill(v, at)
	key := v.doc(at+"?step=confirm").Attr("input[name=idem]", "value")
	var wait sync.WaitGroup
	for range 4 {
		twin := *v
		wait.Go(func() { twin.post(at, "step", "confirm", "do", "submit", "idem", key, "agree", "1") })
	}
	wait.Wait()
	p, err := w.cases.List(as(t, dbtest.Village, me), cases.Query{})
	if err != nil || p.Total != 1 {
		t.Errorf("%d cases, %v", p.Total, err)
	}
}

// TestSignInFirst asks for what is hers without having signed in.
func TestSignInFirst(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	v := w.visitor(t, "")
	v.goes(v.get("/items/"+id+"/apply?step=details"), "/login?back=%2Fitems%2F"+id+"%2Fapply%3Fstep%3Ddetails")
	v.goes(v.get("/sites/152502200200/cases"), "/sites/152502200200/login?back=%2Fsites%2F152502200200%2Fcases")
	if got := v.doc("/items/"+id).Attr(".ld-topbar-right a[href=/login?back=%2Fitems%2F"+id+"]", "href"); got == "" {
		t.Error("signing in does not lead back to the guide")
	}
	v.goes(v.get("/notices"), "/login?back=%2Fnotices")
	v.goes(v.post("/notices/read"), "/login?back=%2F")
	elsewhere := w.visitor(t, me)
	elsewhere.goes(elsewhere.get("/sites/152502000000/items/"+id+"/apply"), "/sites/152502000000/items/"+id)
}
