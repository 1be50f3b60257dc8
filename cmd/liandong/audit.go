package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"liandong/cmd/internal/wire"
	"liandong/portal-sites/kit/text"
)

var errTampered = errors.New("审计日志被改动过,见上面的清单")

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "审计日志"}
	cmd.AddCommand(&cobra.Command{
		Use: "verify", Short: "重新计算每个租户的审计链,找出被修改、删除、插入的记录", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withPlace(cmd.Context(), func(ctx context.Context, a *wire.App) error {
				r, err := a.Audit.Verify(wire.Operator(ctx))
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				for _, p := range r.Problems {
					_, _ = fmt.Fprintf(out, "%s %s(%s)第 %d 条 %s\n", text.T("audit.breach."+string(p.Breach)), p.TenantName, p.Tenant, p.Seq, p.LineID)
				}
				_, _ = fmt.Fprintf(out, "租户 %d 个,已封存 %d 条,待封存 %d 条,问题 %d 处\n", len(r.Heads), r.Lines, r.Waiting, len(r.Problems))
				if !r.Sound() {
					return errTampered
				}
				return nil
			})
		},
	})
	return cmd
}
