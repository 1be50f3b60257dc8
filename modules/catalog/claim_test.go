package catalog_test

import (
	"context"
	"slices"
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func foodEntry() catalog.Body {
	return catalog.Body{
		Name: "食品经营许可", BasicCode: "000131010000", Kind: "01", LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国食品安全法", Article: "第三十五条"}},
		More: catalog.More{ExerciseLevels: []string{"county"}},
	}
}

// listed puts an entry of the league's basic list in force.
func listed(t *testing.T, svc *catalog.Service, b catalog.Body) string {
	t.Helper()
	editor, reviewer := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer")
	v, err := svc.Create(editor, catalog.Draft{Body: b, List: catalog.BasicList})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Publish(reviewer, v.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	return v.ItemID
}

func claimed(t *testing.T, svc *catalog.Service, ctx context.Context, id string) string {
	t.Helper()
	c, err := svc.Claim(ctx, []string{id})
	if err != nil || len(c.Made) != 1 {
		t.Fatalf("claim: %+v, %v", c, err)
	}
	return c.Made[0]
}

// finish completes a claimed item and puts it in force.
func finish(t *testing.T, svc *catalog.Service, at tenancy.ID, id string) {
	t.Helper()
	editor, reviewer := person(t, at, "3", "item_editor"), person(t, at, "4", "item_reviewer")
	sh, err := svc.Show(editor, id)
	if err != nil {
		t.Fatal(err)
	}
	b := sh.Version.Body
	b.Department, b.OrganCode, b.Origins, b.StatutoryDays, b.PromisedDays = "市场监督管理局", "11650000010183859F", []string{"county"}, 20, 10
	v, err := svc.Edit(editor, sh.Version.ID, sh.Version.Version, catalog.Draft{Body: b, Flow: []byte("<x/>")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Publish(reviewer, v.ID, ""); err != nil {
		t.Fatal(err)
	}
}

func TestEntryOfTheBasicListIsOnlyForOrgans(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := listed(t, svc, foodEntry())
	citizen := dbtest.As(t, dbtest.County, tenancy.Public)
	if p, err := svc.Offered(citizen, catalog.Query{}); err != nil || p.Total != 0 {
		t.Errorf("offered: %d, %v", p.Total, err)
	}
	if p, err := svc.Find(citizen, catalog.Query{Text: "食品"}); err != nil || p.Total != 0 {
		t.Errorf("found: %d, %v", p.Total, err)
	}
	if _, err := svc.Guide(citizen, id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("guide: %v", err)
	}
	if hs, err := svc.Suggest(citizen, "食品", "", 5); err != nil || len(hs) != 0 {
		t.Errorf("suggested: %v, %v", hs, err)
	}
	if p, err := svc.Feed(citizen, "", 10); err != nil || len(p.Changes) != 0 {
		t.Errorf("fed: %v, %v", p.Changes, err)
	}
	if p, err := svc.Kept(person(t, dbtest.County, "3", "item_editor"), catalog.Query{Span: catalog.SpanInherited}); err != nil || p.Total != 0 {
		t.Errorf("kept: %d, %v", p.Total, err)
	}
	if p, err := svc.Kept(person(t, dbtest.County, "3", "item_editor"), catalog.Query{Span: catalog.SpanInherited, List: catalog.BasicList}); err != nil || p.Total != 1 {
		t.Errorf("basic list: %d, %v", p.Total, err)
	}
	codes, err := svc.Codes(person(t, dbtest.League, "1", "item_editor"), id)
	if err != nil || len(codes) != 1 || codes[0].Code != "000131010000" || codes[0].Kind != catalog.CodeBasic {
		t.Errorf("codes %+v, %v", codes, err)
	}
}

func TestEntryNeedsItsOwnFieldsOnly(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor := person(t, dbtest.League, "1", "item_editor")
	b := foodEntry()
	b.ExerciseLevels = nil
	_, err := svc.Create(editor, catalog.Draft{Body: b, List: catalog.BasicList})
	if f, _ := fault.As(err); f == nil || f.Fields["exercise_levels"] == "" || len(f.Fields) != 1 {
		t.Errorf("got %v", err)
	}
	if _, err := svc.Create(editor, catalog.Draft{Body: foodEntry(), List: "other"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("unknown list: %v", err)
	}
	// The top of the tree keeps the list; levels below claim from it, by hand and by file.
	county := person(t, dbtest.County, "3", "item_editor")
	_, err = svc.Create(county, catalog.Draft{Body: foodEntry(), List: catalog.BasicList})
	if f, _ := fault.As(err); f == nil || f.Kind != fault.Forbidden || f.Detail == "" || svc.MayKeep(county) || !svc.MayKeep(editor) {
		t.Errorf("county: %v", err)
	}
	im, err := svc.Upload(county, "目录.csv", []byte("名称,基本编码,类型\n某许可,000131019000,01\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := catalog.Mapping{Columns: []string{"name", "basic_code", "type"}, Scheme: "local", List: catalog.BasicList}
	if err := svc.Map(county, im.ID, m); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("county by file: %v", err)
	}
	m.List = catalog.ImplementingList
	if err := svc.Map(county, im.ID, m); err != nil {
		t.Errorf("county by file: %v", err)
	}
	if _, err := svc.Create(person(t, dbtest.League, "1", "clerk"), catalog.Draft{Body: foodEntry(), List: catalog.BasicList}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("clerk: %v", err)
	}
}

func TestClaimedItemKeepsWhatTheEntryFixes(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := listed(t, svc, foodEntry())
	county := person(t, dbtest.County, "3", "item_editor")
	p, err := svc.Claimables(county, catalog.ClaimQuery{State: catalog.ClaimOpen})
	if err != nil || p.Total != 1 || p.Rows[0].EntryID != id {
		t.Fatalf("to claim: %+v, %v", p, err)
	}
	own := claimed(t, svc, county, id)
	if c, err := svc.Claim(county, []string{id}); err != nil || c.Had != 1 || len(c.Made) != 0 {
		t.Errorf("claimed twice: %+v, %v", c, err)
	}
	sh, err := svc.Show(county, own)
	if err != nil || sh.Version.Body.Name != "食品经营许可" || sh.Version.Body.Level != "county" || sh.Item.BasicID == nil || *sh.Item.BasicID != id {
		t.Fatalf("%+v, %v", sh.Version.Body, err)
	}
	for key, change := range map[string]func(*catalog.Body){
		"name":        func(b *catalog.Body) { b.Name = "食品许可" },
		"basic_code":  func(b *catalog.Body) { b.BasicCode = "000131010001" },
		"legal_basis": func(b *catalog.Body) { b.LegalBasis = []catalog.LegalBasis{{Law: "别的法"}} },
	} {
		b := sh.Version.Body
		change(&b)
		_, err := svc.Edit(county, sh.Version.ID, sh.Version.Version, catalog.Draft{Body: b, Rough: true})
		if f, _ := fault.As(err); f == nil || f.Fields[key] != "item_basic_locked" {
			t.Errorf("%s: %v", key, err)
		}
	}
	finish(t, svc, dbtest.County, own)
	codes, err := svc.Codes(county, own)
	if err != nil || len(codes) != 2 || codes[0].Code != "11650000010183859F4000131010000" {
		t.Errorf("codes %+v, %v", codes, err)
	}
	if n, err := svc.Offered(dbtest.As(t, dbtest.County, tenancy.Public), catalog.Query{}); err != nil || n.Total != 1 {
		t.Errorf("offered %d, %v", n.Total, err)
	}
}

func TestClaimedItemFollowsItsEntry(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := listed(t, svc, foodEntry())
	county := person(t, dbtest.County, "3", "item_editor")
	own := claimed(t, svc, county, id)
	finish(t, svc, dbtest.County, own)
	editor, reviewer := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer")
	v, err := svc.Revise(editor, id)
	if err != nil {
		t.Fatal(err)
	}
	b := v.Body
	b.Name = "食品经营许可（新版）"
	if v, err = svc.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b}); err == nil {
		v, err = svc.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = svc.Publish(reviewer, v.ID, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := svc.Claimables(county, catalog.ClaimQuery{State: catalog.ClaimChanged})
	if err != nil || p.Total != 1 || !slices.Equal(p.Rows[0].Moved(), []string{"name"}) {
		t.Fatalf("changed: %+v, %v", p, err)
	}
	fresh, err := svc.TakeOver(county, own)
	if err != nil || fresh.Body.Name != b.Name || fresh.Number != 2 || fresh.FlowID == nil || fresh.Body.Department != "市场监督管理局" {
		t.Fatalf("taken over: %+v, %v", fresh, err)
	}
	if p, err := svc.Claimables(county, catalog.ClaimQuery{}); err != nil || p.Counts[catalog.ClaimTaken] != 1 || p.Total != 1 {
		t.Errorf("after: %+v, %v", p.Counts, err)
	}
	sh, err := svc.Show(county, own)
	if err != nil {
		t.Fatal(err)
	}
	e, ok, err := svc.Entry(county, sh.Item)
	if err != nil || !ok || e.Owner.Name != "锡林郭勒盟" || len(e.Moved(sh.Version.Body)) != 0 {
		t.Errorf("entry %+v %v %v", e, ok, err)
	}
}

func TestItemWithTheCodeIsLinked(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := published(t, svc) // of the league, and it has the code 000116001000
	b := foodEntry()
	b.Name, b.BasicCode, b.ExerciseLevels = "草原作业许可", "000116001000", []string{"league", "county"}
	b.LegalBasis = []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}
	entryID := listed(t, svc, b)
	league := person(t, dbtest.League, "1", "item_editor")
	c, err := svc.Claim(league, []string{entryID})
	if err != nil || !slices.Equal(c.Linked, []string{id}) {
		t.Fatalf("%+v, %v", c, err)
	}
	if codes, err := svc.Codes(league, entryID); err != nil || len(codes) != 1 {
		t.Errorf("the entry has no code: %+v, %v", codes, err)
	}
	cov, err := svc.Coverage(league)
	want := []catalog.Coverage{{Level: "league", Due: 1, Claimed: 1, Published: 1}, {Level: "county", Due: 2}}
	if err != nil || !slices.Equal(cov, want) {
		t.Errorf("coverage %+v, %v", cov, err)
	}
}

func TestNobodyClaimsForOthersNorOtherLevels(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := listed(t, svc, foodEntry())
	if _, err := svc.Claim(person(t, dbtest.Township, "3", "item_editor"), []string{id}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a township claims a county's: %v", err)
	}
	if _, err := svc.Claim(person(t, dbtest.County, "3", "clerk"), []string{id}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk claims: %v", err)
	}
	county := person(t, dbtest.County, "3", "item_editor")
	own := claimed(t, svc, county, id)
	sibling := person(t, dbtest.County2, "5", "item_editor")
	if _, err := svc.Show(sibling, own); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a sibling sees the draft: %v", err)
	}
	if _, err := svc.TakeOver(sibling, own); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a sibling takes over: %v", err)
	}
	if p, err := svc.Claimables(sibling, catalog.ClaimQuery{State: catalog.ClaimOpen}); err != nil || p.Total != 1 {
		t.Errorf("the sibling's own claim: %+v, %v", p, err)
	}
	if _, err := svc.Claim(person(t, dbtest.League, "1", "item_editor"), []string{"00000000-0000-7000-8000-000000000099"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no such entry: %v", err)
	}
}
