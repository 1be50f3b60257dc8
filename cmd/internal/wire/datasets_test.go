package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/datasets"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// gatherer is a town whose cases are gathered.
type gatherer struct {
	town
	data   *datasets.Service
	source datasets.Source
	root   context.Context // of a job of the whole tree
	item   string
}

// anybody answers who holds a post: one colleague everywhere.
type anybody struct{}

const colleague = "00000000-0000-7000-8000-000000000077"

func (anybody) Colleagues(context.Context, *db.Tx, tenancy.ID) ([]cases.Colleague, error) {
	return []cases.Colleague{{ID: colleague, Name: "同事", Roles: []string{"clerk", "reviewer", "decider"}}}, nil
}

func newGatherer(t *testing.T) *gatherer {
	t.Helper()
	g := &gatherer{town: newTown(t)}
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fl := flows.NewService()
	g.cases = cases.New(g.db, engine, cases.Asks{Items: offers{g.items}, Flows: fl, Tree: places{}, Calendars: book.Book{}, Sealer: sealer, Files: g.files, Staff: anybody{}})
	g.source = Dossiers(g.cases, g.items, g.files)
	g.data = datasets.New(g.db, engine, g.source, sealer)
	scope, err := tree.New(g.db, nil).ScopeFor(t.Context(), dbtest.League, tenancy.Actor{Kind: tenancy.System, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	g.root = tenancy.With(t.Context(), scope)
	g.item = g.coded(t, "000116001000", "11440100007483172Q")
	return g
}

// coded publishes an item with a basic code, of an organ with a credit code or without.
func (g *gatherer) coded(t *testing.T, basic, organ string) string {
	t.Helper()
	b := catalog.Body{
		Name: "草原作业许可", BasicCode: basic, OrganCode: organ, Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局", ProjectType: "2",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15, Result: catalog.Result{Type: "10", Name: "草原作业许可证"},
		Materials: []catalog.Material{{Name: "草原承包合同", Need: "2"}, {Name: "放牧方案", Need: "3"}}, Fees: []catalog.Fee{{Name: "工本费", Standard: "10 元"}},
	}
	editor := as(t, dbtest.League, "01", "item_editor")
	v, err := g.items.Create(editor, catalog.Draft{Body: b, Flow: flows.Linear("草原作业许可", climbing())})
	if err == nil {
		_, err = g.items.Submit(editor, v.ID)
	}
	if err == nil {
		_, err = g.items.Publish(as(t, dbtest.League, "02", "item_reviewer"), v.ID, "同意")
	}
	if err != nil {
		t.Fatal(err)
	}
	return v.ItemID
}

// deliver hands every event about a touched case to the service, as jobs do, and
// returns how many there were since.
func (g *gatherer) deliver(t testing.TB, since string) (last string, n int) {
	t.Helper()
	err := g.db.InTx(g.root, func(ctx context.Context, tx *db.Tx) error {
		var es []struct {
			ID       string
			TenantID tenancy.ID
			Body     json.RawMessage
		}
		if err := tx.NewRaw(`select id, tenant_id, body from outbox where name = ? and id > ?::uuid order by id`, datasets.Events()[0], since).Scan(ctx, &es); err != nil {
			return err
		}
		for _, e := range es {
			last = e.ID
			n++
			if err := g.data.OnTouched(ctx, tx, db.Delivery{ID: e.ID, Tenant: e.TenantID, Body: e.Body}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		last = since
	}
	return last, n
}

// walk is one case on a random way through its life, with what was done to it.
type walk struct {
	g      *gatherer
	t      *testing.T
	c      cases.Case
	count  map[string]int // rows by table
	supply string
	asked  string
}

const firstID = "00000000-0000-0000-0000-000000000000"

func (w *walk) at(role string) context.Context {
	who := map[string]string{"clerk": "11", "reviewer": "12", "decider": "14", "office_head": "15"}[role]
	return as(w.t, w.c.AtTenant, who, role)
}

func (w *walk) upload(ctx context.Context, material string) string {
	w.t.Helper()
	f, err := w.g.files.Upload(ctx, "合同.png", material, bytes.NewReader(picture()))
	if err != nil {
		w.t.Fatal(err)
	}
	return f.ID
}

// acts are everything that can be done to a case, each with the rows that it leaves.
func (w *walk) acts() map[string]func() (cases.Case, map[string]int, error) {
	s, c := w.g.cases, &w.c
	citizen := as(w.t, dbtest.Village, "10")
	step := map[string]int{datasets.ProcessTable: 1}
	post := c.StepPost
	plain := func(fn func() (cases.Case, error), rows map[string]int) func() (cases.Case, map[string]int, error) {
		return func() (cases.Case, map[string]int, error) {
			c, err := fn()
			return c, rows, err
		}
	}
	with := func(extra map[string]int) map[string]int {
		out := maps.Clone(step)
		for k, n := range extra {
			out[k] += n
		}
		return out
	}
	beside := func(fn func() error, rows map[string]int) func() (cases.Case, map[string]int, error) {
		return func() (cases.Case, map[string]int, error) { return w.c, rows, fn() }
	}
	accepted, ended := map[string]int{datasets.AcceptTable: 1}, map[string]int{datasets.ResultTable: 1}
	return map[string]func() (cases.Case, map[string]int, error){
		"accept": plain(func() (cases.Case, error) { return s.Accept(w.at("clerk"), c.ID, c.Version, "") }, with(accepted)),
		"tolerate": plain(func() (cases.Case, error) {
			return s.AcceptTolerating(w.at("clerk"), c.ID, c.Version, "先行受理", cases.Toleration{Materials: []string{"放牧方案"}, Days: 5, Reason: "路远"})
		}, with(map[string]int{datasets.AcceptTable: 1, datasets.ProcessTable: 1})),
		"refuse": plain(func() (cases.Case, error) { return s.Refuse(w.at("clerk"), c.ID, c.Version, "不属于本机关") }, with(ended)),
		"pass":   plain(func() (cases.Case, error) { return s.Pass(w.at("reviewer"), c.ID, c.Version, "属实") }, step),
		"grant":  plain(func() (cases.Case, error) { return s.Decide(w.at("decider"), c.ID, c.Version, true, "同意") }, step),
		"deny": plain(func() (cases.Case, error) {
			return s.Decide(w.at("decider"), c.ID, c.Version, false, "不符合规划")
		}, step),
		"forward": plain(func() (cases.Case, error) { return s.Forward(w.at("decider"), c.ID, c.Version, "报自治区") }, step),
		"deliver": plain(func() (cases.Case, error) { return s.Deliver(w.at("clerk"), c.ID, c.Version, "") }, with(ended)),
		"back":    plain(func() (cases.Case, error) { return s.SendBack(w.at(post), c.ID, c.Version, "请核实") }, step),
		"notice": plain(func() (cases.Case, error) {
			return s.AskSupplement(w.at(post), c.ID, c.Version, []string{"身份证"}, "请补齐")
		}, step),
		"answer": plain(func() (cases.Case, error) {
			return s.Resubmit(citizen, c.ID, c.Version, "已补", []string{w.upload(citizen, "补正材料")})
		}, map[string]int{datasets.MaterialTable: 1}),
		"withdraw": plain(func() (cases.Case, error) { return s.Withdraw(citizen, c.ID, c.Version, "") }, with(ended)),
		"void":     plain(func() (cases.Case, error) { return s.Void(w.at("office_head"), c.ID, c.Version, "重复") }, with(ended)),
		"extend":   plain(func() (cases.Case, error) { return s.AskExtension(w.at(post), c.ID, c.Version, 5, "需要核查") }, map[string]int{datasets.SpecialTable: 1}),
		"agree": plain(func() (cases.Case, error) {
			return s.AnswerExtension(w.at("office_head"), c.ID, c.Version, true, "同意")
		}, nil),
		"disagree": plain(func() (cases.Case, error) {
			return s.AnswerExtension(w.at("office_head"), c.ID, c.Version, false, "不必")
		}, nil),
		"hear": plain(func() (cases.Case, error) {
			return s.BeginSpecial(w.at(post), c.ID, c.Version, cases.Pause{Name: "听证", Reason: "利害关系人申请", Basis: "行政许可法", Days: 5})
		}, map[string]int{datasets.SpecialTable: 1}),
		"heard": plain(func() (cases.Case, error) { return s.EndSpecial(w.at(post), c.ID, c.Version, "无异议") }, nil),
		"suspend": plain(func() (cases.Case, error) {
			return s.Suspend(w.at("office_head"), c.ID, c.Version, cases.Pause{Reason: "诉讼"})
		}, map[string]int{datasets.SpecialTable: 1}),
		"resume":  plain(func() (cases.Case, error) { return s.Resume(w.at("office_head"), c.ID, c.Version, "已结案") }, nil),
		"consult": plain(func() (cases.Case, error) { return s.Consult(w.at(post), c.ID, c.Version, office(c), "请核实", 3) }, step),
		"refer":   plain(func() (cases.Case, error) { return s.Refer(w.at(post), c.ID, c.Version, colleague, "请办") }, step),
		"reopen": plain(func() (cases.Case, error) {
			return s.Reopen(w.at("office_head"), c.ID, c.Version, "有误", "复议决定")
		},
			with(map[string]int{datasets.ResultTable: -1})),
		"archive": plain(func() (cases.Case, error) { return s.Archive(w.at("clerk"), c.ID, c.Version, "") }, step),
		"urge":    beside(func() error { return s.Urge(citizen, c.ID, "请快一点") }, nil),
		"supply": beside(func() error {
			if w.supply == "" {
				return fault.New(fault.Precondition, "nothing")
			}
			return s.Supply(citizen, c.ID, w.supply, []string{w.upload(citizen, "放牧方案")}, "")
		}, map[string]int{datasets.MaterialTable: 1}),
		"opinion": beside(func() error {
			if w.asked == "" {
				return fault.New(fault.Precondition, "nothing")
			}
			return s.AnswerConsult(as(w.t, dbtest.County, "12", "reviewer"), c.ID, w.asked, "无意见")
		}, nil),
	}
}

// office is somebody other than who has the case to ask.
func office(c *cases.Case) tenancy.ID {
	if c.AtTenant == dbtest.County {
		return dbtest.League
	}
	return dbtest.County
}

// picture is a small picture that any browser shows.
func picture() []byte {
	img := image.NewGray(image.Rect(0, 0, 640, 400))
	for i := range img.Pix {
		img.Pix[i] = byte(160 + i%640/16)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}

// do tries one act; what the case does not allow now changes nothing.
func (w *walk) do(name string) bool {
	w.t.Helper()
	c, rows, err := w.acts()[name]()
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Precondition, fault.Invalid, fault.Conflict:
		if err != nil {
			return false
		}
	}
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	w.c = c
	for k, n := range rows {
		w.count[k] += n
	}
	v, err := w.g.cases.Show(as(w.t, dbtest.League, "15", "office_head"), w.c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	w.c, w.supply, w.asked = v.Case, "", ""
	for _, p := range v.Procedures {
		if p.Standing() && p.Kind == cases.Tolerance {
			w.supply = p.ID
		}
		if p.Standing() && p.Kind == cases.Consultation && p.ToTenant != nil && *p.ToTenant == dbtest.County {
			w.asked = p.ID
		}
	}
	return true
}

// ways lead over every act at least once.
func ways() [][]string {
	return [][]string{
		{"urge", "notice", "answer", "tolerate", "supply", "consult", "opinion", "pass", "pass", "back", "pass", "grant", "deliver", "reopen", "deny", "deliver", "archive"},
		{"accept", "extend", "agree", "hear", "heard", "suspend", "resume", "pass", "pass", "forward", "deliver"},
		{"accept", "extend", "disagree", "void"},
		{"refuse"},
		{"withdraw"},
		{"accept", "refer"},
	}
}

// file begins the case.
func (w *walk) file(key string, legal bool) {
	w.t.Helper()
	citizen := as(w.t, dbtest.Village, "10")
	in := filing(w.g.item, key)
	in.Address, in.Files = "锡林浩特市毛登牧场12号", []string{w.upload(citizen, "草原承包合同")}
	if legal {
		in.Kind, in.Name, in.Number, in.Form = "legal", "演示牧业公司", "91350100M000100Y43", map[string]any{"agent": "演示·巴特尔"}
	}
	var err error
	if w.c, err = w.g.cases.File(citizen, in); err != nil {
		w.t.Fatal(err)
	}
}

// Whatever is done to a case, in whatever order, its rows pass the checker, their
// number is that of the acts, what is stored is what the case maps to, and whoever
// follows the feed has exactly that.
func TestEveryActGivesRows(t *testing.T) {
	t.Parallel()
	g := newGatherer(t)
	seen, filed := firstID, 0
	begin := func(legal bool) *walk {
		filed++
		w := &walk{g: g, t: t, count: map[string]int{datasets.ApplyTable: 1, datasets.MaterialTable: 1}}
		w.file(fmt.Sprint("walk", filed), legal)
		return w
	}
	try := func(w *walk, name string) bool {
		if !w.do(name) {
			return false
		}
		var n int
		if seen, n = g.deliver(t, seen); n == 0 && name != "urge" {
			t.Fatalf("%s told nobody that the case was touched", name)
		}
		w.check(name)
		return true
	}
	done := map[string]bool{}
	for _, way := range ways() {
		w := begin(false)
		for _, name := range way {
			if done[name] = true; !try(w, name) {
				t.Fatalf("%s cannot be done on the way %v", name, way)
			}
		}
	}
	names := slices.Sorted(maps.Keys((&walk{g: g, t: t}).acts()))
	for _, name := range names {
		if !done[name] {
			t.Errorf("no way leads over %s", name)
		}
	}
	onwards := []string{"accept", "pass", "pass", "pass", "grant", "deny", "forward", "deliver"}
	back := []string{"heard", "resume", "answer", "agree", "disagree", "supply", "opinion", "reopen"}
	rapid.Check(t, func(r *rapid.T) {
		w := begin(rapid.Bool().Draw(r, "legal"))
		for range rapid.IntRange(5, 50).Draw(r, "tries") {
			from := rapid.SampledFrom([][]string{names, onwards, onwards, back}).Draw(r, "way")
			try(w, rapid.SampledFrom(from).Draw(r, "act"))
		}
	})
	g.follow(t)
}

// check compares what is stored of the case with what it maps to now.
func (w *walk) check(after string) {
	w.t.Helper()
	var d datasets.Dossier
	err := w.g.db.InTx(w.g.root, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = w.g.source.Dossier(ctx, tx, w.c.ID)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range datasets.Rows(&d) {
		count[r.Table]++
		if found := datasets.Check(r); len(found) > 0 {
			w.t.Fatalf("after %s: row of %s: %v in %v", after, r.Table, found, r.Values)
		}
	}
	want := maps.Clone(w.count)
	maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
	if !maps.Equal(count, want) {
		w.t.Fatalf("after %s: rows %v, acts %v", after, count, want)
	}
	sum, rows, err := w.g.data.Case(as(w.t, dbtest.League, "16", "supervisor"), w.c.ID)
	if err != nil || !maps.Equal(sum.Counts, count) || sum.Findings != 0 || len(rows) != sum.Records {
		w.t.Fatalf("after %s: stored %v with %d findings in %d rows, mapped %v, %v", after, sum.Counts, sum.Findings, len(rows), count, err)
	}
}

// follow reads every table page by page while nothing else happens, and compares what
// a partner then has with what is current.
func (g *gatherer) follow(t *testing.T) {
	t.Helper()
	who := datasets.Reader{Partner: firstID, Right: datasets.Full, Over: tenancy.Interval{Lo: dbtest.League, Hi: dbtest.League + 1e11 - 1}}
	for _, table := range datasets.Tables() {
		has, told := map[string]map[string]string{}, 0
		for cursor, more := "", true; more; {
			p, err := g.data.Feed(g.root, who, table.Key, cursor, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range p.Changes {
				told++
				guid := c.Values["row_guid"]
				_, known := has[guid]
				if known != (c.Op != datasets.Inserted) {
					t.Fatalf("%s %s of a row that is known: %t", table.Key, c.Op, known)
				}
				if has[guid] = c.Values; c.Op == datasets.Deleted {
					delete(has, guid)
				}
			}
			cursor, more = p.Next, p.More
		}
		var stored []struct {
			RowGUID string `bun:"row_guid"`
		}
		var all int
		err := g.db.InTx(g.root, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.NewRaw(`select row_guid from case_records where kind = ? and current`, table.Key).Scan(ctx, &stored); err != nil {
				return err
			}
			return tx.NewRaw(`select count(*) from case_records where kind = ?`, table.Key).Scan(ctx, &all)
		})
		if err != nil || len(stored) != len(has) || all != told {
			t.Fatalf("%s: a reader has %d rows of %d, was told %d changes of %d, %v", table.Key, len(has), len(stored), told, all, err)
		}
		for _, r := range stored {
			if has[r.RowGUID] == nil {
				t.Errorf("%s: a reader lacks %s", table.Key, r.RowGUID)
			}
		}
	}
}

// Nobody but a partner with a right, and only where her key is good, reads the feed;
// without the right to what is about people it is masked.
func TestFeedOfCasesIsGuarded(t *testing.T) {
	t.Parallel()
	g := newGatherer(t)
	if _, err := g.cases.File(as(t, dbtest.Village, "10"), filing(g.item, "k")); err != nil {
		t.Fatal(err)
	}
	g.deliver(t, firstID)
	league := tenancy.Interval{Lo: dbtest.League, Hi: dbtest.League + 1e11 - 1}
	for name, c := range map[string]struct {
		ctx  context.Context
		who  datasets.Reader
		kind fault.Kind
	}{
		"no right":      {g.root, datasets.Reader{Over: league}, fault.Forbidden},
		"key elsewhere": {g.root, datasets.Reader{Right: datasets.Full, Over: tenancy.Interval{Lo: dbtest.County2, Hi: dbtest.County2 + 1e9 - 1}}, fault.Forbidden},
		"staff":         {as(t, dbtest.League, "16", "supervisor"), datasets.Reader{Right: datasets.Full, Over: league}, fault.Forbidden},
		"a citizen":     {as(t, dbtest.Village, "10"), datasets.Reader{Right: datasets.Full, Over: league}, fault.Forbidden},
	} {
		if _, err := g.data.Feed(c.ctx, c.who, datasets.ApplyTable, "", 10); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for right, want := range map[string]string{datasets.Full: "152502199001010012", datasets.Masked: "1525**********0012"} {
		p, err := g.data.Feed(g.root, datasets.Reader{Right: right, Over: league}, datasets.ApplyTable, "", 10)
		if err != nil || len(p.Changes) != 1 {
			t.Fatalf("%s: %d changes, %v", right, len(p.Changes), err)
		}
		if got := p.Changes[0].Values["applyer_page_code"]; len(got) != len(want) || strings.Contains(got, "*") != strings.Contains(want, "*") {
			t.Errorf("%s: %s", right, got)
		}
		if _, err := g.data.Feed(g.root, datasets.Reader{Right: right, Over: league}, datasets.ResultTable, p.Next, 10); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the cursor of another table: %v", err)
		}
	}
	var audited int
	err := g.db.InTx(g.root, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select count(*) from audit_rows where action = ?`, policies.DatasetsFeed).Scan(ctx, &audited)
	})
	if err != nil || audited != 2 {
		t.Errorf("%d readings in the audit, %v", audited, err)
	}
	if _, _, err := g.data.List(as(t, dbtest.County2, "16", "supervisor"), datasets.Query{Limit: 10}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[tenancy.ID]int{dbtest.League: 1, dbtest.County: 1, dbtest.Village: 1, dbtest.County2: 0} {
		lines, sum, err := g.data.List(as(t, at, "16", "supervisor"), datasets.Query{Limit: 10})
		if err != nil || len(lines) != want || sum.Cases != want {
			t.Errorf("at %s: %d lines of %d, %v", at, len(lines), sum.Cases, err)
		}
	}
}
