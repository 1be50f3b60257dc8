package catalog_test

import (
	"context"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// shelf keeps flows without looking into them: the catalogue's own tests are
// about items. The real keeper is tested in modules/flows.
type shelf struct{}

func (shelf) Keep(ctx context.Context, tx *db.Tx, name string, xml []byte) (string, error) {
	id := db.NewID()
	_, err := tx.NewRaw(`insert into flows (tenant_id, id, name, xml, created_at) values (?, ?, ?, ?, ?)`, tx.Scope.Tenant, id, name, string(xml), tx.Now).Exec(ctx)
	return id, err
}

func (shelf) Sound(context.Context, *db.Tx, tenancy.ID, string, int) error    { return nil }
func (shelf) Joins(context.Context, *db.Tx, tenancy.ID, string) (bool, error) { return false, nil }

func (shelf) XML(context.Context, *db.Tx, tenancy.ID, string) ([]byte, error) {
	return []byte("<x/>"), nil
}

func body() catalog.Body {
	return catalog.Body{
		Name: "草原作业许可", BasicCode: "000116001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis:    []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}},
		StatutoryDays: 20, PromisedDays: 15, Materials: []catalog.Material{{Name: "申请书", Need: "1"}, {Name: "身份证", Need: "1"}}, Keywords: []string{"放牧"},
	}
}

func setup(t *testing.T) *catalog.Service {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return catalog.New(dbtest.New(t), engine, shelf{})
}

func person(t *testing.T, id tenancy.ID, who string, roles ...string) context.Context {
	t.Helper()
	return dbtest.WithActor(t, id, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-00000000000" + who, Name: "人" + who, Roles: roles})
}

func published(t *testing.T, svc *catalog.Service) string {
	t.Helper()
	editor, reviewer := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer")
	v, err := svc.Create(editor, catalog.Draft{Body: body(), Flow: []byte("<x/>")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Publish(editor, v.ID, "同意"); fault.KindOf(err) != fault.Forbidden {
		t.Fatalf("the author published her own item: %v", err)
	}
	if _, err := svc.Publish(reviewer, v.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	return v.ItemID
}

// cancel takes an item of the league out of force the way everything goes: by a
// version that is reviewed.
func cancel(t *testing.T, svc *catalog.Service, id string) {
	t.Helper()
	if err := act(t, svc, id, catalog.ActCancel); err != nil {
		t.Fatal(err)
	}
}

// act does something to an item of the league.
func act(t *testing.T, svc *catalog.Service, id, act string) error {
	t.Helper()
	return by(person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer"), svc, id, act)
}

// by is act by some editor and some reviewer.
func by(editor, reviewer context.Context, svc *catalog.Service, id, act string) error {
	v, err := svc.Begin(editor, id, act, "修法")
	if err == nil {
		_, err = svc.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = svc.Publish(reviewer, v.ID, "同意")
	}
	return err
}

func offered(t *testing.T, svc *catalog.Service, at tenancy.ID) int {
	t.Helper()
	p, err := svc.Offered(dbtest.As(t, at, tenancy.Public), catalog.Query{Text: "草原"})
	if err != nil {
		t.Fatal(err)
	}
	return p.Total
}

func TestPublishedItemIsAtOnceBelow(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	if n := offered(t, svc, dbtest.Village); n != 0 {
		t.Fatalf("%d items before any was published", n)
	}
	id := published(t, svc)
	for _, at := range []tenancy.ID{dbtest.League, dbtest.County, dbtest.Township2, dbtest.Village, dbtest.Village3} {
		if n := offered(t, svc, at); n != 1 {
			t.Errorf("tenant %s offers %d items, want 1", at, n)
		}
	}
	cancel(t, svc, id)
	if n := offered(t, svc, dbtest.Village); n != 0 {
		t.Errorf("withdrawn item is still offered")
	}
}

func TestOverrideIsInheritedByTheBranchOnly(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := published(t, svc)
	county := person(t, dbtest.County, "3", "item_editor")
	days, addr, long := 10, "额尔敦路 1 号", 18
	if _, err := svc.Override(county, id, catalog.Change{Fields: catalog.Fields{PromisedDays: &days, Values: map[string]string{"address": addr}}}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[tenancy.ID]int{dbtest.Village: 10, dbtest.County: 10, dbtest.Village3: 15, dbtest.League: 15} {
		g, err := svc.Guide(dbtest.As(t, at, tenancy.Public), id)
		if err != nil {
			t.Fatal(err)
		}
		if g.Body.PromisedDays != want || (g.Body.Address == addr) != (want == 10) {
			t.Errorf("at %s: promise %d, address %q", at, g.Body.PromisedDays, g.Body.Address)
		}
	}
	for name, c := range map[string]catalog.Change{
		"lengthen the promise": {Fields: catalog.Fields{PromisedDays: &long}, Seen: 1},
		"change the law":       {Locked: []string{"legal_basis"}, Seen: 1},
	} {
		_, err := svc.Override(county, id, c)
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Forbidden || strings.TrimSpace(f.Detail) == "" {
			t.Errorf("%s: %v, want Forbidden with a reason", name, err)
		}
	}
	if _, err := svc.Override(county, id, catalog.Change{Fields: catalog.Fields{PromisedDays: &days}, Seen: 0}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a stale override won: %v", err)
	}
}

func TestDraftRules(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor := person(t, dbtest.League, "1", "item_editor")
	bad := body()
	bad.PromisedDays, bad.LegalBasis, bad.BasicCode = 30, nil, "12"
	_, err := svc.Create(editor, catalog.Draft{Body: bad})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 3 {
		t.Errorf("bad draft: %v, want three fields", err)
	}
	if _, err := svc.Create(person(t, dbtest.League, "1", "clerk"), catalog.Draft{Body: body()}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk created an item: %v", err)
	}
	v, err := svc.Create(editor, catalog.Draft{Body: body()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Create(editor, catalog.Draft{Body: body()}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the same basic code twice: %v", err)
	}
	if _, err := svc.Submit(editor, v.ID); fault.KindOf(err) != fault.Invalid {
		t.Errorf("submitted without a flow: %v", err)
	}
	if _, err := svc.Edit(editor, v.ID, v.Version, catalog.Draft{Body: body(), Flow: []byte("<x/>")}); err != nil {
		t.Fatal(err)
	}
	renamed := body()
	renamed.Name, renamed.BasicCode = "草原征占用审核", "000116003000"
	if _, err := svc.Edit(editor, v.ID, v.Version+1, catalog.Draft{Body: renamed}); err != nil {
		t.Fatal(err)
	}
	if i, _, err := svc.History(editor, v.ItemID); err != nil || i.Name != renamed.Name || i.BasicCode != renamed.BasicCode {
		t.Errorf("the item is still called %s %s, %v", i.BasicCode, i.Name, err)
	}
	other, err := svc.Create(editor, catalog.Draft{Body: body()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Edit(editor, other.ID, other.Version, catalog.Draft{Body: renamed}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("two items with one code: %v", err)
	}
	if _, err := svc.Edit(editor, v.ID, v.Version, catalog.Draft{Body: renamed}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a stale edit won: %v", err)
	}
	if _, _, err := svc.History(person(t, dbtest.County, "4", "item_editor"), v.ItemID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a county reads a draft of the league: %v", err)
	}
}

// An item without keywords does not break the search for those that have some.
func TestSearchAmongItemsWithoutKeywords(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	b := body()
	b.Keywords = nil
	if _, err := svc.Create(person(t, dbtest.League, "1", "item_editor"), catalog.Draft{Body: b, Flow: []byte("<x/>")}); err != nil {
		t.Fatal(err)
	}
	p, err := svc.Kept(person(t, dbtest.League, "1", "item_editor"), catalog.Query{Text: "作业"})
	if err != nil || p.Total != 1 {
		t.Errorf("%d found, %v", p.Total, err)
	}
}
