package citizen_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"liandong/portal-sites/kit/kittest"
)

func TestHome(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	c := kittest.NewClient(t, w)
	res := c.Get("/").Want(http.StatusOK)
	if got := res.Header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("Cache-Control %q", got)
	}
	d := res.Doc()
	d.Has(".ld-brand-name", "第一嘎查政务服务网").Has(".cz-items a", "临时占用草原审批").Has(".ld-tiles").Has(".ld-news", "延时服务")
	if got := d.Attr(".cz-items a", "href"); got != "/items/"+id {
		t.Errorf("the item leads to %s", got)
	}
	if got := d.Attr(".ld-linkgrid a", "href"); got != "/items?audience=person&topic=040" {
		t.Errorf("the topic leads to %s", got)
	}
	shared := c.Get("/sites/152502000000").Want(http.StatusOK).Doc()
	shared.Has("html.theme-green").Has(".cz-chips a", "林业和草原局")
	for _, href := range shared.Attrs("a", "href") {
		if !strings.HasPrefix(href, "/sites/") && href != "/desk" && !strings.HasPrefix(href, "tel:") && href != "#main" {
			t.Errorf("a link leaves the site: %s", href)
		}
	}
	if got := shared.Attr("a.ld-brand", "href"); got != "/sites/152502000000" {
		t.Errorf("the brand leads to %s", got)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	w.publish(t, pension())
	c := kittest.NewClient(t, w)
	for q, want := range map[string]int{
		"": 2, "?q=" + url.QueryEscape("放牧"): 1, "?q=" + url.QueryEscape("没有的"): 0, "?audience=legal": 1, "?audience=person": 2, "?kind=20": 1,
		"?level=league": 1, "?department=" + url.QueryEscape("林业和草原局"): 1, "?audience=person&topic=130": 1, "?q=" + url.QueryEscape("'; drop table items --"): 0,
	} {
		if n := c.Get("/items" + q).Want(http.StatusOK).Doc().Count(".cz-found h3"); n != want {
			t.Errorf("/items%s shows %d items, not %d", q, n, want)
		}
	}
	d := c.Get("/items?sort=days").Doc()
	d.Has(".cz-sorts [aria-current=true]", "按时限").Has(".cz-facets", "林业和草原局")
	if got := d.Attrs(".cz-found-acts .btn-primary", "href"); len(got) != 1 || got[0] != "/items/"+id+"/apply" {
		t.Errorf("can be filed here: %v", got)
	}
	c.Get("/items?q="+url.QueryEscape("没有的")).Doc().Has(".ld-empty", "没有找到符合条件的事项")
}

func TestGuide(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	c := kittest.NewClient(t, w)
	res := c.Get("/items/" + id).Want(http.StatusOK)
	d := res.Doc()
	d.Has("h1", "临时占用草原审批").Has("#materials", "草原征占用申请表", "必要").Has("#basis", "第四十条").Has("#relief", "六十日").Has("#fees", "草原植被恢复费").
		Has("#flow svg[role=img]").Has("#flow", "嘎查受理", "盟级决定").Has("#where", "0479-8210000").Has("#faq", "能在嘎查办吗").Has(".cz-facts", "15 个工作日", "20 个工作日")
	if got := d.Attr(".ld-pagehead .btn-primary", "href"); got != "/items/"+id+"/apply" {
		t.Errorf("apply leads to %q", got)
	}
	for _, a := range d.Attrs(".cz-anchors a", "href") {
		d.Has(a)
	}
	if strings.Contains(res.Body, "style=") {
		t.Error("the drawing carries inline style, which the policy refuses")
	}
	c.Get("/items/"+id+"/print").Want(http.StatusOK).Doc().Has(".ld-paper h1", "办事指南").Has(".ld-paper", "申报材料")
	for _, bad := range []string{"/items/x", "/items/00000000-0000-7000-8000-000000000000", "/items/" + id + "/nothing"} {
		c.Get(bad).Want(http.StatusNotFound).Doc().Has(".ld-error", "回到首页")
	}
}

// TestElsewhere looks at the item from sites that do not take it: from above it
// leads down, from below it leads up.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	grassID, pensionID := w.publish(t, grass()), w.publish(t, pension())
	c := kittest.NewClient(t, w)
	for _, s := range []struct{ site, item, want string }{
		{"/sites/152502000000", grassID, "/sites/152502200000/items/" + grassID},
		{"", pensionID, "/sites/152502200000/items/" + pensionID},
	} {
		d := c.Get(s.site + "/items/" + s.item).Want(http.StatusOK).Doc()
		d.Lacks(".ld-pagehead .btn-primary")
		if got := d.Attr(".alert a", "href"); got != s.want {
			t.Errorf("from %q: file at %q, not %q", s.site, got, s.want)
		}
	}
}

func TestNewsAndRegions(t *testing.T) {
	t.Parallel()
	c := kittest.NewClient(t, newTown(t))
	c.Get("/articles").Want(http.StatusOK).Doc().Has(".ld-news a", "第 1 号")
	c.Get("/articles?q=" + url.QueryEscape("无")).Doc().Has(".ld-empty")
	c.Get("/articles/a1").Want(http.StatusOK).Doc().Has("h1", "第 1 号").Has(".cz-text", "特此公告").Has(".cz-meta", "锡林浩特市")
	c.Get("/articles/none").Want(http.StatusNotFound)
	c.Get("/regions").Want(http.StatusOK).Doc().Has("#region-at", "第一嘎查").Has(".cz-up", "锡林郭勒盟", "毛登牧场").Has(".ld-badge.is-info", "当前站点")
	d := c.Get("/sites/152502000000/regions?code=152500000000").Want(http.StatusOK).Doc()
	d.Has(".cz-places", "锡林浩特市", "二连浩特市")
	if got := d.Attr(".cz-places a", "href"); got != "/sites/152501000000" {
		t.Errorf("the region leads to %s", got)
	}
	c.Get("/regions?q="+url.QueryEscape("嘎查")).Want(http.StatusOK).Doc().Has(".cz-places", "第一嘎查")
	c.Get("/regions?code=999").Want(http.StatusNotFound)
	c.Get("/help").Want(http.StatusOK).Doc().Has("h1", "办事帮助")
	c.Get("/accessible").Want(http.StatusOK).Doc().Has("h1", "无障碍")
}

// TestFailuresWearTheLook makes pages fail: they keep the look of the site and
// lead back to it.
func TestFailuresWearTheLook(t *testing.T) {
	t.Parallel()
	c := kittest.NewClient(t, newTown(t))
	for path, status := range map[string]int{"/articles?q=boom": http.StatusInternalServerError, "/nothing": http.StatusNotFound} {
		res := c.Get("/sites/152502000000" + path).Want(status)
		d := res.Doc()
		d.Has("html.theme-green").Has(".ld-error-next").Has(".ld-error-id")
		if got := d.Attr(".ld-error .btn-primary", "href"); got != "/sites/152502000000" {
			t.Errorf("%s leads back to %q", path, got)
		}
		if strings.Contains(res.Body, "fire") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s tells too much or is kept: %q", path, res.Header.Get("Cache-Control"))
		}
	}
}

// TestNobodysHost draws a page where there is no site at all.
func TestNobodysHost(t *testing.T) {
	t.Parallel()
	c := kittest.NewClient(t, newTown(t).lost)
	c.Get("/").Want(http.StatusNotFound).Doc().Has(".ld-brand-name", "政务服务网").Has(".ld-error")
}
