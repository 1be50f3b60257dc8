package citizen_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
	"gocloud.dev/blob/memblob"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/modules/laws"
	"liandong/modules/materials"
	"liandong/policies"
	"liandong/portal-sites/citizen"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// town is the product as far as a citizen meets it: real services on a real
// database; only what keeps sites, messages and identities is played.
type town struct {
	http.Handler
	items *catalog.Service
	cases *cases.Service
	files *files.Service
	msgs  *messages
	laws  *laws.Service
	lib   *materials.Service
	forms *forms.Service
	db    *db.DB
	lost  http.Handler // what a host shows that is nobody's
}

// who is the cookie in which the tests name the citizen who is signed in.
const who = "who"

func newTown(t *testing.T) *town {
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
	fl := flows.NewService(flows.Handlers(cases.Services()...))
	kept := files.New(d, engine, bucket)
	w := &town{items: catalog.New(d, engine, fl, catalog.Asks{Files: kept}), files: kept, msgs: &messages{}}
	w.cases = cases.New(d, engine, cases.Asks{Items: offers{w.items}, Flows: fl, Tree: places{}, Calendars: book.Book{}, Sealer: sealer, Files: w.files})
	w.lib, w.db = materials.New(d, engine, library(w, sealer)), d
	w.laws = laws.New(d, engine, nothing{})
	w.forms = forms.New(d, engine, forms.Asks{Sealer: sealer})
	w.Handler = w.serve(d, fl)
	return w
}

func (w *town) serve(d *db.DB, fl *flows.Service) http.Handler {
	log, secret := slog.New(slog.DiscardHandler), []byte(strings.Repeat("s", 32))
	tr := tree.New(d, nil)
	deps := citizen.Deps{
		Items: w.items, Cases: w.cases, Files: w.files, Tree: tr, Sites: sites{}, Notices: w.msgs, Flows: drawn{d, fl}, People: people{}, Library: w.lib, Laws: w.laws, Forms: w.forms, Calendars: days{d},
		SignIn: func(r chi.Router) {
			r.Get("/login", func(w http.ResponseWriter, r *http.Request) {
				_, _ = fmt.Fprint(w, "sign in ", r.URL.Query().Get(citizen.ReturnParam))
			})
		},
		SiteURL: func(code, _ string) string { return "/sites/" + code },
		Log:     log, Flash: kit.Flasher{Secret: secret}, Now: dbtest.Now,
	}
	w.lost = http.HandlerFunc(citizen.Shell(deps).NotFound)
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Recover(log), kit.SecurityHeaders(false), kit.MaxBody(24<<20), kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Post(kit.ElderPath, kit.ToggleElder)
	r.Route("/sites/{code}", func(r chi.Router) {
		r.Use(enter(func(r *http.Request) (string, string) {
			code := chi.URLParam(r, "code")
			return code, "/sites/" + code
		}))
		citizen.Mount(r, deps)
	})
	r.Group(func(r chi.Router) { // the village has a host of its own
		r.Use(enter(func(*http.Request) (string, string) { return "152502200200", "" }))
		citizen.Mount(r, deps)
	})
	return r
}

// enter does what the composer does: the site, and the scope of whoever visits it.
func enter(find func(*http.Request) (code, base string)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			code, base := find(r)
			actor := tenancy.Actor{Kind: tenancy.Public}
			if c, err := r.Cookie(who); err == nil {
				actor = citizenOf(c.Value)
			}
			sc, site := tenancy.Scope{Actor: actor, Ancestors: []tenancy.ID{tenancy.Platform}}, visit.Site{Base: base, Code: code}
			var own dbtest.Node
			for _, n := range dbtest.Tree() {
				if codeOf(n.ID) == code {
					own = n
				}
			}
			for _, n := range dbtest.Tree() {
				if n.ID <= own.ID && own.ID <= n.Hi {
					sc.Ancestors = append(sc.Ancestors, n.ID)
					site.Chain = append(site.Chain, visit.Place{Tenant: n.ID, Name: n.Name, Code: codeOf(n.ID), Level: n.Level})
				}
			}
			sc.Tenant, site.Tenant, site.Name, site.Level = own.ID, own.ID, own.Name, own.Level
			next.ServeHTTP(w, r.WithContext(visit.WithSite(tenancy.With(r.Context(), sc), site)))
		})
	}
}

func codeOf(id tenancy.ID) string { return fmt.Sprintf("%012d", int64(id)/1000) }

func citizenOf(n string) tenancy.Actor {
	return tenancy.Actor{Kind: tenancy.Person, ID: "00000000-0000-7000-8000-0000000000" + n, Name: "其其格"}
}

// as is a context of somebody at a desk, or without roles of a citizen.
func as(t *testing.T, at tenancy.ID, n string, roles ...string) context.Context {
	t.Helper()
	if len(roles) == 0 {
		return dbtest.WithActor(t, at, citizenOf(n))
	}
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + n, Name: "工作人员" + n, Roles: roles})
}

// publish puts an item of the league in force.
func (w *town) publish(t *testing.T, b catalog.Body) string {
	t.Helper()
	return w.publishAt(t, dbtest.League, b)
}

func (w *town) publishAt(t *testing.T, owner tenancy.ID, b catalog.Body) string {
	t.Helper()
	return w.publishFlow(t, owner, b, climbing())
}

func (w *town) publishFlow(t *testing.T, owner tenancy.ID, b catalog.Body, way []flows.Step) string {
	t.Helper()
	return w.publishWith(t, owner, b, flows.Linear(b.Name, way))
}

// publishWith puts an item into force with a flow in BPMN.
func (w *town) publishWith(t *testing.T, owner tenancy.ID, b catalog.Body, flow []byte) string {
	t.Helper()
	v, err := w.items.Create(as(t, owner, "01", "item_editor"), catalog.Draft{Body: b, Flow: flow})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.items.Submit(as(t, owner, "01", "item_editor"), v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.items.Publish(as(t, owner, "02", "item_reviewer"), v.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	return v.ItemID
}

func grass() catalog.Body {
	return catalog.Body{
		Name: "临时占用草原审批", BasicCode: "000164001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局", ProjectType: "2",
		LegalBasis:    []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第四十条", Text: "需要临时占用草原的，应当经县级以上地方人民政府草原行政主管部门审核同意。"}},
		StatutoryDays: 20, PromisedDays: 15, Keywords: []string{"占草场", "放牧"}, Audience: []string{"1", "2"}, TopicsPerson: []string{"040", "130"}, TopicsLegal: []string{"075", "085"},
		Conditions: []string{"占用草原权属清楚，无争议", "临时占用期限不超过二年"}, Result: catalog.Result{Type: "20", Name: "临时占用草原批复"},
		Materials: []catalog.Material{{Name: "草原征占用申请表", Need: "1", Source: "10", Form: "3", Copies: 1, Note: "可在线填写"}, {Name: "营业执照", Need: "2", Source: "20", Form: "3", Copies: 1}},
		Questions: []catalog.Question{{Q: "能在嘎查办吗？", A: "可以，收件后逐级上报。"}}, Fees: []catalog.Fee{{Name: "草原植被恢复费", Standard: "按自治区公布的标准", Basis: "草原法第三十九条"}},
	}
}

func pension() catalog.Body {
	return catalog.Body{
		Name: "城乡居民基本养老保险参保登记", BasicCode: "002014001000", Kind: "20", Level: "township", Origins: []string{"township"}, Department: "人力资源和社会保障局", ProjectType: "1",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国社会保险法", Article: "第二十条"}}, StatutoryDays: 20, PromisedDays: 15, Keywords: []string{"养老"}, Audience: []string{"1"}, TopicsPerson: []string{"085"},
	}
}

// climbing is accepted in the village, reviewed by township and county, decided by the league, delivered at home.
func climbing() []flows.Step {
	return []flows.Step{
		{ID: "accept", Name: "嘎查受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 2},
		{ID: "pre", Name: "苏木初审", Kind: flows.Review, Level: flows.Parent, Post: "reviewer", LimitDays: 3},
		{ID: "review", Name: "旗县审查", Kind: flows.Review, Level: flows.County, Post: "reviewer", LimitDays: 4},
		{ID: "decide", Name: "盟级决定", Kind: flows.Decide, Level: flows.League, Post: "decider", LimitDays: 5},
		{ID: "deliver", Name: "送达", Kind: flows.Deliver, Level: flows.Origin, Post: "clerk", LimitDays: 2},
	}
}

// sites plays the keeper of sites and articles.
type sites struct{}

func (sites) Look(ctx context.Context) (citizen.Look, error) {
	if _, err := tenancy.From(ctx); err != nil {
		return citizen.Look{}, err
	}
	l := citizen.Look{
		Address: "锡林浩特市毛登牧场场部北街 1 号", Hours: "工作日 8:30—12:00，14:30—17:30", Phone: "0479-8210000", HotWords: []string{"草原", "养老保险", "执照"},
		FooterLines: []string{"主办单位：锡林郭勒盟行政公署"},
	}
	if sc, _ := tenancy.From(ctx); sc.Tenant == dbtest.County {
		l.Theme = "green"
	}
	return l, nil
}

func article(n int) citizen.Article {
	return citizen.Article{ID: fmt.Sprint("a", n), Title: fmt.Sprintf("关于便民服务点延时服务的公告（第 %d 号）", n), Body: "各位居民：\n自即日起，周六上午照常受理。\n特此公告。", Publisher: "锡林浩特市", At: dbtest.Now().AddDate(0, 0, -n)}
}

func (sites) Articles(_ context.Context, q citizen.ArticleQuery) (rows []citizen.Article, total int, err error) {
	switch q.Text {
	case "":
	case "boom":
		return nil, 0, errors.New("disk on fire")
	default:
		return nil, 0, nil
	}
	for n := range min(q.Size, 6) {
		rows = append(rows, article(n+1))
	}
	return rows, 6, nil
}

func (sites) Article(_ context.Context, id string) (citizen.Article, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "a"))
	if err != nil {
		return citizen.Article{}, fault.New(fault.NotFound, "not_found")
	}
	return article(n), nil
}

// messages plays the keeper of messages.
type messages struct {
	mu   sync.Mutex
	read bool
}

func (m *messages) Mine(context.Context, int, int) ([]citizen.Message, int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return []citizen.Message{{ID: "1", Title: "您的申请已受理", Text: "临时占用草原审批", Link: "/cases", At: dbtest.Now(), Read: m.read}}, 1, nil
}

func (m *messages) Unread(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.read {
		return 0, nil
	}
	return 1, nil
}

func (m *messages) Read(context.Context, ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read = true
	return nil
}

// people plays the keeper of identities: citizen 19 has shown no ID number yet.
type people struct{}

func (people) Profile(_ context.Context, id string) (citizen.Profile, error) {
	if strings.HasSuffix(id, "19") {
		return citizen.Profile{Name: "巴特尔", Phone: "13800000019"}, nil
	}
	return citizen.Profile{Name: "其其格", Number: "152502199001010012", Phone: "13800000001"}, nil
}

// drawn reads flows for whoever may see them.
type drawn struct {
	d *db.DB
	s *flows.Service
}

func (f drawn) Flow(ctx context.Context, tenant tenancy.ID, id string) (def *flows.Definition, err error) {
	err = f.d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		def, err = f.s.Load(ctx, tx, tenant, id)
		return err
	})
	return def, err
}

type days struct{ d *db.DB }

func (c days) Calendar(ctx context.Context, tenant tenancy.ID) (cal calendar.Calendar, err error) {
	err = c.d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		cal, err = book.Book{}.Of(ctx, tx, tenant)
		return err
	})
	return cal, err
}

type places struct{}

func (places) Place(ctx context.Context, tx *db.Tx, id tenancy.ID) (p cases.Place, err error) {
	err = tx.NewRaw(`select name, level, code from tenants where tenant_id = ?`, id).Scan(ctx, &p)
	return p, err
}

type offers struct{ *catalog.Service }

func (o offers) Offer(ctx context.Context, tx *db.Tx, itemID, versionID string, choices []string) (cases.Offer, error) {
	g, err := o.ResolveAt(ctx, tx, itemID, versionID)
	if err != nil {
		return cases.Offer{}, err
	}
	mine := g.Body.For(choices)
	return cases.Offer{
		ItemTenant: g.Item.TenantID, ItemID: g.Item.ID, VersionID: g.Version.ID, Name: g.Body.Name,
		FlowTenant: g.Item.TenantID, FlowID: *g.Version.FlowID, StatutoryDays: g.Body.StatutoryDays, PromisedDays: mine.PromisedDays,
		Origins: g.Body.Origins, Required: mine.Required(), Chosen: chosen(g.Body, mine), Unanswered: mine.Unanswered,
	}, nil
}

func chosen(b catalog.Body, m catalog.Mine) (out []cases.Choice) {
	for _, c := range b.Chosen(m) {
		out = append(out, cases.Choice(c))
	}
	return out
}
