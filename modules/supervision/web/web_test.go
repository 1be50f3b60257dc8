package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"liandong/modules/supervision"
	"liandong/tenancy/db/dbtest"
)

func TestOrderThroughThePages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.town()
	card := d.red(dbtest.Township)
	county, office := d.client(d.as(dbtest.County, "01", "supervisor")), d.client(d.as(card.TenantID, "02", "office_head"))
	page := county.Get("/desk/supervision/cards/" + card.ID).Want(http.StatusOK)
	doc := page.Doc().Has("h1", "红牌").Has("table", "工作日，计入时限")
	path := "/desk/supervision/cards/" + card.ID + "/order"
	county.Post(path, url.Values{"demand": {" "}, "idem": {doc.Attr("form.ld-form input[name=idem]", "value")}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "不能为空")
	long := county.Post(path, url.Values{"demand": {"请说明"}, "answer_days": {"30"}, "idem": {newKey()}}).Want(http.StatusUnprocessableEntity)
	if !strings.Contains(long.Body, "请说明") || !strings.Contains(long.Body, "不能长于") {
		t.Errorf("the refused order lost its text or its reason")
	}
	county.Get("/desk/supervision/cards/" + card.ID)
	res := county.Post(path, url.Values{"demand": {"请说明超期原因"}, "answer_days": {"2"}, "idem": {newKey()}}).Want(http.StatusSeeOther)
	order := res.Header.Get("Location")
	county.Get(order).Want(http.StatusOK).Doc().Has(".alert-success", "已签发").Has(".ld-timeline", "请说明超期原因", "等待答复").Lacks("textarea[name=answer]")

	office.Get(order).Want(http.StatusOK).Doc().Has("textarea[name=answer]").Lacks("textarea[name=verdict]")
	office.Post(order+"/answer", url.Values{"version": {"9"}, "answer": {"长长的答复"}}).Want(http.StatusConflict).Doc().Has(".alert-danger", "刚才有人处理").Has("textarea[name=answer]", "长长的答复")
	office.Post(order+"/answer", url.Values{"version": {"1"}, "answer": {"人手不足"}}).Want(http.StatusSeeOther)
	county.Get(order)
	county.Post(order+"/return", url.Values{"version": {"2"}, "reason": {"请附措施"}}).Want(http.StatusSeeOther)
	office.Get(order)
	office.Post(order+"/answer", url.Values{"version": {"3"}, "answer": {"已整改"}}).Want(http.StatusSeeOther)
	county.Get(order).Doc().Has("textarea[name=verdict]")
	county.Post(order+"/close", url.Values{"version": {"4"}, "verdict": {"同意"}}).Want(http.StatusSeeOther)
	county.Get(order).Doc().Has(".ld-steps").Has(".alert-success", "已销号")
	county.Get(order+"/paper").Want(http.StatusOK).Doc().Has("h1", "电子监察督办单").Has(".ld-paper-no", "督字〔2026〕").Has("table", "已整改", "同意")
	if x := county.Get("/desk/supervision/orders.xlsx").Want(http.StatusOK); !strings.Contains(x.Header.Get("Content-Type"), "spreadsheet") {
		t.Errorf("export is %s", x.Header.Get("Content-Type"))
	}
	d.client(d.as(dbtest.County2, "03", "supervisor")).Get(order).Want(http.StatusNotFound)
	d.client(d.as(dbtest.County, "04", "clerk")).Get("/desk/supervision/cards/" + card.ID).Want(http.StatusNotFound)
}

func TestListsNarrow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.town()
	c := d.client(d.as(dbtest.League, "01", "supervisor"))
	all := c.Get("/desk/supervision/cards?size=100").Want(http.StatusOK).Doc()
	red := c.Get("/desk/supervision/cards?size=100&colour=red&state=live").Want(http.StatusOK).Doc()
	if a, r := all.Count("tbody tr"), red.Count("tbody tr"); r == 0 || a <= r {
		t.Errorf("%d cards, %d live red ones", a, r)
	}
	c.Get("/desk/supervision/cards?unit="+dbtest.Village.String()).Want(http.StatusOK).Doc().Has("select[name=unit]", "第一嘎查")
	c.Get("/desk/supervision/cards?q="+url.QueryEscape("没有这个")).Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件的牌")
	c.Get("/desk/supervision/cards?from=2030-01-01&sort=-due&page=3").Want(http.StatusOK)
	c.Get("/desk/supervision/cards/nonsense").Want(http.StatusNotFound)
	board := c.Get("/desk/supervision?days=90").Want(http.StatusOK).Doc()
	board.Has("h1", "锡林郭勒盟").Has("div[aria-label=按单位统计]", "锡林浩特市", "（本级）").Has("div[aria-label=最慢的事项]", "草原作业许可")
	c.Get("/desk/supervision?unit="+dbtest.County.String()).Want(http.StatusOK).Doc().Has("nav[aria-label=统计单位]", "锡林浩特市").Has("div[aria-label=按单位统计]", "毛登牧场")
	d.client(d.as(dbtest.County2, "02", "supervisor")).Get("/desk/supervision?unit=" + dbtest.County.String()).Want(http.StatusForbidden)
}

func TestRulesPageRefusesLoosening(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if _, err := d.svc.SetRule(d.as(dbtest.League, "01", "supervisor"), supervision.CaseScope, supervision.Measures{WarnDays: 2, YellowPercent: 80, AnswerDays: 3}, 0); err != nil {
		t.Fatal(err)
	}
	c := d.client(d.as(dbtest.County, "02", "supervisor"))
	c.Get("/desk/supervision/rules").Want(http.StatusOK).Doc().Has("table", "锡林郭勒盟规定")
	set := func(warn, yellow, answer, version int) url.Values {
		return url.Values{"warn_days": {strconv.Itoa(warn)}, "yellow_percent": {strconv.Itoa(yellow)}, "answer_days": {strconv.Itoa(answer)}, "version": {strconv.Itoa(version)}}
	}
	loose := c.Post("/desk/supervision/rules/case", set(1, 85, 3, 0)).Want(http.StatusForbidden).Doc()
	loose.Has(".alert-danger", "只能收紧，不能放宽")
	if got := loose.Attr("#yellow-case", "value"); got != "85" {
		t.Errorf("the refused form shows %q", got)
	}
	c.Post("/desk/supervision/rules/case", set(3, 70, 2, 0)).Want(http.StatusSeeOther)
	c.Get("/desk/supervision/rules").Doc().Has(".alert-success", "监察规则已保存").Has("table", "锡林浩特市规定")
	c.Post("/desk/supervision/rules/case", set(3, 60, 2, 0)).Want(http.StatusConflict)
	c.Post("/desk/supervision/rules/case/clear", url.Values{"version": {"1"}}).Want(http.StatusOK).Doc().Has("main", "不再自行设定办件时限标准？")
	c.Post("/desk/supervision/rules/case/clear", url.Values{"version": {"1"}, "confirmed": {"1"}}).Want(http.StatusSeeOther)
}

func TestCalendarPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.client(d.as(dbtest.County, "02", "system_admin"))
	c.Get("/desk/calendar").Want(http.StatusOK).Doc().Has("h1", "2026 年工作日历").Has("main", "春节", "2 月")
	c.Post("/desk/calendar/days", url.Values{"day": {"2026-07-x"}, "working": {"0"}, "name": {"那达慕"}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "日期")
	c.Post("/desk/calendar/days", url.Values{"day": {"2026-07-23"}, "working": {"0"}, "name": {"那达慕大会"}, "source": {"锡政发〔2026〕8号"}}).Want(http.StatusSeeOther)
	ask := "/desk/calendar?from=2026-07-20&limit=5"
	c.Get(ask).Want(http.StatusOK).Doc().Has("#calculator .alert-success", "2026-07-28").Has("#calculator table", "那达慕大会")
	village := d.client(d.as(dbtest.Village, "03", "clerk"))
	page := village.Get(ask).Want(http.StatusOK)
	page.Doc().Has("#calculator .alert-success", "2026-07-28").Lacks("input[name=day]")
	if !strings.Contains(page.Body, "锡林浩特市") || !strings.Contains(page.Body, "沿用上级") {
		t.Errorf("the village does not see whose exception it is")
	}
	d.client(d.as(dbtest.County2, "04", "clerk")).Get(ask).Doc().Has("#calculator .alert-success", "2026-07-27")
	village.Post("/desk/calendar/days", url.Values{"day": {"2026-07-24"}, "working": {"0"}, "name": {"x"}}).Want(http.StatusForbidden).Doc().Has(".alert-danger")
	c.Get("/desk/calendar?from=2026-07-20&limit=x").Want(http.StatusOK).Doc().Has("#calculator .ld-field-error")
	c.Get("/desk/calendar?year=1990").Want(http.StatusOK)
}
