package wire

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"gocloud.dev/blob/memblob"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

// formTown is a town whose items have electronic forms.
type formTown struct {
	town

	forms *forms.Service
}

func newFormTown(t *testing.T) formTown {
	t.Helper()
	d := dbtest.New(t)
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	fl, fm := flows.NewService(), forms.New(d, engine, forms.Asks{Sealer: sealer})
	w := formTown{town{db: d, files: files.New(d, engine, bucket)}, fm}
	w.items = catalog.New(d, engine, fl, Life(nil, fm))
	w.cases = cases.New(d, engine, cases.Asks{Items: offers{w.items}, Flows: fl, Tree: places{}, Calendars: book.Book{}, Sealer: sealer, Files: w.files, Forms: caseForms{fm}})
	return w
}

// herdForm asks for who applies, how much land, and for which animals.
func herdForm() forms.Schema {
	return forms.Schema{Title: "草原作业申请表", Fields: []forms.Field{
		{ID: "xm", Kind: forms.Text, Label: "姓名", Required: true, PII: true, Prefill: "person.name", Element: "xing_ming"},
		{ID: "zjh", Kind: forms.IDNumber, Label: "身份证号", Required: true, PII: true, Prefill: "person.id_number", Element: "gong_min_shen_fen_hao_ma"},
		{ID: "area", Kind: forms.Number, Label: "面积", Unit: "亩", Required: true, Rules: []forms.Rule{{CEL: "area > 0", Message: "面积应大于零"}}},
		{ID: "why", Kind: forms.LongText, Label: "理由", Visible: "area > 100", Required: true},
		{ID: "herd", Kind: forms.Table, Label: "牲畜", Fields: []forms.Field{{ID: "kind", Kind: forms.Text, Label: "种类"}, {ID: "heads", Kind: forms.Number, Label: "头数"}}},
		{ID: "total", Kind: forms.Number, Label: "合计", Compute: "sum(herd.map(r, r.heads))"},
		{ID: "finding", Kind: forms.LongText, Label: "核查意见", Visible: `step != ""`},
	}}
}

// bound puts an item in force that is filed with the form.
func (w formTown) bound(t *testing.T) (item, form string) {
	t.Helper()
	editor, reviewer := as(t, dbtest.League, "01", policies.ItemEditor), as(t, dbtest.League, "02", policies.ItemReviewer)
	f := must[forms.Form](t, "form")(w.forms.Create(editor, herdForm(), "k1"))
	must[*forms.Version](t, "publish form")(w.forms.Publish(reviewer, f.ID, f.Version, ""))
	all := climbing()
	all[1].Fields = flows.RightsOf(map[string]flows.Right{"finding": flows.Write, "xm": flows.Hidden})
	b := catalog.Body{
		Name: "草原作业许可", BasicCode: "000116001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15, EForm: catalog.EForm{ID: f.ID, Number: 1},
	}
	v := must[catalog.Version](t, "item")(w.items.Create(editor, catalog.Draft{Body: b, Flow: flows.Linear(b.Name, all)}))
	if v.Body.EForm.Title != "草原作业申请表" {
		t.Errorf("the item calls its form %q", v.Body.EForm.Title)
	}
	must[catalog.Version](t, "submit")(w.items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish")(w.items.Publish(reviewer, v.ID, "同意"))
	return v.ItemID, f.ID
}

// begun is a draft of the form, filled in with values.
func (w formTown) begun(t *testing.T, ctx context.Context, item, form string, values forms.Values) forms.Filling {
	t.Helper()
	f, _, err := w.forms.Enter(ctx, forms.Entry{FormID: form, Number: 1, For: draftOf(item), Facts: map[string]any{
		"person.name": forms.Fact{Value: "其木格", From: "实名认证信息"}, "person.id_number": forms.Fact{Value: "152502199001010020", From: "实名认证信息"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.forms.Keep(ctx, f.ID, forms.Typed{Seen: f.Version, Values: values, Device: forms.Device{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	return f
}

func formFiling(item, draft, key string) cases.Filing {
	return cases.Filing{ItemID: item, Kind: "person", Name: "其木格", Number: "152502199001010020", Phone: "13900000001", Sheet: draft, Key: key, Form: map[string]any{"delivery": "window"}}
}

// TestAFormIsFiledWithItsCase fills in a form, hands it in with a case, has it
// corrected and written on, and looks for it in the data of the form.
func TestAFormIsFiledWithItsCase(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, form := w.bound(t)
	she := as(t, dbtest.Village, "03")
	f := w.begun(t, she, item, form, forms.Values{"area": "-5"})
	if f.Given["xm"] != "其木格" || f.From["zjh"] != "实名认证信息" {
		t.Errorf("filled in with %v from %v", f.Given, f.From)
	}
	if _, err := w.cases.File(she, formFiling(item, "", "k")); !wrong(err, "form", "case_form_missing") {
		t.Errorf("filed without the form: %v", err)
	}
	if _, err := w.cases.File(she, formFiling(item, f.ID, "k")); !wrong(err, "form", "case_form_wrong") {
		t.Errorf("filed with an area below zero: %v", err)
	}
	herd := []any{map[string]any{"kind": "羊", "heads": "30"}, map[string]any{"kind": "牛", "heads": "12"}}
	if _, err := w.forms.Keep(she, f.ID, forms.Typed{Seen: 9, Values: forms.Values{"area": "120", "why": "围栏", "herd": herd}}); err != nil {
		t.Fatal(err)
	}
	c := must[cases.Case](t, "file")(w.cases.File(she, formFiling(item, f.ID, "k")))
	if c.Sheet() != (cases.FormRef{ID: form, Number: 1}) || c.Form["area"] != 120.0 || c.Form["total"] != 42.0 || c.Form["delivery"] != "window" || c.Form["xm"] != nil || c.Form["zjh"] != nil {
		t.Errorf("%+v with %v", c.Sheet(), c.Form)
	}
	if again := must[cases.Case](t, "again")(w.cases.File(she, formFiling(item, f.ID, "k"))); again.ID != c.ID {
		t.Error("the same key filed another case")
	}
	if _, err := w.forms.Keep(she, f.ID, forms.Typed{Values: forms.Values{"area": "1"}}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a filed draft is changed: %v", err)
	}
	c = w.handled(t, c)
	w.corrected(t, she, c)
	w.counted(t, form)
}

// handled accepts the case and writes what the step lets its handler write.
func (w formTown) handled(t *testing.T, c cases.Case) cases.Case {
	t.Helper()
	clerk, town := as(t, dbtest.Village, "04", policies.Clerk), as(t, dbtest.Township, "05", policies.Reviewer)
	if _, err := w.cases.ChangeForm(clerk, c.ID, c.Version, map[string]any{"finding": "属实", "area": "1"}); !is(err, "case_form_same") {
		t.Errorf("the village writes: %v", err)
	}
	c = must[cases.Case](t, "accept")(w.cases.Accept(clerk, c.ID, c.Version, ""))
	if _, err := w.cases.ChangeForm(clerk, c.ID, c.Version, map[string]any{"finding": "属实"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the village writes at the township's step: %v", err)
	}
	c = must[cases.Case](t, "write")(w.cases.ChangeForm(town, c.ID, c.Version, map[string]any{"finding": "现场属实", "area": "999", "zjh": "152502199001010039"}))
	row, _, edits := w.handedIn(t, town, c)
	if row.Values["finding"] != "现场属实" || row.Values["area"] != 120.0 || row.Values["zjh"] != "152502199001010020" || len(rowsIn(row)) != 2 {
		t.Errorf("the form says %v", row.Values)
	}
	if len(edits) != 1 || edits[0].ByName != "人05" || edits[0].Step != "苏木初审" || len(edits[0].Changes) != 1 || edits[0].Changes[0].After != "现场属实" {
		t.Errorf("history: %+v", edits)
	}
	rights := rightsOf(must[*forms.Version](t, "version")(w.forms.Version(town, c.Sheet().ID, 1)), "review", map[string]string{"finding": "write", "xm": "hidden"})
	if rights["xm"] != forms.Hidden || rights["area"] != forms.Read || rights["finding"] != forms.Write {
		t.Errorf("rights %v", rights)
	}
	return c
}

func rowsIn(r forms.Row) []map[string]any { l, _ := r.Values["herd"].([]map[string]any); return l }

func (w formTown) handedIn(t *testing.T, ctx context.Context, c cases.Case) (r forms.Row, v *forms.Version, edits []forms.Edit) {
	t.Helper()
	if err := w.cases.ShowForm(ctx, c.ID, false, func(ctx context.Context, tx *db.Tx, s cases.FormView) (err error) {
		r, v, edits, err = w.forms.HandedIn(ctx, tx, s.Case.Sheet().ID, c.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return r, v, edits
}

// corrected asks for one field, which is all that the applicant may correct.
func (w formTown) corrected(t *testing.T, she context.Context, c cases.Case) {
	t.Helper()
	town := as(t, dbtest.Township, "05", policies.Reviewer)
	if _, err := w.cases.AskCorrection(town, c.ID, c.Version, nil, []string{"total"}, ""); !wrong(err, "fields", "not_an_option") {
		t.Errorf("a computed field is asked for: %v", err)
	}
	c = must[cases.Case](t, "ask")(w.cases.AskCorrection(town, c.ID, c.Version, nil, []string{"area", "herd"}, ""))
	if v := must[cases.View](t, "show")(w.cases.Show(she, c.ID)); len(v.Notices) != 1 || !strings.Contains(strings.Join(v.Notices[0].Wanted, " "), "面积") {
		t.Errorf("the notice wants %+v", v.Notices)
	}
	if _, err := w.cases.Correct(she, c.ID, c.Version, "", nil, map[string]any{"area": "0"}); !wrong(err, "form", "case_form_wrong") {
		t.Errorf("corrected to nothing: %v", err)
	}
	c = must[cases.Case](t, "correct")(w.cases.Correct(she, c.ID, c.Version, "", nil, map[string]any{"area": "80", "finding": "我改", "zjh": "152502199001010039", "herd": []any{map[string]any{"kind": "马", "heads": "3"}}}))
	row, _, edits := w.handedIn(t, town, c)
	if row.Values["area"] != 80.0 || row.Values["why"] != nil || row.Values["zjh"] != "152502199001010020" || len(rowsIn(row)) != 1 || row.Values["total"] != 3.0 || row.Values["finding"] != "现场属实" {
		t.Errorf("after the correction: %v", row.Values)
	}
	if len(edits) != 2 || edits[1].ByName != "人03" || len(edits[1].Changes) < 3 {
		t.Errorf("history: %+v", edits)
	}
	if c.Form["area"] != 80.0 || c.Status != cases.Handling {
		t.Errorf("%s with %v", c.Status, c.Form)
	}
	if _, err := w.forms.Rows(she, c.Sheet().ID, forms.DataQuery{}); err == nil {
		t.Error("a citizen reads the data of a form")
	}
}

// counted looks for what citizens filed in the lists and the sums of the form, above and not beside.
func (w formTown) counted(t *testing.T, form string) {
	t.Helper()
	county, other := as(t, dbtest.County, "06", policies.OfficeHead), as(t, dbtest.County2, "07", policies.OfficeHead)
	p, err := w.forms.Rows(county, form, forms.DataQuery{Wheres: []forms.Where{{Field: "area", Op: forms.AtLeast, Value: "50"}, {Field: "zjh", Op: forms.Is, Value: "152502199001010020"}}})
	if err != nil || p.Total != 1 || p.Rows[0].TenantID != dbtest.Village || p.Rows[0].FiledName != "人03" {
		t.Errorf("%d rows, %v", p.Total, err)
	}
	sums, err := w.forms.Totals(county, form, "tenant", forms.DataQuery{})
	at := slices.IndexFunc(sums.Measures, func(f *forms.Field) bool { return f.ID == "total" })
	if err != nil || sums.All.Count != 1 || at < 0 || sums.All.Sums[at].Sum != 3 {
		t.Errorf("sums %+v, %v", sums.All, err)
	}
	if p, err := w.forms.Rows(other, form, forms.DataQuery{}); err != nil || p.Total != 0 {
		t.Errorf("another county sees %d, %v", p.Total, err)
	}
}

// TestADraftStaysOnItsForm publishes a new version of the item with a new version of
// its form while somebody fills in the old one.
func TestADraftStaysOnItsForm(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, form := w.bound(t)
	she, other := as(t, dbtest.Village, "03"), as(t, dbtest.Village, "13")
	if err := w.cases.SaveDraft(she, item, func([]byte) ([]byte, error) { return []byte(`{}`), nil }); err != nil {
		t.Fatal(err)
	}
	f := w.begun(t, she, item, form, forms.Values{"area": "12"})
	w.moved(t, item, form)
	c := must[cases.Case](t, "file")(w.cases.File(she, formFiling(item, f.ID, "k")))
	if c.Sheet().Number != 1 {
		t.Errorf("filed on version %d", c.Sheet().Number)
	}
	g := w.begun(t, other, item, form, forms.Values{"area": "12"})
	if _, err := w.cases.File(other, formFiling(item, g.ID, "k")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a draft of the old version is handed in on the new: %v", err)
	}
	moved, v, err := w.forms.Enter(other, forms.Entry{FormID: form, Number: 2, For: draftOf(item)})
	if err != nil || moved.ID != g.ID || v.Number != 2 || moved.Values["area"] != "12" {
		t.Fatalf("%+v, %v", moved, err)
	}
	if _, err := w.forms.Keep(other, moved.ID, forms.Typed{Seen: moved.Version, Values: forms.Values{"village": "毛登"}}); err != nil {
		t.Fatal(err)
	}
	if c := must[cases.Case](t, "file on the new")(w.cases.File(other, formFiling(item, moved.ID, "k2"))); c.Sheet().Number != 2 || c.Form["village"] != "毛登" {
		t.Errorf("%+v %v", c.Sheet(), c.Form)
	}
}

// moved puts the item in force with another field in its form.
func (w formTown) moved(t *testing.T, item, form string) {
	t.Helper()
	editor, reviewer := as(t, dbtest.League, "01", policies.ItemEditor), as(t, dbtest.League, "02", policies.ItemReviewer)
	sh := must[forms.Sheet](t, "form")(w.forms.Show(editor, form))
	changed := must[forms.Form](t, "edit")(w.forms.Edit(editor, form, sh.Form.Version, "added", func(s *forms.Schema) error {
		_, err := s.Insert(forms.Field{ID: "village", Kind: forms.Text, Label: "嘎查", Required: true}, "", 0)
		return err
	}))
	must[*forms.Version](t, "publish")(w.forms.Publish(reviewer, form, changed.Version, ""))
	v := must[catalog.Version](t, "revise")(w.items.Revise(editor, item))
	b := v.Body
	b.EForm = catalog.EForm{ID: form, Number: 3}
	if _, err := w.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b}); !wrong(err, "eform", "item_form_unknown") {
		t.Errorf("a version that is not there: %v", err)
	}
	b.EForm.Number = 2
	v = must[catalog.Version](t, "bind")(w.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b}))
	must[catalog.Version](t, "submit")(w.items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish")(w.items.Publish(reviewer, v.ID, "同意"))
}

func wrong(err error, field, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Fields[field] == key
}

func is(err error, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Text == key
}
