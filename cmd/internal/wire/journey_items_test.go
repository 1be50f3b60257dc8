package wire

import (
	"strconv"
	"testing"

	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestJourneyOfAnItem writes an item at the league, sees it appear on every site
// below once it is published, and refines it at one county.
func TestJourneyOfAnItem(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ids := s.staff(t, "boss", "editor", "reviewer", "county")
	admin := s.boss(t, ids["boss"])
	s.appoint(t, admin, dbtest.League, ids["editor"], policies.ItemEditor)
	s.appoint(t, admin, dbtest.League, ids["reviewer"], policies.ItemReviewer)
	s.appoint(t, admin, dbtest.County, ids["county"], policies.ItemEditor)

	s.drafts(t, s.officer(t, "editor"))
	s.reviews(t, s.officer(t, "reviewer"))

	visitor := s.someone(t)
	for _, n := range dbtest.Tree() {
		visitor.Visit("/sites/"+code(n.ID)+"/items").Reads("临时占用草原审批", "承诺 15 个工作日")
	}

	county := s.officer(t, "county")
	county.Click("事项管理").Reads("锡林郭勒盟")
	look(t, county, "2-county-items")
	county.Click("临时占用草原审批").Click("本级细化").Reads("只能缩短", "锁定")
	county.Type("本级承诺时限（工作日）", "18").Click("保存").Reads("没有保存")
	look(t, county, "2-override-refused")
	county.Type("本级承诺时限（工作日）", "12").Type("本级办理地点", "锡林浩特市额尔敦路 1 号").Click("保存").Reads("本级细化已保存", "额尔敦路")
	look(t, county, "2-item-refined")

	visitor = s.someone(t) // browsers keep a public page for a minute
	for _, n := range dbtest.Tree() {
		promise, here := 15, dbtest.County <= n.ID && n.Hi <= nodeOf(dbtest.County).Hi
		if here {
			promise = 12
		}
		visitor.Visit("/sites/" + code(n.ID) + "/items").Reads("承诺 " + strconv.Itoa(promise) + " 个工作日").Click("办事指南：临时占用草原审批").Reads("法定办结")
		if here {
			visitor.Reads("额尔敦路 1 号")
		} else {
			visitor.Lacks("额尔敦路")
		}
	}
}

// drafts writes the item and sends it to review.
func (s *stand) drafts(t *testing.T, p *kittest.Person) {
	t.Helper()
	p.Click("事项管理").Click("新建事项")
	p.Type("事项名称", "临时占用草原审批").Type("基本编码", "000164018000").Choose("事项类型", "行政许可").Choose("行使层级", "盟").Type("实施部门", "林业和草原局")
	p.TickIn("可受理层级", "嘎查村（社区）级").TickIn("服务对象", "自然人").TickIn("办件类型", "承诺件").Type("到现场次数", "1")
	p.Type("法定办结时限", "20").Type("承诺办结时限", "15")
	p.Click("添加设定依据").Type("设定依据第 1 行法律法规名称", "中华人民共和国草原法").Type("设定依据第 1 行条款", "第四十条")
	p.Type("申请条件", "符合草原保护规划")
	p.Click("添加材料").Type("材料第 1 行材料名称", "草原征占用申请表").Choose("材料第 1 行必要性", "必要").Choose("材料第 1 行来源", "申请人自备").Choose("材料第 1 行形式", "电子").Type("材料第 1 行复印件份数", "1")
	s.draws(p)
	p.Type("办理地点", "锡林郭勒盟政务服务中心").Type("咨询电话", "0479-8210000").Type("搜索词", "放牧 草场")
	look(t, p, "2-editor")
	p.Click("保存并送审").Reads("审核中")
	look(t, p, "2-item-sent")
}

// draws fills in the steps of a climbing flow; the form begins with some.
func (s *stand) draws(p *kittest.Person) {
	steps := []struct{ name, kind, level, post, days string }{
		{"嘎查受理", "受理", "申请所在地", "受理（窗口）人员", "2"},
		{"苏木初审", "审查", "所属苏木乡镇", "审查人员", "3"},
		{"旗县审查", "审查", "所属旗县", "审查人员", "4"},
		{"盟级决定", "审批决定", "所属盟市", "审批决定人员", "5"},
		{"送达", "送达", "返回申请所在地", "受理（窗口）人员", "2"},
	}
	for p.Eval(`document.querySelector("input[name='flow.n']").value`) < strconv.Itoa(len(steps)) {
		p.Click("添加环节")
	}
	for i, x := range steps {
		row := "环节第 " + strconv.Itoa(i+1) + " 行"
		p.Type(row+"环节名称", x.name).Choose(row+"类型", x.kind).Choose(row+"办理层级", x.level).Choose(row+"岗位", x.post).Type(row+"时限（工作日）", x.days)
	}
	p.Click("更新流程图").Lacks("流程还有以下问题")
}

// reviews compares and publishes.
func (s *stand) reviews(t *testing.T, p *kittest.Person) {
	t.Helper()
	p.Click("事项审核").Reads("临时占用草原审批")
	look(t, p, "2-reviews")
	p.Click("临时占用草原审批").Reads("草原法", "苏木初审")
	look(t, p, "2-review")
	p.Type("审核意见", "同意发布").Click("通过并发布").Reads("已发布")
}
