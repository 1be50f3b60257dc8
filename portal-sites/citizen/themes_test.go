package citizen_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// aTheme is made of an item that everybody needs and one that only some do.
func (w *town) aTheme(t *testing.T) string {
	t.Helper()
	first := w.publish(t, grass())
	other := grass()
	other.Name, other.BasicCode, other.Department = "草原防火期内野外用火审批", "000164002000", "应急管理局"
	second := w.publish(t, other)
	b := grass()
	b.Name, b.BasicCode, b.Department, b.StatutoryDays, b.PromisedDays = "草原上办活动一件事", "000164003000", "行政审批局", 45, 30
	b.Situations = []catalog.Situation{{Question: "活动中是否用火", Options: []catalog.Option{{ID: "s1a", Label: "用火"}, {ID: "s1b", Label: "不用火"}}}}
	b.Parts = []catalog.ThemePart{
		{Key: "p1", Item: first, Name: "临时占用草原审批", Department: "林业和草原局", Stage: 1, Reviews: []string{catalog.ReviewVisit}},
		{Key: "p2", Item: second, Name: other.Name, Department: other.Department, Stage: 2, When: []string{"s1a"}},
	}
	return w.publishWith(t, dbtest.League, b, flows.NewService().ComposeJoint(b.Name, "等并联事项办完", []flows.Line{
		{Name: "统一受理", Kind: "accept", Level: "own", Post: "clerk", Limit: 1}, {Name: "汇总办结", Kind: "decide", Level: "own", Post: "decider", Limit: 1}, {Name: "送达", Kind: "deliver", Level: "origin", Post: "clerk", Limit: 1},
	}))
}

func TestThemesAreShownAsOneThing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	site := kittest.NewClient(t, w)
	at := "/sites/" + codeOf(dbtest.Village)
	site.Get(at+"/themes").Want(http.StatusOK).Doc().Has(".ld-empty", "本地还没有一件事")
	id := w.aTheme(t)
	site.Get(at+"/themes").Want(http.StatusOK).Doc().Has(".cz-items", "草原上办活动一件事", "2 个事项一起办")
	site.Get(at+"/themes?q=没有的").Want(http.StatusOK).Doc().Has(".ld-empty", "没有找到")
	site.Get(at).Want(http.StatusOK).Doc().Has("main", "一件事一次办", "草原上办活动一件事")
	guide := site.Get(at + "/items/" + id).Want(http.StatusOK).Doc()
	guide.Has("#parts", "临时占用草原审批", "几个部门一起上门勘验", "选“用火”才办", "统一受理")
	site.Get(at+"/items/"+id+"/mine?c=s1b").Want(http.StatusOK).Doc().Has("#parts", "临时占用草原审批")
	if n := site.Get(at + "/items/" + id + "/mine?c=s1b").Doc().Count(".cz-stages ul li"); n != 1 {
		t.Errorf("my list has %d items", n)
	}
}

// With ITEM_SHOTS set to a folder it leaves pictures there.
func TestThemePagesAreAccessible(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.aTheme(t)
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for name, path := range map[string]string{"themes": "/themes", "guide": "/items/" + id, "home": "/"} {
		for size, width := range map[string]int64{"wide": 1440, "phone": 390} {
			b.Size(width, 900)
			b.Open(srv.URL + "/sites/" + codeOf(dbtest.Village) + path)
			b.Axe(name + " " + size)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s at %d is %d px too wide", name, width, n)
			}
			if dir := os.Getenv("ITEM_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, "cz-"+name+"-"+size+".png"), true)
			}
		}
	}
}
