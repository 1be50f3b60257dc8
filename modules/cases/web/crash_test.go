package web_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"liandong/modules/cases"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// reaper ends the database process that serves a transaction, at a message of its choice.
type reaper struct {
	t     *testing.T
	admin *pgx.Conn

	mu    sync.Mutex
	pids  map[net.Conn]uint32
	after int // messages from now until it strikes; 0: it rests
	late  int // transactions from now until one is committed and only the answer gets lost; 0: none
	kills int
	named []string // see tables
}

// doomed is a connection at which the reaper listens.
type doomed struct {
	net.Conn
	r *reaper
}

// Write strikes before a message is sent, or lets it be answered and loses the answer.
func (c *doomed) Write(b []byte) (int, error) {
	if len(b) == 0 || b[0] != 'Q' { // a simple query: nothing else is sent in a transaction
		return c.Conn.Write(b)
	}
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if c.r.after > 0 {
		if c.r.after--; c.r.after == 0 {
			c.r.kill(c)
		}
	}
	n, err := c.Conn.Write(b)
	if c.r.late > 0 && bytes.Contains(b, []byte("COMMIT")) {
		if c.r.late--; c.r.late == 0 {
			c.r.kills++
			_, _ = c.Read(make([]byte, 1<<12))
			_ = c.Close()
		}
	}
	return n, err
}

func (r *reaper) kill(c *doomed) {
	r.kills++
	if _, err := r.admin.Exec(context.WithoutCancel(r.t.Context()), `select pg_terminate_backend($1)`, r.pids[c]); err != nil {
		r.t.Errorf("terminate: %v", err)
	}
	for err := error(nil); err == nil; { // until it is gone
		_, err = c.Read(make([]byte, 1<<12))
	}
}

// arm lets it strike before the n-th message from now.
func (r *reaper) arm(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.after = n
}

// spared reports whether it has not struck, and lets it rest.
func (r *reaper) spared() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := r.after
	r.after = 0
	return left > 0
}

// mortal is a town whose database processes a reaper may end.
func mortal(t *testing.T) (*town, *reaper) {
	t.Helper()
	name := dbtest.Clone(t)
	admin, err := pgx.Connect(t.Context(), dbtest.AdminDSN(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.WithoutCancel(t.Context())) })
	r := &reaper{t: t, admin: admin, pids: map[net.Conn]uint32{}}
	cfg, err := pgx.ParseConfig(dbtest.DSN(name))
	if err != nil {
		t.Fatal(err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		return &doomed{c, r}, err
	}
	// A ping before a connection is taken would find out that it died, and be one message more.
	quiet := stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false })
	pool := stdlib.OpenDB(*cfg, quiet, stdlib.OptionAfterConnect(func(_ context.Context, c *pgx.Conn) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.pids[c.PgConn().Conn()] = c.PgConn().PID()
		return nil
	}))
	t.Cleanup(func() { _ = pool.Close() })
	return newTownOver(t, pool), r
}

// everything is a flow with branches, a timer that takes a step away, one that is waited for, a
// service, a sub-process with a wait of its own, a shared decision and a payment.
func everything() []byte {
	arrow := func(id, from, to string) string {
		return fmt.Sprintf(`<b:sequenceFlow id="%s" sourceRef="%s" targetRef="%s"/>`, id, from, to)
	}
	inner := `<b:startEvent id="is"/><b:endEvent id="ie"/>` +
		task("site", "现场勘验", `kind="review" level="own" post="clerk" limit="2"`, "") +
		`<b:intermediateCatchEvent id="lab" name="等待检测报告"><b:extensionElements><ld:wait for="external" key="lab"/></b:extensionElements><b:messageEventDefinition id="m0"/></b:intermediateCatchEvent>` +
		arrow("i1", "is", "site") + arrow("i2", "site", "lab") + arrow("i3", "lab", "ie")
	return bpmn(
		`<b:startEvent id="s"/><b:endEvent id="e"/><b:parallelGateway id="split"/><b:parallelGateway id="join"/><b:exclusiveGateway id="meet"/>`+
			task("accept", "嘎查受理", `kind="accept" level="own" post="clerk" limit="2"`, "")+
			task("pre", "苏木初审", `kind="review" level="parent" post="reviewer" limit="3"`, "")+
			task("review", "旗县审查", `kind="review" level="county" post="reviewer" limit="4"`, "")+
			`<b:boundaryEvent id="late" name="超过四个工作日" attachedToRef="review"><b:extensionElements><ld:timer days="4"/></b:extensionElements><b:timerEventDefinition id="t1"/></b:boundaryEvent>`+
			task("instead", "盟级提级审查", `kind="review" level="league" post="reviewer" limit="2"`, "")+
			`<b:subProcess id="inspect" name="勘验">`+inner+`</b:subProcess>`+
			task("decide", "盟级会签", decided, `<b:multiInstanceLoopCharacteristics><b:extensionElements><ld:many over="list" values="林草 水利" rule="all"/></b:extensionElements></b:multiInstanceLoopCharacteristics>`)+
			`<b:intermediateCatchEvent id="pay" name="缴纳植被恢复费"><b:extensionElements><ld:wait for="payment" key="fee"/></b:extensionElements><b:messageEventDefinition id="m1"/></b:intermediateCatchEvent>`+
			`<b:serviceTask id="tell" name="费用已到账"><b:extensionElements><ld:service kind="notify"/></b:extensionElements></b:serviceTask>`+
			`<b:intermediateCatchEvent id="calm" name="制证"><b:extensionElements><ld:timer days="2"/></b:extensionElements><b:timerEventDefinition id="t2"/></b:intermediateCatchEvent>`+
			task("deliver", "送达", `kind="deliver" level="origin" post="clerk" limit="2"`, ""),
		"s>accept", "accept>split", "split>pre", "split>review", "split>inspect", "review>meet", "late>instead", "instead>meet", "meet>join", "pre>join", "inspect>join",
		"join>decide", "decide>pay", "pay>tell", "tell>calm", "calm>deliver", "deliver>e")
}

// act is one thing that somebody does to the case as it stands.
type act struct {
	name string
	days int // that pass before it
	tx   int // which of its transactions writes
	do   func(c cases.Case) (cases.Case, error)
}

// story is the whole life of a case of everything, with a supplement, a suspension and an extension on the way.
func (w *town) story(item string) []act {
	citizen, s := w.as(dbtest.Village, "10"), w.cases
	head, chief := w.head(dbtest.County, "22"), w.head(dbtest.Village, "24")
	fire := func(c cases.Case) (cases.Case, error) { _, err := s.Fire(system(w.t)); return c, err }
	pass := func(ctx context.Context) func(cases.Case) (cases.Case, error) {
		return func(c cases.Case) (cases.Case, error) { return s.Pass(ctx, c.ID, c.Version, "同意") }
	}
	fulfil := func(c cases.Case) (cases.Case, error) { return s.Fulfil(w.clerk(), c.ID, c.Version, "已到", nil) }
	decide := func(c cases.Case) (cases.Case, error) { return s.Decide(w.decider(), c.ID, c.Version, true, "准予") }
	return []act{
		{"file", 0, 1, func(cases.Case) (cases.Case, error) {
			return s.File(citizen, cases.Filing{ItemID: item, Kind: "person", Name: "演示甲", Number: "152502199001010012", Phone: "13800000001", Key: "k"})
		}},
		{"ask", 1, 1, func(c cases.Case) (cases.Case, error) {
			return s.AskSupplement(w.clerk(), c.ID, c.Version, []string{"坐标图"}, "")
		}},
		{"answer", 1, 1, func(c cases.Case) (cases.Case, error) { return s.Resubmit(citizen, c.ID, c.Version, "补上了", nil) }},
		{"accept", 0, 1, func(c cases.Case) (cases.Case, error) { return s.Accept(w.clerk(), c.ID, c.Version, "齐全") }},
		{"suspend", 1, 1, func(c cases.Case) (cases.Case, error) {
			return s.Suspend(head, c.ID, c.Version, cases.Pause{Reason: "雪灾"})
		}},
		{"resume", 3, 1, func(c cases.Case) (cases.Case, error) { return s.Resume(head, c.ID, c.Version, "道路恢复") }},
		{"pre", 0, 1, pass(w.township())},
		{"site", 0, 1, pass(w.clerk())},
		{"extend", 0, 1, func(c cases.Case) (cases.Case, error) {
			return s.AskExtension(w.county(), c.ID, c.Version, 5, "情况复杂")
		}},
		{"approve", 0, 1, func(c cases.Case) (cases.Case, error) {
			return s.AnswerExtension(head, c.ID, c.Version, true, "同意")
		}},
		{"late", 8, 2, fire},
		{"instead", 0, 1, pass(w.as(dbtest.League, "23", "reviewer"))},
		{"lab", 1, 1, fulfil},
		{"one", 0, 1, decide},
		{"other", 0, 1, decide},
		{"pay", 1, 1, fulfil},
		{"calm", 6, 2, fire},
		{"deliver", 0, 1, func(c cases.Case) (cases.Case, error) { return s.Deliver(w.clerk(), c.ID, c.Version, "") }},
		{"archive", 0, 1, func(c cases.Case) (cases.Case, error) { return s.Archive(chief, c.ID, c.Version, "") }},
	}
}

// tell lives the story, each act the way how says, and returns what is left in the database.
func tell(t *testing.T, how func(w *town, r *reaper, a act, c cases.Case) cases.Case) []string {
	t.Helper()
	w, r := mortal(t)
	b := dividedBody()
	b.StatutoryDays, b.PromisedDays = 45, 40
	var c cases.Case
	for _, a := range w.story(w.publishFlow(b, everything())) {
		w.wait(a.days)
		c = how(w, r, a, c)
	}
	if c.Status != cases.Completed || c.Outcome != cases.Granted || c.ArchivedAt == nil {
		t.Fatalf("in the end the case is %s at %s, %s", c.Status, c.StepName, c.Outcome)
	}
	t.Logf("%d transactions were killed", r.kills)
	return r.left()
}

// only is the one case of the town as it is stored; of none it is empty.
func (w *town) only() (c cases.Case) {
	w.t.Helper()
	if w.count(`select count(*) from cases`) == 0 {
		return c
	}
	err := w.db.InTx(system(w.t), func(ctx context.Context, tx *db.Tx) error { return tx.NewSelect().Model(&c).Scan(ctx) })
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// TestCrashAtEveryBoundary: whatever statement of whatever act a transaction dies at, nothing of the
// act is there, and done again it leaves what it leaves without a crash. Where the answer to the
// commit is lost the act is there once, however often it is tried again.
func TestCrashAtEveryBoundary(t *testing.T) {
	t.Parallel()
	want := tell(t, func(w *town, _ *reaper, a act, c cases.Case) cases.Case {
		if _, err := a.do(c); err != nil {
			w.t.Fatalf("%s: %v", a.name, err)
		}
		return w.only()
	})
	t.Run("before every statement", func(t *testing.T) {
		t.Parallel()
		same(t, want, tell(t, diesBeforeEach))
	})
	t.Run("after every commit", func(t *testing.T) {
		t.Parallel()
		same(t, want, tell(t, losesTheAnswer))
	})
}

// diesBeforeEach kills the act before its first statement, its second and so on, until none is left.
func diesBeforeEach(w *town, r *reaper, a act, c cases.Case) cases.Case {
	w.t.Helper()
	before := r.print()
	for n := 1; ; n++ {
		r.arm(n)
		_, err := a.do(c)
		if r.spared() {
			if err != nil {
				w.t.Fatalf("%s, after %d crashes: %v", a.name, n-1, err)
			}
			if n < 4 {
				w.t.Fatalf("%s has %d boundaries", a.name, n-1)
			}
			return w.only()
		}
		if err == nil {
			w.t.Fatalf("%s did not notice the crash at message %d", a.name, n)
		}
		if r.print() != before {
			w.t.Fatalf("%s left something behind when it died at message %d", a.name, n)
		}
	}
}

// losesTheAnswer lets the act be done and whoever does it not hear of it: she tries once more.
func losesTheAnswer(w *town, r *reaper, a act, c cases.Case) cases.Case {
	w.t.Helper()
	r.mu.Lock()
	r.late = a.tx
	r.mu.Unlock()
	if _, err := a.do(c); err == nil {
		w.t.Fatalf("%s did not notice that the answer was lost", a.name)
	}
	before := r.print()
	_, err := a.do(c)
	if f, ok := fault.As(err); err != nil && (!ok || f.Kind == fault.Internal) {
		w.t.Fatalf("%s once more: %v", a.name, err)
	}
	if r.print() != before {
		w.t.Fatalf("%s was done twice", a.name)
	}
	return w.only()
}

func same(t *testing.T, want, got []string) {
	t.Helper()
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("lost: %.400s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("new: %.400s", line)
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
}

// print is a fingerprint of all that acts on cases write.
func (r *reaper) print() (sum string) {
	r.t.Helper()
	var parts []string
	for _, table := range r.tables() {
		parts = append(parts, fmt.Sprintf(`(select coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from %s t)`, table))
	}
	if err := r.admin.QueryRow(r.t.Context(), `select `+strings.Join(parts, " || ")).Scan(&sum); err != nil {
		r.t.Fatal(err)
	}
	return sum
}

// tables are those that acts on cases write.
func (r *reaper) tables() (names []string) {
	r.t.Helper()
	if r.named != nil {
		return r.named
	}
	rows, err := r.admin.Query(r.t.Context(), `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where nspname = 'public' and relkind in ('r', 'p') and not relispartition and (relname ~ '^(case|document)' or relname in ('audit_rows', 'outbox', 'idempotency', 'files')) order by 1`)
	if err != nil {
		r.t.Fatal(err)
	}
	names, err = pgx.CollectRows(rows, pgx.RowTo[string])
	r.named = names
	if err != nil || len(names) < 10 {
		r.t.Fatal(names, err)
	}
	return names
}

var (
	uuids  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	chance = regexp.MustCompile(`"(sealed|[a-z_]+_sealed|check_code|check_hash|answer_sealed)": "[^"]*"`)
)

// left are the rows of those tables in their order, without what chance alone decides: an id is the number
// of the row that it came with.
func (r *reaper) left() (out []string) {
	r.t.Helper()
	seen := map[string]string{}
	type line struct{ plain, masked string }
	for _, table := range r.tables() {
		rows, err := r.admin.Query(r.t.Context(), `select to_jsonb(t)::text from `+table+` t`)
		if err != nil {
			r.t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l line, err error) {
			err = row.Scan(&l.plain)
			l.plain = chance.ReplaceAllString(l.plain, `"$1": "?"`)
			l.masked = uuids.ReplaceAllString(l.plain, "?")
			return l, err
		})
		if err != nil {
			r.t.Fatal(err)
		}
		slices.SortFunc(all, func(a, b line) int {
			return cmp.Or(strings.Compare(a.masked, b.masked), strings.Compare(a.plain, b.plain))
		})
		for i, l := range all {
			out = append(out, fmt.Sprintf("%s %d %s", table, i, uuids.ReplaceAllStringFunc(l.plain, func(id string) string {
				if strings.HasPrefix(id, "00000000") {
					return id // of somebody
				}
				if seen[id] == "" {
					seen[id] = fmt.Sprint("#", len(seen))
				}
				return seen[id]
			})))
		}
	}
	return out
}
