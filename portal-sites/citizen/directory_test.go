package citizen_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// TestFacetsAreTrue chooses every value of every facet, alone and beside another: the
// list is as long as the facet said.
func TestFacetsAreTrue(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	b := pension()
	b.LifeEvents, b.Groups, b.OnlineDepth, b.OnsiteTimes = []string{"retire"}, []string{"elder", "herder"}, []string{"3", "5"}, 1
	w.publish(t, b)
	w.publish(t, divided())
	if _, err := w.items.Override(as(t, dbtest.Village, "05", "item_editor"), id, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"entry_center": "是"}}}); err != nil {
		t.Fatal(err)
	}
	here := dbtest.WithActor(t, dbtest.Village, tenancy.Actor{Kind: tenancy.Public})
	for _, text := range []string{"", "草原"} {
		all, err := w.items.Browse(here, catalog.Browse{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		counts := all.Counts
		if len(counts["life"]) == 0 && text == "" || text == "" && len(counts["hall"]) != 1 {
			t.Errorf("what the village changed does not count: %v", counts)
		}
		for k, values := range counts {
			for _, v := range values {
				chosen := map[string]string{k: v.Value}
				p, err := w.items.Browse(here, catalog.Browse{Text: text, Chosen: chosen})
				if err != nil || p.Total != v.N || len(p.Rows) != v.N {
					t.Errorf("%s %s=%s says %d, has %d, %v", text, k, v.Value, v.N, p.Total, err)
				}
				for k2, values2 := range p.Counts {
					for _, v2 := range values2 {
						both := maps.Clone(chosen)
						both[k2] = v2.Value
						if p, err := w.items.Browse(here, catalog.Browse{Text: text, Chosen: both}); err != nil || p.Total != v2.N {
							t.Errorf("%v says %d, has %d, %v", both, v2.N, p.Total, err)
						}
					}
				}
			}
		}
	}
}

// TestDirectory walks the directory as people do: topic, filter, away with it again.
func TestDirectory(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.publish(t, grass())
	w.publish(t, pension())
	c := kittest.NewClient(t, w)
	c.Get("/items?audience=person").Want(http.StatusOK).Doc().Has(".cz-topics", "社会保障", "1 项").Has(".ld-panel-head", "按主题找")
	d := c.Get("/items?department=" + url.QueryEscape("林业和草原局")).Want(http.StatusOK).Doc()
	d.Has(".cz-chosen a", "林业和草原局").Has(".cz-facet a.is-on", "林业和草原局").Lacks(".cz-topics")
	if got := d.Attr(".cz-chosen a", "href"); got != "/items" {
		t.Errorf("away with it: %s", got)
	}
	none := c.Get("/items?topic_person=155").Want(http.StatusOK).Doc()
	none.Has(".ld-empty", "去掉")
	if got := none.Attr(".ld-empty .cz-chips a", "href"); got != "/items" {
		t.Errorf("out of it: %s", got)
	}
	if got := c.Get("/items?q=x&page=2&kind=01").Doc().Attr(".cz-within input[name=kind]", "value"); got != "01" {
		t.Error("a search forgets what was chosen")
	}
	laws := c.Get("/laws?q=" + url.QueryEscape("没有这样的法")).Want(http.StatusOK).Doc()
	laws.Has(".ld-empty", "没有找到")
	if strings.Contains(c.Get("/items?kind=zz").Body, "style=") {
		t.Error("inline style")
	}
}
