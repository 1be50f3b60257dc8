package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sort"

	"github.com/spf13/cobra"

	"liandong/cmd/internal/wire"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

func importCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "import 文件.csv", Short: "导入区划(code12,level,name,parent12),全部成功或全部不导入", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			return withPlace(cmd.Context(), func(ctx context.Context, a *wire.App) error {
				done, err := a.Tree.Import(wire.Operator(ctx), f, reason)
				if err != nil {
					return inWords(err)
				}
				say(fmt.Sprintf("新增 %d 个,已有 %d 个。", done.Added, done.Unchanged))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "导入原因,写入沿革")
	return cmd
}

func exportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export [区划代码]", Short: "把一个区划及其下级导出为 CSV;不写代码则导出全部", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withPlace(cmd.Context(), func(ctx context.Context, a *wire.App) error {
				root := tenancy.Platform
				if len(args) == 1 {
					n, err := a.Tree.ByCode(ctx, args[0])
					if err != nil {
						return inWords(err)
					}
					root = n.ID
				}
				return inWords(a.Tree.Export(wire.Operator(ctx), root, cmd.OutOrStdout()))
			})
		},
	}
}

// inWords spells a fault for a terminal: its sentence, then every field or line that it blames.
func inWords(err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	lines := []error{errors.New(text.T(f.Text))}
	fields := make([]string, 0, len(f.Fields))
	for name := range f.Fields {
		fields = append(fields, name)
	}
	sort.Strings(fields)
	for _, name := range fields {
		lines = append(lines, fmt.Errorf("  %s:%s", name, text.T(f.Fields[name])))
	}
	return errors.Join(lines...)
}
