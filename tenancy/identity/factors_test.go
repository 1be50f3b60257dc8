package identity_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

func code(t *testing.T, secret string) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// enrolled is a session whose owner has just confirmed a second factor.
func enrolled(t *testing.T, c *identity.Client, name string) (s identity.Session, secret string) {
	t.Helper()
	first := login(t, c, name)
	e, err := c.EnrolTOTP(t.Context(), first.Token)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = c.ConfirmTOTP(t.Context(), first.Token, e.Flow, code(t, e.Secret)); err != nil {
		t.Fatal(err)
	}
	return s, e.Secret
}

func TestEnrolmentURIFitsAuthenticatorApps(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	e, err := c.EnrolTOTP(t.Context(), login(t, c, name).Token)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(e.URI)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || !strings.HasSuffix(u.Path, ":"+name) {
		t.Fatalf("URI = %q, %v", e.URI, err)
	}
	if u.Query().Get("secret") != e.Secret || u.Query().Get("issuer") != "Lian Dong+1" || strings.Contains(u.RawQuery, "+") {
		t.Errorf("URI = %q, secret %q", e.URI, e.Secret)
	}
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, name := staff(t, c)
	first := login(t, c, name)
	_, err := c.StepUpTOTP(t.Context(), first.Token, "123456")
	wantFault(t, err, fault.Precondition, "totp_missing")
	e, err := c.EnrolTOTP(t.Context(), first.Token)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.ConfirmTOTP(t.Context(), first.Token, "00000000-0000-4000-8000-000000000000", "000000")
	wantFault(t, err, fault.Invalid, "code_expired")
	_, err = c.ConfirmTOTP(t.Context(), first.Token, e.Flow, "000000")
	wantFault(t, err, fault.Invalid, "code_wrong")
	proven, err := c.ConfirmTOTP(t.Context(), first.Token, e.Flow, code(t, e.Secret))
	if err != nil || proven.SID != first.SID {
		t.Fatalf("ConfirmTOTP = %+v, %v", proven.Claims, err)
	}
	if i, err := c.Get(t.Context(), id); err != nil || !i.TOTP {
		t.Fatalf("Get = %+v, %v; want a second factor", i, err)
	}

	next := login(t, c, name)
	if next.AAL2() {
		t.Fatal("a password alone proved two factors")
	}
	_, err = c.StepUpTOTP(t.Context(), next.Token, "000000")
	wantFault(t, err, fault.Invalid, "code_wrong")
	up, err := c.StepUpTOTP(t.Context(), next.Token, code(t, e.Secret))
	if err != nil || !up.AAL2() || up.SID != next.SID || up.Sub != id {
		t.Fatalf("StepUpTOTP = %+v, %v", up.Claims, err)
	}
	_, err = c.EnrolTOTP(t.Context(), up.Token)
	wantFault(t, err, fault.Conflict, "totp_already")
}

func TestLostSecondFactorIsTakenAway(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, name := staff(t, c)
	enrolled(t, c, name)
	for range 2 {
		if err := c.RemoveTOTP(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	enrolled(t, c, name)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	elsewhere, s := login(t, c, name), login(t, c, name)
	for _, bad := range []struct{ old, new, key string }{
		{"not-the-password", "Blue-Sky-2027", "password_old_wrong"},
		{password, "short", "password_too_short"},
		{password, name + "1", "password_too_similar"},
	} {
		_, err := c.ChangePassword(t.Context(), s.Token, bad.old, bad.new)
		wantFault(t, err, fault.Invalid, bad.key)
	}
	_, name2 := staff(t, c)
	wantFault(t, c.Reauthenticate(t.Context(), login(t, c, name2).Token, "not-the-password"), fault.Invalid, "password_old_wrong")
	ended, err := c.ChangePassword(t.Context(), s.Token, password, "Blue-Sky-2027")
	if err != nil || len(ended) != 1 || ended[0] != elsewhere.SID {
		t.Fatalf("ChangePassword = %v, %v; want %s ended", ended, err, elsewhere.SID)
	}
	if _, err := c.Tokenize(t.Context(), elsewhere.Token); !errors.Is(err, identity.ErrSessionExpired) {
		t.Errorf("other session: %v", err)
	}
	if _, err := c.Tokenize(t.Context(), s.Token); err != nil {
		t.Errorf("this session: %v", err)
	}
	if _, err := c.Login(t.Context(), name, "Blue-Sky-2027"); err != nil {
		t.Errorf("new password: %v", err)
	}
	_, err = c.Login(t.Context(), name, password)
	wantFault(t, err, fault.Invalid, "login_failed")
}

func TestChangePasswordOfAnotherIsRefused(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	s := login(t, c, name)
	if err := c.Logout(t.Context(), s.Token); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ChangePassword(t.Context(), s.Token, password, "Blue-Sky-2027"); !errors.Is(err, identity.ErrSessionExpired) {
		t.Fatalf("with an ended session: %v", err)
	}
}

func TestChangePasswordWithSecondFactor(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	_, secret := enrolled(t, c, name)
	s := login(t, c, name)
	_, err := c.ChangePassword(t.Context(), s.Token, password, "Blue-Sky-2027")
	wantFault(t, err, fault.Precondition, "second_factor_required")
	if s, err = c.StepUpTOTP(t.Context(), s.Token, code(t, secret)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ChangePassword(t.Context(), s.Token, password, "Blue-Sky-2027"); err != nil {
		t.Fatal(err)
	}
	if jwt, err := c.Tokenize(t.Context(), s.Token); err != nil {
		t.Fatal(err)
	} else if claims, err := c.Verifier().Verify(jwt); err != nil || claims.AAL != "aal2" {
		t.Errorf("after the change: %+v, %v; want the second factor still proven", claims, err)
	}
}

func TestResetPasswordKeepsTheSecondFactor(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, name := staff(t, c)
	_, secret := enrolled(t, c, name)
	wantFault(t, c.ResetPassword(t.Context(), id, "short"), fault.Invalid, "password_too_short")
	if err := c.ResetPassword(t.Context(), id, "Given-at-the-desk-1"); err != nil {
		t.Fatal(err)
	}
	s, err := c.Login(t.Context(), name, "Given-at-the-desk-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.StepUpTOTP(t.Context(), s.Token, code(t, secret)); err != nil {
		t.Fatalf("second factor after reset: %v", err)
	}
}
