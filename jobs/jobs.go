package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Event is what a subscriber is given.
type Event = db.Delivery

// Reach is how much of the tree a subscriber works in.
type Reach uint8

// The reaches of a subscriber.
const (
	Subtree Reach = iota // the tenant of the event and what lies below it
	Root                 // the whole tree that the tenant stands in: for what rises to higher levels
	All                  // that and the platform above it: for the little that rises this far
)

// Subscriber reacts to events. Its name is kept in the inbox: to rename it is
// to handle every unfinished event again.
type Subscriber struct {
	Name   string
	Events []string // wire names
	Reach  Reach
	Slow   bool // goes through a queue of its own, so that quick ones do not wait for it
	// Handle runs in the scope of the event's tenant, as System, in the transaction
	// that also writes the inbox row. An error undoes both and is tried again.
	Handle func(ctx context.Context, tx *db.Tx, e Event) error
}

// Schedule is something to do periodically, by one worker at a time.
type Schedule struct {
	Name    string
	Every   time.Duration
	Timeout time.Duration                   // of one run; ten minutes when zero
	Run     func(ctx context.Context) error // in System scope of the platform: everything
}

// Config is what a Runner stands on. DB, Redis, Log and Now must be set.
type Config struct {
	DB          *db.DB
	DSN         string // for LISTEN; empty: the relay only polls
	Redis       string // host:port or a URI that asynq.ParseRedisURI reads
	Log         *slog.Logger
	Now         func() time.Time
	Authz       policies.Authorizer // for what people ask (Board …); may be nil where nobody does
	Subscribers []Subscriber
	Schedules   []Schedule
	Worker      string // who holds a lease; unique among workers

	Concurrency int           // events handled at once; 8 when zero
	Poll        time.Duration // how long the relay sleeps unless woken; 5 s when zero
	Redeliver   time.Duration // after which an unconfirmed event is handed again; 30 s when zero
	MaxRetry    int           // before an event is put aside; 12 when zero
	Backoff     func(tries int) time.Duration
	Grace       time.Duration // for work in hand when stopping; 15 s when zero
}

func (c Config) withDefaults() Config {
	c.Concurrency, c.MaxRetry = or(c.Concurrency, 8), or(c.MaxRetry, 12)
	c.Poll, c.Redeliver, c.Grace = or(c.Poll, 5*time.Second), or(c.Redeliver, 30*time.Second), or(c.Grace, 15*time.Second)
	if c.Backoff == nil {
		c.Backoff = backoff
	}
	if c.Worker == "" {
		c.Worker = db.NewID()
	}
	return c
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// backoff doubles from 2 s to an hour: twelve tries take about two and a half hours.
func backoff(tries int) time.Duration {
	return min(2*time.Second<<min(tries, 12), time.Hour)
}

// Runner relays, handles and schedules. It may also only answer questions
// (Board, Failures), without being run.
type Runner struct {
	cfg     Config
	opt     asynq.RedisConnOpt
	redis   redis.UniversalClient
	client  *asynq.Client
	inspect *asynq.Inspector
	byName  map[string]Subscriber
	wants   map[string][]string // event name → names of its subscribers
}

// New checks the configuration. It connects to nothing yet.
func New(cfg Config) (*Runner, error) {
	cfg = cfg.withDefaults()
	opt, err := redisOpt(cfg.Redis)
	if err != nil {
		return nil, err
	}
	conn, ok := opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, fmt.Errorf("jobs: redis address %q makes no client", cfg.Redis)
	}
	r := &Runner{
		cfg: cfg, opt: opt, redis: conn, client: asynq.NewClientFromRedisClient(conn), inspect: asynq.NewInspectorFromRedisClient(conn),
		byName: map[string]Subscriber{}, wants: map[string][]string{},
	}
	return r, errors.Join(r.register(cfg.Subscribers), schedulable(cfg.Schedules))
}

func redisOpt(addr string) (asynq.RedisConnOpt, error) {
	if strings.Contains(addr, "://") {
		opt, err := asynq.ParseRedisURI(addr)
		if err != nil {
			return nil, fmt.Errorf("jobs: redis address: %w", err)
		}
		return opt, nil
	}
	if addr == "" {
		return nil, errors.New("jobs: no redis address")
	}
	return asynq.RedisClientOpt{Addr: addr}, nil
}

func (r *Runner) register(subs []Subscriber) error {
	for _, s := range subs {
		if _, twice := r.byName[s.Name]; twice || s.Name == "" || s.Handle == nil {
			return fmt.Errorf("jobs: subscriber %q is unnamed, empty or there twice", s.Name)
		}
		r.byName[s.Name] = s
		for _, e := range s.Events {
			r.wants[e] = append(r.wants[e], s.Name)
		}
	}
	return nil
}

// Close lets go of Redis; Run does it by itself.
func (r *Runner) Close() error { return r.redis.Close() }

// Run relays, handles and schedules until ctx ends, then lets work in hand
// finish. It outlives the loss of Redis and of PostgreSQL.
func (r *Runner) Run(ctx context.Context) error {
	srv := asynq.NewServer(r.opt, r.serverConfig(ctx))
	if err := srv.Start(asynq.HandlerFunc(r.process)); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	wake := make(chan struct{}, 1)
	var loops sync.WaitGroup
	loops.Go(func() { r.relay(ctx, wake) })
	loops.Go(func() { r.listen(ctx, wake) })
	loops.Go(func() { r.schedule(ctx) })
	<-ctx.Done()
	loops.Wait()
	srv.Shutdown()
	return r.Close()
}

func (r *Runner) serverConfig(ctx context.Context) asynq.Config {
	quick := min(r.cfg.Poll, 250*time.Millisecond)
	return asynq.Config{
		Concurrency: r.cfg.Concurrency, Queues: map[string]int{queueEvents: 4, queueSlow: 1},
		BaseContext:       func() context.Context { return context.WithoutCancel(ctx) },
		TaskCheckInterval: quick, DelayedTaskCheckInterval: quick, ShutdownTimeout: r.cfg.Grace,
		RetryDelayFunc: func(n int, _ error, _ *asynq.Task) time.Duration { return r.cfg.Backoff(n) },
		// While the database is away nothing is wrong with the event: such tries do not count.
		IsFailure:    func(err error) bool { return !db.IsDown(err) },
		ErrorHandler: asynq.ErrorHandlerFunc(r.failed),
		Logger:       logger{r.cfg.Log}, LogLevel: asynq.WarnLevel,
	}
}

// courier is the scope of the relay: outbox and inbox of all tenants.
func courier() tenancy.Scope {
	return tenancy.Scope{Actor: tenancy.Actor{Kind: tenancy.Relay, ID: "relay", Name: "relay"}}
}

// pause waits for d, for a wake-up or for the end; it reports whether to go on.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
	case <-wake:
	}
	return true
}

// logger lets asynq speak through slog; it may not end the process.
type logger struct{ log *slog.Logger }

func (l logger) Debug(args ...any) { l.log.Debug("asynq", slog.String("says", fmt.Sprint(args...))) }
func (l logger) Info(args ...any)  { l.log.Info("asynq", slog.String("says", fmt.Sprint(args...))) }
func (l logger) Warn(args ...any)  { l.log.Warn("asynq", slog.String("says", fmt.Sprint(args...))) }
func (l logger) Error(args ...any) { l.log.Error("asynq", slog.String("says", fmt.Sprint(args...))) }

func (l logger) Fatal(args ...any) { l.log.Error("asynq", slog.String("says", fmt.Sprint(args...))) }
