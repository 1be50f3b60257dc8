package db_test

import (
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"liandong/tenancy/db/dbtest"
)

// rules are questions to the catalogue; every row that comes back is a breach.
var rules = map[string]string{
	"has tenant_id": `select c.relname from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
		and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull)`,
	"forces row security": `select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
		and not (relrowsecurity and relforcerowsecurity)`,
	"refers to the tree": `select c.relname from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> 'tenants'
		and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.confrelid = 'tenants'::regclass
			and k.conkey = array[(select attnum from pg_attribute where attrelid = c.oid and attname = 'tenant_id')])`,
	"carries the tenant in foreign keys": `select conname from pg_constraint k where contype = 'f' and connamespace = 'public'::regnamespace
		and not exists (select from unnest(k.conkey, k.confkey) as x (mine, theirs)
			join pg_attribute a on a.attrelid = k.confrelid and a.attnum = x.theirs
			join pg_attribute b on b.attrelid = k.conrelid and b.attnum = x.mine
			where a.attname = 'tenant_id' and (b.attname = 'tenant_id' or b.attname like '%\_tenant' or b.attname in ('parent_id', 'merged_into')))`,
	"follows a relabelled tenant": `select conname from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and confupdtype <> 'c'`,
	"has tenant_id first in its primary key": `select c.relname from pg_constraint k join pg_class c on c.oid = k.conrelid
		where k.contype = 'p' and k.connamespace = 'public'::regnamespace and c.relname <> 'tenant_slots'
		and k.conkey[1] <> (select attnum from pg_attribute where attrelid = c.oid and attname = 'tenant_id')`,
	"has no enum column": `select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and t.typtype = 'e'`,
	"has no trigger": `select tgname::text from pg_trigger where not tgisinternal`,
	"reads settings without an InitPlan": `select polname::text from pg_policy
		where concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) ~* 'select\s+current_setting'`,
	"has no policy that nobody can use": `select p.tablename || '.' || p.policyname from pg_policies p, unnest(p.roles) r
		where r <> 'public' and p.cmd <> 'ALL' and not has_table_privilege(r, p.tablename::regclass, p.cmd)`,
	"binds its roles": `select rolname::text from pg_roles where rolname like 'liandong%' and (rolsuper or rolbypassrls)`,
	"gives no table to the log-in role": `select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
		and (has_table_privilege('liandong_app', c.oid, 'select') or has_table_privilege('public', c.oid, 'select'))`,
	"lets the application own nothing": `select c.relname from pg_class c join pg_roles r on r.oid = c.relowner
		where c.relnamespace = 'public'::regnamespace and r.rolname <> 'liandong_owner'`,
}

// Every table is born inside a tenant. The catalogue is the witness.
func TestSchemaIsTenanted(t *testing.T) {
	t.Parallel()
	pool := admin(t)
	for rule, query := range rules {
		if bad := ask(t, pool, query); len(bad) > 0 {
			t.Errorf("rule %q broken by %v", rule, bad)
		}
	}
}

// Each rule must notice the breach that it is there for.
func TestSchemaRulesBite(t *testing.T) {
	t.Parallel()
	pool := admin(t)
	for rule, breach := range map[string]string{
		"has tenant_id":                          `create table loose (id int primary key)`,
		"forces row security":                    `alter table cases no force row level security`,
		"refers to the tree":                     `create table astray (tenant_id bigint not null, primary key (tenant_id))`,
		"carries the tenant in foreign keys":     `alter table case_steps add x bigint, add constraint loose foreign key (x) references tenants on update cascade`,
		"follows a relabelled tenant":            `alter table posts add constraint stuck foreign key (tenant_id) references tenants`,
		"has tenant_id first in its primary key": `create table backwards (id int, tenant_id bigint not null references tenants on update cascade, primary key (id, tenant_id))`,
		"has no enum column":                     `create type mood as enum ('a'); alter table posts add mood mood`,
		"has no trigger":                         `create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before insert on posts execute function f()`,
		"reads settings without an InitPlan":     `create policy slow on posts using (tenant_id = (select current_setting('app.lo', true))::bigint)`,
		"has no policy that nobody can use":      `revoke delete on posts from liandong_staff`,
		"binds its roles":                        `create role liandong_rogue bypassrls`,
		"gives no table to the log-in role":      `grant select on cases to liandong_app`,
		"lets the application own nothing":       `create table mine (tenant_id bigint)`,
	} {
		tx, err := pool.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), breach); err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		if bad := ask(t, tx, rules[rule]); len(bad) == 0 {
			t.Errorf("rule %q did not notice: %s", rule, breach)
		}
		_ = tx.Rollback()
	}
}

type asker interface {
	Query(query string, args ...any) (*sql.Rows, error)
}

func ask(t *testing.T, q asker, query string) (bad []string) {
	t.Helper()
	rows, err := q.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		bad = append(bad, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return bad
}

func admin(t *testing.T) *sql.DB {
	t.Helper()
	cfg, err := pgx.ParseConfig(dbtest.AdminDSN(dbtest.Clone(t)))
	if err != nil {
		t.Fatal(err)
	}
	pool := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}
