package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"liandong/jobs"
	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/datasets"
	"liandong/modules/materials"
	"liandong/modules/notices"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// jobs puts together what happens in the background.
func (a *App) jobs(context.Context) (err error) {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	a.Jobs, err = jobs.New(jobs.Config{
		DB: a.DB, DSN: a.cfg.AppDSN, Redis: a.cfg.Redis, Log: a.cfg.Log, Now: a.cfg.Now, Authz: a.Policy,
		Subscribers: a.subscribers(), Schedules: a.schedules(), Worker: fmt.Sprintf("%s-%d", host, os.Getpid()),
	})
	return err
}

func (a *App) subscribers() []jobs.Subscriber {
	return []jobs.Subscriber{
		{Name: notices.Name, Events: notices.Events(), Reach: jobs.Root, Handle: a.Notices.On},
		{Name: notices.NamePlatform, Events: notices.PlatformEvents(), Reach: jobs.All, Handle: a.Notices.OnPlatform},
		{Name: catalog.TasksJob, Events: catalog.TasksEvents(), Reach: jobs.Subtree, Slow: true, Handle: a.Items.OnChangedAbove},
		{Name: materials.Job, Events: materials.Events(), Reach: jobs.Root, Slow: true, Handle: a.Materials.On},
		{Name: datasets.Job, Events: datasets.Events(), Reach: jobs.Root, Slow: true, Handle: a.Datasets.OnTouched},
		{Name: cases.JointJob, Events: cases.JointEvents(), Reach: jobs.Root, Handle: a.Cases.OnJointMoved},
		{Name: cases.TransferJob, Events: cases.TransferEvents(), Reach: jobs.Root, Handle: a.Cases.OnTransfer},
		{Name: cases.CalendarJob, Events: cases.CalendarEvents(), Reach: jobs.Subtree, Slow: true, Handle: a.Cases.OnCalendarChanged},
	}
}

func (a *App) schedules() []jobs.Schedule {
	return []jobs.Schedule{
		jobs.Purge(a.DB),
		{Name: "supervision.sweep", Every: time.Minute, Run: a.eachRoot(func(ctx context.Context) error {
			swept, err := a.Supervision.Sweep(ctx)
			if len(swept.Broken) > 0 {
				a.cfg.Log.ErrorContext(ctx, "clocks of cases make no sense", slog.Any("cases", swept.Broken))
			}
			return err
		})},
		{Name: "catalog.import", Every: 3 * time.Second, Run: func(ctx context.Context) error {
			_, err := a.Items.RunWaiting(ctx)
			return err
		}},
		{Name: cases.DeemJob, Every: time.Minute, Run: a.eachRoot(func(ctx context.Context) error {
			n, err := a.Cases.Deem(ctx)
			if n > 0 {
				a.cfg.Log.WarnContext(ctx, "cases count as accepted because nobody answered in time", slog.Int("cases", n))
			}
			return err
		})},
		{Name: cases.FireJob, Every: time.Minute, Run: a.eachRoot(func(ctx context.Context) error {
			_, err := a.Cases.Fire(ctx)
			return err
		})},
		{Name: cases.TakenJob, Every: 3 * time.Second, Run: a.Cases.RunTaken},
		{Name: cases.BatchJob, Every: 3 * time.Second, Run: a.Cases.RunBatches},
		{Name: cases.MigrateJob, Every: 10 * time.Second, Run: a.eachRoot(a.Cases.RunMigrations)},
		{Name: "catalog.due", Every: 20 * time.Second, Run: func(ctx context.Context) error {
			_, err := a.Items.PutDue(ctx)
			return err
		}},
		{Name: "cases.fold", Every: 5 * time.Second, Run: func(ctx context.Context) error {
			_, err := a.Cases.Fold(ctx)
			return err
		}},
		{Name: "catalog.heat", Every: time.Minute, Run: func(ctx context.Context) error {
			_, err := a.Items.FoldHeat(ctx)
			return err
		}},
		{Name: "catalog.settle", Every: time.Hour, Run: a.nightly(a.eachRoot(func(ctx context.Context) error {
			_, err := a.Items.Settle(ctx)
			return err
		}))},
		{Name: "audit.seal", Every: 10 * time.Second, Run: func(ctx context.Context) error {
			_, err := a.Audit.Seal(ctx)
			return err
		}},
		{Name: "notices.send", Every: 2 * time.Second, Run: func(ctx context.Context) error {
			_, err := a.Notices.Send(ctx)
			return err
		}},
	}
}

// quiet is the hour of the day, in China, in which nobody waits for anything.
const quiet = 3

// nightly lets a run of every hour go through in the quiet one.
func (a *App) nightly(fn func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if a.cfg.Now().In(calendar.Zone()).Hour() != quiet {
			return nil
		}
		return fn(ctx)
	}
}

// eachRoot runs fn once for every tree of the platform, as a job of that tree; one that fails keeps
// no other from its turn.
func (a *App) eachRoot(fn func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		roots, err := a.Tree.Children(ctx, tenancy.Platform)
		for _, root := range roots {
			err = errors.Join(err, a.at(ctx, root.ID, fn))
		}
		return err
	}
}

// at runs fn as System over the tree of a root.
func (a *App) at(ctx context.Context, root tenancy.ID, fn func(context.Context) error) error {
	scope, err := a.Tree.ScopeFor(ctx, root, tenancy.Actor{Kind: tenancy.System, Name: "schedule"})
	if err != nil {
		return err
	}
	return fn(tenancy.With(ctx, scope))
}
