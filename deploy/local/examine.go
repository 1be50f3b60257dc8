package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// Finding is one thing looked at on the machine.
type Finding struct {
	Name   string
	Found  string
	Advice string // empty: all is well
	Needed bool   // without it nothing runs
}

// Examine looks at everything a run or a test needs, changing nothing.
func Examine(ctx context.Context, home, addr string) []Finding {
	return []Finding{
		examineSystem(), examineProgram(ctx), examineGo(ctx), examinePostgres(ctx, home), examineAccount(),
		examineDisk(home), examineKratos(home), examineAddress(addr, home), examineBrowser(), examineFonts(ctx),
	}
}

func examineSystem() Finding {
	f := Finding{Name: "操作系统", Found: runtime.GOOS + "/" + runtime.GOARCH, Needed: true}
	if runtime.GOOS != "linux" {
		f.Advice = "本机运行方式只支持 Linux;其他系统请在容器或虚拟机里运行。"
	}
	return f
}

func examineProgram(ctx context.Context) Finding {
	return look(ctx, "make", "make", "apt-get install make", true, "--version")
}

func examineGo(ctx context.Context) Finding {
	return look(ctx, "Go", "go", "请安装 Go 1.26 并把它加入 PATH。", true, "version")
}

func examinePostgres(ctx context.Context, home string) Finding {
	f := Finding{Name: "PostgreSQL", Needed: true}
	bin, err := postgresBin(toolDir(Options{}, home))
	if err != nil {
		f.Found, f.Advice = "没有", "运行 make setup(root 用 apt 安装,普通用户用 npm 安装)。"
		return f
	}
	out, _ := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	f.Found = strings.TrimSpace(string(out)) + " " + bin
	return f
}

func examineAccount() Finding {
	f := Finding{Name: "数据库运行用户", Needed: true}
	a, err := serverAccount()
	if err != nil {
		f.Found, f.Advice = "没有", err.Error()
		return f
	}
	f.Found = a.name
	return f
}

func examineDisk(home string) Finding {
	f := Finding{Name: "磁盘", Needed: true}
	dir := home
	for !exists(dir) {
		dir = filepath.Dir(dir)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		f.Found, f.Advice = err.Error(), "请检查目录 "+dir
		return f
	}
	mb := st.Bavail * uint64(st.Bsize) >> 20
	f.Found = fmt.Sprintf("%s 可用 %d MB", dir, mb)
	if mb < 2048 {
		f.Advice = "建议至少留出 2 GB。"
	}
	return f
}

func examineKratos(home string) Finding {
	bin := filepath.Join(toolDir(Options{}, home), "kratos")
	if exists(bin) {
		return Finding{Name: "Kratos", Found: bin}
	}
	return Finding{Name: "Kratos", Found: "尚未编译", Advice: "第一次运行会自动编译,约需 2 到 4 分钟;也可先运行 make setup。"}
}

func examineAddress(addr, home string) Finding {
	f := Finding{Name: "网站地址", Found: addr}
	l, err := net.Listen("tcp", addr)
	if err == nil {
		l.Close()
		return f
	}
	f.Advice = "换一个地址,例如:LIANDONG_ADDR=127.0.0.1:8081 make run"
	if errors.Is(err, syscall.EADDRINUSE) {
		f.Found += "(已被占用)"
		if exists(filepath.Join(home, "running.json")) {
			f.Advice = "可能是联动自己正在运行;若不是,请用 LIANDONG_ADDR 换一个地址。"
		}
		return f
	}
	f.Found += "(" + err.Error() + ")"
	return f
}

func examineBrowser() Finding {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return Finding{Name: "浏览器(仅测试用)", Found: p}
		}
	}
	return Finding{Name: "浏览器(仅测试用)", Found: "没有", Advice: "apt-get install chromium,或运行 make setup"}
}

func examineFonts(ctx context.Context) Finding {
	f := Finding{Name: "中文字体(仅测试用)", Found: "有"}
	out, err := exec.CommandContext(ctx, "fc-list", ":lang=zh-cn", "family").Output()
	if err != nil || len(strings.TrimSpace(string(out))) == 0 {
		if m, _ := filepath.Glob("/usr/share/fonts/opentype/noto/NotoSansCJK*"); len(m) == 0 {
			f.Found, f.Advice = "没有", "apt-get install fonts-noto-cjk,或运行 make setup"
		}
	}
	return f
}

func look(ctx context.Context, name, program, advice string, needed bool, args ...string) Finding {
	f := Finding{Name: name, Needed: needed}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		f.Found, f.Advice = "没有", advice
		return f
	}
	f.Found, _, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return f
}
