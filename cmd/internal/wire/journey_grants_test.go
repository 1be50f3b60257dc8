package wire

import (
	"strings"
	"testing"

	"liandong/portal-sites/kit/kittest"
)

// TestJourneyOfGrants lets administration be handed down the tree, three tiers
// and not four, and be taken back in the middle.
func TestJourneyOfGrants(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ids := s.staff(t, "boss", "cadm", "tadm", "clerk")
	s.boss(t, ids["boss"])

	boss := s.officer(t, "boss").Reads("锡林郭勒盟")
	look(t, boss, "1-home-admin")
	s.appoints(t, boss, "锡林浩特市", "cadm", "1-grant-new")
	look(t, boss, "1-grant")

	cadm := s.officer(t, "cadm").Reads("锡林浩特市")
	cadm.Click("授权管理").Reads("二级")
	look(t, cadm, "1-grants")
	s.appoints(t, cadm, "毛登牧场", "tadm", "")

	tadm := s.officer(t, "tadm").Reads("毛登牧场")
	tadm.Click("授权管理").Reads("三级").Reads("授权最多三级，三级管理员直接为岗位指派人员")
	tadm.Visit("/desk/org/grants/new").Reads("授权最多三级，再往下不能继续授权", "请由上一级管理员直接为该单位的岗位指派人员")
	look(t, tadm, "1-fourth-tier")
	s.seats(t, tadm, "第一嘎查", "便民服务站", "代办员", "clerk")

	clerk := s.officer(t, "clerk").Reads("第一嘎查", "代办员")
	look(t, clerk, "1-home-clerk")

	boss.Click("授权管理").ClickIn("演示·cadm", "收回").Reads("将同时失效", "演示·tadm", "演示·clerk")
	look(t, boss, "1-revoke")
	boss.Type("理由", "机构改革").Click("确认收回").Reads("已收回")

	tadm.Click("授权管理").Reads("岗位已经收回")
	look(t, tadm, "1-seat-gone")
	clerk.Click("待办事项").Reads("岗位已经收回")
	cadm.Click("授权管理").Reads("岗位已经收回")
}

// appoints makes somebody administrator of a tenant.
func (s *stand) appoints(t *testing.T, by *kittest.Person, tenant, who, shot string) {
	t.Helper()
	by.Click("授权管理").Click("授权下级管理员")
	by.Type("名称或区划代码", tenant).Click("查找单位").Click(tenant)
	by.Type("登录名或姓名", s.login(who)).Click("查找人员").Reads("演示·" + who)
	for l := range strings.SplitSeq(by.Eval(`[...document.querySelectorAll("input[name=roles] ~ .form-check-label")].map(l => l.firstChild.textContent.trim()).join("\n")`), "\n") {
		if !strings.Contains(l, "系统管理") && !strings.Contains(l, "安全") && !strings.Contains(l, "审计") {
			by.Tick(l)
		}
	}
	by.Type("授权依据", "锡政办发〔2026〕12 号")
	if shot != "" {
		look(t, by, shot)
	}
	by.Click("确认授权").Reads("演示·"+who, tenant)
}

// seats founds a department and a post in a tenant and appoints somebody to it.
func (s *stand) seats(t *testing.T, by *kittest.Person, tenant, department, post, who string) {
	t.Helper()
	by.Click("部门与岗位").Reads("部门")
	look(t, by, "1-departments")
	by.Click("选择其他单位").Reads(tenant)
	look(t, by, "1-pick-unit")
	by.Click(tenant).ClickIn("所属", "部门与岗位")
	by.Click("新增部门").Type("部门名称", department).Click("保存")
	by.ClickIn(department, "新增岗位").Type("岗位名称", post).Tick("窗口")
	look(t, by, "1-post-new")
	by.Click("保存")
	by.ClickIn(post, "指派").Type("登录名或姓名", s.login(who)).Click("查找人员").Type("指派依据", "任职文件")
	look(t, by, "1-assign")
	by.Click("确认指派").Reads("演示·" + who)
}
