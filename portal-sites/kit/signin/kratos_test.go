package signin_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/pquerna/otp/totp"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/portal-sites/kit/signin"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/identity"
)

const password = "Grass-Sea-2026"

var secret = []byte(strings.Repeat("k", 32))

func env(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("%s is not set: run the tests under `go run ./cmd/liandong services -- go test ./...`", name)
	}
	return v
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	d  time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.d)
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.d += d
}

// site is one server of a site, as deployed but for its clock.
type site struct {
	h       http.Handler
	client  *identity.Client
	ids     identity.Identifiers
	cookies *identity.Cookies
	revoked *identity.RevocationList
	clock   *clock // of lock-outs and sessions; Kratos lives in the real one
	journal *journal
}

type journal struct {
	mu  sync.Mutex
	all []identity.Entry
}

func (j *journal) Write(_ context.Context, e identity.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, e)
	return nil
}

func (j *journal) actions() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, e := range j.all {
		out = append(out, e.Action)
	}
	return strings.Join(out, " ")
}

// feed is what two servers share in place of the table.
type feed struct {
	mu  sync.Mutex
	all []identity.Revocation
}

func (f *feed) Add(_ context.Context, r identity.Revocation) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, r)
	return nil
}

func (f *feed) Since(context.Context, time.Time) ([]identity.Revocation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]identity.Revocation(nil), f.all...), nil
}

func kratos(t *testing.T) *identity.Client {
	t.Helper()
	jwks, err := os.ReadFile(env(t, "LIANDONG_TEST_TOKEN_KEYS"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := identity.New(identity.Config{
		PublicURL: env(t, "LIANDONG_TEST_KRATOS_PUBLIC"), AdminURL: env(t, "LIANDONG_TEST_KRATOS_ADMIN"),
		HTTP: &http.Client{Timeout: 20 * time.Second}, JWKS: jwks, Now: time.Now, Issuer: "联动",
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newSite serves the pages for schema under base; shared may be nil.
func newSite(t *testing.T, schema identity.Schema, base string, shared identity.Feed) *site {
	t.Helper()
	s := &site{client: kratos(t), clock: &clock{}, journal: &journal{}}
	var err error
	if s.ids, err = identity.NewIdentifiers(secret); err != nil {
		t.Fatal(err)
	}
	if s.cookies, err = identity.NewCookies(secret, false); err != nil {
		t.Fatal(err)
	}
	s.revoked = identity.NewRevocationList(shared, s.clock.now)
	log := slog.New(slog.DiscardHandler)
	keeper := visit.Keeper{Sessions: identity.NewSessions(s.cookies, s.client.Verifier(), s.client, s.revoked, s.clock.now), Cookies: s.cookies, Log: log}
	lockout := identity.NewLockout(identity.NewMemoryAttempts(), secret, s.clock.now)
	gate := identity.NewGate(s.client, s.ids, lockout, s.clock.now, func(context.Context, time.Duration) error { return nil })
	shell := kit.Shell{Log: log, Flash: kit.Flasher{Secret: secret}, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PlainLayout(kit.PlainView{Name: "政务服务平台"}, p)
	}}
	d := signin.Deps{
		Client: s.client, Gate: gate, Keeper: keeper, Schema: schema, Door: shell, Shell: shell, Now: s.clock.now, Journal: s.journal,
		URL: func(_ context.Context, path string) string { return base + path },
		Seats: func(context.Context, string) ([]signin.Seat, error) {
			return []signin.Seat{{Tenant: "锡林浩特市", Title: "综合窗口"}}, nil
		},
		IDNumber: func(identity.Identity) (string, error) { return "152502199001010012", nil },
		SealID:   func(string) string { return "sealed" },
	}
	s.h = routes(d, keeper, base)
	return s
}

func routes(d signin.Deps, keeper visit.Keeper, base string) http.Handler {
	r := chi.NewRouter()
	bound := func(r *http.Request) string { s, _ := visit.SessionOf(r.Context()); return s.SID } // as deployed
	r.Use(kit.SecurityHeaders(false), kit.MaxBody(1<<20), keeper.Middleware, kit.CSRF(kit.CSRFOptions{Secret: secret, Session: bound}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route(base+"/", func(r chi.Router) {
		signin.Mount(r, d)
		secretPage := func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, "inner room <input name=%s value=%s>", kit.CSRFFieldName, kit.CSRFToken(r.Context()))
		}
		r.With(d.Require).Get("/inner", secretPage)
		r.With(d.Require).Post("/inner", secretPage)
	})
	return r
}

// staff makes a staff identity that no other test uses.
func (s *site) staff(t *testing.T) (id, login string) {
	t.Helper()
	login = "staff-" + strings.ToLower(rand.Text()[:12])
	id, err := s.client.CreateStaff(t.Context(), identity.NewIdentity{Login: login, Name: "其木格", Phone: phone(), Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return id, login
}

// person makes a citizen with an ID number and a phone of her own.
func (s *site) person(t *testing.T) (number, tel string) {
	t.Helper()
	number, tel = "1525021990"+phone()[6:14], phone()
	_, err := s.client.CreatePerson(t.Context(), identity.NewIdentity{IDHash: s.ids.HashID(number), IDSealed: "sealed", Name: "乌云", Phone: tel, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return number, tel
}

func phone() string {
	b := make([]byte, 8)
	rand.Read(b)
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	return "+86139" + string(b)
}

// come signs in by password and returns the browser.
func (s *site) come(t *testing.T, base, account string) *kittest.Client {
	t.Helper()
	c := kittest.NewClient(t, s.h)
	c.Get(base + "/login").Want(http.StatusOK)
	c.Post(base+"/login", url.Values{"account": {account}, "password": {password}}).Want(http.StatusSeeOther)
	return c
}

func code(t *testing.T, key string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(strings.ReplaceAll(key, " ", ""), at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inbox takes the short messages that Kratos sends, in place of the operator.
type inbox struct {
	mu   sync.Mutex
	box  map[string]chan string
	once sync.Once
	err  error
}

var messages inbox

func mail(t *testing.T, phone string) <-chan string {
	t.Helper()
	messages.once.Do(func() { messages.err = messages.listen(env(t, "LIANDONG_TEST_SMS")) })
	if messages.err != nil {
		t.Fatal(messages.err)
	}
	return messages.to(phone)
}

func (b *inbox) to(phone string) chan string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.box == nil {
		b.box = map[string]chan string{}
	}
	if b.box[phone] == nil {
		b.box[phone] = make(chan string, 16)
	}
	return b.box[phone]
}

func (b *inbox) listen(address string) error {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		address = u.Host
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	// The tests of other packages take messages at the same address, in their turn.
	for again := time.Tick(100 * time.Millisecond); errors.Is(err, syscall.EADDRINUSE); <-again {
		l, err = new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	}
	if err != nil {
		return err
	}
	go func() { _ = (&http.Server{Handler: b, ReadHeaderTimeout: time.Minute}).Serve(l) }() // ends with the test binary
	return nil
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct{ To, Code string }
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.to(m.To) <- m.Code
	fmt.Fprint(w, "{}")
}

func receive(t *testing.T, box <-chan string) string {
	t.Helper()
	select {
	case code := <-box:
		return code
	case <-time.After(20 * time.Second):
		t.Fatal("no short message in 20 s")
		return ""
	}
}
