package main

import (
	"context"
	"log/slog"
	"os"

	"liandong/cmd/internal/wire"
	"liandong/deploy/local"
)

// withPlace runs fn on the servers that the environment names, or else on those
// that `liandong up` runs on this machine.
func withPlace(ctx context.Context, fn func(context.Context, *wire.App) error) error {
	if os.Getenv("LIANDONG_DATABASE") != "" {
		return withApp(ctx, fn)
	}
	home, err := upHome()
	if err != nil {
		return err
	}
	stack, err := local.Attach(home)
	if err != nil {
		return err
	}
	cfg, err := wire.FromStack(stack, "", logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	a, err := wire.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(ctx, a)
}
