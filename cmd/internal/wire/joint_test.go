package wire

import (
	"context"
	"encoding/json"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/cases/events"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// joinedFlow is that of a theme: accepted, handled by its parts, decided and handed over once.
const joinedFlow = `<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ld="https://liandong.cn/bpmn" id="d" targetNamespace="https://liandong.cn/bpmn"><b:process id="p" name="一件事" isExecutable="true">
<b:startEvent id="s"/><b:endEvent id="e"/>
<b:userTask id="accept" name="统一受理"><b:extensionElements><ld:step kind="accept" level="own" post="clerk" limit="2"/></b:extensionElements></b:userTask>
<b:intermediateCatchEvent id="parts" name="并联办理"><b:extensionElements><ld:wait for="parts"/></b:extensionElements><b:messageEventDefinition id="m1"/></b:intermediateCatchEvent>
<b:userTask id="decide" name="汇总决定"><b:extensionElements><ld:step kind="decide" level="county" post="decider" limit="2"/></b:extensionElements></b:userTask>
<b:userTask id="deliver" name="统一送达"><b:extensionElements><ld:step kind="deliver" level="origin" post="clerk" limit="2"/></b:extensionElements></b:userTask>
<b:sequenceFlow id="f1" sourceRef="s" targetRef="accept"/><b:sequenceFlow id="f2" sourceRef="accept" targetRef="parts"/><b:sequenceFlow id="f3" sourceRef="parts" targetRef="decide"/><b:sequenceFlow id="f4" sourceRef="decide" targetRef="deliver"/><b:sequenceFlow id="f5" sourceRef="deliver" targetRef="e"/>
</b:process></b:definitions>`

// offered puts an item in force.
func (w formTown) offered(t *testing.T, b catalog.Body, flow []byte) string {
	t.Helper()
	editor, reviewer := as(t, dbtest.League, "01", policies.ItemEditor), as(t, dbtest.League, "02", policies.ItemReviewer)
	b.Kind, b.Level, b.Origins, b.Department = "01", "league", []string{"village"}, "林业和草原局"
	b.LegalBasis = []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}
	v := must[catalog.Version](t, "item")(w.items.Create(editor, catalog.Draft{Body: b, Flow: flow}))
	must[catalog.Version](t, "submit")(w.items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish")(w.items.Publish(reviewer, v.ID, "同意"))
	return v.ItemID
}

// asked puts a form in force.
func (w formTown) asked(t *testing.T, s forms.Schema) string {
	t.Helper()
	f := must[forms.Form](t, "form")(w.forms.Create(as(t, dbtest.League, "01", policies.ItemEditor), s, s.Title))
	must[*forms.Version](t, "publish form")(w.forms.Publish(as(t, dbtest.League, "02", policies.ItemReviewer), f.ID, f.Version, ""))
	return f.ID
}

// join does what the job does after an act.
func (w formTown) join(t *testing.T, c cases.Case) {
	t.Helper()
	body, err := json.Marshal(events.JointMoved{Case: events.Case{CaseID: c.ID, Tenant: c.TenantID, Joint: c.ID}})
	if err != nil {
		t.Fatal(err)
	}
	e := db.Delivery{ID: db.NewID(), Tenant: c.TenantID, Name: cases.JointEvents()[0], Body: body}
	err = w.db.InTx(dbtest.As(t, c.TenantID, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return w.cases.OnJointMoved(ctx, tx, e) })
	if err != nil {
		t.Fatal(err)
	}
}

// TestOneFormForAllParts (一表制) files a theme with one form and looks for the sheet of each
// part in the data of its own form.
func TestOneFormForAllParts(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	name := forms.Field{ID: "xm", Kind: forms.Text, Label: "姓名", Required: true, PII: true, Prefill: "person.name", Element: "xing_ming"}
	land := forms.Schema{Title: "用地申请表", Fields: []forms.Field{name, {ID: "area", Kind: forms.Number, Label: "面积", Required: true, Rules: []forms.Rule{{CEL: "area > 0", Message: "面积应大于零"}}}}}
	named := name
	named.ID = "operator"
	food := forms.Schema{Title: "餐饮申请表", Fields: []forms.Field{named, {ID: "seats", Kind: forms.Number, Label: "座位", Required: true}}}
	landForm, foodForm := w.asked(t, land), w.asked(t, food)
	linear := flows.Linear("办理", climbing())
	parts := []catalog.ThemePart{
		{Key: "land", Name: "用地", Stage: 1, Item: w.offered(t, catalog.Body{Name: "用地", BasicCode: "000116001000", StatutoryDays: 20, PromisedDays: 15, EForm: catalog.EForm{ID: landForm, Number: 1}}, linear)},
		{Key: "food", Name: "餐饮", Stage: 1, Item: w.offered(t, catalog.Body{Name: "餐饮", BasicCode: "000116002000", StatutoryDays: 20, PromisedDays: 15, EForm: catalog.EForm{ID: foodForm, Number: 1}}, linear)},
	}
	one := must[forms.Merged](t, "one form")(w.forms.Merge(as(t, dbtest.League, "01", policies.ItemEditor), forms.Merging{
		Words: forms.UnionWords{Title: "牧家乐一张表", Shared: "共用信息", Chosen: "办理的事项"},
		Parts: []forms.Joined{{Key: "land", Title: "用地", FormID: landForm}, {Key: "food", Title: "餐饮", FormID: foodForm}},
	}))
	theme := w.offered(t, catalog.Body{Name: "开办牧家乐一件事", StatutoryDays: 45, PromisedDays: 30, Parts: parts, EForm: catalog.EForm{ID: one.FormID, Number: one.Number}}, []byte(joinedFlow))

	she := as(t, dbtest.Village, "03")
	area, seats := one.Union.Part("land").Fields["area"], one.Union.Part("food").Fields["seats"]
	if one.Union.Part("land").Fields["xm"] != one.Union.Part("food").Fields["operator"] {
		t.Error("the name is asked for twice")
	}
	f, _, err := w.forms.Enter(she, forms.Entry{FormID: one.FormID, Number: one.Number, For: draftOf(theme), Facts: map[string]any{"person.name": forms.Fact{Value: "其木格", From: "实名认证信息"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.forms.Keep(she, f.ID, forms.Typed{Seen: f.Version, Values: forms.Values{area: "-1", seats: "40"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cases.File(she, formFiling(theme, f.ID, "k")); !wrong(err, "form", "case_form_wrong") {
		t.Errorf("a rule of a part does not hold in the one form: %v", err)
	}
	if _, err := w.forms.Keep(she, f.ID, forms.Typed{Seen: 9, Values: forms.Values{area: "120"}}); err != nil {
		t.Fatal(err)
	}
	c := must[cases.Case](t, "file")(w.cases.File(she, formFiling(theme, f.ID, "k")))
	if c.Kind != cases.KindJoint || c.Parts != 2 {
		t.Errorf("%s of %d parts", c.Kind, c.Parts)
	}
	clerk := as(t, dbtest.Village, "04", policies.Clerk)
	c = must[cases.Case](t, "accept")(w.cases.Accept(clerk, c.ID, c.Version, ""))
	w.join(t, c)
	v := must[cases.View](t, "show")(w.cases.Show(clerk, c.ID))
	want := map[string][2]any{"land": {landForm, map[string]any{"xm": "其木格", "area": 120.0}}, "food": {foodForm, map[string]any{"operator": "其木格", "seats": 40.0}}}
	for _, p := range v.Joint.Parts {
		if p.Sub == nil {
			t.Fatalf("%s has not begun: %s", p.Key, p.Why)
		}
		if got := p.Sub.Sheet(); got.ID != want[p.Key][0] || got.Number != 1 {
			t.Errorf("%s has the form %v", p.Key, got)
		}
		err := w.db.InTx(clerk, func(ctx context.Context, tx *db.Tx) error {
			row, _, _, err := w.forms.HandedIn(ctx, tx, p.Sub.Sheet().ID, p.Sub.ID)
			for field, is := range want[p.Key][1].(map[string]any) {
				if row.Values[field] != is {
					t.Errorf("%s says %s = %v, want %v", p.Key, field, row.Values[field], is)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
