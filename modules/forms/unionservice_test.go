package forms_test

import (
	"context"
	"reflect"
	"testing"

	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func shopForm(title string, more ...forms.Field) forms.Schema {
	return forms.Schema{Title: title, Fields: append([]forms.Field{
		{ID: "name", Kind: forms.Text, Label: "姓名", Element: "xing_ming", Prefill: "person.name", Required: true, PII: true},
	}, more...)}
}

// A united form is filled in once, and each part gets its own sheet, in force under the
// version that it was united from.
func TestOneFormServesEveryPart(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	s := service(t, d)
	food, foodV := published(t, s, shopForm("食品经营", forms.Field{ID: "area", Kind: forms.Number, Label: "面积", Required: true}))
	fire, _ := published(t, s, shopForm("消防检查", forms.Field{ID: "area", Kind: forms.Text, Label: "场所"}, forms.Field{ID: "trusted", Kind: forms.Text, Label: "登记电话", Readonly: true, Prefill: "person.phone"}))
	in := forms.Merging{
		Words: forms.UnionWords{Title: "开办餐饮店", Shared: "共用信息", Chosen: "一并办理"},
		Parts: []forms.Joined{{Key: "food", Title: "食品经营许可", FormID: food.ID}, {Key: "fire", Title: "消防检查", Choice: true, FormID: fire.ID}},
	}
	ed := editor(t, dbtest.County)
	_, err := s.Merge(citizen(t, dbtest.County, 1), in)
	kind(t, "a citizen unites", err, fault.Forbidden)
	m, err := s.Merge(ed, in)
	if err != nil || !m.Changed || m.Number != 1 {
		t.Fatal(m, err)
	}
	in.Form = m.FormID
	if again, err := s.Merge(ed, in); err != nil || again.Changed || again.Number != 1 {
		t.Fatal("united twice", again, err)
	}
	_, err = s.Edit(ed, m.FormID, 2, "x", func(*forms.Schema) error { return nil })
	kind(t, "a united form is edited", err, fault.Precondition)
	if sh, err := s.Show(ed, m.FormID); err != nil || sh.May[policies.FormsEdit] == "" {
		t.Errorf("a united form is offered for editing: %v", err)
	}

	who := citizen(t, dbtest.County, 7)
	f, v, err := s.Enter(who, forms.Entry{FormID: m.FormID, Number: 1, For: "item:x", Facts: map[string]any{forms.ElementFact(forms.ChosenElement): []string{"fire"}}})
	if err != nil {
		t.Fatal(err)
	}
	u := v.Schema.Union
	if f.Values[u.Field("food", "name")] != "乌云" {
		t.Fatalf("not filled in: %v", f.Values)
	}
	if _, err := s.Save(who, f.ID, f.Version, forms.Values{u.Field("food", "area"): "80", u.Field("fire", "area"): "一层"}, nil, forms.Device{ID: "d"}); err != nil {
		t.Fatal(err)
	}
	caseID := db.NewID()
	inTx(t, d, who, func(ctx context.Context, tx *db.Tx) error {
		res, _, err := s.Hand(ctx, tx, forms.Handing{FormID: m.FormID, Number: 1, Draft: f.ID, For: "item:x", RowID: caseID, Ref: "1", Subject: "00000000-0000-7000-8000-000000000007"})
		if err != nil || !res.OK() {
			t.Fatalf("%v %+v", err, res.Errors)
		}
		return nil
	})
	system := dbtest.WithActor(t, dbtest.County, tenancy.Actor{Kind: tenancy.System, ID: "job", Name: "系统"})
	inTx(t, d, system, func(ctx context.Context, tx *db.Tx) error {
		of, number, answers, err := s.Portion(ctx, tx, m.FormID, 1, caseID, "food")
		if err != nil || of != food.ID || number != foodV.Number || !reflect.DeepEqual(answers, map[string]any{"name": "乌云", "area": 80.0}) {
			t.Fatal(of, number, answers, err)
		}
		of, number, answers, err = s.Portion(ctx, tx, m.FormID, 1, caseID, "fire")
		if err != nil {
			t.Fatal(err)
		}
		row := db.NewID()
		res, _, err := s.Hand(ctx, tx, forms.Handing{FormID: of, Number: number, Values: answers, RowID: row, Ref: "1-2", Context: forms.Context{Stored: answers}})
		if err != nil || !res.OK() {
			t.Fatalf("%v %+v", err, res.Errors)
		}
		sheet, _, _, err := s.HandedIn(ctx, tx, of, row)
		if err != nil || sheet.Values["trusted"] != "13800000000" || sheet.Values["area"] != "一层" || sheet.Values["name"] != "乌云" {
			t.Fatalf("%v %+v", err, sheet.Values)
		}
		_, _, _, err = s.Portion(ctx, tx, m.FormID, 1, caseID, "other")
		kind(t, "a part that is not there", err, fault.NotFound)
		_, _, _, err = s.Portion(ctx, tx, food.ID, 1, caseID, "food")
		kind(t, "a form that is no union", err, fault.NotFound)
		return nil
	})
}

func inTx(t *testing.T, d *db.DB, ctx context.Context, do func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := d.InTx(ctx, do); err != nil {
		t.Fatal(err)
	}
}
