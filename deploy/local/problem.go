package local

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// Problem is something the person at the machine can mend: what is wrong and
// what to do about it, both in Chinese.
type Problem struct {
	What  string
	Do    string
	Cause error
}

// ErrRunning is the cause of a start refused because the first one still runs.
var ErrRunning = errors.New("local: already running")

var errStopped = errors.New("server stopped")

// Error is the whole advice on one or two lines.
func (p *Problem) Error() string {
	if p.Do == "" {
		return p.What
	}
	return p.What + "\n  → " + p.Do
}

// Unwrap is what caused the problem, if anything did.
func (p *Problem) Unwrap() error { return p.Cause }

// diagnose turns the failures a machine is known for into advice.
func diagnose(err error) error {
	var p *Problem
	switch {
	case err == nil || errors.As(err, &p):
		return err
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("启动被中断:%w", err)
	case errors.Is(err, syscall.ENOSPC), strings.Contains(err.Error(), "No space left on device"):
		return &Problem{What: "磁盘已满,无法启动。", Do: "请清理磁盘(至少留出 500 MB)后再运行一次。", Cause: err}
	case errors.Is(err, syscall.EROFS):
		return &Problem{What: "目录所在的磁盘是只读的。", Do: "请把项目放到可写的目录。", Cause: err}
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return &Problem{What: fmt.Sprintf("没有权限:%v", err), Do: "请检查 .local 目录的所有者,或用创建它的用户运行。", Cause: err}
	}
	return err
}
