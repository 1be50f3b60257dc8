package wire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liandong/cmd/internal/demo"
	"liandong/deploy/local"
	"liandong/migrations"
	"liandong/tenancy/db"
)

// Prepare brings the schema of a local stack up to date and plays the
// demonstration into an installation that has none yet.
func Prepare(ctx context.Context, stack *local.Stack, cfg Config, say func(string)) error {
	ran, err := migrations.Apply(ctx, stack.OwnerDSN)
	if err != nil {
		return err
	}
	if len(ran) > 0 {
		say(fmt.Sprintf("数据库结构已升级(%d 个文件)", len(ran)))
	}
	clock := demo.NewClock(time.Now())
	cfg.Now = clock.Now
	a, err := New(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	told, err := a.told(ctx)
	if err != nil || told {
		return err
	}
	say("第一次运行:写入演示数据,约需一分钟")
	r, err := demo.Seed(ctx, a.stage(), demo.Options{Clock: clock, Now: time.Now(), Progress: say})
	if err != nil {
		return err
	}
	for _, w := range r.Warnings {
		say("注意:" + w)
	}
	say(fmt.Sprintf("演示数据就绪:租户 %d 个,账号 %d 个,事项 %d 项,办件 %d 件,用时 %s", r.Tenants, r.Accounts, r.Items, r.Cases, r.Took.Round(time.Second)))
	return a.remember(ctx)
}

// stage is what the demonstration is played on.
func (a *App) stage() demo.Services {
	return demo.Services{
		DB: a.DB, Tree: a.Tree, Catalog: a.Items, Files: a.Files, Cases: a.Cases, Identities: a.Kratos,
		HashID: a.IDs.HashID, SealID: func(n string) string { return a.sealer.Seal(purposeID, n) },
		Org: demo.Offices(a.Org), Supervision: demo.Rules(a.Supervision), Sites: demo.Portals(a.Sites), Laws: demo.Library(a.Laws), Forms: demo.Forms(a.Forms),
	}
}

// purposeID is what sealed ID numbers of persons are sealed for.
const purposeID = "identity.id_number"

// The mark that the demonstration was played to its end is kept as an answer that was given.
const toldKey = "demo.told"

func (a *App) told(ctx context.Context) (told bool, err error) {
	err = a.DB.InTx(Operator(ctx), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select exists (select from idempotency where tenant_id = 0 and actor_id = ? and key = ?)`, toldKey, toldKey).Scan(ctx, &told)
	})
	return told, err
}

func (a *App) remember(ctx context.Context) error {
	return a.DB.InTx(Operator(ctx), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`insert into idempotency (tenant_id, actor_id, key, answer, created_at) values (0, ?, ?, '', 'infinity') on conflict do nothing`, toldKey, toldKey).Exec(ctx)
		return err
	})
}

// Run serves and works in one process until ctx ends or either fails.
func (a *App) Run(ctx context.Context, addr string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan error, 2)
	go func() { ends <- a.Serve(ctx, addr) }()
	go func() { ends <- a.Work(ctx) }()
	first := <-ends
	cancel()
	return errors.Join(first, <-ends)
}
