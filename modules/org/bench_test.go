package org_test

import (
	"testing"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// BenchmarkSit is what every request of a signed-in member of staff pays.
func BenchmarkSit(b *testing.B) {
	engine, err := policies.New(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	svc := org.New(dbtest.New(b), engine, nil)
	who := org.Staffer{ID: db.NewID(), Name: "x"}
	id, err := svc.Bootstrap(b.Context(), dbtest.League, who)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := svc.Sit(b.Context(), who.ID, who.Name, id, false); err != nil {
			b.Fatal(err)
		}
	}
}
