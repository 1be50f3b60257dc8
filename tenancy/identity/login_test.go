package identity_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

func TestLoginTokenizeLogout(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, name := staff(t, c)
	s := login(t, c, name)
	if s.Sub != id || s.SID == "" || s.AAL2() || s.Schema != identity.SchemaStaff || s.Name != "Sarnai" {
		t.Fatalf("session = %+v", s.Claims)
	}
	if left := time.Until(s.ExpiresAt); left < 4*time.Minute || left > 5*time.Minute+time.Second {
		t.Errorf("token lives %v, want 5 minutes", left)
	}
	if again, err := c.Tokenize(t.Context(), s.Token); err != nil || again == "" {
		t.Fatalf("Tokenize = %q, %v", again, err)
	}
	for range 2 { // the second time it is over already
		if err := c.Logout(t.Context(), s.Token); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Tokenize(t.Context(), s.Token); !errors.Is(err, identity.ErrSessionExpired) {
		t.Fatalf("Tokenize after logout = %v", err)
	}
}

func TestLoginSaysTheSameForUnknownAndWrong(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	_, wrong := c.Login(t.Context(), name, "not-the-password")
	_, unknown := c.Login(t.Context(), "nobody-"+name, password)
	wantFault(t, wrong, fault.Invalid, "login_failed")
	wantFault(t, unknown, fault.Invalid, "login_failed")
}

func TestPersonLogsInByIDNumberOrPhone(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, n := person(t, c)
	for _, identifier := range []string{n.IDHash, n.Phone} {
		if s := login(t, c, identifier); s.Sub != id || s.Schema != identity.SchemaPerson {
			t.Errorf("by %s: %+v", identifier, s.Claims)
		}
	}
}

func TestDisabledIdentityIsKeptOut(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, name := staff(t, c)
	s := login(t, c, name)
	if err := c.SetActive(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	_, err := c.Login(t.Context(), name, password)
	wantFault(t, err, fault.Forbidden, "identity_disabled")
	ended, err := c.RevokeSessions(t.Context(), id)
	if err != nil || len(ended) != 1 || ended[0] != s.SID {
		t.Fatalf("RevokeSessions = %v, %v; want %s", ended, err, s.SID)
	}
	if _, err := c.Tokenize(t.Context(), s.Token); !errors.Is(err, identity.ErrSessionExpired) {
		t.Fatalf("Tokenize = %v", err)
	}
	if ended, err := c.RevokeSessions(t.Context(), id); err != nil || len(ended) != 0 {
		t.Fatalf("second RevokeSessions = %v, %v", ended, err)
	}
	if err := c.SetActive(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	login(t, c, name)
}

func TestSMSLogin(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, n := person(t, c)
	box := mail(t, n.Phone)
	flow, err := c.StartSMS(t.Context(), n.Phone)
	if err != nil {
		t.Fatal(err)
	}
	code := receive(t, box)
	_, err = c.FinishSMS(t.Context(), flow, other(code))
	wantFault(t, err, fault.Invalid, "code_wrong")
	s, err := c.FinishSMS(t.Context(), flow, code)
	if err != nil || s.Sub != id {
		t.Fatalf("FinishSMS = %+v, %v", s.Claims, err)
	}
	if _, err = c.FinishSMS(t.Context(), flow, code); err == nil {
		t.Fatal("a code worked twice")
	}
	if err := c.SetPassword(t.Context(), s.Token, "Recovered-by-phone-7"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Login(t.Context(), n.IDHash, "Recovered-by-phone-7"); err != nil {
		t.Fatalf("recovered password: %v", err)
	}
}

// other is a code of the same form that is not code.
func other(code string) string {
	b := []byte(code)
	b[0] = '0' + (b[0]-'0'+1)%10
	return string(b)
}

func TestSMSLocksAfterManyWrongCodes(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, n := person(t, c)
	box := mail(t, n.Phone)
	flow, err := c.StartSMS(t.Context(), n.Phone)
	if err != nil {
		t.Fatal(err)
	}
	code := receive(t, box)
	for range 6 {
		_, err = c.FinishSMS(t.Context(), flow, other(code))
		if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid {
			t.Fatalf("wrong code: %v", err)
		}
	}
	if _, err = c.FinishSMS(t.Context(), flow, code); err == nil {
		t.Fatal("the right code after six wrong ones was taken")
	}
	wantFault(t, err, fault.Invalid, "code_too_often")
}

func TestSMSToNobodyLooksLikeSMSToSomebody(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	flow, err := c.StartSMS(t.Context(), phone())
	if err != nil || flow == "" {
		t.Fatalf("StartSMS = %q, %v", flow, err)
	}
	_, err = c.FinishSMS(t.Context(), flow, "123456")
	wantFault(t, err, fault.Invalid, "code_wrong")
	for _, unknown := range []identity.FlowID{"00000000-0000-4000-8000-000000000000", "../x", ""} {
		_, err = c.FinishSMS(t.Context(), unknown, "123456")
		wantFault(t, err, fault.Invalid, "code_expired")
	}
}

func TestKratosDownIsUnavailable(t *testing.T) {
	t.Parallel()
	c, err := identity.New(identity.Config{
		PublicURL: "http://127.0.0.1:1", AdminURL: "http://127.0.0.1:1",
		HTTP: &http.Client{}, JWKS: newSigner(t, "k1").jwks(t), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Login(t.Context(), "anybody", password)
	wantFault(t, err, fault.Unavailable, "identity_unavailable")
	_, err = c.Find(t.Context(), "anybody")
	wantFault(t, err, fault.Unavailable, "identity_unavailable")
}
