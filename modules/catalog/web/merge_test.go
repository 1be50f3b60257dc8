package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"liandong/tenancy/db/dbtest"
)

// A merger looks for its items; what was ticked and typed before stays.
func TestMergerIsSearched(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.published(t)
	o.another(t, staff(t, dbtest.League, "01", "item_editor"), staff(t, dbtest.League, "02", "item_reviewer"))
	editor := o.at(t, dbtest.League, "01", "item_editor")
	doc := editor.Get("/desk/items/merge?item=" + id).Want(http.StatusOK).Doc()
	if n := doc.Count(`input[name=items]`); n == 0 {
		t.Fatal("nothing to merge is offered")
	}
	typed := url.Values{"name": {"草原许可"}, "reason": {"合并办理"}, "items": {id}, "q": {"没有这样的事项"}, "do": {"find"}}
	found := editor.Post("/desk/items/merge", typed).Want(http.StatusOK).Doc()
	found.Has("main", "“没有这样的事项”找到 0 个").Lacks(".ld-summary")
	if found.Attr("input[name=name]", "value") != "草原许可" || found.Attr("input[name=items]", "value") != id || found.Count("input[name=items]") != 1 || found.Count("input[name=items][checked]") != 1 {
		t.Errorf("what was ticked or typed is gone")
	}
	typed.Set("do", "")
	editor.Post("/desk/items/merge", typed).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "事项")
}
