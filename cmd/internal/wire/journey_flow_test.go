package wire

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// TestJourneyOfACase follows a case up the tree and down again: accepted,
// supplemented, sent back, decided and delivered, with everybody told.
func TestJourneyOfACase(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.offered(t)
	s.crew(t)
	her := s.herder(t, "其木格")
	p := s.someone(t)
	p.Visit("/sites/"+code(dbtest.Village)+"/login").Type("身份证号或手机号", her.number).Type("密码", password).ClickIn("身份证号或手机号", "登录")
	p.Visit("/sites/" + code(dbtest.Village) + "/items").Click("在线办理：" + grassland)
	no := s.files(t, p, "")
	p.Click("查看办理进度").Reads(no)

	clerk := s.officer(t, "clerk").Visit("/village").Click("待办").Reads("待受理")
	look(t, clerk, "4-village-todo")
	clerk.Click(grassland)
	look(t, clerk, "4-village-accept")
	clerk.ClickIn("办理意见", "予以受理").Reads("毛登牧场").Click("受理通知书").Reads("受理通知书", no, "其木格")
	look(t, clerk, "4-letter")

	town := s.officer(t, "town").Reads(grassland)
	look(t, town, "4-home-reviewer")
	town.Click("待办事项")
	look(t, town, "4-todo")
	town.Click("办理 "+no).Reads("结果领取方式", "到受理窗口领取").Lacks("delivery").Type("办理意见", "现场核查属实").Attach("附件", scan(t, "核查记录.pdf"))
	look(t, town, "4-case")
	town.ClickIn("办理意见", "审查通过").Reads("核查记录.pdf")

	county := s.officer(t, "county").Click("待办事项").Click("办理 " + no)
	county.Reads("现场核查属实").Click("告知补正").Type("需要补正的全部内容", "草原承包合同").ClickIn("需要补正的全部内容", "告知补正").Reads("补正中")
	look(t, county, "4-supplement-asked")

	p.Visit(p.Path()).Reads("需要您补正材料", "草原承包合同")
	look(t, p, "4-supplement")
	p.Type("补正说明", "合同已上传").Attach("上传：草原承包合同", scan(t, "承包合同.pdf")).Click("提交补正").Reads("补正材料已提交", "承包合同.pdf")

	county.Visit(county.Path()).Reads("合同已上传").Type("办理意见", "同意").ClickIn("办理意见", "审查通过")
	league := s.officer(t, "league").Click("待办事项").Click("办理 " + no)
	league.Click("退回").Type("退回原因", "请核实面积").ClickIn("退回原因", "退回")
	county.Click("待办事项").Click("办理 "+no).Reads("请核实面积").Type("办理意见", "面积已核实").ClickIn("办理意见", "审查通过")
	league.Click("待办事项").Click("办理 "+no).Reads("面积已核实").Click("作出决定").Tick("准予").Type("办理意见", "符合条件，准予占用").ClickIn("办理意见", "作出决定").Reads("准予")
	look(t, league, "4-decided")

	s.comesDown(t, p, clerk)
	s.wasTold(t, p, no)
}

// comesDown hands the result to the applicant, who sees every step on her page.
func (s *stand) comesDown(t *testing.T, p, clerk *kittest.Person) {
	t.Helper()
	if got := p.Visit(p.Path()).Eval(`document.querySelector("svg.flow .is-current text, svg.flow .is-current")?.textContent.trim()`); !strings.Contains(got, "送达") {
		t.Errorf("the flow marks %q", got)
	}
	p.Reads("已作出决定：准予", "告知补正", "补正材料", "合同已上传")
	look(t, p, "4-citizen-deciding")
	clerk.Visit("/village").Reads("结果回来了")
	look(t, clerk, "4-village-result")
	clerk.Click(grassland).Type("领取人", "其木格").ClickIn("领取人", "登记送达").Reads("已办结")
	p.Visit(p.Path()).Reads("已办结：准予", "现场核查属实", "请核实面积", "面积已核实", "符合条件，准予占用", "嘎查受理", "苏木初审", "旗县审查", "盟级决定", "送达")
	look(t, p, "4-citizen-done")
	p.Click("准予行政许可决定书").Reads("准予")
	look(t, p, "4-decision")
}

// wasTold looks for what she was told: on her page and on her phone.
func (s *stand) wasTold(t *testing.T, p *kittest.Person, no string) {
	t.Helper()
	told := []string{"受理", "补正", "办结"}
	for end := time.Now().Add(20 * time.Second); !strings.Contains(p.Visit("/sites/"+code(dbtest.Village)+"/notices").Text(), "办结"); {
		if time.Now().After(end) {
			t.Fatal("no notice in 20 s:\n" + p.Text())
		}
	}
	p.Reads(append(told, no)...)
	look(t, p, "4-messages")
	admin := s.someone(t)
	ids := s.staff(t, "operator")
	s.appoint(t, s.bossAgain(t), dbtest.League, ids["operator"], policies.SystemAdmin)
	admin.Visit("/desk").Type("账号", s.login("operator")).Type("密码", password).Click("登录").Click("短信模拟").Reads(told...)
	look(t, admin, "4-sms")
}

// bossAgain is the scope of the first administrator.
func (s *stand) bossAgain(t *testing.T) context.Context {
	t.Helper()
	id, err := s.Kratos.Login(t.Context(), s.login("boss"), password)
	if err != nil {
		t.Fatal(err)
	}
	seats, err := s.Org.Seats(t.Context(), id.Sub)
	if err != nil || len(seats) == 0 {
		t.Fatalf("%d seats, %v", len(seats), err)
	}
	scope, err := s.Org.Sit(t.Context(), id.Sub, "boss", seats[0].ID, true)
	if err != nil {
		t.Fatal(err)
	}
	return tenancy.With(t.Context(), scope)
}

// waits files a case that the village has accepted: it stands at the township.
func (s *stand) waits(t *testing.T) cases.Case {
	t.Helper()
	s.offered(t)
	her := as(t, dbtest.Village, "10")
	offers, err := s.Items.Offered(her, catalog.Query{})
	if err != nil || len(offers.Rows) != 1 {
		t.Fatalf("%d items, %v", len(offers.Rows), err)
	}
	form := must[files.File](t, "upload")(s.Files.Upload(her, "申请表.pdf", "草原征占用申请表", strings.NewReader(pdf)))
	in := filing(offers.Rows[0].ID, "late")
	in.Files = []string{form.ID}
	c := must[cases.Case](t, "file")(s.Cases.File(her, in))
	return must[cases.Case](t, "accept")(s.Cases.Accept(as(t, dbtest.Village, "11", policies.Clerk), c.ID, c.Version, "受理"))
}

// TestJourneyOfSupervision lets a case run out of time, and supervisors ask why.
func TestJourneyOfSupervision(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ids := s.staff(t, "boss", "head", "county", "league", "foreign")
	admin := s.boss(t, ids["boss"])
	s.appoint(t, admin, dbtest.Township, ids["head"], policies.OfficeHead)
	s.appoint(t, admin, dbtest.County, ids["county"], policies.Supervisor)
	s.appoint(t, admin, dbtest.League, ids["league"], policies.Supervisor)
	s.appoint(t, admin, dbtest.County2, ids["foreign"], policies.Supervisor)
	c := s.waits(t)
	s.ahead.Store(int64(45 * 24 * time.Hour))
	if _, err := s.Supervision.Sweep(dbtest.As(t, dbtest.League, tenancy.System)); err != nil {
		t.Fatal(err)
	}

	county := s.officer(t, "county").Click("监察看板").Reads("毛登牧场")
	look(t, county, "5-board")
	county.Click("红黄牌").Reads(c.No, "毛登牧场")
	look(t, county, "5-cards")
	s.officer(t, "league").Click("红黄牌").Reads(c.No)
	foreign := s.officer(t, "foreign").Click("红黄牌").Lacks(c.No)
	look(t, foreign, "5-cards-foreign")

	county.Click("查看 "+c.No+" 的红牌").Reads("时限怎么算的", "责任单位")
	look(t, county, "5-card")
	county.Type("督办要求", "请说明超期原因并限期办结").Click("签发督办单").Reads("等待承办单位答复")
	look(t, county, "5-order")

	head := s.officer(t, "head").Click("督办单").Click("查看督办单")
	look(t, head, "5-answer")
	head.Type("答复内容", "人员调整造成延误，已安排专人办理").Click("提交答复")
	county.Visit(county.Path()).Reads("人员调整造成延误").Type("销号意见", "整改到位").Click("同意并销号").Reads("督办单已销号")
	look(t, county, "5-closed")
	county.Click("打印督办单").Reads("电子监察督办单", "整改到位")
	look(t, county, "5-paper")
}

// TestJourneyOfStrangers looks at a case from where it may not be seen, and from
// where it may be seen and not touched.
func TestJourneyOfStrangers(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ids := s.staff(t, "boss", "county", "foreign")
	admin := s.boss(t, ids["boss"])
	s.appoint(t, admin, dbtest.County, ids["county"], policies.Reviewer)
	s.appoint(t, admin, dbtest.County2, ids["foreign"], policies.Reviewer, policies.Clerk)
	s.appoint(t, admin, dbtest.League, ids["foreign"], policies.Supervisor)
	c := s.waits(t)

	county := s.officer(t, "county").Click("办件查询").Reads(c.No).Click(grassland)
	county.Reads("为什么不能操作", "审查通过、告知补正、退回", "毛登牧场")
	look(t, county, "6-why-not")

	foreign := s.officer(t, "foreign")
	s.sits(t, foreign, "二连浩特市")
	foreign.Click("办件查询").Type("关键字", c.No).Click("查询").Reads("没有符合条件的办件")
	look(t, foreign, "6-nothing")
	foreign.Visit("/desk/cases/" + c.ID).Reads("404")
	look(t, foreign, "6-guessed")
	foreign.Visit("/desk")
	s.sits(t, foreign, "锡林郭勒盟")
	foreign.Click("办件查询").Reads(c.No)
	look(t, foreign, "6-other-post")
}

// sits takes the post in a tenant; the frame of the page says which it is.
func (s *stand) sits(t *testing.T, p *kittest.Person, tenant string) {
	t.Helper()
	p.Press("切换岗位")
	look(t, p, "6-switch")
	if p.Eval(`document.querySelector(".ld-post").open`) != "true" { // looking may have closed it
		p.Press("切换岗位")
	}
	p.Click(tenant)
	if got := p.Eval(`document.querySelector(".ld-post summary").innerText`); !strings.Contains(got, tenant) {
		t.Errorf("after switching to %s the page says %s", tenant, strconv.Quote(got))
	}
}
