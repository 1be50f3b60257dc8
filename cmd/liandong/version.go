package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "显示版本",
		Args:  cobra.NoArgs,
		Run:   func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), version()) },
	}
}

// version is the commit the binary was built from, as Go records it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "联动(未知版本)"
	}
	v := map[string]string{}
	for _, s := range info.Settings {
		v[s.Key] = s.Value
	}
	commit := v["vcs.revision"]
	if len(commit) > 12 {
		commit = commit[:12]
	}
	if v["vcs.modified"] == "true" {
		commit += "+"
	}
	return fmt.Sprintf("联动 %s %s %s", commit, v["vcs.time"], info.GoVersion)
}
