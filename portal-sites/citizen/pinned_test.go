package citizen_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/tenancy/db/dbtest"
)

// revise puts a new version of an item in force, or ends the item.
func (w *town) revise(t *testing.T, id, act string, edit func(*catalog.Body)) {
	t.Helper()
	editor := as(t, dbtest.League, "01", "item_editor")
	v, err := w.items.Begin(editor, id, act, "测试修订")
	if err == nil && edit != nil {
		edit(&v.Body)
		v, err = w.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: v.Body})
	}
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(as(t, dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Whoever has begun finishes on the version that she began with: what has become
// of the item since asks nothing new of her. Who begins later gets the new one.
func TestDraftFinishesOnItsVersion(t *testing.T) {
	t.Parallel()
	for act, edit := range map[string]func(*catalog.Body){
		catalog.ActChange: func(b *catalog.Body) {
			b.Materials = append(b.Materials, catalog.Material{Name: "新要求的证明", Need: "1"})
		},
		catalog.ActCancel: nil,
	} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			id := w.publish(t, grass())
			v, at := w.visitor(t, me), "/items/"+id+"/apply"
			fill(v, at)
			w.revise(t, id, act, edit)
			page := v.doc(at + "?step=confirm")
			page.Has("main", "本事项已经更新")
			if strings.Contains(page.Text("main"), "新要求的证明") {
				t.Error("the new version asks her for more")
			}
			done := v.post(at, "step", "confirm", "do", "submit", "idem", page.Attr("input[name=idem]", "value"), "agree", "1")
			if done.status != http.StatusSeeOther || !strings.HasSuffix(done.location, "/done") {
				t.Fatalf("%d %s", done.status, done.location)
			}
			if act == catalog.ActCancel {
				if got := v.get(at); got.status == http.StatusOK {
					t.Error("a cancelled item is begun anew")
				}
				return
			}
			v.doc(at+"?step=materials").Has("main", "新要求的证明")
		})
	}
}

// Nobody files on a version that she did not begin with.
func TestOnlyTheDraftPins(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	w.revise(t, id, catalog.ActChange, func(b *catalog.Body) { b.PromisedDays = 14 })
	ctx := as(t, dbtest.Village, me)
	err := w.cases.SaveDraft(ctx, id, func([]byte) ([]byte, error) { return []byte("{}"), nil })
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.cases.Draft(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	g, err := w.items.GuideAt(ctx, id, d.Version)
	if err != nil || g.Body.PromisedDays != 14 {
		t.Errorf("%d days, %v", g.Body.PromisedDays, err)
	}
	if _, err := w.items.GuideAt(context.WithoutCancel(ctx), id, cases.Draft{}.Version); err != nil {
		t.Error(err)
	}
}
