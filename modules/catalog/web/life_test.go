package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// later is an office whose days a test lets pass.
type later struct {
	office

	days *atomic.Int64
}

func newLater(t *testing.T) later {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	days := &atomic.Int64{}
	d := db.Over(dbtest.Pool(t), func() time.Time { return dbtest.Now().AddDate(0, 0, int(days.Load())) })
	fl := flows.NewService()
	return later{office{t: t, items: catalog.New(d, engine, fl), flows: fl, db: d}, days}
}

func (l later) tick(days int) {
	l.t.Helper()
	l.days.Add(int64(days))
	if _, err := l.items.PutDue(dbtest.As(l.t, tenancy.Platform, tenancy.System)); err != nil {
		l.t.Fatal(err)
	}
}

func (l later) day(n int) string {
	return (calendar.DateOf(l.db.Now()) + calendar.Date(n)).String()
}

// long is a day in words.
func (l later) long(n int) string {
	return (calendar.DateOf(l.db.Now()) + calendar.Date(n)).Start().In(calendar.Zone()).Format("2006年1月2日")
}

// dated saves days and a reason on the page of a draft.
func dated(c *kittest.Client, page string, v url.Values) kittest.Response {
	v.Set("version", c.Get(page).Want(http.StatusOK).Doc().Attr("form[action="+page+"/dates] input[name=version]", "value"))
	return c.Post(page+"/dates", v)
}

// An end is planned on the page of a draft, shown while it is to come, and happens
// by itself.
func TestAnEndIsPlanned(t *testing.T) {
	t.Parallel()
	l := newLater(t)
	page := "/desk/items/" + l.published(t)
	editor, reviewer := l.at(t, dbtest.League, "01", "item_editor"), l.at(t, dbtest.League, "02", "item_reviewer")
	editor.Get(page).Want(http.StatusOK)
	editor.Post(page+"/revise", nil).Want(http.StatusSeeOther)
	dated(editor, page, url.Values{"reason": {"委托期满"}, "cancel_on": {l.day(-1)}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "取消日期")
	dated(editor, page, url.Values{"reason": {"委托期满"}, "cancel_on": {l.day(10)}}).Want(http.StatusSeeOther)
	doc := editor.Get(page).Want(http.StatusOK).Doc()
	if doc.Text("textarea[name=reason]") != "委托期满" || doc.Attr("input[name=cancel_on]", "value") != l.day(10) {
		t.Errorf("kept %q, %q", doc.Text("textarea[name=reason]"), doc.Attr("input[name=cancel_on]", "value"))
	}
	editor.Post(page+"/submit", nil).Want(http.StatusSeeOther)
	l.approve(t, reviewer)
	editor.Get(page).Want(http.StatusOK).Doc().Has("main", "计划取消："+l.long(10))
	l.tick(9)
	editor.Get(page).Want(http.StatusOK).Doc().Has("main", "在用")
	l.tick(1)
	editor.Get(page).Want(http.StatusOK).Doc().Has("main", "已取消").Lacks("form[action=" + page + "/revise]")
}

// The reason of an act is said anew while it is a draft, and must be there.
func TestTheReasonIsSaidAnew(t *testing.T) {
	t.Parallel()
	l := newLater(t)
	page := "/desk/items/" + l.published(t)
	editor := l.at(t, dbtest.League, "01", "item_editor")
	editor.Get(page + "/acts/suspend").Want(http.StatusOK)
	editor.Post(page+"/acts/suspend", url.Values{"reason": {"升极"}}).Want(http.StatusSeeOther)
	dated(editor, page, url.Values{"reason": {""}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-field-error", "请写明理由")
	dated(editor, page, url.Values{"reason": {strings.Repeat("长", 501)}}).Want(http.StatusUnprocessableEntity)
	dated(editor, page, url.Values{"reason": {"系统升级"}, "effective_on": {l.day(3)}}).Want(http.StatusSeeOther)
	editor.Post(page+"/submit", nil).Want(http.StatusSeeOther)
	editor.Get(page).Want(http.StatusOK).Doc().Has("main", "系统升级").Lacks("textarea[name=reason]")
}

// another is a second item of the league that is in force.
func (o office) another(t *testing.T, editor, reviewer context.Context) catalog.Version {
	t.Helper()
	body := catalog.Body{Name: "草原勘查许可", BasicCode: "000116002000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局", LegalBasis: []catalog.LegalBasis{{Law: "草原法"}}, StatutoryDays: 20, PromisedDays: 15}
	v, err := o.items.Create(editor, catalog.Draft{Body: body, Flow: o.flows.Compose("草原勘查许可", []flows.Line{{Name: "受理", Kind: "accept", Level: "own", Post: "clerk", Limit: 1}, {Name: "决定", Kind: "decide", Level: "league", Post: "decider", Limit: 5}, {Name: "送达", Kind: "deliver", Level: "origin", Post: "clerk", Limit: 1}})})
	if err == nil {
		_, err = o.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = o.items.Publish(reviewer, v.ID, "同意")
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What was approved for a day on which it makes no sense any more goes back to its
// author, who sees why.
func TestWhatCannotComeIntoForceIsHeld(t *testing.T) {
	t.Parallel()
	l := newLater(t)
	editor, reviewer := l.at(t, dbtest.League, "01", "item_editor"), l.at(t, dbtest.League, "02", "item_reviewer")
	old := l.published(t)
	ed, rev := staff(t, dbtest.League, "01", "item_editor"), staff(t, dbtest.League, "02", "item_reviewer")
	other := l.another(t, ed, rev)
	merged, err := l.items.Merge(ed, catalog.Merger{Name: "草原许可", Reason: "合并办理", Items: []string{old, other.ItemID}, Key: "m"})
	if err == nil {
		merged.Body.BasicCode = "000116003000"
		merged, err = l.items.Edit(ed, merged.ID, merged.Version, catalog.Draft{Body: merged.Body})
	}
	if err != nil {
		t.Fatal(err)
	}
	page := "/desk/items/" + merged.ItemID
	dated(editor, page, url.Values{"reason": {"合并办理"}, "effective_on": {l.day(5)}}).Want(http.StatusSeeOther)
	editor.Post(page+"/submit", nil).Want(http.StatusSeeOther)
	l.approve(t, reviewer)
	editor.Get(page).Want(http.StatusOK).Doc().Has("main", "待生效")
	v, err := l.items.Begin(ed, other.ItemID, catalog.ActCancel, "依据废止")
	if err == nil {
		_, err = l.items.Submit(ed, v.ID)
	}
	if err == nil {
		_, err = l.items.Publish(rev, v.ID, "同意")
	}
	if err != nil {
		t.Fatal(err)
	}
	l.tick(5)
	doc := editor.Get(page).Want(http.StatusOK).Doc().Has("main", "草稿", "草原勘查许可")
	if doc.Attr("input[name=effective_on]", "value") != "" {
		t.Error("the day that passed is still there")
	}
	editor.Get("/desk/items/"+old).Want(http.StatusOK).Doc().Has("main", "在用")
}

// A code that waits for its day is told from one that has ended.
func TestReservedCodesAreNamed(t *testing.T) {
	t.Parallel()
	l := newLater(t)
	editor, reviewer := l.at(t, dbtest.League, "01", "item_editor"), l.at(t, dbtest.League, "02", "item_reviewer")
	id := draft(t, editor)
	page := "/desk/items/" + id
	dated(editor, page, url.Values{"effective_on": {l.day(5)}}).Want(http.StatusSeeOther)
	editor.Post(page+"/submit", nil).Want(http.StatusSeeOther)
	l.approve(t, reviewer)
	editor.Get(page).Want(http.StatusOK).Doc().Has("main", "已预留，生效后启用")
	l.tick(5)
	doc := editor.Get(page).Want(http.StatusOK).Doc().Has("main", "赋码")
	if strings.Contains(doc.Text("main"), "已预留") {
		t.Error("still reserved")
	}
}
