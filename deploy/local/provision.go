package local

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
)

// The roles and databases of a stack.
const (
	superuser      = "postgres"
	owner          = "liandong_owner" // owns the schema; migrations run as it
	app            = "liandong_app"   // what the application logs in as; owns nothing
	kratosRole     = "kratos"
	database       = "liandong"
	kratosDatabase = "kratos"
)

// groups are the roles that carry the row-level policies: the application
// takes one of them for each transaction.
var groups = [...]string{"liandong_staff", "liandong_person", "liandong_public", "liandong_system", "liandong_relay"}

// provision makes roles and databases where they are missing and gives the
// login roles new passwords. It may run on every start.
func (c *cluster) provision(ctx context.Context) (map[string]string, error) {
	conn, err := pgx.Connect(ctx, c.socketDSN(superuser, "", "postgres"))
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := c.prove(ctx, conn); err != nil {
		return nil, err
	}
	if err := ensureRoles(ctx, conn); err != nil {
		return nil, err
	}
	passwords := map[string]string{}
	for _, role := range []string{owner, app, kratosRole} {
		passwords[role] = token()
		sql := fmt.Sprintf("alter role %s password '%s'", role, passwords[role])
		if _, err := conn.Exec(ctx, sql); err != nil {
			return nil, fmt.Errorf("set password of %s: %w", role, err)
		}
	}
	for db, role := range map[string]string{database: owner, kratosDatabase: kratosRole} {
		if err := ensureDatabase(ctx, conn, db, role); err != nil {
			return nil, err
		}
	}
	return passwords, nil
}

// prove refuses a server that serves any directory but ours.
func (c *cluster) prove(ctx context.Context, conn *pgx.Conn) error {
	var dir string
	if err := conn.QueryRow(ctx, "show data_directory").Scan(&dir); err != nil {
		return err
	}
	a, errA := os.Stat(dir)
	b, errB := os.Stat(c.data)
	if errA != nil || errB != nil || !os.SameFile(a, b) {
		return &Problem{What: fmt.Sprintf("连到了别的数据库:%s(应为 %s)。", dir, c.data), Do: "请停掉那个数据库再试。"}
	}
	return nil
}

func ensureRoles(ctx context.Context, conn *pgx.Conn) error {
	const plain = "nosuperuser nobypassrls nocreaterole noreplication "
	roles := map[string]string{
		owner:      plain + "login nocreatedb",
		app:        plain + "login nocreatedb noinherit",
		kratosRole: plain + "login nocreatedb",
	}
	for _, g := range groups {
		roles[g] = plain + "nologin nocreatedb noinherit"
	}
	for role, attributes := range roles {
		if err := ensureRole(ctx, conn, role, attributes); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if _, err := conn.Exec(ctx, grantGroup(g, conn)); err != nil {
			return fmt.Errorf("grant %s: %w", g, err)
		}
	}
	return nil
}

// grantGroup lets the application take the role but never inherit it: from 16
// on that is a property of the grant, before it was one of the role.
func grantGroup(group string, conn *pgx.Conn) string {
	sql := fmt.Sprintf("grant %s to %s", group, app)
	if majorVersion("() "+conn.PgConn().ParameterStatus("server_version")) >= "16" {
		sql += " with inherit false, set true"
	}
	return sql
}

func ensureRole(ctx context.Context, conn *pgx.Conn, role, attributes string) error {
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1)", role).Scan(&there); err != nil {
		return err
	}
	verb := "create"
	if there {
		verb = "alter"
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf("%s role %s %s", verb, role, attributes)); err != nil {
		return fmt.Errorf("%s role %s: %w", verb, role, err)
	}
	return nil
}

func ensureDatabase(ctx context.Context, conn *pgx.Conn, db, role string) error {
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", db).Scan(&there); err != nil {
		return err
	}
	if !there {
		if _, err := conn.Exec(ctx, fmt.Sprintf("create database %s owner %s", db, role)); err != nil {
			return fmt.Errorf("create database %s: %w", db, err)
		}
	}
	_, err := conn.Exec(ctx, fmt.Sprintf("revoke connect, temporary on database %s from public", db))
	if err != nil || db != database {
		return err
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("grant connect on database %s to %s", db, app))
	return err
}
