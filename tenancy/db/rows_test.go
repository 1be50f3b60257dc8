package db_test

import (
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// table is a table of the schema, as the catalogue describes it, with its planted rows.
type table struct {
	name     string
	key      string // SQL of the primary key as one text
	columns  []column
	policies []policy
	rows     []*row
	fresh    []*row // rows that nobody planted: insertions to try
}

type column struct {
	name, kind string
	allowed    []string // by a check constraint
	required   bool     // not null and without default
}

// row is one planted row, in the words of the model.
type row struct {
	tenant   tenancy.ID
	at       tenancy.ID // cases: where it stands
	key      string
	label    string // of a fresh row
	insert   string
	vary     map[string]string
	parent   *row
	children []*row
}

// held reports whether somebody is appointed through r: to the post, or to a post of the department.
func (r *row) held() bool {
	return slices.ContainsFunc(r.children, func(c *row) bool { return c.vary["holder_id"] == her || c.held() })
}

// standsBeside reports whether a case stands at a step of the tenant besides the one that it is shown at.
func (r *row) standsBeside(at tenancy.ID) bool {
	return slices.ContainsFunc(r.children, func(c *row) bool { return c.vary["beside"] == "true" && c.at == at })
}

// describe reads the schema: every table of it, so that a new one cannot be forgotten.
func describe(t *testing.T, pool *sql.DB) (tables []*table) {
	t.Helper()
	for _, name := range ask(t, pool, `select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`) {
		tb := &table{name: name}
		pk := ask(t, pool, fmt.Sprintf(`select attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
			where indrelid = '%s'::regclass and indisprimary order by array_position(i.indkey::int2[], a.attnum)`, name))
		tb.key = "concat_ws('/', " + strings.Join(pk, ", ") + ")"
		tb.columns = columnsOf(t, pool, name)
		tb.policies = policiesOf(t, pool, name)
		tables = append(tables, tb)
	}
	parentsFirst(tables)
	return tables
}

func parentsFirst(tables []*table) {
	depth := func(tb *table) (n int) {
		for p, _ := hangsOn(tb.name); p != ""; p, _ = hangsOn(p) {
			n++
		}
		return n
	}
	sort.SliceStable(tables, func(i, j int) bool { return depth(tables[i]) < depth(tables[j]) })
}

var quoted = regexp.MustCompile(`'([^']*)'`)

func columnsOf(t *testing.T, pool *sql.DB, name string) (cs []column) {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), fmt.Sprintf(`select attname, format_type(atttypid, null), attnotnull and not atthasdef,
			coalesce((select pg_get_constraintdef(oid) from pg_constraint where contype = 'c' and conrelid = attrelid and conkey = array[attnum] limit 1), '')
		from pg_attribute where attrelid = '%s'::regclass and attnum > 0 and not attisdropped order by attnum`, name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c column
		var check string
		if err := rows.Scan(&c.name, &c.kind, &c.required, &check); err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(check, -1) {
			c.allowed = append(c.allowed, m[1])
		}
		cs = append(cs, c)
	}
	return cs
}

func policiesOf(t *testing.T, pool *sql.DB, name string) (ps []policy) {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), `select policyname, cmd, array_to_string(roles, ','), coalesce(qual, ''), coalesce(with_check, '') from pg_policies where tablename = $1`, name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p policy
		var roles string
		if err := rows.Scan(&p.name, &p.command, &roles, &p.using, &p.check); err != nil {
			t.Fatal(err)
		}
		p.roles = strings.Split(roles, ",")
		ps = append(ps, p)
	}
	return ps
}

func nodes() []tenancy.ID {
	ids := []tenancy.ID{tenancy.Platform}
	for _, n := range dbtest.Tree() {
		ids = append(ids, n.ID)
	}
	return ids
}

// plant makes a row of every variant in every node of the tree, and thinks up the rows to insert.
func (tb *table) plant(t *testing.T, pool *sql.DB, tables []*table) {
	t.Helper()
	for _, node := range nodes() {
		for _, parent := range tb.parents(tables, node) {
			for _, v := range variants(vary(tb.name)) {
				if v["beside"] == "true" {
					v["seq"] = "2"
				}
				for _, at := range tb.stands(node) {
					if unheld(parent) && v["holder_id"] == her {
						continue
					}
					if v["awaits"] != "" && v["status"] != "handling" { // it makes no other difference
						continue
					}
					if v["beside"] == "true" && at != dbtest.Township || v["beside"] == "false" && at != node {
						continue
					}
					tb.plantOne(t, pool, &row{tenant: node, at: at, vary: v, parent: parent})
				}
			}
		}
	}
}

func (tb *table) plantOne(t *testing.T, pool *sql.DB, r *row) {
	t.Helper()
	fresh := *r
	fresh.insert = tb.spell(&fresh)
	fresh.label = fmt.Sprint(r.tenant, r.at, r.vary)
	if r.parent != nil {
		fresh.label += r.parent.key
	}
	tb.fresh = append(tb.fresh, &fresh)
	if tb.name == "tenants" {
		r.key = r.tenant.String()
		tb.rows = append(tb.rows, r)
		return
	}
	if err := pool.QueryRowContext(t.Context(), tb.spell(r)+" returning "+tb.key).Scan(&r.key); err != nil {
		t.Fatalf("plant %s: %v", tb.name, err)
	}
	tb.rows = append(tb.rows, r)
	if r.parent != nil {
		r.parent.children = append(r.parent.children, r)
	}
}

func (tb *table) parents(tables []*table, node tenancy.ID) (ps []*row) {
	name, _ := hangsOn(tb.name)
	if name == "" {
		return []*row{nil}
	}
	i := slices.IndexFunc(tables, func(t *table) bool { return t.name == name })
	for _, r := range tables[i].rows {
		if r.tenant == node {
			ps = append(ps, r)
		}
	}
	return ps
}

// stands lists where a case born in node may stand: there, or at the county.
func (tb *table) stands(node tenancy.ID) []tenancy.ID {
	if tb.name == "cases" && node != dbtest.County {
		return []tenancy.ID{node, dbtest.County}
	}
	if tb.name == "case_steps" && node == dbtest.Village { // one of two steps of its cases
		return []tenancy.ID{node, dbtest.Township}
	}
	return []tenancy.ID{node}
}

// unheld reports whether r is a post that she holds by no appointment.
func unheld(r *row) bool {
	return r != nil && (r.vary["state"] == "closed" || unheld(r.parent))
}

func variants(dims map[string][]string) []map[string]string {
	all := []map[string]string{{}}
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		var more []map[string]string
		for _, v := range all {
			for _, value := range dims[name] {
				w := maps.Clone(v)
				w[name] = value
				more = append(more, w)
			}
		}
		all = more
	}
	return all
}

// spell writes the INSERT of r: what the model looks at, and something in every column that needs it.
func (tb *table) spell(r *row) string {
	var names, values []string
	_, link := hangsOn(tb.name)
	for _, c := range tb.columns {
		value, set := r.vary[c.name]
		switch {
		case c.name == "tenant_id" || c.name == "hi" && tb.name == "tenants":
			value = r.tenant.String()
		case c.name == "at_tenant":
			value = r.at.String()
		case c.name == link:
			value = strings.Split(r.parent.key, "/")[1]
		case set:
		case c.required:
			value = c.made(r.tenant)
		default:
			continue
		}
		names, values = append(names, c.name), append(values, "'"+value+"'")
	}
	return "insert into " + tb.name + " (" + strings.Join(names, ", ") + ") values (" + strings.Join(values, ", ") + ")"
}

// made is a value that the column takes and no other row has.
func (c column) made(tenant tenancy.ID) string {
	n := next()
	switch {
	case len(c.allowed) > 0:
		return c.allowed[0]
	case strings.HasSuffix(c.name, "_tenant"):
		return tenant.String()
	}
	switch c.kind {
	case "uuid":
		return fmt.Sprintf("00000000-0000-7000-9000-%012d", n)
	case "integer", "smallint":
		return "1"
	case "bigint", "numeric":
		return fmt.Sprint(n)
	case "boolean":
		return "false"
	case "timestamp with time zone":
		return "2026-03-04T10:00:00Z"
	case "date":
		return fmt.Sprintf("%d-%02d-%02d", 2000+n/336, n/28%12+1, n%28+1)
	case "jsonb", "text[]":
		return "{}"
	case "bytea":
		return fmt.Sprintf(`\x%08x`, n)
	}
	return fmt.Sprintf("made-%d", n)
}
