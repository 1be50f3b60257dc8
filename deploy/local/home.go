package local

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// minFree is the room a start asks for, in bytes: a new cluster takes 40 MB
// and its first log segments as much again.
const minFree = 300 << 20

// Project is the root of the source tree around the working directory;
// LIANDONG_HOME names it for a binary that runs elsewhere.
func Project() (string, error) {
	if dir := os.Getenv("LIANDONG_HOME"); dir != "" {
		return filepath.Abs(dir)
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module liandong\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", &Problem{What: "找不到联动的项目目录。", Do: "请在项目目录内运行,或用环境变量 LIANDONG_HOME 指明它。"}
		}
	}
}

// prepareHome makes home, open to the server's account, and checks the room on its disk.
func prepareHome(home string) error {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(home, &st); err != nil {
		return err
	}
	if free := st.Bavail * uint64(st.Bsize); free < minFree {
		return &Problem{
			What:  fmt.Sprintf("磁盘空间不足:%s 所在磁盘只剩 %d MB。", home, free>>20),
			Do:    "请清理磁盘(至少留出 500 MB)后再运行一次。",
			Cause: syscall.ENOSPC,
		}
	}
	return nil
}

// account is who PostgreSQL runs as: it refuses root.
type account struct {
	name string
	uid  int
	gid  int
	cred *syscall.Credential // nil: as ourselves
}

func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		u, err := user.Current()
		if err != nil {
			return account{}, &Problem{What: "当前用户在系统里没有登记(/etc/passwd)。", Do: "请换一个有名字的用户运行。", Cause: err}
		}
		return account{name: u.Username, uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		cred := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{uint32(gid)}}
		return account{name: name, uid: uid, gid: gid, cred: cred}, nil
	}
	return account{}, &Problem{What: "找不到可以运行数据库的普通用户(postgres 或 nobody)。", Do: "请运行 make setup,或换一个普通用户运行。"}
}

// reaches reports whether the account can enter dir. Trying is the only way
// that also knows access lists and odd file systems.
func (a account) reaches(dir string) bool {
	cmd := exec.Command("true")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.cred}
	return cmd.Run() == nil
}

// own makes dir private to the account.
func (a account) own(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return errors.Join(os.Chown(dir, a.uid, a.gid), os.Chmod(dir, 0o700))
}

// dataDir is where the cluster lives: inside home when the account can get
// there, else beside other long-lived state, named after the home.
func (a account) dataDir(home string) (string, error) {
	dir := filepath.Join(home, "data")
	if a.own(dir) == nil && a.reaches(dir) {
		return dir, nil
	}
	_ = os.Remove(dir) // only when empty: what it holds was reachable once
	return a.shelter(home)
}

// shelter is a folder of ours under /var/tmp; one that somebody else made is refused.
func (a account) shelter(home string) (string, error) {
	sum := sha256.Sum256([]byte(home))
	top := fmt.Sprintf("/var/tmp/liandong-%d-%x", os.Geteuid(), sum[:6])
	if err := os.Mkdir(top, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	st, err := os.Lstat(top)
	if err != nil {
		return "", err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || !st.IsDir() || int(sys.Uid) != os.Geteuid() {
		return "", &Problem{What: "目录 " + top + " 属于别的用户。", Do: "请删除它,或换一个项目目录。"}
	}
	if err := os.Chmod(top, 0o711); err != nil {
		return "", err
	}
	dir := filepath.Join(top, "data")
	return dir, a.own(dir)
}

// aside renames what cannot be used, so that nothing is lost.
func aside(path string) error {
	return os.Rename(path, fmt.Sprintf("%s.broken-%s", path, time.Now().Format("20060102-150405.000")))
}
