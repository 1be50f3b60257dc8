package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"liandong/cmd/internal/wire"
	"liandong/migrations"
	"liandong/portal-sites/kit"
)

const environment = `地址和密钥都从环境变量读取:
  LIANDONG_DATABASE        以 liandong_app 登录的 PostgreSQL 地址
  LIANDONG_DATABASE_CONNECTIONS  连接数上限,默认 32
  LIANDONG_REDIS           Redis 地址,主机:端口
  LIANDONG_FILES           附件存放处,例如 file:///var/lib/liandong/files
  LIANDONG_KRATOS_PUBLIC   身份认证 Kratos 的公开接口
  LIANDONG_KRATOS_ADMIN    身份认证 Kratos 的管理接口(只应在内网可达)
  LIANDONG_TOKEN_KEYS      验证会话令牌的公钥文件(JWKS)
  LIANDONG_SMS_KEY         Kratos 发短信时携带的 X-Key
  LIANDONG_SECRET          32 字节主密钥的 base64 编码;所有服务器相同,不得更换
  LIANDONG_PUBLIC_URL      浏览器访问的地址
  LIANDONG_SECURE=1        通过 https 提供服务
  LIANDONG_PROXIES         前面的反向代理所在的网络,例如 10.0.0.0/8;只采信它们写的 X-Forwarded-For`

func serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "只提供网站,可以同时运行多个", Long: "只提供网站,可以同时运行多个。\n" + environment, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd.Context(), func(ctx context.Context, a *wire.App) error { return a.Serve(ctx, env("LIANDONG_ADDR", defaultAddr)) })
		},
	}
}

func workCommand() *cobra.Command {
	return &cobra.Command{
		Use: "work", Short: "只处理后台任务,可以同时运行多个", Long: "只处理后台任务,可以同时运行多个。\n" + environment, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd.Context(), func(ctx context.Context, a *wire.App) error { return a.Work(ctx) })
		},
	}
}

func migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "把数据库结构升级到本版本,可重复运行", Args: cobra.NoArgs,
		Long: "把数据库结构升级到本版本,可重复运行。\n  LIANDONG_OWNER_DATABASE  以 liandong_owner 登录的 PostgreSQL 地址",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ran, err := migrations.Apply(cmd.Context(), os.Getenv("LIANDONG_OWNER_DATABASE"))
			for _, name := range ran {
				say("已执行 " + name)
			}
			if err == nil {
				say(fmt.Sprintf("数据库结构已是最新,本次执行 %d 个文件。", len(ran)))
			}
			return err
		},
	}
}

// withApp runs fn on an App configured by the environment.
func withApp(ctx context.Context, fn func(context.Context, *wire.App) error) error {
	cfg, err := wire.FromEnv(os.Getenv, logger(slog.LevelInfo))
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

// logger writes JSON lines to standard error; every line of a request carries its id.
func logger(level slog.Level) *slog.Logger {
	return slog.New(kit.LogHandler(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
}
