package catalog_test

import (
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// TestImpactNamesWhoAndWhat counts tenants and conflicts apart, and lists what becomes
// other of materials and forms.
func TestImpactNamesWhoAndWhat(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	b := named("草原作业许可", "000116001000")
	b.Origins = []string{"village"}
	b.Materials = []catalog.Material{{Name: "申请书", Need: "1", Source: "10", Form: "1"}, {Name: "营业执照", Need: "1", Source: "20", Form: "1"}, {Name: "身份证", Need: "1", Source: "20", Form: "1"}}
	id := publish(t, svc, dbtest.League, b)
	days := 9
	for at, f := range map[tenancy.ID]catalog.Fields{
		dbtest.County:  {PromisedDays: &days, DropMaterials: []string{"营业执照"}, Values: map[string]string{"phone": "0479-1"}},
		dbtest.Village: {Values: map[string]string{"address": "一号"}},
	} {
		if _, err := svc.Override(person(t, at, "1", "item_editor"), id, catalog.Change{Fields: f}); err != nil {
			t.Fatal(err)
		}
	}
	editor := person(t, dbtest.League, "1", "item_editor")
	v, err := svc.Revise(editor, id)
	if err != nil {
		t.Fatal(err)
	}
	v.Body.PromisedDays = 5
	v.Body.Materials = []catalog.Material{{Name: "申请书", Need: "2", Source: "10", Form: "1"}, {Name: "身份证", Need: "1", Source: "20", Form: "1"}, {Name: "照片", Need: "1", Source: "10", Form: "1"}}
	if v, err = svc.Edit(editor, v.ID, v.Version, catalog.Draft{Body: v.Body}); err != nil {
		t.Fatal(err)
	}
	im, err := svc.Impact(editor, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(im.Refining) != 2 || im.Clashing != 1 || len(im.Conflicts) != 2 || im.Refining[0].TenantID != dbtest.County || im.Refining[0].Conflicts != 2 || len(im.Refining[0].Elements) != 3 {
		t.Errorf("%d clash in %d of %+v", im.Clashing, len(im.Conflicts), im.Refining)
	}
	if im.Sites != 3 || len(im.SitesAt) != 1 || im.SitesAt[0].Level != "village" {
		t.Errorf("%d sites, %+v", im.Sites, im.SitesAt)
	}
	got := ""
	for _, p := range im.Papers {
		switch {
		case p.Was == nil:
			got += "+" + p.Now.Name
		case p.Now == nil:
			got += "-" + p.Was.Name
		default:
			got += "~" + p.Now.Name
		}
	}
	if got != "~申请书+照片-营业执照" || len(im.Forms) != 0 {
		t.Errorf("papers %s, forms %+v", got, im.Forms)
	}
}
