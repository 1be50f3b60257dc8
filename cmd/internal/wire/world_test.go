package wire

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/modules/laws"
	"liandong/modules/org"
	"liandong/modules/sites"
	"liandong/modules/supervision"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/identity"
)

// world is one App with something of every kind in every tenant of the test tree.
// Whatever belongs to a tenant carries its mark, so that a leak can be found by
// looking for words.
type world struct {
	*trial

	h      http.Handler
	back   atomic.Int64 // how far the App's clock is behind
	people map[string]string
	things map[tenancy.ID]*belongings
	seats  []place
	admins map[tenancy.ID]string // who holds a grant there
}

// belongings are the ids of what was planted in one tenant.
type belongings struct {
	item, version   string // in force
	draft, reviewed string // an item that is a draft; a version that waits for review
	kase, file      string
	card, order     string
	article, posted string // a draft, and one that everybody may read
	law, bill       string // in force, and a draft
	form, sheet     string // in use, and being designed
	task, request   string // about the item of the league; the league has none
	department      string
	post, holding   string
	grant           string
	line            string // of the audit record
	notice          string // for clerks
}

// place is a seat with a session that sits on it.
type place struct {
	at     tenancy.ID
	role   string
	cookie string
}

func (p place) String() string { return p.role + " of " + nodeOf(p.at).Name }

func nodeOf(id tenancy.ID) dbtest.Node {
	for _, n := range dbtest.Tree() {
		if n.ID == id {
			return n
		}
	}
	return dbtest.Node{Hi: 999_999_999_999_999}
}

// mark is the word that all that belongs to a tenant carries.
func mark(id tenancy.ID) string { return "M" + id.String()[4:12] + "M" }

func code(id tenancy.ID) string { return id.String()[:12] }

// officers may not also be each other (三员分立): each role has a holder of its own.
// Those of one county are nobody in the other.
func holderOf(role string, at tenancy.ID) string {
	name := "ops"
	switch role {
	case policies.SystemAdmin, policies.SecurityAdmin, policies.AuditAdmin:
		name = role[:3]
	}
	if kin(dbtest.County2, at) == "foreign" || at == dbtest.League {
		return name
	}
	return name + "2"
}

const longAgo = 90 * 24 * time.Hour

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{things: map[tenancy.ID]*belongings{}, admins: map[tenancy.ID]string{}}
	w.back.Store(int64(longAgo))
	w.trial = startTrial(t, dbtest.Clone(t), func(c *Config) {
		if testing.Verbose() {
			c.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
		}
		c.Now = func() time.Time { return time.Now().Add(-time.Duration(w.back.Load())) }
	})
	var err error
	if w.h, err = w.Handler(); err != nil {
		t.Fatal(err)
	}
	for _, n := range dbtest.Tree() {
		w.things[n.ID] = &belongings{}
	}
	w.staffed(t)
	for _, n := range dbtest.Tree() {
		w.plant(t, n.ID)
	}
	w.back.Store(0)
	w.late(t)
	if err := w.Items.Lock(w.here(t, dbtest.League, policies.ItemEditor), catalog.LockWish{Element: "phone", ItemID: w.things[dbtest.League].item, Reason: "统一号码"}); err != nil {
		t.Fatal(err)
	}
	w.told(t)
	return w
}

func (w *world) here(t *testing.T, at tenancy.ID, roles ...string) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: w.people["ops"], Name: "演示" + mark(at), Roles: roles})
}

// staffed appoints somebody to every role in every tenant.
func (w *world) staffed(t *testing.T) {
	t.Helper()
	w.people = w.staff(t, "boss", "ops", "sys", "sec", "aud", "ops2", "sys2", "sec2", "aud2", "cadm", "c2adm", "tadm", "t3adm", "mark")
	boss := w.boss(t, w.people["boss"])
	cookies := map[string]identity.Session{}
	for name := range w.people {
		cookies[name] = w.session(t, w.login(name))
	}
	for _, n := range dbtest.Tree() {
		// Seats are shown to who holds them on every page: they carry no mark.
		d := must[org.Department](t, "department")(w.Org.CreateDepartment(boss, org.Drafted{Tenant: n.ID, Name: "政务服务局", Key: "d" + mark(n.ID)}))
		for _, role := range org.Assignable() {
			_, id := w.post(t, boss, d.ID, "岗位"+role, role, w.people[holderOf(role, n.ID)], role+mark(n.ID))
			w.seats = append(w.seats, place{n.ID, role, w.sat(t, cookies[holderOf(role, n.ID)], id)})
		}
		b := w.things[n.ID]
		b.department = must[org.Department](t, "department")(w.Org.CreateDepartment(boss, org.Drafted{Tenant: n.ID, Name: "部门" + mark(n.ID), Key: "m" + mark(n.ID)})).ID
		b.post, b.holding = w.post(t, boss, b.department, "岗"+mark(n.ID), policies.Clerk, w.people["mark"], mark(n.ID))
	}
	w.grant(t, boss, dbtest.County, "cadm", cookies)
	w.grant(t, boss, dbtest.County2, "c2adm", cookies)
	w.grant(t, w.seated(t, w.people["cadm"]), dbtest.Township, "tadm", cookies)
	w.grant(t, w.seated(t, w.people["c2adm"]), dbtest.Township3, "t3adm", cookies)
}

// post founds a post and puts somebody there.
func (w *world) post(t *testing.T, by context.Context, department, name, role, holder, key string) (post, holding string) {
	t.Helper()
	p := must[org.Post](t, "post")(w.Org.CreatePost(by, org.Founding{DepartmentID: department, Name: name, Roles: []string{role}, Key: "p" + key}))
	return p.ID, must[string](t, "appointment of "+role)(w.Org.Assign(by, org.Posting{PostID: p.ID, HolderID: holder, Reason: "任职" + key, Key: "h" + key}))
}

func (w *world) grant(t *testing.T, by context.Context, at tenancy.ID, who string, sessions map[string]identity.Session) {
	t.Helper()
	roles := slices.DeleteFunc(org.Assignable(), func(role string) bool { return holderOf(role, dbtest.League) != "ops" })
	g, err := w.Org.Appoint(by, org.Appointing{Tenant: at, HolderID: w.people[who], Roles: roles, Reason: "授权" + mark(at), Key: "g" + mark(at)})
	if err != nil {
		t.Fatalf("grant at %s: %v", nodeOf(at).Name, err)
	}
	w.things[at].grant = g.ID
	if s, ok := sessions[who]; ok {
		w.seats = append(w.seats, place{at, policies.Admin, w.sat(t, s, g.ID)})
	}
}

// seated is the context of somebody on her first seat.
func (w *world) seated(t *testing.T, id string) context.Context {
	t.Helper()
	seats, err := w.Org.Seats(t.Context(), id)
	if err != nil || len(seats) == 0 {
		t.Fatalf("%d seats, %v", len(seats), err)
	}
	scope, err := w.Org.Sit(t.Context(), id, "演示", seats[0].ID, true)
	if err != nil {
		t.Fatal(err)
	}
	return tenancy.With(t.Context(), scope)
}

// session signs somebody in at the identity server.
func (w *trial) session(t *testing.T, account string) identity.Session {
	t.Helper()
	s, err := w.Kratos.Login(t.Context(), account, password)
	if err != nil {
		t.Fatalf("sign in %s: %v", account, err)
	}
	return s
}

// sat is the cookie of a session on one seat.
func (w *trial) sat(t *testing.T, s identity.Session, seat string) string {
	t.Helper()
	s.PostID = seat
	v, err := w.keeper.Sessions.Seal(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// herself is a person with an account: the applicant of every case, or nobody's.
func (w *trial) herself(t *testing.T, name string) (id, cookie string) {
	t.Helper()
	hash, err := identity.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	key := w.login(name)
	done, err := w.Kratos.Import(t.Context(), []identity.NewIdentity{{Schema: identity.SchemaPerson, IDHash: key, Name: "演示·" + name, PasswordHash: hash}})
	if err != nil || done[0].Err != nil {
		t.Fatalf("%v %v", done, err)
	}
	return done[0].ID, w.sat(t, w.session(t, key), "")
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

func must[T any](t *testing.T, what string) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return v
	}
}

func (w *world) plant(t *testing.T, at tenancy.ID) {
	t.Helper()
	b, m := w.things[at], mark(at)
	w.offer(t, at)
	w.enact(t, at)
	w.design(t, at)
	w.wish(t, at)
	if w.people["owner"] == "" {
		w.people["owner"], w.people["owner cookie"] = w.herself(t, "owner")
		w.people["other"], w.people["other cookie"] = w.herself(t, "other")
	}
	citizen := dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Person, ID: w.people["owner"], Name: "演示" + m})
	b.file = must[files.File](t, "upload")(w.Files.Upload(citizen, m+".pdf", "申请表", strings.NewReader(pdf))).ID
	in := filing(b.item, m)
	in.Name, in.Address, in.Files = "演示"+m, "住址"+m, []string{b.file}
	c := must[cases.Case](t, "file")(w.Cases.File(citizen, in))
	b.kase = c.ID
	must[cases.Case](t, "accept")(w.Cases.Accept(w.here(t, at, policies.Clerk), c.ID, c.Version, "意见"+m))
	editor := w.here(t, at, policies.SiteEditor)
	text := sites.Text{Section: sites.News, Title: "草稿" + m, Body: "正文" + m}
	b.article = must[sites.Article](t, "article")(w.Sites.Create(editor, text, "a"+m)).ID
	text.Title, text.Cascades = "公告"+m, true
	a := must[sites.Article](t, "article")(w.Sites.Create(editor, text, "b"+m))
	b.posted = must[sites.Article](t, "publish")(w.Sites.Publish(editor, a.ID, a.Version)).ID
	if err := w.Sites.Save(editor, map[sites.Field]string{sites.Slogan: "标语" + m}, 0); err != nil {
		t.Fatal(err)
	}
	day := calendar.DateOf(time.Now().AddDate(0, 0, 10))
	if err := w.Supervision.SetDay(w.here(t, at, policies.SystemAdmin), day, false, "假日"+m, "文件"+m); err != nil {
		t.Fatal(err)
	}
}

// offer puts an item of the tenant in force, begins another and sends a third to review.
func (w *world) offer(t *testing.T, at tenancy.ID) {
	t.Helper()
	b, m := w.things[at], mark(at)
	editor, reviewer := w.here(t, at, policies.ItemEditor), dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: w.people["boss"], Name: "审核" + m, Roles: []string{policies.ItemReviewer}})
	body := catalog.Body{
		Name: "事项" + m, BasicCode: basicCode(at, 0), Kind: "01", Level: nodeOf(at).Level, Origins: []string{nodeOf(at).Level}, Department: "部门" + m,
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 5,
	}
	flow := flows.Linear("流程"+m, []flows.Step{
		{ID: "accept", Name: "受理", Kind: flows.Accept, Level: flows.Own, Post: policies.Clerk, LimitDays: 2},
		{ID: "review", Name: "审查", Kind: flows.Review, Level: flows.Own, Post: policies.Reviewer, LimitDays: 2},
		{ID: "decide", Name: "决定", Kind: flows.Decide, Level: flows.Own, Post: policies.Decider, LimitDays: 2},
	})
	v := must[catalog.Version](t, "item")(w.Items.Create(editor, catalog.Draft{Body: body, Flow: flow, Key: "i" + m}))
	must[catalog.Version](t, "submit")(w.Items.Submit(editor, v.ID))
	must[catalog.Version](t, "publish item")(w.Items.Publish(reviewer, v.ID, "同意"))
	b.item, b.version = v.ItemID, v.ID
	body.Name, body.BasicCode = "送审"+m, basicCode(at, 1)
	v = must[catalog.Version](t, "item")(w.Items.Create(editor, catalog.Draft{Body: body, Flow: flow, Key: "r" + m}))
	b.reviewed = must[catalog.Version](t, "submit")(w.Items.Submit(editor, v.ID)).ID
	body.Name, body.BasicCode = "起草"+m, basicCode(at, 2)
	b.draft = must[catalog.Version](t, "item")(w.Items.Create(editor, catalog.Draft{Body: body, Flow: flow, Key: "e" + m})).ItemID
}

// enact puts a law of the tenant in force and begins another.
func (w *world) enact(t *testing.T, at tenancy.ID) {
	t.Helper()
	b, m := w.things[at], mark(at)
	editor, reviewer := w.here(t, at, policies.ItemEditor), dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: w.people["boss"], Name: "审核" + m, Roles: []string{policies.ItemReviewer}})
	facts := laws.Facts{Title: "办法" + m, Kind: laws.Normative, Issuer: "部门" + m, EffectiveOn: "2020-01-01"}
	l := must[laws.Law](t, "law")(w.Laws.Create(editor, facts, "l"+m))
	l = must[laws.Law](t, "import")(w.Laws.Import(editor, l.ID, l.Version, "第一条　条文"+m+"。"))
	b.law = must[laws.Law](t, "publish law")(w.Laws.Publish(reviewer, l.ID, l.Version)).ID
	facts.Title = "征求意见" + m
	b.bill = must[laws.Law](t, "law")(w.Laws.Create(editor, facts, "d"+m)).ID
}

// design puts a form of the tenant in use and begins another.
func (w *world) design(t *testing.T, at tenancy.ID) {
	t.Helper()
	b, m := w.things[at], mark(at)
	editor, reviewer := w.here(t, at, policies.ItemEditor), dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: w.people["boss"], Name: "审核" + m, Roles: []string{policies.ItemReviewer}})
	schema := forms.Schema{Title: "表单" + m, Fields: []forms.Field{{ID: "why", Kind: forms.Text, Label: "事由" + m}}}
	f := must[forms.Form](t, "form")(w.Forms.Create(editor, schema, "f"+m))
	must[*forms.Version](t, "publish form")(w.Forms.Publish(reviewer, f.ID, f.Version, ""))
	b.form = f.ID
	schema.Title = "设计" + m
	b.sheet = must[forms.Form](t, "form")(w.Forms.Create(editor, schema, "g"+m)).ID
}

// wish lets a tenant refine the item of the league, and ask it for more.
func (w *world) wish(t *testing.T, at tenancy.ID) {
	t.Helper()
	b, m, above := w.things[at], mark(at), w.things[dbtest.League].item
	if at == dbtest.League || kin(at, dbtest.League) != "above" {
		return
	}
	editor := w.here(t, at, policies.ItemEditor)
	must[catalog.Guide](t, "refine")(w.Items.Override(editor, above, catalog.Change{Fields: catalog.Fields{Values: map[string]string{"phone": "电话" + m}}}))
	b.request = must[catalog.Request](t, "ask")(w.Items.Ask(editor, catalog.RequestWish{ItemID: above, Element: "conditions", Wish: "条件" + m, Reason: "理由" + m, Key: "q" + m})).ID
}

// basicCode numbers the items of a tenant.
func basicCode(at tenancy.ID, n int) string {
	i := slices.IndexFunc(dbtest.Tree(), func(n dbtest.Node) bool { return n.ID == at })
	return fmt.Sprintf("0001%05d%03d", 16001+i, n)
}

// late lets every case run out of time, and supervisors ask why.
func (w *world) late(t *testing.T) {
	t.Helper()
	if _, err := w.Supervision.Sweep(dbtest.As(t, dbtest.League, tenancy.System)); err != nil {
		t.Fatal(err)
	}
	for _, n := range dbtest.Tree() {
		ctx := w.here(t, n.ID, policies.Supervisor)
		p := must[supervision.Page[supervision.CardRow]](t, "cards")(w.Supervision.Cards(ctx, supervision.CardQuery{Unit: n.ID, Size: 200}))
		for _, c := range p.Rows {
			if c.TenantID == n.ID && w.things[n.ID].order == "" {
				w.things[n.ID].card = c.ID
				w.things[n.ID].order = must[supervision.Order](t, "order")(w.Supervision.Issue(ctx, supervision.Demand{CardID: c.ID, Text: "督办" + mark(n.ID), AnswerDays: 3, Key: "o" + mark(n.ID)})).ID
			}
		}
		if w.things[n.ID].card == "" {
			t.Fatalf("no card at %s", n.Name)
		}
	}
}

// told lets everybody be told what happened, and notes one notice and one line of the record of each.
func (w *world) told(t *testing.T) {
	t.Helper()
	conn := superuser(t, w.trial)
	rows, err := conn.Query(t.Context(), `select tenant_id, id, name, body, actor_id, actor_name, request_id, created_at from outbox order by id`)
	if err != nil {
		t.Fatal(err)
	}
	var all []db.Delivery
	for rows.Next() {
		var d db.Delivery
		if err := rows.Scan(&d.Tenant, &d.ID, &d.Name, &d.Body, &d.ActorID, &d.ActorName, &d.RequestID, &d.At); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if err := w.DB.InTx(Operator(t.Context()), func(ctx context.Context, tx *db.Tx) error {
			if slices.Contains(catalog.TasksEvents(), d.Name) {
				if err := w.Items.OnChangedAbove(ctx, tx, d); err != nil {
					return err
				}
			}
			return w.Notices.On(ctx, tx, d)
		}); err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
	}
	for at, b := range w.things {
		if b.request != "" {
			if err := conn.QueryRow(t.Context(), `select id from item_tasks where tenant_id = $1 limit 1`, int64(at)).Scan(&b.task); err != nil {
				t.Fatalf("task at %s: %v", nodeOf(at).Name, err)
			}
		}
		if err := conn.QueryRow(t.Context(), `select id from notices where tenant_id = $1 and role = 'clerk' limit 1`, int64(at)).Scan(&b.notice); err != nil {
			t.Fatalf("notice at %s: %v", nodeOf(at).Name, err)
		}
		if err := conn.QueryRow(t.Context(), `select id from audit_rows where tenant_id = $1 and action = 'cases:accept' limit 1`, int64(at)).Scan(&b.line); err != nil {
			t.Fatalf("audit line at %s: %v", nodeOf(at).Name, err)
		}
	}
}

// get asks for a page as whoever the cookie stands for.
func (w *world) get(cookie, path string) *httptest.ResponseRecorder {
	return serve(w.h, http.MethodGet, path, nil, sessionCookie(cookie)...)
}

func sessionCookie(v string) []*http.Cookie {
	if v == "" {
		return nil
	}
	return []*http.Cookie{{Name: "ld_session", Value: v}}
}

func serve(h http.Handler, method, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}
