package wire

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/identity"
)

// password of everybody in a trial.
const password = "Liandong-2026-trial"

// trial is an App on a database of its own, with people who can sign in.
type trial struct {
	*App

	database string
	tag      string // keeps the logins of trials apart: they share one Kratos
}

func newTrial(t *testing.T) *trial {
	t.Helper()
	return startTrial(t, dbtest.Clone(t), func(*Config) {})
}

func startTrial(t *testing.T, database string, adjust func(*Config)) *trial {
	t.Helper()
	cfg := trialConfig(t, database)
	adjust(&cfg)
	a, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return &trial{App: a, database: database, tag: fmt.Sprintf("%x", sha256.Sum256([]byte(database)))[:8]}
}

func trialConfig(t *testing.T, database string) Config {
	t.Helper()
	keys, err := os.ReadFile(os.Getenv("LIANDONG_TEST_TOKEN_KEYS"))
	if err != nil {
		t.Fatalf("run through `make test`: %v", err)
	}
	return Config{
		AppDSN: dbtest.DSN(database), MaxConns: 16, KratosPublic: os.Getenv("LIANDONG_TEST_KRATOS_PUBLIC"), KratosAdmin: os.Getenv("LIANDONG_TEST_KRATOS_ADMIN"),
		TokenKeys: keys, SMSKey: os.Getenv("LIANDONG_TEST_SMS_KEY"), Redis: os.Getenv("LIANDONG_TEST_REDIS"), Files: "mem://",
		Secret: func(name string) ([]byte, error) { k := sha256.Sum256([]byte("trial " + name)); return k[:], nil },
		Now:    time.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// login is how somebody of this trial signs in.
func (w *trial) login(name string) string { return name + "-" + w.tag }

// staff makes accounts that can sign in, by name, and returns their identities.
func (w *trial) staff(t *testing.T, names ...string) map[string]string {
	t.Helper()
	hash, err := identity.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	var all []identity.NewIdentity
	for _, n := range names {
		all = append(all, identity.NewIdentity{Schema: identity.SchemaStaff, Login: w.login(n), Name: "演示·" + n, PasswordHash: hash})
	}
	done, err := w.Kratos.Import(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for i, d := range done {
		if d.Err != nil {
			t.Fatal(d.Err)
		}
		ids[names[i]] = d.ID
	}
	return ids
}

// boss makes somebody the first administrator of the league and returns her scope.
func (w *trial) boss(t *testing.T, id string) context.Context {
	t.Helper()
	if _, err := w.Org.Bootstrap(t.Context(), dbtest.League, org.Staffer{ID: id, Name: "boss"}); err != nil {
		t.Fatal(err)
	}
	seats, err := w.Org.Seats(t.Context(), id)
	if err != nil || len(seats) != 1 {
		t.Fatalf("%d seats, %v", len(seats), err)
	}
	scope, err := w.Org.Sit(t.Context(), id, "boss", seats[0].ID, true)
	if err != nil {
		t.Fatal(err)
	}
	return tenancy.With(t.Context(), scope)
}

// appoint founds a department and a post with the roles in a tenant and puts somebody there.
func (w *trial) appoint(t *testing.T, admin context.Context, at tenancy.ID, id string, roles ...string) {
	t.Helper()
	key := fmt.Sprint(at, id)
	d, err := w.Org.CreateDepartment(admin, org.Drafted{Tenant: at, Name: "部门" + key[len(key)-6:], Key: key})
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Org.CreatePost(admin, org.Founding{DepartmentID: d.ID, Name: "岗位", Roles: roles, Key: "post" + key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Org.Assign(admin, org.Posting{PostID: p.ID, HolderID: id, Reason: "试验", Key: "holder" + key}); err != nil {
		t.Fatal(err)
	}
}

// crew staffs the way of a case from the village to the league.
func (w *trial) crew(t *testing.T) {
	t.Helper()
	ids := w.staff(t, "boss", "clerk", "town", "county", "league")
	admin := w.boss(t, ids["boss"])
	w.appoint(t, admin, dbtest.Village, ids["clerk"], policies.Clerk)
	w.appoint(t, admin, dbtest.Township, ids["town"], policies.Reviewer)
	w.appoint(t, admin, dbtest.County, ids["county"], policies.Reviewer)
	w.appoint(t, admin, dbtest.League, ids["league"], policies.Decider)
}

// publish puts an item in force at the league whose cases climb the whole tree.
func (w *trial) publish(t *testing.T) string {
	t.Helper()
	return town{items: w.Items}.publish(t)
}
