package wire

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestJourneyOfAParallelFlow draws two branches with the mouse, publishes the flow with its item, and lets
// a citizen file a case that two people review at the same time, each of whom the other does not wait for.
func TestJourneyOfAParallelFlow(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ids := s.staff(t, "boss", "editor", "reviewer", "clerk", "town", "county", "league")
	admin := s.boss(t, ids["boss"])
	s.appoint(t, admin, dbtest.League, ids["editor"], policies.ItemEditor)
	s.appoint(t, admin, dbtest.League, ids["reviewer"], policies.ItemReviewer)
	s.appoint(t, admin, dbtest.Village, ids["clerk"], policies.Clerk)
	s.appoint(t, admin, dbtest.Township, ids["town"], policies.Reviewer)
	s.appoint(t, admin, dbtest.County, ids["county"], policies.Reviewer)
	s.appoint(t, admin, dbtest.League, ids["league"], policies.Decider)
	all := climbing()
	v := must[catalog.Version](t, "item")(s.Items.Create(as(t, dbtest.League, "01", policies.ItemEditor), catalog.Draft{Flow: flows.Linear(grassland, append(all[:2:2], all[3:]...)), Body: catalog.Body{
		Name: grassland, BasicCode: "000164018000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局", Audience: []string{"1"}, ProjectType: "2", OnsiteTimes: 1,
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第四十条"}}, StatutoryDays: 20, PromisedDays: 15, Conditions: []string{"符合草原保护规划"},
		Materials: []catalog.Material{{Name: "草原征占用申请表", Need: "1", Source: "10", Form: "2", Copies: 1}}, Address: "锡林郭勒盟政务服务中心", Phone: "0479-8210000",
	}}))

	editor := s.officer(t, "editor")
	editor.Visit("/desk/items/" + v.ItemID + "/flow")
	s.drawsBranches(t, editor)
	editor.Visit("/desk/items/" + v.ItemID).Click("送审").Reads("审核中")
	s.officer(t, "reviewer").Click("事项审核").Click(grassland).Reads("苏木初审", "旗县审查").Type("审核意见", "同意发布").Click("通过并发布").Reads("已发布")

	her := s.herder(t, "其木格")
	p := s.someone(t)
	p.Visit("/sites/"+code(dbtest.Village)+"/login").Type("身份证号或手机号", her.number).Type("密码", password).ClickIn("身份证号或手机号", "登录")
	p.Visit("/sites/" + code(dbtest.Village) + "/items").Click("在线办理：" + grassland)
	no := s.files(t, p, "")
	p.Click("查看办理进度").Reads(no)

	clerk := s.officer(t, "clerk").Visit("/village").Click("待办").Click(grassland).ClickIn("办理意见", "予以受理")
	town := s.officer(t, "town").Click("待办事项").Click("办理 "+no).Reads("同时进行的环节", "旗县审查")
	county := s.officer(t, "county").Click("待办事项").Click("办理 " + no)
	look(t, county, "7-branches")
	county.Type("办理意见", "旗县同意").ClickIn("办理意见", "审查通过")
	if n := p.Visit(p.Path()).Eval(`document.querySelectorAll("svg.flow .is-current").length`); n == "0" {
		t.Error("the flow marks nothing while one branch is under way")
	}
	p.Reads("苏木初审")
	town.Type("办理意见", "苏木属实").ClickIn("办理意见", "审查通过") // her form is as good as when she opened it
	s.officer(t, "league").Click("待办事项").Click("办理 "+no).Reads("旗县同意", "苏木属实").Click("作出决定").Tick("准予").Type("办理意见", "准予占用").ClickIn("办理意见", "作出决定").Reads("准予")
	clerk.Visit("/village").Click(grassland).Type("领取人", "其木格").ClickIn("领取人", "登记送达").Reads("已办结")
	p.Visit(p.Path()).Reads("已办结：准予", "旗县同意", "苏木属实")
	look(t, p, "7-done")
}

// drawsBranches puts 旗县审查 beside 苏木初审 on the open board: both begin after acceptance, and the decision
// waits for both.
func (s *stand) drawsBranches(t *testing.T, p *kittest.Person) {
	t.Helper()
	p.Size(1440, 900).Do(chromedp.WaitReady("#designer.is-ready .djs-shape"))
	m := p.Mouse(t)
	find := func(expression string) string {
		return p.Eval(`(r => r.` + expression + `)(document.getElementById("designer").fd.get("elementRegistry"))`)
	}
	task := func(name string) string {
		return find(`filter(e => e.type === "bpmn:UserTask" && e.businessObject.name === ` + strconv.Quote(name) + `)[0].id`)
	}
	gate := func(behind string) string {
		x, y := m.At(kittest.Drawn(find(`get("` + behind + `").outgoing[0].id`)))
		m.Drag(kittest.Tool("parallel"), x, y)
		id := m.Newest("bpmn:ParallelGateway")
		m.Until("the gateway on the arrow", `document.getElementById("designer").fd.get("elementRegistry").get("`+id+`").incoming.length === 1`)
		return id
	}
	pre := task("苏木初审")
	join := gate(pre)
	split := gate(task("嘎查受理"))
	x, y := m.At(kittest.Drawn(pre))
	m.Drag(kittest.Tool("review"), x, y+160)
	review := m.Newest("bpmn:UserTask")
	m.Choose(review)
	m.Fill("name", "旗县审查")
	m.Fill("limit", "3")
	for _, arrow := range [][2]string{{split, review}, {review, join}} {
		m.Choose(arrow[0])
		m.Until("the buttons", `!!document.querySelector('[data-action="fb-connect"]')`)
		x, y := m.At(kittest.Drawn(arrow[1]))
		m.Drag(`document.querySelector('[data-action="fb-connect"]')`, x, y)
		m.Until("the arrow", `document.getElementById("designer").fd.get("elementRegistry").get("`+arrow[1]+`").incoming.some(a => a.source.id === "`+arrow[0]+`")`)
	}
	m.Click(`document.getElementById("fb-save-button")`)
	m.Until("the save", `document.querySelector("[data-fd=status]").innerText.startsWith("已保存")`)
	m.Until("the proof", `document.querySelector("[data-fd=status]").innerText.includes("检查通过")`)
}
