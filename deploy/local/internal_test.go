package local

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// quietCluster opens the cluster of a fresh home without taking its lock.
func quietCluster(t *testing.T) *cluster {
	t.Helper()
	home := t.TempDir()
	if err := os.Chmod(filepath.Dir(home), 0o755); err != nil {
		t.Fatal(err)
	}
	return reopen(t, home)
}

func reopen(t *testing.T, home string) *cluster {
	t.Helper()
	c, err := openCluster(home, Options{Fast: true}, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	return c
}

func TestServerLeftBehindIsEvicted(t *testing.T) {
	t.Parallel()
	first := quietCluster(t)
	if err := first.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.server.asked.Store(true)
	second := reopen(t, filepath.Dir(first.data))
	if err := second.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-first.server.gone
	if exists(first.socket) {
		t.Error("the socket folder left behind is still there")
	}
}

func TestRecycledProcessNumberIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := quietCluster(t)
	if err := c.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.stop()
	pid := filepath.Join(c.data, "postmaster.pid")
	if err := os.WriteFile(pid, []byte(strconv.Itoa(os.Getpid())+"\n"+c.data+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, filepath.Dir(c.data)).start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDataOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	c := quietCluster(t)
	for name, text := range map[string]string{marker: "", "PG_VERSION": "9\n"} {
		if err := os.WriteFile(filepath.Join(c.data, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var p *Problem
	if err := c.start(t.Context()); !errors.As(err, &p) || p.Do == "" {
		t.Fatalf("got %v", err)
	}
}

func TestStrangeServerIsRefused(t *testing.T) {
	t.Parallel()
	c := quietCluster(t)
	if err := c.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.data = t.TempDir()
	var p *Problem
	if _, err := c.provision(t.Context()); !errors.As(err, &p) {
		t.Fatalf("got %v", err)
	}
}

func TestDiagnoseGivesAdvice(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		fmt.Errorf("write: %w", syscall.ENOSPC),
		errors.New("initdb: could not write to file: No space left on device"),
		fmt.Errorf("mkdir: %w", syscall.EACCES),
		fmt.Errorf("mkdir: %w", syscall.EROFS),
	} {
		var p *Problem
		if !errors.As(diagnose(err), &p) || p.What == "" || p.Do == "" || !errors.Is(p, err) {
			t.Errorf("%v: %v", err, p)
		}
	}
}

func TestSecretsStayAndStayPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets.json")
	first := secretOf(t, path)
	if again := secretOf(t, path); again != first {
		t.Error("the secret changed")
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if err := os.WriteFile(path, []byte(`{"a":"4`), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := secretOf(t, path); len(again) != 32 {
		t.Error("no secret after the file was cut short")
	}
}

func secretOf(t *testing.T, path string) string {
	t.Helper()
	k, err := openKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.secret("a")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRedisForgetsInTime(t *testing.T) {
	t.Parallel()
	c, err := startCourier("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	if err := c.mini.Set("k", "v"); err != nil {
		t.Fatal(err)
	}
	c.mini.SetTTL("k", time.Minute)
	now := time.Now()
	c.pass(now, now.Add(2*time.Minute))
	if c.mini.Exists("k") {
		t.Error("the key outlived its time")
	}
}

func TestSocketPathIsShortEnough(t *testing.T) {
	t.Parallel()
	if n := len(socketPrefix + "4294967295/.s.PGSQL.65535.lock"); n > 107 {
		t.Errorf("%d bytes", n)
	}
}

func TestMajorVersion(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)": "15",
		"postgres (PostgreSQL) 18.4":                           "18",
		"postgres (PostgreSQL) 19beta1":                        "19",
		"nonsense":                                             "",
	} {
		if got := majorVersion(line); got != want {
			t.Errorf("%s: %q", line, got)
		}
	}
}

func TestFreePortIsFree(t *testing.T) {
	t.Parallel()
	port, err := FreePort()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestProblemNamesWhatAndWhatToDo(t *testing.T) {
	t.Parallel()
	p := &Problem{What: "磁盘已满。", Do: "请清理磁盘。"}
	if s := p.Error(); !strings.Contains(s, p.What) || !strings.Contains(s, p.Do) {
		t.Error(s)
	}
}
