package citizen_test

import (
	"context"
	"net/http"
	"testing"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db/dbtest"
)

// reviewed takes a draft through its review.
func (w *town) reviewed(t *testing.T, v catalog.Version, err error) {
	t.Helper()
	editor, reviewer := as(t, dbtest.League, "01", "item_editor"), as(t, dbtest.League, "02", "item_reviewer")
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(reviewer, v.ID, "同意")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// An item that is over says so, why, and where to go on; what never was is not found.
func TestAnItemThatIsOver(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	editor := func() context.Context { return as(t, dbtest.League, "01", "item_editor") }
	old, cancelled := w.publish(t, grass()), w.publish(t, pension())
	c := kittest.NewClient(t, w)
	c.Get("/items/" + old).Want(http.StatusOK)
	v, err := w.items.Begin(editor(), cancelled, catalog.ActCancel, "并入一件事一次办")
	w.reviewed(t, v, err)
	split, err := w.items.Split(editor(), old, "分类办理更清楚", []string{"临时占用草原许可", "草原勘查许可"})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := w.items.Show(editor(), old)
	for i, p := range sheet.Parts {
		p.Body.BasicCode = []string{"000164007001", "000164007002"}[i]
		if err == nil {
			_, err = w.items.Edit(editor(), p.ID, p.Version, catalog.Draft{Body: p.Body})
		}
	}
	w.reviewed(t, split, err)
	c.Get("/items/"+cancelled).Want(http.StatusGone).Doc().Has("main", "已停止受理", "并入一件事一次办", "停止受理时间", "已经提交的办件继续办理")
	c.Get("/items/"+old).Want(http.StatusGone).Doc().Has("main", "该事项已拆分为", "临时占用草原许可", "草原勘查许可", "分类办理更清楚").Has("main a[href=/items/"+sheet.Parts[0].ItemID+"]", "许可")
	on := calendar.DateOf(dbtest.Now()) + 20
	last := w.publish(t, catalog.Body{
		Name: "林木采伐许可", BasicCode: "000164011000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国森林法"}}, StatutoryDays: 20, PromisedDays: 15, Audience: []string{"1"}, TopicsPerson: []string{"040"},
	})
	if v, err = w.items.Begin(editor(), last, catalog.ActChange, "委托期满"); err == nil {
		v, err = w.items.SetDates(editor(), v.ID, v.Version, catalog.Dates{CancelOn: &on})
	}
	w.reviewed(t, v, err)
	c.Get("/items/"+last).Want(http.StatusOK).Doc().Has("main", "即将停止受理", on.String(), "委托期满")
	c.Get("/items/" + old + "/apply").Want(http.StatusSeeOther) // to sign in first
	c.Get("/items/00000000-0000-4000-8000-000000000000").Want(http.StatusNotFound)
	w.look(t, "", map[string]string{"over": "/items/" + old, "ending": "/items/" + last})
}
