package catalog_test

import (
	"slices"
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func TestSameItemIsComparedAsEachTenantOffersIt(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := published(t, svc)
	other := body()
	other.Department, other.PromisedDays = "农牧局", 12
	twin := publish(t, svc, dbtest.County2, other)
	alone := body()
	alone.Name, alone.BasicCode = "取水许可", "000116009000"
	publish(t, svc, dbtest.County, alone)
	days := 9
	if _, err := svc.Override(person(t, dbtest.County, "3", "item_editor"), id, catalog.Change{Fields: catalog.Fields{PromisedDays: &days, DropMaterials: []string{"身份证"}}}); err != nil {
		t.Fatal(err)
	}
	league := person(t, dbtest.League, "1", "item_editor")
	p, err := svc.Comparable(league, catalog.Query{})
	if err != nil || p.Total != 1 || p.Rows[0].Items != 2 || p.Rows[0].Departments != 2 || p.Rows[0].Refined != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	for text, want := range map[catalog.Query]int{{Text: "草原"}: 1, {Text: "取水"}: 0, {Department: "农牧局"}: 1, {Department: "公安局"}: 0, {Kind: "05"}: 0, {Region: dbtest.County2}: 1, {Region: dbtest.County}: 1, {Sort: "name"}: 1, {Sort: "refined", Desc: true}: 1} {
		if p, err := svc.Comparable(league, text); err != nil || p.Total != want {
			t.Errorf("%+v: %d groups, want %d: %v", text, p.Total, want, err)
		}
	}
	sides, err := svc.Sides(league, id)
	if err != nil || len(sides) != 3 {
		t.Fatalf("%+v, %v", sides, err)
	}
	cols, err := svc.Compare(league, sides)
	if err != nil {
		t.Fatal(err)
	}
	got := map[tenancy.ID]int{}
	for _, c := range cols {
		got[c.Tenant] = c.Body.PromisedDays
	}
	if got[dbtest.League] != 15 || got[dbtest.County] != 9 || got[dbtest.County2] != 12 {
		t.Errorf("promises %v", got)
	}
	i := slices.IndexFunc(cols, func(c catalog.Offer) bool { return c.Tenant == dbtest.County })
	if c := cols[i]; !c.Refined || c.Source["promised_days"] != "锡林浩特市" || c.OwnerName != "锡林郭勒盟" || len(c.Body.Materials) != 1 || len(c.Source) != 2 {
		t.Errorf("%+v", c)
	}
	county2 := person(t, dbtest.County2, "5", "item_editor")
	if sides, err := svc.Sides(county2, twin); err != nil || len(sides) != 2 {
		t.Errorf("a county sees %+v, %v", sides, err)
	}
	for name, side := range map[string]catalog.Side{"a neighbour's": {ItemID: id, Tenant: dbtest.County}, "not offered there": {ItemID: twin, Tenant: dbtest.League}, "nothing": {ItemID: "x", Tenant: dbtest.County2}} {
		if _, err := svc.Compare(county2, []catalog.Side{side}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := svc.Compare(league, make([]catalog.Side, 7)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("seven sides: %v", err)
	}
}
