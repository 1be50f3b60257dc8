package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// post opens the page of a case and sends one of its forms.
func post(c *kittest.Client, caseID, act string, form url.Values) kittest.Response {
	c.Get("/desk/cases/" + caseID).Want(http.StatusOK)
	return c.Post("/desk/cases/"+caseID+"/acts/"+act, form)
}

func TestEveryActOfTheClimb(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示·其其格", "k1")
	seen := func() string {
		v, err := w.cases.Show(w.decider(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		return version(v.Case)
	}
	clerk := w.desk(w.clerk())
	clerk.Get("/desk/todo").Want(200).Doc().Has("table.ld-table", "草原作业许可", "演", "嘎查受理", "待受理").Has(".ld-tabs .ld-count", "1")
	post(clerk, c.ID, "accept", url.Values{"version": {seen()}, "opinion": {"材料齐全"}}).Want(303)
	clerk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has(".alert-success", "已受理").Has("svg.flow").Has("#acts", "为什么不能操作", "毛登牧场")
	clerk.Get("/desk/cases/"+c.ID).Want(200).Doc().Has("details.ld-fold summary", "中华人民共和国草原法第五十条", "受理后已修改").Has("details.ld-fold p", "作业应当取得许可。").Has("details.ld-fold a", "在法规库中看全文")
	post(w.desk(w.township()), c.ID, "pass", url.Values{"version": {seen()}, "opinion": {"情况属实"}}).Want(303)
	county := w.desk(w.county())
	post(county, c.ID, "supplement", url.Values{"version": {seen()}, "wanted": {"身份证复印件\n现场照片\n\n"}, "opinion": {"可拍照上传"}}).Want(303)
	county.Get("/desk/todo?tab=supplement").Want(200).Doc().Has("table.ld-table", "补正中", "暂停计时")
	county.Get("/desk/cases/"+c.ID+"/papers/supplement").Want(200).Doc().Has(".ld-paper", "身份证复印件", "现场照片", "一次性告知", "演示·其其格")
	post(clerk, c.ID, "answer", url.Values{"version": {seen()}, "opinion": {"到窗口补交"}}).Want(303)
	post(county, c.ID, "pass", url.Values{"version": {seen()}, "opinion": {"同意"}}).Want(303)
	decider := w.desk(w.decider())
	post(decider, c.ID, "sendback", url.Values{"version": {seen()}, "opinion": {"请核实面积"}}).Want(303)
	post(county, c.ID, "pass", url.Values{"version": {seen()}, "opinion": {"已核实"}}).Want(303)
	post(decider, c.ID, "decide", url.Values{"version": {seen()}, "outcome": {cases.Granted}, "opinion": {"准予"}}).Want(303)
	clerk.Get("/desk/cases?tab=deliver").Want(200).Doc().Has("table.ld-table", "待送达", "第一嘎查")
	post(clerk, c.ID, "deliver", url.Values{"version": {seen()}, "receiver": {"演示·其其格"}, "way": {cases.Collected}}).Want(303)
	page := clerk.Get("/desk/cases/" + c.ID).Want(200)
	page.Doc().Has(".ld-timeline", "提交申请", "告知补正", "补正材料", "退回", "作出准予决定", "已送达", "请核实面积").Has("#acts", "归档")
	for _, paper := range []string{"receipt", "accept", "decision", "delivery", "completion"} {
		clerk.Get("/desk/cases/"+c.ID+"/papers/"+paper).Want(200).Doc().Has(".ld-paper", "演示·其其格").Has(".ld-paper-no", "字〔").Has(".ld-paper-check svg").Has(".ld-paper-check", "校验码")
	}
	clerk.Get("/desk/cases/" + c.ID + "/papers/refuse").Want(409)
}

func TestRefusalEndsTheCase(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示·其其格", "k1")
	clerk := w.desk(w.clerk())
	post(clerk, c.ID, "refuse", url.Values{"version": {version(c)}}).Want(422).Doc().Has("#f-opinion-error", "理由").Has(".ld-tabs [aria-current=page]", "不予受理")
	post(clerk, c.ID, "refuse", url.Values{"version": {version(c)}, "opinion": {"不属于本级职权"}}).Want(303)
	clerk.Get("/desk/cases/"+c.ID+"/papers/refuse").Want(200).Doc().Has(".ld-paper", "不属于本级职权", "行政复议", "六个月", "第一嘎查")
}

// Every act that is refused says why beside what was typed.
func TestRefusedActs(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	at := map[string]cases.Case{"accept": w.filed("演示·甲乙", "a"), "decide": w.handed(w.filed("演示·丙丁", "b"), "decide"), "deliver": w.handed(w.filed("演示·戊己", "c"), "deliver")}
	for _, c := range []struct {
		name, step, act string
		form            url.Values
		status          int
		says            string
	}{
		{"decide without a choice", "decide", "decide", url.Values{"opinion": {"同意"}}, 422, "请选择准予或不予"},
		{"decide without an opinion", "decide", "decide", url.Values{"outcome": {"denied"}}, 422, "请填写办理意见"},
		{"accept what is past it", "decide", "accept", url.Values{"opinion": {"打好的意见"}}, 403, "打好的意见"},
		{"supplement nothing", "accept", "supplement", url.Values{"wanted": {"  \n "}}, 422, "请至少列出一项"},
		{"say too much", "decide", "decide", url.Values{"outcome": {"granted"}, "opinion": {strings.Repeat("长", 2001)}}, 422, "内容过长"},
		{"unknown act", "accept", "burn", url.Values{}, 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			who := w.clerk()
			if c.step == "decide" {
				who = w.decider()
			}
			c.form.Set("version", version(at[c.step]))
			res := post(w.desk(who), at[c.step].ID, c.act, c.form).Want(c.status)
			if !strings.Contains(res.Body, c.says) {
				t.Errorf("page does not say %q:\n%s", c.says, res.Body)
			}
		})
	}
	t.Run("deliver to nobody", func(t *testing.T) {
		t.Parallel()
		post(w.desk(w.clerk()), at["deliver"].ID, "deliver", url.Values{"version": {version(at["deliver"])}, "way": {cases.Couriered}}).
			Want(422).Doc().Has("#f-receiver-error", "领取人").Has("#f-way option[value=courier][selected]")
	})
}

// Whoever is second sees what the first one did, and what she typed herself.
func TestConflictKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "pre")
	first, second := w.desk(w.township()), w.desk(w.as(dbtest.Township, "15", "reviewer"))
	second.Get("/desk/cases/" + c.ID)
	post(first, c.ID, "pass", url.Values{"version": {version(c)}, "opinion": {"属实"}}).Want(303)
	// The same form sent twice by the same person is no conflict.
	first.Post("/desk/cases/"+c.ID+"/acts/pass", url.Values{"version": {version(c)}, "opinion": {"属实"}}).Want(303)
	second.Post("/desk/cases/"+c.ID+"/acts/pass", url.Values{"version": {version(c)}, "opinion": {"我写了很久的意见"}}).Want(409).Doc().
		Has(".alert-danger", "刚才有人处理了这个办件", "人12", "苏木初审", "审查通过", "我写了很久的意见")
}

func TestOthersSeeWhyTheyMayNotAct(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "pre")
	w.desk(w.county()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("#acts", "为什么不能操作", "办件现在在毛登牧场，上级可以查看但不能操作").Lacks("#acts form")
	post(w.desk(w.county()), c.ID, "pass", url.Values{"version": {version(c)}, "opinion": {"越级"}}).Want(403).Doc().Has(".alert-danger", "毛登牧场", "越级")
	w.desk(w.as(dbtest.Village3, "20", "clerk")).Get("/desk/cases/" + c.ID).Want(404)
	w.desk(w.clerk()).Get("/desk/cases/nonsense").Want(404)
}

func TestPapersOfAStepBelongToTheCase(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "review")
	county := w.desk(w.county())
	county.Get("/desk/cases/" + c.ID)
	f, err := w.files.Upload(w.county(), "勘验记录.png", "办理附件", strings.NewReader(string(png())))
	if err != nil {
		t.Fatal(err)
	}
	county.Post("/desk/cases/"+c.ID+"/acts/pass", url.Values{"version": {version(c)}, "opinion": {"同意"}, "kept": {f.ID + " 勘验记录.png"}}).Want(303)
	w.desk(w.clerk()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has("main", "勘验记录.png", "旗县审查")
	w.desk(w.clerk()).Get("/desk/files/" + f.ID).Want(200)
	w.desk(w.as(dbtest.Village3, "20", "clerk")).Get("/desk/files/" + f.ID).Want(404)
}

// The applicant reads what is handed to her, not the papers of handling.
func TestResultReachesTheApplicant(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "review")
	paper := func(ctx context.Context, name string) string {
		f, err := w.files.Upload(ctx, name, "", bytes.NewReader(png()))
		if err != nil {
			t.Fatal(err)
		}
		return f.ID
	}
	inner, result := paper(w.county(), "内部勘验.png"), paper(w.decider(), "决定书.png")
	c, err := w.cases.Pass(w.county(), c.ID, c.Version, "同意", inner)
	if err == nil {
		_, err = w.cases.Decide(w.decider(), c.ID, c.Version, true, "准予", result)
	}
	if err != nil {
		t.Fatal(err)
	}
	her := w.as(dbtest.Village, "10")
	fs, err := w.files.OfCase(her, c.ID)
	if err != nil || len(fs) != 2 || fs[1].ID != result {
		t.Errorf("she sees %+v, %v", fs, err)
	}
	if _, content, err := w.files.Open(her, result); err != nil {
		t.Error(err)
	} else {
		_ = content.Close()
	}
	if _, _, err := w.files.Open(her, inner); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the inner paper: %v", err)
	}
}

func TestRevealIsAudited(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.filed("演示·其其格", "k1")
	clerk := w.desk(w.clerk())
	page := clerk.Get("/desk/cases/" + c.ID).Want(200)
	for _, secret := range []string{"152502199001010012", "13800000001", "演示·其其格"} {
		if strings.Contains(page.Body, secret) {
			t.Errorf("%s stands in clear on the page", secret)
		}
	}
	clerk.Post("/desk/cases/"+c.ID+"/reveal/number", nil).Want(200).Doc().Has("main", "152502199001010012")
	clerk.Post("/desk/cases/"+c.ID+"/reveal/secret", nil).Want(404)
}

func TestUrgeOnceADay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.handed(w.filed("演示·其其格", "k1"), "pre")
	county := w.desk(w.county())
	county.Get("/desk/cases/" + c.ID)
	county.Post("/desk/cases/"+c.ID+"/urge", url.Values{"note": {"请尽快"}}).Want(303)
	county.Post("/desk/cases/"+c.ID+"/urge", url.Values{}).Want(409).Doc().Has(".alert-danger", "今天已经催办过")
	w.desk(w.township()).Get("/desk/cases/"+c.ID).Want(200).Doc().Has(".ld-timeline", "催办", "锡林浩特市", "请尽快")
}
