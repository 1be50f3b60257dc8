package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// changed puts a new version of the item into force, with another flow.
func (w *town) changed(item string, b catalog.Body, flow []byte) {
	w.t.Helper()
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Revise(editor, item)
	if err == nil {
		_, err = w.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b, Flow: flow})
	}
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(w.as(dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// Running cases move to the newer version as the trial said they would, those that cannot stay
// and say why, and what nobody has touched since is taken back.
func TestRunningCasesMigrate(t *testing.T) {
	t.Parallel()
	w, ok := newTown(t), must(t)
	step := func(id, name string, kind flows.Kind, level flows.Level, post string) flows.Step {
		return flows.Step{ID: id, Name: name, Kind: kind, Level: level, Post: post, LimitDays: 3, Opinion: true}
	}
	accept, decide := step("accept", "嘎查受理", flows.Accept, flows.Own, "clerk"), step("decide", "盟级决定", flows.Decide, flows.League, "decider")
	decide.Documents = flows.ListOf("准予行政许可决定书")
	b := dividedBody()
	item := w.publishFlow(b, flows.Linear(b.Name, []flows.Step{accept, step("pre", "苏木初审", flows.Review, flows.Parent, "reviewer"), step("old", "旗县审查", flows.Review, flows.County, "reviewer"), decide}))
	atPre, atOld, gone := w.begun(item, "k1"), w.begun(item, "k2"), w.begun(item, "k3")
	atOld = ok(w.cases.Pass(w.township(), atOld.ID, atOld.Version, "属实"))
	gone = ok(w.cases.Pass(w.township(), gone.ID, gone.Version, "属实"))
	w.changed(item, b, flows.Linear(b.Name, []flows.Step{accept, step("pre", "苏木联审", flows.Review, flows.Parent, "reviewer"), step("new", "旗县复核", flows.Review, flows.County, "reviewer"), decide}))

	keeper := w.as(dbtest.League, "02", "item_reviewer")
	_, err := w.cases.PlanMigration(w.county(), item, nil)
	kinds(t, err, fault.Forbidden, "")
	plan, err := w.cases.PlanMigration(keeper, item, nil)
	if err != nil || len(plan) != 3 {
		t.Fatalf("%d cases are behind; %v", len(plan), err)
	}
	if n := outcomes(plan); n[cases.CaseMoved] != 1 || n[cases.CaseKept] != 2 {
		t.Fatalf("without a mapping: %v", n)
	}
	mapping := map[string]string{"old": "new"}
	plan, err = w.cases.PlanMigration(keeper, item, mapping)
	if err != nil {
		t.Fatal(err)
	}
	m, err := w.cases.AskMigration(keeper, item, mapping)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.cases.AskMigration(keeper, item, mapping)
	kinds(t, err, fault.Precondition, "case_migration_under_way")
	for range 2 { // the second time there is nothing left to do
		if err := w.cases.RunMigrations(system(t)); err != nil {
			t.Fatal(err)
		}
	}
	report, err := w.cases.MigrationReport(keeper, m.ID)
	if err != nil || fmt.Sprint(outcomes(report)) != fmt.Sprint(outcomes(plan)) || len(report) != len(plan) {
		t.Fatalf("the report is %v, the trial said %v; %v", outcomes(report), outcomes(plan), err)
	}
	if v := w.seen(w.township(), atPre.ID); v.Case.StepName != "苏木联审" {
		t.Errorf("the first stands at %s", v.Case.StepName)
	}
	v := w.seen(w.county(), atOld.ID)
	if v.Case.StepID != "new" || v.Case.StepName != "旗县复核" {
		t.Fatalf("the second stands at %s %s", v.Case.StepID, v.Case.StepName)
	}
	ok(w.cases.Pass(w.county(), gone.ID, w.seen(w.county(), gone.ID).Case.Version, "同意")) // goes on in the new flow
	if err := w.cases.UndoMigration(keeper, m.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.cases.RunMigrations(system(t)); err != nil {
		t.Fatal(err)
	}
	report, err = w.cases.MigrationReport(keeper, m.ID)
	if n := outcomes(report); err != nil || n[cases.CaseUndone] != 2 || n[cases.CaseStays] != 1 {
		t.Fatalf("after undoing: %v; %v", n, err)
	}
	v = w.seen(w.county(), atOld.ID)
	if v.Case.StepID != "old" || v.Case.ItemVersionID != atOld.ItemVersionID {
		t.Fatalf("taken back to %s", v.Case.StepID)
	}
	ok(w.cases.Pass(w.county(), atOld.ID, v.Case.Version, "同意"))
	ms, err := w.cases.Migrations(keeper, item)
	if err != nil || len(ms) != 1 || ms[0].State != cases.MigrationUndone || ms[0].Undone != 2 || ms[0].Moved != 1 {
		t.Errorf("%+v; %v", ms, err)
	}
}

func outcomes(rows []cases.MigrationRow) map[string]int {
	n := map[string]int{}
	for _, r := range rows {
		n[r.Outcome]++
	}
	return n
}

// changing is an item of which some cases have moved and others are behind.
func (w *town) changing() (ids struct{ item, migration string }) {
	w.t.Helper()
	accept, decide := flows.Step{ID: "accept", Name: "嘎查受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 2}, flows.Step{ID: "decide", Name: "盟级决定", Kind: flows.Decide, Level: flows.League, Post: "decider", LimitDays: 3, Opinion: true, Documents: flows.ListOf("准予行政许可决定书")}
	review := func(id, name string) flows.Step {
		return flows.Step{ID: id, Name: name, Kind: flows.Review, Level: flows.County, Post: "reviewer", LimitDays: 3}
	}
	b := dividedBody()
	b.Name, b.BasicCode = "草原防火作业许可", "000116009000"
	ids.item = w.publishFlow(b, flows.Linear(b.Name, []flows.Step{accept, review("same", "旗县审查"), decide}))
	w.begun(ids.item, "m1")
	w.changed(ids.item, b, flows.Linear(b.Name, []flows.Step{accept, review("same", "旗县复核"), decide}))
	m, err := w.cases.AskMigration(w.as(dbtest.League, "02", "item_reviewer"), ids.item, nil)
	if err == nil {
		err = w.cases.RunMigrations(system(w.t))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	ids.migration = m.ID
	w.begun(ids.item, "m2")
	w.changed(ids.item, b, flows.Linear(b.Name, []flows.Step{accept, review("other", "旗县联审"), decide}))
	return ids
}

// Pages of a migration: a trial, the deed, its report, and taking it back.
func TestMigrationPages(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ids := w.changing()
	at := "/desk/items/" + ids.item + "/migrate"
	c := kittest.NewClient(t, w.site(w.as(dbtest.League, "02", "item_reviewer"), "/desk"))
	c.Get(at).Doc().Has("main", "旗县复核")
	c.Post(at, url.Values{"do": {"try"}, "to:same": {"other"}}).Doc().Has("main", "可以迁移 2 件")
	if res := c.Post(at, url.Values{"do": {"migrate"}, "to:same": {"other"}}); res.Status != http.StatusSeeOther {
		t.Fatalf("asked: %d", res.Status)
	}
	if err := w.cases.RunMigrations(system(t)); err != nil {
		t.Fatal(err)
	}
	c.Get(at).Doc().Has("main", "没有需要迁移的在办件")
	other := kittest.NewClient(t, w.site(w.as(dbtest.League, "01", "item_editor"), "/desk"))
	if res := other.Get(at); res.Status != http.StatusForbidden {
		t.Errorf("an editor sees it: %d", res.Status)
	}
}
