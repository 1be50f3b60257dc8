package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy/db/dbtest"
)

// enter puts an entry of the league's basic list in force and returns its id.
func (o office) enter(t *testing.T, name, code string) string {
	t.Helper()
	editor, reviewer := staff(t, dbtest.League, "01", "item_editor"), staff(t, dbtest.League, "02", "item_reviewer")
	v, err := o.items.Create(editor, catalog.Draft{List: catalog.BasicList, Body: catalog.Body{
		Name: name, BasicCode: code, Kind: "01", LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国食品安全法", Article: "第三十五条"}},
		More: catalog.More{ExerciseLevels: []string{"county"}},
	}})
	if err == nil {
		_, err = o.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = o.items.Publish(reviewer, v.ID, "同意")
	}
	if err != nil {
		t.Fatal(err)
	}
	return v.ItemID
}

func TestEntryIsClaimedAndCompleted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.enter(t, "食品经营许可", "000131010000")
	o.enter(t, "食品经营许可（餐饮）", "000131010001")
	league, county := o.at(t, dbtest.League, "01", "item_editor"), o.at(t, dbtest.County, "04", "item_editor")
	league.Get("/desk/items/basic").Want(http.StatusOK).Doc().Has("tbody tr", "食品经营许可", "旗县").Has("td .ld-tree-sub", "餐饮").Has("dd", "已认领 0 / 4")
	league.Get("/desk/items").Want(http.StatusOK).Doc().Has(".ld-empty")
	county.Get("/desk/items/claims").Want(http.StatusOK).Doc().Has("tbody tr", "待认领")
	county.Post("/desk/items/claims", nil).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "请选择要认领的目录")
	county.Post("/desk/items/claims", url.Values{"entries": {id}}).Want(http.StatusOK).Doc().Has("tbody tr", "生成草稿")
	to := county.Post("/desk/items/claims", url.Values{"entries": {id}, "confirmed": {"1"}}).Want(http.StatusSeeOther).Header.Get("Location")
	page := county.Get(to).Want(http.StatusOK).Doc()
	page.Has(".ld-from-entry", "来自基本目录", "锡林郭勒盟", "第三十五条")
	if page.Attr("input[name=name]", "type") != "hidden" || page.Count("input[name=legal_basis.0]") != 0 {
		t.Error("what the entry fixes can be typed")
	}
	form := with(typed(), "name", "食品经营许可", "basic_code", "000131010000", "legal_basis.n", "0", "version", "1")
	county.Post(to, with(form, "name", "别的名称")).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "来自基本目录")
	county.Post(to, with(form, "name", "食品经营许可")).Want(http.StatusSeeOther)
	league.Get("/desk/items/basic").Doc().Has("dd", "已认领 1 / 4")
	league.Get("/desk/items/basic.xlsx").Want(http.StatusOK)
}

// A draft that saves itself is begun by the first save and goes on with it.
func TestDraftSavesItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/new")
	form := with(typed(), "legal_basis.n", "0", "department", "")
	says(t, editor.Post("/desk/items/autosave", with(form, "name", "")).Want(http.StatusOK), "尚未自动保存")
	res := editor.Post("/desk/items/autosave", with(form, "name", "草原作业许可")).Want(http.StatusOK)
	says(t, res, "已自动保存")
	item, version := res.Doc().Attr("#f-item", "value"), res.Doc().Attr("#f-version", "value")
	again := editor.Post("/desk/items/autosave", with(form, "item", item, "version", version, "phone", "0479-1")).Want(http.StatusOK)
	says(t, again, "已自动保存")
	says(t, editor.Post("/desk/items/autosave", with(form, "phone", "0479-2")).Want(http.StatusOK), "有人刚保存过")
	version = again.Doc().Attr("#f-version", "value")
	editor.Post("/desk/items", with(typed(), "item", item, "version", version)).Want(http.StatusSeeOther)
	if doc := editor.Get("/desk/items?span=own&state=draft").Doc(); doc.Count("tbody tr") != 1 {
		t.Errorf("%d drafts", doc.Count("tbody tr"))
	}
}

func TestSituationsAreDesignedAndTried(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/new")
	doc := editor.Post("/desk/items", with(typed(), "do", "situations+")).Want(http.StatusOK).Doc()
	if doc.Attr("input[name=situations.0.o.0.id]", "value") != "o1" || doc.Attr("input[name=situations.0.o.1.id]", "value") != "o2" {
		t.Fatal("no answers to fill in")
	}
	form := with(typed(), "situations.n", "1", "situations.0", "您是单位还是个人？", "situations.0.o.n", "2", "situations.0.o.0", "单位", "situations.0.o.0.id", "o1",
		"situations.0.o.1", "个人", "situations.0.o.1.id", "o2", "situations.0.o.1.m", "居民身份证", "try.1", "o1")
	doc = editor.Post("/desk/items", with(form, "do", "try")).Want(http.StatusOK).Doc()
	if got := doc.Text("#try dl"); strings.Contains(got, "居民身份证") || !strings.Contains(got, "申请书") {
		t.Errorf("a unit brings %s", got)
	}
	to := editor.Post("/desk/items", with(form, "do", "save", "materials.1", "身份证", "materials.1.was", "居民身份证")).Want(http.StatusSeeOther).Header.Get("Location")
	says(t, editor.Get(strings.TrimSuffix(to, "/edit")), "选“个人”：提交身份证")
	srv := httptest.NewServer(o.desk(staff(t, dbtest.League, "01", "item_editor")))
	t.Cleanup(srv.Close)
	o.enter(t, "食品经营许可", "000131010000")
	o.enter(t, "食品经营许可（餐饮）", "000131010001")
	look(t, "lists", srv.URL, []string{to, "/desk/items/basic", "/desk/items/new?list=basic"})
	below := httptest.NewServer(o.desk(staff(t, dbtest.County, "04", "item_editor")))
	t.Cleanup(below.Close)
	look(t, "claims", below.URL, []string{"/desk/items/claims"})
}
