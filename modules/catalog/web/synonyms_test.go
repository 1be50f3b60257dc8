package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"liandong/tenancy/db/dbtest"
)

// The list of everyday words is read by all staff and edited by item editors,
// each at her own level.
func TestSynonymsPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	county, village := o.at(t, dbtest.County, "03", "item_editor"), o.at(t, dbtest.Village, "04", "clerk")
	county.Get("/desk/items/synonyms").Want(http.StatusOK).Doc().Has("h1", "检索同义词").Has("tbody", "系统自带")
	county.Post("/desk/items/synonyms", url.Values{"word": {""}, "means": {"草原"}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "群众的说法")
	county.Post("/desk/items/synonyms", url.Values{"word": {"呼达格"}, "means": {"草原"}}).Want(http.StatusSeeOther)
	page := county.Get("/desk/items/synonyms?q="+url.QueryEscape("呼达格")).Want(http.StatusOK).Doc().Has("tbody", "呼达格", "草原", "本级")
	remove := page.Attr("td form", "action")

	below := village.Get("/desk/items/synonyms?q="+url.QueryEscape("呼达格")).Want(http.StatusOK).Doc().Has("tbody", "呼达格", "锡林浩特市").Lacks("td form")
	below.Lacks("#f-word")
	village.Post("/desk/items/synonyms", url.Values{"word": {"甲"}, "means": {"乙"}}).Want(http.StatusForbidden)
	village.Post(remove, nil).Want(http.StatusForbidden)

	county.Post(remove, nil).Want(http.StatusSeeOther)
	county.Get("/desk/items/synonyms?q=" + url.QueryEscape("呼达格")).Want(http.StatusOK).Doc().Lacks("td form")
	county.Post(remove, nil).Want(http.StatusNotFound)
}

func TestSynonymsPageIsAccessible(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor := o.at(t, dbtest.County, "03", "item_editor")
	editor.Get("/desk/items/synonyms")
	editor.Post("/desk/items/synonyms", url.Values{"word": {"呼达格"}, "means": {"草原"}}).Want(http.StatusSeeOther)
	srv := httptest.NewServer(o.desk(staff(t, dbtest.County, "03", "item_editor")))
	t.Cleanup(srv.Close)
	look(t, "synonyms", srv.URL, []string{"/desk/items/synonyms"})
}
