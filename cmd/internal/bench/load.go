package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"liandong/migrations"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/tenancy"
)

// Load makes both databases anew: the national tree in each, o.Cases cases in
// one of them, totals folded, statistics gathered.
func Load(ctx context.Context, o Options) error {
	file, err := fetch(ctx, o.Dir, o.Fetch)
	if err != nil {
		return err
	}
	o.Say("读取全国区划……")
	tenants, err := national(file)
	if err != nil {
		return err
	}
	r, err := start(ctx, o)
	if err != nil {
		return err
	}
	defer r.close()
	began := time.Now()
	if err := r.build(ctx, tenants); err != nil {
		return err
	}
	o.Say(fmt.Sprintf("装载完成:%d 个租户,%d 件办件,用时 %s", len(tenants)+1, o.Cases, time.Since(began).Round(time.Second)))
	return nil
}

func (r *rig) build(ctx context.Context, tenants []node) error {
	admin, err := pgx.Connect(ctx, r.stack.AdminDSN)
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close(context.WithoutCancel(ctx)) }()
	for _, sql := range []string{
		`drop database if exists ` + fullName + ` with (force)`, `drop database if exists ` + emptyName + ` with (force)`,
		`create database ` + emptyName + ` owner liandong_owner`, `grant connect on database ` + emptyName + ` to liandong_app`,
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if _, err := migrations.Apply(ctx, inDatabase(r.stack.OwnerDSN, emptyName)); err != nil {
		return err
	}
	item, err := r.furnish(ctx, tenants)
	if err != nil {
		return err
	}
	for _, sql := range []string{`create database ` + fullName + ` template ` + emptyName + ` owner liandong_owner`, `grant connect on database ` + fullName + ` to liandong_app`} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return r.fill(ctx, tenants, item)
}

// furnish puts the tree and one item that everybody offers into the empty database.
func (r *rig) furnish(ctx context.Context, tenants []node) (catalog.Version, error) {
	r.o.Say(fmt.Sprintf("写入 %d 个租户……", len(tenants)))
	conn, err := pgx.Connect(ctx, inDatabase(r.stack.AdminDSN, emptyName))
	if err != nil {
		return catalog.Version{}, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"tenants"}, []string{"tenant_id", "hi", "parent_id", "level", "code", "name"},
		pgx.CopyFromSlice(len(tenants), func(i int) ([]any, error) {
			n := tenants[i]
			return []any{int64(n.id), int64(n.hi), int64(n.parent), n.level, n.code, n.name}, nil
		}))
	if err != nil {
		return catalog.Version{}, err
	}
	if _, err := conn.Exec(ctx, `vacuum analyze tenants`); err != nil {
		return catalog.Version{}, err
	}
	h, err := r.house(emptyName)
	if err != nil {
		return catalog.Version{}, err
	}
	defer h.close()
	return h.publish(ctx)
}

// The people of the bench; nobody signs in as them.
const (
	editorID   = "00000000-0000-7000-8000-0000000000e1"
	reviewerID = "00000000-0000-7000-8000-0000000000e2"
)

// climbingCode is the basic code of the one item with a flow.
const climbingCode = "000199001000"

// climbing is accepted in a village, reviewed by township, county and city, and
// decided by the city.
func climbing() []flows.Step {
	return []flows.Step{
		{ID: "accept", Name: "受理", Kind: flows.Accept, Level: flows.Own, Post: policies.Clerk, LimitDays: 2},
		{ID: "pre", Name: "初审", Kind: flows.Review, Level: flows.Parent, Post: policies.Reviewer, LimitDays: 3},
		{ID: "county", Name: "县级审查", Kind: flows.Review, Level: flows.County, Post: policies.Reviewer, LimitDays: 3},
		{ID: "city", Name: "市级审查", Kind: flows.Review, Level: flows.League, Post: policies.Reviewer, LimitDays: 3},
		{ID: "decide", Name: "市级决定", Kind: flows.Decide, Level: flows.League, Post: policies.Decider, LimitDays: 5},
	}
}

// longCode is the basic code of the item with twelve steps.
const longCode = "000199002000"

// long has twelve steps: the way of climbing, with several reviews on each level.
func long() []flows.Step {
	steps := []flows.Step{{ID: "accept", Name: "受理", Kind: flows.Accept, Level: flows.Own, Post: policies.Clerk, LimitDays: 1}}
	for i, level := range []flows.Level{flows.Own, flows.Own, flows.Parent, flows.Parent, flows.Parent, flows.County, flows.County, flows.County, flows.League, flows.League} {
		steps = append(steps, flows.Step{ID: fmt.Sprint("review", i+1), Name: fmt.Sprintf("审查%d", i+1), Kind: flows.Review, Level: level, Post: policies.Reviewer, LimitDays: 1})
	}
	return append(steps, flows.Step{ID: "decide", Name: "市级决定", Kind: flows.Decide, Level: flows.League, Post: policies.Decider, LimitDays: 2})
}

// publish puts the item with five steps in force for the whole country.
func (h *house) publish(ctx context.Context) (catalog.Version, error) {
	return h.offer(ctx, "压测事项", climbingCode, climbing())
}

// offer puts an item with steps one after the other in force for the whole country.
func (h *house) offer(ctx context.Context, name, code string, steps []flows.Step) (catalog.Version, error) {
	return h.inForce(ctx, catalog.Body{Name: name, BasicCode: code, PromisedDays: 15}, flows.Linear(name, steps))
}

// inForce puts an item with a flow in force for the whole country; b says what is its own.
func (h *house) inForce(ctx context.Context, b catalog.Body, flow []byte) (catalog.Version, error) {
	as := func(id, role string) context.Context {
		return tenancy.With(ctx, tenancy.Scope{
			Tenant: tenancy.Platform, Over: tenancy.Whole(), Ancestors: []tenancy.ID{tenancy.Platform},
			Actor: tenancy.Actor{Kind: tenancy.Staff, ID: id, Name: "压测人员", Roles: []string{role}},
		})
	}
	b.Kind, b.Level, b.Origins, b.Department, b.ProjectType = "01", "city", []string{"village"}, "政务服务局", "2"
	b.LegalBasis, b.StatutoryDays, b.Audience = []catalog.LegalBasis{{Law: "中华人民共和国行政许可法", Article: "第四十二条"}}, 20, []string{"1"}
	v, err := h.items.Create(as(editorID, policies.ItemEditor), catalog.Draft{Flow: flow, Body: b})
	if err != nil {
		return v, err
	}
	if _, err := h.items.Submit(as(editorID, policies.ItemEditor), v.ID); err != nil {
		return v, err
	}
	return h.items.Publish(as(reviewerID, policies.ItemReviewer), v.ID, "同意")
}

// fill copies the cases into the full database.
func (r *rig) fill(ctx context.Context, tenants []node, item catalog.Version) error {
	conn, err := pgx.Connect(ctx, inDatabase(r.stack.AdminDSN, fullName))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	rebuild, err := setAside(ctx, conn)
	if err != nil {
		return err
	}
	files := map[string]*os.File{}
	defer func() {
		for _, f := range files {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	w := writers{}
	for _, table := range []string{"cases", "case_steps", "case_clocks"} {
		f, err := os.CreateTemp(r.o.Dir, table+"-*.copy")
		if err != nil {
			return err
		}
		files[table], w[table] = f, newWriter(f)
	}
	r.o.Say(fmt.Sprintf("生成 %d 件办件……", r.o.Cases))
	g := newGenerator(tenants, item, r.o.Cases, time.Now().UTC(), rand.New(rand.NewPCG(1, 2)))
	if err := g.write(w); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `set session_replication_role = replica`); err != nil { // the generator keeps the references true
		return err
	}
	for _, table := range []string{"cases", "case_steps", "case_clocks"} {
		r.o.Say("写入 " + table + "……")
		if _, err := files[table].Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := conn.PgConn().CopyFrom(ctx, bufio.NewReaderSize(files[table], 1<<20), `copy `+table+` (`+columns[table]+`) from stdin`); err != nil {
			return fmt.Errorf("copy %s: %w", table, err)
		}
	}
	r.o.Say("建立索引、汇总……")
	return finish(ctx, conn, rebuild)
}

// setAside drops the indexes that no constraint needs and returns how to make
// them again: loading is several times faster without.
func setAside(ctx context.Context, conn *pgx.Conn) (rebuild []string, err error) {
	rows, err := conn.Query(ctx, `select i.indexname, i.indexdef from pg_indexes i where i.tablename in ('cases', 'case_steps', 'case_clocks')
		and not exists (select from pg_constraint c where c.conname = i.indexname)`)
	if err != nil {
		return nil, err
	}
	var names []string
	var name, def string
	if _, err := pgx.ForEachRow(rows, []any{&name, &def}, func() error {
		names, rebuild = append(names, name), append(rebuild, def)
		return nil
	}); err != nil {
		return nil, err
	}
	for _, n := range names {
		if _, err := conn.Exec(ctx, `drop index `+pgx.Identifier{n}.Sanitize()); err != nil {
			return nil, err
		}
	}
	return rebuild, nil
}

// totalsSQL folds what the loaded cases would have left as deltas.
const totalsSQL = `with sums as (select c.tenant_id, v.measure, count(*) as n from cases c, lateral (values (c.status), (nullif(c.outcome, ''))) v(measure) where v.measure is not null group by 1, 2),
	up as (select distinct s.tenant_id, a from (select distinct tenant_id from sums) s, unnest(array[s.tenant_id, s.tenant_id / 1000000 * 1000000, s.tenant_id / 1000000000 * 1000000000,
		s.tenant_id / 100000000000 * 100000000000, s.tenant_id / 10000000000000 * 10000000000000, 0]) a)
	insert into case_totals (tenant_id, measure, n) select up.a, measure, sum(n) from sums join up using (tenant_id) join tenants t on t.tenant_id = up.a group by 1, 2`

func finish(ctx context.Context, conn *pgx.Conn, rebuild []string) error {
	if _, err := conn.Exec(ctx, `set maintenance_work_mem = '512MB'; set work_mem = '128MB'`); err != nil {
		return err
	}
	for _, sql := range append(rebuild, totalsSQL, `vacuum analyze`, `checkpoint`, `comment on database `+fullName+` is '`+loadedMark+`'`) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
