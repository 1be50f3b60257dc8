package local

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// evict ends a server that a killed run left in our data directory and clears
// what it left on disk. A process that merely got the recorded number is left alone.
func (c *cluster) evict() error {
	if b, err := os.ReadFile(c.socketNote); err == nil && strings.HasPrefix(string(b), socketPrefix) {
		_ = os.RemoveAll(string(b))
	}
	path := filepath.Join(c.data, "postmaster.pid")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil //nolint:nilerr // there is none: the last server ended well
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(first))
	if !c.ours(pid) {
		return os.Remove(path)
	}
	c.say("上次运行被强行结束,正在停掉它留下的数据库(进程 %d)……", pid)
	return endProcess(pid, syscall.SIGINT, syscall.SIGQUIT)
}

// ours reports whether pid is a PostgreSQL server of this data directory.
func (c *cluster) ours(pid int) bool {
	args := commandLine(pid)
	return len(args) > 0 && filepath.Base(args[0]) == "postgres" && slices.Contains(args, c.data)
}

// endProcess asks pid to end, then insists, and waits until it is gone.
func endProcess(pid int, signals ...syscall.Signal) error {
	for _, sig := range signals {
		if err := syscall.Kill(pid, sig); errors.Is(err, syscall.ESRCH) {
			return nil
		}
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if commandLine(pid) == nil {
				return nil
			}
		}
	}
	return &Problem{What: fmt.Sprintf("上次运行留下的进程 %d 停不下来。", pid), Do: fmt.Sprintf("请手工结束它:kill -9 %d", pid)}
}

// endStrays ends every process that was started with the argument arg.
func endStrays(arg string) error {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || pid == os.Getpid() || !slices.Contains(commandLine(pid), arg) {
			continue
		}
		if err := endProcess(pid, syscall.SIGTERM, syscall.SIGKILL); err != nil {
			return err
		}
	}
	return nil
}

// commandLine is how pid was started; nil when there is no such process, or a dead one.
func commandLine(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(b) == 0 {
		return nil
	}
	var args []string
	for a := range bytes.SplitSeq(bytes.TrimRight(b, "\x00"), []byte{0}) {
		args = append(args, string(a))
	}
	return args
}
