package catalog_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// nation is a tree of 31 provinces, 310 prefectures, 2 790 counties and 2 400
// townships, with 100 000 items in force.
type nation struct {
	villages [][]tenancy.ID // the chains of some places to search at
	tenants  [][]any
	items    [][]any
	versions [][]any
	marks    [][]any
	bodies   []catalog.Body
	rng      *rand.Rand
}

func (n *nation) tenant(id, hi, parent tenancy.ID, level string, items int) {
	n.tenants = append(n.tenants, []any{int64(id), int64(hi), int64(parent), level, fmt.Sprintf("%012d", int64(id)/1000), level})
	n.fill(id, items)
}

// fill gives a tenant items that are called like those of the demonstration,
// with another subject each.
func (n *nation) fill(id tenancy.ID, items int) {
	for i := range items {
		b := n.bodies[n.rng.IntN(len(n.bodies))]
		other := n.bodies[n.rng.IntN(len(n.bodies))]
		b.Name = other.Keywords[n.rng.IntN(len(other.Keywords))] + b.Name
		b.Keywords = append(slices.Clone(b.Keywords[:min(2, len(b.Keywords))]), other.Keywords[0])
		b.LegalBasis = nil
		raw, err := json.Marshal(b)
		if err != nil {
			panic(err)
		}
		item, version := db.NewID(), db.NewID()
		code := fmt.Sprintf("%s%05d", b.BasicCode[:7], i)
		n.items = append(n.items, []any{int64(id), item, code, b.Name, b.Kind, "published", version, dbtest.Now()})
		n.versions = append(n.versions, []any{int64(id), version, item, 1, "published", string(raw), "a", "a", dbtest.Now()})
	}
	n.marks = append(n.marks, []any{int64(id), int64(1)})
}

func newNation(bodies []catalog.Body) *nation {
	n := &nation{bodies: bodies, rng: rand.New(rand.NewPCG(1, 2))}
	n.fill(tenancy.Platform, 1_500)
	for p := range 31 {
		province := tenancy.ID((20 + p) * 10_000_000_000_000) // labels that the test tree does not use
		n.tenant(province, province+9_999_999_999_999, 0, "province", 500)
		for l := range 10 {
			league := province + tenancy.ID(l+1)*100_000_000_000
			n.tenant(league, league+99_999_999_999, province, "league", 80)
			for c := range 9 {
				county := league + tenancy.ID(c+1)*1_000_000_000
				n.tenant(county, county+999_999_999, league, "county", 20)
				township := county + 1_000_000
				if len(n.villages) < 2_400 {
					n.tenant(township, township+999_999, county, "township", 1)
				}
				n.villages = append(n.villages, []tenancy.ID{0, province, league, county, township})
			}
		}
	}
	return n
}

func (n *nation) copyInto(b *testing.B, name string) {
	b.Helper()
	ctx := b.Context()
	conn, err := pgx.Connect(ctx, dbtest.AdminDSN(name))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, `set session_replication_role = replica`); err != nil {
		b.Fatal(err)
	}
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"tenants", []string{"tenant_id", "hi", "parent_id", "level", "code", "name"}, n.tenants},
		{"items", []string{"tenant_id", "id", "basic_code", "name", "kind", "state", "live_id", "created_at"}, n.items},
		{"item_versions", []string{"tenant_id", "id", "item_id", "number", "state", "body", "author_id", "author_name", "updated_at"}, n.versions},
		{"item_marks", []string{"tenant_id", "n"}, n.marks},
	} {
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			b.Fatal(t.name, err)
		}
	}
	if _, err := conn.Exec(ctx, `analyze`); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkFind searches at random places of a country with 100 000 items, for
// what people ask: go test -run '^$' -bench Find -benchtime 20s ./modules/catalog.
func BenchmarkFind(b *testing.B) {
	raw, err := os.ReadFile("../../cmd/internal/demo/items.json")
	if err != nil {
		b.Fatal(err)
	}
	var bodies []catalog.Body
	if err := json.Unmarshal(raw, &bodies); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open("testdata/queries.csv")
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	n := newNation(bodies)
	name := dbtest.Clone(b)
	n.copyInto(b, name)
	b.Logf("%d tenants, %d items", len(n.tenants), len(n.items))
	d, err := db.Open(dbtest.DSN(name), 16, dbtest.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	engine, err := policies.New(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	svc := catalog.New(d, engine, shelf{})
	at := func(chain []tenancy.ID) context.Context {
		return tenancy.With(b.Context(), tenancy.Scope{Tenant: chain[len(chain)-1], Ancestors: chain, Actor: tenancy.Actor{Kind: tenancy.Public, ID: "p", Name: "p"}})
	}
	// One search in every prefecture, as after a start: the dictionary and what lies
	// high up. Most counties are met for the first time while it is measured.
	begun := time.Now()
	for i := 0; i < len(n.villages); i += 9 {
		if _, err := svc.Find(at(n.villages[i]), catalog.Query{Text: rows[1][1]}); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("warmed in %s", time.Since(begun))
	var mu sync.Mutex
	var took []time.Duration
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration
		for pb.Next() {
			ctx, q := at(n.villages[rand.IntN(len(n.villages))]), rows[1+rand.IntN(len(rows)-1)][1]
			begun := time.Now()
			if _, err := svc.Find(ctx, catalog.Query{Text: q, Size: 10}); err != nil {
				b.Error(err)
			}
			mine = append(mine, time.Since(begun))
		}
		mu.Lock()
		took = append(took, mine...)
		mu.Unlock()
	})
	b.StopTimer()
	slices.Sort(took)
	n = nil
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc>>20), "heap-MB")
	runtime.KeepAlive(svc)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "searches/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
