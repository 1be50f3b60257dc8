package db_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"liandong/tenancy/db/dbtest"
)

const formID, formTable = "00000000-0000-7000-8000-00000000f001", "formdata.f_00000000000070008000" + "00000000f001"

// settings are those that a transaction of a scope would make.
func settings(role, tenant, lo, hi, subject string) string {
	return fmt.Sprintf(`set local role %s; set local app.tenant = '%s'; set local app.lo = '%s'; set local app.hi = '%s'; set local app.anc = '0,%s'; set local app.subject = '%s'`, role, tenant, lo, hi, tenant, subject)
}

// inScope runs statements the way the application would, and says what came of the last one.
func inScope(t *testing.T, pool *sql.DB, scope string, keep bool, statements ...string) error {
	t.Helper()
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, s := range append([]string{scope}, statements...) {
		res, err := tx.ExecContext(t.Context(), s)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); strings.HasPrefix(s, "insert") || strings.HasPrefix(s, "update") || strings.HasPrefix(s, "delete") {
			if n == 0 {
				return sql.ErrNoRows
			}
		}
	}
	if keep {
		return tx.Commit()
	}
	return nil
}

// TestFormTables holds the tables that forms make for themselves to the law of every
// table, and the function that makes them to its own.
func TestFormTables(t *testing.T) {
	t.Parallel()
	name := dbtest.Clone(t)
	open := func(dsn string) *sql.DB {
		cfg, err := pgx.ParseConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
		pool := stdlib.OpenDB(*cfg)
		t.Cleanup(func() { _ = pool.Close() })
		return pool
	}
	boss, app := open(dbtest.AdminDSN(name)), open(dbtest.DSN(name))
	county, county2 := dbtest.County.String(), dbtest.County2.String()
	if _, err := boss.ExecContext(t.Context(), `insert into forms (tenant_id, id, title, state, created_at, updated_at) values ($1, $2, '表', 'draft', now(), now())`, county, formID); err != nil {
		t.Fatal(err)
	}
	staff := settings("liandong_staff", county, county, "152502999999999", her)
	foreign := settings("liandong_staff", county2, county2, "152501999999999", her)
	call := func(form, part, columns string) string {
		return fmt.Sprintf(`select form_table('%s', %s, '%s')`, form, part, columns)
	}
	for what, bad := range map[string]string{
		"another type":      call(formID, "0", `{"a": "int; drop table cases"}`),
		"a hostile name":    call(formID, "0", `{"a\" int); drop table cases; --": "text"}`),
		"a fixed column":    call(formID, "0", `{"tenant_id": "text"}`),
		"an upper case":     call(formID, "0", `{"A": "text"}`),
		"a null type":       call(formID, "0", `{"a": null}`),
		"no object":         call(formID, "0", `["a"]`),
		"a negative part":   call(formID, "-1", `{"a": "text"}`),
		"rows of no form":   call(formID, "1", `{"a": "text"}`),
		"an unknown form":   call(her, "0", `{"a": "text"}`),
		"a table by itself": `create table formdata.mine (tenant_id bigint)`,
	} {
		if err := inScope(t, app, staff, false, bad); err == nil {
			t.Errorf("%s was let through", what)
		}
	}
	good := call(formID, "0", `{"name": "text", "sum": "numeric", "born": "date", "many": "text[]", "ok": "boolean", "place": "jsonb"}`)
	for who, scope := range map[string]string{
		"another county": foreign, "a citizen": settings("liandong_person", county, "", "", her), "nobody": settings("liandong_public", county, "", "", ""),
	} {
		if err := inScope(t, app, scope, false, good); err == nil {
			t.Errorf("%s made a table", who)
		}
	}
	for range 2 { // the second time there is nothing left to do
		if err := inScope(t, app, staff, true, good, call(formID, "1", `{"cell": "text"}`)); err != nil {
			t.Fatal(err)
		}
	}
	if err := inScope(t, app, staff, true, call(formID, "0", `{"more": "text"}`)); err != nil {
		t.Fatal(err)
	}
	if err := inScope(t, app, staff, false, call(formID, "0", `{"sum": "text"}`)); err == nil {
		t.Error("a column changed its type")
	}
	for rule, query := range rules {
		if rule == "has no policy that nobody can use" {
			query = strings.ReplaceAll(query, "p.tablename::regclass", "format('%I.%I', p.schemaname, p.tablename)::regclass")
		}
		if bad := ask(t, boss, strings.ReplaceAll(query, "'public'::regnamespace", "'formdata'::regnamespace")); len(bad) > 0 {
			t.Errorf("rule %q broken by %v", rule, bad)
		}
	}
	formRows(t, app, staff, foreign)
	ownerPolicyCounts(t, boss, app, staff, good)
}

// formRows asks who may do what with the rows of a form's table.
func formRows(t *testing.T, app *sql.DB, staff, foreign string) {
	t.Helper()
	county, village, stranger := dbtest.County.String(), dbtest.Village.String(), other
	insert := func(tenant, id, subject string) string {
		return fmt.Sprintf(`insert into %s (tenant_id, id, subject, form_version, filed_at) values (%s, '00000000-0000-7000-8000-%012s', '%s', 1, now())`, formTable, tenant, id, subject)
	}
	row := func(tenant, of string) string {
		return fmt.Sprintf(`insert into %s_r1 (tenant_id, id, row_of, row_no) values (%s, gen_random_uuid(), '00000000-0000-7000-8000-%012s', 1)`, formTable, tenant, of)
	}
	see := `update ` + formTable + ` set ref = 'x'`
	atVillage := settings("liandong_person", village, "", "", her)
	for _, step := range []struct {
		what, scope, do string
		ok, keep        bool
	}{
		{"staff write their own node", staff, insert(county, "1", stranger), true, true},
		{"rows hang on it", staff, row(county, "1"), true, true},
		{"staff write below", staff, insert(village, "2", stranger), false, false},
		{"another county writes here", foreign, insert(county, "3", stranger), false, false},
		{"another county changes it", foreign, see, false, false},
		{"another county adds a row", foreign, row(county, "1"), false, false},
		{"staff change it", staff, see, true, false},
		{"a citizen files hers", atVillage, insert(village, "4", her), true, true},
		{"with rows", atVillage, row(village, "4"), true, true},
		{"a citizen files for another", atVillage, insert(village, "5", stranger), false, false},
		{"a citizen files elsewhere", atVillage, insert(county, "6", her), false, false},
		{"a citizen adds a row to another's", atVillage, row(county, "1"), false, false},
		{"a citizen changes what she filed", atVillage, see, false, false},
		{"nobody files", settings("liandong_public", village, "", "", ""), insert(village, "7", her), false, false},
	} {
		if err := inScope(t, app, step.scope, step.keep, step.do); (err == nil) != step.ok {
			t.Errorf("%s: %v", step.what, err)
		}
	}
	for scope, want := range map[string]int{staff: 2, foreign: 0, atVillage: 1, settings("liandong_person", village, "", "", other): 1, settings("liandong_person", village, "", "", formID): 0} {
		for _, table := range []string{formTable, formTable + "_r1"} {
			if scope != staff && strings.Contains(scope, other) && strings.HasSuffix(table, "_r1") {
				continue
			}
			if err := inScope(t, app, scope, false, fmt.Sprintf(`do $$ begin if (select count(*) from %s) <> %d then raise exception '%% rows', (select count(*) from %s); end if; end $$`, table, want, table)); err != nil {
				t.Errorf("%s: want %d: %v", table, want, err)
			}
		}
	}
}

// ownerPolicyCounts takes away the policy by which the function knows whose form it is.
func ownerPolicyCounts(t *testing.T, boss, app *sql.DB, staff, good string) {
	t.Helper()
	if _, err := boss.ExecContext(t.Context(), `drop policy owner_select on forms`); err != nil {
		t.Fatal(err)
	}
	if err := inScope(t, app, staff, false, good); err == nil {
		t.Error("the function does not ask whose form it is")
	}
}
