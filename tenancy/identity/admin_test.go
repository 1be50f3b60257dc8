package identity_test

import (
	"strings"
	"testing"

	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

func TestFind(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, n := person(t, c)
	for _, identifier := range []string{n.IDHash, n.Phone} {
		i, err := c.Find(t.Context(), identifier)
		want := identity.Identity{ID: id, Schema: identity.SchemaPerson, IDHash: n.IDHash, IDSealed: "sealed", Name: "Tuya", Phone: n.Phone, Active: true}
		if err != nil || i != want {
			t.Errorf("Find(%s) = %+v, %v; want %+v", identifier, i, err, want)
		}
	}
	_, err := c.Find(t.Context(), "nobody-at-all")
	wantFault(t, err, fault.NotFound, "identity_not_found")
	_, err = c.Get(t.Context(), "00000000-0000-4000-8000-000000000000")
	wantFault(t, err, fault.NotFound, "identity_not_found")
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	_, name := staff(t, c)
	_, err := c.CreateStaff(t.Context(), identity.NewIdentity{Login: strings.ToUpper(name), Name: "Bat"})
	wantFault(t, err, fault.Conflict, "identity_taken")
	_, err = c.CreateStaff(t.Context(), identity.NewIdentity{Name: "nobody"})
	wantFault(t, err, fault.Invalid, "identity_incomplete")
	_, err = c.CreatePerson(t.Context(), identity.NewIdentity{IDHash: "h-" + name, Password: "short"})
	wantFault(t, err, fault.Invalid, "password_too_short")
	_, err = c.CreatePerson(t.Context(), identity.NewIdentity{IDHash: "h-" + name, Name: "Tuya", Phone: "12"})
	wantFault(t, err, fault.Invalid, "identity_refused")
}

func TestSetPhone(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	id, _ := person(t, c)
	_, neighbour := person(t, c)
	wantFault(t, c.SetPhone(t.Context(), id, neighbour.Phone), fault.Conflict, "identity_taken")
	next := phone()
	if err := c.SetPhone(t.Context(), id, next); err != nil {
		t.Fatal(err)
	}
	if s := login(t, c, next); s.Sub != id {
		t.Errorf("signed in as %s, want %s", s.Sub, id)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	if err := kratos(t).Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestImportMayBeRepeated(t *testing.T) {
	t.Parallel()
	c := kratos(t)
	h, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	_, base := staff(t, c)
	there, n := person(t, c)
	clash := identity.NewIdentity{Schema: identity.SchemaPerson, IDHash: "c-" + base, Name: "Clash", Phone: n.Phone}
	all := []identity.NewIdentity{
		{Schema: identity.SchemaStaff, Login: base + "-1", Name: "One", PasswordHash: h},
		n, // exists
		{Schema: identity.SchemaPerson, IDHash: "p-" + base, Name: "Three", Phone: phone(), PasswordHash: h},
		{Schema: identity.SchemaStaff, Login: base + "-1", Name: "Twice", PasswordHash: h},
		{Schema: identity.SchemaStaff}, // nameless
		clash,
		{Schema: identity.SchemaPerson, IDHash: "m-" + base, Name: "Malformed", Phone: "12"},
	}
	first := imported(t, c, all)
	for i, created := range []bool{true, false, true, false, false, false, false} {
		if first[i].Created != created || first[i].External != all[i].External() {
			t.Errorf("outcome %d = %+v, want created %t", i, first[i], created)
		}
	}
	if first[1].ID != there || first[3].ID != first[0].ID {
		t.Errorf("ids = %+v", first)
	}
	wantFault(t, first[4].Err, fault.Invalid, "identity_incomplete")
	wantFault(t, first[5].Err, fault.Conflict, "identity_taken")
	wantFault(t, first[6].Err, fault.Invalid, "identity_refused")
	for i, o := range imported(t, c, all) {
		if o.Created || o.ID != first[i].ID {
			t.Errorf("repeated %d = %+v, want %s", i, o, first[i].ID)
		}
	}
	login(t, c, base+"-1")
}

func imported(t *testing.T, c *identity.Client, all []identity.NewIdentity) []identity.Imported {
	t.Helper()
	out, err := c.Import(t.Context(), all)
	if err != nil || len(out) != len(all) {
		t.Fatalf("Import = %d outcomes, %v", len(out), err)
	}
	return out
}
