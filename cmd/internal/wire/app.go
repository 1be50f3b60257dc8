// Package wire is where the modules meet: constructor calls and nothing else.
package wire

import (
	"context"
	"fmt"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// for one machine
	_ "gocloud.dev/blob/memblob"  // mem:// for trials

	"liandong/jobs"
	"liandong/modules/audit"
	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/datasets"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/modules/laws"
	"liandong/modules/materials"
	"liandong/modules/notices"
	"liandong/modules/notices/web/sms"
	"liandong/modules/org"
	"liandong/modules/partners"
	"liandong/modules/sites"
	"liandong/modules/supervision"
	"liandong/policies"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/db"
	"liandong/tenancy/identity"
	"liandong/tenancy/identity/store"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// App is the product put together: its services, its pages and its jobs.
type App struct {
	cfg     Config
	proxies proxies
	bucket  *blob.Bucket
	sealer  *seal.Sealer

	// the floor
	DB     *db.DB
	Policy *policies.Engine
	Tree   *tree.Service

	// who is there
	Kratos *identity.Client
	IDs    identity.Identifiers
	gate   *identity.Gate
	keeper visit.Keeper
	ended  *identity.RevocationList
	tries  *store.Attempts
	feed   *store.Feed

	// the modules
	Org         *org.Service
	Flows       *flows.Service
	Items       *catalog.Service
	Files       *files.Service
	Cases       *cases.Service
	Supervision *supervision.Service
	Sites       *sites.Service
	Laws        *laws.Service
	Forms       *forms.Service
	Notices     *notices.Service
	Audit       *audit.Service
	Partners    *partners.Service
	Datasets    *datasets.Service
	Materials   *materials.Service

	simulator *notices.Simulator
	account   sms.Account    // of the simulator
	codes     notices.Sender // for one-time codes

	counter *minutes // of requests to the publication API

	Jobs *jobs.Runner
}

// New puts an App together; nothing is served and no job runs yet.
func New(ctx context.Context, cfg Config) (*App, error) {
	a := &App{cfg: cfg}
	for _, part := range []func(context.Context) error{a.floor, a.identity, a.modules, a.notify, a.jobs} {
		if err := part(ctx); err != nil {
			a.Close()
			return nil, err
		}
	}
	return a, nil
}

// floor opens what everything stands on.
func (a *App) floor(ctx context.Context) (err error) {
	if a.proxies, err = readProxies(a.cfg.Proxies); err != nil {
		return err
	}
	if a.DB, err = db.Open(a.cfg.AppDSN, a.cfg.MaxConns, a.cfg.Now); err != nil {
		return err
	}
	if a.Policy, err = policies.New(ctx); err != nil {
		return err
	}
	key, err := a.cfg.Secret("seal")
	if err != nil {
		return err
	}
	if a.sealer, err = seal.New(key); err != nil {
		return err
	}
	if a.bucket, err = blob.OpenBucket(ctx, a.cfg.Files); err != nil {
		return fmt.Errorf("open file store: %w", err)
	}
	a.Tree = tree.New(a.DB, org.Guard(a.Policy), cases.Moved, catalog.Moved)
	return nil
}

// identity joins what knows who is there. Sessions are judged by the wall clock, whatever clock the story runs on.
func (a *App) identity(context.Context) error {
	hashKey, err := a.cfg.Secret("identifiers")
	if err != nil {
		return err
	}
	if a.IDs, err = identity.NewIdentifiers(hashKey); err != nil {
		return err
	}
	cookieKey, err := a.cfg.Secret("cookie")
	if err != nil {
		return err
	}
	cookies, err := identity.NewCookies(cookieKey, a.cfg.Secure)
	if err != nil {
		return err
	}
	a.Kratos, err = identity.New(identity.Config{PublicURL: a.cfg.KratosPublic, AdminURL: a.cfg.KratosAdmin, JWKS: a.cfg.TokenKeys, Now: time.Now, Issuer: issuer})
	if err != nil {
		return err
	}
	a.tries, a.feed = store.NewAttempts(a.DB), store.NewFeed(a.DB)
	a.ended = identity.NewRevocationList(a.feed, time.Now)
	sessions := identity.NewSessions(cookies, a.Kratos.Verifier(), a.Kratos, a.ended, time.Now)
	a.keeper = visit.Keeper{Sessions: sessions, Cookies: cookies, Log: a.cfg.Log}
	a.gate = identity.NewGate(a.Kratos, a.IDs, identity.NewLockout(a.tries, hashKey, time.Now), time.Now, identity.Pause)
	return nil
}

// issuer is what an authenticator app shows beside the account.
const issuer = "联动政务"

// modules joins the modules; their order is the order in which they ask each other.
func (a *App) modules(context.Context) error {
	a.Org = org.New(a.DB, a.Policy, people{a.Kratos, a.IDs})
	a.Flows = flows.NewService(flows.Handlers(cases.Services()...))
	a.Files = files.New(a.DB, a.Policy, a.bucket, cases.Sight{})
	a.Forms = forms.New(a.DB, a.Policy, forms.Asks{Sealer: a.sealer, Codes: codeLists{}, Facts: a.filler, Word: sourceWord})
	a.Items = catalog.New(a.DB, a.Policy, a.Flows, Life(a.Files, a.Forms))
	a.Cases = cases.New(a.DB, a.Policy, Asks(a.Items, a.Flows, a.Files, a.Forms, a.sealer))
	a.Supervision = supervision.New(a.DB, a.Policy)
	a.Sites = sites.New(a.DB, a.Policy)
	a.Laws = laws.New(a.DB, a.Policy, grounds{a.Items, a.Forms})
	a.Audit = audit.New(a.DB, a.Policy, a.sealer, a.cfg.Log)
	var err error
	if a.counter, err = newMinutes(a.cfg.Redis, a.cfg.AppDSN); err != nil {
		return err
	}
	a.Datasets = a.gathered()
	a.Materials = materials.New(a.DB, a.Policy, Materials(a.Cases, a.Items, a.Files, a.sealer))
	a.Partners = partners.New(a.DB, a.Policy, a.sealer, a.counter)
	return nil
}

// Close gives back what New opened.
func (a *App) Close() {
	if a.Jobs != nil {
		_ = a.Jobs.Close()
	}
	if a.counter != nil {
		_ = a.counter.Close()
	}
	if a.bucket != nil {
		_ = a.bucket.Close()
	}
	if a.DB != nil {
		_ = a.DB.Close()
	}
}
