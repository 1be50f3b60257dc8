// Package migrations embeds the schema, in order, forward only.
package migrations

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"

	"github.com/jackc/pgx/v5"
)

// FS holds the numbered SQL files.
//
//go:embed *.sql
var FS embed.FS

// lock serialises servers that migrate at the same moment.
const lock = 7_340_915

// Apply brings the database behind dsn, opened as the schema's owner, up to
// date and returns the names of the files it ran. Running it again is free.
func Apply(ctx context.Context, dsn string) (ran []string, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("connect as owner: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, lock); err != nil {
		return nil, fmt.Errorf("wait for other migrations: %w", err)
	}
	if _, err := conn.Exec(ctx, `create schema if not exists migration; create table if not exists migration.applied (name text primary key, at timestamptz not null default now())`); err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	names, err := fs.Glob(FS, "*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	for _, name := range names {
		done, err := apply(ctx, conn, name)
		if err != nil {
			return ran, fmt.Errorf("migration %s: %w", name, err)
		}
		if done {
			ran = append(ran, name)
		}
	}
	return ran, nil
}

func apply(ctx context.Context, conn *pgx.Conn, name string) (bool, error) {
	var known bool
	if err := conn.QueryRow(ctx, `select exists (select from migration.applied where name = $1)`, name).Scan(&known); err != nil || known {
		return false, err
	}
	sql, err := FS.ReadFile(name)
	if err != nil {
		return false, err
	}
	return true, pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(sql)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into migration.applied (name) values ($1)`, name)
		return err
	})
}
