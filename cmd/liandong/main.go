// Command liandong is the whole product in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends us at once
	err := root().ExecuteContext(ctx)
	var code exitCode
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(os.Stderr, "联动:"+err.Error())
	return 1
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "liandong",
		Short:         "联动:上下级联动的政务服务平台",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.AddCommand(upCommand(), serveCommand(), workCommand(), migrateCommand(), importCommand(), exportCommand(), auditCommand(),
		benchCommand(), servicesCommand(), redisCommand(), doctorCommand(), versionCommand())
	return cmd
}

// exitCode is how a command that we ran for somebody ended.
type exitCode int

// Error says the code; main returns it without printing.
func (c exitCode) Error() string { return fmt.Sprintf("exit status %d", int(c)) }
