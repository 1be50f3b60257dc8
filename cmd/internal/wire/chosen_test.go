package wire

import (
	"context"
	"slices"
	"testing"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// A united form asks only for the parts that follow from what an applicant chose, and a
// part that was not chosen gets nothing of it.
func TestOneFormFollowsChoices(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	field := func(id string) forms.Field {
		return forms.Field{ID: id, Kind: forms.Text, Label: id, Required: true}
	}
	a := w.asked(t, forms.Schema{Title: "甲表", Fields: []forms.Field{field("x")}})
	b := w.asked(t, forms.Schema{Title: "乙表", Fields: []forms.Field{field("y")}})
	one := must[forms.Merged](t, "one form")(w.forms.Merge(as(t, dbtest.League, "01", policies.ItemEditor), forms.Merging{
		Words: forms.UnionWords{Title: "一张表", Shared: "共用信息", Chosen: "办理的事项"},
		Parts: []forms.Joined{{Key: "a", Title: "甲", Choice: true, FormID: a}, {Key: "b", Title: "乙", Choice: true, FormID: b}},
	}))
	she := as(t, dbtest.Village, "03")
	facts := map[string]any{}
	pages := sheets{App: &App{Forms: w.forms}}
	if err := pages.chosen(she, casesweb.Entry{Form: cases.FormRef{ID: one.FormID, Number: 1}, Parts: []string{"b", "unknown"}}, facts); err != nil {
		t.Fatal(err)
	}
	f, v, err := w.forms.Enter(she, forms.Entry{FormID: one.FormID, Number: 1, For: "item:theme", Facts: facts})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Schema.Union.Picked(f.Values); !slices.Equal(got, []string{"b"}) {
		t.Fatalf("picked %v", got)
	}
	if _, err := w.forms.Keep(she, f.ID, forms.Typed{Seen: f.Version, Values: forms.Values{v.Schema.Union.Field("b", "y"): "有"}}); err != nil {
		t.Fatal(err)
	}
	row := db.NewID()
	err = w.db.InTx(she, func(ctx context.Context, tx *db.Tx) error {
		res, _, err := w.forms.Hand(ctx, tx, forms.Handing{FormID: one.FormID, Number: 1, Draft: f.ID, For: "item:theme", RowID: row, Subject: tx.Scope.Actor.ID})
		if err == nil && !res.OK() {
			t.Errorf("what was not chosen is asked for: %+v", res.Errors)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.InTx(she, func(ctx context.Context, tx *db.Tx) error {
		if _, _, answers, err := w.forms.Portion(ctx, tx, one.FormID, 1, row, "b"); err != nil || answers["y"] != "有" {
			t.Errorf("the part that was chosen gets %v %v", answers, err)
		}
		if _, _, answers, err := w.forms.Portion(ctx, tx, one.FormID, 1, row, "a"); err == nil {
			t.Errorf("the part that was not chosen gets %v", answers)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
