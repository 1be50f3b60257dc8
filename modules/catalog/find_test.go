package catalog_test

import (
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// named is a body with a name, a code that no other has, and keywords.
func named(name, code string, keywords ...string) catalog.Body {
	b := body()
	b.Name, b.BasicCode, b.Keywords = name, code, keywords
	return b
}

// finds returns the names found at a tenant by a visitor, and fails on an error.
func finds(t *testing.T, svc *catalog.Service, at tenancy.ID, text string) string {
	t.Helper()
	p, err := svc.Find(dbtest.As(t, at, tenancy.Public), catalog.Query{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(p.Rows))
	for i, h := range p.Rows {
		names[i] = h.Body.Name
	}
	return strings.Join(names, " ")
}

// What is published, replaced or withdrawn counts for the very next search, at
// every level below and at no other place.
func TestFindFollowsPublication(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	if got := finds(t, svc, dbtest.Village, "医疗保险"); got != "" {
		t.Fatalf("found %q among nothing", got)
	}
	id := publish(t, svc, dbtest.County, named("城乡居民医疗保险参保", "000116011000"))
	for _, text := range []string{"医疗保险", "ylbx", "yiliaobaoxian", "医料保险", "yiliaobaoxain", "000116011000"} {
		if got := finds(t, svc, dbtest.Village, text); got != "城乡居民医疗保险参保" {
			t.Errorf("%s finds %q", text, got)
		}
	}
	for _, at := range []tenancy.ID{dbtest.League, dbtest.Village3} {
		if got := finds(t, svc, at, "医疗保险"); got != "" {
			t.Errorf("%s finds %q of the county", at, got)
		}
	}
	editor, reviewer := person(t, dbtest.County, "1", "item_editor"), person(t, dbtest.County, "2", "item_reviewer")
	v, err := svc.Revise(editor, id)
	if err != nil {
		t.Fatal(err)
	}
	renamed := named("职工生育保险登记", "000116011000")
	if v, err = svc.Edit(editor, v.ID, v.Version, catalog.Draft{Body: renamed}); err != nil {
		t.Fatal(err)
	}
	if got := finds(t, svc, dbtest.Village, "生育保险"); strings.Contains(got, "生育") {
		t.Errorf("a draft is found: %q", got)
	}
	if _, err := svc.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Publish(reviewer, v.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	if got := finds(t, svc, dbtest.Village, "生育保险"); got != "职工生育保险登记" {
		t.Errorf("after the new version: %q", got)
	}
	if err := by(editor, reviewer, svc, id, catalog.ActCancel); err != nil {
		t.Fatal(err)
	}
	if got := finds(t, svc, dbtest.Village, "生育保险"); got != "" {
		t.Errorf("withdrawn and found: %q", got)
	}
}

// A hit says what to highlight, and why it is there when its name does not.
func TestHitsAreHighlighted(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	publish(t, svc, dbtest.League, named("食品经营许可", "000116012000", "开饭馆"))
	for text, want := range map[string]string{"食品": "[食品]经营许可", "jyxk": "食品[经营许可]", "jingying": "食品[经营]许可", "开饭馆": "食品经营许可 开饭馆", "食品 许可": "[食品]经营[许可]"} {
		p, err := svc.Find(dbtest.As(t, dbtest.Village, tenancy.Public), catalog.Query{Text: text})
		if err != nil || len(p.Rows) != 1 {
			t.Fatalf("%s: %d rows, %v", text, len(p.Rows), err)
		}
		got := ""
		for _, part := range p.Rows[0].Parts {
			if part.Marked {
				part.Text = "[" + part.Text + "]"
			}
			got += part.Text
		}
		if p.Rows[0].By != "" && !strings.Contains(got, "[") {
			got += " " + p.Rows[0].By
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// A search is narrowed like a list, and pages of it add up.
func TestFindIsNarrowed(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	for i, name := range []string{"草原甲许可", "草原乙许可", "草原丙许可"} {
		b := named(name, "00011602"+string(rune('1'+i))+"000")
		b.Audience, b.Origins, b.Level = []string{"1"}, []string{"village"}, "league"
		if i == 2 {
			b.Audience, b.Origins, b.Department, b.TopicsLegal = []string{"2"}, []string{"county"}, "水利局", []string{"040"}
		}
		publish(t, svc, dbtest.League, b)
	}
	public := dbtest.As(t, dbtest.Village, tenancy.Public)
	for q, want := range map[*catalog.Query]int{
		{}: 3, {Audience: "person"}: 2, {Audience: "legal"}: 1, {Origin: "village"}: 2, {Department: "水利局"}: 1, {Topic: "040"}: 1, {Kind: "05"}: 0, {Level: "league"}: 3, {Size: 2, Page: 2}: 1,
	} {
		q.Text = "草原许可"
		p, err := svc.Find(public, *q)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Rows) != want || q.Page == 0 && p.Total != want {
			t.Errorf("%+v: %d rows of %d, want %d", *q, len(p.Rows), p.Total, want)
		}
	}
	if p, err := svc.Find(public, catalog.Query{Text: " ，。"}); err != nil || p.Total != 3 {
		t.Errorf("nothing to look for: %d, %v", p.Total, err)
	}
	if hs, err := svc.Suggest(public, "caoyuan", "village", 8); err != nil || len(hs) != 2 {
		t.Errorf("suggested %v, %v", hs, err)
	}
}

// Everyday words count from the commit on, there and below, and only their own
// tenant removes them.
func TestSynonymsCascade(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	publish(t, svc, dbtest.League, named("草原作业许可", "000116001000"))
	editor := person(t, dbtest.County, "1", "item_editor")
	if got := finds(t, svc, dbtest.Village, "呼达格"); got != "" {
		t.Fatalf("found %q", got)
	}
	if err := svc.AddSynonym(person(t, dbtest.County, "2", "clerk"), "呼达格", "草原作业"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk added a synonym: %v", err)
	}
	for word, means := range map[string]string{"": "草原", "草原": "草原", "甲": strings.Repeat("长", 21), "!": "草原"} {
		if err := svc.AddSynonym(editor, word, means); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q means %q: %v", word, means, err)
		}
	}
	for range 2 { // the second changes nothing
		if err := svc.AddSynonym(editor, "呼达格", "草原作业"); err != nil {
			t.Fatal(err)
		}
	}
	if got := finds(t, svc, dbtest.Village, "呼达格"); got != "草原作业许可" {
		t.Errorf("below finds %q", got)
	}
	if got := finds(t, svc, dbtest.Village3, "呼达格") + finds(t, svc, dbtest.League, "呼达格"); got != "" {
		t.Errorf("elsewhere finds %q", got)
	}
	below := person(t, dbtest.Village, "3", "item_editor")
	list, err := svc.Synonyms(below, "呼达格")
	if err != nil || len(list) != 1 || list[0].Own || list[0].Owner != "锡林浩特市" {
		t.Fatalf("the village reads %+v, %v", list, err)
	}
	if err := svc.RemoveSynonym(below, list[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the village removed it: %v", err)
	}
	if err := svc.RemoveSynonym(editor, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := finds(t, svc, dbtest.Village, "呼达格"); got != "" {
		t.Errorf("removed and found: %q", got)
	}
}

// What is used more stands first among equals, and in the hot list.
func TestHeatRanks(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	publish(t, svc, dbtest.League, named("草原甲许可", "000116021000"))
	hot := publish(t, svc, dbtest.League, named("草原乙许可", "000116022000"))
	public := dbtest.As(t, dbtest.Village, tenancy.Public)
	g, err := svc.Guide(public, hot)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := svc.Opened(public, g.Item); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := svc.FoldHeat(t.Context()); err != nil || n != 20 {
		t.Fatalf("folded %d, %v", n, err)
	}
	if n, err := svc.FoldHeat(t.Context()); err != nil || n != 0 {
		t.Fatalf("folded %d again, %v", n, err)
	}
	if got := finds(t, svc, dbtest.Village3, "草原许可"); !strings.HasPrefix(got, "草原乙许可") {
		t.Errorf("found %q", got)
	}
	if d, err := svc.Browse(public, catalog.Browse{}); err != nil || len(d.Hot("", 5)) != 1 || d.Hot("", 5)[0].ID != hot {
		t.Errorf("hot: %v, %v", d.Hot("", 5), err)
	}
	if hs, _, err := svc.Beside(public, hot, 5, 0); err != nil || len(hs) != 1 || hs[0].Name != "草原甲许可" {
		t.Errorf("related: %v, %v", hs, err)
	}
}
