package wire

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// grace is how long requests in hand may take once the server was told to stop.
const grace = 10 * time.Second

// Serve answers requests on addr until ctx ends, then lets those in hand finish.
// Liveness is /healthz, readiness /readyz.
func (a *App) Serve(ctx context.Context, addr string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := a.ended.Poll(ctx); err != nil {
		return err
	}
	go a.keepUp(ctx)
	handler, err := a.Handler()
	if err != nil {
		return err
	}
	srv := &http.Server{
		Addr: addr, Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(a.cfg.Log.Handler(), slog.LevelWarn),
	}
	srv.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	done := make(chan error, 1)
	go func() { done <- srv.ListenAndServe() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer stop()
	if err := srv.Shutdown(last); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return a.Partners.Fold(last)
}

// pollEvery is how long a session that was ended on one server may still count on another.
const pollEvery = 3 * time.Second

// keepUp takes in the sessions that other servers ended, and gives out what this one counted.
func (a *App) keepUp(ctx context.Context) {
	t := time.NewTicker(pollEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := a.ended.Poll(ctx); err != nil && ctx.Err() == nil {
				a.cfg.Log.WarnContext(ctx, "ended sessions not read", slog.Any("err", err))
			}
			if err := a.Partners.Fold(ctx); err != nil && ctx.Err() == nil {
				a.cfg.Log.WarnContext(ctx, "use of the API not folded", slog.Any("err", err))
			}
		}
	}
}

// Work carries events and runs schedules until ctx ends.
func (a *App) Work(ctx context.Context) error { return a.Jobs.Run(ctx) }
