package identity_test

import (
	"strings"
	"testing"
	"time"

	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	now := noon
	g := gateAt(t, c, func() time.Time { return now })
	a := identity.Applicant{Name: "Tuya", Phone: strings.TrimPrefix(phone(), "+86"), Number: "1525021990" + phone()[6:14], Sealed: "sealed"}
	box := mail(t, "+86"+a.Phone)
	flow, err := g.StartRegistration(t.Context(), "10.0.0.1", a)
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.StartRegistration(t.Context(), "10.0.0.1", a)
	wantFault(t, err, fault.Invalid, "code_too_soon")
	code := receive(t, box)
	a.Password = password
	_, err = g.FinishRegistration(t.Context(), "10.0.0.1", flow, a, "000000")
	wantFault(t, err, fault.Invalid, "code_wrong")
	s, err := g.FinishRegistration(t.Context(), "10.0.0.1", flow, a, code)
	if err != nil || s.Schema != identity.SchemaPerson || s.Name != "Tuya" {
		t.Fatalf("FinishRegistration = %+v, %v", s.Claims, err)
	}
	for _, typed := range []string{a.Number, a.Phone} {
		if _, err := g.Login(t.Context(), "10.0.0.1", typed, password); err != nil {
			t.Errorf("sign-in by %s: %v", typed, err)
		}
	}
	// Whoever is there already is told so, but only with the phone in hand.
	now = now.Add(time.Minute)
	again := a
	again.Phone = strings.TrimPrefix(phone(), "+86")
	box = mail(t, "+86"+again.Phone)
	if flow, err = g.StartRegistration(t.Context(), "10.0.0.1", again); err != nil {
		t.Fatal(err)
	}
	_, err = g.FinishRegistration(t.Context(), "10.0.0.1", flow, again, receive(t, box))
	wantFault(t, err, fault.Conflict, "identity_taken")
	// The code of one phone opens no account with another.
	now = now.Add(time.Minute)
	again.Number = "1525021990" + phone()[6:14]
	if flow, err = g.StartRegistration(t.Context(), "10.0.0.1", again); err != nil {
		t.Fatal(err)
	}
	other := again
	other.Phone = strings.TrimPrefix(phone(), "+86")
	_, err = g.FinishRegistration(t.Context(), "10.0.0.1", flow, other, receive(t, box))
	wantFault(t, err, fault.Conflict, "identity_taken")
	if i, err := c.Find(t.Context(), "+86"+again.Phone); err != nil || !i.Unfinished() {
		t.Errorf("who did not finish: %+v, %v", i, err)
	}
}

func TestRecover(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	now := noon
	g := gateAt(t, c, func() time.Time { return now })
	_, n := person(t, c)
	box := mail(t, n.Phone)
	before := login(t, c, n.Phone)
	flow, err := g.StartSMS(t.Context(), "10.0.0.1", n.Phone)
	if err != nil {
		t.Fatal(err)
	}
	code := receive(t, box)
	_, _, err = g.Recover(t.Context(), "10.0.0.1", flow, "000000", "Blue-Sky-2027")
	wantFault(t, err, fault.Invalid, "code_wrong")
	s, ended, err := g.Recover(t.Context(), "10.0.0.1", flow, code, "Blue-Sky-2027")
	if err != nil || len(ended) != 1 || ended[0] != before.SID || s.Token == "" {
		t.Fatalf("Recover = %+v, %v, %v", s.Claims, ended, err)
	}
	if _, err := c.Login(t.Context(), n.Phone, "Blue-Sky-2027"); err != nil {
		t.Error(err)
	}
}
