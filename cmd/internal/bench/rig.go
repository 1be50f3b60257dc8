package bench

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"liandong/cmd/internal/wire"
	"liandong/deploy/local"
	"liandong/migrations"
	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// The two databases: the same tree, without cases and with them.
const (
	emptyName = "liandong_bench_empty"
	fullName  = "liandong_bench"
)

// rig is a running cluster with both databases open.
type rig struct {
	o      Options
	stack  *local.Stack
	engine *policies.Engine
	bucket *blob.Bucket
	sealer *seal.Sealer
	empty  *house
	full   *house
}

// house is one database, as the application has it and as its superuser has it.
type house struct {
	name  string
	tape  *tape
	app   *sql.DB // liandong_app
	super *sql.DB
	db    *db.DB // over app
	tree  *tree.Service
	items *catalog.Service
	cases *cases.Service
}

// start brings up the cluster of the bench, which no other command uses.
func start(ctx context.Context, o Options) (*rig, error) {
	stack, err := local.Start(ctx, local.Options{Dir: filepath.Join(o.Dir, "home"), Log: o.Log, Progress: o.Say, PublicURL: "http://127.0.0.1"})
	if err != nil {
		return nil, err
	}
	r := &rig{o: o, stack: stack, bucket: memblob.OpenBucket(nil)}
	if r.engine, err = policies.New(ctx); err != nil {
		r.close()
		return nil, err
	}
	// Nobody reads what the bench seals: any key will do.
	if r.sealer, err = seal.New(bytes.Repeat([]byte{1}, seal.KeySize)); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// errNotLoaded reports that Load has to run first.
var errNotLoaded = errors.New("没有装载过压测数据:请先运行 liandong bench load")

// open starts the cluster and opens both databases, which Load has made.
func open(ctx context.Context, o Options) (*rig, error) {
	r, err := start(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := r.enter(ctx); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *rig) enter(ctx context.Context) error {
	loaded, err := r.loaded(ctx)
	if err != nil || !loaded {
		return errors.Join(err, errNotLoaded)
	}
	if err := r.stock(ctx); err != nil {
		return err
	}
	if _, err := migrations.Apply(ctx, inDatabase(r.stack.OwnerDSN, itemsName)); err != nil {
		return err
	}
	for name, h := range map[string]**house{emptyName: &r.empty, fullName: &r.full} {
		if _, err := migrations.Apply(ctx, inDatabase(r.stack.OwnerDSN, name)); err != nil {
			return err
		}
		if *h, err = r.house(name); err != nil {
			return err
		}
	}
	return nil
}

// loaded reports whether Load has come to its end.
func (r *rig) loaded(ctx context.Context) (done bool, err error) {
	conn, err := pgx.Connect(ctx, r.stack.AdminDSN)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = $2)`, fullName, loadedMark).Scan(&done)
	return done, err
}

// loadedMark is the comment on a database that is complete.
const loadedMark = "loaded"

func (r *rig) house(name string) (*house, error) {
	h := &house{name: name, tape: &tape{}}
	var err error
	if h.app, err = pool(inDatabase(r.stack.AppDSN, name), h.tape); err != nil {
		return nil, err
	}
	if h.super, err = pool(inDatabase(r.stack.AdminDSN, name), nil); err != nil {
		return nil, err
	}
	h.db = db.Over(h.app, time.Now)
	fl := flows.NewService()
	f := files.New(h.db, r.engine, r.bucket)
	h.tree, h.items = tree.New(h.db, nil), catalog.New(h.db, r.engine, fl)
	h.cases = cases.New(h.db, r.engine, wire.Asks(h.items, fl, f, forms.New(h.db, r.engine, forms.Asks{Sealer: r.sealer}), r.sealer))
	return h, nil
}

// pool opens dsn the way db.Open does, with an ear on the statements.
func pool(dsn string, ear pgx.QueryTracer) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.RuntimeParams["timezone"] = "UTC"
	if ear != nil {
		cfg.Tracer = ear
	}
	p := stdlib.OpenDB(*cfg)
	p.SetMaxOpenConns(maxConns)
	p.SetMaxIdleConns(maxConns)
	return p, nil
}

const maxConns = 16

// inDatabase points an address at another database of the same cluster.
func inDatabase(dsn, name string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	u.Path = "/" + name
	return u.String()
}

func (h *house) close() {
	if h != nil {
		_, _ = h.app.Close(), h.super.Close()
	}
}

func (r *rig) close() {
	r.empty.close()
	r.full.close()
	_ = r.bucket.Close()
	r.stack.Stop()
}

// staff is ctx of somebody who holds roles in tenant at.
func (h *house) staff(ctx context.Context, at tenancy.ID, who string, roles ...string) (context.Context, error) {
	s, err := h.tree.ScopeFor(ctx, at, tenancy.Actor{Kind: tenancy.Staff, ID: who, Name: "压测人员", Roles: roles})
	return tenancy.With(ctx, s), err
}

// size says how large the database is.
func (h *house) size(ctx context.Context, rep *Report) error {
	return h.super.QueryRowContext(ctx, `select (select count(*) from tenants), (select count(*) from cases)`).Scan(&rep.Tenants, &rep.Cases)
}
