package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"liandong/tenancy/db/dbtest"
)

func TestRevisionIsDiscarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.published(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	path := "/desk/items/" + id
	editor.Get(path).Want(http.StatusOK).Doc().Lacks("#dlg-discard")
	editor.Post(path+"/discard", url.Values{"confirmed": {"1"}, "version": {"1"}}).Want(http.StatusConflict) // nothing to discard
	editor.Post(path+"/revise", nil).Want(http.StatusSeeOther)
	says(t, editor.Get(path).Want(http.StatusOK), "放弃这次修订？")
	says(t, editor.Post(path+"/discard", url.Values{"version": {"1"}}).Want(http.StatusOK), "在用的版本不受影响") // asked without scripts
	o.at(t, dbtest.League, "02", "item_reviewer").Get(path).Want(http.StatusOK).Doc().Lacks("#dlg-discard")
	editor.Post(path+"/discard", url.Values{"confirmed": {"1"}, "version": {"7"}}).Want(http.StatusConflict)
	res := editor.Post(path+"/discard", url.Values{"confirmed": {"1"}, "version": {"1"}}).Want(http.StatusSeeOther)
	if to := res.Header.Get("Location"); to != path {
		t.Errorf("led to %s", to)
	}
	says(t, editor.Get(path).Want(http.StatusOK), "修订已放弃")
	editor.Get(path).Want(http.StatusOK).Doc().Lacks("#dlg-discard").Has("form[action=" + path + "/revise]")
}

func TestNewItemIsDiscarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	id := draft(t, editor)
	says(t, editor.Get("/desk/items/"+id).Want(http.StatusOK), "删除这个事项的草稿？")
	res := editor.Post("/desk/items/"+id+"/discard", url.Values{"confirmed": {"1"}, "version": {"1"}}).Want(http.StatusSeeOther)
	if to := res.Header.Get("Location"); to != "/desk/items" {
		t.Errorf("led to %s", to)
	}
	editor.Get("/desk/items/" + id).Want(http.StatusNotFound)
}
