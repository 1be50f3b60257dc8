package main

import (
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"liandong/cmd/internal/bench"
	"liandong/deploy/local"
)

func benchCommand() *cobra.Command {
	var o bench.Options
	var runCases int
	cmd := &cobra.Command{Use: "bench", Short: "在全国规模的数据上测量性能"}
	prepare := func(c *cobra.Command) error {
		project, err := local.Project()
		if err != nil {
			return err
		}
		o.Dir, o.Report = filepath.Join(project, ".local", "bench"), filepath.Join(project, "bench", "latest.json")
		o.Say, o.Log, o.Out = say, slog.Default(), c.OutOrStdout()
		return nil
	}
	load := &cobra.Command{
		Use: "load", Short: "装载全国区划(约 66 万个租户)和办件", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := prepare(c); err != nil {
				return err
			}
			o.Fetch = true
			return bench.Load(c.Context(), o)
		},
	}
	load.Flags().IntVar(&o.Cases, "cases", 1_000_000, "办件数")
	run := &cobra.Command{
		Use: "run", Short: "测量并写入 bench/latest.json", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := prepare(c); err != nil {
				return err
			}
			o.Cases, o.Fetch = runCases, true
			return bench.Run(c.Context(), o)
		},
	}
	run.Flags().IntVar(&runCases, "cases", 100_000, "还没有装载过时,先装载的办件数")
	run.Flags().BoolVar(&o.Quick, "quick", false, "少量重复,快速得出大致结果")
	run.Flags().BoolVar(&o.Explain, "explain", false, "打印超限查询的执行计划")
	run.Flags().StringVar(&o.Profile, "profile", "", "把事项目录各页面的处理器剖析(pprof)写入这个目录")
	run.Flags().StringVar(&o.Only, "only", "", "只测名称包含这些字的部分:授权、查询、全过程、网站、事项、表单")
	run.Flags().IntVar(&o.Lives, "lives", 1_000, "每个库里走完全过程的办件数,0 为不测")
	cmd.AddCommand(load, run)
	return cmd
}
