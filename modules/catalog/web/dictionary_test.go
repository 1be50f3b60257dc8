package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"liandong/tenancy/db/dbtest"
)

const codesPath = "/desk/items/settings/codes"

func TestLocalCodesAreKeptByEditors(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	county, town := o.at(t, dbtest.County, "01", "item_editor"), o.at(t, dbtest.Township, "02", "item_editor")
	county.Get(codesPath + "?system=group").Want(http.StatusSeeOther)
	county.Get(codesPath + "/none").Want(http.StatusNotFound)
	county.Get(codesPath+"/yes_no").Want(http.StatusOK).Doc().Has("main", "各地不能增加代码").Lacks("input[name=code]")
	o.at(t, dbtest.County, "03", "item_reviewer").Get(codesPath+"/group").Want(http.StatusOK).Doc().Has("main", "由本单位的事项编辑人员维护").Lacks("input[name=code]")
	county.Get(codesPath+"/group").Want(http.StatusOK).Doc().Has("main", "没有国家代码")

	typed := url.Values{"code": {"herder"}, "name": {"养羊户"}}
	doc := county.Post(codesPath+"/group", typed).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "这个代码已经有了")
	if doc.Attr("input[name=name]", "value") != "养羊户" {
		t.Error("what was typed is lost")
	}
	county.Post(codesPath+"/group", with(typed, "code", "sheep")).Want(http.StatusSeeOther)
	county.Get(codesPath+"/group").Doc().Has("tbody", "养羊户", "本级")
	county.Get(codesPath+"?q=养羊").Doc().Has("tbody", "服务人群").Lacks("a[href='" + codesPath + "/yes_no']")
	town.Get(codesPath+"/group?q=养羊").Doc().Has("tbody", "养羊户", "锡林浩特市").Lacks("button[value=stop]")
	town.Get(codesPath + "/group/sheep").Want(http.StatusNotFound)
	says(t, town.Get("/desk/items/new"), "养羊户")

	county.Get(codesPath+"/group/sheep").Want(http.StatusOK).Doc().Has("main", "改名：养羊户")
	county.Post(codesPath+"/group/sheep", url.Values{"name": {"农牧民"}, "version": {"1"}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "已有这个名称")
	county.Post(codesPath+"/group/sheep", url.Values{"name": {"绵羊养殖户"}, "version": {"1"}}).Want(http.StatusSeeOther)
	county.Post(codesPath+"/group/sheep", url.Values{"do": {"stop"}, "version": {"1"}}).Want(http.StatusConflict)
	county.Post(codesPath+"/group/sheep", url.Values{"do": {"stop"}, "version": {"2"}}).Want(http.StatusSeeOther)
	county.Get(codesPath+"/group").Doc().Has("tbody", "绵羊养殖户", "已停用").Has("button[value=resume]", "恢复使用")
	if res := town.Get("/desk/items/new"); res.Doc().Attr("input[value=sheep]", "name") != "" {
		t.Error("a stopped code is offered")
	}
	if res := county.Get(codesPath + "/group/export.xlsx").Want(http.StatusOK); len(res.Body) < 1000 {
		t.Errorf("%d bytes of a workbook", len(res.Body))
	}
}

func TestDictionariesAreAccessible(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	county := o.at(t, dbtest.County, "01", "item_editor")
	county.Get(codesPath)
	for _, c := range []url.Values{{"code": {"sheep"}, "name": {"养羊户"}}, {"code": {"camel"}, "name": {"养驼户"}}} {
		county.Post(codesPath+"/group", c).Want(http.StatusSeeOther)
	}
	county.Post(codesPath+"/group/camel", url.Values{"do": {"stop"}, "version": {"1"}}).Want(http.StatusSeeOther)
	srv := httptest.NewServer(o.desk(staff(t, dbtest.County, "01", "item_editor")))
	t.Cleanup(srv.Close)
	look(t, "codes", srv.URL, []string{codesPath, codesPath + "/group", codesPath + "/group/sheep", codesPath + "/yes_no"})
}
