package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"liandong/tenancy/db/dbtest"
)

func TestChainIsSetAndInherited(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	league, county := o.at(t, dbtest.League, "02", "item_reviewer"), o.at(t, dbtest.County, "05", "item_reviewer")
	league.Get("/desk/items/settings").Want(http.StatusOK).Doc().Has("main", "没有单位设置过").Has("nav.ld-tabs", "通知模板")
	three := url.Values{"name.0": {"编办审核"}, "department.0": {"编办"}, "name.2": {"法制审核"}, "version": {"0"}}
	league.Post("/desk/items/settings/chain", three).Want(http.StatusSeeOther)
	county.Get("/desk/items/settings").Want(http.StatusOK).Doc().Has("ol.ld-chain", "编办审核（编办）").Has("main", "沿用锡林郭勒盟的设置")
	doc := league.Post("/desk/items/settings/chain", with(three, "name.0", "改过")).Want(http.StatusConflict).Doc()
	if doc.Attr("input[name='name.0']", "value") != "改过" {
		t.Error("what was typed is lost")
	}
	league.Post("/desk/items/settings/chain", url.Values{"name.0": {"一"}, "name.1": {"一"}, "version": {"1"}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "环节名称重复")
	league.Post("/desk/items/settings/chain", url.Values{"version": {"1"}}).Want(http.StatusUnprocessableEntity)
	county.Post("/desk/items/settings/chain", url.Values{"name.0": {"旗县审核"}, "version": {"0"}}).Want(http.StatusSeeOther)
	o.at(t, dbtest.Village, "06", "item_reviewer").Get("/desk/items/settings").Want(http.StatusOK).Doc().Has("ol.ld-chain", "旗县审核")
	county.Post("/desk/items/settings/chain", url.Values{"do": {"reset"}, "version": {"1"}}).Want(http.StatusSeeOther)
	county.Get("/desk/items/settings").Doc().Has("ol.ld-chain", "法制审核")
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/settings").Want(http.StatusOK).Doc().Lacks("button[value=reset]").Lacks("input[name='name.0']")
	editor.Post("/desk/items/settings/chain", three).Want(http.StatusForbidden)
}

func TestTemplatesAreWordedPreviewedAndReset(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	league, county := o.at(t, dbtest.League, "02", "item_reviewer"), o.at(t, dbtest.County, "05", "item_reviewer")
	const at = "/desk/items/settings/notices"
	league.Get(at).Want(http.StatusOK).Doc().Has("tbody", "暂停办理公告", "系统自带")
	league.Get(at+"/suspended").Want(http.StatusOK).Doc().Has("main form .alert", "“草原作业许可”自2026年3月4日起暂停办理：业务系统升级。")
	league.Get(at + "/nothing").Want(http.StatusNotFound)
	says(t, league.Post(at+"/suspended", url.Values{"do": {"preview"}, "text": {"停办：{事项}"}, "version": {"0"}}).Want(http.StatusOK), "停办：草原作业许可")
	league.Post(at+"/suspended", url.Values{"text": {"停办：{事项}{别的}"}, "version": {"0"}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "花括号里只能用列出的内容")
	league.Post(at+"/suspended", url.Values{"text": {"停办：{事项}"}, "version": {"0"}}).Want(http.StatusSeeOther)
	league.Post(at+"/suspended", url.Values{"text": {"又停：{事项}"}, "version": {"0"}}).Want(http.StatusConflict)
	county.Get(at).Want(http.StatusOK).Doc().Has("tbody", "停办：{事项}", "锡林郭勒盟")
	league.Post(at+"/suspended", url.Values{"do": {"reset"}, "version": {"1"}}).Want(http.StatusSeeOther)
	county.Get(at).Want(http.StatusOK).Doc().Has("tbody", "暂停办理公告", "系统自带")
}
