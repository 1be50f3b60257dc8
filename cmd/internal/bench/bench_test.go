package bench

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liandong/modules/catalog"
	"liandong/tenancy"
)

func TestExplicitWritesThePredicateOfEveryGuardedTable(t *testing.T) {
	t.Parallel()
	over := tenancy.Interval{Lo: 10, Hi: 19}
	for in, want := range map[string]string{
		`SELECT * FROM cases AS c WHERE c.id = 1`:                                    `SELECT * FROM (SELECT * FROM cases WHERE tenant_id BETWEEN 10 AND 19) AS c WHERE c.id = 1`,
		`select n from case_totals where x`:                                          `select n from (SELECT * FROM case_totals WHERE tenant_id BETWEEN 10 AND 19) AS case_totals where x`,
		`SELECT * FROM (SELECT c.* FROM "cases" AS "c") AS c JOIN tenants o ON true`: `SELECT * FROM (SELECT c.* FROM (SELECT * FROM cases WHERE tenant_id BETWEEN 10 AND 19) AS "c") AS c JOIN tenants o ON true`,
		`select 1 from tenants`:                                                      `select 1 from tenants`,
	} {
		if got := explicit([]string{in}, over)[0]; got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestNodesAreIntervalsOfTheirLevel(t *testing.T) {
	t.Parallel()
	for depth, code := range []string{"15", "1525", "152502", "152502200", "152502200200"} {
		n, err := nodeOf(code, "x", depth)
		if err != nil || n.id > busy[0] || n.hi < busy[0] {
			t.Errorf("%s: %d…%d does not hold %d (%v)", code, n.id, n.hi, busy[0], err)
		}
		if depth > 0 && climb(busy[0], len(layers)-1-depth) != n.id {
			t.Errorf("climb to depth %d: %d, want %d", depth, climb(busy[0], len(layers)-1-depth), n.id)
		}
	}
	if _, err := nodeOf("15x", "x", 0); err == nil {
		t.Error("a code with a letter was read")
	}
}

func TestGeneratedLinesFitTheirColumns(t *testing.T) {
	t.Parallel()
	var tenants []node
	for depth, code := range []string{"15", "1525", "152502", "152502200", "152502200200"} {
		n, err := nodeOf(code, "x", depth)
		if err != nil {
			t.Fatal(err)
		}
		tenants = append(tenants, n)
	}
	flow := "00000000-0000-7000-8000-000000000009"
	g := newGenerator(tenants, catalog.Version{ID: flow, ItemID: flow, FlowID: &flow}, 3000, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), rand.New(rand.NewPCG(1, 2)))
	out := map[string]*bytes.Buffer{}
	w := writers{}
	for table := range columns {
		out[table] = &bytes.Buffer{}
		w[table] = newWriter(out[table])
	}
	if err := g.write(w); err != nil {
		t.Fatal(err)
	}
	for table, names := range columns {
		want := len(strings.Split(names, ","))
		for i, line := range strings.Split(strings.TrimSuffix(out[table].String(), "\n"), "\n") {
			if got := len(strings.Split(line, "\t")); got != want {
				t.Fatalf("%s line %d has %d fields, want %d: %s", table, i, got, want, line)
			}
		}
	}
	if n := strings.Count(out["cases"].String(), "\n"); n != 3000 {
		t.Errorf("%d cases", n)
	}
}

func TestReportMarksWhatIsOutOfItsLimit(t *testing.T) {
	t.Parallel()
	r := Report{Tenants: 1, Cases: 2}
	r.add("甲", 1, "毫秒")
	r.compare("乙", 2, "毫秒", 1.4, 1.3)
	r.reach("丙", 3, "件/秒", 0.95, 0.9)
	var table bytes.Buffer
	o := Options{Report: filepath.Join(t.TempDir(), "bench", "latest.json"), Out: &table}
	if err := r.write(o); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(o.Report)
	if err != nil {
		t.Fatal(err)
	}
	var back struct{ Figures []Figure }
	if err := json.Unmarshal(data, &back); err != nil || len(back.Figures) != 3 {
		t.Fatalf("%v: %s", err, data)
	}
	if !back.Figures[0].OK || back.Figures[1].OK || !back.Figures[2].OK || strings.Count(table.String(), "超限") != 1 {
		t.Errorf("%+v\n%s", back.Figures, table.String())
	}
}

func TestMatchIsJudgedRoundByRound(t *testing.T) {
	t.Parallel()
	m := match{{{100, 1}, {10, 1}, {50, 1}}, {{95, 1}, {9.5, 1}, {10, 1}}}
	if got := m.ratio(); got != 0.95 {
		t.Errorf("ratio %v, want 0.95", got)
	}
	if got := (match{}).ratio(); got != 0 {
		t.Errorf("no rounds: %v", got)
	}
}
