package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/partners"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/tree"
)

func rows(g got, key string) (out []map[string]any) {
	all, _ := g.body[key].([]any)
	for _, r := range all {
		m, _ := r.(map[string]any)
		out = append(out, m)
	}
	return out
}

func (w *town) refine(at tenancy.ID, days int) {
	w.t.Helper()
	if _, err := w.items.Override(w.as(at, "03", "item_editor"), w.item, catalog.Change{Fields: catalog.Fields{PromisedDays: &days}}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) revise() {
	w.t.Helper()
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Revise(editor, w.item)
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(w.as(dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// A partner with a copy follows the feed to the last change.
func TestFeed(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	feed, next := "/api/tenants/"+village+"/item-changes?limit=2&cursor=", ""
	follow := func(want string) {
		t.Helper()
		var whats []string
		for more := true; more; {
			g := w.get(t.Context(), feed+next).want(http.StatusOK)
			for _, c := range rows(g, "changes") {
				if c["item_id"] != w.item {
					t.Errorf("of another item: %v", c)
				}
				whats = append(whats, c["what"].(string))
			}
			next, _ = g.body["next"].(string)
			more, _ = g.body["more"].(bool)
		}
		slices.Sort(whats) // at the same moment by this clock
		if got := strings.Join(whats, " "); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	follow("published")
	follow("")
	w.refine(dbtest.County, 9)
	w.revise()
	follow("changed_below published")
	w.refine(dbtest.County2, 9) // elsewhere
	follow("")
	w.cancel()
	follow("withdrawn")
	w.get(t.Context(), "/api/tenants/"+other+"/item-changes?cursor="+next).problem(http.StatusUnprocessableEntity, "有误")
	g := w.get(t.Context(), feed+"nonsense")
	g.problem(http.StatusUnprocessableEntity, "有误")
	if errs := rows(g, "errors"); len(errs) != 1 || errs[0]["field"] != "cursor" || !strings.Contains(errs[0]["message"].(string), "游标") {
		t.Errorf("errors: %v", errs)
	}
}

// A tenant that moves takes its changes along, and who follows it begins anew: what
// it inherits is other items now.
func TestFeedOfATenantThatMoved(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	const township = "152502201000"
	w.refine(dbtest.Township2, 9)
	feed := "/api/tenants/" + township + "/item-changes"
	next, _ := w.get(t.Context(), feed).want(http.StatusOK).body["next"].(string)
	n, err := w.tree.ByCode(t.Context(), township)
	if err == nil {
		_, err = w.tree.Move(dbtest.As(t, dbtest.League, tenancy.System), tree.Removal{ID: n.ID, To: dbtest.County2, Version: n.Version, Reason: "区划调整"})
	}
	if err != nil {
		t.Fatal(err)
	}
	w.get(t.Context(), feed+"?cursor="+next).want(http.StatusUnprocessableEntity)
	again := w.get(t.Context(), feed).want(http.StatusOK)
	if c := rows(again, "changes"); len(c) != 1 || c[0]["item_id"] != w.item {
		t.Errorf("begun anew: %v", c)
	}
	w.get(t.Context(), feed+"?cursor="+again.body["next"].(string)).want(http.StatusOK)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.revise()
	open, err := w.items.Revise(w.as(dbtest.League, "01", "item_editor"), w.item)
	if err != nil {
		t.Fatal(err)
	}
	item := "/api/tenants/" + village + "/items/" + w.item
	vs := rows(w.get(t.Context(), item+"/versions").want(http.StatusOK), "rows")
	if len(vs) != 2 || vs[0]["number"] != 2.0 || vs[0]["state"] != "published" || vs[0]["ended_at"] != nil || vs[1]["state"] != "replaced" || vs[1]["ended_at"] == nil {
		t.Fatalf("versions: %v", vs)
	}
	first := w.get(t.Context(), item+"/versions/1").want(http.StatusOK)
	if c := first.header.Get("Cache-Control"); !strings.Contains(c, "immutable") || first.header.Get("ETag") == "" {
		t.Errorf("kept %q %q", c, first.header.Get("ETag"))
	}
	w.refine(dbtest.County, 9)
	if err := w.items.Discard(w.as(dbtest.League, "01", "item_editor"), open.ID, open.Version); err != nil {
		t.Fatal(err)
	}
	w.cancel()
	again := w.get(t.Context(), item+"/versions/1").want(http.StatusOK)
	if fmt.Sprint(first.body) != fmt.Sprint(again.body) || first.header.Get("ETag") != again.header.Get("ETag") {
		t.Errorf("a version changed: %v, %v", first.body, again.body)
	}
	for _, number := range []string{"4", "9"} {
		w.get(t.Context(), item+"/versions/"+number).problem(http.StatusNotFound, "没有")
	}
	w.get(t.Context(), item+"/versions/0").want(http.StatusUnprocessableEntity)
	w.get(t.Context(), "/api/tenants/"+village+"/items/nonsense/versions").problem(http.StatusNotFound, "没有")
}

// Whoever has an answer is not given it again, until something in it changes.
func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	village := "/api/tenants/" + village
	first := w.get(t.Context(), village+"/item-changes").want(http.StatusOK)
	feed := village + "/item-changes?cursor=" + first.body["next"].(string)
	tags := map[string]string{}
	paths := []string{village, village + "/children", village + "/items", village + "/items?q=放牧", village + "/items/" + w.item, village + "/items/" + w.item + "/versions", village + "/items/" + w.item + "/versions/1", feed}
	for _, p := range paths {
		tags[p] = w.get(t.Context(), p).want(http.StatusOK).header.Get("ETag")
	}
	same := func() (out []string) {
		for _, p := range paths {
			g := w.ask(t.Context(), p, map[string]string{"If-None-Match": `"x", ` + tags[p]})
			if tags[p] == "" || g.header.Get("Cache-Control") == "" || g.status == http.StatusNotModified && (g.body != nil || g.header.Get("ETag") != tags[p]) {
				t.Errorf("%s: %q, %d %v %v", p, tags[p], g.status, g.header, g.body)
			}
			if g.status == http.StatusNotModified {
				out = append(out, p)
			}
		}
		return out
	}
	if got := same(); len(got) != len(paths) {
		t.Errorf("unchanged: %v", got)
	}
	w.refine(dbtest.County2, 9) // elsewhere
	if got := same(); len(got) != len(paths) {
		t.Errorf("after a change elsewhere: %v", got)
	}
	w.refine(dbtest.County, 9)
	if got := same(); !slices.Equal(got, []string{paths[0], paths[1], paths[5], paths[6]}) {
		t.Errorf("unchanged after a refinement: %v", got)
	}
	if g := w.ask(t.Context(), village+"/items/00000000-0000-7000-8000-00000000ffff", map[string]string{"If-None-Match": "*"}); g.status != http.StatusNotFound {
		t.Errorf("an item that is not there answers %d", g.status)
	}
	if g := w.ask(t.Context(), paths[0], map[string]string{"If-None-Match": "*"}); g.status != http.StatusNotModified {
		t.Errorf("any answer answers %d", g.status)
	}
}

func (w *town) key(at tenancy.ID, perMinute, perDay int) (partners.Partner, map[string]string) {
	w.t.Helper()
	p, secret, err := w.partners.Create(w.as(at, "09", "system_admin"), partners.Input{Name: "某银行", PerMinute: perMinute, PerDay: perDay})
	if err != nil {
		w.t.Fatal(err)
	}
	return p, map[string]string{"Authorization": "Bearer " + secret}
}

func TestKeysAndLimits(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	items := "/api/tenants/" + village + "/items"
	anonymous := w.get(t.Context(), items).want(http.StatusOK).header
	if anonymous.Get("RateLimit-Limit") != "60" || anonymous.Get("RateLimit-Remaining") != "59" || anonymous.Get("RateLimit-Policy") != `"minute";q=60;w=60` || !strings.HasPrefix(anonymous.Get("RateLimit"), `"minute";r=59;t=`) {
		t.Errorf("without a key: %v", anonymous)
	}
	p, key := w.key(dbtest.County, 3, 1000)
	for i := range 3 {
		h := w.ask(t.Context(), items, key).want(http.StatusOK).header
		if h.Get("RateLimit-Remaining") != fmt.Sprint(2-i) || h.Get("RateLimit-Policy") != `"minute";q=3;w=60, "day";q=1000;w=86400` {
			t.Errorf("request %d: %v", i, h)
		}
	}
	over := w.ask(t.Context(), items, key)
	over.problem(http.StatusTooManyRequests, "每分钟")
	if over.header.Get("Retry-After") == "" || over.header.Get("RateLimit-Remaining") != "0" || over.header.Get("Cache-Control") != "no-store" {
		t.Errorf("over the limit: %v", over.header)
	}
	unknown := w.ask(t.Context(), items, map[string]string{"Authorization": "Bearer ld_nobody"})
	unknown.problem(http.StatusUnauthorized, "没有这个密钥")
	if !strings.HasPrefix(unknown.header.Get("WWW-Authenticate"), "Bearer") {
		t.Errorf("unknown key: %v", unknown.header)
	}
	if err := w.partners.Stop(w.as(dbtest.County, "09", "system_admin"), p.ID, "合同到期"); err != nil {
		t.Fatal(err)
	}
	w.ask(t.Context(), items, key).problem(http.StatusUnauthorized, "停用")
	w.get(t.Context(), "/api/openapi.json").want(http.StatusOK)
}

func TestAKeyReachesItsSubtree(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	_, key := w.key(dbtest.County, 100, 1000)
	for code, want := range map[string]int{county: 200, village: 200, league: 403, other: 403, "999999999999": 404} {
		for _, path := range []string{"", "/children", "/items", "/items/" + w.item, "/items/" + w.item + "/versions", "/items/" + w.item + "/versions/1", "/item-changes"} {
			if g := w.ask(t.Context(), "/api/tenants/"+code+path, key); g.status != want {
				t.Errorf("%s%s answers %d, want %d", code, path, g.status, want)
			}
		}
	}
	w.ask(t.Context(), "/api/tenants/"+other, key).problem(http.StatusForbidden, "密钥")
}

// An item carries its codes and everything that its body says.
func TestItemsCarryTheirCodes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, g := range []map[string]any{
		rows(w.get(t.Context(), "/api/tenants/"+village+"/items").want(http.StatusOK), "rows")[0],
		w.get(t.Context(), "/api/tenants/"+village+"/items/"+w.item).want(http.StatusOK).body,
	} {
		codes, _ := g["codes"].([]any)
		if len(codes) != 1 || codes[0].(map[string]any)["code"] != "000116001000" || codes[0].(map[string]any)["kind"] != "basic" || g["version_id"] == "" || g["version"] != 1.0 {
			t.Errorf("%v", g)
		}
	}
}

func TestDocumentSaysEverything(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	doc := w.get(t.Context(), "/api/openapi.json").want(http.StatusOK).body
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1") {
		t.Errorf("OpenAPI %q", v)
	}
	components, _ := doc["components"].(map[string]any)
	schemes, _ := components["securitySchemes"].(map[string]any)
	if s, _ := schemes["partnerKey"].(map[string]any); s["scheme"] != "bearer" || !han(s["description"]) {
		t.Errorf("security: %v", schemes)
	}
	paths, _ := doc["paths"].(map[string]any)
	if len(paths) != 14 {
		t.Errorf("%d paths: %v", len(paths), slices.Sorted(maps.Keys(paths)))
	}
	for path, item := range paths {
		get, reads := item.(map[string]any)["get"].(map[string]any)
		if !reads {
			get, _ = item.(map[string]any)["post"].(map[string]any)
		}
		if !han(get["summary"]) || !han(get["description"]) || get["security"] == nil {
			t.Errorf("%s: %v", path, get)
		}
		responses, _ := get["responses"].(map[string]any)
		answered(t, path, reads, responses)
		for _, p := range get["parameters"].([]any) {
			if p := p.(map[string]any); !han(p["description"]) {
				t.Errorf("%s: parameter %v says nothing", path, p["name"])
			}
		}
	}
	schemas, _ := components["schemas"].(map[string]any)
	for name, s := range schemas {
		properties, _ := s.(map[string]any)["properties"].(map[string]any)
		for key, p := range properties {
			if p := p.(map[string]any); p["$ref"] == nil && !han(p["description"]) && p["description"] != "about:blank" && !strings.Contains(fmt.Sprint(p["description"]), ", ") {
				t.Errorf("%s.%s says nothing: %v", name, key, p)
			}
		}
	}
}

// answered checks that an operation documents its good answer, with an example and
// a tag, and its problems.
func answered(t *testing.T, path string, reads bool, responses map[string]any) {
	t.Helper()
	public := strings.HasPrefix(path, "/api/tenants") || path == "/api/case-tables"
	want := []string{"200", "401", "403", "404", "422", "default", "304"}
	if !reads {
		want[len(want)-1] = "409"
	}
	if public {
		want = append(want, "429")
	}
	for _, status := range want {
		r, _ := responses[status].(map[string]any)
		if !han(r["description"]) {
			t.Errorf("%s: %s is not documented: %v", path, status, r)
			continue
		}
		content, _ := r["content"].(map[string]any)
		headers, _ := r["headers"].(map[string]any)
		switch status {
		case "304":
		case "200":
			if m, _ := content["application/json"].(map[string]any); m["schema"] == nil || m["example"] == nil || reads == (headers["ETag"] == nil) || public != (headers["RateLimit-Limit"] != nil) {
				t.Errorf("%s: 200: %v %v", path, m["example"], headers)
			}
		default:
			if m, _ := content["application/problem+json"].(map[string]any); m["schema"] == nil || m["example"] == nil {
				t.Errorf("%s: %s: %v", path, status, content)
			}
		}
	}
}

func han(v any) bool {
	s, _ := v.(string)
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}
