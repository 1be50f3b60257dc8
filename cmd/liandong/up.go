package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"liandong/cmd/internal/wire"
	"liandong/deploy/local"
	"liandong/portal-sites/kit"
)

// defaultAddr is where `up` serves unless LIANDONG_ADDR says otherwise.
const defaultAddr = "127.0.0.1:8080"

func upCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "up",
		Short: "在本机启动全部服务(数据库、身份认证、缓存和网站)",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return up(cmd.Context()) },
	}
}

func up(ctx context.Context) error {
	addr := env("LIANDONG_ADDR", defaultAddr)
	home, err := upHome()
	if err != nil {
		return err
	}
	inner := "http://" + reachable(addr)
	stack, err := local.Start(ctx, local.Options{
		Dir: home, Log: slog.Default(), Progress: say, Kratos: true, Redis: os.Getenv("LIANDONG_REDIS"),
		PublicURL: env("LIANDONG_PUBLIC_URL", inner), SMSURL: inner + local.SMSPath,
		Ready: func() error { return free(addr) },
	})
	if err != nil {
		return err
	}
	defer say("已全部停止。")
	defer stack.Stop()
	say(fmt.Sprintf("数据目录 %s", home))
	return serveStack(ctx, stack, addr)
}

// serveStack serves until it is told to stop or a server below it fails.
func serveStack(ctx context.Context, stack *local.Stack, addr string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-stack.Failed():
			cancel(err)
		case <-ctx.Done():
		}
	}()
	err := runStack(ctx, stack, addr)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if ctx.Err() != nil && err == nil {
		say("正在停止……")
	}
	return err
}

func runStack(ctx context.Context, stack *local.Stack, addr string) error {
	log, err := logTo(filepath.Join(stack.Home(), "log", "liandong.log"))
	if err != nil {
		return err
	}
	cfg, err := wire.FromStack(stack, env("LIANDONG_PUBLIC_URL", "http://"+reachable(addr)), log)
	if err != nil {
		return err
	}
	if err := wire.Prepare(ctx, stack, cfg, say); err != nil {
		return err
	}
	a, err := wire.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	greet(addr)
	return a.Run(ctx, addr)
}

// logTo appends JSON lines to a file, so that the terminal stays for people.
func logTo(file string) (*slog.Logger, error) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return slog.New(kit.LogHandler(slog.NewJSONHandler(f, nil))), nil
}

// upHome is .local of the project, or LIANDONG_DATA.
func upHome() (string, error) {
	if dir := os.Getenv("LIANDONG_DATA"); dir != "" {
		return filepath.Abs(dir)
	}
	project, err := local.Project()
	return filepath.Join(project, ".local"), err
}

// free says in words that the address is taken, before anything is started.
func free(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		return l.Close()
	}
	what := fmt.Sprintf("不能在 %s 上监听:%v。", addr, err)
	if errors.Is(err, syscall.EADDRINUSE) {
		what = fmt.Sprintf("端口已被占用:%s。", addr)
	}
	return &local.Problem{What: what, Do: "换一个地址,例如:LIANDONG_ADDR=127.0.0.1:8081 make run", Cause: err}
}

// reachable is addr as a browser on this machine writes it.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// say keeps standard output free for what a command is asked for.
func say(line string) { fmt.Fprintln(os.Stderr, "▸ "+line) }
