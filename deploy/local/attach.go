package local

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Attach is the stack that another process runs in dir: its addresses and
// secrets, nothing to start or stop. It is a Problem when none runs there.
func Attach(dir string) (*Stack, error) {
	home, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(home, "running.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Problem{What: "联动没有在运行。", Do: "先在另一个窗口运行 make run,或用环境变量 LIANDONG_DATABASE 等指明服务器。", Cause: err}
	}
	if err != nil {
		return nil, err
	}
	var n note
	if err := json.Unmarshal(b, &n); err != nil {
		return nil, err
	}
	keys, err := openKeys(filepath.Join(home, "secrets.json"))
	if err != nil {
		return nil, err
	}
	s := &Stack{
		AdminDSN: n.AdminDSN, OwnerDSN: n.OwnerDSN, AppDSN: n.AppDSN, KratosPublic: n.KratosPublic, KratosAdmin: n.KratosAdmin,
		TokenKeys: n.TokenKeys, SMSKey: n.SMSKey, RedisAddr: n.Redis, home: home, keys: keys,
	}
	s.once.Do(func() {}) // it is not ours to stop
	return s, nil
}
