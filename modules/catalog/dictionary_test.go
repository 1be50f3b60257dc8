package catalog_test

import (
	"context"
	"slices"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// blamed fails the test unless err is Invalid on the field, for the reason.
func blamed(t *testing.T, err error, field, why string) {
	t.Helper()
	if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid || f.Fields[field] != why {
		t.Errorf("%v, want %s on %s", err, why, field)
	}
}

func local(t *testing.T, svc *catalog.Service, ctx context.Context, system, code string) catalog.Word {
	t.Helper()
	d, err := svc.Dictionary(ctx, system)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range d.Words {
		if w.Code.Code == code {
			return w
		}
	}
	return catalog.Word{}
}

// with is a body of a township that says a local group and topic, under its own code.
func withLocal(basic string, edit func(*catalog.Body)) catalog.Body {
	b := body()
	b.BasicCode, b.Level, b.Name = basic, "township", "草畜平衡备案"+basic[9:]
	edit(&b)
	return b
}

func herders(b *catalog.Body) { b.Groups = []string{"sheep"} }

func TestLocalCodesHoldBelowAndNowhereElse(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	county, town := person(t, dbtest.County, "1", "item_editor"), person(t, dbtest.Township, "2", "item_editor")
	if err := svc.AddCode(county, codes.Group, "sheep", "养羊户"); err != nil {
		t.Fatal(err)
	}
	v, err := svc.Create(town, catalog.Draft{Body: withLocal("000116001001", herders), Flow: []byte("<x/>")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = svc.Create(person(t, dbtest.Township3, "3", "item_editor"), catalog.Draft{Body: withLocal("000116001001", herders)})
	blamed(t, err, "groups", "item_code_unknown")
	_, err = svc.Create(person(t, dbtest.League, "4", "item_editor"), catalog.Draft{Body: withLocal("000116001002", herders)})
	blamed(t, err, "groups", "item_code_unknown")
	if sh, err := svc.Show(town, v.ItemID); err != nil || sh.Version.Body.Element("groups") != "养羊户" {
		t.Errorf("%q, %v", sh.Version.Body.Element("groups"), err)
	}
	if sh, err := svc.Show(person(t, dbtest.League, "4", "item_editor"), v.ItemID); err != nil || sh.Version.Body.Element("groups") != "养羊户" {
		t.Errorf("from above it is %q, %v", sh.Version.Body.Element("groups"), err)
	}
	if w := local(t, svc, county, codes.Group, "sheep"); w.InUse != 1 || !w.Own {
		t.Errorf("%+v", w)
	}
	if w := local(t, svc, town, codes.Group, "sheep"); w.OwnerName != "锡林浩特市" || w.Own {
		t.Errorf("%+v", w)
	}
	for _, actor := range []tenancy.Kind{tenancy.Public} {
		if b, err := svc.Book(dbtest.As(t, dbtest.Township, actor)); err != nil || b.Name(codes.Group, "sheep") != "养羊户" {
			t.Errorf("citizens do not read it: %v", err)
		}
		if b, err := svc.Book(dbtest.As(t, dbtest.League, actor)); err != nil || b.Name(codes.Group, "sheep") != "sheep" {
			t.Errorf("citizens above read it: %v", err)
		}
	}
}

func TestStoppedCodesStayWithWhatSaysThem(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor, reviewer := person(t, dbtest.Township, "1", "item_editor"), person(t, dbtest.Township, "2", "item_reviewer")
	if err := svc.AddCode(editor, codes.Group, "sheep", "养羊户"); err != nil {
		t.Fatal(err)
	}
	v, err := svc.Create(editor, catalog.Draft{Body: withLocal("000116001001", herders), Flow: []byte("<x/>")})
	if err == nil {
		_, err = svc.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = svc.Publish(reviewer, v.ID, "同意")
	}
	if err == nil {
		err = svc.RenameCode(editor, codes.Group, "sheep", "绵羊养殖户", 1)
	}
	if err == nil {
		err = svc.StopCode(editor, codes.Group, "sheep", 2)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = svc.Create(editor, catalog.Draft{Body: withLocal("000116001002", herders)})
	blamed(t, err, "groups", "item_code_stopped")
	g, err := svc.Guide(dbtest.As(t, dbtest.Village, tenancy.Public), v.ItemID)
	if err != nil || g.Body.Element("groups") != "绵羊养殖户" {
		t.Errorf("%q, %v", g.Body.Element("groups"), err)
	}
	if err := by(editor, reviewer, svc, v.ItemID, catalog.ActSuspend); err != nil {
		t.Errorf("what says a stopped code cannot be suspended: %v", err)
	}
	if err := by(editor, reviewer, svc, v.ItemID, catalog.ActChange); err == nil {
		t.Error("a change goes to review with a stopped code")
	}
	if err := svc.ResumeCode(editor, codes.Group, "sheep", 2); fault.KindOf(err) != fault.Conflict {
		t.Errorf("who saw an old version is not told: %v", err)
	}
	if err := svc.ResumeCode(editor, codes.Group, "sheep", 3); err != nil {
		t.Error(err)
	}
	if _, err = svc.Create(editor, catalog.Draft{Body: withLocal("000116001002", herders)}); err != nil {
		t.Error(err)
	}
}

func TestLocalCodesMayNotMeetOthers(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	league, county := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.County, "2", "item_editor")
	if err := svc.AddCode(league, codes.ItemType, "21", "便民服务"); err != nil {
		t.Fatal(err)
	}
	if err := svc.AddCode(person(t, dbtest.Township, "3", "item_editor"), codes.Group, "sheep", "养羊户"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ system, code, name, field, why string }{
		{codes.ItemType, "11", "内部事项", "code", "item_code_taken"},
		{codes.ItemType, "21", "其他服务", "code", "item_code_taken"},
		{codes.ItemType, "20", "其他服务", "code", "item_code_shape"},
		{codes.ItemType, "", "其他服务", "code", "required"},
		{codes.ItemType, "22", "便民服务", "name", "item_code_name_taken"},
		{codes.ItemType, "22", "行政许可", "name", "item_code_name_taken"},
		{codes.ItemType, "22", "其他类", "name", "item_code_name_taken"},
		{codes.ItemType, "22", "一；二", "name", "item_code_name_signs"},
		{codes.ItemType, "22", " ", "name", "required"},
		{codes.Group, "sheep", "羊倌", "code", "item_code_below"},
	} {
		blamed(t, svc.AddCode(county, c.system, c.code, c.name), c.field, c.why)
	}
	if err := svc.AddCode(county, codes.YesNo, "2", "也许"); fault.KindOf(err) != fault.Precondition {
		t.Errorf("a closed list is open: %v", err)
	}
	if err := svc.StopCode(county, codes.ItemType, "21", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a level below stops a code of above: %v", err)
	}
	if err := svc.AddCode(person(t, dbtest.County, "4", "clerk"), codes.ItemType, "23", "代办"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk adds codes: %v", err)
	}
}

func TestImportTakesLocalNames(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	county, town := person(t, dbtest.County, "1", "item_editor"), person(t, dbtest.Township, "2", "item_editor")
	if err := svc.AddCode(county, codes.Group, "sheep", "养羊户"); err != nil {
		t.Fatal(err)
	}
	var head, line []string
	b := withLocal("000116001001", herders)
	for i, cell := range b.Cells() {
		if c := catalog.Columns()[i]; cell != "" {
			if c.Key == "groups" {
				cell = "养羊户；老年人"
			}
			head, line = append(head, c.Header), append(line, cell)
		}
	}
	p := upload(t, svc, town, csvOf(t, head, line), false)
	if p.Errors != 0 || p.Would.Created != 1 {
		t.Fatalf("%+v", p.Rows)
	}
	if im, err := svc.Start(town, p.ID); err != nil || im.State != catalog.ImportDone {
		t.Fatalf("%+v, %v", im, err)
	}
	again := upload(t, svc, town, csvOf(t, head, line), false)
	if again.Would.Same != 1 {
		t.Errorf("%+v", again.Would)
	}
	if p := upload(t, svc, person(t, dbtest.Township3, "3", "item_editor"), csvOf(t, head, line), false); p.Errors != 1 {
		t.Errorf("the sibling's import has %d errors", p.Errors)
	}
}

// A code that was renamed is still found by its old name, and versions of its time
// are told in it.
func TestOldNamesAreRemembered(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	editor, reviewer := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer")
	if err := l.svc.AddCode(editor, codes.Group, "sheep", "养羊户"); err != nil {
		t.Fatal(err)
	}
	through := func(v catalog.Version, err error) {
		t.Helper()
		if err == nil {
			_, err = l.svc.Submit(editor, v.ID)
		}
		if err == nil {
			_, err = l.svc.Publish(reviewer, v.ID, "同意")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b := l.body()
	herders(&b)
	first, err := l.svc.Create(editor, catalog.Draft{Body: b, Flow: []byte("<x/>")})
	through(first, err)
	for i, name := range []string{"绵羊养殖户", "牧羊户"} {
		l.now.Add(10)
		if err := l.svc.RenameCode(editor, codes.Group, "sheep", name, i+1); err != nil {
			t.Fatal(err)
		}
	}
	w := local(t, l.svc, editor, codes.Group, "sheep")
	if len(w.Former) != 2 || w.Former[0].Name != "养羊户" || w.Former[1].Name != "绵羊养殖户" || !w.Former[0].Until.Before(w.Former[1].Until) {
		t.Errorf("%+v", w.Former)
	}
	blamed(t, l.svc.AddCode(editor, codes.Group, "goat", "养羊户"), "name", "item_code_name_taken")
	book, err := l.svc.Book(editor)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"养羊户", "绵羊养殖户", "牧羊户", "sheep"} {
		if code, ok := book.Find(codes.Group, name); !ok || code != "sheep" {
			t.Errorf("%s is %q", name, code)
		}
	}
	im, err := l.svc.Upload(editor, "清单.csv", []byte("名称,基本编码,类型,服务人群\n旧表事项,000116888000,01,养羊户\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.svc.Map(editor, im.ID, catalog.Mapping{Columns: []string{"name", "basic_code", "type", "groups"}, Scheme: "local"}); err != nil {
		t.Fatal(err)
	}
	if p, err := l.svc.Preview(editor, im.ID); err != nil || len(p.Rows) != 1 || slices.ContainsFunc(p.Rows[0].Errors, func(e catalog.CellError) bool { return e.Value == "养羊户" }) {
		t.Errorf("%+v, %v", p.Rows, err)
	}
	l.now.Add(1)
	v, err := l.svc.Revise(editor, first.ItemID)
	through(v, err)
	_, vs, err := l.svc.History(editor, first.ItemID)
	if err != nil || len(vs) != 2 || vs[0].Body.Element("groups") != "牧羊户" || vs[1].Body.Element("groups") != "养羊户" {
		t.Errorf("told as %q and %q, %v", vs[0].Body.Element("groups"), vs[1].Body.Element("groups"), err)
	}
}
