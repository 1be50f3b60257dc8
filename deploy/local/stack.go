package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// SMSPath is where the application takes the short messages Kratos wants sent.
const SMSPath = "/internal/kratos/sms"

// Options says what to start and where.
type Options struct {
	Dir       string       // home of the stack: data, logs, keys; made when missing
	Log       *slog.Logger // nil is silent
	Progress  func(string) // hears every step, in Chinese; may be nil
	Kratos    bool         // start Kratos too, building it the first time
	PublicURL string       // what a browser asks for; named to whoever starts a second time
	SMSURL    string       // where Kratos posts short messages, with the header X-Key
	Redis     string       // host:port of a real Redis; empty serves one from this process
	Fast      bool         // throw-away: no fsync, cheap password hashes, hard stop
	Bin       string       // folder of built tools; empty is .local/bin of the project
	Ready     func() error // asked once the home is ours and before any server starts; may be nil
}

// Stack is everything running, and how to reach it.
type Stack struct {
	AdminDSN     string // superuser, by the private socket
	OwnerDSN     string // liandong_owner: owns the schema, is no superuser
	AppDSN       string // liandong_app: owns nothing, may only SET ROLE
	KratosPublic string // base URL; empty without Kratos
	KratosAdmin  string // base URL, loopback only; empty without Kratos
	TokenKeys    string // file: public JWKS that session tokens verify against
	SMSKey       string // what Kratos sends in X-Key with every short message
	RedisAddr    string // host:port

	opts   Options
	home   string
	lock   *lock
	keys   *keyring
	pg     *cluster
	kratos *kratos
	redis  *courier
	failed chan error
	once   sync.Once
}

// Start brings the stack up, or says in Chinese why it cannot and leaves
// nothing running. ctx bounds the start only; what started runs until Stop.
func Start(ctx context.Context, o Options) (*Stack, error) {
	home, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Stack{opts: o, home: home, failed: make(chan error, 2)}
	if err := s.start(ctx); err != nil {
		s.Stop()
		return nil, diagnose(err)
	}
	return s, nil
}

// Secret is 32 bytes that stay the same for this home: made at first asking,
// kept in a file that only its owner reads.
func (s *Stack) Secret(name string) ([]byte, error) { return s.keys.secret(name) }

// Home is the folder the stack lives in.
func (s *Stack) Home() string { return s.home }

// Failed delivers an error when a server ends that nobody asked to end.
func (s *Stack) Failed() <-chan error { return s.failed }

// Stop ends every server in order and returns when all are gone. It may be
// called twice.
func (s *Stack) Stop() { s.once.Do(s.stop) }

func (s *Stack) start(ctx context.Context) error {
	if err := prepareHome(s.home); err != nil {
		return err
	}
	var err error
	if s.lock, err = acquire(s.home); err != nil {
		return err
	}
	if s.opts.Ready != nil {
		if err := s.opts.Ready(); err != nil {
			return err
		}
	}
	if s.keys, err = openKeys(filepath.Join(s.home, "secrets.json")); err != nil {
		return err
	}
	if err := s.startPostgres(ctx); err != nil {
		return err
	}
	if s.redis, err = startCourier(s.opts.Redis); err != nil {
		return err
	}
	s.RedisAddr = s.redis.addr
	if s.opts.Kratos {
		if err := s.startKratos(ctx); err != nil {
			return err
		}
	}
	s.opts.Log.LogAttrs(ctx, slog.LevelDebug, "local stack is up",
		slog.String("home", s.home), slog.String("data", s.pg.data), slog.Int("postgres_port", s.pg.port),
		slog.String("kratos", s.KratosPublic), slog.String("redis", s.RedisAddr))
	return s.lock.describe(note{
		PID: os.Getpid(), URL: s.opts.PublicURL, AdminDSN: s.AdminDSN, OwnerDSN: s.OwnerDSN, AppDSN: s.AppDSN,
		KratosPublic: s.KratosPublic, KratosAdmin: s.KratosAdmin, TokenKeys: s.TokenKeys, SMSKey: s.SMSKey, Redis: s.RedisAddr,
	})
}

func (s *Stack) startPostgres(ctx context.Context) error {
	var err error
	if s.pg, err = openCluster(s.home, s.opts, s.say); err != nil {
		return err
	}
	if err := s.pg.start(ctx); err != nil {
		return err
	}
	go s.watch("PostgreSQL", s.pg.server)
	pw, err := s.pg.provision(ctx)
	if err != nil {
		return err
	}
	s.AdminDSN = s.pg.socketDSN(superuser, "", "postgres")
	s.OwnerDSN = s.pg.socketDSN(owner, pw[owner], database)
	s.AppDSN = s.pg.socketDSN(app, pw[app], database)
	s.pg.kratosPassword = pw[kratosRole]
	return nil
}

func (s *Stack) startKratos(ctx context.Context) error {
	var err error
	if s.kratos, err = newKratos(s.home, s.opts, s.keys, s.pg.tcpDSN(kratosRole, s.pg.kratosPassword, kratosDatabase)); err != nil {
		return err
	}
	if err := s.kratos.start(ctx, s.say); err != nil {
		return err
	}
	go s.watch("Kratos", s.kratos.server)
	s.KratosPublic, s.KratosAdmin = s.kratos.public, s.kratos.admin
	s.TokenKeys, s.SMSKey = s.kratos.publicKeys, s.kratos.smsKey
	return nil
}

// watch reports a server that ends by itself.
func (s *Stack) watch(name string, c *child) {
	<-c.gone
	if c.asked.Load() {
		return
	}
	s.opts.Log.Error("server ended by itself", slog.String("server", name), slog.Any("error", c.err))
	select {
	case s.failed <- fmt.Errorf("%s 意外停止:%w。日志在 %s", name, errors.Join(errStopped, c.err), c.log):
	default:
	}
}

func (s *Stack) stop() {
	if s.kratos != nil {
		s.kratos.stop()
	}
	if s.redis != nil {
		s.redis.stop()
	}
	if s.pg != nil {
		s.pg.stop()
	}
	if s.lock != nil {
		s.lock.release()
	}
}

func (s *Stack) say(format string, args ...any) {
	if s.opts.Progress != nil {
		s.opts.Progress(fmt.Sprintf(format, args...))
	}
}
