package local_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"liandong/deploy/local"
)

// victim names the home of the run that this test binary, started again, gets
// killed in.
const victim = "LIANDONG_LOCAL_VICTIM"

func TestMain(m *testing.M) {
	if home := os.Getenv(victim); home != "" {
		beVictim(home)
		return
	}
	os.Exit(m.Run())
}

// beVictim runs a stack, says how to reach it and waits to be killed.
func beVictim(home string) {
	s, err := local.Start(context.Background(), options(home))
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println(s.OwnerDSN)
	select {}
}

func options(home string) local.Options {
	return local.Options{Dir: home, Fast: true, PublicURL: "http://127.0.0.1:8080"}
}

// home is a temporary folder that the server's account can enter.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *local.Stack {
	t.Helper()
	s, err := local.Start(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func run(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	t.Parallel()
	dir := home(t)
	first := start(t, dir)
	_, err := local.Start(t.Context(), options(dir))
	if !errors.Is(err, local.ErrRunning) || !strings.Contains(err.Error(), "http://127.0.0.1:8080") {
		t.Fatalf("second start: %v", err)
	}
	run(t, connect(t, first.OwnerDSN), "select 1")
	first.Stop()
	start(t, dir)
}

func TestHalfMadeClusterIsPutAside(t *testing.T) {
	t.Parallel()
	dir := home(t)
	half := filepath.Join(dir, "data", "base")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	kept, _ := filepath.Glob(filepath.Join(dir, "data.broken-*", "base"))
	if len(kept) != 1 {
		t.Fatalf("the half-made folder was not put aside: %v", kept)
	}
	run(t, connect(t, s.OwnerDSN), "select 1")
}

func TestKilledRunHeals(t *testing.T) {
	t.Parallel()
	dir := home(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), victim+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dsn, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(dsn, "error") {
		t.Fatalf("victim: %s %v", dsn, err)
	}
	run(t, connect(t, strings.TrimSpace(dsn)), "create table kept as select 42 as n")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	var n int
	if err := connect(t, start(t, dir).OwnerDSN).QueryRow(t.Context(), "select n from kept").Scan(&n); err != nil || n != 42 {
		t.Fatalf("after the kill: n = %d, %v", n, err)
	}
	if _, err := pgx.Connect(t.Context(), strings.TrimSpace(dsn)); err == nil {
		t.Fatal("the killed run's server still answers")
	}
}

func TestRolesOwnNothingTheyShouldNot(t *testing.T) {
	t.Parallel()
	s := start(t, home(t))
	run(t, connect(t, s.OwnerDSN), "create table t (n int); grant select on t to liandong_staff")
	app := connect(t, s.AppDSN)
	for _, sql := range []string{
		"select n from t", "create table u (n int)", "set role liandong_owner", "set role postgres",
		"create role r", "create database d", "create temporary table u (n int)",
	} {
		if _, err := app.Exec(t.Context(), sql); err == nil {
			t.Errorf("liandong_app may %q", sql)
		}
	}
	for _, role := range []string{"person", "public", "system", "relay", "staff"} {
		run(t, app, "set role liandong_"+role)
	}
	run(t, app, "select n from t")
	outsider, err := pgx.ParseConfig(s.AppDSN)
	if err != nil {
		t.Fatal(err)
	}
	outsider.Database = "kratos"
	if conn, err := pgx.ConnectConfig(t.Context(), outsider); err == nil {
		conn.Close(t.Context())
		t.Error("liandong_app may enter the database of Kratos")
	}
}

func TestHomeTheServerCannotReach(t *testing.T) {
	t.Parallel()
	dir := home(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	var data string
	if err := connect(t, s.AdminDSN).QueryRow(t.Context(), "show data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 && strings.HasPrefix(data, dir) {
		t.Fatalf("data in %s", data)
	}
	s.Stop()
	if !strings.HasPrefix(data, dir) {
		t.Cleanup(func() { os.RemoveAll(filepath.Dir(data)) })
	}
}

func TestSweepRemovesDeadHomesOnly(t *testing.T) {
	t.Parallel()
	top := home(t)
	alive, dead := filepath.Join(top, "run-1"), filepath.Join(top, "run-2")
	start(t, alive)
	if err := os.MkdirAll(dead, 0o755); err != nil {
		t.Fatal(err)
	}
	release, err := local.Sweep(top)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, err := os.Stat(dead); err == nil {
		t.Error("the dead home is still there")
	}
	if _, err := os.Stat(alive); err != nil {
		t.Error("the living home is gone")
	}
}
