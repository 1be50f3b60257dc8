package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"liandong/deploy/local"
)

func servicesCommand() *cobra.Command {
	var noKratos bool
	cmd := &cobra.Command{
		Use:   "services [--no-kratos] -- 命令 参数……",
		Short: "启动一套用完即弃的测试服务,在其中运行一条命令,再全部停掉",
		Long: `启动一套用完即弃的测试服务,运行一条命令,然后全部停掉,并返回该命令的退出码。
几套可以同时运行。命令从这些环境变量得知地址:
  LIANDONG_TEST_ADMIN_DSN  LIANDONG_TEST_OWNER_DSN  LIANDONG_TEST_APP_DSN
  LIANDONG_TEST_KRATOS_PUBLIC  LIANDONG_TEST_KRATOS_ADMIN  LIANDONG_TEST_TOKEN_KEYS(验证会话令牌的公钥文件)
  LIANDONG_TEST_SMS(Kratos 把短信发到这里,由测试去监听)  LIANDONG_TEST_SMS_KEY(短信请求头 X-Key)
  LIANDONG_TEST_REDIS`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return services(cmd.Context(), !noKratos, args) },
	}
	cmd.Flags().BoolVar(&noKratos, "no-kratos", false, "不启动身份认证(更快)")
	return cmd
}

func services(ctx context.Context, withKratos bool, args []string) error {
	stack, sms, err := startThrowaway(ctx, withKratos)
	if err != nil {
		return err
	}
	defer os.RemoveAll(stack.Home())
	defer stack.Stop()
	return inside(ctx, args, []string{
		"LIANDONG_TEST_ADMIN_DSN=" + stack.AdminDSN,
		"LIANDONG_TEST_OWNER_DSN=" + stack.OwnerDSN,
		"LIANDONG_TEST_APP_DSN=" + stack.AppDSN,
		"LIANDONG_TEST_KRATOS_PUBLIC=" + stack.KratosPublic,
		"LIANDONG_TEST_KRATOS_ADMIN=" + stack.KratosAdmin,
		"LIANDONG_TEST_TOKEN_KEYS=" + stack.TokenKeys,
		"LIANDONG_TEST_SMS=" + sms,
		"LIANDONG_TEST_SMS_KEY=" + stack.SMSKey,
		"LIANDONG_TEST_REDIS=" + stack.RedisAddr,
	})
}

// startThrowaway starts a stack in a folder of its own, so that runs at the
// same time do not meet, after sweeping up what killed runs left.
func startThrowaway(ctx context.Context, withKratos bool) (*local.Stack, string, error) {
	project, err := local.Project()
	if err != nil {
		return nil, "", err
	}
	top := filepath.Join(project, ".local", "test")
	release, err := local.Sweep(top)
	if release == nil {
		return nil, "", err
	}
	defer release()
	if err != nil {
		say("清理上次测试留下的目录时出错:" + err.Error())
	}
	port, err := local.FreePort()
	if err != nil {
		return nil, "", err
	}
	sms := fmt.Sprintf("http://127.0.0.1:%d/sms", port)
	stack, err := local.Start(ctx, local.Options{
		Dir: filepath.Join(top, fmt.Sprintf("run-%d", os.Getpid())), Log: slog.Default(), Progress: say, Fast: true,
		Kratos: withKratos, PublicURL: "http://127.0.0.1", SMSURL: sms,
		Ready: func() error { release(); return nil },
	})
	return stack, sms, err
}

// inside runs args with extra environment and passes on being told to stop.
func inside(ctx context.Context, args, extra []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), extra...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exitCode(max(1, exit.ExitCode()))
	}
	return err
}
