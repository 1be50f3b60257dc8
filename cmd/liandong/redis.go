package main

import (
	"github.com/spf13/cobra"

	"liandong/deploy/local"
)

// redisCommand serves a Redis that keeps nothing, which is all that is asked of
// Redis here: where a machine has none, and for trials that take it away.
func redisCommand() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use: "redis", Short: "运行一个不落盘的 Redis(试用和测试)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return local.RunRedis(cmd.Context(), addr) },
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:6379", "监听地址")
	return cmd
}
