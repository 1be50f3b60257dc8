package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

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

// gateAt is a Gate that never waits and lives at now.
func gateAt(t *testing.T, c *identity.Client, now identity.Clock) *identity.Gate {
	t.Helper()
	ids, err := identity.NewIdentifiers(secret)
	if err != nil {
		t.Fatal(err)
	}
	l := identity.NewLockout(identity.NewMemoryAttempts(), secret, now)
	return identity.NewGate(c, ids, l, now, func(context.Context, time.Duration) error { return nil })
}

func TestGateTakesACodeOnce(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	g, _ := gate(t, c)
	first := login(t, c, name)
	e, err := c.EnrolTOTP(t.Context(), first.Token)
	if err != nil {
		t.Fatal(err)
	}
	same, err := c.Enrolment(t.Context(), first.Token, e.Flow)
	if err != nil || same != e {
		t.Fatalf("Enrolment = %+v, %v; want %+v", same, err, e)
	}
	now := code(t, e.Secret)
	if _, err := g.ConfirmTOTP(t.Context(), first, "10.0.0.1", e.Flow, now); err != nil {
		t.Fatal(err)
	}
	next := login(t, c, name)
	for range 2 {
		_, err = g.StepUp(t.Context(), next, "10.0.0.1", now)
		wantFault(t, err, fault.Invalid, "code_used")
	}
	later, err := totp.GenerateCode(e.Secret, time.Now().Add(30*time.Second)) // Kratos forgives 30 s
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // what was wrong is not used up
		_, err = g.StepUp(t.Context(), next, "10.0.0.1", "000000")
		wantFault(t, err, fault.Invalid, "code_wrong")
	}
	if _, err := g.StepUp(t.Context(), next, "10.0.0.1", later); err != nil {
		t.Fatal(err)
	}
}

func TestVisits(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	there := identity.Visitor{Agent: "Browser/1.0", Address: "10.1.2.3"}
	elsewhere, err := c.Login(identity.WithVisitor(t.Context(), there), name, password)
	if err != nil {
		t.Fatal(err)
	}
	here := login(t, c, name)
	got, err := c.Visits(t.Context(), here.Token)
	if err != nil || len(got) != 1 || got[0].SID != elsewhere.SID || got[0].Visitor != there || got[0].Since.IsZero() {
		t.Fatalf("Visits = %+v, %v", got, err)
	}
	ended, err := c.EndOthers(t.Context(), here.Token)
	if err != nil || len(ended) != 1 || ended[0] != elsewhere.SID {
		t.Fatalf("EndOthers = %v, %v", ended, err)
	}
}

func TestGateLimitsShortMessages(t *testing.T) {
	t.Parallel()
	now := noon
	g := gateAt(t, kratos(t), func() time.Time { return now })
	number := phone()
	for range 5 {
		if _, err := g.StartSMS(t.Context(), "10.0.0.1", number); err != nil {
			t.Fatal(err)
		}
		_, err := g.StartSMS(t.Context(), "10.0.0.1", number)
		if now = now.Add(time.Minute); now.Sub(noon) < 5*time.Minute {
			wantFault(t, err, fault.Invalid, "code_too_soon")
		}
	}
	_, err := g.StartSMS(t.Context(), "10.0.0.1", number)
	wantFault(t, err, fault.Forbidden, "login_locked")
	if l, ok := errors.AsType[*identity.Locked](err); !ok || l.Until.Sub(noon) != 19*time.Minute {
		t.Errorf("locked until %v, want 15 minutes after the fifth", err)
	}
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
