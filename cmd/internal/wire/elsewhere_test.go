package wire

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	filesweb "liandong/modules/files/web"
	"liandong/modules/flows"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// pages serves the pages of cases, electronic forms among them, to whoever ctx says.
func (w formTown) pages(ctx context.Context, t *testing.T) http.Handler {
	t.Helper()
	scope, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	places := tree.New(w.db, nil)
	app := &App{DB: w.db, Tree: places, Forms: w.forms, Files: w.files, Cases: w.cases}
	return bench(scope, func(r chi.Router, shell kit.Shell) {
		filesweb.Mount(r, filesweb.Deps{Service: w.files, Shell: shell, Base: "/desk"})
		formsweb.MountSaving(r, formsweb.Deps{Service: w.forms, Shell: shell, Base: "/desk", Divisions: divisions{places}, Papers: uploads{w.files}})
		casesweb.Mount(r, casesweb.Deps{
			Service: w.cases, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: homeLabel, Href: "/desk"}, Flows: drawings{w.db, flows.NewService()},
			Files: papers{w.files}, Offers: shelf{w.items, places}, Places: nearby{places}, EForms: app.sheets(), Now: dbtest.Now,
		})
	})
}

func (w formTown) desk(ctx context.Context, t *testing.T) *kittest.Client {
	t.Helper()
	return kittest.NewClient(t, w.pages(ctx, t))
}

// settleForm is kept by one county alone: nobody of another one sees it.
func settleForm() forms.Schema {
	return forms.Schema{Title: "落户申请表", Intro: "请如实填写", Fields: []forms.Field{
		{ID: "xm", Kind: forms.Text, Label: "申请人姓名", Readonly: true, PII: true, Prefill: "person.name"},
		{ID: "zjh", Kind: forms.IDNumber, Label: "申请人身份证号", Required: true, PII: true, Prefill: "person.id_number"},
		{ID: "why", Kind: forms.Select, Label: "落户原因", Required: true, Options: []forms.Option{{Value: "1", Label: "投靠"}, {Value: "2", Label: "购房"}}},
		{ID: "area", Kind: forms.Number, Label: "住房面积", Unit: "平方米", Decimals: 2, Visible: `why == "2"`, Required: true, Rules: []forms.Rule{{CEL: "area >= 20", Message: "住房面积应不少于二十平方米"}}},
		{ID: "when", Kind: forms.Date, Label: "入住日期", Before: "today"},
		{ID: "ways", Kind: forms.Checkbox, Label: "联系方式", Options: []forms.Option{{Value: "a", Label: "电话"}, {Value: "b", Label: "短信"}}},
		{ID: "sure", Kind: forms.Checkbox, Label: "本人承诺内容属实"},
		{ID: "kin", Kind: forms.Table, Label: "随迁人员", Fields: []forms.Field{{ID: "who", Kind: forms.Text, Label: "姓名", Required: true}, {ID: "old", Kind: forms.Number, Label: "年龄"}}},
		{ID: "heads", Kind: forms.Number, Label: "合计人数", Compute: "double(size(kin)) + 1.0"},
	}}
}

// settles puts an item of the county in force that everybody in the league may take in.
func (w formTown) settles(t *testing.T, change func(*forms.Schema)) (item string, form forms.Form) {
	t.Helper()
	editor, reviewer := as(t, dbtest.County, "01", policies.ItemEditor), as(t, dbtest.County, "02", policies.ItemReviewer)
	schema := settleForm()
	if change != nil {
		change(&schema)
	}
	form = must[forms.Form](t, "form")(w.forms.Create(editor, schema, "settle"))
	must[*forms.Version](t, "publish form")(w.forms.Publish(reviewer, form.ID, form.Version, ""))
	b := catalog.Body{
		Name: "户口迁入", BasicCode: "002009001000", Kind: "20", Level: "county", Origins: []string{"village"}, Department: "公安局",
		LegalBasis: []catalog.LegalBasis{{Law: "户口登记条例", Article: "第十条"}}, StatutoryDays: 5, PromisedDays: 3, EForm: catalog.EForm{ID: form.ID, Number: 1},
		Materials: []catalog.Material{{Name: "居民户口簿", Need: "1"}, {Name: "住房证明", Need: "2"}},
	}
	b.HandleArea, b.OnlineMode, b.OnsiteTimes = "4", catalog.ModePrecheck, 1
	steps := []flows.Step{
		{ID: "accept", Name: "窗口受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 1},
		{ID: "decide", Name: "审批", Kind: flows.Decide, Level: flows.Own, Post: "decider", LimitDays: 1},
		{ID: "deliver", Name: "送达", Kind: flows.Deliver, Level: flows.Own, Post: "clerk", LimitDays: 1},
	}
	v := must[catalog.Version](t, "item")(w.items.Create(editor, catalog.Draft{Body: b, Flow: flows.Linear(b.Name, steps)}))
	must[catalog.Version](t, "submit")(w.items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish")(w.items.Publish(reviewer, v.ID, "同意"))
	return v.ItemID, form
}

// settling is what a page sends of it.
func settling() url.Values {
	return url.Values{
		"kind": {"person"}, "name": {"演示·乌兰"}, "number": {"152502199001010012"}, "phone": {"13800000002"}, "confirm": {"1"}, "seen-0": {"1"}, "idem": {"11111111-1111-4111-8111-111111111111"},
		"f.zjh": {""}, "f.why": {"2"}, "f.area": {"85.5"}, "f.when": {"2026-01-31"}, "f.ways.sent": {""}, "f.ways": {"a", "b"}, "f.sure.sent": {""}, "f.sure": {"1"},
		"f.kin.sent": {"1"}, "f.kin.0.who": {"演示·小红"}, "f.kin.0.old": {"6"}, "ff.given": {""},
	}
}

// The form of an office in another county is filled in where it is taken in, judged there by its own rules,
// and becomes the form of the case with the same answers.
func TestAFormIsTakenInElsewhere(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, form := w.settles(t, nil)
	afar, near := as(t, dbtest.Village3, "61", policies.Clerk), as(t, dbtest.Village, "11", policies.Clerk)
	if _, err := w.forms.Version(afar, form.ID, 1); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("the form of another county: %v", err)
	}
	desk, page := w.desk(afar, t), "/desk/assist/elsewhere/at/"+dbtest.Village.String()+"/"+item
	desk.Get(page).Want(http.StatusOK).Doc().Has("main", "由第一嘎查办理", "落户原因", "请如实填写", "随迁人员", "本事项受理前要核验原件")
	in := settling()
	in.Set("do", "add.kin")
	desk.Post(page, in).Want(http.StatusOK).Doc().Has("[name='f.kin.1.who']").Has("[name='f.area'][value='85.5']")
	in.Set("do", "prefill")
	desk.Post(page, in).Want(http.StatusOK).Doc().Has("[name='f.zjh'][value='152502199001010012']")
	in.Del("do")
	in.Set("f.area", "12")
	in.Set("f.kin.0.who", "")
	w.refuses(t, desk, page, in)
	in.Set("f.area", "85.5")
	in.Set("f.kin.0.who", "演示·小红")
	sent := desk.PostFiles(page, in, map[string][2]string{"material-0": {"户口簿.pdf", onePage}}).Want(http.StatusSeeOther)
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	desk.Get(sent.Header.Get("Location")).Want(http.StatusOK).Doc().Has("main", "已成为第一嘎查的办件", "居民户口簿", "已核对")
	p, err := w.cases.List(near, cases.Query{})
	if err != nil || p.Total != 1 {
		t.Fatalf("%d cases, %v", p.Total, err)
	}
	c := p.Rows[0].Case
	row, v, _ := w.handedIn(t, near, c)
	if row.TenantID != dbtest.Village || row.FiledName != "人61" || v.FormID != form.ID || row.Values["xm"] != "演示·乌兰" || row.Values["zjh"] != "152502199001010012" || row.Values["area"] != 85.5 || row.Values["heads"] != 2.0 {
		t.Errorf("%s of %s: %v", row.FiledName, row.TenantID, row.Values)
	}
	if c.Form["area"] != 85.5 || c.Form["zjh"] != nil {
		t.Errorf("what conditions see: %v", c.Form)
	}
	w.desk(near, t).Get("/desk/cases/"+c.ID).Want(http.StatusOK).Doc().Has("main", "落户申请表", "购房", "（异地收件：呼格吉勒图嘎查） · 核验原件：居民户口簿")
	if _, err := w.cases.Accept(near, c.ID, c.Version, ""); err != nil {
		t.Errorf("accepted without asking for the originals again: %v", err)
	}
}

// refuses sends what the rules of the other office mind: the fields are named, and what was typed stays.
func (w formTown) refuses(t *testing.T, desk *kittest.Client, page string, in url.Values) {
	t.Helper()
	desk.PostFiles(page, in, map[string][2]string{"material-0": {"户口簿.pdf", onePage}}).Want(http.StatusUnprocessableEntity).Doc().
		Has("main", "住房面积应不少于二十平方米", "随迁人员", "姓名").Has("[name='f.area'][value='12']").Has("[name='f.when'][value='2026-01-31']").Has("#f-name[value='演示·乌兰']").Has("[name='kept-0'][checked]").Has("[name='seen-0'][checked]")
	desk.Post(page, in).Want(http.StatusUnprocessableEntity).Doc().Has("#f-material-0-error")
	if _, n, err := w.cases.Taken(as(t, dbtest.Village3, "61", policies.Clerk), cases.TakenQuery{}); err != nil || n != 0 {
		t.Errorf("%d taken in, %v", n, err)
	}
}

// The rules are run by the server wherever answers come from: what no page would send is refused where it is
// taken in, and what changed at the competent office is told afterwards with the fields.
func TestAnswersAreJudgedOnBothSides(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, form := w.settles(t, nil)
	afar := as(t, dbtest.Village3, "61", policies.Clerk)
	up, err := w.files.Upload(afar, "户口簿.pdf", "居民户口簿", strings.NewReader(onePage))
	if err != nil {
		t.Fatal(err)
	}
	in := cases.Filing{
		ItemID: item, Kind: "person", Name: "演示·乌兰", Number: "152502199001010012", Phone: "13800000002", Files: []string{up.ID}, Key: "k1",
		Answered: cases.FormRef{ID: form.ID, Number: 1}, Answers: map[string]any{"zjh": "152502199001010012", "why": "9", "area": 1.0},
	}
	for what, change := range map[string]func(*cases.Filing){
		"form":    func(*cases.Filing) {},
		"missing": func(f *cases.Filing) { f.Answers = nil },
		"moved":   func(f *cases.Filing) { f.Answered.Number = 2 },
	} {
		bad := in
		change(&bad)
		_, err := w.cases.TakeIn(afar, dbtest.Village, bad, "户口迁入", "4")
		f, ok := fault.As(err)
		switch {
		case what == "form" && (!ok || f.Fields["form"] != "case_form_wrong" || f.Detail != "落户原因：请从选项中选择"),
			what == "missing" && !wrong(err, "form", "case_form_missing"), what == "moved" && !is(err, "case_form_moved"):
			t.Errorf("%s: %v", what, err)
		}
	}
	in.Answers["why"], in.Answers["area"] = "2", 85.0
	if _, err := w.cases.TakeIn(afar, dbtest.Village, in, "户口迁入", "4"); err != nil {
		t.Fatal(err)
	}
	w.stricter(t, item, form)
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	ps, _, err := w.cases.Taken(afar, cases.TakenQuery{State: cases.TakenRefused})
	if err != nil || len(ps) != 1 || ps[0].Reason != "case_form_moved" {
		t.Fatalf("%+v, %v", ps, err)
	}
	again := "/desk/assist/elsewhere/at/" + dbtest.Village.String() + "/" + item + "?again=" + ps[0].ID
	w.desk(afar, t).Get(again).Want(http.StatusOK).Doc().Has("[name='f.area'][value='85']").Has("main", "迁出地")
}

// stricter puts the item in force with another version of its form.
func (w formTown) stricter(t *testing.T, item string, form forms.Form) {
	t.Helper()
	editor, reviewer := as(t, dbtest.County, "01", policies.ItemEditor), as(t, dbtest.County, "02", policies.ItemReviewer)
	sh := must[forms.Sheet](t, "form")(w.forms.Show(editor, form.ID))
	changed := must[forms.Form](t, "edit")(w.forms.Edit(editor, form.ID, sh.Form.Version, "added", func(s *forms.Schema) error {
		_, err := s.Insert(forms.Field{ID: "from", Kind: forms.Text, Label: "迁出地", Required: true}, "", 0)
		return err
	}))
	must[*forms.Version](t, "publish")(w.forms.Publish(reviewer, form.ID, changed.Version, ""))
	v := must[catalog.Version](t, "revise")(w.items.Revise(editor, item))
	b := v.Body
	b.EForm = catalog.EForm{ID: form.ID, Number: 2}
	v = must[catalog.Version](t, "bind")(w.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b}))
	must[catalog.Version](t, "submit")(w.items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish")(w.items.Publish(reviewer, v.ID, "同意"))
}

// TestAWindowTakesInAForm takes in for another county in a browser, wide and narrow.
func TestAWindowTakesInAForm(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, _ := w.settles(t, nil)
	srv := httptest.NewServer(w.pages(as(t, dbtest.Village3, "61", policies.Clerk), t))
	t.Cleanup(srv.Close)
	p := kittest.NewBrowser(t).Person(t, srv.URL)
	tidy := func(what string) {
		t.Helper()
		for _, width := range []int64{390, 1440} {
			p.Size(width, 900)
			p.Axe(what)
			if n := p.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", what, n, width)
			}
		}
	}
	p.Visit("/desk/assist/elsewhere/at/" + dbtest.Village.String() + "/" + item)
	tidy("form of another office")
	p.TypeIn("请当面核对", "姓名", "演示·乌兰").Type("身份证号（", "152502199001010012").Type("联系电话", "13800000002")
	p.Click("用已知信息预填").Reads("来自申请人信息，可以修改").Choose("落户原因", "购房").Type("住房面积", "12")
	p.Tick("申请人已核对").Click("收件并转办").Reads("住房面积应不少于二十平方米", "居民户口簿")
	tidy("refused")
	paper := filepath.Join(t.TempDir(), "户口簿.pdf")
	if err := os.WriteFile(paper, []byte(onePage), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Type("住房面积", "85").TypeIn("随迁人员", "姓名", "演示·小红").Attach("居民户口簿", paper).Tick("已与“居民户口簿”的原件核对一致").Click("收件并转办").Reads("正在转给第一嘎查", "已核对")
	tidy("on its way")
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Visit(p.Path()).Reads("已成为第一嘎查的办件")
}
