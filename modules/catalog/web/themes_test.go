package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"liandong/modules/catalog"
	catalogweb "liandong/modules/catalog/web"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// theme begins a theme of the league with the item given as its one part, and returns its id.
func theme(t *testing.T, editor *kittest.Client, item string) string {
	t.Helper()
	editor.Get("/desk/items/themes").Want(http.StatusOK)
	to := editor.Post("/desk/items/themes", url.Values{"name": {"开办牧家乐一件事"}, "type": {"20"}, "department": {"文旅局"}, "idem": {"0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c0077"}}).Want(http.StatusSeeOther).Header.Get("Location")
	id := strings.Split(to, "/")[3]
	editor.Post(to, url.Values{"version": {"1"}, "whole": {"1"}, "do": {"add:" + item}, "department": {"文旅局"}}).Want(http.StatusSeeOther)
	return id
}

// A theme is put together by buttons alone: parts, stages, materials and limits.
func TestThemeIsDesignedWithoutScripts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	item := o.published(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/themes").Want(http.StatusOK).Doc().Has(".ld-empty", "还没有一件事")
	id := theme(t, editor, item)
	at := "/desk/items/" + id + "/theme"
	page := editor.Get(at).Want(http.StatusOK).Doc()
	page.Has(".ld-th-part strong", "草原作业许可").Has(".ld-th-check", "没有汇总").Has("#theme-palette", "草原作业许可")
	editor.Get("/desk/items/themes").Doc().Has("tbody tr", "开办牧家乐一件事", "1 项", "文旅局")

	post := func(do string, more ...string) url.Values {
		version := editor.Get(at).Doc().Attr("input[name=version]", "value")
		v := url.Values{"version": {version}, "whole": {"1"}, "do": {do}, "key": {"p1"}, "department": {"文旅局"}, "origin_levels": {"village", "township"}, "statutory_days": {"40"}, "promised_days": {"15"}}
		return with(v, more...)
	}
	editor.Post(at, post("save", "stage.p1", "2", "reviews.p1", catalog.ReviewVisit)).Want(http.StatusSeeOther)
	editor.Get(at).Doc().Has(".ld-th-part", "联合勘验").Has("#lane-2", "草原作业许可", "第 1 阶段全部办结后开始")
	editor.Post(at, post("earlier:p1", "stage.p1", "2")).Want(http.StatusSeeOther)
	editor.Get(at).Doc().Has("#lane-1", "草原作业许可")
	editor.Post(at, post("gather", "stage.p1", "1")).Want(http.StatusSeeOther)
	editor.Get(at).Doc().Has("#theme-materials tbody", "居民身份证", "已汇总")
	editor.Get("/desk/items/"+id+"/edit").Want(http.StatusOK).Doc().Has("#f-parts", "草原作业许可")
	editor.Post(at, post("save", "stage.p1", "1", "statutory_days", "46")).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "45")
	editor.Post(at, post("add:"+item, "stage.p1", "1")).Want(http.StatusUnprocessableEntity).Doc().Has(".alert-danger", "已经在这件事里")
	editor.Post(at, url.Values{"version": {"1"}, "whole": {"1"}, "do": {"save"}}).Want(http.StatusConflict)
	editor.Post(at, post("remove:p1", "stage.p1", "1")).Want(http.StatusSeeOther)
	editor.Get(at).Doc().Has(".ld-th-check", "还没有组成事项")
}

func TestThemeIsForItsOwnEditors(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	item := o.published(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	id := theme(t, editor, item)
	o.at(t, dbtest.County, "04", "item_editor").Get("/desk/items/" + id + "/theme").Want(http.StatusNotFound)
	reviewer := o.at(t, dbtest.League, "02", "item_reviewer")
	page := reviewer.Get("/desk/items/" + id + "/theme").Want(http.StatusOK).Doc()
	if page.Count(".ld-th-acts button") != 0 {
		t.Error("a reviewer may take parts out")
	}
	reviewer.Post("/desk/items/"+id+"/theme", url.Values{"version": {"2"}, "do": {"remove:p1"}}).Want(http.StatusForbidden)
}

func TestThemePagesInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	item := o.published(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	id := theme(t, editor, item)
	srv := httptest.NewServer(o.desk(staff(t, dbtest.League, "01", "item_editor")))
	t.Cleanup(srv.Close)
	look(t, "theme", srv.URL, []string{"/desk/items/themes", "/desk/items/" + id + "/theme"})
}

// unitedForms says how the one form of a theme stands.
type unitedForms struct{ one catalogweb.United }

func (unitedForms) Offered(context.Context) ([]catalog.EForm, error) { return nil, nil }

func (unitedForms) Fields(context.Context, catalog.EForm) ([]kit.Option, error) { return nil, nil }

func (unitedForms) Unite(context.Context, catalogweb.Uniting) (catalog.EForm, error) {
	return catalog.EForm{}, nil
}

func (f unitedForms) United(context.Context, catalogweb.Uniting) (catalogweb.United, error) {
	return f.one, nil
}

// Before a theme is sent to review, its page and its editor say that its one form is out of date,
// and lead to where it is made anew.
func TestStaleFormIsToldBeforeReview(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	item := o.published(t)
	id := theme(t, o.at(t, dbtest.League, "01", "item_editor"), item)
	section := []catalogweb.UnitedSection{{Title: "共用信息", Fields: []catalogweb.UnitedField{{Label: "姓名"}}}}
	for want, one := range map[string]catalogweb.United{
		"一张表已经过期":  {Sections: section, Made: true, Stale: []string{"草原作业许可"}},
		"还没有生成一张表": {Sections: section},
		"一张表还不能生成": {Sections: section, Problems: []string{"计量单位不同"}},
		"":         {Sections: section, Made: true},
	} {
		o.forms = unitedForms{one}
		editor := o.at(t, dbtest.League, "01", "item_editor")
		for _, path := range []string{"/desk/items/" + id, "/desk/items/" + id + "/edit"} {
			page := editor.Get(path).Want(http.StatusOK).Doc()
			to := "a[href='/desk/items/" + id + "/theme#theme-form']"
			if want == "" {
				page.Lacks(to)
				continue
			}
			page.Has("main", want).Has(to, "去组成设计处理")
		}
	}
	o.forms = unitedForms{catalogweb.United{Sections: section, Made: true, Stale: []string{"草原作业许可"}}}
	srv := httptest.NewServer(o.desk(staff(t, dbtest.League, "01", "item_editor")))
	t.Cleanup(srv.Close)
	look(t, "stale", srv.URL, []string{"/desk/items/" + id})
}
