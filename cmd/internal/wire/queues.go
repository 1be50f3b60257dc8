package wire

import (
	"context"

	"liandong/jobs"
	"liandong/portal-sites/desk/queues"
)

// background answers the desk's page of jobs out of the runner.
type background struct{ runner *jobs.Runner }

func (b background) Board(ctx context.Context) (queues.Board, error) {
	from, err := b.runner.Board(ctx)
	to := queues.Board{Redis: from.Redis, Workers: from.Workers, Waiting: from.Outbox.Waiting, Open: from.Outbox.Unfinished, Oldest: from.Outbox.Oldest}
	for _, q := range from.Queues {
		to.Queues = append(to.Queues, queues.Queue(q))
	}
	for _, s := range from.Schedules {
		to.Schedules = append(to.Schedules, queues.Schedule{
			Name: s.Name, Every: s.Every, NextAt: s.NextAt, FinishedAt: s.FinishedAt,
			Running: s.Running, Runs: s.Runs, Failures: s.Failures, Error: s.Error,
		})
	}
	return to, err
}

func (b background) Failures(ctx context.Context) ([]queues.Failure, error) {
	from, err := b.runner.Failures(ctx)
	to := make([]queues.Failure, len(from))
	for i, f := range from {
		to[i] = queues.Failure{
			Queue: f.Queue, ID: f.ID, Event: f.Event, TenantName: f.TenantName, Subscriber: f.Subscriber, Error: f.Error,
			Tries: f.Tries, Most: f.Most, Aside: f.Aside, FailedAt: f.FailedAt, NextAt: f.NextAt,
		}
	}
	return to, err
}

func (b background) Retry(ctx context.Context, queue, id string) error {
	return b.runner.Retry(ctx, queue, id)
}

func (b background) GiveUp(ctx context.Context, queue, id string) error {
	return b.runner.GiveUp(ctx, queue, id)
}
