package local

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// toolDir is where built tools are kept: they outlive a home.
func toolDir(o Options, home string) string {
	if o.Bin != "" {
		return o.Bin
	}
	if root, err := Project(); err == nil {
		return filepath.Join(root, ".local", "bin")
	}
	return filepath.Join(home, "bin")
}

// ensureKratos builds Kratos from deploy/kratos when the binary is missing or
// was built from another go.sum. Several starts at once build it once.
func ensureKratos(ctx context.Context, bin string, say func(string, ...any)) error {
	root, err := Project()
	if err != nil {
		if exists(bin) {
			return nil // an installed binary far from the source tree
		}
		return err
	}
	want, err := kratosStamp(root)
	if err != nil || built(bin, want) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(bin), 0o755); err != nil {
		return err
	}
	unlock, err := wait(bin + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if built(bin, want) {
		return nil
	}
	return buildKratos(ctx, root, bin, want, say)
}

func buildKratos(ctx context.Context, root, bin, stamp string, say func(string, ...any)) error {
	say("第一次运行:编译身份认证 Kratos,约需 2 到 4 分钟……")
	tmp := fmt.Sprintf("%s.%d", bin, os.Getpid())
	defer os.Remove(tmp)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", tmp, "github.com/ory/kratos")
	cmd.Dir = filepath.Join(root, "deploy", "kratos")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return &Problem{What: "找不到 go 命令,无法编译 Kratos。", Do: "请安装 Go 1.26,并确认 go 在 PATH 里。", Cause: err}
		}
		return &Problem{
			What:  "编译 Kratos 失败:" + err.Error() + "\n" + lastLines(string(out), 10),
			Do:    "请检查网络能否访问 Go 模块代理(go env GOPROXY),再运行一次。",
			Cause: err,
		}
	}
	if err := os.Rename(tmp, bin); err != nil {
		return err
	}
	return writeFile(bin+".stamp", []byte(stamp), 0o644)
}

// kratosStamp changes whenever what Kratos is built from changes.
func kratosStamp(root string) (string, error) {
	h := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, "deploy", "kratos", name))
		if err != nil {
			return "", err
		}
		h.Write(b)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

func built(bin, stamp string) bool {
	b, err := os.ReadFile(bin + ".stamp")
	return err == nil && string(b) == stamp && exists(bin)
}

// wait takes a lock file, waiting for whoever has it; releasing twice does no harm.
func wait(path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
