package wire

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestJourneyOfAForm designs a form with the mouse, publishes it, chooses it for an
// item, files a case with it as a citizen, and handles what she filled in.
func TestJourneyOfAForm(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.crew(t)
	ids := s.staff(t, "editor", "publisher", "head")
	admin := s.bossAgain(t)
	s.appoint(t, admin, dbtest.League, ids["editor"], policies.ItemEditor)
	s.appoint(t, admin, dbtest.League, ids["publisher"], policies.ItemReviewer)
	s.appoint(t, admin, dbtest.County, ids["head"], policies.OfficeHead)
	her := s.herder(t, "其木格")

	s.designs(t, s.officer(t, "editor"))
	s.officer(t, "publisher").Visit("/desk/forms").Click("草场用地申请表").Reads("检查通过").Press("发布").ClickIn("发布后不能修改", "发布").Reads("已发布")
	s.chosen(t)

	p := s.someone(t)
	p.Visit("/sites/"+code(dbtest.Village)+"/login").Type("身份证号或手机号", her.number).Type("密码", password).ClickIn("身份证号或手机号", "登录")
	p.Visit("/sites/" + code(dbtest.Village) + "/items").Click("在线办理：" + grassland)
	no := s.fillsIn(t, p)
	p.Click("查看办理进度").Reads(no, "草场用地申请表", "12.5 亩")
	look(t, p, "7-citizen-case")

	clerk := s.officer(t, "clerk").Visit("/village").Click("待办").Click(grassland).Reads("草场用地申请表", "12.5 亩", "其**").Lacks("其木格的")
	look(t, clerk, "7-village-case")
	clerk.ClickIn("办理意见", "予以受理")
	town := s.officer(t, "town").Click("待办事项").Click("办理 " + no).Click("填写本环节内容")
	look(t, town, "7-desk-form")
	s.keepsTyping(t, town)
	town.Type("核查意见", "现场属实").Click("提交修改").Reads("现场属实", "修改记录", "苏木初审")
	s.corrects(t, p, town, no)
	s.helpsWithForm(t, clerk)
	head := s.officer(t, "head").Visit("/desk/forms").Click("草场用地申请表").Click("填报数据").Reads("13.5", "66", "第一嘎查")
	head.Click("统计").Reads("79.5")
}

// keepsTyping writes into the form of the case without handing it in: it is kept through a
// crash and a lost network, another window is told of, it counts for nothing, and it is
// given up on request. It ends on the empty form.
func (s *stand) keepsTyping(t *testing.T, p *kittest.Person) {
	t.Helper()
	const typed = `document.querySelector("[name='f.longtext']").value`
	page := p.Path()
	p.Type("核查意见", "还没有去看").Reads("已保存")
	p.Visit(page).Reads("接着上次没有提交的内容填写", "已自动保存：核查意见")
	look(t, p, "7-desk-form-kept")
	p.Eval(`(() => { window.fetch = () => Promise.reject(new Error("no network")); return ""; })()`)
	p.Type("核查意见", "路上没有信号").Reads("未联网，内容已存在本机")
	p.Visit(page).Reads("已保存")
	if kept := p.Eval(typed); kept != "路上没有信号" {
		t.Errorf("after the crash the opinion is %q", kept)
	}
	p.Await(`(async () => { const f = document.getElementById("ff-form"); await fetch(f.dataset.save, { method: "POST", headers: { "X-CSRF-Token": f.elements.csrf_token.value }, body: new URLSearchParams([["seen", "99"], ["device", "another window"], ["label", "Linux 电脑"], ["f.longtext", "另一个窗口写的"]]) }); return ""; })()`)
	p.Type("核查意见", "这个窗口写的").Reads("在另一个窗口或设备（Linux 电脑", "另一个窗口写的")
	look(t, p, "7-desk-form-told")
	p.Press("用我填的").Reads("已保存")
	p.Click("返回办件").Reads("表单有填写还没有提交", "还没有计入办件").Lacks("这个窗口写的")
	look(t, p, "7-desk-form-pending")
	p.Click("接着填写").PressIn("接着上次没有提交", "放弃填写").ClickIn("放弃没有提交的填写", "放弃填写").Reads("已放弃没有提交的填写").Lacks("表单有填写还没有提交")
	p.Click("填写本环节内容")
	if kept := p.Eval(typed); kept != "" {
		t.Errorf("what was given up is still there: %q", kept)
	}
}

// corrects asks for the area again, which the applicant may correct and nothing else.
func (s *stand) corrects(t *testing.T, p, town *kittest.Person, no string) {
	t.Helper()
	town.Click("待办事项").Click("办理 "+no).Click("告知补正").TickIn("请申请人更正的表单内容", "面积").ClickIn("请申请人更正的表单内容", "告知补正").Reads("补正中", "申请表单“面积”")
	p.Visit(p.Path()).Reads("更正申请表单", "申请表单“面积”")
	if locked := p.Eval(`document.querySelector("[name='f.xing_ming']").readOnly`); locked != "true" {
		t.Error("more is open than was asked for")
	}
	p.Type("面积", "").Click("提交补正").Reads("请填写")
	look(t, p, "7-correct")
	p.Type("面积", "13.5").Click("提交补正").Reads("补正材料已提交", "13.5 亩")
}

// helpsWithForm files for somebody at the window of the village: what is known of her
// is filled in, and what was typed survives a crash.
func (s *stand) helpsWithForm(t *testing.T, clerk *kittest.Person) {
	t.Helper()
	clerk.Visit("/village/assist").Click(grassland)
	clerk.TypeIn("请当面核对", "姓名", "演示·巴图").Type("身份证号", "152502199001010012").Type("联系电话", "13800000002").Reads("已保存")
	clerk.Visit(clerk.Path()).Reads("接着上次没有提交的内容填写")
	if kept := clerk.Eval(`document.querySelector("[name=number]").value`); kept != "152502199001010012" {
		t.Errorf("after the crash the number is %q", kept)
	}
	clerk.Click("用已知信息预填").Reads("来自申请人信息，可以修改")
	look(t, clerk, "7-village-form")
	clerk.Type("面积", "66").Tick("申请人已核对").Click("提交申请").Reads("申请已提交").Click("查看办件").Reads("66 亩", "演**")
}

// designs makes a form: a data element is dragged onto the canvas, other fields are
// added by their buttons and named.
func (s *stand) designs(t *testing.T, p *kittest.Person) {
	t.Helper()
	p.Visit("/desk/forms").Click("新建表单").Type("表单名称", "草场用地申请表").Click("开始设计").Reads("还没有字段")
	s.adds(t, p, "数字", "number")
	s.names(p, "面积", map[string]string{"单位": "亩", "小数位": "2"}, true)
	s.drags(t, p, "[data-add='element.xing_ming']", "#ff-canvas [data-list] > li")
	s.adds(t, p, "多行文字", "longtext")
	s.names(p, "核查意见", map[string]string{"显示条件": `step != ""`}, false)
	p.Choose("审查", "可填写").Reads("已保存", "检查通过")
}

// adds presses the button of a kind and waits for the properties of the new field.
func (s *stand) adds(t *testing.T, p *kittest.Person, kind, value string) {
	t.Helper()
	p.Press(kind)
	for end := time.Now().Add(10 * time.Second); p.Eval(`document.querySelector("#ff-props [name=kind]")?.value ?? ""`) != value; {
		if time.Now().After(end) {
			t.Fatal("no properties of the new field:\n" + p.Text())
		}
	}
}

// names says what the field that was added last is called, and more.
func (s *stand) names(p *kittest.Person, label string, more map[string]string, must bool) {
	p.Type("名称", label)
	for field, value := range more {
		p.Type(field, value)
	}
	if must {
		p.Tick("必填")
	}
	p.Reads("已保存", label)
}

// drags moves with the mouse what from selects onto what to selects, and waits until
// the page has taken it.
func (s *stand) drags(t *testing.T, p *kittest.Person, from, to string) {
	t.Helper()
	at := func(selector string) (x, y float64) {
		said := p.Eval(fmt.Sprintf(`(() => { const e = document.querySelector(%q); const r = e.getBoundingClientRect(); return (r.x + 30) + " " + (r.y + r.height / 2); })()`, selector))
		if _, err := fmt.Sscan(said, &x, &y); err != nil {
			t.Fatal(said, err)
		}
		return x, y
	}
	count := func() string {
		return p.Eval(`String(document.querySelectorAll("#ff-canvas [data-list] > li:not(.sortable-ghost)").length)`)
	}
	before := count()
	p.Size(1440, 2400) // a screen that holds both
	defer p.Size(1440, 900)
	x, y := at(from)
	x2, y2 := at(to)
	steps := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, chromedp.Button("left"))}
	for i := 1.0; i <= 12; i++ {
		steps = append(steps, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x+(x2-x)*i/12, y+(y2-y)*i/12, chromedp.Button("left")))
	}
	p.Do(steps...)
	for end := time.Now().Add(10 * time.Second); p.Eval(`document.querySelectorAll("#ff-canvas .sortable-ghost").length ? "there" : ""`) == ""; y2++ {
		if time.Now().After(end) {
			t.Fatal("what is dragged never reached the canvas")
		}
		p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x2, y2, chromedp.Button("left")))
	}
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x2, y2, chromedp.Button("left")))
	for end := time.Now().Add(10 * time.Second); count() == before || !strings.Contains(p.Text(), "已保存"); {
		if time.Now().After(end) {
			t.Fatal("the field that was dragged is not kept:\n" + p.Text())
		}
	}
}

// chosen puts an item in force that is filed with the form.
func (s *stand) chosen(t *testing.T) {
	t.Helper()
	editor, reviewer := as(t, dbtest.League, "01", policies.ItemEditor), as(t, dbtest.League, "02", policies.ItemReviewer)
	b := catalog.Body{
		Name: grassland, BasicCode: "000164018000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局", Audience: []string{"1"}, ProjectType: "2", OnsiteTimes: 1,
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第四十条"}}, StatutoryDays: 20, PromisedDays: 15,
	}
	v := must[catalog.Version](t, "item")(s.Items.Create(editor, catalog.Draft{Body: b, Flow: flows.Linear(grassland, climbing())}))
	p := s.officer(t, "editor")
	p.Visit("/desk/items/"+v.ItemID+"/edit").Choose("申请表单", "草场用地申请表").Reads("已自动保存")
	p.Visit("/desk/items/" + v.ItemID + "/flow").Reads("嘎查受理")
	if fields := p.Eval(`document.querySelector("#designer") ? "board" : ""`); fields != "board" {
		t.Error("no board to draw the flow on")
	}
	must[catalog.Version](t, "submit")(s.Items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish")(s.Items.Publish(reviewer, v.ID, "同意"))
}

// fillsIn fills in the form of an application, loses her network on the way and
// finds everything again, and returns the number of the case.
func (s *stand) fillsIn(t *testing.T, p *kittest.Person) string {
	t.Helper()
	p.Reads("已实名").Click("下一步").Reads("草场用地申请表", "来自实名认证信息")
	if shown := p.Eval(`document.querySelector("[name='f.xing_ming']").value`); shown != "其**" {
		t.Errorf("the page shows the name as %q", shown)
	}
	p.Click("下一步").Reads("请填写")
	p.Eval(`(() => { window.realFetch = window.fetch; window.fetch = () => Promise.reject(new Error("no network")); return ""; })()`)
	p.Type("面积", "12.5").Reads("未联网，内容已存在本机")
	p.Visit(p.Path() + "?step=form") // her browser crashed
	p.Reads("已保存")
	if kept := p.Eval(`document.querySelector("[name='f.number']").value`); kept != "12.5" {
		t.Errorf("after the crash the area is %q", kept)
	}
	look(t, p, "7-form")
	p.Click("下一步").Tick("到受理窗口领取").Click("下一步").Reads("12.5 亩", "其**").Tick("承诺")
	p.Click("确认提交").Reads("申请已提交")
	return p.Eval(`document.querySelector(".cz-no strong").innerText`)
}
