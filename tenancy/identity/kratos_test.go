package identity_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

// env is where the real Kratos is. Without one these tests fail: they skip nothing.
func env(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("%s is not set: run the tests under `go run ./cmd/liandong services -- go test ./...`", name)
	}
	return v
}

func kratos(t *testing.T) *identity.Client {
	t.Helper()
	jwks, err := os.ReadFile(env(t, "LIANDONG_TEST_TOKEN_KEYS"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := identity.New(identity.Config{
		PublicURL: env(t, "LIANDONG_TEST_KRATOS_PUBLIC"), AdminURL: env(t, "LIANDONG_TEST_KRATOS_ADMIN"),
		HTTP: &http.Client{Timeout: 20 * time.Second}, JWKS: jwks, Now: time.Now, Issuer: "Lian Dong+1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const password = "Grass-Sea-2026"

// hashed is password hashed once for all tests.
var hashed = sync.OnceValues(func() (string, error) { return identity.HashPassword(password) })

// staff makes a staff identity of a name that no other test uses.
func staff(t *testing.T, c *identity.Client) (id, login string) {
	t.Helper()
	login = "staff-" + strings.ToLower(rand.Text()[:12])
	h, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	id, err = c.CreateStaff(t.Context(), identity.NewIdentity{Login: login, Name: "Sarnai", Phone: phone(), PasswordHash: h})
	if err != nil {
		t.Fatal(err)
	}
	return id, login
}

// person makes a citizen with a phone of her own.
func person(t *testing.T, c *identity.Client) (id string, n identity.NewIdentity) {
	t.Helper()
	h, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	n = identity.NewIdentity{IDHash: strings.ToLower(rand.Text()), IDSealed: "sealed", Name: "Tuya", Phone: phone(), PasswordHash: h}
	if id, err = c.CreatePerson(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	n.Schema = identity.SchemaPerson
	return id, n
}

func phone() string {
	b := make([]byte, 8)
	rand.Read(b)
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	return "+86139" + string(b)
}

func login(t *testing.T, c *identity.Client, identifier string) identity.Session {
	t.Helper()
	s, err := c.Login(t.Context(), identifier, password)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantFault fails unless err is a fault of this kind and text.
func wantFault(t *testing.T, err error, kind fault.Kind, text string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || f.Text != text {
		t.Fatalf("error = %v, want %s (kind %d)", err, text, kind)
	}
}

// inbox takes the short messages that Kratos sends, in place of the operator.
type inbox struct {
	mu   sync.Mutex
	box  map[string]chan string // by recipient
	once sync.Once
	err  error
}

var messages inbox

// mail is where codes for phone arrive; it must be asked for before they are sent.
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
	if key := os.Getenv("LIANDONG_TEST_SMS_KEY"); key != "" && r.Header.Get("X-Key") != key {
		http.Error(w, "wrong key", http.StatusForbidden)
		return
	}
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
