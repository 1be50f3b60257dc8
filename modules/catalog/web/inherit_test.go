package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// newDelivering is an office whose events can be delivered by hand.
func newDelivering(t *testing.T) (office, func()) {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, fl := dbtest.New(t), flows.NewService()
	o := office{t: t, items: catalog.New(d, engine, fl), flows: fl, db: d}
	seen := map[string]bool{}
	return o, func() {
		t.Helper()
		for _, e := range outbox(t, d) {
			if seen[e.ID] || !slices.Contains(catalog.TasksEvents(), e.Name) {
				continue
			}
			seen[e.ID] = true
			if err := d.InTx(dbtest.As(t, e.Tenant, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return o.items.OnChangedAbove(ctx, tx, e) }); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func outbox(t *testing.T, d *db.DB) (out []db.Delivery) {
	t.Helper()
	err := d.InTx(tenancy.With(t.Context(), tenancy.Scope{Actor: tenancy.Actor{Kind: tenancy.Relay, ID: "relay"}}), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `select tenant_id, id, name, body::text from outbox order by id`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var e db.Delivery
			var body string
			if err := rows.Scan(&e.Tenant, &e.ID, &e.Name, &body); err != nil {
				return err
			}
			e.Body = json.RawMessage(body)
			out = append(out, e)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tells fails the test unless the text of the page says all of it.
func tells(t *testing.T, res kittest.Response, wants ...string) {
	t.Helper()
	text := res.Doc().Text("main")
	for _, w := range wants {
		if !strings.Contains(text, w) {
			t.Errorf("the page does not say %q: %s", w, text)
		}
	}
}

// link is the address of the first task of the list that is about what.
func link(t *testing.T, c *kittest.Client, list, what string) string {
	t.Helper()
	body := c.Get(list).Want(http.StatusOK).Body
	for _, part := range strings.Split(body, "<a ")[1:] {
		tag, _, _ := strings.Cut(part, "</a>")
		if strings.Contains(tag, what) && strings.Contains(tag, "aria-label") {
			_, rest, _ := strings.Cut(tag, `href="`)
			href, _, _ := strings.Cut(rest, `"`)
			return href
		}
	}
	t.Fatalf("%s has no link about %q", list, what)
	return ""
}

// revised publishes a new version of the item with some fields changed.
func (o office) revised(t *testing.T, id string, pairs ...string) {
	t.Helper()
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/" + id)
	editor.Post("/desk/items/"+id+"/revise", nil).Want(http.StatusSeeOther)
	editor.Post("/desk/items/"+id+"/edit", with(with(typed(), "do", "submit", "version", "1"), pairs...)).Want(http.StatusSeeOther)
	o.approve(t, o.at(t, dbtest.League, "02", "item_reviewer"))
}

func TestTasksAreAnsweredOnTheirPages(t *testing.T) {
	t.Parallel()
	o, deliver := newDelivering(t)
	id := o.published(t)
	county := o.at(t, dbtest.County, "04", "item_editor")
	path := "/desk/items/" + id + "/override"
	county.Get(path)
	county.Post(path, url.Values{"version": {"0"}, "promised_days": {"13"}, "address": {"额尔敦路 1 号"}, "phone": {"0479-1111111"}, "appointment": {"是"}, "drop_materials": {"居民身份证"}}).Want(http.StatusSeeOther)
	tells(t, county.Get("/desk/items/tasks").Want(http.StatusOK), "没有需要核对的任务")
	o.revised(t, id, "promised_days", "12", "address", "盟政务服务中心二楼", "phone", "0479-2222222", "materials.1", "营业执照", "flow.3.limit", "4")
	deliver()
	tells(t, county.Get("/desk/items/tasks").Want(http.StatusOK), "办理地点", "待核对", "上级内容变化", "4")
	tells(t, county.Get(path).Want(http.StatusOK), "4 项需要决定", "咨询电话", "上级有变化，去核对")

	address := link(t, county, "/desk/items/tasks", "办理地点")
	doc := county.Get(address).Want(http.StatusOK).Doc()
	doc.Has("tbody tr", "办理地点", "盟政务服务中心一楼", "盟政务服务中心二楼", "额尔敦路 1 号")
	version := doc.Attr("input[name=version]", "value")
	county.Post(address, url.Values{"version": {version}, "act": {"change"}, "value": {""}}).Want(http.StatusUnprocessableEntity)
	tells(t, county.Post(address, url.Values{"version": {"9"}, "act": {"keep"}}).Want(http.StatusConflict), "没有保存")
	county.Post(address, url.Values{"version": {version}, "act": {"keep"}}).Want(http.StatusSeeOther)
	tells(t, county.Get(address).Want(http.StatusOK), "处理结果", "保留本级")

	promise := link(t, county, "/desk/items/tasks", "承诺时限")
	tells(t, county.Get(promise).Want(http.StatusOK), "保留本级", "不能比上级长")
	tells(t, county.Post(promise, url.Values{"version": {"1"}, "act": {"change"}, "value": {"14"}}).Want(http.StatusForbidden), "只能缩短")
	county.Post(promise, url.Values{"version": {"1"}, "act": {"change"}, "value": {"11"}}).Want(http.StatusSeeOther)
	papers := link(t, county, "/desk/items/tasks", "申请材料")
	county.Post(papers, url.Values{"version": {"1"}, "act": {"change"}, "drop_materials": {"营业执照"}}).Want(http.StatusSeeOther)

	phone := link(t, county, "/desk/items/tasks", "咨询电话")
	o.at(t, dbtest.County2, "07", "item_editor").Get(phone).Want(http.StatusNotFound)
	league := o.at(t, dbtest.League, "01", "item_editor")
	tells(t, league.Get(phone).Want(http.StatusOK), "由锡林浩特市的事项编辑核对")
	county.Post(path+"/reset", url.Values{"version": {"4"}, "element": {"phone"}}).Want(http.StatusSeeOther)
	county.Get("/desk/items/tasks").Want(http.StatusOK).Doc().Has(".ld-empty")
	tells(t, county.Get("/desk/items/tasks?state=all").Want(http.StatusOK), "咨询电话", "本级已另行修改")
	tells(t, county.Get(path).Want(http.StatusOK), "支持预约", "核对：保留本级")
}

func TestLocksAndRequestsOnTheirPages(t *testing.T) {
	t.Parallel()
	o, deliver := newDelivering(t)
	id := o.published(t)
	county, league := o.at(t, dbtest.County, "04", "item_editor"), o.at(t, dbtest.League, "01", "item_editor")
	path := "/desk/items/" + id + "/override"
	county.Get(path)
	county.Post(path, url.Values{"version": {"0"}, "phone": {"0479-1111111"}}).Want(http.StatusSeeOther)
	tells(t, league.Get("/desk/items/settings/locks").Want(http.StatusOK), "咨询电话", "未锁定")
	tells(t, league.Post("/desk/items/settings/locks", url.Values{"element": {"phone"}}).Want(http.StatusUnprocessableEntity), "请写明理由")
	league.Post("/desk/items/settings/locks", url.Values{"element": {"phone"}, "reason": {"全盟统一热线"}}).Want(http.StatusSeeOther)
	deliver()
	tells(t, county.Get("/desk/items/settings/locks").Want(http.StatusOK), "咨询电话", "锡林郭勒盟 · 全部事项", "全盟统一热线")
	tells(t, county.Get("/desk/items/"+id).Want(http.StatusOK), "锡林郭勒盟锁定")
	tells(t, county.Get(path).Want(http.StatusOK), "咨询电话", "锡林郭勒盟锁定", "理由：全盟统一热线", "申请调整")
	tells(t, county.Post(path, url.Values{"version": {"1"}, "phone": {"0479-3333333"}}).Want(http.StatusForbidden), "已由锡林郭勒盟锁定")
	county.Post(path, url.Values{"version": {"1"}, "address": {"额尔敦路 1 号"}}).Want(http.StatusSeeOther)
	says(t, county.Get("/desk/items/"+id), "0479-1111111")
	locked := link(t, county, "/desk/items/tasks?kind=locked_above", "咨询电话")
	tells(t, county.Get(locked).Want(http.StatusOK), "锡林郭勒盟锁定了“咨询电话”", "上级已锁定")

	ask := "/desk/items/" + id + "/request"
	county.Get(ask + "?element=address").Want(http.StatusConflict)
	tells(t, county.Get(ask+"?element=phone").Want(http.StatusOK), "由谁答复", "锡林郭勒盟")
	county.Post(ask, url.Values{"element": {"phone"}, "wish": {""}}).Want(http.StatusUnprocessableEntity)
	at := county.Post(ask, url.Values{"element": {"phone"}, "wish": {"用本地电话"}, "reason": {"群众习惯"}}).Want(http.StatusSeeOther).Header.Get("Location")
	tells(t, county.Get("/desk/items/requests").Want(http.StatusOK), "咨询电话", "待答复")
	o.at(t, dbtest.County2, "07", "item_editor").Get(at).Want(http.StatusNotFound)
	tells(t, league.Get("/desk/items/requests?tab=received").Want(http.StatusOK), "锡林浩特市", "待答复")
	tells(t, league.Get(at).Want(http.StatusOK), "用本地电话")
	league.Post(at+"/answer", url.Values{"act": {"decline"}}).Want(http.StatusUnprocessableEntity)
	league.Post(at+"/answer", url.Values{"act": {"accept"}}).Want(http.StatusSeeOther)
	tells(t, county.Get(at).Want(http.StatusOK), "已采纳", "已解除锁定")
	second := county.Post(ask, url.Values{"element": {"conditions"}, "wish": {"增加一条"}, "reason": {"上位法"}}).Want(http.StatusSeeOther).Header.Get("Location")
	county.Post(second+"/withdraw", nil).Want(http.StatusSeeOther)
	tells(t, league.Get(second).Want(http.StatusOK), "已撤回")
}

// TestInheritancePagesAreAccessible looks at the pages in a browser, wide and
// narrow. With ITEM_SHOTS set to a folder it leaves pictures there.
func TestInheritancePagesAreAccessible(t *testing.T) {
	t.Parallel()
	o, deliver := newDelivering(t)
	id := o.published(t)
	county, league := o.at(t, dbtest.County, "04", "item_editor"), o.at(t, dbtest.League, "01", "item_editor")
	path := "/desk/items/" + id + "/override"
	county.Get(path)
	county.Post(path, url.Values{"version": {"0"}, "promised_days": {"13"}, "address": {"额尔敦路 1 号"}, "phone": {"0479-1111111"}, "drop_materials": {"居民身份证"}}).Want(http.StatusSeeOther)
	o.revised(t, id, "promised_days", "12", "address", "盟政务服务中心二楼", "materials.1", "营业执照", "flow.3.limit", "4")
	league.Get("/desk/items/settings/locks")
	league.Post("/desk/items/settings/locks", url.Values{"element": {"phone"}, "reason": {"全盟统一热线"}}).Want(http.StatusSeeOther)
	deliver()
	ask := "/desk/items/" + id + "/request"
	county.Get(ask + "?element=conditions")
	at := county.Post(ask, url.Values{"element": {"conditions"}, "wish": {"允许由嘎查代办员代为申请"}, "reason": {"牧户居住分散，往返不便"}}).Want(http.StatusSeeOther).Header.Get("Location")
	pages := map[string][]string{
		"inherit-county": {"/desk/items/" + id, path, "/desk/items/tasks", link(t, county, "/desk/items/tasks", "申请材料"), link(t, county, "/desk/items/tasks", "咨询电话"), ask + "?element=phone", "/desk/items/requests", at},
		"inherit-league": {"/desk/items/settings/codes", "/desk/items/settings/codes?system=item_type", "/desk/items/settings/locks", "/desk/items/requests?tab=received", at, "/desk/items/tasks"},
	}
	for who, ctx := range map[string]http.Handler{
		"inherit-county": o.desk(staff(t, dbtest.County, "04", "item_editor")), "inherit-league": o.desk(staff(t, dbtest.League, "01", "item_editor")),
	} {
		srv := httptest.NewServer(ctx)
		t.Cleanup(srv.Close)
		look(t, who, srv.URL, pages[who])
	}
	if dir := os.Getenv("ITEM_SHOTS"); dir != "" {
		t.Log("pictures in", filepath.Clean(dir))
	}
}
