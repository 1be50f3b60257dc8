package village_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"gocloud.dev/blob/memblob"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/portal-sites/village"
	"liandong/tenancy"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
)

// place is one village with real parts behind it and one item, accepted and
// delivered at home and decided above.
type place struct {
	t     *testing.T
	items *catalog.Service
	flows *flows.Service
	cases *cases.Service
	files *files.Service
	item  string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	d := dbtest.New(t)
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, flows: flows.NewService(), files: files.New(d, engine, bucket)}
	p.items = catalog.New(d, engine, p.flows)
	p.cases = cases.New(d, engine, cases.Asks{Items: p, Flows: p.flows, Tree: p, Calendars: book.Book{}, Sealer: sealer, Files: p.files})
	p.publish()
	return p
}

func (p *place) publish() {
	p.t.Helper()
	body := catalog.Body{
		Name: "草畜平衡补贴", BasicCode: "000116001000", Kind: "01", Level: "county", Origins: []string{"village"}, Department: "农牧局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第四十五条"}}, StatutoryDays: 20, PromisedDays: 10,
	}
	xml := flows.Linear("草畜平衡补贴", []flows.Step{
		{ID: "accept", Name: "嘎查受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 2},
		{ID: "decide", Name: "旗县决定", Kind: flows.Decide, Level: flows.County, Post: "decider", LimitDays: 5},
		{ID: "deliver", Name: "送达", Kind: flows.Deliver, Level: flows.Origin, Post: "clerk", LimitDays: 2},
	})
	editor := as(p.t, dbtest.County, "01", "item_editor")
	v, err := p.items.Create(editor, catalog.Draft{Body: body, Flow: xml})
	if err == nil {
		_, err = p.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = p.items.Publish(as(p.t, dbtest.County, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.item = v.ItemID
}

func as(t *testing.T, at tenancy.ID, who, role string) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "代办员其木格", Roles: []string{role}})
}

func (p *place) handler(ctx context.Context) http.Handler {
	scope, err := tenancy.From(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	log, secret := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), []byte(strings.Repeat("s", 32))
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Recover(log), kit.SecurityHeaders(false), kit.MaxBody(64<<20), kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	village.Mount(r, village.Deps{
		Cases: p.cases, Files: p.files, Flows: p, Offers: p, Log: log, Flash: kit.Flasher{Secret: secret}, Now: dbtest.Now,
		Middleware: []func(http.Handler) http.Handler{func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(tenancy.With(r.Context(), scope)))
			})
		}},
		View: func(context.Context) village.Visitor {
			return village.Visitor{Name: scope.Actor.Name, Tenant: "毛登牧场 第一嘎查"}
		},
		Logout: "/desk/logout", Desk: "/desk", Phone: "12345",
	})
	return r
}

func (p *place) file(name, key string) cases.Case {
	p.t.Helper()
	c, err := p.cases.File(as(p.t, dbtest.Village, "11", "clerk"), cases.Filing{ItemID: p.item, Kind: "person", Name: name, Number: "152502199001010012", Phone: "13800000001", Key: key})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// decided is a case whose result has come back to the village.
func (p *place) decided(name, key string) cases.Case {
	p.t.Helper()
	c := p.file(name, key)
	c, err := p.cases.Accept(as(p.t, dbtest.Village, "11", "clerk"), c.ID, c.Version, "")
	if err == nil {
		c, err = p.cases.Decide(as(p.t, dbtest.County, "12", "decider"), c.ID, c.Version, true, "同意")
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func TestHomeTellsWhatWaits(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.file("演示·萨仁", "a")
	c := p.decided("演示·巴特尔", "b")
	b := kittest.NewClient(t, p.handler(as(t, dbtest.Village, "11", "clerk")))
	doc := b.Get("/village").Want(200).Doc().Has(".ld-tiles", "帮群众办事", "待办", "查进度", "常用事项").Has(".ld-tiles .ld-count", "2").
		Has(".ld-news", "草畜平衡补贴", "剩").Has("a[href=tel:12345]")
	if strings.Contains(doc.Text("main"), "巴特尔") {
		t.Error("a name stands in clear on the front page")
	}
	b.Get("/village/cases?tab=deliver").Want(200).Doc().Has("main", "待送达", "草畜平衡补贴")
	b.Get("/village/cases/"+c.ID).Want(200).Doc().Has("#acts", "登记送达", "领取人").Lacks("svg.flow")
	b.Get("/village/common").Want(200).Doc().Has("a[href=/village/assist/"+p.item+"]", "草畜平衡补贴")
	b.Get("/village/assist").Want(200).Doc().Has(".ld-steps [aria-current=step]", "选择事项")
	b.Get("/village/assist/"+p.item).Want(200).Doc().Has(".ld-steps [aria-current=step]", "填写申请")
	b.Get("/village/nowhere").Want(404).Doc().Has(".ld-error")
	empty := kittest.NewClient(t, p.handler(as(t, dbtest.Village3, "21", "clerk")))
	empty.Get("/village").Want(200).Doc().Lacks(".ld-news").Lacks(".ld-tiles .ld-count")
	empty.Get("/village/common").Want(200).Doc().Has(".ld-empty")
}

// A page of the village is light: poor networks.
func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := p.decided("演示·巴特尔", "b")
	b := kittest.NewClient(t, p.handler(as(t, dbtest.Village, "11", "clerk")))
	for _, path := range []string{"/village", "/village/todo", "/village/cases", "/village/cases/" + c.ID, "/village/assist/" + p.item} {
		if n := len(b.Get(path).Want(200).Body); n > 48<<10 {
			t.Errorf("%s weighs %d KB", path, n>>10)
		}
	}
}

// With VILLAGE_SHOTS set to a folder the test leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.file("演示·萨仁", "a")
	c := p.decided("演示·巴特尔", "b")
	srv := httptest.NewServer(p.handler(as(t, dbtest.Village, "11", "clerk")))
	t.Cleanup(srv.Close)
	for _, width := range []int64{1440, 390} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			b := kittest.NewBrowser(t).Size(width, 800)
			for i, path := range []string{"/village", "/village/common", "/village/todo", "/village/cases?q=演示", "/village/cases/" + c.ID, "/village/assist/" + p.item} {
				b.Open(srv.URL + path).Axe(path)
				if n := b.Overflow(); n > 0 {
					t.Errorf("%s is %d px too wide", path, n)
				}
				if dir := os.Getenv("VILLAGE_SHOTS"); dir != "" {
					b.Screenshot(filepath.Join(dir, fmt.Sprintf("v-%d-%d.png", width, i)), true)
				}
			}
		})
	}
}

// ---- what the wire does ----

func (*place) Place(ctx context.Context, tx *db.Tx, id tenancy.ID) (p cases.Place, err error) {
	err = tx.NewRaw(`select name, level, code from tenants where tenant_id = ?`, id).Scan(ctx, &p)
	return p, err
}

func (p *place) Offer(ctx context.Context, tx *db.Tx, itemID, versionID string, choices []string) (cases.Offer, error) {
	g, err := p.items.ResolveAt(ctx, tx, itemID, versionID)
	if err != nil {
		return cases.Offer{}, err
	}
	mine := g.Body.For(choices)
	return cases.Offer{
		ItemTenant: g.Item.TenantID, ItemID: g.Item.ID, VersionID: g.Version.ID, Name: g.Body.Name, FlowTenant: g.Item.TenantID, FlowID: *g.Version.FlowID,
		StatutoryDays: g.Body.StatutoryDays, PromisedDays: mine.PromisedDays, Origins: g.Body.Origins, Required: mine.Required(), Chosen: chosen(g.Body, mine), Unanswered: mine.Unanswered,
	}, nil
}

func (p *place) Draw(context.Context, cases.FlowRef, map[string]casesweb.Mark) ([]byte, error) {
	return []byte(`<svg class="flow"></svg>`), nil
}

func (p *place) Search(ctx context.Context, text string, page, size int) (items []casesweb.Item, total int, err error) {
	rows, err := p.items.Offered(ctx, catalog.Query{Text: text, Page: page, Size: size})
	for _, r := range rows.Rows {
		items = append(items, casesweb.Item{ID: r.ID, Name: r.Body.Name, Department: r.Body.Department, PromisedDays: r.Body.PromisedDays})
	}
	return items, rows.Total, err
}

func (p *place) Guide(ctx context.Context, itemID string, _ []string) (g casesweb.Guide, err error) {
	c, err := p.items.Guide(ctx, itemID)
	return casesweb.Guide{Item: casesweb.Item{ID: itemID, Name: c.Body.Name, Department: c.Body.Department}}, err
}

func chosen(b catalog.Body, m catalog.Mine) (out []cases.Choice) {
	for _, c := range b.Chosen(m) {
		out = append(out, cases.Choice(c))
	}
	return out
}
