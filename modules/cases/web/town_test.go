package web_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"gocloud.dev/blob/memblob"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/files"
	filesweb "liandong/modules/files/web"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// town is real parts joined the way the wire joins them, with one published item
// that climbs from a village to its league.
type town struct {
	t     *testing.T
	db    *db.DB
	items *catalog.Service
	flows *flows.Service
	cases *cases.Service
	files *files.Service
	item  string
	owed  map[string][]string // documents by step

	colleagues []cases.Colleague // nil: one reviewer
	later      atomic.Int64      // how long after dbtest.Now it is, in nanoseconds
}

func (w *town) now() time.Time { return dbtest.Now().Add(time.Duration(w.later.Load())) }

// wait lets so many days pass.
func (w *town) wait(days int) { w.later.Add(int64(days) * 24 * int64(time.Hour)) }

func newTown(t *testing.T) *town {
	t.Helper()
	return newTownOver(t, dbtest.Pool(t))
}

// newTownOver is newTown in a database of the test's own choice.
func newTownOver(t *testing.T, pool *sql.DB) *town {
	t.Helper()
	w := &town{t: t}
	d := db.Over(pool, w.now)
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
	fl := flows.NewService(flows.Handlers(cases.Services()...))
	w.db, w.items, w.flows, w.files = d, catalog.New(d, engine, fl), fl, files.New(d, engine, bucket, cases.Sight{})
	w.cases = cases.New(d, engine, cases.Asks{Items: w, Flows: owing{w.flows, w}, Tree: w, Calendars: book.Book{}, Sealer: sealer, Files: w.files, Staff: w})
	w.item = w.publish()
	return w
}

func (w *town) publish(divide ...catalog.Situation) string {
	w.t.Helper()
	b := catalog.Body{
		Name: "草原作业许可", BasicCode: "000116001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15, Keywords: []string{"放牧"},
		Materials: []catalog.Material{{Name: "草原承包合同", Need: "1"}, {Name: "现场照片", Need: "2"}, {Name: "放牧方案", Need: "3"}},
	}
	if len(divide) > 0 {
		b.Name, b.BasicCode, b.Situations = "草原作业许可（分情形）", "000116002000", divide
	}
	steps := []flows.Step{
		{ID: "accept", Name: "嘎查受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 2},
		{ID: "pre", Name: "苏木初审", Kind: flows.Review, Level: flows.Parent, Post: "reviewer", LimitDays: 3},
		{ID: "review", Name: "旗县审查", Kind: flows.Review, Level: flows.County, Post: "reviewer", LimitDays: 4},
		{ID: "decide", Name: "盟级决定", Kind: flows.Decide, Level: flows.League, Post: "decider", LimitDays: 5},
		{ID: "deliver", Name: "送达", Kind: flows.Deliver, Level: flows.Origin, Post: "clerk", LimitDays: 2},
	}
	return w.publishFlow(b, flows.Linear("草原作业许可", steps))
}

// publishFlow puts an item of the league into force with a flow.
func (w *town) publishFlow(b catalog.Body, flow []byte) string {
	w.t.Helper()
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Create(editor, catalog.Draft{Body: b, Flow: flow})
	if err == nil {
		_, err = w.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = w.items.Publish(w.as(dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return v.ItemID
}

// as is a context of a member of staff, or of a citizen when she has no role.
func (w *town) as(at tenancy.ID, who string, roles ...string) context.Context {
	w.t.Helper()
	kind := tenancy.Staff
	if len(roles) == 0 {
		kind = tenancy.Person
	}
	return dbtest.WithActor(w.t, at, tenancy.Actor{Kind: kind, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "人" + who, Roles: roles})
}

// The people of the town.
func (w *town) clerk() context.Context    { return w.as(dbtest.Village, "11", "clerk") }
func (w *town) township() context.Context { return w.as(dbtest.Township, "12", "reviewer") }
func (w *town) county() context.Context   { return w.as(dbtest.County, "13", "reviewer") }
func (w *town) decider() context.Context  { return w.as(dbtest.League, "14", "decider") }

// filed is a case of a citizen's with its contract uploaded.
func (w *town) filed(name, key string) cases.Case {
	w.t.Helper()
	ctx := w.as(dbtest.Village, "10")
	f, err := w.files.Upload(ctx, "合同.png", "草原承包合同", bytes.NewReader(png()))
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.cases.File(ctx, cases.Filing{
		ItemID: w.item, Kind: "person", Name: name, Number: "152502199001010012", Phone: "13800000001",
		Address: "锡林浩特市毛登牧场第一嘎查12号", Files: []string{f.ID}, Key: key,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// handed brings a case to the step of that kind at the tenant that handles it.
func (w *town) handed(c cases.Case, to string) cases.Case {
	w.t.Helper()
	for _, s := range []struct {
		step string
		do   func() (cases.Case, error)
	}{
		{"accept", func() (cases.Case, error) { return w.cases.Accept(w.clerk(), c.ID, c.Version, "材料齐全") }},
		{"pre", func() (cases.Case, error) { return w.cases.Pass(w.township(), c.ID, c.Version, "属实") }},
		{"review", func() (cases.Case, error) { return w.cases.Pass(w.county(), c.ID, c.Version, "同意") }},
		{"decide", func() (cases.Case, error) { return w.cases.Decide(w.decider(), c.ID, c.Version, true, "准予许可") }},
	} {
		if s.step == to {
			return c
		}
		var err error
		if c, err = s.do(); err != nil {
			w.t.Fatal(err)
		}
	}
	return c
}

// site serves the pages to whoever ctx says.
func (w *town) site(ctx context.Context, base string) http.Handler {
	scope, err := tenancy.From(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	log, secret := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), []byte(strings.Repeat("s", 32))
	shell := kit.Shell{Log: log, Home: base, Flash: kit.Flasher{Secret: secret}, Density: kit.Dense}
	shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{
			Brand: "政务服务平台", Tenant: "锡林浩特市行政审批局", Post: "综合窗口", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"},
			Menu: []kit.NavGroup{{Items: []kit.NavItem{
				{Key: "todo", Label: "待办事项", Href: base + "/todo", Icon: "clipboard-check"},
				{Key: "cases", Label: "办件查询", Href: base + "/cases", Icon: "list"},
				{Key: "assist", Label: "帮办代办", Href: base + "/assist", Icon: "edit"},
			}}},
		}, p)
	}
	if base == "/village" {
		shell.Density = kit.Large
		shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
			return kit.VillageLayout(kit.VillageView{Name: "便民代办点", Tenant: "第一嘎查", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"}}, p)
		}
	}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Recover(log), kit.SecurityHeaders(false), kit.MaxBody(64<<20), kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route(base, func(r chi.Router) {
		r.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
				next.ServeHTTP(rw, req.WithContext(tenancy.With(req.Context(), scope)))
			})
		})
		casesweb.Mount(r, casesweb.Deps{Service: w.cases, Shell: shell, Base: base, Home: kit.Crumb{Label: "工作台", Href: base}, Flows: w, Files: paperKeeper{w.files}, Offers: w, Places: nearby{tree.New(w.db, nil)}, Laws: w, Now: w.now, SiteURL: func(id tenancy.ID) string { return "/sites/" + id.String() }})
		casesweb.MountTemplates(r, casesweb.TemplateDeps{Service: w.cases, Shell: shell, Base: base, Home: kit.Crumb{Label: "工作台", Href: base}, May: w.items.MayConfigure, Now: w.now})
		casesweb.MountMigrations(r, casesweb.MigrateDeps{Service: w.cases, Shell: shell, Base: base, Home: kit.Crumb{Label: "工作台", Href: base}, Parts: w})
		filesweb.Mount(r, filesweb.Deps{Service: w.files, Shell: shell, Base: base})
	})
	return r
}

func (w *town) desk(ctx context.Context) *kittest.Client {
	return kittest.NewClient(w.t, w.site(ctx, "/desk"))
}

// png is a picture of one pixel.
func png() []byte {
	return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82")
}

// ---- what the wire does ----

func (*town) Place(ctx context.Context, tx *db.Tx, id tenancy.ID) (p cases.Place, err error) {
	err = tx.NewRaw(`select name, level, code from tenants where tenant_id = ?`, id).Scan(ctx, &p)
	return p, err
}

func (w *town) Offer(ctx context.Context, tx *db.Tx, itemID, versionID string, choices []string) (cases.Offer, error) {
	g, err := w.items.ResolveAt(ctx, tx, itemID, versionID)
	if err != nil {
		return cases.Offer{}, err
	}
	mine := g.Body.For(choices)
	return cases.Offer{
		ItemTenant: g.Item.TenantID, ItemID: g.Item.ID, VersionID: g.Version.ID, Name: g.Body.Name, Department: g.Body.Department, FlowTenant: g.Item.TenantID, FlowID: *g.Version.FlowID,
		StatutoryDays: g.Body.StatutoryDays, PromisedDays: mine.PromisedDays, Origins: g.Body.Origins, Materials: named(mine.Materials), Required: mine.Required(), Chosen: chosen(g.Body, mine), Unanswered: mine.Unanswered, Tolerable: catalog.Body{Materials: mine.Materials}.Tolerable(),
		Kind: map[string]cases.Kind{"1": cases.KindInstant}[g.Body.ProjectType], Trips: g.Body.OnsiteTimes, Way: map[string]cases.Way{"1": cases.ByPerson}[g.Body.HandlingWay],
		Mode:  map[string]cases.Mode{"1": cases.Precheck, "2": cases.Verify, "3": cases.Wholly}[g.Body.OnlineMode],
		Parts: partsOf(mine.Parts),
	}, nil
}

func named(ms []catalog.Material) (names []string) {
	for _, m := range ms {
		names = append(names, m.Name)
	}
	return names
}

func partsOf(parts []catalog.ThemePart) (out []cases.PartOffer) {
	for _, p := range parts {
		out = append(out, cases.PartOffer{Key: p.Key, ItemID: p.Item, Name: p.Name, Department: p.Department, Stage: p.Stage, Choices: p.Choices, Reviews: p.Reviews})
	}
	return out
}

func (w *town) Draw(ctx context.Context, ref cases.FlowRef, marks map[string]casesweb.Mark) (svg []byte, err error) {
	err = w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := w.flows.Load(ctx, tx, ref.Tenant, ref.ID)
		if err != nil {
			return err
		}
		ms := map[string]flows.Mark{}
		for id, m := range marks {
			ms[id] = flows.Mark{State: flows.State(m.State), Text: m.Text}
		}
		svg = flows.Draw(d, ms)
		return nil
	})
	return svg, err
}

// Of implements casesweb.Laws: every case stands on one article, changed since.
func (w *town) Of(_ context.Context, c *cases.Case) ([]casesweb.Provision, error) {
	return []casesweb.Provision{{Law: "中华人民共和国草原法", Article: "第五十条", Text: "作业应当取得许可。\n期限一年。", Tone: kit.Yellow, Note: "受理后已修改", Href: "/desk/laws/" + c.ItemID + "#a50"}}, nil
}

func (w *town) Search(ctx context.Context, text string, page, size int) (items []casesweb.Item, total int, err error) {
	p, err := w.items.Offered(ctx, catalog.Query{Text: text, Page: page, Size: size})
	for _, r := range p.Rows {
		it := casesweb.Item{Area: r.Body.HandleArea, ID: r.ID, Name: r.Body.Name, Department: r.Body.Department, PromisedDays: r.Body.PromisedDays}
		if r.State == catalog.StateSuspended {
			it.Suspended = "系统升级"
		}
		items = append(items, it)
	}
	return items, p.Total, err
}

func (w *town) Guide(ctx context.Context, itemID string, answers []string) (g casesweb.Guide, err error) {
	c, err := w.items.Guide(ctx, itemID)
	if err != nil {
		return g, err
	}
	b := c.Body
	g = casesweb.Guide{Item: casesweb.Item{Area: b.HandleArea, ID: itemID, Name: b.Name, Department: b.Department, PromisedDays: b.PromisedDays}, StatutoryDays: b.StatutoryDays, Conditions: []string{"持有草原承包经营权证"}}
	g.AtOnce, g.Trips, g.Mode = b.AtOnce(), b.OnsiteTimes, map[string]cases.Mode{"1": cases.Precheck, "2": cases.Verify, "3": cases.Wholly}[b.OnlineMode]
	mine := b.For(answers)
	g.Answers, g.Chosen, g.PromisedDays = answers, mine.Chosen, mine.PromisedDays
	for _, q := range b.Interview(answers) {
		a := kit.Ask{Question: q.Question, Many: q.Many}
		for _, o := range q.Options {
			a.Options = append(a.Options, kit.Option{Value: o.ID, Label: o.Label})
		}
		g.Asks = append(g.Asks, a)
	}
	for _, m := range mine.Materials {
		g.Materials = append(g.Materials, casesweb.Material{Name: m.Name, Required: m.Need == "1", Note: m.Note, Code: m.Code})
	}
	g.Questions = []casesweb.Question{{Name: "area", Label: "作业面积", Type: "number", Unit: "亩", Required: true}, {Name: "use", Label: "用途", Type: "select", Options: []string{"打草", "修路"}}}
	return g, nil
}

type paperKeeper struct{ *files.Service }

func (k paperKeeper) Upload(ctx context.Context, name, material string, r io.Reader) (casesweb.File, error) {
	f, err := k.Service.Upload(ctx, name, material, r)
	return fileOf(f), err
}

func (k paperKeeper) OfCase(ctx context.Context, caseID string) (out []casesweb.File, err error) {
	fs, err := k.Service.OfCase(ctx, caseID)
	for _, f := range fs {
		out = append(out, fileOf(f))
	}
	return out, err
}

func fileOf(f files.File) casesweb.File {
	return casesweb.File{ID: f.ID, Name: f.Name, Material: f.Material, StepSeq: f.StepSeq, MediaType: f.MediaType, Size: f.Size, UploadedAt: f.UploadedAt}
}

func version(c cases.Case) string { return fmt.Sprint(c.Version) }

func chosen(b catalog.Body, m catalog.Mine) (out []cases.Choice) {
	for _, c := range b.Chosen(m) {
		out = append(out, cases.Choice(c))
	}
	return out
}

// owing lets steps of a town owe documents besides what their flow says.
type owing struct {
	*flows.Service
	town *town
}

func (o owing) Rules(ctx context.Context, tx *db.Tx, flow cases.FlowRef, node string) (cases.Rules, error) {
	r, err := o.Service.Rules(ctx, tx, flow, node)
	r.Documents = append(r.Documents, o.town.owed[node]...)
	return r, err
}

// Parts are the steps of a flow.
func (w *town) Parts(ctx context.Context, ref cases.FlowRef) (out []kit.Option, err error) {
	err = w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := w.flows.Load(ctx, tx, ref.Tenant, ref.ID)
		if err != nil {
			return err
		}
		for _, p := range d.Parts() {
			if p.Kind == "userTask" {
				out = append(out, kit.Option{Value: p.ID, Label: p.Name})
			}
		}
		return nil
	})
	return out, err
}

// nearby is the tree as the pages ask it.
type nearby struct{ tree *tree.Service }

func (n nearby) Path(ctx context.Context, id tenancy.ID) ([]casesweb.Place, error) {
	nodes, err := n.tree.Ancestors(ctx, id)
	return placesOf(nodes), err
}

func (n nearby) Below(ctx context.Context, id tenancy.ID) ([]casesweb.Place, error) {
	nodes, err := n.tree.Children(ctx, id)
	return placesOf(nodes), err
}

func (n nearby) At(ctx context.Context, id tenancy.ID) (context.Context, error) {
	scope, err := n.tree.ScopeFor(ctx, id, tenancy.Actor{Kind: tenancy.Public})
	return tenancy.With(ctx, scope), err
}

func placesOf(nodes []tree.Node) (out []casesweb.Place) {
	for _, x := range nodes {
		out = append(out, casesweb.Place{ID: x.ID, Name: x.Name, Level: x.Level})
	}
	return out
}
