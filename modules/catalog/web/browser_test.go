package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestPagesAreAccessible looks at the main pages in a browser, wide and narrow.
// With ITEM_SHOTS set to a folder it leaves pictures there.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.published(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/" + id)
	editor.Post("/desk/items/"+id+"/revise", nil).Want(http.StatusSeeOther)
	editor.Post("/desk/items/"+id+"/edit", with(typed(), "do", "submit", "version", "1", "promised_days", "9", "address", "盟政务服务中心二楼", "materials.1", "营业执照", "flow.3.limit", "4")).Want(http.StatusSeeOther)
	second := with(typed(), "basic_code", "000116002000", "name", "草原征占用审核（不超过五十公顷）", "idem", "0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c0009", "flow.3.limit", "9")
	draftPath := editor.Post("/desk/items", second).Want(http.StatusSeeOther).Header.Get("Location")
	county := o.at(t, dbtest.County, "04", "item_editor")
	county.Get("/desk/items/" + id + "/override")
	county.Post("/desk/items/"+id+"/override", url.Values{"version": {"0"}, "promised_days": {"10"}, "address": {"额尔敦路 1 号"}}).Want(http.StatusSeeOther)
	split := o.split(t)
	review := o.at(t, dbtest.League, "02", "item_reviewer")
	review.Get("/desk/items/settings")
	review.Post("/desk/items/settings/chain", url.Values{"name.0": {"编办审核"}, "department.0": {"编办"}, "name.1": {"法制审核"}, "version": {"0"}}).Want(http.StatusSeeOther)
	link := review.Get("/desk/items/reviews").Doc().Attr("td a", "href")

	pages := map[string][]string{
		"editor": {"/desk/items", draftPath, "/desk/items/new", "/desk/items/" + id + "/history", "/desk/items/" + id, "/desk/items/" + id + "/impact", "/desk/items/" + id + "/impact?view=conflicts&tenant=" + dbtest.County.String(), "/desk/items/" + id + "/acts/split", "/desk/items/merge", "/desk/items/" + split},
		"review": {"/desk/items/reviews", link, "/desk/items/settings", "/desk/items/settings/notices", "/desk/items/settings/notices/suspended"},
		"county": {"/desk/items", "/desk/items/" + id, "/desk/items/" + id + "/override"},
	}
	for who, ctx := range map[string]http.Handler{
		"editor": o.desk(staff(t, dbtest.League, "01", "item_editor")), "review": o.desk(staff(t, dbtest.League, "02", "item_reviewer")),
		"county": o.desk(staff(t, dbtest.County, "04", "item_editor")),
	} {
		srv := httptest.NewServer(ctx)
		t.Cleanup(srv.Close)
		look(t, who, srv.URL, pages[who])
	}
}

// TestRowsWithScripts presses the buttons of the editor in a real browser: the
// guard against double submits must let the next button through.
func TestRowsWithScripts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	srv := httptest.NewServer(o.desk(staff(t, dbtest.League, "01", "item_editor")))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t).Size(1440, 900).Open(srv.URL + "/desk/items/new")
	for _, press := range []string{"materials+", "materials+", "flow-1", "preview"} {
		b.Do(chromedp.SetValue(`input[name="name"]`, "草原作业许可"))
		b.Eval(`document.body.setAttribute("data-left", "")`) // gone with the page that is left
		b.Do(chromedp.Click(`button[value="`+press+`"]`), chromedp.WaitReady("body:not([data-left])"), chromedp.WaitReady("#item-form"))
	}
	if n, name := b.Eval(`document.querySelector('input[name="materials.n"]').value`), b.Eval(`document.querySelector('input[name="name"]').value`); n != "3" || name != "草原作业许可" {
		t.Errorf("%s rows, name %q", n, name)
	}
	if n := b.Eval(`document.querySelectorAll('svg.flow .flow-step').length`); n != "3" {
		t.Errorf("%s steps drawn", n)
	}
}

func look(t *testing.T, who, base string, paths []string) {
	t.Helper()
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for i, path := range paths {
			name := who + string(rune('0'+i)) + map[int64]string{1440: "-wide", 390: "-phone"}[width]
			b.Open(base + path).Axe(name + " " + path)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide", name, n)
				t.Log(b.Eval(`[...document.querySelectorAll('*')].filter(e=>e.getBoundingClientRect().right>innerWidth+1).slice(0,12).map(e=>e.tagName+'.'+e.className+' '+Math.round(e.getBoundingClientRect().right)+' '+getComputedStyle(e).position).join('; ')`))
			}
			if dir := os.Getenv("ITEM_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, name+".png"), true)
			}
		}
	}
}

// split puts an item in force and begins to take it apart.
func (o office) split(t *testing.T) string {
	t.Helper()
	editor, reviewer := staff(t, dbtest.League, "01", "item_editor"), staff(t, dbtest.League, "02", "item_reviewer")
	fl := o.flows.Compose("草原勘查许可", []struct {
		ID, Name, Kind, Level, Tenant, Post string
		Limit                               int
	}{{"a", "受理", "accept", "own", "", "clerk", 1}, {"d", "决定", "decide", "league", "", "decider", 2}})
	v, err := o.items.Create(editor, catalog.Draft{Flow: fl, Body: catalog.Body{
		Name: "草原勘查许可", BasicCode: "000116009000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第三十八条"}}, StatutoryDays: 20, PromisedDays: 15,
	}})
	if err == nil {
		_, err = o.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = o.items.Publish(reviewer, v.ID, "同意")
	}
	if err == nil {
		_, err = o.items.Split(editor, v.ItemID, "分类办理，方便群众", []string{"草原勘查许可（临时）", "草原勘查许可（长期）"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return v.ItemID
}
