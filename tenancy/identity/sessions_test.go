package identity_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

// visit is one visitor with a clock of her own and a Kratos that hands out tokens.
type visit struct {
	t        *testing.T
	now      time.Time
	signer   signer
	cookies  *identity.Cookies
	revoked  *identity.RevocationList
	sessions *identity.Sessions
	asked    int // how often Kratos was asked for a token
	out      []string
	down     error
}

func newVisit(t *testing.T) *visit {
	t.Helper()
	v := &visit{t: t, now: noon, signer: newSigner(t, "k1")}
	clock := func() time.Time { return v.now }
	verify, err := identity.NewVerifier(v.signer.jwks(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	if v.cookies, err = identity.NewCookies(make([]byte, 32), true); err != nil {
		t.Fatal(err)
	}
	v.revoked = identity.NewRevocationList(nil, clock)
	v.sessions = identity.NewSessions(v.cookies, verify, v, v.revoked, clock)
	return v
}

func (v *visit) Tokenize(_ context.Context, token string) (string, error) {
	v.asked++
	if v.down != nil {
		return "", v.down
	}
	return v.signer.token(v.t, "s-"+token, v.now.Add(5*time.Minute)), nil
}

func (v *visit) Logout(_ context.Context, token string) error {
	v.out = append(v.out, token)
	return v.down
}

func (v *visit) begin() string {
	v.t.Helper()
	jwt := v.signer.token(v.t, "s-tok", v.now.Add(5*time.Minute))
	value, err := v.sessions.Seal(identity.Session{Token: "tok", JWT: jwt, PostID: "p1"})
	if err != nil {
		v.t.Fatal(err)
	}
	return value
}

func (v *visit) open(value string) (identity.Session, string) {
	v.t.Helper()
	s, again, err := v.sessions.Open(v.t.Context(), value)
	if err != nil {
		v.t.Fatal(err)
	}
	return s, again
}

func TestOpenAsksKratosOnlyWhenTheTokenRanOut(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	value := v.begin()
	v.now = v.now.Add(30 * time.Second)
	s, again := v.open(value)
	if s.PostID != "p1" || again != "" || v.asked != 0 {
		t.Fatalf("after 30 s: %+v, refreshed %t, asked %d", s, again != "", v.asked)
	}
	want := tenancy.Actor{Kind: tenancy.Staff, ID: "u1", Name: "Bat", PostID: "p1", AAL2: true}
	if a := s.Actor(); a.Kind != want.Kind || a.ID != want.ID || a.Name != want.Name || a.PostID != want.PostID || !a.AAL2 {
		t.Fatalf("Actor = %+v, want %+v", a, want)
	}
	v.now = v.now.Add(time.Minute)
	if _, again = v.open(value); again == "" || v.asked != 0 {
		t.Fatalf("after 90 s: refreshed %t, asked %d; want the time of the last request renewed", again != "", v.asked)
	}
	v.now = v.now.Add(5 * time.Minute)
	if s, again = v.open(again); again == "" || v.asked != 1 || s.PostID != "p1" {
		t.Fatalf("token ran out: refreshed %t, asked %d, post %q", again != "", v.asked, s.PostID)
	}
	if _, again = v.open(again); again != "" || v.asked != 1 {
		t.Fatalf("renewed token: refreshed %t, asked %d", again != "", v.asked)
	}
}

func TestOpenEndsIdleSessions(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	value := v.begin()
	for range 3 { // busy for 87 minutes
		v.now = v.now.Add(identity.Idle - time.Minute)
		if _, again := v.open(value); again != "" {
			value = again
		}
	}
	v.now = v.now.Add(identity.Idle + time.Second)
	v.wantExpired(value)
}

func (v *visit) wantExpired(value string) {
	v.t.Helper()
	if _, _, err := v.sessions.Open(v.t.Context(), value); !errors.Is(err, identity.ErrSessionExpired) {
		v.t.Fatalf("Open = %v, want ErrSessionExpired", err)
	}
}

func TestOpenTellsKratosDownFromSessionOver(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	value := v.begin()
	v.now = v.now.Add(6 * time.Minute)
	v.down = fault.New(fault.Unavailable, "identity_unavailable")
	if _, _, err := v.sessions.Open(t.Context(), value); fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("Kratos down: %v", err)
	}
	v.down = identity.ErrSessionExpired
	v.wantExpired(value)
}

func TestCloseEndsTheTokenToo(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	value := v.begin()
	if err := v.sessions.Close(t.Context(), value); err != nil {
		t.Fatal(err)
	}
	if len(v.out) != 1 || v.out[0] != "tok" {
		t.Fatalf("logged out %v", v.out)
	}
	v.wantExpired(value)
	if err := v.sessions.Close(t.Context(), value); err != nil || len(v.out) != 1 {
		t.Fatalf("second Close = %v, logged out %v", err, v.out)
	}
}

func TestOpenRefusesForeignCookies(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	value := v.begin()
	other, err := identity.NewCookies(append(make([]byte, 31), 1), true)
	if err != nil {
		t.Fatal(err)
	}
	foreign := identity.NewSessions(other, v.verifier(), v, v.revoked, at(v.now))
	if _, _, err := foreign.Open(t.Context(), value); !errors.Is(err, identity.ErrSessionExpired) {
		t.Errorf("sealed with another key: %v", err)
	}
	flipped := []byte(value)
	flipped[20] ^= 1
	for _, bad := range []string{string(flipped), value[:30], "x", "===="} {
		v.wantExpired(bad)
	}
	if _, _, err := v.sessions.Open(t.Context(), ""); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("no cookie: %v", err)
	}
}

func (v *visit) verifier() *identity.Verifier {
	v.t.Helper()
	verify, err := identity.NewVerifier(v.signer.jwks(v.t), at(v.now))
	if err != nil {
		v.t.Fatal(err)
	}
	return verify
}

func TestCookiesOpenWithAnOldKey(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	value := v.begin()
	rotated, err := identity.NewCookies(append(make([]byte, 31), 1), true, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := identity.NewSessions(rotated, v.verifier(), v, v.revoked, at(v.now)).Open(t.Context(), value); err != nil {
		t.Fatal(err)
	}
}

func TestCookieAttributes(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	value := v.begin()
	w := httptest.NewRecorder()
	v.cookies.Write(w, value)
	c := w.Result().Cookies()[0]
	if c.Name != "ld_session" || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
		t.Errorf("cookie = %v", c)
	}
	if len(c.String()) > 2000 {
		t.Errorf("cookie of %d bytes", len(c.String()))
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(c)
	if v.cookies.Read(r) != value {
		t.Error("cookie does not come back")
	}
	w = httptest.NewRecorder()
	v.cookies.Clear(w)
	if c := w.Result().Cookies()[0]; c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("cleared cookie = %v", c)
	}
}

// table is a feed that two processes share.
type table struct{ rows []identity.Revocation }

func (f *table) Add(_ context.Context, r identity.Revocation) error {
	f.rows = append(f.rows, r)
	return nil
}

func (f *table) Since(context.Context, time.Time) ([]identity.Revocation, error) { return f.rows, nil }

func TestRevocationsReachOtherProcesses(t *testing.T) {
	t.Parallel()
	now := noon
	clock := func() time.Time { return now }
	shared := &table{}
	here, there := identity.NewRevocationList(shared, clock), identity.NewRevocationList(shared, clock)
	if err := here.Revoke(t.Context(), "s1", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !here.Revoked("s1") || there.Revoked("s1") {
		t.Fatal("want revoked here at once, there after Poll")
	}
	if err := there.Poll(t.Context()); err != nil || !there.Revoked("s1") || there.Revoked("s2") {
		t.Fatalf("after Poll: %v, %t", err, there.Revoked("s1"))
	}
	now = now.Add(2 * time.Hour)
	if err := here.Poll(t.Context()); err != nil || here.Revoked("s1") {
		t.Fatal("want forgotten after its time")
	}
}
