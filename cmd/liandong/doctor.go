package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"liandong/deploy/local"
)

func doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "检查本机是否具备运行和测试的条件",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, err := upHome()
			if err != nil {
				return err
			}
			bad := 0
			for _, f := range local.Examine(cmd.Context(), home, env("LIANDONG_ADDR", defaultAddr)) {
				mark := "✓"
				if f.Advice != "" {
					mark = "✗"
				}
				if f.Advice != "" && f.Needed {
					bad++
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s %s:%s\n", mark, f.Name, f.Found)
				if f.Advice != "" {
					fmt.Fprintf(cmd.OutOrStdout(), "    → %s\n", f.Advice)
				}
			}
			if bad > 0 {
				return exitCode(1)
			}
			return nil
		},
	}
}
