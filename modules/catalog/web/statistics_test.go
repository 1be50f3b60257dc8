package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// compiled is an office with one item of the league, its twin in a county, which
// another county overrides, and a few more.
func compiled(t *testing.T) (o office, id string) {
	t.Helper()
	o = newOffice(t)
	id = o.published(t)
	county := o.at(t, dbtest.County, "04", "item_editor")
	county.Get("/desk/items/" + id + "/override")
	county.Post("/desk/items/"+id+"/override", url.Values{"version": {"0"}, "promised_days": {"10"}, "address": {"额尔敦路 1 号"}, "drop_materials": {"居民身份证"}}).Want(http.StatusSeeOther)
	editor, reviewer := o.at(t, dbtest.County2, "05", "item_editor"), o.at(t, dbtest.County2, "06", "item_reviewer")
	for i, change := range [][]string{
		{"department", "农牧和科技局", "statutory_days", "20", "promised_days", "16", "flow.3.limit", "4", "phone", "0479-7500000"},
		{"name", "取水许可", "basic_code", "000116002000", "department", "水利局", "onsite_times", "0", "level", "county"},
		{"name", "采伐林木许可", "basic_code", "000516003000", "type", "05", "onsite_times", "2"},
	} {
		editor.Get("/desk/items/new").Want(http.StatusOK)
		form := with(with(typed(), change...), "idem", "0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c010"+string(rune('0'+i)))
		to := editor.Post("/desk/items", form).Want(http.StatusSeeOther).Header.Get("Location")
		item := strings.Split(to, "/")[3]
		editor.Get("/desk/items/" + item).Want(http.StatusOK)
		editor.Post("/desk/items/"+item+"/submit", nil).Want(http.StatusSeeOther)
		o.approve(t, reviewer)
	}
	return o, id
}

func TestStatisticsLeadToTheList(t *testing.T) {
	t.Parallel()
	o, _ := compiled(t)
	league := o.at(t, dbtest.League, "01", "item_editor")
	league.Get("/desk/items").Want(http.StatusOK).Doc().Has("main", "统计")
	page := league.Get("/desk/items/statistics").Want(http.StatusOK).Doc()
	page.Has(".ld-stats", "本级和下级制定", "4", "零跑动", "25%").Has("main", "按地区", "二连浩特市", "各部门提速")
	if n := page.Count("[data-graph]"); n != 8 {
		t.Errorf("%d charts", n)
	}
	if n := len(slices.DeleteFunc(page.Attrs("script", "src"), func(src string) bool { return !strings.HasSuffix(src, "charts.js") })); n != 1 {
		t.Errorf("the script is loaded %d times", n)
	}
	for view, want := range map[string][]string{
		"regions": {"锡林郭勒盟（本级）", "锡林浩特市", "二连浩特市"}, "levels": {"盟（市）级", "旗县"}, "departments": {"林业和草原局", "水利局"}, "kinds": {"行政许可"},
		"states": {"在用"}, "visits": {"零跑动", "跑一次"}, "depth": {"未填写"}, "time": {"2026"}, "lean": {"细化减材料（份）"}, "speed": {"林业和草原局", "25"},
	} {
		doc := league.Get("/desk/items/statistics?view=" + view).Want(http.StatusOK).Doc()
		doc.Has("#figures tbody", want...)
		for _, to := range doc.Attrs("#figures td a", "href") {
			if !strings.HasPrefix(to, "/desk/items") {
				t.Errorf("%s leads to %s", view, to)
			}
			if strings.HasPrefix(to, "/desk/items?") {
				league.Get(to).Want(http.StatusOK).Doc().Has(".ld-pager", "共")
			}
		}
	}
	for view, least := range map[string]int{"regions": 8, "speed": 6} { // averages lead to what they are computed from
		all := league.Get("/desk/items/statistics?view="+view).Doc().Attrs("#figures td a", "href")
		if n := len(slices.DeleteFunc(all, func(to string) bool { return !strings.Contains(to, "state=published") })); n < least {
			t.Errorf("%s: %d figures lead on", view, n)
		}
	}
	doc := league.Get("/desk/items/statistics?view=departments&sort=-c3").Doc()
	to := doc.Attr("#figures tbody td a", "href")
	league.Get(to).Want(http.StatusOK).Doc().Has("tbody", "草原作业许可")
	below := league.Get("/desk/items/statistics?view=regions&region=" + dbtest.County2.String()).Want(http.StatusOK).Doc()
	below.Has("nav[aria-label=统计地区]", "锡林郭勒盟", "二连浩特市").Has("#figures tbody", "格日勒敖都苏木")
	drilled := league.Get("/desk/items?span=under&region=" + dbtest.County2.String() + "&act=create&from=2026-03-01&to=2026-03-31").Want(http.StatusOK).Doc()
	drilled.Has("main", "地区：二连浩特市", "新增", "2026-03-01 至 2026-03-31", "清除统计条件").Has("tbody", "取水许可")
	league.Get("/desk/items/statistics?from=bad&to=2020-01-01&kind=99").Want(http.StatusOK).Doc().Has("main", "没有符合条件的事项")
	county := o.at(t, dbtest.County, "04", "item_editor")
	county.Get("/desk/items/statistics?region=" + dbtest.County2.String()).Want(http.StatusNotFound)
	county.Get("/desk/items?region=" + dbtest.League.String()).Want(http.StatusNotFound)
}

func TestStatisticsAsWorkbook(t *testing.T) {
	t.Parallel()
	o, _ := compiled(t)
	league := o.at(t, dbtest.League, "01", "item_editor")
	sheet := workbook(t, league.Get("/desk/items/statistics.xlsx?view=departments&sort=-c3").Want(http.StatusOK))
	if len(sheet) != 4 || sheet[0][0] != "部门" || sheet[1][0] != "林业和草原局" || sheet[1][4] != "2" {
		t.Errorf("%q", sheet)
	}
	if sheet := workbook(t, league.Get("/desk/items/statistics.xlsx?department=水利局").Want(http.StatusOK)); len(sheet) < 20 || sheet[0][0] != "统计表" {
		t.Errorf("%q", sheet)
	}
}

func TestSameItemSideBySide(t *testing.T) {
	t.Parallel()
	o, id := compiled(t)
	league := o.at(t, dbtest.League, "01", "item_editor")
	league.Get("/desk/items/compare").Want(http.StatusOK).Doc().Has("tbody", "草原作业许可", "000116001000").Has("main", "共 1 条")
	league.Get("/desk/items/compare?sort=name&department=水利局").Want(http.StatusOK).Doc().Has("main", "没有可以对比的事项")
	if sheet := workbook(t, league.Get("/desk/items/compare.xlsx?sort=name").Want(http.StatusOK)); len(sheet) != 2 || sheet[1][0] != "草原作业许可" || sheet[1][2] != "2" {
		t.Errorf("%q", sheet)
	}
	page := league.Get("/desk/items/compare?item=" + id).Want(http.StatusOK).Doc()
	page.Has("thead", "锡林郭勒盟", "锡林浩特市（细化）", "二连浩特市").Has("tr.is-different", "不同").Has("tbody", "多出： 10 个工作日", "缺少： 15 个工作日", "锡林浩特市细化", "法定办结时限", "缺少： 林业和草原局").Has("ins", "").Has("del", "")
	all := page.Attrs("input[name=side]", "value")
	if len(all) != 3 {
		t.Fatalf("sides %q", all)
	}
	two := "/desk/items/compare?item=" + id + "&side=" + all[0] + "&side=" + all[1]
	only := league.Get(two + "&only=1").Want(http.StatusOK).Doc()
	if only.Count("tbody tr") != only.Count("tr.is-different") || strings.Contains(only.Text("tbody"), "法定办结时限") {
		t.Errorf("what is the same is shown: %s", only.Text("tbody"))
	}
	only.Has("thead", "二连浩特市")
	sheet := workbook(t, league.Get(strings.Replace(two, "compare?", "compare.xlsx?", 1)+"&only=1").Want(http.StatusOK))
	if len(sheet) < 3 || sheet[0][0] != "要素" || sheet[1][1] != "不同" {
		t.Errorf("%q", sheet)
	}
	league.Get("/desk/items/compare?item="+id+"&side="+all[0]).Want(http.StatusOK).Doc().Has("main", "请选择 2 至 6 栏")
	league.Get("/desk/items/compare?item=nothing").Want(http.StatusNotFound)
}

// TestStatisticsInABrowser looks at charts and comparisons, wide and narrow, and
// clicks on a bar.
func TestStatisticsInABrowser(t *testing.T) {
	t.Parallel()
	o, id := compiled(t)
	srv := httptest.NewServer(o.desk(staff(t, dbtest.League, "01", "item_editor")))
	t.Cleanup(srv.Close)
	look(t, "statistics", srv.URL, []string{
		"/desk/items/statistics", "/desk/items/statistics?view=regions", "/desk/items/statistics?view=time&by=month", "/desk/items/statistics?view=lean",
		"/desk/items/compare", "/desk/items/compare?item=" + id, "/desk/items?span=all&region=" + dbtest.County2.String(),
	})
	b := kittest.NewBrowser(t).Size(1440, 900).Open(srv.URL + "/desk/items/statistics?view=speed")
	b.Do(chromedp.WaitVisible(".ld-graph.is-live canvas"))
	if n := b.Eval(`new ReportingObserver(() => {}, {buffered: true, types: ["csp-violation"]}).takeRecords().length`); n != "0" {
		t.Errorf("%s violations of the content policy", n)
	}
	middle := strings.Split(b.Eval(`(() => { const r = document.querySelector(".ld-graph canvas").getBoundingClientRect(); return [r.left + r.width * 0.6, r.top + r.height / 2].join() })()`), ",")
	x, errX := strconv.ParseFloat(middle[0], 64)
	y, errY := strconv.ParseFloat(middle[1], 64)
	if errX != nil || errY != nil {
		t.Fatal(middle)
	}
	left := func() bool { return b.Eval(`location.pathname`) == "/desk/items" }
	for tries := 0; !left(); tries++ { // bars grow: a click may come before the bar does
		if tries == 10 {
			t.Fatal("a click on a bar leads nowhere")
		}
		b.Do(chromedp.MouseClickXY(x, y))
		for range 30 {
			if left() {
				break
			}
			<-time.After(100 * time.Millisecond)
		}
	}
	b.Do(chromedp.WaitVisible(`nav[aria-label="事项范围"]`))
	if to := b.Eval(`location.pathname + location.search`); !strings.HasPrefix(to, "/desk/items?") || !strings.Contains(to, "department=") {
		t.Errorf("a click on a bar leads to %s", to)
	}
}
