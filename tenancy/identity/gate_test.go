package identity_test

import (
	"context"
	"testing"
	"time"

	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

// gate is a Gate that notes how long it would have waited.
func gate(t *testing.T, c *identity.Client) (*identity.Gate, *[]time.Duration) {
	t.Helper()
	ids, err := identity.NewIdentifiers(secret)
	if err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	wait := func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, time.Now)
	return identity.NewGate(c, ids, l, at(noon), wait), &waits
}

func TestGateLocksKnownAndUnknownAlike(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	g, waits := gate(t, c)
	for _, typed := range []string{name, "nobody-" + name} {
		for range 4 {
			_, err := g.Login(t.Context(), "10.0.0.1", typed, "not-the-password")
			wantFault(t, err, fault.Invalid, "login_failed")
		}
		for range 2 {
			_, err := g.Login(t.Context(), "10.0.0.1", typed, "not-the-password")
			wantFault(t, err, fault.Forbidden, "login_locked")
		}
		_, err := g.Login(t.Context(), "10.0.0.1", typed, password)
		wantFault(t, err, fault.Forbidden, "login_locked")
	}
	if len(*waits) != 10 { // five refusals each; what is locked is told at once
		t.Fatalf("%d refusals took their time, want 10", len(*waits))
	}
	for _, d := range *waits {
		if d != 1200*time.Millisecond {
			t.Errorf("waited %v with no time passed, want 1.2 s", d)
		}
	}
}

func TestGateForgetsFailuresOnSuccess(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	g, _ := gate(t, c)
	for range 2 {
		for range 4 {
			_, err := g.Login(t.Context(), "10.0.0.1", name, "not-the-password")
			wantFault(t, err, fault.Invalid, "login_failed")
		}
		if _, err := g.Login(t.Context(), "10.0.0.1", " "+name+" ", password); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGateStepUpKeepsThePost(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	g, _ := gate(t, c)
	_, otp := enrolled(t, c, name)
	s, err := g.Login(t.Context(), "10.0.0.1", name, password)
	if err != nil {
		t.Fatal(err)
	}
	s.PostID = "p1"
	up, err := g.StepUp(t.Context(), s, "10.0.0.1", code(t, otp))
	if err != nil || up.PostID != "p1" || !up.AAL2() {
		t.Fatalf("StepUp = %+v, %v", up, err)
	}
}

func TestGateLimitsShortMessages(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, kratos(t))
	number := phone()
	for range 5 {
		if _, err := g.StartSMS(t.Context(), "10.0.0.1", number); err != nil {
			t.Fatal(err)
		}
	}
	_, err := g.StartSMS(t.Context(), "10.0.0.1", number)
	wantFault(t, err, fault.Forbidden, "login_locked")
	_, err = g.StartSMS(t.Context(), "10.0.0.1", "not a number")
	wantFault(t, err, fault.Invalid, "phone_invalid")
}

func TestGateVoidsWhatKratosDidNotJudge(t *testing.T) {
	t.Parallel()
	down, err := identity.New(identity.Config{
		PublicURL: "http://127.0.0.1:1", AdminURL: "http://127.0.0.1:1", JWKS: newSigner(t, "k1").jwks(t), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	g, _ := gate(t, down)
	for range 8 {
		_, err := g.Login(t.Context(), "10.0.0.1", "anybody", password)
		wantFault(t, err, fault.Unavailable, "identity_unavailable")
	}
}
