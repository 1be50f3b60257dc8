package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock is the right to run in one home; the kernel drops it with the process.
type lock struct {
	file *os.File
	note string
}

// note is what the running stack leaves for whoever comes second: another start,
// which is told the address, or a command, which works on what runs (see Attach).
type note struct {
	PID          int    `json:"pid"`
	URL          string `json:"url"`
	AdminDSN     string `json:"admin_dsn"`
	OwnerDSN     string `json:"owner_dsn"`
	AppDSN       string `json:"app_dsn"`
	KratosPublic string `json:"kratos_public"`
	KratosAdmin  string `json:"kratos_admin"`
	TokenKeys    string `json:"token_keys"`
	SMSKey       string `json:"sms_key"`
	Redis        string `json:"redis"`
}

// acquire takes the lock of home, or says who holds it.
func acquire(home string) (*lock, error) {
	l := &lock{note: filepath.Join(home, "running.json")}
	f, err := os.OpenFile(filepath.Join(home, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, l.taken()
		}
		return nil, fmt.Errorf("lock %s: %w", home, err)
	}
	l.file = f
	return l, nil
}

func (l *lock) taken() error {
	var n note
	if b, err := os.ReadFile(l.note); err == nil {
		_ = json.Unmarshal(b, &n)
	}
	if n.URL == "" {
		return &Problem{What: "联动正在启动或停止中。", Do: "请稍候再试。", Cause: ErrRunning}
	}
	return &Problem{
		What:  fmt.Sprintf("联动已经在运行:%s(进程 %d)。", n.URL, n.PID),
		Do:    "直接在浏览器打开上面的地址;要重新启动,请先在原来的窗口按 Ctrl-C。",
		Cause: ErrRunning,
	}
}

// describe leaves the note; only its owner reads it.
func (l *lock) describe(n note) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return os.WriteFile(l.note, b, 0o600)
}

func (l *lock) release() {
	_ = os.Remove(l.note)
	_ = l.file.Close()
}
