package local

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// child is a server process that ends when this process does.
type child struct {
	cmd   *exec.Cmd
	log   string
	gone  chan struct{} // closed once the process has been reaped
	err   error         // how it ended; read after gone
	asked atomic.Bool   // somebody asked it to end
}

// spawn starts cmd with its output in the file log. The kernel sends it death
// when this process dies, even by SIGKILL. That signal is tied to the thread
// that forked, so one locked thread forks and then waits.
// Its own process group keeps the terminal's Ctrl-C away: we stop it in order.
func spawn(cmd *exec.Cmd, log string, death syscall.Signal) (*child, error) {
	out, err := openLog(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, death
	c := &child{cmd: cmd, log: log, gone: make(chan struct{})}
	started := make(chan error, 1)
	go c.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	return c, nil
}

func (c *child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err == nil {
		c.err = c.cmd.Wait()
	}
	close(c.gone)
}

// stop sends first, waits for grace, then last, and returns when it is gone.
func (c *child) stop(first syscall.Signal, grace time.Duration, last syscall.Signal) {
	c.asked.Store(true)
	_ = c.cmd.Process.Signal(first)
	select {
	case <-c.gone:
		return
	case <-time.After(grace):
	}
	_ = c.cmd.Process.Signal(last)
	select {
	case <-c.gone:
	case <-time.After(grace):
		_ = c.cmd.Process.Kill()
		<-c.gone
	}
}

// openLog keeps the log of the run before beside the new one.
func openLog(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	_ = os.Rename(path, path+".old")
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// tail is the last n lines of a log, for an error message.
func tail(path string, n int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
