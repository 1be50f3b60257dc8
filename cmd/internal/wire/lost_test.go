package wire

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"liandong/cmd/internal/drive"
	"liandong/deploy/local"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

const (
	lostWorkers = 12
	lostPace    = 2 * time.Second // between kills, on average
	lostTime    = 8 * time.Minute // for the cases: far above what they take
	lostStep    = time.Minute     // for one act of one of them, the first trials included
	lostSettle  = 4 * time.Minute // a message that a dead worker had in hand is taken up again after one
)

// lostCases is how many climb: 150 in every run, 500 in that of `make full`.
func lostCases() int {
	if os.Getenv("LIANDONG_TEST_FULL") != "" {
		return 500
	}
	return 150
}

// TestNothingIsLost lets cases climb the tree through the pages while the web
// server, the worker and Redis are killed with SIGKILL again and again. Every
// case ends, every notice is written exactly once, every event is handled, and
// the audit record verifies.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), lostTime)
	defer cancel()
	w := newTrial(t)
	w.crew(t)
	item := w.publish(t)
	f := raise(t, w)
	crew := enter(ctx, t, f, w)
	kills := f.torment(ctx)
	climb(ctx, t, crew, item)
	t.Logf("%d kills", kills())
	if t.Failed() {
		return
	}
	if err := ctx.Err(); err != nil {
		t.Fatal(err)
	}
	f.mend()
	quiet, stop := context.WithTimeout(t.Context(), lostSettle)
	defer stop()
	f.settle(quiet, t, w)
	f.count(t, w)
	if r, err := w.Audit.Verify(Operator(quiet)); err != nil || !r.Sound() || r.Lines < int64(lostCases()*6) {
		t.Errorf("audit record: %d lines, problems %v, %v", r.Lines, r.Problems, err)
	}
}

// fleet is the processes of an installation, each of which may die at any time.
type fleet struct {
	t    *testing.T
	base string
	env  []string

	mu    sync.Mutex
	procs map[string]*exec.Cmd
	args  map[string][]string
}

func raise(t *testing.T, w *trial) *fleet {
	t.Helper()
	web, redis := port(t), port(t)
	cfg, dir := w.cfg, t.TempDir()
	master := "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
	f := &fleet{
		t: t, base: "http://" + web, procs: map[string]*exec.Cmd{},
		args: map[string][]string{"serve": {"serve"}, "work": {"work"}, "redis": {"redis", "--addr", redis}},
		env: append(os.Environ(), "LIANDONG_DATABASE="+cfg.AppDSN, "LIANDONG_REDIS="+redis, "LIANDONG_FILES=file://"+dir, "LIANDONG_ADDR="+web,
			"LIANDONG_PUBLIC_URL=http://"+web, "LIANDONG_KRATOS_PUBLIC="+cfg.KratosPublic, "LIANDONG_KRATOS_ADMIN="+cfg.KratosAdmin,
			"LIANDONG_TOKEN_KEYS="+os.Getenv("LIANDONG_TEST_TOKEN_KEYS"), "LIANDONG_SMS_KEY="+cfg.SMSKey, "LIANDONG_SECRET="+master),
	}
	// The audit heads are signed by the key of the servers: verify with the same.
	secret, err := derived(master)
	if err != nil {
		t.Fatal(err)
	}
	*w = *startTrial(t, w.database, func(c *Config) { c.Secret = secret })
	bin := build(t)
	for name := range f.args {
		f.args[name] = append([]string{bin}, f.args[name]...)
		f.start(name)
	}
	t.Cleanup(func() {
		for name := range f.args {
			f.kill(name)
		}
	})
	return f
}

// build compiles the binary that the fleet runs.
func build(t *testing.T) string {
	t.Helper()
	project, err := local.Project()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "liandong")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin, "./cmd/liandong")
	cmd.Dir = project
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

func port(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (f *fleet) start(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	cmd := exec.Command(f.args[name][0], f.args[name][1:]...)
	cmd.Env = f.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		f.t.Errorf("start %s: %v", name, err)
		return
	}
	f.procs[name] = cmd
}

func (f *fleet) kill(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cmd := f.procs[name]; cmd != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		f.procs[name] = nil
	}
}

// torment kills one process after another, at random, and starts it again, until
// the function that it returns is called; that one says how many it killed.
func (f *fleet) torment(ctx context.Context) (stop func() int) {
	ctx, cancel := context.WithCancel(ctx)
	done, kills := make(chan struct{}), 0
	go func() {
		defer close(done)
		names := []string{"serve", "work", "work", "redis"}
		rng := rand.New(rand.NewPCG(1525, 2026))
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Duration(rng.Int64N(int64(2 * lostPace)))):
			}
			name := names[rng.IntN(len(names))]
			f.kill(name)
			f.start(name)
			kills++
		}
	}()
	return func() int { cancel(); <-done; return kills }
}

// mend sees that everything runs.
func (f *fleet) mend() {
	for name := range f.args {
		f.kill(name)
		f.start(name)
	}
}

// team is one set of people, each with a session, working on one case after another.
type team struct {
	who  map[string]*drive.Client // by what they do
	item string
}

// enter signs everybody in, while nothing dies yet: a try that a dying server
// leaves unanswered counts as failed, and five of those lock an account.
func enter(ctx context.Context, t *testing.T, f *fleet, w *trial) team {
	t.Helper()
	crew := team{who: map[string]*drive.Client{}}
	for _, name := range []string{"clerk", "town", "county", "league"} {
		c, err := drive.New(f.base, http.DefaultTransport)
		if err != nil {
			t.Fatal(err)
		}
		ready := func() error { _, err := c.Get(ctx, "/readyz"); return err }
		if err := errors.Join(persist(ctx, ready), c.SignIn(ctx, "/desk", w.login(name), password)); err != nil {
			t.Fatalf("sign in: %v", err)
		}
		crew.who[name] = c
	}
	return crew
}

// climb files the cases and carries each to its end.
func climb(ctx context.Context, t *testing.T, all team, item string) {
	t.Helper()
	ctx, stop := context.WithCancel(ctx) // with the first case that is lost there is no more to learn
	defer stop()
	var wg sync.WaitGroup
	next := make(chan int)
	for range lostWorkers {
		crew := team{who: map[string]*drive.Client{}, item: item}
		for name, c := range all.who {
			crew.who[name] = c.Twin()
		}
		wg.Go(func() {
			for i := range next {
				if err := crew.life(ctx, i); err != nil && ctx.Err() == nil {
					t.Errorf("case %d: %v", i, err)
					stop()
				}
			}
		})
	}
	for i := range lostCases() {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
}

// life is one case from the window to its delivery.
func (c team) life(ctx context.Context, i int) error {
	key := db.NewID()
	var id string
	err := persist(ctx, func() (err error) {
		id, err = c.who["clerk"].File(ctx, drive.Filing{Item: c.item, Name: "演示·牧民", Number: "152502199001010020", Phone: fmt.Sprintf("199%08d", i), Key: key})
		return err
	})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		who, act string
		more     url.Values
	}{{"clerk", "accept", nil}, {"town", "pass", nil}, {"county", "pass", nil}, {"league", "decide", url.Values{"outcome": {"granted"}}}, {"clerk", "deliver", url.Values{"receiver": {"本人"}, "way": {"collect"}}}} {
		if err := c.do(ctx, id, step.who, step.act, step.more); err != nil {
			return fmt.Errorf("%s: %w", step.act, err)
		}
	}
	return nil
}

// do acts on the case as it stands. An answer that got lost is asked for again:
// the server knows that the deed was ours.
func (c team) do(ctx context.Context, id, who, act string, more url.Values) error {
	version := ""
	return persist(ctx, func() error {
		if version == "" {
			a, err := c.who[who].Get(ctx, "/desk/cases/"+id)
			if err != nil {
				return err
			}
			if version = a.Field("version"); version == "" {
				return fmt.Errorf("%w: no form on the case: %d", drive.ErrStatus, a.Status)
			}
		}
		return c.who[who].Act(ctx, id, act, version, more)
	})
}

// persist tries until it works, as people do while a server is away; one that stays away is an error.
func persist(ctx context.Context, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, lostStep)
	defer cancel()
	var last error
	for ctx.Err() == nil {
		if last = do(); last == nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(150 * time.Millisecond):
		}
	}
	return errors.Join(last, ctx.Err())
}

// settle waits until every event was handled and every message sent.
func (f *fleet) settle(ctx context.Context, t *testing.T, w *trial) {
	t.Helper()
	conn := superuser(t, w)
	for {
		var waiting, unsent, unsealed int
		if err := conn.QueryRow(ctx, `select (select count(*) from outbox where done_at is null), (select count(*) from messages where state <> 'sent'),
			(select count(*) from audit_rows r where not exists (select from audit_seals s where s.tenant_id = r.tenant_id and s.audit_id = r.id))`).Scan(&waiting, &unsent, &unsealed); err != nil {
			t.Fatal(err)
		}
		if waiting+unsent+unsealed == 0 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d events, %d messages, %d audit lines still wait", waiting, unsent, unsealed)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func superuser(t *testing.T, w *trial) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dbtest.AdminDSN(w.database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// count compares what is there with what must be.
func (f *fleet) count(t *testing.T, w *trial) {
	t.Helper()
	conn := superuser(t, w)
	for what, q := range map[string]struct {
		sql  string
		want int
	}{
		"cases":                        {`select count(*) from cases`, lostCases()},
		"cases that ended":             {`select count(*) from cases where status = 'completed' and outcome = 'granted'`, lostCases()},
		"steps":                        {`select count(*) from case_steps where ended_at is not null`, lostCases() * 5},
		"cases that waited for a post": {`select count(*) from notices where kind = 'case_waiting'`, lostCases() * 5},
		"notices told twice":           {`select count(*) from (select event_id, kind, role, tenant_id from notices group by 1, 2, 3, 4 having count(*) > 1) x`, 0},
		"messages":                     {`select count(*) from messages`, lostCases() * 2},
		"messages told twice":          {`select count(*) from (select phone_sealed, event_id, kind from messages group by 1, 2, 3 having count(*) > 1) x`, 0},
		"numbers given twice":          {`select count(*) from (select no from cases group by 1 having count(*) > 1) x`, 0},
	} {
		var got int
		if err := conn.QueryRow(t.Context(), q.sql).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != q.want {
			t.Errorf("%s: %d, want %d", what, got, q.want)
		}
	}
	var received int
	if err := conn.QueryRow(t.Context(), `select count(*) from sms_inbox where source = 'notice'`).Scan(&received); err != nil {
		t.Fatal(err)
	}
	// A worker that dies between the gateway's answer and writing it down sends again: the gateway's protocol knows no other way.
	if received < lostCases()*2 {
		t.Errorf("phones received %d messages, want %d", received, lostCases()*2)
	}
	t.Logf("phones received %d of %d messages", received, lostCases()*2)
}
