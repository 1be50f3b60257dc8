package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"liandong/cmd/internal/demo"
	"liandong/migrations"
	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// itemsName is the database of the catalogue's part: the same tree, with items.
const itemsName = "liandong_bench_items"

// nationalItems is how many items lie over the tree, most of them in the counties.
const nationalItems = 100_000

// stock makes the database of items out of the one without cases, once.
func (r *rig) stock(ctx context.Context) error {
	admin, err := pgx.Connect(ctx, r.stack.AdminDSN)
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close(context.WithoutCancel(ctx)) }()
	var done bool
	err = admin.QueryRow(ctx, `select exists (select from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = $2)`, itemsName, loadedMark).Scan(&done)
	if err != nil || done {
		return err
	}
	r.o.Say(fmt.Sprintf("写入 %d 个事项……", nationalItems))
	for _, sql := range []string{
		`drop database if exists ` + itemsName + ` with (force)`, `create database ` + itemsName + ` template ` + emptyName + ` owner liandong_owner`,
		`grant connect on database ` + itemsName + ` to liandong_app`,
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if _, err := migrations.Apply(ctx, inDatabase(r.stack.OwnerDSN, itemsName)); err != nil {
		return err
	}
	if err := r.fillItems(ctx); err != nil {
		return err
	}
	_, err = admin.Exec(ctx, `comment on database `+itemsName+` is '`+loadedMark+`'`)
	return err
}

func (r *rig) fillItems(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, inDatabase(r.stack.AdminDSN, itemsName))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	s, err := newShelf()
	if err != nil {
		return err
	}
	if err := s.spread(ctx, conn); err != nil {
		return err
	}
	// The generator keeps the references true, and the live version and its item name each other.
	if _, err := conn.Exec(ctx, `set session_replication_role = replica`); err != nil {
		return err
	}
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"items", []string{"tenant_id", "id", "basic_code", "name", "kind", "state", "live_id", "created_at"}, s.items},
		{"item_versions", []string{"tenant_id", "id", "item_id", "number", "state", "act", "body", "author_id", "author_name", "published_at", "updated_at"}, s.versions},
	} {
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	for _, sql := range []string{`insert into item_marks (tenant_id, n) select distinct tenant_id, 1 from items on conflict do nothing`, `vacuum analyze`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// shelf makes items that are called like those of the demonstration, with another
// subject each.
type shelf struct {
	bodies          []catalog.Body
	rng             *rand.Rand
	items, versions [][]any
}

func newShelf() (*shelf, error) {
	all, err := demo.Items()
	s := &shelf{rng: rand.New(rand.NewPCG(1, 2))}
	for _, i := range all {
		s.bodies = append(s.bodies, i.Body)
	}
	return s, err
}

// spread gives every level its share: few that hold for all, most in the counties.
func (s *shelf) spread(ctx context.Context, conn *pgx.Conn) error {
	s.add(tenancy.Platform, 1_500)
	for _, share := range []struct {
		level string
		each  int
	}{{"province", 400}, {"city", 80}, {"county", 17}, {"township", 1}} {
		rows, err := conn.Query(ctx, `select tenant_id from tenants where level = $1 order by md5(tenant_id::text)`, share.level)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		for _, id := range ids {
			s.add(tenancy.ID(id), min(share.each, nationalItems-len(s.items)))
		}
	}
	return nil
}

func (s *shelf) add(tenant tenancy.ID, n int) {
	for i := range n {
		b, other := s.bodies[s.rng.IntN(len(s.bodies))], s.bodies[s.rng.IntN(len(s.bodies))]
		word := func() string { return other.Keywords[s.rng.IntN(len(other.Keywords))] }
		b.Name, b.BasicCode = word()+b.Name, fmt.Sprintf("%s%05d", b.BasicCode[:7], i)
		b.Keywords = append(slices.Clone(b.Keywords[:min(2, len(b.Keywords))]), word())
		raw, err := json.Marshal(b)
		if err != nil {
			panic(err) // a body is plain data
		}
		item, version, at := db.NewID(), db.NewID(), time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC)
		s.items = append(s.items, []any{int64(tenant), item, b.BasicCode, b.Name, b.Kind, "published", version, at})
		s.versions = append(s.versions, []any{int64(tenant), version, item, 1, "published", "create", string(raw), editorID, "压测人员", at, at})
	}
}
