package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"gocloud.dev/blob/memblob"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/datasets"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/partners"
	"liandong/policies"
	"liandong/portal-sites/api"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// town is real parts joined the way the wire joins them; it answers what cases asks.
type town struct {
	t     *testing.T
	items *catalog.Service
	flows *flows.Service
	cases *cases.Service
	tree  *tree.Service
	item  string

	partners *partners.Service
	data     *datasets.Service
	db       *db.DB
}

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
	fl := flows.NewService()
	w := &town{t: t, flows: fl, items: catalog.New(d, engine, fl), tree: tree.New(d, nil), partners: partners.New(d, engine, sealer, nil)}
	w.cases = cases.New(d, engine, cases.Asks{Items: w, Flows: w.flows, Tree: w, Calendars: book.Book{}, Sealer: sealer, Files: files.New(d, engine, bucket)})
	w.data, w.db = datasets.New(d, engine, dossiers{w.cases}, sealer), d
	w.item = w.publish()
	return w
}

func (w *town) publish() string {
	w.t.Helper()
	b := catalog.Body{
		Name: "草原作业许可", BasicCode: "000116001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15, Keywords: []string{"放牧"}, Audience: []string{"1"},
	}
	steps := []flows.Step{
		{ID: "accept", Name: "嘎查受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 2},
		{ID: "decide", Name: "盟级决定", Kind: flows.Decide, Level: flows.League, Post: "decider", LimitDays: 5},
	}
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Create(editor, catalog.Draft{Body: b, Flow: flows.Linear(b.Name, steps)})
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

// cancel takes the item out of force.
func (w *town) cancel() {
	w.t.Helper()
	editor := w.as(dbtest.League, "01", "item_editor")
	v, err := w.items.Begin(editor, w.item, catalog.ActCancel, "修法")
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

// as is a context of a member of staff, or of a citizen when she has no role.
func (w *town) as(at tenancy.ID, who string, roles ...string) context.Context {
	w.t.Helper()
	kind := tenancy.Staff
	if len(roles) == 0 {
		kind = tenancy.Person
	}
	return dbtest.WithActor(w.t, at, tenancy.Actor{Kind: kind, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "人" + who, Roles: roles})
}

func (w *town) filed(ctx context.Context, key string) cases.Case {
	w.t.Helper()
	c, err := w.cases.File(ctx, cases.Filing{ItemID: w.item, Kind: "person", Name: "演示其其格", Number: "152502199001010012", Phone: "13800000001", Key: key})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *town) Offer(ctx context.Context, tx *db.Tx, id, _ string, _ []string) (cases.Offer, error) {
	g, err := w.items.Resolve(ctx, tx, id)
	if err != nil {
		return cases.Offer{}, err
	}
	return cases.Offer{
		ItemTenant: g.Item.TenantID, ItemID: id, VersionID: g.Version.ID, Name: g.Body.Name, FlowTenant: g.Item.TenantID, FlowID: *g.Version.FlowID,
		StatutoryDays: g.Body.StatutoryDays, PromisedDays: g.Body.PromisedDays, Origins: g.Body.Origins,
	}, nil
}

func (w *town) Place(ctx context.Context, tx *db.Tx, id tenancy.ID) (cases.Place, error) {
	n, err := tree.In(tx).Get(ctx, id)
	return cases.Place{Name: n.Name, Level: n.Level, Code: n.Code}, err
}

// got is an answer with its body read into T.
type got struct {
	t      *testing.T
	status int
	header http.Header
	body   map[string]any
}

// get asks as whoever ctx says; a nil one is a stranger without a scope.
func (w *town) get(ctx context.Context, path string) got {
	w.t.Helper()
	return w.ask(ctx, path, nil)
}

// ask is get with headers; an answer without a body has none.
func (w *town) ask(ctx context.Context, path string, header map[string]string) got {
	w.t.Helper()
	return w.send(ctx, http.MethodGet, path, "", header)
}

func (w *town) send(ctx context.Context, method, path, body string, header map[string]string) got {
	w.t.Helper()
	r := chi.NewRouter()
	r.Use(kit.RequestID, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if sc, err := tenancy.From(ctx); err == nil {
				r = r.WithContext(tenancy.With(r.Context(), sc))
			}
			next.ServeHTTP(rw, r)
		})
	})
	api.Mount(r, api.Deps{Items: w.items, Cases: w.cases, Datasets: w.data, Tree: w.tree, Partners: w.partners, Log: slog.New(slog.DiscardHandler), Version: "test"})
	rec, req := httptest.NewRecorder(), httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(body))
	for k, v := range header {
		req.Header.Set(k, v)
	}
	r.ServeHTTP(rec, req)
	g := got{t: w.t, status: rec.Code, header: rec.Header()}
	if rec.Code == http.StatusNotModified && rec.Body.Len() == 0 {
		return g
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &g.body); err != nil {
		w.t.Fatalf("%s answered %d %q: %v", path, rec.Code, rec.Body, err)
	}
	return g
}

func (g got) want(status int) got {
	g.t.Helper()
	if g.status != status {
		g.t.Fatalf("status %d, want %d: %v", g.status, status, g.body)
	}
	return g
}

func (g got) total() int { n, _ := g.body["total"].(float64); return int(n) }

// problem fails the test unless the answer is a problem that says want.
func (g got) problem(status int, want string) {
	g.t.Helper()
	g.want(status)
	title, _ := g.body["title"].(string)
	detail, _ := g.body["detail"].(string)
	if g.header.Get("Content-Type") != "application/problem+json" || g.body["request_id"] == "" || g.body["request_id"] == nil || title+detail == "" {
		g.t.Errorf("no problem: %s %v", g.header.Get("Content-Type"), g.body)
	}
	if !bytes.Contains([]byte(title+detail), []byte(want)) {
		g.t.Errorf("the problem says %q, want %q in it", title+" "+detail, want)
	}
}
